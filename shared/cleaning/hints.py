"""What is known about a source's habits: from the message, else from the policy."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.cleaning.booleans import clean_flag
from shared.cleaning.dates import DateHints
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.money import DECIMAL_COMMA_REGIONS, MoneyHints
from shared.cleaning.reader import Reader
from shared.cleaning.regions import clean_country
from shared.cleaning.text import read_text
from shared.model.issues import Issue
from shared.policy.schema import Policy


class Hints(NamedTuple):
    region: str | None
    """ISO 3166 of the source's users; None: not said."""
    dates: DateHints
    money: MoneyHints


class _Habits(NamedTuple):
    """What the policy says about a source."""

    zone: ZoneInfo
    currency: str
    day_first: bool | None
    most_characters: int


_NAMES = ("region", "zone", "day_first", "epoch", "unit")
# A source gives the same hints with each of its records; a container sees a few sources.
_REMEMBERED = 1024


def clean_hints(reader: Reader, *, system: str, policy: Policy) -> Hints:
    """The hints of a message; what it does not say, the policy says."""
    tenant = policy.tenant
    habits = _Habits(tenant.tz, tenant.currency, _day_first(system, policy), reader.most_characters)
    said = tuple(map(reader.source.get, _NAMES))
    # Lists and objects have no place here, and no hash.
    read = _read_once if _SCALARS.issuperset(map(type, said)) else _read
    hints, issues = read(habits, *said)
    reader.issues.extend(issues)
    return hints


def _read(habits: _Habits, *said: object) -> tuple[Hints, tuple[Issue, ...]]:
    reader = Reader(dict(zip(_NAMES, said, strict=True)), "hints.", habits.most_characters, [])
    region = reader.read("region", clean_country)
    zone = reader.read("zone", _clean_zone) or habits.zone
    day_first = reader.read("day_first", clean_flag)
    day_first = habits.day_first if day_first is None else day_first
    dates = DateHints(zone, day_first, reader.read("epoch", _clean_epoch))
    money = MoneyHints(habits.currency, reader.text("unit"), region in DECIMAL_COMMA_REGIONS)
    return Hints(region, dates, money), tuple(reader.issues)


_SCALARS = frozenset({type(None), str, bool, int, float})
_read_once = lru_cache(maxsize=_REMEMBERED, typed=True)(_read)


def _day_first(system: str, policy: Policy) -> bool | None:
    # Without any word about the source the policy decides whether to guess at all.
    unknown = True if policy.cleaning.ambiguous_day_first else None
    return policy.cleaning.day_first.get(system, unknown)


def _clean_epoch(raw: object, path: str) -> Field[int]:
    text = read_text(raw)
    if text is None:
        return NOTHING
    return Field(int(text)) if text in ("1900", "1904") else refused(path, "bad_hint")


def _clean_zone(raw: object, path: str) -> Field[ZoneInfo]:
    text = read_text(raw)
    if text is None:
        return NOTHING
    zone = _find_zone(text)
    return refused(path, "bad_hint") if zone is None else Field(zone)


@cache
def _find_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def hints_reader(raw: object, reader: Reader) -> Reader:
    """A reader of the message's `hints`, empty where there are none."""
    source: Mapping[str, object] = raw if isinstance(raw, Mapping) else {}
    return Reader(source, "hints.", reader.most_characters, reader.issues)
