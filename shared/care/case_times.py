"""When a case escalates, and by which clock: working minutes, or time that simply passes (R30, R38)."""

from datetime import date, datetime, time, timedelta

from shared.care.calendar import (
    WorkTime,
    add_working_days,
    is_working_day,
    next_working,
    work_time,
    working_window,
)
from shared.care.hours import first_instant
from shared.model.case import Case
from shared.model.instants import local_day
from shared.policy.schema import Policy

NOTHING = timedelta()


def is_by_the_hour(case: Case, policy: Policy) -> bool:
    """Whether the deadline of a case runs on by night, as the playbook that asks for it says (R30)."""
    return any(
        step.task == case.title and step.within_hours is not None and not step.in_working_hours
        for playbook in policy.playbooks.values()
        for step in playbook.steps
    )


def escalation_at(case: Case, percent: int, policy: Policy) -> datetime:
    """The instant at which so many percent of the time between start and deadline are over.

    In working minutes of the tenant's calendar; CalendarMissing for a year without a table.
    """
    if is_by_the_hour(case, policy):
        return _elapsed_at(case, percent)
    work = work_time(policy)
    total = working_time(case.start_at, case.due_at, work)
    if total <= NOTHING:
        return _elapsed_at(case, percent)
    return add_working_time(case.start_at, total * percent / 100, work)


def _elapsed_at(case: Case, percent: int) -> datetime:
    return case.start_at + max(case.due_at - case.start_at, NOTHING) * percent / 100


def working_time(start: datetime, end: datetime, work: WorkTime) -> timedelta:
    """How much of the working hours lies between two instants."""
    total = NOTHING
    day, last = local_day(start, work.zone), local_day(end, work.zone)
    while day <= last:
        if is_working_day(day, **work.table):
            opens, closes = working_window(day, work)
            total += max(min(end, closes) - max(start, opens), NOTHING)
        day += timedelta(days=1)
    return total


def add_working_time(start: datetime, length: timedelta, work: WorkTime) -> datetime:
    """The first instant by which so much working time has passed since a start."""
    at = next_working(start, work)
    if length <= NOTHING:
        return start
    while True:
        closes = working_window(local_day(at, work.zone), work)[1]
        if at + length <= closes:
            return at + length
        length -= closes - at
        at = next_working(closes, work)


def next_try_on(at: datetime, policy: Policy) -> date:
    """The working day on which a call that met nobody is tried again."""
    return add_working_days(
        local_day(at, policy.tenant.tz), policy.tasks.retry_working_days, **work_time(policy).table
    )


def close_of(day: date, policy: Policy) -> datetime:
    """When the working hours of a day end: the deadline of what is due on that day."""
    return working_window(day, work_time(policy))[1]


def is_digest_time(at: datetime, policy: Policy) -> bool:
    """Whether the digests of a day may go: on a working day, between the hours of the policy."""
    local = at.astimezone(policy.tenant.tz)
    is_hour = policy.tasks.digest_at <= local.strftime("%H:%M") < policy.tasks.digest_until
    return is_hour and is_working_day(local.date(), **work_time(policy).table)


def last_digest_at(at: datetime, policy: Policy) -> datetime:
    """When the digests of the working day before were due."""
    zone = policy.tenant.tz
    day = local_day(at, zone) - timedelta(days=1)
    while not is_working_day(day, **work_time(policy).table):
        day -= timedelta(days=1)
    return first_instant(datetime.combine(day, time.fromisoformat(policy.tasks.digest_at)), zone)
