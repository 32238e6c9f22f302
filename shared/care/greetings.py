"""Occasions of the calendar: birthdays, festivals, anniversaries (R47, R50). Lunar days follow the Chinese calendar."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from shared.care.dates import month_day, yearly, years_around
from shared.care.lunar import LunarDay, birthday_on, festival_on
from shared.care.state import CareState, Why
from shared.care.wishes import Occasion
from shared.model.errors import CalendarMissing
from shared.policy.playbooks import Anniversary, Birthday, Festival

CHINESE = "zh"
SOLAR_FESTIVALS = {
    "new_year": "01-01",
    "womens_day": "03-08",
    "labour_day": "05-01",
    "national_day": "10-01",
    "christmas": "12-25",
}
_LUNAR_DAY = re.compile(r"(L?)(\d{2})-(\d{2})")


def birthdays(state: CareState, trigger: Birthday, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R47: the lunar one where it is known, else the solar one."""
    lunar = read_lunar(state.lunar_birthday or "")
    for year in years_around(today):
        if lunar is not None:
            day, calendar = _lunar_birthday(lunar, year), "lunar"
        elif state.birthday_on is not None:
            day, calendar = yearly(state.birthday_on, year), "solar"
        else:
            return
        if day is not None:
            yield Occasion(on=day, day=day, why={"calendar": calendar})


def festivals(state: CareState, trigger: Festival, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R47: those of the customer's language."""
    names = trigger.zh if state.reach.language == CHINESE else trigger.other
    for name in names:
        yield from _festival_occasions(name, today.year)


def anniversaries(state: CareState, trigger: Anniversary, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R50: each full year since the first order, for customers who are of such a level now."""
    since_on = state.first_order_on
    if since_on is None or state.level not in trigger.levels:
        return
    for year in years_around(today):
        if year > since_on.year:
            day, years = yearly(since_on, year), year - since_on.year
            why: Why = {"since_on": since_on.isoformat(), "years": years}
            yield Occasion(on=day, day=day, values={"years": years}, why=why)


@cache
def _festival_occasions(name: str, year: int) -> tuple[Occasion, ...]:
    days = (festival_day(name, one) for one in (year - 1, year, year + 1))
    told = {"festival": name}
    return tuple(Occasion(on=day, day=day, values=told, why=told) for day in days if day is not None)


@cache
def festival_day(name: str, year: int) -> date | None:
    """The day of a festival, lunar or solar, in the solar or lunar year of that number; None beyond the lunar table."""
    if name in SOLAR_FESTIVALS:
        return month_day(SOLAR_FESTIVALS[name], year)
    try:
        return festival_on(name, year)
    except CalendarMissing:
        return None


def read_lunar(text: str) -> LunarDay | None:
    """`08-15`, or `L04-08` in a leap month; None for anything else."""
    found = _LUNAR_DAY.fullmatch(text)
    if found is None:
        return None
    leap, month, day = found.groups()
    born = LunarDay(0, int(month), int(day), is_leap=bool(leap))
    return born if 1 <= born.month <= 12 and 1 <= born.day <= 30 else None


@cache
def _lunar_birthday(born: LunarDay, year: int) -> date | None:
    try:
        return birthday_on(born, year)
    except CalendarMissing:
        return None
