"""What an operator's line says beside its value: hints about the source, each optional."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.cleaning.booleans import clean_flag
from shared.cleaning.codes import make_issue
from shared.cleaning.currencies import BY_REGION, clean_currency
from shared.cleaning.dates import DateHints
from shared.cleaning.money import DECIMAL_COMMA_REGIONS, LAKH_REGIONS, MoneyHints
from shared.cleaning.regions import clean_country
from shared.cleaning.text import read_text
from shared.model.issues import Issue

_HOME = "CN"
_COMMA_LANGUAGES = frozenset(
    "de fr es it pt nl ru pl tr da sv nb nn no fi cs sk hu ro bg hr sl sr uk el id vi et lv lt is ca".split()
)
_MONTH_FIRST_REGIONS = frozenset("US PR GU AS VI MP FM".split())
# Where the year stands first by habit, or where both orders live side by side: nothing is said of 03/04/2026.
_SILENT_REGIONS = frozenset("CN JP KR KP TW MN HU LT CA PH ZA IR BT".split())
_SILENT_LANGUAGES = frozenset("zh ja ko mn hu lt en".split())

# Where a region is asked for NA is Namibia; numbering plans without a country of ISO 3166.
_CODES_APART = frozenset("NA XK AC TA".split())


class Hints(NamedTuple):
    region: str
    """ISO 3166; CN where nothing is said."""
    currency: str | None
    kind: str
    today: date
    zone: ZoneInfo | None
    day_first: bool | None
    epoch: int | None
    has_decimal_comma: bool | None
    """None: not said."""
    has_lakh_groups: bool
    unit: str | None
    """Of a mileage that names none."""

    @property
    def dates(self) -> DateHints:
        return DateHints(self.zone or ZoneInfo("UTC"), self.day_first, self.epoch)

    @property
    def money(self) -> MoneyHints:
        comma = self.has_decimal_comma
        return MoneyHints(self.currency or "", None, comma is True, self.has_lakh_groups, comma is False)


class _Locale(NamedTuple):
    language: str
    region: str | None


def read_hints(said: Mapping[str, object], today: date) -> tuple[Hints, tuple[Issue, ...]]:
    """The hints, and an issue for each that is not understood and does not count."""
    bad: list[str] = []
    locale = _read_locale(said.get("locale"))
    region = _read_region(said, bad) or (locale.region if locale else None)
    hints = Hints(
        region=region or _HOME,
        currency=_read_currency(said, region, bad),
        kind=(read_text(said.get("kind")) or "").lower(),
        today=_read_today(said, bad) or today,
        zone=_read_zone(said, bad),
        day_first=_read_day_first(said, locale, region, bad),
        epoch=_read_epoch(said, bad),
        has_decimal_comma=_has_decimal_comma(locale, region),
        has_lakh_groups=region in LAKH_REGIONS,
        unit=read_text(said.get("unit")),
    )
    return hints, tuple(make_issue(name, "bad_hint") for name in bad)


def _read_locale(raw: object) -> _Locale | None:
    """`de`, `de-AT`, `zh_Hans_CN.UTF-8`."""
    text = read_text(raw)
    if text is None:
        return None
    language, *parts = text.partition(".")[0].replace("_", "-").split("-")
    region = next((part.upper() for part in parts if len(part) == 2), None)
    return _Locale(language.lower(), region and clean_country(region, "").value)


def _has_decimal_comma(locale: _Locale | None, region: str | None) -> bool | None:
    if locale and not locale.region:
        return locale.language in _COMMA_LANGUAGES
    place = (locale and locale.region) or region
    return None if place is None else place in DECIMAL_COMMA_REGIONS


def _read_region(said: Mapping[str, object], bad: list[str]) -> str | None:
    code = str(said.get("region")).strip().upper()
    if code in _CODES_APART:
        return code
    field = clean_country(said.get("region"), "")
    if field.issues:
        bad.append("region")
    return field.value


def _read_currency(said: Mapping[str, object], region: str | None, bad: list[str]) -> str | None:
    field = clean_currency(said.get("currency"), "", home=BY_REGION.get(region or _HOME, "CNY"))
    if field.issues:
        bad.append("currency")
    return field.value


def _read_today(said: Mapping[str, object], bad: list[str]) -> date | None:
    text = read_text(said.get("today"))
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        bad.append("today")
        return None


def _read_zone(said: Mapping[str, object], bad: list[str]) -> ZoneInfo | None:
    text = read_text(said.get("zone"))
    if text is None:
        return None
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        bad.append("zone")
        return None


def _read_epoch(said: Mapping[str, object], bad: list[str]) -> int | None:
    """1900 where only `excel` is said, for that is what Excel writes unless told otherwise."""
    text = read_text(said.get("epoch"))
    if text in ("1900", "1904"):
        return int(text)
    if text is not None:
        bad.append("epoch")
    is_sheet = said.get("excel")
    return 1900 if clean_flag(is_sheet, "").value else None


def _read_day_first(
    said: Mapping[str, object], locale: _Locale | None, region: str | None, bad: list[str]
) -> bool | None:
    raw = said.get("day_first")
    field = clean_flag(raw, "")
    if field.issues:
        bad.append("day_first")
    if field.value is not None:
        return field.value
    if locale and not locale.region:
        return None if locale.language in _SILENT_LANGUAGES else True
    place = (locale and locale.region) or (None if "day_first" in said else region)
    if place is None or place in _SILENT_REGIONS:
        return None
    return place not in _MONTH_FIRST_REGIONS
