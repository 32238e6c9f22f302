"""How far two values of one field agree: a level, from `differs` to `equal`. Nothing here knows what a level is worth."""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio

from shared.matching.nicknames import are_one_name
from shared.matching.profile import Profile
from shared.matching.readings import is_han, is_pinyin, read_given, read_surname, say_broadly

MISSING, DIFFERS, PART, CLOSE, EQUAL = range(5)
LEVELS = ("missing", "differs", "part", "close", "equal")
IMPLIED = len(LEVELS)
"""Added to the level of a place within which the other place lies: equal postcodes make equal towns no news."""

# Where one level ends and the next begins. Weights are learned for these levels: a change wants new weights.
_TYPO_LIKENESS, _TEXT_LIKENESS, _NAME_LIKENESS = 0.93, 0.85, 0.8
"""Jaro-Winkler."""
_FIRM_WORDS_PERCENT, _STREET_WORDS_PERCENT = 80, 75
_SHORTEST_WITH_SLIP, _SHORTEST_WITH_TWO_SLIPS = 3, 8
_SHORTEST_TELLING = 4
"""Characters that a mailbox or a firm needs to be known by."""

Compare = Callable[[str, str], int]
Reader = Callable[[str], str]


@lru_cache(maxsize=65536)
def compare_given(one: str, other: str) -> int:
    """Given names: spelling, homophones, pinyin, nick names, initials."""
    return _compare_names(one, other, read_given)


@lru_cache(maxsize=65536)
def compare_surname(one: str, other: str) -> int:
    """Surnames, with the readings they have of their own."""
    return _compare_names(one, other, read_surname)


def _compare_names(one: str, other: str, read: Reader) -> int:
    if one == other:
        return EQUAL
    is_one_han, is_other_han = is_han(one), is_han(other)
    if is_one_han and is_other_han:
        return _compare_han(one, other, read)
    if is_one_han or is_other_han:
        han, latin = (one, other) if is_one_han else (other, one)
        return _compare_scripts(read(han), latin.replace(" ", ""))
    return _compare_latin(one, other)


def _compare_han(one: str, other: str, read: Reader) -> int:
    if read(one) == read(other):
        return CLOSE
    if min(len(one), len(other)) == 1 and len(one) == len(other):
        # 名, 靖: nothing of a name of one character is left when it is another, but for how people speak it.
        return PART if say_broadly(read(one)) == say_broadly(read(other)) else DIFFERS
    if one in other or other in one:
        return PART
    is_one_off = len(one) == len(other) > 1 and OSA.distance(one, other, score_cutoff=1) <= 1
    if is_one_off or (len(one) > 1 and sorted(one) == sorted(other)):
        return PART
    return PART if OSA.distance(read(one), read(other), score_cutoff=1) <= 1 else DIFFERS


def are_alike(one: str, other: str) -> bool:
    """Chinese given names of siblings: as long, another character that does not sound like the other."""
    if len(one) != len(other) or len(one) < 2 or not (is_han(one) and is_han(other)):
        return False
    different = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(different) == 1 and say_broadly(read_given(one)) != say_broadly(read_given(other))


def _compare_scripts(reading: str, latin: str) -> int:
    """Chinese characters against letters. An English name beside a Chinese one says nothing."""
    if reading == latin:
        return CLOSE
    if not is_pinyin(latin):
        return MISSING
    return PART if OSA.distance(reading, latin, score_cutoff=1) <= 1 and len(latin) > 2 else DIFFERS


def _compare_latin(one: str, other: str) -> int:
    plain, plain_other = one.replace(" ", ""), other.replace(" ", "")
    if plain == plain_other:
        return EQUAL
    if are_one_name(one, other) or _is_typo(plain, plain_other):
        return CLOSE
    if _is_part(one.split(), other.split()):
        return PART
    return PART if JaroWinkler.similarity(plain, plain_other) >= _NAME_LIKENESS else DIFFERS


