"""All that is known of one customer, as plain data: what an explanation is written from."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.insight.snapshot import ContactLine, DayCandidate, Merge
from shared.model.case import Case
from shared.model.tags import Reason, Tags


@dataclass(frozen=True, slots=True)
class GoldenField:
    """One field of the golden record, with the record that said it and the rule that chose it."""

    name: str
    value: str
    record_id: str
    rule: str


@dataclass(frozen=True, slots=True)
class TagChange:
    at: str
    tag: str
    old: str | None
    new: str | None
    rule: str
    code: str
    policy_version: str = ""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What the plan remembers. Days are the tenant's."""

    cell: str | None = None
    cell_since_on: date | None = None
    plan_due_on: date | None = None
    last_contact_on: date | None = None


@dataclass(frozen=True, slots=True)
class DayDecisions:
    on: date
    candidates: tuple[DayCandidate, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    customer_id: str
    explained_at: datetime
    zone: ZoneInfo
    """The tenant's: clock times are shown on it."""
    is_alias: bool = False
    """The id that was asked for was merged into this customer."""
    contact_id: str | None = None
    """The contact that was asked for."""
    namesakes: tuple[str, ...] = ()
    """Other customers with the phone or email that was asked for."""
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    golden: tuple[GoldenField, ...] = ()
    review: tuple[str, ...] = ()
    merges: tuple[Merge, ...] = ()
    tags: Tags | None = None
    """None: not reviewed yet."""
    policy_version: str | None = None
    evaluated_at: datetime | None = None
    next_change_at: datetime | None = None
    due_at: datetime | None = None
    traits: tuple[Reason, ...] = ()
    """More tags: need, stage, service class ..."""
    changes: tuple[TagChange, ...] = ()
    """Oldest first."""
    ahead: tuple[TagChange, ...] = ()
    """What changes next by time alone."""
    first: tuple[TagChange, ...] = ()
    """The first change by time alone of level, risk and activity each."""
    plan: PlanLine = PlanLine()
    days: tuple[DayDecisions, ...] = ()
    """Newest first."""
    contacts: tuple[ContactLine, ...] = ()
    """Newest first."""
    cases: tuple[Case, ...] = ()
    consents: tuple[tuple[str, str], ...] = ()
    """(`email|care`, `granted`, `withdrawn` or `objected`)."""
