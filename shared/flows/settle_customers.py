"""Settles whom source records belong to: the pure answer for a touched component, and all the writes that it takes.

What was read is guarded in what is written: of two who settle the same people one must look again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.flows.move_records import Move, write_moves
from shared.matching.customer_ids import Claim, Named, claims_of, name_groups
from shared.matching.keys import make_customer_id
from shared.matching.regroup import Judge, Member, Regrouped, features_of, regroup
from shared.matching.resolve import Thresholds
from shared.matching.weights import load_weights
from shared.model.source import CustomerProfile, SourceRecord, Verdict
from shared.policy.schema import Policy
from shared.ports import Check, Is, Items, Write
from shared.store.customers import PROFILE, customer_key, put_profile, read_profiles

TOO_MANY_MEMBERS = "too_many_members"
MOST_IDS_TRIED = 8
"""Ids that a group which parts from a customer may try: nearly always the first is free."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a change touches."""

    profiles: Mapping[str, CustomerProfile]
    """As read."""
    members: Mapping[str, Member]
    """Every source record of these customers, after the change."""
    verdicts: tuple[Verdict, ...]
    """After the change."""
    source: SourceRecord | None = None
    """The one source record that the caller writes itself."""


@dataclass(frozen=True, slots=True)
class Settled:
    regrouped: Regrouped
    home_of: Mapping[str, str]
    """Source record -> customer."""
    writes: tuple[Write, ...]
    moved: tuple[str, ...]
    """Customers that records came to or left."""
    tags_vers: Mapping[str, int | None]
    """Of the moved ones, as seen: whoever marks them due guards it."""


def judge_of(policy: Policy) -> Judge:
    matching = policy.matching
    return Judge(load_weights(), Thresholds(matching.link_bits, matching.review_bits))


def settle(scene: Scene, *, items: Items, policy: Policy, key: bytes, at: datetime) -> Settled | None:
    """Who belongs to whom after a change; None when others are changing it right now: read again."""
    if scene.source is not None and not scene.profiles:
        return _found_customer(scene.source, scene.members[scene.source.record_id], policy, at)
    regrouped = regroup(scene.members, scene.verdicts, judge_of(policy))
    aliases = _read_parting(scene, regrouped, items)
    claims = [claim for profile in scene.profiles.values() for claim in claims_of(profile, aliases)]
    named = _give_ids(scene, _name(scene, regrouped, claims, policy), items, policy)
    if named is None:
        return None
    old = {**aliases, **scene.profiles}
    profiles = _profiles(scene, regrouped, named, old, at)
    moves = [move for one in named if (move := _move(scene, one, claims)) is not None]
    moved = write_moves(moves, profiles, old, scene.source, items=items, policy=policy, key=key, at=at)
    if moved is None:
        return None
    profiles |= moved.profiles
    return Settled(
        regrouped=regrouped,
        home_of={record_id: one.ids[0] for one in named for record_id in one.members},
        writes=(*_profile_writes(profiles, old), *moved.writes),
        moved=tuple(move.ids[0] for move in moves),
        tags_vers=moved.tags_vers,
    )


def _found_customer(source: SourceRecord, member: Member, policy: Policy, at: datetime) -> Settled:
    """A record that nobody resembles founds a customer."""
    record_id = source.record_id
    customer_id = make_customer_id(tenant=policy.tenant.id, record_id=record_id)
    features = {record_id: features_of(member)}
    profile = CustomerProfile(customer_id, 1, (record_id,), at, features=features)
    group = frozenset({record_id})
    put = put_profile(profile, seen_ver=None)
    return Settled(Regrouped((group,), ((group,),), {}), {record_id: customer_id}, (put,), (), {})


# --- ids -----------------------------------------------------------------------------------------------------


def _read_parting(scene: Scene, regrouped: Regrouped, items: Items) -> dict[str, CustomerProfile]:
    """The aliases of customers whose records part: some may become customers again."""
    parting = [
        profile
        for profile in scene.profiles.values()
        if profile.aliases and sum(not group.isdisjoint(profile.members) for group in regrouped.groups) > 1
    ]
    wanted = [alias for profile in parting for alias in profile.aliases]
    return read_profiles(items, wanted) if wanted else {}


def _own_records(scene: Scene) -> dict[str, str]:
    """Source record -> customer, as read."""
    return {
        record_id: profile.customer_id for profile in scene.profiles.values() for record_id in profile.members
    }


def _name(scene: Scene, regrouped: Regrouped, claims: Iterable[Claim], policy: Policy) -> tuple[Named, ...]:
    living = {record_id for record_id, member in scene.members.items() if member.keys}

    def founds(record_id: str, customer_id: str) -> bool:
        return make_customer_id(tenant=policy.tenant.id, record_id=record_id) == customer_id

    return name_groups(regrouped.groups, claims, living=living, founds=founds)


def _give_ids(scene: Scene, named: Sequence[Named], items: Items, policy: Policy) -> tuple[Named, ...] | None:
    """Groups without an id get that of their first record, or the next one that nobody ever had."""
    given = []
    for one in named:
        if one.ids:
            # Those aliases of a customer that were not read go with it.
            ids = dict.fromkeys(
                (*one.ids, *(alias for name in one.ids for alias in _unread(scene, name, named)))
            )
            given.append(Named(tuple(ids), one.members))
            continue
        customer_id = _free_id(scene, one.members, items, policy)
        if customer_id is None:
            return None
        given.append(Named((customer_id,), one.members))
    return tuple(given)


