"""Whether two records are one person: log2 odds from the levels of agreement, with guards that no sum overrules."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2

from shared.matching.blocking import STRONG_KINDS
from shared.matching.compare import (
    CLOSE,
    DIFFERS,
    EQUAL,
    FIELD_NAMES,
    IMPLIED,
    MISSING,
    PART,
    compare_profiles,
)
from shared.matching.profile import Profile
from shared.matching.readings import is_han
from shared.matching.weights import LEVEL_NAMES, Table, Weights

_AT = {name: place for place, name in enumerate(FIELD_NAMES)}
_GIVEN, _SURNAME, _GENERATION = _AT["given"], _AT["surname"], _AT["generation"]
_IDENTITY, _BIRTHDAY = _AT["identity"], _AT["birthday"]
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
_REACHED = (_AT["phone"], _AT["email"])
_NARROW = tuple(
    _AT[name] for name in ("birthday", "identity", "phone", "email", "number", "building", "postcode")
)
_STRONG = tuple(_AT[name] for name in STRONG_KINDS)
_PERSONAL = frozenset({"given", "identity"})
"""Related people share these only by chance."""
REFUSED = -10.0
"""log2 odds at most, where a guard says that these are two people."""
KEY_ALONE = 8.0
"""log2 odds of a record without a name that shares a phone, mailbox or identity number with another, and nothing else
to compare: an order that carries only a phone. `resolve` keeps it from joining two people."""
UNSURE = 0.5
"""log2 odds at most, where a guard wants a person to decide: above the review threshold, below that of a link."""


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
        return KEY_ALONE, "key_alone"
    total = add_up(levels, term_bits(one, other, levels, weights), weights.table)
    total, rule = guard(levels, total, is_strict=is_strict)
    most = _left_to_people(is_strict=is_strict)
    if rule is None and total > most and _may_be_siblings(one, other, levels):
        return most, "shared_contact"
    return total, rule


def _left_to_people(*, is_strict: bool) -> float:
    """The live system asks at once; in a file, the other records of both may still tell."""
    return UNSURE if is_strict else UNSURE - 1


def _may_be_siblings(one: Profile, other: Profile, levels: tuple[int, ...]) -> bool:
    """Chinese given names that have one character in common (志军, 志明) on one phone or one mailbox, nothing personal equal."""
    return (
        levels[_GIVEN] == PART
        and levels[_BIRTHDAY] < CLOSE
        and levels[_IDENTITY] < CLOSE
        and sum(levels[place] == EQUAL for place in _REACHED) == 1
        and is_han(one.given)
        and is_han(other.given)
    )


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
        bits = log2(weights.chances[name][EQUAL].random / share)
        same += bits
        related += 0.0 if name in _PERSONAL else bits
    return same, related


def is_key_alone(one: Profile, other: Profile, levels: tuple[int, ...]) -> bool:
    """One of both is nobody but a phone, a mailbox or an identity number, which the other has too."""
    if has_person(one) and has_person(other):
        return False
    stated = [level for level in levels if level]
    return DIFFERS not in stated and any(levels[place] == EQUAL for place in _STRONG)


def has_person(profile: Profile) -> bool:
    """Says who it is about, not only how to reach somebody."""
    return bool(profile.given or profile.surname or profile.birthday)


_ASKED = ("twins", "shared_contact", "generation_unsure")


def guard(levels: tuple[int, ...], total: float, *, is_strict: bool) -> tuple[float, str | None]:
    """The total after the guards, and which one lowered it.

    Strict, two identity numbers or two birthdays leave the decision to a person; otherwise they only count against.
    """
    rule, most = _find_conflict(levels)
    if rule is None and is_strict:
        rule, most = _find_doubt(levels)
    if rule in _ASKED and most > REFUSED:
        most = _left_to_people(is_strict=is_strict)
    return (most, rule) if rule and total > most else (total, None)


def is_refused(levels: tuple[int, ...]) -> bool:
    """A guard calls these two people, whatever else agrees."""
    rule, most = _find_conflict(levels)
    return rule is not None and most == REFUSED


def _find_conflict(levels: tuple[int, ...]) -> tuple[str | None, float]:
    if levels[_IDENTITY] >= CLOSE:
        return None, 0.0
    if levels[_BIRTHDAY] >= CLOSE:
        return ("twins", UNSURE - 1) if _are_twins(levels) else (None, 0.0)
    if levels[_GIVEN] == DIFFERS and levels[_SURNAME] == DIFFERS:
        return "names_conflict", REFUSED
    if levels[_GENERATION] == DIFFERS:
        return "generations_conflict", REFUSED
    if levels[_GENERATION] == PART:
        # One of the two says junior: without a birthday nobody knows whether the other is the father.
        return "generation_unsure", UNSURE - 1
    if any(levels[place] == EQUAL for place in _REACHED) and DIFFERS in (levels[_GIVEN], levels[_SURNAME]):
        # One first name on one line may have married since, or be two Johns of one office: a person decides.
        is_first_name_one = levels[_GIVEN] == EQUAL
        return "shared_contact", UNSURE - 1 if is_first_name_one else REFUSED
    if _is_name_only(levels):
        return "name_only", UNSURE - 1
    return None, 0.0


def _are_twins(levels: tuple[int, ...]) -> bool:
    """One surname, birthday and line, but another given name."""
    return (
        levels[_GIVEN] == DIFFERS
        and levels[_SURNAME] >= CLOSE
        and any(levels[place] == EQUAL for place in _REACHED)
    )


def _find_doubt(levels: tuple[int, ...]) -> tuple[str | None, float]:
    if levels[_IDENTITY] >= CLOSE:
        return None, 0.0
    if levels[_IDENTITY] == DIFFERS:
        return "identities_conflict", UNSURE
    if levels[_BIRTHDAY] == DIFFERS:
        return "birthdays_conflict", UNSURE
    if levels[_GENERATION] == DIFFERS:
        return "generations_conflict", REFUSED
    if levels[_GIVEN] == DIFFERS and levels[_SURNAME] in (MISSING, DIFFERS):
        return "names_conflict", UNSURE
    return None, 0.0


def _is_name_only(levels: tuple[int, ...]) -> bool:
    """Nothing else agrees, or only what thousands share (a town, a street, a firm) while something narrow differs."""
    narrow = [levels[place] for place in _NARROW]
    if any(level >= PART for level in narrow) or any(level >= PART for level in levels[len(FIELD_NAMES) :]):
        return False
    return DIFFERS in narrow or not any(level % IMPLIED >= PART for level in levels[_GENERATION + 1 :])
