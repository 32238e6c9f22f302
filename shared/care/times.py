"""When a wished contact may start and until when it is worth something (Q1..Q3, R39, X2)."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.care.calendar import (
    WorkTime,
    add_working_days,
    has_calendar,
    last_working_day,
    next_working,
    working_window,
)
from shared.care.case_times import add_working_time
from shared.care.dates import ONE_DAY
from shared.care.hours import Opening, Verdict, last_close, next_open
from shared.care.plan import add_interval
from shared.care.state import Why
from shared.care.wishes import Span, Wish
from shared.model.contact import Decision
from shared.model.errors import CalendarMissing
from shared.model.instants import local_day, start_of_day, to_iso
from shared.policy.matrix import Interval
from shared.policy.schema import Policy, Window

# Reviews of one sweep ask for the same instant in the same few zones.
_WINDOWS_REMEMBERED = 4096


class Times(NamedTuple):
    not_before: datetime
    not_after: datetime
    decision: Decision = Decision.PLANNED
    """PLANNED, QUIET_DEFERRED, or why there is no time at all."""
    rule: str = "R24"
    why: Why = {}


class Clocks(NamedTuple):
    """The clocks that one run reads."""

    now: datetime
    today: date
    """The tenant's day."""
    work: WorkTime
    zones: tuple[ZoneInfo, ...]
    """The recipient's; the first one dates the caps."""

    def cap_day(self, instant: datetime) -> date:
        """The recipient's day of an instant."""
        return local_day(instant, self.zones[0])


def find_times(wish: Wish, every: Interval, policy: Policy, clocks: Clocks) -> Times:
    """The window of a wish; where there is none its decision says why (NO_CALENDAR, NO_WINDOW, STALE)."""
    try:
        times = (_task_times if wish.channel.is_task else _message_times)(wish, every, policy, clocks)
    except CalendarMissing as missing:
        return Times(clocks.now, clocks.now, Decision.NO_CALENDAR, "R39", {"missing": str(missing)})
    last_on = local_day(times.not_after, clocks.work.zone)
    if _reads_calendar(wish) and not has_calendar(last_on, calendar=clocks.work.calendar):
        return times._replace(why={**times.why, "calendar": "provisional"})
    return times


def _reads_calendar(wish: Wish) -> bool:
    return wish.channel.is_task or wish.after_working_days > 0


def _task_times(wish: Wish, every: Interval, policy: Policy, clocks: Clocks) -> Times:
    if wish.span and wish.span.at and wish.span.within_hours:
        return _hours_times(wish.span, wish.span.at, timedelta(hours=wish.span.within_hours), clocks)
    start_at = next_working(_earliest(wish, clocks, clocks.work.zone), clocks.work)
    start_on = local_day(start_at, clocks.work.zone)
    due_on = _task_due_on(wish, start_on, every, policy, clocks.work)
    return Times(start_at, working_window(due_on, clocks.work)[1])


def _hours_times(span: Span, at: datetime, within: timedelta, clocks: Clocks) -> Times:
    """R30: late some hours after the occasion, by the clock or by working hours.

    What was older than that when it was first seen starts no such deadline: it is due on the first working day.
    """
    at = _known_since(at, clocks)
    limit = add_working_time(at, within, clocks.work) if span.in_working_hours else at + within
    if limit <= clocks.now:
        start_at = next_working(clocks.now, clocks.work)
        return Times(start_at, working_window(local_day(start_at, clocks.work.zone), clocks.work)[1])
    start_at = next_working(clocks.now, clocks.work) if span.in_working_hours else clocks.now
    return Times(start_at, limit, why={"deadline": "R30"})


def _known_since(at: datetime, clocks: Clocks) -> datetime:
    """A source that tells the day alone means midnight to nobody: the hours of today run from when it is seen."""
    is_day_alone = at == start_of_day(clocks.today, clocks.work.zone)
    return clocks.now if is_day_alone else at


def _task_due_on(wish: Wish, start_on: date, every: Interval, policy: Policy, work: WorkTime) -> date:
    """The working day at whose close a task is late: its own deadline, else before the next occasion begins."""
    if wish.within_working_days is not None:
        # A playbook counts from the day on which its task begins: it may have waited for room.
        counted_from = start_on if wish.span else wish.occasion_on
        return max(start_on, add_working_days(counted_from, wish.within_working_days, **work.table))
    valid_until = start_on + timedelta(days=policy.classes[wish.contact_class].valid_days)
    limit = min(valid_until, add_interval(start_on, every) - ONE_DAY)
    return last_working_day(start_on, limit, **work.table)


def _message_times(wish: Wish, _: Interval, policy: Policy, clocks: Clocks) -> Times:
    rules, zone = policy.classes[wish.contact_class], clocks.zones[0]
    earliest, until = _earliest(wish, clocks, zone), _until(wish, zone)
    valid = timedelta(days=rules.valid_days)
    if until is not None and earliest >= until:
        return _stale(earliest, until)
    if not rules.quiet_hours:
        return Times(earliest, min(earliest + valid, until or earliest + valid))
    windows = tuple(policy.hours.windows(wish.channel))
    opening, not_after = _send_window(earliest, valid, until, clocks.zones, windows)
    if opening.at is None:
        return Times(earliest, earliest, Decision.NO_WINDOW, "Q3", {"zones": len(clocks.zones)})
    if until is not None and opening.at >= until:
        return _stale(earliest, until)
    if opening.verdict is Verdict.SEND or wish.after_working_days:
        return Times(opening.at, not_after)
    return Times(opening.at, not_after, Decision.QUIET_DEFERRED, "Q2", {"zone": zone.key})


def _stale(earliest: datetime, until: datetime) -> Times:
    return Times(earliest, earliest, Decision.STALE, "X2", {"until": to_iso(until)})


@lru_cache(_WINDOWS_REMEMBERED)
def _send_window(
    earliest: datetime,
    valid: timedelta,
    until: datetime | None,
    zones: tuple[ZoneInfo, ...],
    windows: tuple[Window, ...],
) -> tuple[Opening, datetime]:
    """When a message may go, and the last close of the window while it is worth something."""
    opening = next_open(earliest, zones, windows)
    if opening.at is None or (until is not None and opening.at >= until):
        return opening, earliest
    limit = opening.at + valid
    return opening, last_close(opening.at, min(limit, until or limit), zones, windows)


def _earliest(wish: Wish, clocks: Clocks, zone: ZoneInfo) -> datetime:
    """Now, or the start of the day in a zone that lies some working days ahead, or on which a playbook begins."""
    if wish.span is not None:
        return max(clocks.now, start_of_day(wish.span.opens_on, zone))
    if not wish.after_working_days:
        return clocks.now
    day = add_working_days(clocks.today, wish.after_working_days, **clocks.work.table)
    return max(clocks.now, start_of_day(day, zone))


def _until(wish: Wish, zone: ZoneInfo) -> datetime | None:
    """The end of what a playbook's message is worth: its last day, or some hours after the occasion."""
    span = wish.span
    if span is None:
        return None
    until = start_of_day(span.last_on + ONE_DAY, zone)
    if span.at is None or span.within_hours is None:
        return until
    return min(until, span.at + timedelta(hours=span.within_hours))
