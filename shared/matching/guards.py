"""Guards that no sum overrules: patterns of agreement that are two people, or that only a person can tell.

What each word means in bits is data, in the weights.
"""

from typing import Literal, NamedTuple

from shared.matching.compare import (
    CLOSE,
    DIFFERS,
    EQUAL,
    FIELD_NAMES,
    IMPLIED,
    MISSING,
    PART,
    are_alike,
    compare_birthday,
)
from shared.matching.profile import Profile
from shared.matching.readings import is_han
from shared.matching.weights import Guards, Weights

Word = Literal["never", "ask", "apart", ""]
"""never: two people. ask: a person decides; in a file, the other records of both may still tell. apart: never linked."""
_AT = {name: place for place, name in enumerate(FIELD_NAMES)}
_GIVEN, _SURNAME, _GENERATION = _AT["given"], _AT["surname"], _AT["generation"]
_IDENTITY, _BIRTHDAY = _AT["identity"], _AT["birthday"]
_DAY_DIGITS = 8
_REACHED = (_AT["phone"], _AT["email"])
_NARROW = tuple(
    _AT[name] for name in ("birthday", "identity", "phone", "email", "number", "building", "postcode")
)


class Rule(NamedTuple):
    name: str | None = None
    word: Word = ""


_NONE = Rule()


def most_bits(word: Word, guards: Guards, *, is_strict: bool) -> float:
    """log2 odds at most under a guard. Strict, as the live system is, a person is asked at once."""
    if word == "never":
        return guards.refused
    return guards.unsure if word == "ask" and is_strict else guards.unsure - 1


def find_rule(
    one: Profile, other: Profile, levels: tuple[int, ...], weights: Weights, *, is_strict: bool
) -> Rule:
    """The guard that holds for two records.

    Strict, two identity numbers or two birthdays leave the decision to a person; otherwise they only count against.
    """
    rule = _find_conflict(levels)
    if rule.name is None and is_strict:
        rule = _find_doubt(levels)
    if (
        rule.name is None
        and levels[_BIRTHDAY] == DIFFERS
        and levels[_IDENTITY] < CLOSE
        and has_namesakes(weights)
        and are_born_apart(one, other, weights.guards.generation_years)
    ):
        rule = Rule("birthdays_conflict", "ask")
    if rule.name is None and levels[_GIVEN] == PART and levels[_IDENTITY] < CLOSE:
        rule = _find_likeness(one, other, levels, weights, is_strict=is_strict)
    return rule


def is_refused(levels: tuple[int, ...]) -> bool:
    """A guard calls these two people, whatever else agrees."""
    return _find_conflict(levels).word == "never"


def _find_conflict(levels: tuple[int, ...]) -> Rule:
    if levels[_IDENTITY] >= CLOSE:
        return _NONE
    if levels[_BIRTHDAY] >= CLOSE:
        return Rule("twins", "ask") if _are_twins(levels) else _NONE
    if levels[_GIVEN] == DIFFERS and levels[_SURNAME] == DIFFERS:
        return Rule("names_conflict", "never")
    if levels[_GENERATION] == DIFFERS:
        return Rule("generations_conflict", "never")
    if levels[_GENERATION] == PART:
        # One of the two says junior: without a birthday nobody knows whether the other is the father.
        return Rule("generation_unsure", "ask")
    if _count_reached(levels) and DIFFERS in (levels[_GIVEN], levels[_SURNAME]):
        # One first name on one line may have married since, or be two Johns of one office: a person decides.
        return Rule("shared_contact", "ask" if levels[_GIVEN] == EQUAL else "never")
    return Rule("name_only", "apart") if _is_name_only(levels) else _NONE


def _count_reached(levels: tuple[int, ...]) -> int:
    return sum(levels[place] == EQUAL for place in _REACHED)


def _are_twins(levels: tuple[int, ...]) -> bool:
    """One surname, birthday and line, but another given name."""
    return levels[_GIVEN] == DIFFERS and levels[_SURNAME] >= CLOSE and _count_reached(levels) > 0


def _find_doubt(levels: tuple[int, ...]) -> Rule:
    if levels[_IDENTITY] >= CLOSE:
        return _NONE
    if levels[_IDENTITY] == DIFFERS:
        return Rule("identities_conflict", "ask")
    if levels[_BIRTHDAY] == DIFFERS:
        return Rule("birthdays_conflict", "ask")
    if levels[_GENERATION] == DIFFERS:
        return Rule("generations_conflict", "never")
    if levels[_GIVEN] == DIFFERS and levels[_SURNAME] in (MISSING, DIFFERS):
        return Rule("names_conflict", "ask")
    return _NONE


def _find_likeness(
    one: Profile, other: Profile, levels: tuple[int, ...], weights: Weights, *, is_strict: bool
) -> Rule:
    """Chinese given names with a character in common (志军, 志明) on one phone or mailbox: siblings, twins, or a slip.

    The live system asks. A file shows how many siblings are among its people: who shares phone and mailbox, or the
    birthday besides, is left to its weights, unless so many relations are alike that a likeness is no slip.
    """
    reached = _count_reached(levels)
    if not reached or not (is_han(one.given) and is_han(other.given)):
        return _NONE
    is_asked = is_strict or has_siblings(weights)
    if levels[_BIRTHDAY] < CLOSE:
        return Rule("shared_contact", "ask") if reached == 1 or is_asked else _NONE
    is_like_twins = is_asked and levels[_SURNAME] >= CLOSE and are_alike(one.given, other.given)
    return Rule("twins", "ask") if is_like_twins else _NONE


def has_siblings(weights: Weights) -> bool:
    """So many relations of these records have like names, beyond chance."""
    given = weights.chances["given"][PART]
    return given.related - given.random >= weights.guards.siblings


def has_namesakes(weights: Weights) -> bool:
    """So many relations bear one name, beyond chance, for each other record of one person: fathers and sons."""
    given = weights.chances["given"][EQUAL]
    namesakes = (given.related - given.random) * weights.related_per_record
    return namesakes >= weights.guards.namesakes * weights.same_per_record


def are_born_apart(one: Profile, other: Profile, years: float) -> bool:
    """Two whole birthdays, so many years apart, on another day of the year: no slip, turn or wrong century explains them."""
    day, other_day = one.birthday, other.birthday
    return (
        _is_day(day)
        and _is_day(other_day)
        and abs(int(day[:4]) - int(other_day[:4])) >= years
        and day[4:] != other_day[4:]
        and compare_birthday(day, other_day) == DIFFERS
        and (not one.identity or one.identity != other.identity)
    )


def _is_day(digits: str) -> bool:
    """A slip often leaves a day that is none: 19973061."""
    return len(digits) == _DAY_DIGITS and "01" <= digits[4:6] <= "12" and "01" <= digits[6:] <= "31"


def _is_name_only(levels: tuple[int, ...]) -> bool:
    """Nothing else agrees, or only what thousands share (a town, a street, a firm) while something narrow differs."""
    narrow = [levels[place] for place in _NARROW]
    if any(level >= PART for level in narrow) or any(level >= PART for level in levels[len(FIELD_NAMES) :]):
        return False
    return DIFFERS in narrow or not any(level % IMPLIED >= PART for level in levels[_GENERATION + 1 :])
