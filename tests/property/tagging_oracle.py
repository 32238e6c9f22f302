"""R10 and R12..R22 read literally: from a raw list of events, window by window, day by day, instant by instant.

Nothing here comes from the room under test. The latch is tried at every local midnight and just after the last event.
"""

from calendar import isleap
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.policy.schema import Policy

_SCAN_FROM = datetime(2013, 12, 30, tzinfo=UTC)
_SCAN_UNTIL = datetime(2034, 1, 2, tzinfo=UTC)


class Event(NamedTuple):
    at: datetime
    kind: str
    """order, refund, interaction, complaint (counts as contact), letter (a complaint that does not)."""
    fen: int = 0


@cache
def midnights(zone_name: str) -> dict[date, datetime]:
    """The first instant of every local day, found by looking at the clock every quarter of an hour."""
    zone, found, instant = ZoneInfo(zone_name), dict[date, datetime](), _SCAN_FROM
    while instant < _SCAN_UNTIL:
        found.setdefault(instant.astimezone(zone).date(), instant)
        instant += timedelta(minutes=15)
    return found


@cache
def months_back(day: date, months: int) -> date:
    """Month by month back, then down from the same day number to one that the month has."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    lengths = [31, 29 if isleap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    number = day.day
    while number > lengths[month - 1]:
        number -= 1
    return date(year, month, number)


@dataclass
class Oracle:
    """Everything known about one customer; ask `vector` for any instant."""

    policy: Policy
    events: list[Event]
    first_cooperation_on: date | None
    _tried: dict[datetime, str | None] = field(default_factory=dict)
    _days: dict[datetime, date] = field(default_factory=dict)

    def vector(self, at: datetime) -> tuple[str, ...]:
        level, level_code = self._level(at)
        risk, risk_code = self._risk(at)
        activity = self._activity(at)
        flags = self._flags(at, risk)
        codes = (f"level={level_code}", f"risk={risk_code}", f"activity={activity}")
        return (level, risk, activity, *flags, *codes, *(f"{flag}={flag}" for flag in flags))

    def local_day(self, at: datetime) -> date:
        if at not in self._days:
            self._days[at] = at.astimezone(ZoneInfo(self.policy.tenant.zone)).date()
        return self._days[at]

    def _window(self, at: datetime, months: int) -> list[Event]:
        """R22: the events before T of days d with minus(D, k) <= d <= D."""
        today = self.local_day(at)
        oldest = months_back(today, months)
        return [e for e in self.events if e.at < at and oldest <= self.local_day(e.at) <= today]

    def _is_contact(self, event: Event) -> bool:
        if event.kind in ("order", "refund"):
            return self.policy.risk.order_is_interaction
        return event.kind in ("interaction", "complaint")

    def _level(self, at: datetime) -> tuple[str, str]:
        rules = self.policy.level
        year_fen = sum(e.fen for e in self._window(at, rules.amount_months))
        half_fen = sum(e.fen for e in self._window(at, rules.growth_months))
        if year_fen >= rules.strategic_min_fen:
            if self._is_tenured(at):
                return "strategic", "strategic"
            return str(rules.big_but_new), "big_but_new"
        if year_fen >= rules.core_min_fen:
            return "core", "core"
        if year_fen < rules.potential_min_fen:
            return "basic", "basic"
        before_fen = year_fen - half_fen
        if before_fen <= 0:
            return ("potential", "from_zero") if half_fen > 0 else ("basic", "potential_no_growth")
        growth = Fraction(half_fen, before_fen) - 1
        if growth >= Fraction(rules.growth_percent, 100):
            return "potential", "potential"
        return "basic", "potential_no_growth"

    def _is_tenured(self, at: datetime) -> bool:
        orders = [self.local_day(e.at) for e in self.events if e.at < at and e.kind == "order"]
        start = self.first_cooperation_on or min(orders, default=None)
        if start is None:
            return False
        year = start.year + self.policy.level.strategic_tenure_years
        is_lost = start.month == 2 and start.day == 29 and not isleap(year)
        return date(year, start.month, 28 if is_lost else start.day) <= self.local_day(at)

    def _activity(self, at: datetime) -> str:
        rules = self.policy.activity
        count = sum(self._is_contact(e) for e in self._window(at, rules.months))
        return "high" if count >= rules.high_min else "medium" if count >= rules.medium_min else "low"

    def _risk(self, at: datetime) -> tuple[str, str]:
        now = self._unlatched(at)
        if now is not None:
            return "high", now
        if any(self._unlatched(s) for s in self._instants_since_last_event(at)):
            return "high", "latched"
        recent = self._window(at, self.policy.risk.complaint_months)
        if any(e.kind in ("complaint", "letter") for e in recent):
            return "medium", "complaint"
        return "low", "none"

    def _instants_since_last_event(self, at: datetime) -> list[datetime]:
        """Every s worth trying in (L, T], L the last interaction, order, refund or else the first cooperation date."""
        dawn = midnights(self.policy.tenant.zone)
        before = [e.at for e in self.events if e.at < at and e.kind != "letter"]
        if before:
            last = max(before)
            # (L, T] has no first instant; the least that a datetime can show is after L and still on L's day.
            tries = [last + timedelta(microseconds=1)]
        elif self.first_cooperation_on is not None:
            last, tries = dawn[self.first_cooperation_on], []
        else:
            return []
        day = self.local_day(last)
        while day <= self.local_day(at):
            if last < dawn[day] <= at:
                tries.append(dawn[day])
            day += timedelta(days=1)
        return tries

    def _unlatched(self, at: datetime) -> str | None:
        if at not in self._tried:
            self._tried[at] = self._high_now(at)
        return self._tried[at]

    def _high_now(self, at: datetime) -> str | None:
        if self._is_lapsed(at):
            return "lapsed"
        return "silent_and_down" if self._is_silent(at) and self._is_down(at) else None

    def _is_lapsed(self, at: datetime) -> bool:
        months = self.policy.risk.window_months
        if any(e.at < at and e.kind != "letter" for e in self.events):
            return not any(e.kind != "letter" for e in self._window(at, months))
        first = self.first_cooperation_on
        return first is not None and first < months_back(self.local_day(at), months)

    def _is_silent(self, at: datetime) -> bool:
        return not any(self._is_contact(e) for e in self._window(at, self.policy.risk.silent_months))

    def _is_down(self, at: datetime) -> bool:
        rules = self.policy.risk
        recent_fen = sum(e.fen for e in self._window(at, rules.silent_months))
        base_fen = sum(e.fen for e in self._window(at, rules.window_months)) - recent_fen
        a_month_now = Fraction(recent_fen, rules.silent_months)
        a_month_before = Fraction(base_fen, rules.window_months - rules.silent_months)
        return base_fen > 0 and a_month_now <= a_month_before * (1 - Fraction(rules.decline_percent, 100))

    def _flags(self, at: datetime, risk: str) -> tuple[str, ...]:
        flags = []
        if risk != "high":
            is_silent, is_down = self._is_silent(at), self._is_down(at)
            ever = any(e.at < at and (e.kind == "order" or self._is_contact(e)) for e in self.events)
            if is_silent and not is_down and ever:
                flags.append("watch:silent")
            if is_down and not is_silent:
                flags.append("watch:shrinking")
        if (flags or risk == "high") and self._base_orders(at) < self.policy.risk.thin_orders:
            flags.append("thin_evidence")
        return tuple(sorted(flags))

    def _base_orders(self, at: datetime) -> int:
        rules = self.policy.risk
        recent = self._window(at, rules.silent_months)
        base = [e for e in self._window(at, rules.window_months) if e not in recent]
        return sum(e.kind == "order" for e in base)
