"""What a customer owns, and what was done on it, for the view of the customer (R4, R8)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from shared.insight.explain_text import short_record
from shared.insight.snapshot import Words
from shared.insight.words import FIELDS, Language, Table, iso_day, pick, word
from shared.model.facts import Fact, FactKind
from shared.model.instants import local_day

_DAYS: Final = ("bought_on", "warranty_ends_on", "insurance_ends_on", "inspection_due_on")
SERVICE_TYPES: Final[Table] = {"maintenance": ("保养", "maintenance"), "repair": ("维修", "repair")}
_SERVICE: Final[Words] = ("服务", "service")
_WARRANTY: Final[Mapping[bool, Words]] = {True: ("保内", "in warranty"), False: ("保外", "out of warranty")}
_UNNAMED: Final[Words] = ("未注明资产", "asset not named")


@dataclass(frozen=True, slots=True)
class ServiceLine:
    at: datetime
    record_id: str
    event_id: str
    asset_id: str | None
    is_repair: bool | None
    in_warranty: bool | None
    mileage_km: int | None


@dataclass(frozen=True, slots=True)
class AssetLine:
    """An asset as one source record tells it; without a number and a source: services of what no source tells."""

    asset_id: str | None
    record_id: str = ""
    read_at: datetime | None = None
    product: str | None = None
    bought_on: date | None = None
    warranty_ends_on: date | None = None
    insurance_ends_on: date | None = None
    inspection_due_on: date | None = None
    mileage_km: int | None = None
    services: tuple[ServiceLine, ...] = ()
    """Newest first, whichever source told them."""


def asset_lines(facts: Mapping[str, Iterable[Fact]]) -> tuple[AssetLine, ...]:
    """By number, from the facts of each source record (by its id); services of assets that no source tells stand last."""
    told = [(record_id, fact) for record_id in sorted(facts) for fact in facts[record_id]]
    services: dict[str | None, list[ServiceLine]] = {}
    for record_id, fact in told:
        if fact.kind is FactKind.SERVICE:
            services.setdefault(fact.asset_id, []).append(_service(record_id, fact))
    ordered = {
        number: tuple(sorted(found, key=lambda line: (line.at, line.event_id), reverse=True))
        for number, found in services.items()
    }
    assets = [
        _asset(record_id, fact, ordered.get(fact.asset_id, ()) if fact.asset_id else ())
        for record_id, fact in told
        if fact.kind is FactKind.ASSET
    ]
    known = {asset.asset_id for asset in assets if asset.asset_id}
    apart = [AssetLine(number, services=found) for number, found in ordered.items() if number not in known]
    return tuple(sorted((*assets, *apart), key=lambda line: (not line.record_id, line.asset_id or "")))


def _service(record_id: str, fact: Fact) -> ServiceLine:
    return ServiceLine(
        at=fact.at,
        record_id=record_id,
        event_id=fact.fact_id.partition("#")[2],
        asset_id=fact.asset_id,
        is_repair=fact.is_repair,
        in_warranty=fact.in_warranty,
        mileage_km=fact.mileage_km,
    )


def _asset(record_id: str, fact: Fact, services: tuple[ServiceLine, ...]) -> AssetLine:
    return AssetLine(
        asset_id=fact.asset_id,
        record_id=record_id,
        read_at=fact.at,
        product=fact.product,
        bought_on=fact.bought_on,
        warranty_ends_on=fact.warranty_ends_on,
        insurance_ends_on=fact.insurance_ends_on,
        inspection_due_on=fact.inspection_due_on,
        mileage_km=fact.mileage_km,
        services=services,
    )


def asset_words(asset: AssetLine, zone: ZoneInfo, language: Language) -> Iterator[str]:
    """The asset in one line, then each service of it."""
    name = "  ".join(part for part in (asset.asset_id, asset.product) if part) or pick(_UNNAMED, language)
    parts = [name, *_days(asset, language), *_km(asset.mileage_km)]
    source = f"[{short_record(asset.record_id)} {_on(asset.read_at, zone)}]" if asset.record_id else ""
    yield "  ".join(part for part in (*parts, source) if part)
    for line in asset.services:
        yield "    " + "  ".join(_service_words(line, zone, language))


def _service_words(line: ServiceLine, zone: ZoneInfo, language: Language) -> Iterator[str]:
    yield _on(line.at, zone)
    if line.is_repair is None:
        yield pick(_SERVICE, language)
    else:
        yield word(SERVICE_TYPES, "repair" if line.is_repair else "maintenance", language)
    if line.in_warranty is not None:
        yield pick(_WARRANTY[line.in_warranty], language)
    yield from _km(line.mileage_km)
    yield f"[{short_record(line.record_id)} {line.event_id}]"


def _days(asset: AssetLine, language: Language) -> Iterator[str]:
    for name in _DAYS:
        day: date | None = getattr(asset, name)
        if day is not None:
            yield f"{word(FIELDS, name, language)} {iso_day(day)}"


def _km(mileage_km: int | None) -> Iterator[str]:
    if mileage_km is not None:
        yield f"{mileage_km:,} km"


def _on(at: datetime | None, zone: ZoneInfo) -> str:
    return iso_day(None if at is None else local_day(at, zone))
