"""The forms in which most days and instants come, read at once; `None`: the next reader has to look, at last
`dates.py`.

What is read here is read as `dates.py` reads it, value and issues (`tests/property/test_common_forms.py`).
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.cleaning.calendar_days import YEARS
from shared.cleaning.codes import make_issue
from shared.cleaning.dates import PLACEHOLDERS, DateHints, is_too_long_ago
from shared.cleaning.field import Found
from shared.model.instants import start_of_day, to_tick

# A container sees a few thousand days, which tell nobody who a customer is.
_REMEMBERED = 4096

_DAY = re.compile(
    r" {0,4}([12][0-9]{3})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2})) {0,4}"
).fullmatch
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([12][0-9]{3})").fullmatch
_MONTHS = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)
}
_MONTH_NAME = re.compile(rf"([0-9]{{1,2}}) ({'|'.join(_MONTHS)}) ([12][0-9]{{3}})").fullmatch
_CLOCK = re.compile(r"([^ ]+) ([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?").fullmatch
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{3}|\.[0-9]{6})?)?"
    r"(Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
).fullmatch
_OFFSET = re.compile("Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]").fullmatch
_ISO_SECONDS = len("2026-06-30T10:00:00")
# One year inside what `dates.py` takes, so that no zone leads out.
_FIRST_INNER_YEAR, _LAST_INNER_YEAR = YEARS.start + 1, YEARS.stop - 2
_ISO_DAY = 10
# No zone has changed its clocks and changed them back within a day.
_AROUND_DAY_HOURS = (-3, 12, 27)


@lru_cache(maxsize=256)
def plain_day_reader(day_first: bool | None, today: date) -> Callable[[str], date | None]:
    """A reader of birthdays and first days: not after today, not the default of a system."""

    oldest = next(day for day in (date(year, 1, 1) for year in YEARS) if not is_too_long_ago(day, today))

    def read(raw: str) -> date | None:
        day = (_read_iso_day(raw) if len(raw) == _ISO_DAY else None) or _read_day(raw, day_first)
        return day if day is not None and oldest <= day <= today and day not in PLACEHOLDERS else None

    return read


def read_no_day(raw: str, path: str) -> Found[date] | None:
    """Days that are refused at once: 30 February, and the defaults of systems."""
    day = _read_day(raw, None)
    code = "" if day is None else _CODES.get(day, "")
    return (None, (make_issue(path, code),)) if code else None


def plain_instant(raw: str, hints: DateHints) -> datetime | None:
    """The UTC instant, cut to milliseconds; a day alone counts from 00:00 local (R22)."""
    at, size = None, len(raw)
    if size >= _ISO_DAY and raw[4] == "-" and raw[7] == "-":
        if size == _ISO_DAY:
            at = _start_of_iso_day(raw, hints.zone)
        else:
            at = (_read_seconds(raw, hints.zone) if size >= _ISO_SECONDS else None) or _read_instant(
                raw, hints.zone
            )
    return at or _read_day_and_clock(raw, hints)


def _read_seconds(raw: str, zone: ZoneInfo) -> datetime | None:
    """With seconds and no fraction, as most systems write; between these signs Python takes nothing but digits."""
    if raw[13] != ":" or raw[16] != ":" or raw[10] not in "T ":
        return None
    offset = raw[_ISO_SECONDS:]
    try:
        at = datetime.fromisoformat(raw[:_ISO_SECONDS] + "Z" if offset else raw + "Z")
    except ValueError:
        return None
    if not _FIRST_INNER_YEAR <= at.year <= _LAST_INNER_YEAR:
        return None
    ahead = _written_offset(offset) if offset else _offset_on(raw[:_ISO_DAY], zone)
    return None if ahead is None else at - ahead


def _read_instant(raw: str, zone: ZoneInfo) -> datetime | None:
    match = _INSTANT(raw)
    if match is None:
        return None
    day, offset = match.groups()
    try:
        at = datetime.fromisoformat(raw if offset else raw + "Z")
    except ValueError:
        return None
    if not _FIRST_INNER_YEAR <= at.year <= _LAST_INNER_YEAR:
        return None
    if offset is None:
        ahead = _offset_on(day, zone)
        at = at.replace(tzinfo=zone).astimezone(UTC) if ahead is None else at - ahead
    elif offset != "Z":
        at = at.astimezone(UTC)
    return to_tick(at) if at.microsecond else at


@lru_cache(maxsize=128)
def _written_offset(offset: str) -> timedelta | None:
    if _OFFSET(offset) is None:
        return None
    return datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").utcoffset()


@lru_cache(maxsize=_REMEMBERED)
def _offset_on(day: str, zone: ZoneInfo) -> timedelta | None:
    """What local time is ahead of UTC all day long; None on days when the clocks change."""
    midnight = datetime.fromisoformat(day)
    offsets = {
        (midnight + timedelta(hours=hour)).replace(tzinfo=zone).utcoffset() for hour in _AROUND_DAY_HOURS
    }
    return offsets.pop() if len(offsets) == 1 else None


def _read_day_and_clock(raw: str, hints: DateHints) -> datetime | None:
    clock = _CLOCK(raw) if " " in raw else None
    day, ahead = _read_event_day(clock[1] if clock else raw, hints.day_first, hints.zone)
    if day is None or clock is None:
        return None if day is None else start_of_day(day, hints.zone)
    at = datetime(day.year, day.month, day.day, int(clock[2]), int(clock[3]), int(clock[4] or 0), tzinfo=UTC)
    return at.replace(tzinfo=hints.zone).astimezone(UTC) if ahead is None else at - ahead


@lru_cache(maxsize=_REMEMBERED)
def _read_event_day(raw: str, day_first: bool | None, zone: ZoneInfo) -> tuple[date | None, timedelta | None]:
    """The day, and what local time is ahead of UTC all day long."""
    day = _read_day(raw, day_first)
    if day is None or not _FIRST_INNER_YEAR <= day.year <= _LAST_INNER_YEAR:
        return None, None
    return day, _offset_on(day.isoformat(), zone)


@lru_cache(maxsize=_REMEMBERED)
def _start_of_iso_day(raw: str, zone: ZoneInfo) -> datetime | None:
    day = _read_iso_day(raw)
    return (
        None
        if day is None or not _FIRST_INNER_YEAR <= day.year <= _LAST_INNER_YEAR
        else start_of_day(day, zone)
    )


def _read_iso_day(raw: str) -> date | None:
    if len(raw) != _ISO_DAY or raw[4] != "-" or raw[7] != "-":
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    return day if day.year in YEARS else None


# 30 February and month 13; no year that counts.
_NO_SUCH_DAY = date.min
_CODES = {_NO_SUCH_DAY: "bad_date"} | dict.fromkeys(PLACEHOLDERS, "placeholder_date")


def _read_day(raw: str, day_first: bool | None) -> date | None:
    match = _DAY(raw)
    if match is not None:
        year, _, month, day, month_zh, day_zh, month_bare, day_bare = match.groups()
        return _make_day(year, month or month_zh or month_bare, day or day_zh or day_bare)
    return _read_year_last(raw, day_first)


def _read_year_last(raw: str, day_first: bool | None) -> date | None:
    named = _MONTH_NAME(raw)
    if named is not None:
        return _make_day(named[3], _MONTHS[named[2]], named[1])
    match = None if day_first is None else _YEAR_LAST(raw)
    if match is None:
        return None
    first, _, second, year = match.groups()
    found = _make_day(year, second, first) if day_first else _make_day(year, first, second)
    # 05/13/2026 says by itself how it is to be read.
    return None if found is _NO_SUCH_DAY else found


def _make_day(year: str, month: str | int, day: str) -> date | None:
    number = int(year)
    if number not in YEARS:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return _NO_SUCH_DAY
