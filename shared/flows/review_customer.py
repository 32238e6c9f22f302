"""Reviews one customer: folds the members, gives the tags, plans the day, and stores it all in one transaction.

The version of TAGS is read before all else and guarded last: whatever came in meanwhile makes the review look again.
A batch read is no snapshot, hence two of them.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from shared.care.state import Candidate, CareDay
from shared.flows.cancel_contacts import cancel_unwanted, cancel_withdrawn
from shared.flows.decide_review import Decided, Known, Learned, Portrait, decide_review, draw_portrait
from shared.flows.keep_refusals import all_refusals, expected_places
from shared.flows.wake import parse_wake, quarantine_wake
from shared.model.contact import Decision
from shared.model.errors import LostRace
from shared.model.instants import local_day, to_iso
from shared.model.source import CustomerProfile
from shared.policy.schema import Policy
from shared.ports import Cancelled, Item, Items, Refused, Write
from shared.store.cases import put_case
from shared.store.contacts import put_contact
from shared.store.control import holds_plan, read_holds, take_room
from shared.store.customers import (
    CONSENT,
    LEDGER,
    PROFILE,
    TAGS,
    TagState,
    customer_key,
    day_item,
    day_key,
    plan_memory_from_item,
    profile_from_item,
    put_consent,
    put_plan_memory,
    put_profile,
    put_tags,
    tags_from_item,
)
from shared.store.marks import marks_from_items, marks_key
from shared.store.records import record_key, source_from_item
from shared.store.refusals import refusal_key
from shared.store.suppressions import suppressed_in, suppression_keys
from shared.tagging.traits import standing_marks


@dataclass(frozen=True, slots=True)
class Reviewed:
    outcome: Literal["reviewed", "not_due", "unknown_customer", "malformed"]
    customer_id: str
    changed_tags: tuple[str, ...] = ()
    planned: int = 0
    held: int = 0


def may_plan_now(items: Items) -> bool:
    """Whether the plan is not on hold."""
    return not holds_plan(read_holds(items))


def review_message(
    body: str, *, items: Items, policy: Policy, key: bytes, now: datetime, may_plan: bool
) -> Reviewed:
    """What came of one wake-up. A malformed one is quarantined, not retried; raises only RetryError."""
    customer_id = parse_wake(body, "customer_id")
    if customer_id is None:
        quarantine_wake(body, items=items, at=now)
        return Reviewed("malformed", "")
    return review_customer(customer_id, items=items, policy=policy, key=key, now=now, may_plan=may_plan)


def review_customer(
    customer_id: str,
    *,
    items: Items,
    policy: Policy,
    key: bytes,
    now: datetime,
    may_plan: bool,
) -> Reviewed:
    """What a review found. Raises only RetryError. Reviewing a customer who is not due costs one read."""
    learned = Learned()
    for _ in range(policy.matching.retries):
        found = _find(items, customer_id)
        if found is None:
            return Reviewed("unknown_customer", customer_id)
        profile, tags = found
        if not _is_due(tags, policy, now):
            return Reviewed("not_due", profile.customer_id)
        read = _read(items, profile, tags, key, local_day(now, policy.tenant.tz))
        if read is None:
            continue
        drawn = draw_portrait(read, policy, key)
        read = _with_new_addresses(read, drawn, items, key)
        decided = decide_review(read, learned, policy, key, now, may_plan=may_plan, portrait=drawn)
        writes = _writes(read, decided, policy, now)
        # Before the customer leaves the due index: a crash after that would leave messages that nobody wants.
        cancel_unwanted(profile, standing_marks(read.marks, now), items=items, policy=policy)
        done = items.transact([write for write, _ in writes])
        if not isinstance(done, Cancelled):
            if decided.state is not None:
                again = bool(read.decided_today)
                cancel_withdrawn(decided.state, items=items, policy=policy, now=now, is_decided_today=again)
            return _report(read, decided)
        refused = _refused(writes, done)
        learned = Learned(
            made=learned.made | {name for kind, name in refused if kind == "contact"},
            room_is_open=learned.room_is_open and ("room", "") not in refused,
        )
    raise LostRace("the customer kept changing")


def _is_due(tags: TagState, policy: Policy, now: datetime) -> bool:
    """By time; or whoever was last reviewed under another policy (shared/flows/wake_base.py wakes them)."""
    is_under_another = tags.policy_version not in (None, policy.version)
    return is_under_another or (tags.due_at is not None and tags.due_at <= now)


# --- read ----------------------------------------------------------------------------------------------------


def _find(items: Items, customer_id: str) -> tuple[CustomerProfile, TagState] | None:
    """Who an id stands for today, and the tags as they stand."""
    kept = _read_head(items, customer_id)
    while PROFILE in kept and "alias_of" in kept[PROFILE]:
        kept = _read_head(items, str(kept[PROFILE]["alias_of"]))
    return (profile_from_item(kept[PROFILE]), tags_from_item(kept.get(TAGS))) if PROFILE in kept else None


def _read_head(items: Items, customer_id: str) -> dict[str, Item]:
    found = items.batch_get([customer_key(customer_id, sk) for sk in (PROFILE, TAGS)])
    return {str(key.sk): item for key, item in found.items()}


def _read(items: Items, seen: CustomerProfile, tags: TagState, key: bytes, today: date) -> Known | None:
    """The rest, none of it older than the tags; None when the members changed meanwhile."""
    customer_id = seen.customer_id
    own = {sk: customer_key(customer_id, sk) for sk in (PROFILE, LEDGER, CONSENT)}
    day = day_key(customer_id, today)
    marks = [marks_key(one) for one in (customer_id, *seen.aliases)]
    places = expected_places(seen, key)
    refusals, suppressions = [refusal_key(place) for place in places], suppression_keys(places)
    members = map(record_key, seen.members)
    kept = items.batch_get([*own.values(), day, *marks, *members, *refusals, *suppressions])
    profile = profile_from_item(kept[own[PROFILE]])
    if profile.members != seen.members:
        return None
    sources = tuple(source_from_item(kept[record_key(record_id)]) for record_id in profile.members)
    return Known(
        profile=profile,
        tags=tags,
        memory=plan_memory_from_item(kept.get(own[LEDGER])),
        consent={name: value for name, value in kept.get(own[CONSENT], {}).items() if "|" in name},
        decided_today=tuple(json.loads(str(kept[day]["decisions"]))) if day in kept else (),
        members=sources,
        marks=marks_from_items(kept[one] for one in marks if one in kept),
        refused=all_refusals(sources, refusals, kept, items, key),
        suppressed=suppressed_in(kept),
    )


def _with_new_addresses(read: Known, drawn: Portrait, items: Items, key: bytes) -> Known:
    """Looks up the addresses that the profile did not know yet: of a change that came in since the last review."""
    asked = suppression_keys(expected_places(read.profile, key))
    missing = [one for one in suppression_keys(drawn.places) if one not in asked]
    found = suppressed_in(items.batch_get(missing)) if missing else frozenset()
    return replace(read, suppressed=read.suppressed | found) if found else read


# --- write ---------------------------------------------------------------------------------------------------

_Labelled = tuple[Write, tuple[str, str]]


def _writes(read: Known, decided: Decided, policy: Policy, now: datetime) -> list[_Labelled]:
    customer_id = read.profile.customer_id
    tags = put_tags(customer_id, decided.tags, seen_ver=read.tags.ver, shards=policy.due.shards)
    writes: list[_Labelled] = [(tags, ("tags", ""))]
    profile = replace(read.profile, golden=decided.golden.fields, provenance=decided.golden.provenance)
    if profile != read.profile:
        changed = replace(profile, ver=profile.ver + 1)
        writes.append((put_profile(changed, seen_ver=read.profile.ver), ("profile", "")))
    if decided.consent != read.consent:
        writes.append((put_consent(customer_id, decided.consent), ("consent", "")))
    if decided.care is not None:
        writes += _plan_writes(customer_id, read, decided, decided.care, policy, now)
    return writes


def _plan_writes(
    customer_id: str, read: Known, decided: Decided, care: CareDay, policy: Policy, now: datetime
) -> list[_Labelled]:
    day = local_day(now, policy.tenant.tz)
    writes: list[_Labelled] = []
    if decided.memory != read.memory:
        writes.append((put_plan_memory(customer_id, decided.memory), ("ledger", "")))
    if care.candidates:
        decisions = _last_words(read.decided_today, map(plain_candidate, care.candidates))
        writes.append((day_item(customer_id, day, decisions, at=now), ("day", "")))
    expires_at = int(now.timestamp()) + policy.sending.row_days * 86_400
    writes += [
        (put_contact(contact, expires_at=expires_at), ("contact", contact.contact_id))
        for contact in care.contacts
    ]
    writes += [(put_case(case), ("case", case.case_id)) for case in care.cases]
    if care.uses_first_import_room:
        writes.append((_room(customer_id, day, policy), ("room", "")))
    return writes


def _last_words(earlier: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """One decision for each candidate of a day: the last, unless an earlier run of the day made the contact."""
    words = {decision["contact_id"]: decision for decision in earlier}
    for decision in new:
        known = words.get(decision["contact_id"])
        if known is None or not Decision(known["decision"]).makes_contact:
            words[decision["contact_id"]] = decision
    return words.values()


def plain_candidate(candidate: Candidate) -> dict[str, Any]:
    """A decided candidate as stored for `explain` and the report."""
    return {
        "contact_id": candidate.contact_id,
        "plan_step": candidate.plan_step,
        "occasion_on": candidate.occasion_on.isoformat(),
        "channel": candidate.channel.value,
        "contact_class": candidate.contact_class.value,
        "template": candidate.template,
        "task": candidate.task,
        "not_before": to_iso(candidate.not_before),
        "not_after": to_iso(candidate.not_after),
        "decision": candidate.decision.value,
        "rule": candidate.rule,
        "why": candidate.why,
        "cost_fen": candidate.cost_fen,
        "minutes": candidate.minutes,
    }


def _room(customer_id: str, day: date, policy: Policy) -> Write:
    """One place of the day's first contacts, out of the share of this customer's shard."""
    shard, most = first_import_share(customer_id, day, policy)
    return take_room(day, shard=shard, most=most)


def first_import_share(customer_id: str, day: date, policy: Policy) -> tuple[int, int]:
    """The shard that a customer's first contact counts against on a day, and its places: all of them make the limit."""
    # The day too: with fewer places than shards, another day brings another shard.
    digest = hashlib.sha256(f"{customer_id}|{day.isoformat()}".encode()).digest()
    limit, shards = policy.first_import.daily_limit, policy.due.shards
    shard = int.from_bytes(digest[:4], "big") % shards
    return shard, limit * (shard + 1) // shards - limit * shard // shards


def _refused(writes: list[_Labelled], cancelled: Cancelled) -> set[tuple[str, str]]:
    """Which writes did not hold: what another run made already, or a day that is full."""
    return {
        label
        for (_, label), reason in zip(writes, cancelled.reasons, strict=True)
        if isinstance(reason, Refused)
    }


def _report(read: Known, decided: Decided) -> Reviewed:
    candidates = decided.care.candidates if decided.care else ()
    planned = sum(candidate.decision.makes_contact for candidate in candidates)
    held = sum(
        not candidate.decision.makes_contact and candidate.decision is not Decision.ALREADY_MADE
        for candidate in candidates
    )
    tags = tuple(change["tag"] for change in decided.tags.changes if change not in read.tags.changes)
    return Reviewed("reviewed", read.profile.customer_id, tags, planned, held)
