"""What is known about a source's habits: from the message, else from the policy."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.cleaning.booleans import clean_flag
from shared.cleaning.dates import DateHints
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.money import DECIMAL_COMMA_REGIONS, MoneyHints
from shared.cleaning.reader import Reader
from shared.cleaning.regions import clean_country
from shared.cleaning.text import read_text
from shared.policy.schema import Policy


class Hints(NamedTuple):
    region: str | None
    """ISO 3166 of the source's users; None: not said."""
    dates: DateHints
    money: MoneyHints


def clean_hints(reader: Reader, *, system: str, policy: Policy) -> Hints:
    """The hints of a message; what it does not say, the policy says."""
    region = reader.read("region", clean_country)
    zone = reader.read("zone", _clean_zone) or policy.tenant.tz
    dates = DateHints(zone, _day_first(reader, system, policy), reader.read("epoch", _clean_epoch))
    money = MoneyHints(policy.tenant.currency, reader.text("unit"), region in DECIMAL_COMMA_REGIONS)
    return Hints(region, dates, money)


def _day_first(reader: Reader, system: str, policy: Policy) -> bool | None:
    said = reader.read("day_first", clean_flag)
    if said is not None:
        return said
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
