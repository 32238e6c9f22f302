"""Finds the customer of a source record by its identity keys, or founds one; joins customers that turn out one.

Everything that was read is guarded in the writes that come out: two records of one person, arriving at the same
time, cannot make two customers, because the second one to write sees a key that has changed and looks again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.matching.absorb import plain_party
from shared.matching.keys import identity_keys, make_customer_id
from shared.matching.link import Features, LinkDecision, decide_links, make_features
from shared.model.source import CustomerProfile, SourceRecord
from shared.policy.schema import Policy
from shared.ports import Exists, Is, Item, Items, Put, Update, Write
from shared.store.customers import (
    CONSENT,
    LEDGER,
    TAGS,
    customer_key,
    link_item,
    merge_memories,
    plan_memory_from_item,
    put_plan_memory,
    put_profile,
    read_profiles,
    tags_from_item,
)
from shared.store.identities import KeyItem, find_matches, guard_key, put_member, read_keys
from shared.store.records import read_sources, record_key

TOO_MANY_MEMBERS = "too_many_members"
MOST_WRITES = 96
"""Of the 100 of one transaction; the record itself takes the others."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The customer a source record belongs to, and the writes that make it so."""

    customer_id: str
    writes: tuple[Write, ...] = ()
    tags_ver: int | None = None
    """The version of the survivor's TAGS before a join: a review in between makes us look again."""
    withdrawn: tuple[str, ...] = ()
    """Uses (`email|care`) that a joined customer had withdrawn: they stay withdrawn."""


@dataclass(frozen=True, slots=True)
class _Found:
    keys: Mapping[str, KeyItem]
    features: Features
    links: tuple[LinkDecision, ...]
    profiles: tuple[CustomerProfile, ...]
    """Of every customer the record belongs to, the oldest first."""


def place_source(
    source: SourceRecord,
    before: SourceRecord | None,
    *,
    items: Items,
    policy: Policy,
    key: bytes,
    at: datetime,
) -> Placement | None:
    """Where a changed source record belongs; None when others are changing it right now: read again."""
    party = plain_party(source.party)
    id_keys, features = identity_keys(party, key), make_features(party)
    if before is not None and _is_placed(before, id_keys, features, key):
        return Placement(before.customer_id)
    found = _find(source, before, id_keys, features, items=items)
    if found is None:
        return None
    return _place(source, found, items=items, policy=policy, at=at)


def _is_placed(before: SourceRecord, id_keys: tuple[str, ...], features: Features, key: bytes) -> bool:
    party = plain_party(before.party)
    return identity_keys(party, key) == id_keys and make_features(party) == features


def _find(
    source: SourceRecord,
    before: SourceRecord | None,
    id_keys: tuple[str, ...],
    features: Features,
    *,
    items: Items,
) -> _Found | None:
    keys = read_keys(items, id_keys)
    links = decide_links(features, find_matches(keys.values(), besides=source.record_id))
    linked = read_sources(items, [link.record_id for link in links if link.is_same])
    customer_ids = {other.customer_id for other in linked.values()}
    if before is not None:
        customer_ids.add(before.customer_id)
    profiles = read_profiles(items, sorted(customer_ids))
    if len(profiles) < len(customer_ids) or any(profile.alias_of for profile in profiles.values()):
        return None
    oldest_first = sorted(profiles.values(), key=lambda profile: (profile.founded_at, profile.customer_id))
    return _Found(keys, features, links, tuple(oldest_first))


# --- decide --------------------------------------------------------------------------------------------------


def _place(source: SourceRecord, found: _Found, *, items: Items, policy: Policy, at: datetime) -> Placement:
    key_writes = _key_writes(source.record_id, found, policy)
    if not found.profiles:
        profile = _found_customer(source, policy, at)
        journal = _journal(profile.customer_id, source.record_id, found, at)
        return Placement(profile.customer_id, (*key_writes, put_profile(profile, seen_ver=None), *journal))
    members = {member for profile in found.profiles for member in profile.members} | {source.record_id}
    if len(members) > policy.matching.members_per_customer:
        return _leave_for_review(source, found, key_writes, policy, at)
    survivor, *losers = found.profiles
    journal = _journal(survivor.customer_id, source.record_id, found, at)
    joined = replace(
        survivor,
        ver=survivor.ver + 1,
        members=tuple(sorted(members)),
        aliases=_aliases(survivor, losers),
    )
    if joined.members == survivor.members and not losers:
        return Placement(survivor.customer_id, (*key_writes, *journal))
    merge_writes, tags_ver, withdrawn = _merge_writes(survivor, losers, source.record_id, items=items)
    writes = (*key_writes, put_profile(joined, seen_ver=survivor.ver), *merge_writes, *journal)
    if len(writes) > MOST_WRITES:
        return _leave_for_review(source, found, key_writes, policy, at)
    return Placement(survivor.customer_id, writes, tags_ver, withdrawn)


