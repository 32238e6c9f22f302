"""Working days and working hours of the tenant (R39): the official Chinese calendar with its 调休."""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
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
        raise CalendarMissing(f"no working days for {day.year}: update the package chinesecalendar")
    return day.weekday() < SATURDAY if known is None else known


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


@cache
def _official(day: date) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None  # what the library raises for a year it does not know
