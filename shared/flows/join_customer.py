"""Finds the customer of a source record by its identity keys, or founds one; settles anew whoever it touches.

Everything that was read is guarded in the writes that come out: two records of one person, arriving at the same
time, cannot make two customers, because the second one to write sees a key that has changed and looks again.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from shared.cleaning.match_key import company_key
from shared.flows.keep_refusals import keep_refusals
from shared.flows.note_identity import note_decision, note_reviews
from shared.flows.settle_customers import TOO_MANY_MEMBERS, Scene, judge_of, settle
from shared.flows.touch_customers import Looked, look, members_of, read_touched, verdicts_of
from shared.matching.describe import describe
from shared.matching.keys import make_customer_id
from shared.matching.regroup import features_of
from shared.model.errors import LostRace, RetryError
from shared.model.source import CustomerProfile, SourceRecord
from shared.policy.schema import Policy
from shared.ports import Check, Done, Is, Items, Update, Write
from shared.store.customers import mark_due, put_profile
from shared.store.identities import write_key
from shared.store.records import read_sources, record_key

MOST_WRITES = 94
"""Of the 100 of one transaction; the record itself takes the others."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The customer a source record belongs to, and the writes that make it so."""

    customer_id: str
    writes: tuple[Write, ...] = ()
    tags_ver: int | None = None
    """The version of its TAGS before records moved: a review in between makes us look again."""
    has_consent: bool = False
    """The writes say what consents stand: the record's own must not be written besides."""
    weakened: tuple[str, ...] = ()
    """Source records that must be looked at again: a key of theirs has become hot."""


def place_source(
    source: SourceRecord,
    before: SourceRecord | None,
    *,
    items: Items,
    policy: Policy,
    key: bytes,
    at: datetime,
    again: bool = False,
) -> Placement | None:
    """Where a changed source record belongs; None when others are changing it right now: read again.

    `again`: also when nothing about it has changed, because what it was compared with has.
    """
    placement = _find_place(source, before, items=items, policy=policy, key=key, at=at, again=again)
    if placement is None:
        return None
    now = replace(source, customer_id=placement.customer_id)
    kept = keep_refusals(now, before, placement.writes, items=items, policy=policy, key=key, at=at)
    room = MOST_WRITES - len(placement.writes)
    return replace(placement, writes=(*placement.writes, *kept[:room])) if kept else placement


def _find_place(
    source: SourceRecord,
    before: SourceRecord | None,
    *,
    items: Items,
    policy: Policy,
    key: bytes,
    at: datetime,
    again: bool,
) -> Placement | None:
    most_keys = policy.matching.keys_per_record
    now = describe(source, key, most_keys, _company_key)
    was = None if before is None else describe(before, key, most_keys, _company_key)
    if before is not None and now == was and not again:
        return Placement(before.customer_id)
    looked = look(source, before, now, was, items=items, policy=policy)
    profiles = read_touched(looked, judge_of(policy), items)
    if profiles is None:
        return None
    return _place(looked, profiles, items=items, policy=policy, key=key, at=at)


@lru_cache(maxsize=4096)
def _company_key(name: str) -> str:
    """A company as compared: without legal form and signs."""
    return company_key(name) or name


# --- decide --------------------------------------------------------------------------------------------------


def _place(
    looked: Looked,
    profiles: dict[str, CustomerProfile],
    *,
    items: Items,
    policy: Policy,
    key: bytes,
    at: datetime,
) -> Placement | None:
    record_id = looked.source.record_id
    members = {**members_of(profiles.values()), record_id: looked.member}
    if len(members) > policy.matching.members_per_customer:
        return _leave_for_review(looked, profiles, policy, at)
    scene = Scene(profiles, members, verdicts_of(profiles.values()), looked.source)
    settled = settle(scene, items=items, policy=policy, key=key, at=at)
    if settled is None:
        return None
    reviews = note_reviews(looked, scene, settled, judge_of(policy), at)
    journal = note_decision(looked, scene, settled, judge_of(policy), at)
    writes = (*_key_writes(looked, policy), *settled.writes, *reviews, *journal)
    if len(writes) > MOST_WRITES:
        return _leave_for_review(looked, profiles, policy, at)
    customer_id = settled.home_of[record_id]
    return Placement(
        customer_id,
        writes,
        tags_ver=settled.tags_vers.get(customer_id),
        has_consent=customer_id in settled.moved,
        weakened=_weakened(looked),
    )


def _leave_for_review(
    looked: Looked, profiles: Mapping[str, CustomerProfile], policy: Policy, at: datetime
) -> Placement:
    """More than one customer can have, or one transaction change: nothing is joined by itself, a person decides."""
    record_id = looked.source.record_id
    own = None if looked.before is None else profiles[looked.before.customer_id]
    profile = own or CustomerProfile(
        make_customer_id(tenant=policy.tenant.id, record_id=record_id), 0, (record_id,), at
    )
    flagged = replace(
        profile,
        ver=profile.ver + 1,
        features={**profile.features, record_id: features_of(looked.member)},
        review=tuple(dict.fromkeys((*profile.review, TOO_MANY_MEMBERS))),
    )
    put = put_profile(flagged, seen_ver=own.ver if own else None)
    return Placement(profile.customer_id, (*_key_writes(looked, policy), put), weakened=_weakened(looked))


def _key_writes(looked: Looked, policy: Policy) -> list[Write]:
    """Every key that was read is written or guarded."""
    features = features_of(looked.member)
    # The key that becomes hot by this record is told so; those that are hot stay as they are.
    named = looked.member.keys | looked.hot
    written = [
        write_key(
            key,
            looked.source.record_id,
            features.packed if name in named else None,
            most=policy.matching.members_per_key,
        )
        for name, key in looked.keys.items()
    ]
    return [write for write in written if write is not None]


def _weakened(looked: Looked) -> tuple[str, ...]:
    """Those who still are found under a key that has become hot."""
    found = {name for hot in looked.hot for name in looked.keys[hot].members}
    return tuple(sorted(found - {looked.source.record_id}))


# --- again ---------------------------------------------------------------------------------------------------


def settle_weakened(placement: Placement, *, items: Items, policy: Policy, key: bytes, at: datetime) -> None:
    """Settles anew those who hung on a key that has become hot. One that cannot be settled now stays under the key:
    whoever meets it next tries again."""
    for record_id in placement.weakened:
        with suppress(RetryError):
            look_again(record_id, items=items, policy=policy, key=key, at=at)


def look_again(record_id: str, *, items: Items, policy: Policy, key: bytes, at: datetime) -> None:
    """Settles a source record anew because what it was compared with has changed.

    Raises: LostRace: others keep changing it.
    """
    for _ in range(policy.matching.retries):
        source = read_sources(items, [record_id])[record_id]
        placement = place_source(source, source, items=items, policy=policy, key=key, at=at, again=True)
        if placement is None:
            continue
        writes = [*placement.writes, *_settle_record(source, placement, policy, at)]
        if isinstance(items.transact(writes), Done):
            return
    raise LostRace("the record's items kept changing")


def _settle_record(source: SourceRecord, placement: Placement, policy: Policy, at: datetime) -> list[Write]:
    """The record as it was read, in its customer of today."""
    seen = Is("ver", "=", source.ver)
    key = record_key(source.record_id)
    if placement.customer_id == source.customer_id and not placement.has_consent:
        return [Check(key, seen)]
    shards = policy.due.shards
    return [
        Update(key, set={"customer_id": placement.customer_id}, add={"ver": 1}, condition=seen),
        mark_due(placement.customer_id, at=at, shards=shards, seen_ver=placement.tags_ver),
    ]
