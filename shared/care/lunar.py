"""The Chinese lunar calendar: days, festivals and birthdays, leap months included. A missing year is an error."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from shared.model.errors import CalendarMissing

MONTHS: Final = 12
SHORT_MONTH, LONG_MONTH = 29, 30
_LEAP_SHIFT: Final = 13


class LunarDay(NamedTuple):
    year: int
    month: int
    day: int
    is_leap: bool = False
    """In the second one of two months with the same number."""


# (month, day); day 0 is the last day of the month.
FESTIVALS: Final[Mapping[str, tuple[int, int]]] = {
    "spring_festival": (1, 1),
    "lantern_festival": (1, 15),
    "dragon_boat": (5, 5),
    "double_seventh": (7, 7),
    "mid_autumn": (8, 15),
    "double_ninth": (9, 9),
    "laba": (12, 8),
    "new_years_eve": (12, 0),
}


def to_lunar(day: date) -> LunarDay:
    """The lunar day of a date; CalendarMissing outside of the table."""
    year = day.year if day >= _new_years().get(day.year, date.max) else day.year - 1
    left = (day - _first_day(year)).days
    for month, is_leap, length in _months(year):
        if left < length:
            return LunarDay(year, month, left + 1, is_leap)
        left -= length
    raise CalendarMissing(_missing(day.year))


def from_lunar(lunar: LunarDay) -> date | None:
    """The date of a lunar day; None when its year has no such month or day."""
    start = _first_day(lunar.year)
    for month, is_leap, length in _months(lunar.year):
        if (month, is_leap) == (lunar.month, lunar.is_leap):
            return start + timedelta(days=lunar.day - 1) if 1 <= lunar.day <= length else None
        start += timedelta(days=length)
    return None


def festival_on(festival: str, year: int) -> date:
    """The day of a lunar festival in a lunar year, which begins in the solar year of the same number."""
    month, day = FESTIVALS[festival]
    last = next(length for number, is_leap, length in _months(year) if number == month and not is_leap)
    return _require(from_lunar(LunarDay(year, month, day or last)), year)


def birthday_on(born: LunarDay, year: int) -> date:
    """When a lunar birthday is kept in a lunar year.

    Born in a leap month: in that month where there is one, else in the month of the same number. Born on the 30th of a
    month that has 29 days that year: on the 29th.
    """
    lengths = {(month, is_leap): length for month, is_leap, length in _months(year)}
    is_leap = born.is_leap and (born.month, True) in lengths
    day = min(born.day, lengths[(born.month, is_leap)])
    return _require(from_lunar(LunarDay(year, born.month, day, is_leap)), year)


def next_birthday(born: LunarDay, after: date) -> date:
    """The first lunar birthday from a date on."""
    year = to_lunar(after).year
    kept = birthday_on(born, year)
    return kept if kept >= after else birthday_on(born, year + 1)


def _require(day: date | None, year: int) -> date:
    if day is None:
        raise ValueError(f"no such day in the lunar year {year}")
    return day


def _months(year: int) -> Iterator[tuple[int, bool, int]]:
    """Number, whether it is a leap month, and days of each month of a lunar year."""
    bits = _bits(year)
    leap = bits >> _LEAP_SHIFT
    order = [(month, False) for month in range(1, MONTHS + 1)]
    if leap:
        order.insert(leap, (leap, True))
    for place, (month, is_leap) in enumerate(order):
        yield month, is_leap, LONG_MONTH if bits >> place & 1 else SHORT_MONTH


def _first_day(year: int) -> date:
    """New Year of a lunar year."""
    _bits(year)
    return _new_years()[year]


def _bits(year: int) -> int:
    first, _, years = _table()
    if not first <= year < first + len(years):
        raise CalendarMissing(_missing(year))
    return years[year - first]


def _missing(year: int) -> str:
    return f"no lunar months for {year}: extend shared/care/lunar_years.toml"


@cache
def _new_years() -> dict[int, date]:
    first, day, years = _table()
    new_years = {}
    for year in range(first, first + len(years)):
        new_years[year] = day
        day += timedelta(days=sum(length for _, _, length in _months(year)))
    return new_years


@cache
def _table() -> tuple[int, date, tuple[int, ...]]:
    text = (files("shared.care") / "lunar_years.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return table["first_year"], table["first_day"], tuple(table["years"])
