"""Days and instants, as people, sheets and systems write them. What can be read in two ways is refused, never guessed."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.cleaning.clock_times import read_clock
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.text import read_text
from shared.model.instants import start_of_day, to_tick

# Sheets count days from 1900, and no customer was born before; from 2200 on it is a typing error.
_YEARS = range(1900, 2200)
# Excel's 1900 system holds a 29 February 1900 that never was: serial 60 means no day.
_EPOCHS = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
_PHANTOM_SERIAL = 60
_DAY_MS = 86_400_000

_YEAR_FIRST = re.compile(
    r"(\d{4})(?:\s*年\s*|([-/.]))(\d{1,2})(?:\s*月\s*|\2)(\d{1,2})(?:\s*[日号號])?(?!\d)"
)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}(?!\d)|\d{2}年")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?!\d)")
_DAY_MONTH_NAME = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[-/ .]+([a-z]{3,9})\.?[-/ ,]+(\d{4})(?!\d)", re.IGNORECASE
)
_MONTH_NAME_DAY = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"\(?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*\)?"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CHINESE_DATE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
# Dates that systems write when they have none; as a birthday or a first day they are no statement.
_PLACEHOLDERS = frozenset(
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


class _Day(NamedTuple):
    day: date
    rest: str = ""
    codes: tuple[str, ...] = ()


class _Refusal(NamedTuple):
    code: str


_Read = _Day | _Refusal | None


def clean_instant(raw: object, path: str, hints: DateHints) -> Field[datetime]:
    """The UTC instant, cut to milliseconds; a day alone counts from 00:00 local (R22)."""
    text = _read(raw)
    if text is None:
        return NOTHING
    number = _NUMBER.fullmatch(text)
    if number and not _COMPACT.fullmatch(text):
        return _instant_of_number(text, path, hints)
    read = _read_day(text, hints)
    if isinstance(read, _Refusal):
        return refused(path, read.code)
    at = _instant_of(read, hints.zone)
    return refused(path, "bad_time") if at is None else _accept(at, path, *read.codes)


def clean_date(raw: object, path: str, hints: DateHints) -> Field[date]:
    """The local day; an instant with an offset is brought to the zone of the hints first."""
    text = _read(raw)
    if text is None:
        return NOTHING
    if not _NUMBER.fullmatch(text):
        read = _read_day(text, hints)
        if isinstance(read, _Day) and not read.rest.strip():
            return accepted(read.day, path, *read.codes)
    field = clean_instant(raw, path, hints)
    day = None if field.value is None else field.value.astimezone(hints.zone).date()
    return Field(day, field.issues)


def clean_past_date(raw: object, path: str, hints: DateHints, *, today: date) -> Field[date]:
    """A birthday or a first day: not in the future, not the default of a system."""
    field = clean_date(raw, path, hints)
    if field.value is None:
        return field
    if field.value in _PLACEHOLDERS:
        return refused(path, "placeholder_date")
    return refused(path, "future_date") if field.value > today else field


def _read(raw: object) -> str | None:
    return None if isinstance(raw, bool) else read_text(raw)


def _read_day(text: str, hints: DateHints) -> _Day | _Refusal:
    text = _CHINESE_DATE.sub(_arabic, _WEEKDAY.sub(" ", text)).strip()
    ladder: tuple[Callable[[str, DateHints], _Read], ...] = (
        _year_first, _compact, _year_last, _day_month_name, _month_name_day
    )  # fmt: skip
    for read in ladder:
        found = read(text, hints)
        if found is not None:
            return found
    return _Refusal("two_digit_year" if _SHORT_YEAR.match(text) else "bad_date")


def _year_first(text: str, _: DateHints) -> _Read:
    match = _YEAR_FIRST.match(text)
    return match and _make_day(match[1], match[3], match[4], text[match.end() :])


def _compact(text: str, _: DateHints) -> _Read:
    match = _COMPACT.match(text)
    if match is None:
        return None
    clock = "" if match[4] is None else f" {match[4]}:{match[5]}:{match[6] or '00'}"
    return _make_day(match[1], match[2], match[3], clock + text[match.end() :])


def _year_last(text: str, hints: DateHints) -> _Read:
    match = _YEAR_LAST.match(text)
    if match is None:
        return None
    first, second, rest = int(match[1]), int(match[3]), text[match.end() :]
    if first > 12 or second > 12 or first == second:
        day_first = first > 12
        codes = ("date_against_hint",) if hints.day_first is (not day_first) and first != second else ()
    elif hints.day_first is None:
        return _Refusal("ambiguous_date")
    else:
        day_first, codes = hints.day_first, ()
    day, month = (first, second) if day_first else (second, first)
    return _make_day(match[4], month, day, rest, codes)


def _day_month_name(text: str, _: DateHints) -> _Read:
    match = _DAY_MONTH_NAME.match(text)
    month = match and _MONTHS.get(match[2].lower())
    return _make_day(match[3], month, match[1], text[match.end() :]) if match and month else None


def _month_name_day(text: str, _: DateHints) -> _Read:
    match = _MONTH_NAME_DAY.match(text)
    month = match and _MONTHS.get(match[1].lower())
    return _make_day(match[3], month, match[2], text[match.end() :]) if match and month else None


def _make_day(
    year: str | int, month: str | int, day: str | int, rest: str, codes: tuple[str, ...] = ()
) -> _Day | _Refusal:
    if int(year) not in _YEARS:
        return _Refusal("date_out_of_range")
    try:
        return _Day(date(int(year), int(month), int(day)), rest, codes)
    except ValueError:
        return _Refusal("bad_date")


def _arabic(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return f"{year.translate(_CHINESE_DIGITS)}-{_below_hundred(month)}-{_below_hundred(day)}"


def _below_hundred(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(_CHINESE_DIGITS))
    return int(tens.translate(_CHINESE_DIGITS) or 1) * 10 + int(ones.translate(_CHINESE_DIGITS) or 0)


def _instant_of(read: _Day, zone: ZoneInfo) -> datetime | None:
    if not read.rest.strip(" ,"):
        return start_of_day(read.day, zone)
    clock = read_clock(read.rest)
    if clock is None:
        return None
    return to_tick(datetime.combine(read.day, clock.time, tzinfo=clock.offset or zone))


def _instant_of_number(text: str, path: str, hints: DateHints) -> Field[datetime]:
    if "." not in text and len(text) == 13:
        return _instant_of_epoch(int(text), path)
    if hints.epoch not in _EPOCHS:
        return refused(path, "bare_number_date")
    return _instant_of_serial(text, path, hints)


def _instant_of_epoch(milliseconds: int, path: str) -> Field[datetime]:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return _accept(at, path)


def _accept(at: datetime, path: str, *codes: str) -> Field[datetime]:
    # The local year may be inside the range and the UTC year outside.
    return accepted(at, path, *codes) if at.year in _YEARS else refused(path, "date_out_of_range")


def _instant_of_serial(text: str, path: str, hints: DateHints) -> Field[datetime]:
    whole, _, fraction = text.partition(".")
    if len(whole) > 6:
        return refused(path, "date_out_of_range")
    serial, epoch = int(whole), _EPOCHS[hints.epoch or 1900]
    if hints.epoch == 1900 and serial in (0, _PHANTOM_SERIAL):
        return refused(path, "bad_date")
    if hints.epoch == 1900 and serial < _PHANTOM_SERIAL:
        serial += 1
    day = epoch + timedelta(days=serial)
    if day.year not in _YEARS:
        return refused(path, "date_out_of_range")
    if not fraction.strip("0"):
        return _accept(start_of_day(day, hints.zone), path)
    # A double holds a day's fraction to about a microsecond; half a millisecond is far outside that.
    since_midnight = timedelta(milliseconds=round(float(f"0.{fraction}") * _DAY_MS))
    local = datetime.combine(day, time.min) + since_midnight
    return _accept(to_tick(local.replace(tzinfo=hints.zone)), path)
