"""Days and instants, as people, sheets and systems write them. What can be read in two ways is refused, never guessed."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.cleaning.calendar_days import COMPACT, YEARS, Day, Refusal, read_day
from shared.cleaning.clock_times import Clock, read_clock
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.text import read_text
from shared.model.instants import start_of_day, to_tick

# Excel's 1900 system holds a 29 February 1900 that never was: serial 60 means no day.
_EPOCHS = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
_PHANTOM_SERIAL = 60
_DAY_MS = 86_400_000

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# 2024 and 2024.10, where nobody says that numbers are days of a sheet.
_YEAR = re.compile(r"(?:19|20)\d{2}(?:\.(?:0?[1-9]|1[0-2]))?")
# Nobody has lived 123 years, nor traded as long.
_MOST_YEARS_AGO = 120
# Dates that systems write when they have none; as a birthday or a first day they are no statement.
PLACEHOLDERS = frozenset(
    {
        date(1900, 1, 1),
        date(1900, 1, 2),
        date(1899, 12, 30),
        date(1970, 1, 1),
        date(1904, 1, 1),
        date(1901, 1, 1),
    }
)


class DateHints(NamedTuple):
    """What is known about the source."""

    zone: ZoneInfo
    """Of times without an offset."""
    day_first: bool | None = None
    """How 03/04/2026 is read; None: ambiguous."""
    epoch: int | None = None
    """1900 or 1904: numbers are days of a sheet."""


def clean_instant(raw: object, path: str, hints: DateHints) -> Field[datetime]:
    """The UTC instant, cut to milliseconds; a day alone counts from 00:00 local (R22)."""
    text = _read(raw)
    if text is None:
        return NOTHING
    number = _NUMBER.fullmatch(text)
    if number and not COMPACT.fullmatch(text):
        return _instant_of_number(text, path, hints)
    read = read_day(text, day_first=hints.day_first)
    if isinstance(read, Refusal):
        return refused(path, read.code)
    at = _instant_of(read, hints.zone)
    return refused(path, "bad_time") if at is None else _accept(at, path, *read.codes)


def clean_local_time(raw: object, path: str, hints: DateHints) -> Field[datetime]:
    """The time as given: with its offset where the text says one, else the time on the wall without a zone."""
    text = _read(raw)
    if text is None:
        return NOTHING
    if _NUMBER.fullmatch(text) and not COMPACT.fullmatch(text):
        is_epoch = "." not in text and len(text) == 13
        return _instant_of_epoch(int(text), path) if is_epoch else _local_of_serial(text, path, hints)
    read = read_day(text, day_first=hints.day_first)
    if isinstance(read, Refusal):
        return refused(path, read.code)
    clock = read_clock(read.rest.strip(" ,")) if read.rest.strip(" ,") else Clock(time.min, None)
    if clock is None:
        return refused(path, "bad_time")
    return accepted(_on(read.day, clock, clock.offset), path, *read.codes)


def clean_date(raw: object, path: str, hints: DateHints) -> Field[date]:
    """The local day; an instant with an offset is brought to the zone of the hints first."""
    text = _read(raw)
    if text is None:
        return NOTHING
    if not _NUMBER.fullmatch(text):
        read = read_day(text, day_first=hints.day_first)
        if isinstance(read, Day) and not read.rest.strip():
            return accepted(read.day, path, *read.codes)
    field = clean_instant(raw, path, hints)
    day = None if field.value is None else field.value.astimezone(hints.zone).date()
    return Field(day, field.issues)


def clean_past_date(raw: object, path: str, hints: DateHints, *, today: date) -> Field[date]:
    """A birthday or a first day: not in the future, not the default of a system."""
    field = clean_date(raw, path, hints)
    if field.value is None:
        return field
    if field.value in PLACEHOLDERS:
        return refused(path, "placeholder_date")
    if field.value > today:
        return refused(path, "future_date")
    return refused(path, "date_out_of_range") if is_too_long_ago(field.value, today) else field


def is_too_long_ago(day: date, today: date) -> bool:
    """Whether nobody can have been born on the day and still be a customer."""
    return (today.year - day.year) - ((today.month, today.day) < (day.month, day.day)) > _MOST_YEARS_AGO


def _read(raw: object) -> str | None:
    text = None if isinstance(raw, bool) else read_text(raw)
    # A sheet's apostrophe in front says "this is text".
    return text and text.lstrip("'")


def _instant_of(read: Day, zone: ZoneInfo) -> datetime | None:
    if not read.rest.strip(" ,"):
        return start_of_day(read.day, zone)
    clock = read_clock(read.rest)
    if clock is None:
        return None
    return to_tick(_on(read.day, clock, clock.offset or zone))


def _on(day: date, clock: Clock, zone: tzinfo | None) -> datetime:
    return datetime.combine(day + timedelta(days=clock.is_next_day), clock.time, tzinfo=zone)


def _instant_of_number(text: str, path: str, hints: DateHints) -> Field[datetime]:
    if "." not in text and len(text) == 13:
        return _instant_of_epoch(int(text), path)
    local = _local_of_serial(text, path, hints)
    if local.value is None:
        return Field(None, local.issues)
    if local.value.time() == time.min:
        return _accept(start_of_day(local.value.date(), hints.zone), path)
    return _accept(to_tick(local.value.replace(tzinfo=hints.zone)), path)


def _instant_of_epoch(milliseconds: int, path: str) -> Field[datetime]:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return _accept(at, path)


def _accept(at: datetime, path: str, *codes: str) -> Field[datetime]:
    # The local year may be inside the range and the UTC year outside.
    return accepted(at, path, *codes) if at.year in YEARS else refused(path, "date_out_of_range")


def _why_no_day(number: str) -> str:
    if not number.strip("0."):
        return "bad_date"
    return "incomplete_date" if _YEAR.fullmatch(number) else "bare_number_date"


def _local_of_serial(text: str, path: str, hints: DateHints) -> Field[datetime]:
    """The time on the wall that a sheet's number stands for."""
    if hints.epoch not in _EPOCHS:
        return refused(path, _why_no_day(text))
    whole, _, fraction = text.partition(".")
    if len(whole) > 6:
        return refused(path, "date_out_of_range")
    serial, epoch = int(whole), _EPOCHS[hints.epoch or 1900]
    if hints.epoch == 1900 and serial in (0, _PHANTOM_SERIAL):
        return refused(path, "bad_date")
    if hints.epoch == 1900 and serial < _PHANTOM_SERIAL:
        serial += 1
    day = epoch + timedelta(days=serial)
    if day.year not in YEARS:
        return refused(path, "date_out_of_range")
    # A double holds a day's fraction to about a microsecond; half a millisecond is far outside that.
    since_midnight = timedelta(milliseconds=round(float(f"0.{fraction or 0}") * _DAY_MS))
    return Field(datetime.combine(day, time.min) + since_midnight)
