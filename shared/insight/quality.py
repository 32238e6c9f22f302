"""How good the data is, for each source and field: completeness, validity, timeliness, and the reasons (R6).

Counted is the *row*: a row of a file, whatever number of records it gave, or a message. Whole rows in quarantine count too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from shared.insight.mask import mask
from shared.model.issues import Severity

EXAMPLES: Final = 3
HIGH_SHARE: Final = 0.9
"""The slow tail of the lag that is shown beside its median."""
_DAY: Final = timedelta(days=1)
_PARTY: Final = tuple(
    f"party.{name}"
    for name in "name company industry phone email country province birthday first_cooperation".split()
)
_OF_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    "order": ("event_at", "amount"),
    "refund": ("event_at", "amount"),
    "interaction": ("event_at", "topic"),
    "complaint": ("event_at", "topic"),
    "satisfaction": ("event_at", "score", "dimension"),
    "need": ("event_at", "need_type", "priority", "topic"),
    "consent": (),
    "asset": (
        "product",
        "bought_on",
        "warranty_ends_on",
        "insurance_ends_on",
        "inspection_due_on",
        "mileage_km",
    ),
    "service": ("event_at", "service_type", "in_warranty", "mileage_km"),
}
FIELDS: Final = (*_PARTY, *dict.fromkeys(name for names in _OF_KIND.values() for name in names))
"""The fields looked at, in the order of the report."""
_KNOWN: Final = frozenset(FIELDS)
_WEIGHTS: Final = (Severity.REFUSED, Severity.SUSPICIOUS, Severity.REPAIRED)
_NOT_SAID: Final = "assumed_received_time"
_STORED_AS: Final = {"party.birthday": "birthday_on", "party.first_cooperation": "first_cooperation_on"}


class Finding(NamedTuple):
    field: str
    code: str
    severity: str


class RunQuality(NamedTuple):
    """What came in on one local day."""

    on: date
    asked: int
    said: int
    refused: int
    lag_days: int | None = None

    @property
    def completeness(self) -> float:
        return self.said / self.asked if self.asked else 0.0

    @property
    def validity(self) -> float:
        return (self.said - self.refused) / self.said if self.said else 1.0


@dataclass(frozen=True, slots=True)
class FieldQuality:
    """`asked`: rows that could say it; `said`: rows that do; `refused`: of these, the ones that cannot be used."""

    field: str
    asked: int
    said: int
    refused: int
    lag_days: int | None = None
    """Median of received - happened over the dated records that say it; None where there are none."""
    high_lag_days: int | None = None
    runs: tuple[RunQuality, ...] = ()
    """By day, oldest first."""

    @property
    def completeness(self) -> float:
        return self.said / self.asked if self.asked else 0.0

    @property
    def validity(self) -> float:
        return (self.said - self.refused) / self.said if self.said else 1.0


@dataclass(frozen=True, slots=True)
class SourceQuality:
    system: str
    records: int
    """Stored."""
    quarantined: int
    """Whole rows that are open in quarantine, with or without a message."""
    fields: tuple[FieldQuality, ...]
    lag_days: int | None
    """Median of received - happened, in whole days; None where nothing is dated."""
    high_lag_days: int | None
    newest_at: datetime | None
    """The newest event, none of the future."""


@dataclass(frozen=True, slots=True)
class ReasonQuality:
    """One reason in one field of one source, with masked values."""

    system: str
    field: str
    code: str
    severity: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    sources: tuple[SourceQuality, ...] = ()
    reasons: tuple[ReasonQuality, ...] = ()
    """What was refused before what was repaired, the most frequent first."""


Place = tuple[str, int] | None
"""File and row of what came in a file."""
_FieldKey = tuple[str, str]
_RunKey = tuple[str, str, date]
_ReasonKey = tuple[str, str, str, str]


@dataclass(slots=True)
class QualityTally:
    """Counts while the base is read, record by record: bounded by rows with a place, not by values."""

    asked: Counter[_FieldKey] = field(default_factory=Counter)
    said: Counter[_FieldKey] = field(default_factory=Counter)
    refused: Counter[_FieldKey] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    lags: dict[str, Counter[int]] = field(default_factory=dict)
    newest: dict[str, datetime] = field(default_factory=dict)
    field_lags: dict[_RunKey, Counter[int]] = field(default_factory=dict)
    runs: dict[_RunKey, tuple[int, int, int]] = field(default_factory=dict)
    """asked, said, refused."""
    reasons: Counter[_ReasonKey] = field(default_factory=Counter)
    examples: dict[_ReasonKey, list[str]] = field(default_factory=dict)
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    """Places whose party was counted: the records of one row have the same."""
    seen_reasons: set[tuple[_ReasonKey, Place]] = field(default_factory=set)


def add_record(
    tally: QualityTally,
    system: str,
    *,
    body: Mapping[str, object],
    findings: Iterable[Finding],
    values: Mapping[str, str],
    place: Place,
    on: date | None = None,
) -> None:
    """Counts one stored record. `body` is the clean record as stored, `values` what came, by path (for examples),
    `on` the local day on which it came."""
    tally.records[system] += 1
    found = tuple(findings)
    is_first = _is_first(tally, system, place)
    _count(tally, system, str(body.get("kind")), said_fields(body), found, is_first=is_first, on=on)
    _add_reasons(tally, system, found, values, place)


def said_fields(body: Mapping[str, object]) -> set[str]:
    """The fields that a clean record says."""
    party = body.get("party")
    said = {*(f"party.{name}" for name in party)} if isinstance(party, Mapping) else set()
    said |= {name for name in body if body[name] is not None}
    said |= {"amount"} if "amount_fen" in said else set()
    return said | {path for path, name in _STORED_AS.items() if f"party.{name}" in said}


def add_quarantined(
    tally: QualityTally,
    system: str,
    *,
    findings: Iterable[Finding],
    values: Mapping[str, str],
    place: Place,
    on: date | None = None,
) -> None:
    """Counts one row that is kept aside whole; one without `values` was never a record and says nothing of fields."""
    tally.quarantined[system] += 1
    if not values:
        return
    found = tuple(findings)
    said = {path for path, text in values.items() if text.strip()}
    is_first = _is_first(tally, system, place)
    _count(tally, system, values.get("kind", ""), said, found, is_first=is_first, on=on)
    _add_reasons(tally, system, found, values, place)


def add_timing(
    tally: QualityTally,
    system: str,
    *,
    event_at: datetime,
    recorded_at: datetime,
    said: Iterable[str],
    on: date,
) -> None:
    """Counts when a dated record happened and when it was received, for all of it and for each field it says."""
    lag = max(0, (recorded_at - event_at) // _DAY)
    tally.lags.setdefault(system, Counter())[lag] += 1
    for path in _KNOWN.intersection(said):
        tally.field_lags.setdefault((system, path, on), Counter())[lag] += 1
    if event_at <= recorded_at:
        tally.newest[system] = max(event_at, tally.newest.get(system, event_at))


def is_dated(kind: str, findings: Iterable[Finding]) -> bool:
    """The record says itself when it happened."""
    return kind in _OF_KIND and not any(finding.code == _NOT_SAID for finding in findings)


def _is_first(tally: QualityTally, system: str, place: Place) -> bool:
    if place is None:
        return True
    key = (system, *place)
    if key in tally.seen:
        return False
    tally.seen.add(key)
    return True


def _count(
    tally: QualityTally,
    system: str,
    kind: str,
    said: set[str],
    found: tuple[Finding, ...],
    *,
    is_first: bool,
    on: date | None,
) -> None:
    refused = {finding.field for finding in found if finding.severity == Severity.REFUSED}
    unsaid = {finding.field for finding in found if finding.code == _NOT_SAID} - refused
    for path in (*(_PARTY if is_first else ()), *_OF_KIND.get(kind, ())):
        is_said = path in refused or (path in said and path not in unsaid)
        tally.asked[system, path] += 1
        tally.said[system, path] += is_said
        tally.refused[system, path] += path in refused
        if on is not None:
            asked, told, bad = tally.runs.get((system, path, on), (0, 0, 0))
            tally.runs[system, path, on] = (asked + 1, told + is_said, bad + (path in refused))


def _add_reasons(
    tally: QualityTally, system: str, found: tuple[Finding, ...], values: Mapping[str, str], place: Place
) -> None:
    for finding in found:
        key = (system, *finding)
        if place is not None and (key, place) in tally.seen_reasons:
            continue
        tally.seen_reasons.add((key, place))
        tally.reasons[key] += 1
        kept = tally.examples.setdefault(key, [])
        if len(kept) < EXAMPLES and (text := mask(finding.field, values.get(finding.field, ""))) not in (
            "",
            *kept,
        ):
            kept.append(text)


# --- what came out -------------------------------------------------------------------------------------------


def finish(tally: QualityTally) -> Quality:
    """The counts as they are shown."""
    systems = sorted({*tally.records, *tally.quarantined})
    reasons = [ReasonQuality(*key, rows, tuple(tally.examples[key])) for key, rows in tally.reasons.items()]
    ordered = sorted(reasons, key=_by_weight)
    return Quality(tuple(_source(tally, system) for system in systems), tuple(ordered))


def _by_weight(one: ReasonQuality) -> tuple[int, int, str, str, str]:
    weight = _WEIGHTS.index(one.severity) if one.severity in _WEIGHTS else len(_WEIGHTS)
    return weight, -one.rows, one.system, one.field, one.code


def _source(tally: QualityTally, system: str) -> SourceQuality:
    lags = tally.lags.get(system, Counter())
    return SourceQuality(
        system=system,
        records=tally.records[system],
        quarantined=tally.quarantined[system],
        fields=tuple(_fields(tally, system)),
        lag_days=quantile(lags, 0.5),
        high_lag_days=quantile(lags, HIGH_SHARE),
        newest_at=tally.newest.get(system),
    )


def _fields(tally: QualityTally, system: str) -> Iterator[FieldQuality]:
    days = sorted({on for name, _, on in tally.runs if name == system})
    for path in FIELDS:
        key = (system, path)
        if not tally.asked[key]:
            continue
        of_run = {on: tally.field_lags.get((*key, on), Counter()) for on in days}
        lags: Counter[int] = sum(of_run.values(), Counter())
        yield FieldQuality(
            field=path,
            asked=tally.asked[key],
            said=tally.said[key],
            refused=tally.refused[key],
            lag_days=quantile(lags, 0.5),
            high_lag_days=quantile(lags, HIGH_SHARE),
            runs=tuple(
                RunQuality(on, asked, said, refused, quantile(of_run[on], 0.5))
                for on in days
                for asked, said, refused in [tally.runs.get((*key, on), (0, 0, 0))]
                if asked
            ),
        )


def quantile(counts: Counter[int], share: float) -> int | None:
    """The smallest value that at least this share of all do not exceed; None of nothing."""
    wanted, total = share * counts.total(), 0
    for value in sorted(counts):
        total += counts[value]
        if total >= wanted:
            return value
    return None
