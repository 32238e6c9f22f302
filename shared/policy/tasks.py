"""Policy of tasks for people: whom a late one escalates to, when the digest goes, how often a call is tried (R28, R38)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.policy.matrix import Owner
from shared.policy.values import ClockTime, LevelKey, NotNegative, Positive, Strict


class EscalationStep(Strict):
    """One step of R38: who is told when so much of the time between start and deadline is over."""

    percent: Annotated[int, Field(ge=1, le=1000)]
    tell: Literal["owner", "manager", "head"]
    at_once: bool
    """By a mail of its own; else in the next digest. Tasks whose deadline is in hours are always told at once."""


class Tasks(Strict):
    digest_at: ClockTime
    digest_until: ClockTime
    digest_rows: Positive
    """Tasks that one digest lays out; the others are counted."""
    tries: Positive
    retry_working_days: Positive
    mails_per_sweep: NotNegative
    """More escalations than that in one sweep are told in the digest instead."""
    mail_tries: Positive
    most_points: Annotated[int, Field(ge=1, le=50)]
    most_characters: Annotated[int, Field(ge=100, le=10_000)]
    """Of a note, and of one point of minutes."""
    on_time_percent: Annotated[int, Field(ge=1, le=100)]
    report_months: Annotated[int, Field(ge=1, le=36)]
    similar_shown: Positive
    behaviour_months: Positive
    steps: Annotated[list[EscalationStep], Field(min_length=1)]
    managers: dict[LevelKey, Owner]
    head: Owner
    people: list[Owner] = []
    """Others who may own a point of minutes."""

    @model_validator(mode="after")
    def _steps_ascend(self) -> Self:
        percents = [step.percent for step in self.steps]
        if percents != sorted(set(percents)):
            raise ValueError("steps: their percents must ascend")
        return self

    @model_validator(mode="after")
    def _digest_has_time(self) -> Self:
        if self.digest_at >= self.digest_until:
            raise ValueError("digest_until: must be after digest_at")
        return self
