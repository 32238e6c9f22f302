"""`guanxi hours`: may a message go at an instant, else when (Q1..Q3)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO, Final

from infra.local.json_lines import Answer, BadLine, answer_lines
from shared.care.hours import Verdict, Windows, Zones, find_zone, next_open, recipient_zones
from shared.policy.load import load_policy
from shared.policy.schema import Policy, Window

_DAYS = re.compile(r"[0-6]{1,7}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_END_OF_DAY: Final = "24:00"  # as an end it is the next midnight


def hours_lines(lines: Iterable[bytes], out: BinaryIO) -> int:
    """For each line `send`, `defer` with the instant `until`, or `no_window`."""
    policy = load_policy()
    return answer_lines(lines, out, lambda line: _answer(line, policy))


def _answer(line: object, policy: Policy) -> Answer:
    if not isinstance(line, dict):
        raise BadLine("not_an_object")
    at, zones = _read_instant(line.get("at")), _read_zones(line, policy)
    windows = _read_windows(line["windows"]) if "windows" in line else policy.hours.message.windows
    try:
        opening = next_open(at, zones, windows)
    except OverflowError:  # the calendar ends with the year 9999
        raise BadLine("bad_at") from None
    if opening.at is None:
        return {"action": "no_window"}
    if opening.verdict is Verdict.SEND:
        return {"action": "send"}
    return {"action": "defer", "until": opening.at.isoformat().replace("+00:00", "Z")}


def _read_instant(raw: object) -> datetime:
    try:
        instant = datetime.fromisoformat(raw.strip().upper()) if isinstance(raw, str) else None
        if instant is None or instant.tzinfo is None:
            raise BadLine("bad_at")
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadLine("bad_at") from None


def _read_zones(line: dict[str, object], policy: Policy) -> Zones:
    """One zone, several (their common hours), else the country's, else the tenant's (Q3)."""
    raw, country = line.get("zone"), line.get("country")
    if raw is None:
        return recipient_zones(None, country if isinstance(country, str) else None, policy.tenant.tz)
    names = raw if isinstance(raw, list) else [raw]
    zones = [find_zone(name) if isinstance(name, str) else None for name in names]
    known = [zone for zone in zones if zone is not None]
    if not known or len(known) < len(zones):
        raise BadLine("bad_zone")
    return known


def _read_windows(raw: object) -> Windows:
    if not isinstance(raw, list):
        raise BadLine("bad_window")
    return [_read_window(row) for row in raw]


def _read_window(row: object) -> Window:
    match row:
        case [str(days), str(start), str(end)]:
            end = "00:00" if end == _END_OF_DAY else end
            if _DAYS.fullmatch(days) and _CLOCK.fullmatch(start) and _CLOCK.fullmatch(end):
                return Window(days=days, start=start, end=end)
    raise BadLine("bad_window")
