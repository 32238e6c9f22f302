"""A case: work for a person, with an owner and a deadline."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CaseStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Case:
    case_id: str
    customer_id: str
    kind: str
    """`task`: made by the plan; the contact of the same id says why."""
    channel: str
    owner: str
    title: str
    start_at: datetime
    due_at: datetime
    opened_at: datetime
    brief: dict[str, str | int | None] = field(default_factory=dict)
    """What the person should know before: codes and numbers; names and numbers to call are looked up."""
    status: CaseStatus = CaseStatus.OPEN
