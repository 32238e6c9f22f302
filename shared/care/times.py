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
from shared.care.hours import Opening, Verdict, last_close, next_open
from shared.care.plan import ONE_DAY, Wish, add_interval
from shared.care.state import Why
from shared.model.contact import Decision
from shared.model.errors import CalendarMissing
from shared.model.instants import local_day, start_of_day
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
    """The window of a wish; where there is none its decision says why (NO_CALENDAR, NO_WINDOW)."""
    try:
        times = (_task_times if wish.channel.is_task else _message_times)(wish, every, policy, clocks)
    except CalendarMissing as missing:
        return Times(clocks.now, clocks.now, Decision.NO_CALENDAR, "R39", {"missing": str(missing)})
    if _reads_calendar(wish) and not has_calendar(local_day(times.not_after, clocks.work.zone)):
        return times._replace(why={**times.why, "calendar": "provisional"})
    return times


def _reads_calendar(wish: Wish) -> bool:
    return wish.channel.is_task or wish.after_working_days > 0


def _task_times(wish: Wish, every: Interval, policy: Policy, clocks: Clocks) -> Times:
    start_at = next_working(_earliest(wish, clocks, clocks.work.zone), clocks.work)
    start_on = local_day(start_at, clocks.work.zone)
    due_on = _task_due_on(wish, start_on, every, policy, clocks.work)
    return Times(start_at, working_window(due_on, clocks.work)[1])


def _task_due_on(wish: Wish, start_on: date, every: Interval, policy: Policy, work: WorkTime) -> date:
    """The working day at whose close a task is late: its own deadline, else before the next occasion begins."""
    if wish.within_working_days is not None:
        due_on = add_working_days(wish.occasion_on, wish.within_working_days, provisional=work.provisional)
        return max(start_on, due_on)
    valid_until = start_on + timedelta(days=policy.classes[wish.contact_class].valid_days)
    limit = min(valid_until, add_interval(start_on, every) - ONE_DAY)
    return last_working_day(start_on, limit, provisional=work.provisional)


def _message_times(wish: Wish, _: Interval, policy: Policy, clocks: Clocks) -> Times:
    rules = policy.classes[wish.contact_class]
    earliest = _earliest(wish, clocks, clocks.zones[0])
    valid = timedelta(days=rules.valid_days)
    if not rules.quiet_hours:
        return Times(earliest, earliest + valid)
    opening, not_after = _send_window(earliest, valid, clocks.zones, tuple(policy.hours.message.windows))
    if opening.at is None:
        return Times(earliest, earliest, Decision.NO_WINDOW, "Q3", {"zones": len(clocks.zones)})
    if opening.verdict is Verdict.SEND or wish.after_working_days:
        return Times(opening.at, not_after)
    return Times(opening.at, not_after, Decision.QUIET_DEFERRED, "Q2", {"zone": clocks.zones[0].key})


@lru_cache(_WINDOWS_REMEMBERED)
def _send_window(
    earliest: datetime, valid: timedelta, zones: tuple[ZoneInfo, ...], windows: tuple[Window, ...]
) -> tuple[Opening, datetime]:
    opening = next_open(earliest, zones, windows)
    if opening.at is None:
        return opening, earliest
    return opening, last_close(opening.at, opening.at + valid, zones, windows)


def _earliest(wish: Wish, clocks: Clocks, zone: ZoneInfo) -> datetime:
    """Now, or the start of the day in a zone that lies some working days ahead."""
    if not wish.after_working_days:
        return clocks.now
    day = add_working_days(clocks.today, wish.after_working_days, provisional=clocks.work.provisional)
    return max(clocks.now, start_of_day(day, zone))
