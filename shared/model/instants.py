"""Instants and local days as they are stored and compared.

An instant is UTC with milliseconds, written in one fixed width, so that text order is time order.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TICK = timedelta(milliseconds=1)
"""The smallest step between two instants: an event at `t` counts from `t + TICK` (R22)."""


def to_tick(instant: datetime) -> datetime:
    """The instant in UTC, cut to whole milliseconds."""
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def to_iso(instant: datetime) -> str:
    """The stored form, such as `2026-06-30T02:00:00.000Z`."""
    return to_tick(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """The instant of a stored form; ValueError when the text has no offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return to_tick(instant)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant in a zone."""
    return instant.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant with that local date, in UTC (fold 0; after the gap where midnight does not exist)."""
    midnight = datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    if local_day(midnight, zone) == day:
        return midnight
    # Midnight lies in a gap (Beirut, Santiago ...): the day begins at the end of the gap.
    return _first_instant(midnight, day, zone)


def _first_instant(before: datetime, day: date, zone: ZoneInfo) -> datetime:
    low, high = before, before + timedelta(hours=26)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if local_day(middle, zone) < day:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