def _unread(scene: Scene, customer_id: str, named: Iterable[Named]) -> list[str]:
    profile = scene.profiles.get(customer_id)
    known = {name for one in named for name in one.ids}
    return [] if profile is None else [alias for alias in profile.aliases if alias not in known]


def _free_id(scene: Scene, members: frozenset[str], items: Items, policy: Policy) -> str | None:
    tenant, first = policy.tenant.id, min(members)
    if scene.source is not None and members == {scene.source.record_id} and not scene.source.customer_id:
        return make_customer_id(tenant=tenant, record_id=first)
    tries = [make_customer_id(tenant=tenant, record_id=record_id) for record_id in sorted(members)]
    tries += [
        make_customer_id(tenant=tenant, record_id=f"{first}|{number}") for number in range(MOST_IDS_TRIED)
    ]
    known = read_profiles(items, tries)
    return next((one for one in tries if one not in known), None)


# --- profiles ------------------------------------------------------------------------------------------------


def _profiles(
    scene: Scene,
    regrouped: Regrouped,
    named: Iterable[Named],
    old: Mapping[str, CustomerProfile],
    at: datetime,
) -> dict[str, CustomerProfile]:
    """Every customer and alias as it stands afterwards, without golden records."""
    id_of = {one.members: one.ids[0] for one in named}
    kin_of = {
        group: tuple(sorted(id_of[other] for other in component if other is not group))
        for component in regrouped.components
        for group in component
    }
    found: dict[str, CustomerProfile] = {}
    for one in named:
        first = one.ids[0]
        base = old.get(first) or CustomerProfile(first, 0, (), at)
        found[first] = replace(
            base,
            members=tuple(sorted(one.members)),
            aliases=tuple(sorted(one.ids[1:])),
            alias_of=None,
            features={record_id: features_of(scene.members[record_id]) for record_id in sorted(one.members)},
            verdicts=_verdicts_of(scene.verdicts, one.members),
            kin=kin_of[one.members],
            review=tuple(code for code in base.review if code != TOO_MANY_MEMBERS),
            held=(),
            beside=(),
        )
        beside = _records_before(old.get(first))
        found |= {
            name: _alias(old[name], one.ids, one.members, beside) for name in one.ids[1:] if name in old
        }
    return found


def _verdicts_of(verdicts: Iterable[Verdict], members: Collection[str]) -> tuple[Verdict, ...]:
    named = {
        verdict.verdict_id: verdict
        for verdict in verdicts
        if not {*verdict.left, *verdict.right}.isdisjoint(members)
    }
    return tuple(named[one] for one in sorted(named))


def _records_before(profile: CustomerProfile | None) -> tuple[str, ...]:
    return () if profile is None else profile.members or profile.held


def _alias(
    profile: CustomerProfile, ids: tuple[str, ...], members: frozenset[str], beside: tuple[str, ...]
) -> CustomerProfile:
    """It redirects from now on, and remembers which records were its own."""
    if profile.alias_of in ids:
        return replace(
            profile,
            aliases=tuple(one for one in profile.aliases if one in ids),
            held=_within(profile.held, members),
            beside=_within(profile.beside, members),
        )
    return replace(
        profile,
        members=(),
        golden={},
        provenance={},
        aliases=tuple(one for one in profile.aliases if one in ids),
        alias_of=ids[0],
        features={},
        verdicts=(),
        kin=(),
        held=_within(_records_before(profile), members),
        beside=_within(beside, members),
    )


def _within(records: Iterable[str], members: frozenset[str]) -> tuple[str, ...]:
    return tuple(one for one in records if one in members)


def _profile_writes(
    profiles: Mapping[str, CustomerProfile], old: Mapping[str, CustomerProfile]
) -> list[Write]:
    """Each one written where it changed, else guarded."""
    writes: list[Write] = []
    for customer_id, profile in profiles.items():
        before = old.get(customer_id)
        if before is None:
            writes.append(put_profile(replace(profile, ver=1), seen_ver=None))
        elif before != profile:
            writes.append(put_profile(replace(profile, ver=before.ver + 1), seen_ver=before.ver))
        else:
            writes.append(Check(customer_key(customer_id, PROFILE), Is("ver", "=", before.ver)))
    return writes


# --- who moves -----------------------------------------------------------------------------------------------


def _move(scene: Scene, named: Named, claims: Iterable[Claim]) -> Move | None:
    """What came to a customer and left it; None where at most a new record came."""
    homes = _own_records(scene)
    came_from = {homes[record_id] for record_id in named.members if record_id in homes}
    before = scene.profiles.get(named.ids[0])
    if before is None and not came_from:
        return None
    if before is not None and came_from == {before.customer_id}:
        is_same = named.members.issuperset(before.members)
        if is_same and set(named.ids) == {before.customer_id, *before.aliases}:
            return None
    joined = [name for name in named.ids[1:] if name in scene.profiles]
    return Move(
        ids=named.ids,
        members=named.members,
        came_from=tuple(sorted(came_from)),
        was_part_of=tuple(claim.customer_id for claim in claims if claim.records & named.members),
        joined=tuple(joined),
        homes={record_id: homes[record_id] for record_id in named.members if record_id in homes},
    )
