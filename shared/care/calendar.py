"""Working days and working hours of the tenant (R39): the official Chinese calendar with its 调休, else that of a country.

China's days come from our own table and chinesecalendar, those of other countries from the library `holidays`, which is
loaded only where such a calendar is asked for.
"""

import tomllib
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple, Protocol, TypedDict
from zoneinfo import ZoneInfo

from shared.care.dates import ONE_DAY
from shared.care.hours import first_instant
from shared.model.errors import CalendarMissing
from shared.policy.schema import Policy

SATURDAY = 5
CHINA: Final = "CN"


class Table(TypedDict, total=False):
    calendar: str
    provisional: bool


class WorkTime(NamedTuple):
    """Working hours of a working day, on the wall clock of a zone."""

    zone: ZoneInfo
    start: time
    end: time
    provisional: bool = False
    """A year without a table counts Monday to Friday: for `simulate` and `plan` alone, which say so (R39)."""
    calendar: str = CHINA

    @property
    def table(self) -> Table:
        """What every question about working days needs to know."""
        return {"calendar": self.calendar, "provisional": self.provisional}


def work_time(policy: Policy, *, provisional: bool = False) -> WorkTime:
    """The tenant's working hours as the policy has them."""
    work = policy.hours.work
    start, end = time.fromisoformat(work.start), time.fromisoformat(work.end)
    return WorkTime(policy.tenant.tz, start, end, provisional, work.calendar)


def is_working_day(day: date, *, calendar: str = CHINA, provisional: bool = False) -> bool:
    """Whether people work that day; CalendarMissing for a year without a table, unless provisional."""
    known = _official(day, calendar)
    if known is None and not provisional:
        raise CalendarMissing(_what_to_do(day.year, calendar))
    return day.weekday() < SATURDAY if known is None else known


def require_calendar(first: date, last: date, *, calendar: str = CHINA) -> None:
    """CalendarMissing, which says what to do, unless each year from `first` to `last` has its official table."""
    for year in range(first.year, last.year + 1):
        if not has_calendar(date(year, 1, 1), calendar=calendar):
            raise CalendarMissing(_what_to_do(year, calendar))


def has_calendar(day: date, *, calendar: str = CHINA) -> bool:
    """Whether the year of a day has an official table."""
    return _official(day, calendar) is not None


def add_working_days(day: date, n: int, *, calendar: str = CHINA, provisional: bool = False) -> date:
    """The n-th working day after a day, which itself does not count; n = 0: the first one from that day on."""
    table: Table = {"calendar": calendar, "provisional": provisional}
    if n == 0:
        return _first_working_day(day, table)
    for _ in range(n):
        day = _first_working_day(day + ONE_DAY, table)
    return day


def last_working_day(first: date, limit: date, *, calendar: str = CHINA, provisional: bool = False) -> date:
    """The latest working day up to `limit`, but never before `first`."""
    while limit > first and not is_working_day(limit, calendar=calendar, provisional=provisional):
        limit -= ONE_DAY
    return max(first, limit)


def working_window(day: date, work: WorkTime) -> tuple[datetime, datetime]:
    """First instant and end of the working hours of a day, in UTC; whether it is a working day is not asked."""
    start, end = datetime.combine(day, work.start), datetime.combine(day, work.end)
    return first_instant(start, work.zone), first_instant(end, work.zone)


def next_working(at: datetime, work: WorkTime) -> datetime:
    """The instant itself inside working hours, else the start of the next ones."""
    day = at.astimezone(work.zone).date()
    if is_working_day(day, **work.table):
        start, end = working_window(day, work)
        if at < end:
            return max(at, start)
    return working_window(add_working_days(day, 1, **work.table), work)[0]


def _first_working_day(day: date, table: Table) -> date:
    while not is_working_day(day, **table):
        day += ONE_DAY
    return day


def _what_to_do(year: int, calendar: str) -> str:
    if calendar == CHINA:
        return (
            f"no working days for {year}: add [{year}] to shared/care/working_days.toml as the State Council publishes "
            "it (www.gov.cn, each November), or update the package chinesecalendar"
        )
    return (
        f"no working days for {year} of {calendar!r}: hours.work.calendar must name a country (or part of one, such as "
        "DE-BY) and a year that the package holidays knows, or update the package"
    )


@cache
def _official(day: date, calendar: str) -> bool | None:
    return _official_abroad(day, calendar) if calendar != CHINA else _official_in_china(day)


def _official_in_china(day: date) -> bool | None:
    listed = _years().get(day.year)
    if listed is not None:
        return day in listed.worked or (day.weekday() < SATURDAY and day not in listed.off)
    # Imported for years that our own table lacks: a cold start does not pay for it.
    import chinese_calendar  # type: ignore[import-untyped]

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None  # what the library raises for a year it does not know


class _Country(Protocol):
    start_year: int
    end_year: int

    def is_working_day(self, key: date) -> bool: ...


def _official_abroad(day: date, calendar: str) -> bool | None:
    country = _country(calendar)
    if country is None or not country.start_year <= day.year <= country.end_year:
        return None
    return country.is_working_day(day)


@cache
def _country(calendar: str) -> _Country | None:
    # Imported with the first such tenant: a cold start in China does not pay for it.
    import holidays

    country, _, part = calendar.partition("-")
    try:
        found: _Country = holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        return None  # what the library raises for a place it does not know
    return found


class _Year(NamedTuple):
    off: frozenset[date]
    worked: frozenset[date]


@cache
def _years() -> dict[int, _Year]:
    """The years of our own table, checked as they are read; CalendarMissing names what is wrong."""
    text = (files("shared.care") / "working_days.toml").read_text(encoding="utf-8")
    return {int(year): _read_year(int(year), row) for year, row in tomllib.loads(text).items()}


def _read_year(year: int, row: dict[str, Any]) -> _Year:
    periods = [(period["first"], period["last"]) for period in row["off"]]
    off = frozenset(first + n * ONE_DAY for first, last in periods for n in range((last - first).days + 1))
    worked = frozenset(row["worked"])
    is_sound = {day.year for day in off | worked} == {year} and all(
        day.weekday() >= SATURDAY for day in worked
    )
    if not is_sound or off & worked or not all(first <= last for first, last in periods):
        raise CalendarMissing(f"shared/care/working_days.toml: [{year}] contradicts itself")
    return _Year(off, worked)
