"""A case: work for a person, with an owner and a deadline, and what came of it (R27..R30, R38).

open ── done ──────────────▶ done     the customer was reached: an interaction, minutes, points with owners
  │ ├─ refused ────────────▶ closed   by the customer, who may object to further calls
  │ └─ no answer, again ───▶ closed   after the tries that the policy allows; until then it stays open
  └─ cancelled
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class CaseKind(StrEnum):
    """What a case is for; the kinds other than POINT have a contact of the same id in the send ledger."""

    TASK = "task"
    """Of the plan: matrix, lifecycle, win-back."""
    COMPLAINT = "complaint"
    """First response to a complaint (R30)."""
    CAUSE_ANALYSIS = "cause_analysis"
    """Satisfaction fell (R29)."""
    VERIFICATION = "verification"
    """Of the record of a new customer after the first purchase (R7)."""
    POINT = "point"
    """Left open in the minutes of a talk (R27)."""


class CaseStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"
    """Over without being done: refused, or never answered."""
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    DONE = "done"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"


class Point(NamedTuple):
    """One point of the minutes of a talk. What is not resolved has an owner and a due date (R27)."""

    text: str
    is_resolved: bool
    owner: str | None = None
    due_on: date | None = None


class Try(NamedTuple):
    """A call or visit that met nobody."""

    at: datetime
    by: str
    note: str
    request: str
    """Digest of what was told: the same told twice counts once."""


class Told(NamedTuple):
    """One step of the escalation: who was told, since when it was due, how and when (R38)."""

    percent: int
    role: str
    name: str
    address: str
    at: datetime
    how: str
    """`digest`, or `mail` at once."""
    mailed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """How a case ended. `note` and `points` name people and what they said: never in a log or a queue (P1)."""

    outcome: Outcome
    at: datetime
    by: str
    note: str
    points: tuple[Point, ...]
    request: str
    """Digest of what was told: the same told twice changes nothing."""
    record_id: str | None = None
    """The source record that gets the interaction, or the objection."""
    objects: bool = False
    """The customer does not want to be called."""


@dataclass(frozen=True, slots=True)
class Case:
    case_id: str
    customer_id: str
    kind: str
    """A CaseKind. But for a point, the contact of the same id says why."""
    channel: str
    owner: str
    title: str
    start_at: datetime
    due_at: datetime
    opened_at: datetime
    brief: dict[str, str | int | None] = field(default_factory=dict)
    """What the person should know before: codes and numbers; names and numbers to call are looked up."""
    status: CaseStatus = CaseStatus.OPEN
    text: str = ""
    """Of a point: what is open, in the words of the minutes."""
    about: str | None = None
    """Of a point: the case in whose minutes it stands."""
    check_at: datetime | None = None
    """When the sweep looks at it next. None: from `start_at` on while it is open, else never."""
    steps: int = 0
    """Steps of the escalation that were taken."""
    told: tuple[Told, ...] = ()
    tries: tuple[Try, ...] = ()
    next_try_on: date | None = None
    finish: Finish | None = None
    ver: int = 0
    """Counts the writes to this item; every writer guards it."""
