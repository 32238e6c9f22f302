"""Counts over a snapshot that the console block and the report both show."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.insight.reconcile import OUTCOMES, goes, is_task
from shared.insight.snapshot import ContactLine, DayCandidate, FieldIssue, JobLine, QuarantinedRow, Snapshot
from shared.model.contact import OPEN, Channel, Decision
from shared.model.issues import Severity
from shared.model.tags import Level, Risk

LEVELS = tuple(level.value for level in Level)
RISKS = tuple(risk.value for risk in Risk)
"""Both in the order of reading: what matters most stands first."""


@dataclass(frozen=True, slots=True)
class SourceTally:
    """The records of one source and what became of them; `counts` holds the four outcomes."""

    system: str
    records_in: int
    counts: dict[str, int]

    @property
    def clean(self) -> int:
        return self.records_in - self.counts["quarantined"]


@dataclass(frozen=True, slots=True)
class ReasonTally:
    """One reason of refusal in one source."""

    system: str
    field: str
    """Empty: the whole row."""
    code: str
    severity: str
    count: int
    examples: tuple[tuple[str, int], ...]
    """(file, row): a place, never a value."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What the plan of the day takes; money in fen."""

    tasks: int
    minutes: int
    messages: dict[str, int]
    """By channel."""
    cost_fen: int
    segments_sent: int
    """Of the SMS that were sent so far on this day."""


def tally_sources(snapshot: Snapshot) -> list[SourceTally]:
    """One for each source that a file came from."""
    systems: dict[str, list[JobLine]] = {}
    for job in snapshot.jobs:
        systems.setdefault(job.system, []).append(job)
    return [_tally(system, jobs) for system, jobs in sorted(systems.items())]


def _tally(system: str, jobs: list[JobLine]) -> SourceTally:
    counts = {name: sum(job.outcomes.get(name, 0) for job in jobs) for name in OUTCOMES}
    counts["quarantined"] = sum(job.quarantined for job in jobs)
    return SourceTally(system, sum(job.records_in for job in jobs), counts)


def tally_rows(rows: Iterable[QuarantinedRow], examples: int) -> list[ReasonTally]:
    """Whole rows kept aside, the most frequent reason of each source first."""
    return _tally_reasons(
        ((row.system, "", row.reason, Severity.REFUSED.value), row.file, row.row, examples) for row in rows
    )


def tally_fields(issues: Iterable[FieldIssue], examples: int) -> list[ReasonTally]:
    """Findings in fields of records that were taken in, the most frequent of each source first."""
    return _tally_reasons(
        ((issue.system, issue.field, issue.code, issue.severity), issue.file, issue.row, examples)
        for issue in issues
    )


def _tally_reasons(
    found: Iterable[tuple[tuple[str, str, str, str], str | None, int | None, int]],
) -> list[ReasonTally]:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    places: dict[tuple[str, str, str, str], list[tuple[str, int]]] = {}
    for name, file, row, examples in found:
        counts[name] += 1
        kept = places.setdefault(name, [])
        if file is not None and len(kept) < examples:
            kept.append((file, row or 0))
    tallies = [ReasonTally(*name, count, tuple(places[name])) for name, count in counts.items()]
    return sorted(tallies, key=lambda tally: (tally.system, -tally.count, tally.code, tally.field))


def tally_cells(snapshot: Snapshot) -> dict[tuple[str, str], int]:
    """Customers in each of the 12 cells."""
    counts = Counter((line.level, line.risk) for line in snapshot.customers)
    return {(level, risk): counts[level, risk] for level in LEVELS for risk in RISKS}


def tally_flags(snapshot: Snapshot) -> dict[str, int]:
    """Customers with each flag, in the order of the flags' names."""
    return dict(sorted(Counter(flag for line in snapshot.customers for flag in line.flags).items()))


def going(snapshot: Snapshot) -> list[DayCandidate]:
    return [line for line in snapshot.candidates if goes(line.decision)]


def held(snapshot: Snapshot) -> list[DayCandidate]:
    """Neither made today nor made before."""
    return [
        line
        for line in snapshot.candidates
        if not goes(line.decision) and line.decision != Decision.ALREADY_MADE
    ]


def tally_spending(snapshot: Snapshot, zone: ZoneInfo) -> Spending:
    plan = going(snapshot)
    messages = Counter(line.channel for line in plan if not is_task(line.channel))
    sent = [line for line in snapshot.contacts if line.sent_at and is_on(line.sent_at, snapshot, zone)]
    return Spending(
        tasks=sum(is_task(line.channel) for line in plan),
        minutes=sum(line.minutes for line in plan),
        messages=dict(sorted(messages.items())),
        cost_fen=sum(line.cost_fen for line in plan),
        segments_sent=sum(line.segments or 0 for line in sent if line.channel == Channel.SMS),
    )


def is_on(instant: datetime, snapshot: Snapshot, zone: ZoneInfo) -> bool:
    """The instant lies on the snapshot's day."""
    return instant.astimezone(zone).date() == snapshot.on


def todays_messages(snapshot: Snapshot, zone: ZoneInfo) -> list[ContactLine]:
    """Messages made, sent or due on the day, and those that are still open from before."""
    until = snapshot.on + timedelta(days=1)
    return [
        line
        for line in snapshot.contacts
        if not is_task(line.channel)
        and (
            is_on(line.created_at, snapshot, zone)
            or (line.sent_at is not None and is_on(line.sent_at, snapshot, zone))
            or (line.status in OPEN and line.not_before.astimezone(zone).date() < until)
        )
    ]


def _is_joined(customer_of: Mapping[str, str], one: str, other: str) -> bool:
    """Two records that were kept apart may still be one customer, by way of a third."""
    return one in customer_of and customer_of[one] == customer_of.get(other)


def kept_apart(snapshot: Snapshot) -> int:
    """Pairs of records that share a key and do not belong to one customer, each counted once."""
    customer_of = snapshot.source_records
    pairs = {
        frozenset((merge.record_id, link.record_id))
        for merge in snapshot.merges
        for link in merge.links
        if not link.is_same and not _is_joined(customer_of, merge.record_id, link.record_id)
    }
    return len(pairs)
