"""Send windows on the recipient's clock (Q1..Q3): inside or not, the next opening, the last close."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import ceil, floor
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.model.instants import TICK
from shared.policy.schema import Window

Zones = Sequence[ZoneInfo]
Windows = Sequence[Window]

ONE_DAY = timedelta(days=1)
# Weekly windows open within 7 days; a clock change can swallow one opening, the next is a week later.
SEARCH_DAYS = 15


class Verdict(StrEnum):
    SEND = "send"
    DEFER = "defer"
    NEVER = "never"


class Opening(NamedTuple):
    verdict: Verdict
    at: datetime | None
    """SEND: the instant asked for; DEFER: the next opening; NEVER: None."""


def next_open(at: datetime, zones: Zones, windows: Windows) -> Opening:
    """Whether a message may go at an instant, else the first later one at which it may in all zones (Q2, Q3).

    NEVER: no common opening within 15 days.
    """
    if is_open(at, zones, windows):
        return Opening(Verdict.SEND, at)
    for number in range(SEARCH_DAYS):
        begin = at + number * ONE_DAY
        for edge in _edges(begin, begin + ONE_DAY, zones, windows):
            if is_open(edge, zones, windows):
                return Opening(Verdict.DEFER, edge)
    return Opening(Verdict.NEVER, None)


def last_close(after: datetime, limit: datetime, zones: Zones, windows: Windows) -> datetime:
    """The last instant in (after, limit] at which the common window closes; `limit` when it stays open."""
    end = limit
    while end > after:
        begin = max(after, end - ONE_DAY)
        for edge in reversed(_edges(begin, end, zones, windows)):
            if is_open(edge - TICK, zones, windows) and not is_open(edge, zones, windows):
                return edge
        end = begin
    return limit


def is_open(at: datetime, zones: Zones, windows: Windows) -> bool:
    """Inside a window in every zone, by local wall time: a repeated hour may be inside twice (Q3)."""
    return all(_is_inside(at.astimezone(zone).replace(tzinfo=None), windows) for zone in zones)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of a local wall time; the end of the gap where the clock skips it (Q2)."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    return _clock_change(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def recipient_zones(zone: str | None, country: str | None, tenant: ZoneInfo) -> tuple[ZoneInfo, ...]:
    """The address's zone, else all of the country's, else the tenant's (Q3). The first one dates the caps."""
    if zone is not None and (known := find_zone(zone)) is not None:
        return (known,)
    return country_zones(country) or (tenant,)


def address_zone(country: str | None, province: str | None) -> str | None:
    """The zone that an address tells by itself: China's provinces each keep one of its two zones."""
    if country not in (None, "CN") or not province:
        return None
    return "Asia/Urumqi" if province.startswith("新疆") else "Asia/Shanghai"


@cache
def country_zones(country: str | None) -> tuple[ZoneInfo, ...]:
    """The zones of an ISO 3166 country, in the order of tzdata's table; empty when there are none.

    Those that the table names after the country come before those that it shares: Berlin for Germany, then Zurich.
    """
    return tuple(
        ZoneInfo(name) for _, name in sorted(_zones_by_country().get(country or "", ()), key=itemgetter(0))
    )


def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of a name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None  # what a source calls a zone need not be one


@cache
def _zones_by_country() -> dict[str, list[tuple[bool, str]]]:
    """Country -> (shared with one that comes first, zone)."""
    # zone1970.tab: "CH,DE,LI <tab> coordinates <tab> Europe/Zurich [<tab> comment]"
    zones: dict[str, list[tuple[bool, str]]] = {}
    table = (files("tzdata") / "zoneinfo" / "zone1970.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            countries, _, name = line.split("\t")[:3]
            for number, country in enumerate(countries.split(",")):
                zones.setdefault(country, []).append((number > 0, name))
    return zones


def _is_inside(wall: datetime, windows: Windows) -> bool:
    # A window of yesterday may reach over midnight.
    days = (wall.date() - ONE_DAY, wall.date())
    return any(start <= wall < end for start, end in _spans(days, windows))


def _spans(days: Iterable[date], windows: Windows) -> Iterator[tuple[datetime, datetime]]:
    """Wall times of the windows that start on the days; end <= start reaches into the next day (Q1)."""
    for day in days:
        for window in windows:
            if str(day.weekday()) in window.days:
                start, end = _clock(window.start), _clock(window.end)
                end_on = day if end > start else day + ONE_DAY
                yield datetime.combine(day, start), datetime.combine(end_on, end)


@cache
def _clock(text: str) -> time:
    return time.fromisoformat(text)


def _edges(after: datetime, until: datetime, zones: Zones, windows: Windows) -> list[datetime]:
    """All instants in (after, until] at which open can turn to closed or back, ascending."""
    edges = {edge for zone in zones for edge in _zone_edges(after, until, zone, windows)}
    return sorted(edge for edge in edges if after < edge <= until)


def _zone_edges(after: datetime, until: datetime, zone: ZoneInfo, windows: Windows) -> Iterator[datetime]:
    first, last = after.astimezone(zone), until.astimezone(zone)
    count = (last.date() - first.date()).days + 2
    days = [first.date() + number * ONE_DAY for number in range(-1, count)]
    for span in _spans(days, windows):
        for wall in span:
            # Both turns of a repeated hour; where the hour is skipped, the clock change below is the edge.
            yield wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
            yield wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first.utcoffset() != last.utcoffset():
        yield _clock_change(after, until, zone)


def _clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between two at which the zone's offset changes."""
    offset = before.astimezone(zone).utcoffset()
    low, high = floor(before.timestamp()), ceil(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
