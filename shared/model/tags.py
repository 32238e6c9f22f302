"""The tags of a customer and the reasons they were given for (R10, R12..R23)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    STRATEGIC = "strategic"
    CORE = "core"
    POTENTIAL = "potential"
    BASIC = "basic"


class Risk(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Activity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one tag has its value: enough to explain it without any other data (R23)."""

    tag: str
    """`level`, `risk`, `activity`, a flag such as `watch:silent`, or a trait such as `need` or `mark:vip`."""
    value: str
    rule: str
    """Requirement number, such as `R14`."""
    code: str
    """Such as `big_but_new`."""
    inputs: dict[str, int | str | None] = field(default_factory=dict)
    threshold: dict[str, int | str | None] = field(default_factory=dict)
    margin: dict[str, int | str | None] = field(default_factory=dict)
    """How far it is to the next band, such as `{"to": "strategic", "missing_fen": 300000}`."""


@dataclass(frozen=True, slots=True)
class Tags:
    level: Level
    risk: Risk
    activity: Activity
    flags: tuple[str, ...]
    """Sorted: `thin_evidence`, `watch:shrinking`, `watch:silent`."""
    reasons: tuple[Reason, ...]

    @property
    def vector(self) -> tuple[str, ...]:
        """What may change with time: values, flags and reason codes, without the inputs behind them."""
        codes = tuple(f"{reason.tag}={reason.code}" for reason in self.reasons)
        return (self.level, self.risk, self.activity, *self.flags, *codes)


@dataclass(frozen=True, slots=True)
class TagReview:
    """The tags at an instant, and the first later instant at which they differ if nothing happens (None: never)."""

    tags: Tags
    evaluated_at: datetime
    next_change_at: datetime | None


class Mark(NamedTuple):
    """What a person said of a customer, such as `vip` or `do_not_contact`."""

    name: str
    by: str
    since: datetime
    until: datetime | None = None
    """None: until a person takes it back."""

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)
