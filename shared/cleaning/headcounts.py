"""How many people a company employs: a number, also where a source says a range."""

import re
from decimal import Decimal
from typing import NamedTuple

from shared.cleaning.digit_groups import Habit, read_digits
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.numerals import read_number
from shared.cleaning.text import read_text

# The largest employers have some two million people.
_MOST = 10_000_000
_AS_WRITTEN = Habit(None, has_lakh_groups=False)

# Patterns are compiled when they are first needed: few records need them, and a cold start waits for none.
_LABEL = r"^(?:公司|企业|员工|人员)?(?:员工|规模|人数|数)+\s*:?\s*|^(?:headcount|employees|staff)\s*:\s*"
_PEOPLE = r"\s*(?:个?人|名|位|员工|职工|(?<![a-z])(?:people|persons?|employees?|staff|fte)(?![a-z]))"
_BELOW = (
    r"以下|以内|少于|不到|不足|小于|低于|最多|[<≤]|\b(?:under|below|less than|fewer than|up to|at most)\b"
)
_ABOUT = (
    r"以上|超过?|大于|高于|至少|不少于|约|大约|大概|左右|上下|余|多|[>≥+≈~]"
    r"|\b(?:over|above|more than|at least|about|around|approx\.?|approximately|or more|circa|ca\.)(?!\w)"
)
_RANGE = r"(?<=[\d万千百十亿k])\s*(?:-|~|–|—|−|〜|至|到|\bto\b)\s*(?=[\d一二三四五六七八九])"
_TIMES = {"万": 10**4, "w": 10**4, "千": 10**3, "k": 10**3}
_NUMBER = rf"(.*\d)\s*({'|'.join(_TIMES)})?"


class _Count(NamedTuple):
    people: Decimal
    times: int


def clean_headcount(raw: object, path: str) -> Field[int]:
    """People; of a range the lower end (50-100 is 50, 500 and more is 500, under 50 is 1), with an issue that says so."""
    text = None if isinstance(raw, bool) else read_text(raw)
    if text is None:
        return refused(path, "bad_headcount") if isinstance(raw, bool | float) else NOTHING
    bare = re.sub(_PEOPLE, "", re.sub(_LABEL, "", text.casefold().lstrip("'")))
    ends = [_read(end) for end in re.split(_RANGE, bare, maxsplit=1)] if re.search(_RANGE, bare) else []
    if ends:
        return _lower(ends, path)
    is_below, is_about = re.search(_BELOW, bare), re.search(_ABOUT, bare)
    count = _read(re.sub(_ABOUT, "", re.sub(_BELOW, "", bare)))
    people = _whole(count)
    if people is None:
        return refused(path, "bad_headcount")
    if is_below:
        return accepted(1, path, "headcount_range")
    return accepted(people, path, *(("headcount_range",) if is_about else ()))


def _lower(ends: list[_Count | None], path: str) -> Field[int]:
    low, high = ends
    if low is None or high is None:
        return refused(path, "bad_headcount")
    # 1-2万人: the unit stands once, behind both.
    least = _whole(_Count(low.people, high.times) if low.times == 1 and low.people < high.people else low, 0)
    most = _whole(high)
    if least is None or most is None or least > most:
        return refused(path, "bad_headcount")
    return accepted(max(least, 1), path, "headcount_range")


def _read(text: str) -> _Count | None:
    match = re.fullmatch(_NUMBER, text.strip())
    if match is None:
        people = read_number(text.strip())
        return None if people is None else _Count(people, 1)
    people = read_digits(match[1], _AS_WRITTEN)
    return None if people is None else _Count(people, _TIMES.get(match[2], 1))


def _whole(count: _Count | None, least: int = 1) -> int | None:
    """A number of people that there can be."""
    if count is None:
        return None
    people = count.people * count.times
    return int(people) if people == people.to_integral_value() and least <= people <= _MOST else None
