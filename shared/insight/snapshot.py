"""The whole base at one instant, as plain data: what summaries, sums and reports are made from.

Names of levels, decisions and statuses are kept as they are stored, so that a word nobody knows shows up as a sum
that does not hold instead of a crash.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from shared.insight.pairs import Pairs
from shared.insight.quality import Quality
from shared.model.case import Case
from shared.model.tags import Reason

Why = Mapping[str, str | int | None]
Words = tuple[str, str]
"""The same in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class JobLine:
    """One import job and what became of its records."""

    job_id: str
    file: str
    system: str
    is_open: bool
    records: int | None
    """Records posted; None while the file is still being split."""
    unreadable: int
    """Rows that gave no record at all: each counts as a quarantined record in."""
    outcomes: Mapping[str, int]
    """`new`, `updated`, `unchanged`, `quarantined` -> records."""
    started_at: str = ""
    """UTC instant, as stored."""

    @property
    def records_in(self) -> int:
        return (self.records or 0) + self.unreadable

    @property
    def quarantined(self) -> int:
        return self.outcomes.get("quarantined", 0) + self.unreadable


@dataclass(frozen=True, slots=True)
class FieldIssue:
    """One finding in a field, where it came in a file with its place."""

    system: str
    field: str
    code: str
    severity: str
    file: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row or message that is kept aside whole."""

    system: str
    reason: str
    file: str | None = None
    row: int | None = None
    issues: tuple[FieldIssue, ...] = ()
    quarantine_id: str = ""
    """Under which a replay finds it; empty where only a note was kept, not the message."""
    cells: tuple[tuple[str, str], ...] = ()
    """The message as it came: path and text. Only for the table that its owner corrects."""
    kept_on: date | None = None
    """The local day on which it was put aside."""
    resolved_by: str = ""
    """The import job that has the row in good order by now."""


@dataclass(frozen=True, slots=True)
class CustomerLine:
    customer_id: str
    golden: Mapping[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    level: str | None = None
    """None, as for risk and activity: not reviewed yet."""
    risk: str | None = None
    activity: str | None = None
    flags: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    review: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a person calls this customer: name, else company, else the id."""
        return self.golden.get("name") or self.golden.get("company") or self.customer_id

    @property
    def company(self) -> str:
        return self.golden.get("company", "")

    @property
    def phone(self) -> str:
        return self.golden.get("phone", "")

    @property
    def email(self) -> str:
        return self.golden.get("email", "")


@dataclass(frozen=True, slots=True)
class MergeLink:
    """One comparison with another source record."""

    record_id: str
    is_same: bool
    rule: str
    keys: tuple[str, ...]
    bits: str = ""
    """log2 odds that both are one person."""


@dataclass(frozen=True, slots=True)
class Merge:
    """One line of the journal of joins."""

    customer_id: str
    at: str
    record_id: str
    customers: tuple[str, ...]
    """Ids of the customers that the record belonged to, the survivor first."""
    links: tuple[MergeLink, ...]
    action: str = ""
    """What a person decided: accepted, rejected, merged ...; empty: the scores did, or a decision was taken back."""
    by: str = ""
    verdict_id: str = ""
    undone: tuple[str, ...] = ()
    """Decisions that were taken back."""


@dataclass(frozen=True, slots=True)
class DayCandidate:
    """One contact that the plan wanted on a day, and the one decision about it."""

    customer_id: str
    contact_id: str
    plan_step: str
    occasion_on: date
    channel: str
    contact_class: str
    template: str | None
    task: str | None
    not_before: datetime
    not_after: datetime
    decision: str
    rule: str
    why: Why
    cost_fen: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One row of the send ledger."""

    contact_id: str
    customer_id: str
    """May be an alias after a merge."""
    plan_step: str
    occasion_on: date
    channel: str
    contact_class: str
    template: str
    status: str
    created_at: datetime
    not_before: datetime
    not_after: datetime
    reason: str = ""
    why: Why = field(default_factory=dict)
    attempts: tuple[str, ...] = ()
    segments: int | None = None
    sent_at: datetime | None = None


class TalkLine(NamedTuple):
    """A call or visit (no score), or an answer to a survey."""

    record_id: str
    at: datetime
    score: int | None = None


class FuseLine(NamedTuple):
    """The reputation fuse of a channel (B1): what was counted in its window, what follows, what it has stopped."""

    channel: str
    accepted: int
    bounced: int
    complained: int
    state: str
    """closed, warn, stop_marketing or stop_all."""
    holds: tuple[str, ...] = ()


class ParkedLine(NamedTuple):
    """Events of providers that wait for a person."""

    reason: str
    kind: str
    number: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    at: datetime
    on: date
    """The tenant's local day of `at`."""
    jobs: tuple[JobLine, ...] = ()
    quarantined: tuple[QuarantinedRow, ...] = ()
    """Those that are open."""
    replayed: tuple[QuarantinedRow, ...] = ()
    """Those that were taken in later: their records count among the outcomes of their jobs. Or a later import of the
    file has mended them: `resolved_by` is its job."""
    issues: tuple[FieldIssue, ...] = ()
    """Of the records that were taken in."""
    quality: Quality = field(default_factory=Quality)
    entries: Mapping[str, int] = field(default_factory=dict)
    """Stored records by system."""
    direct: Mapping[str, int] = field(default_factory=dict)
    """Of these, the ones that came without a file."""
    source_records: Mapping[str, str] = field(default_factory=dict)
    """Source record id -> customer id it points to."""
    customers: tuple[CustomerLine, ...] = ()
    """Without aliases."""
    merges: tuple[Merge, ...] = ()
    reviews: Pairs = Pairs()
    """Pairs of records that wait for a person."""
    hot_keys: Mapping[str, int] = field(default_factory=dict)
    """Kind of key -> keys that too many records share: they find nobody any more."""
    candidates: tuple[DayCandidate, ...] = ()
    """Of the local day."""
    contacts: tuple[ContactLine, ...] = ()
    cases: tuple[Case, ...] = ()
    talks: tuple[TalkLine, ...] = ()
    """By source record; with the scores that customers gave."""
    suppressions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(channel, reason) -> suppressed addresses."""
    fuses: tuple[FuseLine, ...] = ()
    """Of the channels that have counted anything in the window."""
    parked: tuple[ParkedLine, ...] = ()
    holds: tuple[str, ...] = ()
    code_words: Mapping[str, Words] = field(default_factory=dict)
    """Codes of import and cleaning, in words."""
