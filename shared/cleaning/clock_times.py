"""Times of day: 24 hours, AM and PM, 上午 and 下午, with and without an offset."""

import re
from datetime import UTC, time, timedelta, timezone
from typing import NamedTuple

_BEFORE_NOON = frozenset("凌晨 清晨 早 早上 早晨 上午 午前 오전 am a.m.".split())
_AFTER_NOON = frozenset("下午 午后 午後 오후 傍晚 晚 晚上 晚间 pm p.m.".split())
_CLOCK = re.compile(
    r"[T\s,]*(?:(?:at|um|à)\s+)?(?:北京时间\s*)?"
    r"(?P<before>凌晨|清晨|早上|早晨|上午|午前|오전|中午|下午|午后|午後|오후|傍晚|晚[上间]?|早|[ap]\.?m\.?)?\s*"
    r"(?P<hour>\d{1,2})(?:\s*(?::|时|時|點|点|시|h(?=\s?\d|$))\s*(?:(?P<half>半)|(?P<quarter>一刻|三刻)|整|(?P<minute>\d{1,2})\s*[分분]?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?\s*秒?)?)?|(?=\s*[ap]\.?m))"
    r"(?:\s*(?:Uhr|hrs|h)\b)?\s*(?P<after>[ap]\.?m\.?)?\s*"
    r"(?:\((?P<zone_2>UTC|GMT|JST|HKT|SGT|KST|北京时间)?\s*(?P<offset_2>[+-]\d{1,2}(?::?\d{2})?)?\)"
    r"|(?P<zone>Z|UTC|GMT|JST|HKT|SGT|KST|北京时间)?\s*(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?)\s*"
    # `(China Standard Time)` says nothing that the offset in front does not say; alone it may say something else.
    r"(?P<name>\([^()]*\)|\[[A-Za-z_/+\-]+\])?\s*",
    re.IGNORECASE,
)
_DAY_HOURS = 24
# -5 behind a time is a range or a slip; GMT-5 is an offset.
_SHORT_OFFSET = 2


# Only what one place on earth uses: CST, IST and BST are each two or three zones.
_ZONES = {"Z": UTC, "UTC": UTC, "GMT": UTC} | {
    name: timezone(timedelta(hours=hours))
    for name, hours in (("JST", 9), ("KST", 9), ("HKT", 8), ("SGT", 8), ("北京时间", 8))
}


class Clock(NamedTuple):
    time: time
    offset: timezone | None
    """None: the text does not say."""
    is_next_day: bool = False
    """24:00, the midnight that ends the day."""


def read_clock(text: str) -> Clock | None:
    """The time of day that makes up the whole text; None when it is none or can be read in two ways."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    zone, shift = match["zone"] or match["zone_2"], match["offset"] or match["offset_2"]
    # 10:00[Asia/Shanghai] has no offset, and the name of a zone alone may give two.
    if match["name"] and not (zone or shift):
        return None
    hour = _hour_of_day(int(match["hour"]), (match["before"] or match["after"] or "").lower())
    offset = _offset(zone, shift) if zone or not shift or len(shift) != _SHORT_OFFSET else _BAD
    if hour is None or offset is _BAD:
        return None
    try:
        at = time(hour % _DAY_HOURS, _minute(match), int(match["second"] or 0), _microsecond(match))
    except ValueError:
        return None
    if hour < _DAY_HOURS:
        return Clock(at, offset)
    return Clock(at, offset, True) if hour == _DAY_HOURS and at == time.min else None


def _hour_of_day(hour: int, word: str) -> int | None:
    if word in _BEFORE_NOON:
        return hour % 12 if hour <= 12 else None
    if word in _AFTER_NOON:
        # 晚上12点 is the midnight that ends the day to some and begins it to others.
        if hour == 12 and word in ("晚", "晚上", "晚间"):
            return None
        return hour + 12 if 1 <= hour < 12 else hour or None
    if word == "中午":
        return {11: 11, 12: 12, 1: 13, 2: 14, 13: 13, 14: 14}.get(hour)
    return hour


def _minute(match: re.Match[str]) -> int:
    if match["half"]:
        return 30
    return {"一刻": 15, "三刻": 45}.get(match["quarter"] or "", int(match["minute"] or 0))


def _microsecond(match: re.Match[str]) -> int:
    return int((match["fraction"] or "0").ljust(6, "0")[:6])


_BAD = timezone(timedelta(hours=23, minutes=59), "bad")


def _offset(zone: str | None, shift: str | None) -> timezone | None:
    if not shift:
        return _ZONES[zone.upper()] if zone else None
    digits = shift[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    # The largest offset in use is +14:00 (Kiritimati).
    if hours > 14 or minutes > 59:
        return _BAD
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if shift[0] == "-" else delta)
