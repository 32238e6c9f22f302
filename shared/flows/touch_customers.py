"""What a changed source record touches: who shares a key with it, and all who hang together with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.flows.move_records import read_many
from shared.flows.settle_customers import judge_of
from shared.matching.describe import Candidate, Described, rank_candidates, weaken
from shared.matching.regroup import Judge, Member, member_from
from shared.matching.score import Score, score_pair
from shared.model.source import CustomerProfile, SourceRecord, Verdict
from shared.policy.schema import Policy
from shared.ports import Items
from shared.store.customers import PROFILE, customer_key, profile_from_item, read_profiles
from shared.store.identities import KeyItem, is_full, read_keys
from shared.store.records import record_key, source_from_item


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found for one source record."""

    source: SourceRecord
    before: SourceRecord | None
    member: Member
    keys: Mapping[str, KeyItem]
    hot: frozenset[str]
    scored: tuple[tuple[Candidate, Score], ...]
    uncompared: int
    """Candidates beyond those that the policy lets compare."""


def look(
    source: SourceRecord,
    before: SourceRecord | None,
    now: Described,
    was: Described | None,
    *,
    items: Items,
    policy: Policy,
) -> Looked:
    """Reads the record's keys and compares it with the likeliest of those who share one."""
    keys = read_keys(items, dict.fromkeys((*now.keys, *(was.keys if was else ()))))
    most = policy.matching.members_per_key
    hot = frozenset(name for name in now.keys if is_full(keys[name], source.record_id, most=most))
    member = weaken(now, hot)
    found = {name: keys[name].members for name in now.keys if name not in hot}
    weights = judge_of(policy).weights
    candidates = rank_candidates(
        member.profile, found, source.record_id, policy.matching.review_bits, weights.guards
    )
    compared = candidates[: policy.matching.comparisons]
    scored = tuple((one, score_pair(member.profile, one.profile, weights)) for one in compared)
    return Looked(source, before, member, keys, hot, scored, len(candidates) - len(compared))


def _linked(looked: Looked, judge: Judge) -> list[str]:
    """The source records that may be the same person."""
    return [
        record_id
        for candidate, score in looked.scored
        if score.total >= judge.thresholds.link
        for record_id in candidate.records
    ]


def read_touched(looked: Looked, judge: Judge, items: Items) -> dict[str, CustomerProfile] | None:
    """The customers whose records hang together with this one; None when they are moving right now."""
    own = () if looked.before is None else (looked.before.customer_id,)
    linked = _linked(looked, judge)
    wanted = [*map(record_key, linked), *(customer_key(one, PROFILE) for one in own)]
    found = read_many(items, wanted)
    homes = {
        name: source_from_item(found[record_key(name)]).customer_id
        for name in linked
        if record_key(name) in found
    }
    profiles = {one: profile_from_item(found[customer_key(one, PROFILE)]) for one in own}
    if not _read_on(profiles, {*homes.values()}, items):
        return None
    if looked.before is not None:
        homes[looked.before.record_id] = looked.before.customer_id
    if any(name not in profiles[home].members for name, home in homes.items()):
        return None
    return profiles


def read_component(customer_ids: Iterable[str], items: Items) -> dict[str, CustomerProfile] | None:
    """These customers and all that hang together with them; None when they are moving right now."""
    profiles: dict[str, CustomerProfile] = {}
    return profiles if _read_on(profiles, set(customer_ids), items) else None


def _read_on(profiles: dict[str, CustomerProfile], wanted: set[str], items: Items) -> bool:
    wanted = (wanted | {kin for profile in profiles.values() for kin in profile.kin}) - profiles.keys()
    while wanted:
        found = read_profiles(items, sorted(wanted))
        profiles |= found
        if len(found) < len(wanted):
            return False
        wanted = {kin for profile in found.values() for kin in profile.kin} - profiles.keys()
    return not any(profile.alias_of for profile in profiles.values())


def verdicts_of(profiles: Iterable[CustomerProfile]) -> tuple[Verdict, ...]:
    """Each verdict once."""
    found = {verdict.verdict_id: verdict for profile in profiles for verdict in profile.verdicts}
    return tuple(found[one] for one in sorted(found))


def members_of(profiles: Iterable[CustomerProfile]) -> dict[str, Member]:
    """Every source record of these customers as identity sees it."""
    return {name: member_from(one) for profile in profiles for name, one in profile.features.items()}
