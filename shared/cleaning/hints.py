"""What is known about a source's habits: from the message, else from the policy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache, partial
from typing import NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.cleaning.booleans import clean_flag
from shared.cleaning.common_forms import LONGEST_PLAIN
from shared.cleaning.dates import DateHints
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.money import DECIMAL_COMMA_REGIONS, MoneyHints
from shared.cleaning.reader import Clean, read_line, read_value
from shared.cleaning.regions import clean_country
from shared.cleaning.text import read_text
from shared.model.issues import Issue
from shared.policy.schema import Policy

T = TypeVar("T")


class Hints(NamedTuple):
    region: str | None
    """ISO 3166 of the source's users; None: not said."""
    dates: DateHints
    money: MoneyHints


_Read: TypeAlias = tuple[Hints, tuple[Issue, ...]]


@dataclass(frozen=True, slots=True)
class Habits:
    """What the policy says about cleaning, at hand."""

    policy: Policy
    zone: ZoneInfo
    currency: str
    country: str
    most_characters: int
    takes_plain: bool
    """Whether no plain form is longer than that."""
    oldest_event_years: int
    future_tolerance: timedelta
    read_once: Callable[..., _Read]
    """`_read` of this policy, its answers kept: a source gives the same hints with each of its records."""


_NAMES = ("region", "zone", "day_first", "epoch", "unit")
# A container sees a few sources, and one policy.
_SOURCES, _POLICIES = 1024, 8
_habits_of: dict[int, Habits] = {}


def find_habits(policy: Policy) -> Habits:
    """The habits of a policy, made once."""
    # A policy has no hash; its habits hold it, so that its place in memory stays its own.
    habits = _habits_of.get(id(policy))
    if habits is None:
        if len(_habits_of) >= _POLICIES:
            _habits_of.clear()
        habits = _habits_of[id(policy)] = _make_habits(policy)
    return habits


def _make_habits(policy: Policy) -> Habits:
    tenant, cleaning = policy.tenant, policy.cleaning
    return Habits(
        policy=policy,
        zone=tenant.tz,
        currency=tenant.currency,
        country=tenant.country,
        most_characters=cleaning.max_field_characters,
        takes_plain=cleaning.max_field_characters >= LONGEST_PLAIN,
        oldest_event_years=cleaning.oldest_event_years,
        future_tolerance=timedelta(minutes=cleaning.future_tolerance_minutes),
        read_once=lru_cache(maxsize=_SOURCES, typed=True)(partial(_read, policy)),
    )


def read_hints(raw: object, system: str, habits: Habits) -> _Read:
    """The hints of a message, and what there is to say about them; what it does not say, the policy says."""
    said: Mapping[str, object] = raw if type(raw) is dict or isinstance(raw, Mapping) else {}
    get = said.get
    values = get("region"), get("zone"), get("day_first"), get("epoch"), get("unit")
    try:
        return habits.read_once(system, *values)
    except TypeError:
        # Lists and objects have no place here, and no hash.
        return _read(habits.policy, system, *values)


def _read(policy: Policy, system: str, *said: object) -> _Read:
    raws, most_characters = dict(zip(_NAMES, said, strict=True)), policy.cleaning.max_field_characters
    issues: list[Issue] = []

    def keep(field: Field[T]) -> T | None:
        issues.extend(field.issues)
        return field.value

    def read(name: str, clean: Clean[T]) -> T | None:
        return keep(read_value(raws[name], f"hints.{name}", clean, most_characters))

    region = read("region", clean_country)
    zone = read("zone", _clean_zone) or policy.tenant.tz
    day_first = read("day_first", clean_flag)
    day_first = _day_first(system, policy) if day_first is None else day_first
    dates = DateHints(zone, day_first, read("epoch", _clean_epoch))
    unit = keep(read_line(raws["unit"], "hints.unit", most_characters))
    money = MoneyHints(policy.tenant.currency, unit, region in DECIMAL_COMMA_REGIONS)
    return Hints(region, dates, money), tuple(issues)


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
