"""The whole view of one customer as plain data (R4): who, by which source, what happened, what stands, what is open."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.insight.asset_lines import AssetLine
from shared.insight.explanation import Explanation
from shared.insight.identity_words import NOT_RECORDED
from shared.insight.pairs import Pair
from shared.model.history import Day
from shared.model.instants import local_day

EMAIL: Final = "email"


@dataclass(frozen=True, slots=True)
class SaidLine:
    """What one source record says in one field, and when it said so."""

    name: str
    value: str
    said_at: datetime
    is_verified: bool = False
    """A person checked the value, and the record still says it."""


@dataclass(frozen=True, slots=True)
class GoldenLine:
    """One field of the golden record with its provenance."""

    name: str
    value: str
    record_id: str
    said_at: datetime | None
    rule: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    record_id: str
    system: str
    is_deleted: bool
    """Its profile was deleted at the source: it says nothing any more."""
    said: tuple[SaidLine, ...]
    events: int


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as stored, with what it counts for."""

    at: datetime
    kind: str
    record_id: str
    event_id: str
    details: tuple[tuple[str, str], ...] = ()
    """(field, code or text)."""
    interactions: int = 0
    orders: int = 0
    refunds: int = 0
    fen: int = 0
    """What it adds to the amount: negative for a refund."""
    complaints: int = 0
    is_unconverted: bool = False
    """An amount without a known rate: it counts as 0."""
    is_ahead: bool = False
    """It lies in the future and counts from then on."""
    is_deleted: bool = False
    file: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class YearLine:
    """The events of one year of the tenant's zone."""

    year: int
    orders: int
    order_fen: int
    refunds: int
    refund_fen: int
    """Not negative."""
    complaints: int
    interactions: int
    unconverted: int

    @property
    def net_fen(self) -> int:
        return self.order_fen - self.refund_fen


@dataclass(frozen=True, slots=True)
class Counts:
    interactions: int = 0
    orders: int = 0
    refunds: int = 0
    fen: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """The events against the days that the tags are computed from."""

    since_on: date
    """The first day that both must hold."""
    events: Counts
    history: Counts

    @property
    def holds(self) -> bool:
        return self.events == self.history


@dataclass(frozen=True, slots=True)
class ConsentLine:
    use: str
    """`email|care`; an objection as `email|objection`."""
    state: str
    since: datetime | None
    address: str
    """Masked; empty where it is bound to none."""


@dataclass(frozen=True, slots=True)
class CustomerView:
    told: Explanation
    """Tags, contacts, cases, the journal of identity."""
    golden: tuple[GoldenLine, ...]
    sources: tuple[SourceLine, ...]
    events: tuple[EventLine, ...]
    """Newest first, those ahead among them."""
    years: tuple[YearLine, ...]
    """Newest first."""
    balance: Balance
    consents: tuple[ConsentLine, ...]
    reviews: tuple[Pair, ...]
    assets: tuple[AssetLine, ...] = ()


def sum_years(events: Iterable[EventLine], zone: ZoneInfo) -> tuple[YearLine, ...]:
    """Sums by local year of what counts by now."""
    years: dict[int, list[EventLine]] = {}
    for event in events:
        if not event.is_ahead and not event.is_deleted:
            years.setdefault(local_day(event.at, zone).year, []).append(event)
    return tuple(_sum_year(year, years[year]) for year in sorted(years, reverse=True))


def _sum_year(year: int, events: Iterable[EventLine]) -> YearLine:
    sums = Counter[str]()
    for event in events:
        sums["orders"] += event.orders
        sums["refunds"] += event.refunds
        sums["order_fen" if event.orders else "refund_fen"] += abs(event.fen)
        sums["complaints"] += event.complaints
        sums["interactions"] += event.interactions
        sums["unconverted"] += event.is_unconverted
    return YearLine(year, **{name: sums[name] for name in YearLine.__slots__ if name != "year"})


def balance_events(
    events: Iterable[EventLine], days: Iterable[Day], since_on: date, zone: ZoneInfo
) -> Balance:
    """Both sides from `since_on`: what was deleted, and what lies ahead, counts in neither."""
    counted = [
        event
        for event in events
        if not event.is_ahead and not event.is_deleted and local_day(event.at, zone) >= since_on
    ]
    return Balance(since_on, _count(counted), _count(day for day in days if day.on >= since_on))


def _count(parts: Iterable[EventLine | Day]) -> Counts:
    sums = Counter[str]()
    for part in parts:
        for name in Counts.__slots__:
            sums[name] += getattr(part, name)
    return Counts(**{name: sums[name] for name in Counts.__slots__})


def view_to_plain(view: CustomerView) -> Mapping[str, Any]:
    """For programs: instants and days as they are, amounts in fen."""
    told = view.told
    return {
        "customer_id": told.customer_id,
        "aliases": told.aliases,
        "namesakes": told.namesakes,
        "review": told.review,
        "golden": [asdict(line) for line in view.golden],
        "sources": [asdict(line) for line in view.sources],
        "years": [{**asdict(line), "net_fen": line.net_fen} for line in view.years],
        "balance": {**asdict(view.balance), "holds": view.balance.holds},
        "events": [asdict(line) for line in view.events],
        "assets": [asdict(line) for line in view.assets],
        "consents": [asdict(line) for line in view.consents],
        "tags": None if told.tags is None else asdict(told.tags),
        "traits": [asdict(trait) for trait in told.traits],
        "next_change_at": told.next_change_at,
        "contacts": [asdict(line) for line in told.contacts],
        "cases": [asdict(case) for case in told.cases],
        "identity": [asdict(merge) for merge in told.merges],
        "open_reviews": [asdict(pair) for pair in view.reviews],
        "not_recorded": tuple(NOT_RECORDED),
    }
