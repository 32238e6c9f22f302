"""Working days and working hours of the tenant (R39): the official Chinese calendar with its 调休."""

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]

from shared.care.hours import first_instant
from shared.model.errors import CalendarMissing
from shared.policy.schema import Policy

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class WorkTime(NamedTuple):
    """Working hours of a working day, on the wall clock of a zone."""

    zone: ZoneInfo
    start: time
    end: time
    provisional: bool = False
    """A year without a table counts Monday to Friday: for `simulate` and `plan` alone, which say so (R39)."""


def work_time(policy: Policy, *, provisional: bool = False) -> WorkTime:
    """The tenant's working hours as the policy has them."""
    work = policy.hours.work
    start, end = time.fromisoformat(work.start), time.fromisoformat(work.end)
    return WorkTime(policy.tenant.tz, start, end, provisional)


def is_working_day(day: date, *, provisional: bool = False) -> bool:
    """Whether people work that day; CalendarMissing for a year without a table, unless provisional."""
    known = _official(day)
    if known is None and not provisional:
        raise CalendarMissing(_what_to_do(day.year))
    return day.weekday() < SATURDAY if known is None else known


def require_calendar(first: date, last: date) -> None:
    """CalendarMissing, which says what to do, unless each year from `first` to `last` has its official table."""
    for year in range(first.year, last.year + 1):
        if not has_calendar(date(year, 1, 1)):
            raise CalendarMissing(_what_to_do(year))


def has_calendar(day: date) -> bool:
    """Whether the year of a day has an official table."""
    return _official(day) is not None


def add_working_days(day: date, n: int, *, provisional: bool = False) -> date:
    """The n-th working day after a day, which itself does not count; n = 0: the first one from that day on."""
    if n == 0:
        return _first_working_day(day, provisional)
    for _ in range(n):
        day = _first_working_day(day + ONE_DAY, provisional)
    return day


def last_working_day(first: date, limit: date, *, provisional: bool = False) -> date:
    """The latest working day up to `limit`, but never before `first`."""
    while limit > first and not is_working_day(limit, provisional=provisional):
        limit -= ONE_DAY
    return max(first, limit)


def working_window(day: date, work: WorkTime) -> tuple[datetime, datetime]:
    """First instant and end of the working hours of a day, in UTC; whether it is a working day is not asked."""
    start, end = datetime.combine(day, work.start), datetime.combine(day, work.end)
    return first_instant(start, work.zone), first_instant(end, work.zone)


def next_working(at: datetime, work: WorkTime) -> datetime:
    """The instant itself inside working hours, else the start of the next ones."""
    day = at.astimezone(work.zone).date()
    if is_working_day(day, provisional=work.provisional):
        start, end = working_window(day, work)
        if at < end:
            return max(at, start)
    return working_window(add_working_days(day, 1, provisional=work.provisional), work)[0]


def _first_working_day(day: date, provisional: bool) -> date:
    while not is_working_day(day, provisional=provisional):
        day += ONE_DAY
    return day


def _what_to_do(year: int) -> str:
    return (
        f"no working days for {year}: add [{year}] to shared/care/working_days.toml as the State Council publishes it "
        "(www.gov.cn, each November), or update the package chinesecalendar"
    )


@cache
def _official(day: date) -> bool | None:
    listed = _years().get(day.year)
    if listed is not None:
        return day in listed.worked or (day.weekday() < SATURDAY and day not in listed.off)
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None  # what the library raises for a year it does not know


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