def _found_customer(source: SourceRecord, policy: Policy, at: datetime) -> CustomerProfile:
    customer_id = make_customer_id(tenant=policy.tenant.id, record_id=source.record_id)
    return CustomerProfile(customer_id, 1, (source.record_id,), at)


def _leave_for_review(
    source: SourceRecord, found: _Found, key_writes: tuple[Write, ...], policy: Policy, at: datetime
) -> Placement:
    """More members than one customer can have: no join by itself, a person decides."""
    own = next((profile for profile in found.profiles if source.record_id in profile.members), None)
    profile = own or _found_customer(source, policy, at)
    writes = (*key_writes, *_journal(profile.customer_id, source.record_id, found, at))
    if TOO_MANY_MEMBERS in profile.review:
        return Placement(profile.customer_id, writes)
    flagged = replace(
        profile, ver=own.ver + 1 if own else profile.ver, review=(*profile.review, TOO_MANY_MEMBERS)
    )
    put = put_profile(flagged, seen_ver=own.ver if own else None)
    return Placement(profile.customer_id, (*writes, put))


def _key_writes(record_id: str, found: _Found, policy: Policy) -> tuple[Write, ...]:
    """Every key that was read is written or guarded."""
    writes: list[Write] = []
    for key in found.keys.values():
        write = put_member(key, record_id, found.features, most=policy.matching.members_per_key)
        guarded = write or guard_key(key)
        if guarded is not None:
            writes.append(guarded)
    return tuple(writes)


def _aliases(survivor: CustomerProfile, losers: Iterable[CustomerProfile]) -> tuple[str, ...]:
    new = [alias for loser in losers for alias in (loser.customer_id, *loser.aliases)]
    return tuple(sorted({*survivor.aliases, *new}))


def _journal(customer_id: str, record_id: str, found: _Found, at: datetime) -> tuple[Put, ...]:
    """The decision with its evidence: what spoke for and against, and who was joined; none where nobody was found."""
    if not found.links:
        return ()
    evidence = {
        "record": record_id,
        "customers": [profile.customer_id for profile in found.profiles],
        "links": [
            {"record": link.record_id, "same": link.is_same, "rule": link.rule, "keys": list(link.kinds)}
            for link in found.links
        ],
    }
    return (link_item(customer_id, at, evidence),)


# --- join ----------------------------------------------------------------------------------------------------


def _merge_writes(
    survivor: CustomerProfile, losers: list[CustomerProfile], record_id: str, *, items: Items
) -> tuple[tuple[Write, ...], int | None, tuple[str, ...]]:
    """What a join changes beside the survivor's profile, the survivor's TAGS as seen, the consents that end with it."""
    if not losers:
        return (), None, ()
    ids = [profile.customer_id for profile in (survivor, *losers)]
    # TAGS first: whoever reviews one of them after this moves its version on, and the join is refused.
    tags = items.batch_get([customer_key(customer_id, TAGS) for customer_id in ids])
    kept = items.batch_get([customer_key(customer_id, sk) for customer_id in ids for sk in (LEDGER, CONSENT)])
    memory = plan_memory_from_item(kept.get(customer_key(survivor.customer_id, LEDGER)))
    writes: list[Write] = []
    withdrawn: set[str] = set()
    for loser in losers:
        memory = merge_memories(
            memory, plan_memory_from_item(kept.get(customer_key(loser.customer_id, LEDGER)))
        )
        withdrawn |= _withdrawn(kept.get(customer_key(loser.customer_id, CONSENT)))
        writes += _redirect(loser, survivor, record_id, tags.get(customer_key(loser.customer_id, TAGS)))
    seen = tags_from_item(tags.get(customer_key(survivor.customer_id, TAGS)))
    return (
        (*writes, put_plan_memory(survivor.customer_id, memory)),
        seen.ver or None,
        tuple(sorted(withdrawn)),
    )


def _withdrawn(consent: Item | None) -> set[str]:
    return {name for name, state in (consent or {}).items() if state in ("withdrawn", "objected")}


def _redirect(
    loser: CustomerProfile, survivor: CustomerProfile, record_id: str, tags: Item | None
) -> list[Write]:
    """The loser becomes an alias, its source records point to the survivor, and nobody reviews it any more."""
    alias = replace(loser, ver=loser.ver + 1, members=(), alias_of=survivor.customer_id)
    writes: list[Write] = [put_profile(alias, seen_ver=loser.ver)]
    writes += [_move(member, survivor.customer_id) for member in loser.members if member != record_id]
    if tags is not None:
        seen = Is("ver", "=", tags_from_item(tags).ver)
        tags_key = customer_key(loser.customer_id, TAGS)
        writes.append(Update(tags_key, add={"ver": 1}, remove=("due_at", "due_shard"), condition=seen))
    return writes


def _move(record_id: str, customer_id: str) -> Update:
    return Update(
        record_key(record_id), set={"customer_id": customer_id}, add={"ver": 1}, condition=Exists("record_id")
    )
