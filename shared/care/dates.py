"""Days of the calendar: months that keep their day, and yearly days."""

import calendar
from datetime import date, timedelta
from functools import lru_cache

ONE_DAY = timedelta(days=1)
MONTHS_PER_YEAR = 12
_DAYS_REMEMBERED = 8192


@lru_cache(_DAYS_REMEMBERED)
def add_months(day: date, months: int) -> date:
    """The same day some months later, or earlier; clamped to the month's end."""
    number = day.month - 1 + months
    year, month = day.year + number // MONTHS_PER_YEAR, number % MONTHS_PER_YEAR + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def yearly(day: date, year: int) -> date:
    """The day in another year; 29 February is kept on the 28th where there is none (R17)."""
    return add_months(day, (year - day.year) * MONTHS_PER_YEAR)


@lru_cache(_DAYS_REMEMBERED)
def month_day(text: str, year: int) -> date:
    """`06-01` of a year."""
    return date(year, int(text[:2]), int(text[3:]))


def years_around(today: date) -> tuple[int, int, int]:
    """Enough for every step of a yearly occasion: none lies more than half a year away from its day."""
    return (today.year - 1, today.year, today.year + 1)


def iso(day: date | None) -> str:
    """For a template: what is not known is empty."""
    return "" if day is None else day.isoformat()
