"""Recomputes every customer from the stored events and says where what is kept differs; repairs it when told to.

The index of what is due makes a pass over the base needless; this one proves it (anti-entropy). For an operator's
machine: it scans. A customer who changes while being looked at is left to the next pass.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, NamedTuple

from shared.flows.decide_review import background_of
from shared.model.history import History
from shared.model.instants import local_day
from shared.model.record import record_adapter
from shared.model.source import CustomerProfile, SourceRecord
from shared.model.tags import Mark, TagReview
from shared.policy.schema import Policy
from shared.ports import Done, Item, Items, Table, Write
from shared.store.customers import (
    PROFILE,
    TAGS,
    TagState,
    customer_key,
    due_shard,
    mark_due,
    profile_from_item,
    tags_from_item,
)
from shared.store.marks import read_marks
from shared.store.records import put_source, read_events, read_sources
from shared.store.rfm_cuts import put_cuts
from shared.tagging.fold import add_events, fold_histories, happening_of, prune, settle
from shared.tagging.review import review_tags
from shared.tagging.rfm import Base, Cuts, rfm_of
from shared.tagging.traits import judge_traits, values

What = Literal["history", "tags", "traits", "policy", "due", "missing"]


class Difference(NamedTuple):
    """What is kept of a customer, and what it should be."""

    customer_id: str
    what: What
    kept: str
    fresh: str


@dataclass(frozen=True, slots=True)
class Verified:
    """Every customer is one of the four: equal, due, differing, unreadable."""

    customers: int = 0
    equal: int = 0
    due: int = 0
    """To be reviewed by now, or changed meanwhile: what is kept need not be right."""
    differing: int = 0
    unreadable: tuple[str, ...] = ()
    """Customers whose items cannot be read; the pass goes on without them."""
    differences: tuple[Difference, ...] = ()
    repaired: int = 0
    cuts: Cuts = Cuts()
    """The cut points of RFM over all who were read; a repair stores them."""


class _Kept(NamedTuple):
    profile: CustomerProfile
    state: TagState
    due_shard: str | None
    sources: dict[str, SourceRecord]
    fresh: dict[str, History]
    """By source record: folded again from its events."""
    marks: tuple[Mark, ...]


def verify_base(*, items: Items, policy: Policy, now: datetime, is_repairing: bool = False) -> Verified:
    """What a pass over all customers found. A repair mends histories and wakes reviews, which give the tags."""
    base, today = Base(), local_day(now, policy.tenant.tz)
    sums, found, unreadable = Counter[str](), list[Difference](), list[str]()
    ids = _customer_ids(items)
    for customer_id in ids:
        try:
            kept = _read(customer_id, items, policy, now)
            differences = list(_differences(kept, policy, now))
        except (KeyError, TypeError, ValueError):
            unreadable.append(customer_id)
            continue
        base.add(rfm_of(_whole(kept, policy, now), policy, today))
        if differences and _has_moved(kept, items):
            sums["due"] += 1
            continue
        sums["differing" if differences else "due" if _is_due(kept.state, now) else "equal"] += 1
        if differences and is_repairing:
            sums["repaired"] += _repair(kept, differences, items, policy, now)
        found += differences
    if is_repairing:
        items.put_if(put_cuts(base.cuts(), now))
    return Verified(
        len(ids), **sums, unreadable=tuple(unreadable), differences=tuple(found), cuts=base.cuts()
    )


def _has_moved(kept: _Kept, items: Items) -> bool:
    """Something came in while the customer was being read: what was read need not fit together."""
    stored = items.get(customer_key(kept.profile.customer_id, TAGS))
    return tags_from_item(stored).ver != kept.state.ver


def _whole(kept: _Kept, policy: Policy, now: datetime) -> History:
    return settle(fold_histories(kept.fresh.values()), now, policy.tenant.tz)


def _customer_ids(items: Items) -> list[str]:
    """All at once: a repair must not move what is being scanned."""
    return sorted(
        str(item["customer_id"])
        for item in items.scan(Table.CUSTOMERS)
        if item["sk"] == PROFILE and "alias_of" not in item
    )


# --- read ----------------------------------------------------------------------------------------------------


def _read(customer_id: str, items: Items, policy: Policy, now: datetime) -> _Kept:
    # The tags first: whatever comes in after this changes their version, and no repair holds.
    found = items.batch_get([customer_key(customer_id, sk) for sk in (TAGS, PROFILE)])
    kept = {str(key.sk): item for key, item in found.items()}
    profile, tags = profile_from_item(kept[PROFILE]), kept.get(TAGS)
    sources = read_sources(items, profile.members)
    return _Kept(
        profile=profile,
        state=tags_from_item(tags),
        due_shard=None if tags is None else _text(tags.get("due_shard")),
        sources=sources,
        fresh={
            record_id: _fold_again(source, read_events(items, record_id), policy, now)
            for record_id, source in sources.items()
        },
        marks=read_marks(items, (customer_id, *profile.aliases)),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _fold_again(source: SourceRecord, events: Iterable[Item], policy: Policy, now: datetime) -> History:
    said = source.party.get("first_cooperation_on")
    empty = History(first_cooperation_on=date.fromisoformat(said.value) if said else None)
    records = (record_adapter.validate_json(str(item["body"])) for item in events)
    happenings = [happening for record in records if (happening := happening_of(record)) is not None]
    return _as_of(add_events(empty, happenings, now, policy.tenant.tz), policy, now)


def _as_of(history: History, policy: Policy, now: datetime) -> History:
    zone = policy.tenant.tz
    return prune(settle(history, now, zone), now, zone, policy.history.buckets_months)


# --- compare -------------------------------------------------------------------------------------------------


def _differences(kept: _Kept, policy: Policy, now: datetime) -> Iterator[Difference]:
    for record_id, source in kept.sources.items():
        if _as_of(source.history, policy, now) != kept.fresh[record_id]:
            yield _difference(kept, "history", source.record_id, "its events")
    if _is_due(kept.state, now):
        return
    if kept.state.tags is None:
        yield _difference(kept, "missing", "no tags", "due now")
        return
    if kept.state.policy_version != policy.version:
        yield _difference(kept, "policy", str(kept.state.policy_version), policy.version)
        return
    history = _whole(kept, policy, now)
    yield from _tag_differences(kept, history, review_tags(history, policy, now), policy, now)


def _tag_differences(
    kept: _Kept, history: History, review: TagReview, policy: Policy, now: datetime
) -> Iterator[Difference]:
    state, profile = kept.state, kept.profile
    if state.tags is not None and state.tags.vector != review.tags.vector:
        yield _difference(kept, "tags", _joined(state.tags.vector), _joined(review.tags.vector))
    background = background_of(profile.golden, profile.review, kept.marks)
    traits = judge_traits(history, review.tags, background, policy, now)
    if values(state.traits) != values(traits):
        changed = set(values(traits)) ^ set(values(state.traits))
        yield _difference(kept, "traits", _joined(sorted({tag for tag, _ in changed})), "differ")
    if review.next_change_at is not None and (state.due_at is None or state.due_at > review.next_change_at):
        yield _difference(kept, "due", str(state.due_at), str(review.next_change_at))
    elif state.due_at is not None:
        shard = due_shard(profile.customer_id, state.due_at, policy.due.shards)
        if kept.due_shard != shard:
            yield _difference(kept, "due", str(kept.due_shard), shard)


def _difference(kept: _Kept, what: What, old: str, new: str) -> Difference:
    return Difference(kept.profile.customer_id, what, old, new)


def _joined(words: Iterable[str]) -> str:
    return " ".join(words)


def _is_due(state: TagState, now: datetime) -> bool:
    return state.due_at is not None and state.due_at <= now


# --- repair --------------------------------------------------------------------------------------------------


def _repair(
    kept: _Kept, differences: Iterable[Difference], items: Items, policy: Policy, now: datetime
) -> bool:
    """Whether the repair held: False when the customer has changed meanwhile."""
    broken = {found.kept for found in differences if found.what == "history"}
    writes: list[Write] = [
        put_source(
            replace(
                kept.sources[record_id], history=kept.fresh[record_id], ver=kept.sources[record_id].ver + 1
            ),
            seen_ver=kept.sources[record_id].ver,
        )
        for record_id in sorted(broken)
    ]
    seen_ver = kept.state.ver or None
    wake = mark_due(kept.profile.customer_id, at=now, shards=policy.due.shards, seen_ver=seen_ver)
    return isinstance(items.transact([*writes, wake]), Done)
