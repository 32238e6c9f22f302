"""Whether two records are one person: log2 odds from the levels of agreement, with guards that no sum overrules."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2

from shared.matching.blocking import STRONG_KINDS
from shared.matching.compare import (
    DIFFERS,
    EQUAL,
    FIELD_NAMES,
    compare_profiles,
)
from shared.matching.guards import find_rule, most_bits
from shared.matching.profile import Profile
from shared.matching.weights import LEVEL_NAMES, Chances, Table, Weights

_AT = {name: place for place, name in enumerate(FIELD_NAMES)}
TERM_FIELDS = (
    "given",
    "surname",
    "birthday",
    "identity",
    "phone",
    "email",
    "company",
    "street",
    "building",
    "place",
    "postcode",
    "region",
)
_TERMS = tuple((name, _AT[name]) for name in TERM_FIELDS)
_STRONG = tuple(_AT[name] for name in STRONG_KINDS)
_PERSONAL = frozenset({"given", "identity"})
"""Related people share these only by chance."""


@dataclass(frozen=True, slots=True)
class Score:
    total: float
    """log2 odds that both are one person, prior included."""
    levels: Mapping[str, str]
    """Field -> level of agreement; fields that one of both does not state are left out."""
    rule: str | None = None
    """What decided beside the sum: key_alone; or the guard that lowered the total: names_conflict, shared_contact, twins,
    generations_conflict, generation_unsure, identities_conflict, birthdays_conflict, name_only."""


def score_pair(one: Profile, other: Profile, weights: Weights) -> Score:
    """The evidence for and against, added up. Symmetric in both profiles."""
    levels = compare_profiles(one, other)
    total, rule = decide(one, other, levels, weights, is_strict=True)
    names = weights.table.names
    named = {name: LEVEL_NAMES[level] for name, level in zip(names, levels, strict=False) if level}
    return Score(total, named, rule)


def decide(
    one: Profile,
    other: Profile,
    levels: tuple[int, ...],
    weights: Weights,
    *,
    is_strict: bool = False,
) -> tuple[float, str | None]:
    """The total, and the rule that decided beside the sum."""
    if is_key_alone(one, other, levels):
        return weights.guards.key_alone, "key_alone"
    total = add_up(levels, term_bits(one, other, levels, weights), weights.table)
    rule, word = find_rule(one, other, levels, weights, is_strict=is_strict)
    most = most_bits(word, weights.guards, is_strict=is_strict)
    return (most, rule) if rule is not None and total > most else (total, None)


def add_up(levels: tuple[int, ...], terms: tuple[float, float], table: Table) -> float:
    """log2 odds of `one person` against `related or strangers`."""
    same, related = table.prior_same + terms[0], table.prior_related + terms[1]
    for place, level in enumerate(levels):
        if level:
            same += table.same[place][level]
            related += table.related[place][level]
    return same - _log2_add_one(related)


def _log2_add_one(bits: float) -> float:
    return bits if bits > 50 else log2(1 + 2**bits)


def term_bits(one: Profile, other: Profile, levels: tuple[int, ...], weights: Weights) -> tuple[float, float]:
    """What equal values say beyond the mean: more when they are rare, less when common. (same, related)."""
    same = related = 0.0
    for name, place in _TERMS:
        if levels[place] != EQUAL or name not in weights.rare:
            continue
        value = getattr(one, name)
        if value != getattr(other, name):
            continue
        share = weights.terms[name].get(value, weights.rare[name])
        chances = weights.chances[name][EQUAL]
        bits = log2(chances.random / share)
        same += bits
        related += _related_bits(chances, share) if name in _PERSONAL else bits
    return same, related


def _related_bits(chances: Chances, share: float) -> float:
    """Relations bear one name by chance, as often as it is common; those who bear it for a reason, whatever it is."""
    reason = max(chances.related - chances.random, 0.0)
    return log2((reason / share + 1) * chances.random / chances.related)


def is_key_alone(one: Profile, other: Profile, levels: tuple[int, ...]) -> bool:
    """One of both is nobody but a phone, a mailbox or an identity number, which the other has too."""
    if has_person(one) and has_person(other):
        return False
    stated = [level for level in levels if level]
    return DIFFERS not in stated and any(levels[place] == EQUAL for place in _STRONG)


def has_person(profile: Profile) -> bool:
    """Says who it is about, not only how to reach somebody."""
    return bool(profile.given or profile.surname or profile.birthday)