def _is_typo(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < _SHORTEST_WITH_SLIP:
        return False
    slips = 2 if shorter >= _SHORTEST_WITH_TWO_SLIPS else 1
    return (
        OSA.distance(one, other, score_cutoff=slips) <= slips
        or JaroWinkler.similarity(one, other) >= _TYPO_LIKENESS
    )


def _is_part(one: list[str], other: list[str]) -> bool:
    """An initial, or one of several given names."""
    shorter, longer = sorted((one, other), key=len)
    return all(
        any(word == known or (min(len(word), len(known)) == 1 and word[0] == known[0]) for known in longer)
        for word in shorter
    )


def compare_birthday(one: str, other: str) -> int:
    """Days: equal, day and month swapped or one digit off, two of three parts (or all that is known) equal."""
    if one == other:
        return EQUAL
    size = min(_known_digits(one), _known_digits(other))
    if size < _DAY_DIGITS and one[:size] == other[:size]:
        return PART
    if min(len(one), len(other)) < _DAY_DIGITS:
        return DIFFERS
    if one[:4] + one[6:] + one[4:6] == other or OSA.distance(one, other, score_cutoff=1) <= 1:
        return CLOSE
    same = (one[:4] == other[:4]) + (one[4:6] == other[4:6]) + (one[6:] == other[6:])
    return PART if same > 1 else DIFFERS


_DAY_DIGITS, _YEAR_DIGITS = 8, 4


def _known_digits(day: str) -> int:
    """The first of January stands for a day that nobody knew."""
    return _YEAR_DIGITS if day.endswith("0101") else len(day)


def compare_exactly(one: str, other: str) -> int:
    return EQUAL if one == other else DIFFERS


def compare_digits(one: str, other: str) -> int:
    """Numbers of which a person or a line has one; any of several values may be the shared one."""
    if one == other:
        return EQUAL
    if " " in one or " " in other:
        ones, others = one.split(), other.split()
        if set(ones) & set(others):
            return EQUAL
        off = min(OSA.distance(a, b, score_cutoff=2) for a in ones for b in others)
    else:
        off = OSA.distance(one, other, score_cutoff=2)
    return CLOSE if off == 1 else PART if off == 2 else DIFFERS


def compare_email(one: str, other: str) -> int:
    """Addresses of mailboxes: two slips, or the same mailbox name elsewhere."""
    level = compare_digits(one, other)
    if level > DIFFERS or "@" not in one or "@" not in other:
        return CLOSE if level == PART else level
    local, other_local = one.partition("@")[0], other.partition("@")[0]
    return PART if local == other_local and len(local) >= _SHORTEST_TELLING else DIFFERS


def compare_company(one: str, other: str) -> int:
    if one == other:
        return EQUAL
    shorter, longer = sorted((one.replace(" ", ""), other.replace(" ", "")), key=len)
    if is_han(shorter) and _is_han_firm(shorter, longer):
        return CLOSE
    if (
        shorter == longer
        or (len(shorter) >= _SHORTEST_TELLING and longer.startswith(shorter))
        or _is_typo(shorter, longer)
    ):
        return CLOSE
    return PART if token_set_ratio(one, other) >= _FIRM_WORDS_PERCENT else DIFFERS


def _is_han_firm(shorter: str, longer: str) -> bool:
    """The same characters in another order (智星软件（浙江）, 浙江智星软件), or one within the other."""
    return sorted(shorter) == sorted(longer) or (len(shorter) >= _SHORTEST_TELLING and shorter in longer)


def compare_street(one: str, other: str) -> int:
    if one == other:
        return EQUAL
    plain, plain_other = one.replace(" ", ""), other.replace(" ", "")
    if plain == plain_other:
        return EQUAL
    if _is_typo(plain, plain_other) or plain in plain_other or plain_other in plain:
        return CLOSE
    return PART if token_sort_ratio(one, other) >= _STREET_WORDS_PERCENT else DIFFERS


def compare_number(one: str, other: str) -> int:
    """House numbers: one digit off, turned digits, or one of several."""
    if one == other:
        return EQUAL
    if OSA.distance(one, other, score_cutoff=1) <= 1 and min(len(one), len(other)) > 1:
        return CLOSE
    return PART if set(one.split()) & set(other.split()) or sorted(one) == sorted(other) else DIFFERS


def compare_text(one: str, other: str) -> int:
    """Places and other short texts."""
    if one == other:
        return EQUAL
    similarity = JaroWinkler.similarity(one, other)
    if similarity >= _TYPO_LIKENESS or OSA.distance(one, other, score_cutoff=1) <= 1:
        return CLOSE
    return PART if similarity >= _TEXT_LIKENESS or one in other or other in one else DIFFERS


def compare_postcode(one: str, other: str) -> int:
    if one == other:
        return EQUAL
    if OSA.distance(one, other, score_cutoff=1) <= 1:
        return CLOSE
    return PART if one[:2] == other[:2] else DIFFERS


FIELDS: dict[str, Compare] = {
    "birthday": compare_birthday,
    "sex": compare_exactly,
    "identity": compare_digits,
    "phone": compare_digits,
    "email": compare_email,
    "company": compare_company,
    "number": compare_number,
    "street": compare_street,
    "building": compare_street,
    "place": compare_text,
    "postcode": compare_postcode,
    "region": compare_text,
}
FIELD_NAMES = ("given", "surname", "generation", *FIELDS)


_COMPARE = tuple(FIELDS.values())
_VALUES = attrgetter(*FIELDS)


def compare_profiles(one: Profile, other: Profile) -> tuple[int, ...]:
    """The levels in the order of FIELD_NAMES, then those of the extras."""
    levels = [*compare_person(one, other), compare_generation(one.generation, other.generation)]
    for compare, value, other_value in zip(_COMPARE, _VALUES(one), _VALUES(other), strict=True):
        if value == other_value:
            levels.append(EQUAL if value else MISSING)
        else:
            levels.append(compare(value, other_value) if value and other_value else MISSING)
    _turn_lines(one, other, levels)
    _imply(levels)
    if one.extras:
        levels += [
            compare_text(a, b) if a and b else MISSING for a, b in zip(one.extras, other.extras, strict=False)
        ]
    return tuple(levels)


_STREET, _BUILDING, _PLACE, _POSTCODE, _REGION = (
    FIELD_NAMES.index(name) for name in ("street", "building", "place", "postcode", "region")
)


def _turn_lines(one: Profile, other: Profile, levels: list[int]) -> None:
    """Street and second line of the address are as often written the other way round."""
    if max(levels[_STREET], levels[_BUILDING]) > PART:
        return
    turned = (_line(one.street, other.building), _line(one.building, other.street))
    if max(turned) > PART:
        levels[_STREET], levels[_BUILDING] = turned


def _line(one: str, other: str) -> int:
    return compare_street(one, other) if one and other else MISSING


def _imply(levels: list[int]) -> None:
    is_postcode_equal = levels[_POSTCODE] == EQUAL
    is_place_equal = levels[_PLACE] == EQUAL
    if is_postcode_equal and levels[_PLACE]:
        levels[_PLACE] += IMPLIED
    if (is_postcode_equal or is_place_equal) and levels[_REGION]:
        levels[_REGION] += IMPLIED


def compare_generation(one: str, other: str) -> int:
    """Junior and senior are two people; who is called junior but once may be one or the other."""
    if not one and not other:
        return MISSING
    return PART if not one or not other else compare_exactly(one, other)


def compare_person(one: Profile, other: Profile) -> tuple[int, int]:
    """Levels of given name and surname; turned round where that agrees better (Wei Zhang, Zhang Wei)."""
    straight = (_given(one.given, other.given), _surname(one.surname, other.surname))
    if max(straight) > PART:
        return straight
    turned = (_given(one.given, other.surname), _surname(one.surname, other.given))
    return turned if max(turned) > PART and sum(turned) > sum(straight) else straight


def _given(one: str, other: str) -> int:
    return compare_given(one, other) if one and other else MISSING


def _surname(one: str, other: str) -> int:
    return compare_surname(one, other) if one and other else MISSING
