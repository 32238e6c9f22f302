"""What identity knows of a source record: its profile and the keys it is found under; and who to compare it with."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from shared.matching.absorb import plain_party
from shared.matching.blocking import STRONG_KINDS, block_keys
from shared.matching.compare import DIFFERS, compare_person
from shared.matching.profile import Profile, make_profile, unpack
from shared.matching.regroup import Member
from shared.matching.rule_out import SHIPPED, make_rule_out
from shared.matching.weights import Guards
from shared.model.source import SourceRecord

Packed = tuple[str, ...]
_MOST_RANKED = 24
"""Candidates whose names are looked at: a key that is nearly hot brings a crowd."""
_MOST = 12
"""More than weak keys and names can add up to."""


class Described(NamedTuple):
    profile: Profile
    keys: tuple[str, ...]
    """Strongest first."""


def describe(
    source: SourceRecord, key: bytes, most_keys: int, read_company: Callable[[str], str]
) -> Described:
    """What a record is compared by and found under. A deleted one says nothing any more and is found by nobody.

    `read_company`: the key under which two spellings of a company are equal.
    """
    if source.deleted:
        return Described(Profile(), ())
    party = plain_party(source.party)
    if "id_number_hash" in party:
        party["identity"] = party["id_number_hash"]
    if "company" in party:
        party["company"] = read_company(party["company"])
    profile = make_profile(party, key)
    return Described(profile, block_keys(profile, key, most_keys))


def weaken(described: Described, hot: Collection[str]) -> Member:
    """Without what too many people share: a hot phone or mailbox says nothing about who somebody is."""
    profile = described.profile
    if not hot:
        return Member(profile, frozenset(described.keys))
    changes: dict[str, Any] = {
        kind: " ".join(value for value in getattr(profile, kind).split() if f"{kind}#{value}" not in hot)
        for kind in STRONG_KINDS
    }
    return Member(replace(profile, **changes), frozenset(described.keys) - set(hot))


class Candidate(NamedTuple):
    """Source records that say the same under the keys they share with the one looked at."""

    profile: Profile
    records: tuple[str, ...]
    kinds: frozenset[str]
    """Of the keys shared."""


def rank_candidates(
    own: Profile,
    members_of: Mapping[str, Mapping[str, Packed]],
    besides: str,
    review_bits: float,
    guards: Guards = SHIPPED,
) -> list[Candidate]:
    """Who shares a key, the likeliest first, by what costs nothing to compare.

    `members_of`: key -> source record -> packed profile. Records with the same profile need one comparison; those
    that cannot reach `review_bits` none.
    """
    packed_of: dict[str, Packed] = {}
    for members in members_of.values():
        packed_of.update(members)
    packed_of.pop(besides, None)
    is_ruled_out = make_rule_out(own, review_bits, guards)
    alike: dict[tuple[Packed, frozenset[str]], list[str]] = {}
    for record_id, packed in packed_of.items():
        if not is_ruled_out(packed):
            shared = (id_key.partition("#")[0] for id_key, them in members_of.items() if record_id in them)
            alike.setdefault((packed, frozenset(shared)), []).append(record_id)
    likely = sorted(alike, key=lambda one: _rough_likeness(own, *one), reverse=True)[:_MOST_RANKED]
    found = [Candidate(unpack(one[0]), tuple(sorted(alike[one])), one[1]) for one in likely]
    if len(found) < 2:
        return found
    return sorted(found, key=lambda one: (-_likeness(own, one), one.records))


def _rough_likeness(own: Profile, packed: Packed, kinds: frozenset[str]) -> tuple[int, Packed, list[str]]:
    """The same without reading the profile, to leave most of a crowd aside; a total order."""
    names = packed[1:3]
    same = sum(bool(name) and name in names for name in (own.given, own.surname))
    strong = sum(kind in STRONG_KINDS for kind in kinds)
    return 2 * strong + len(kinds) + same, packed, sorted(kinds)


def _likeness(own: Profile, other: Candidate) -> int:
    """Strong keys shared, then other keys and how well the names agree; people of another name come last."""
    names = compare_person(own, other.profile)
    strong = sum(kind in STRONG_KINDS for kind in other.kinds)
    is_other = names == (DIFFERS, DIFFERS)
    return _MOST * (strong - _MOST * is_other) + len(other.kinds) + max(names)
