"""Policy of the matrix: what each cell of level x risk gets, and who does its tasks (R24)."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.policy.values import ChannelKey, NotNegative, Positive, Strict


class Owner(Strict):
    name: str
    email: Annotated[str, Field(pattern=r"^([^@\s]+@[^@\s]+|wecom:[A-Za-z0-9_-]{1,40})$")]
    """Or `wecom:<name>`: a group robot, whose URL stands in the secret of the robots under that name."""


class Step(Strict):
    """One contact of an occasion: a message has a template, a task has a task code."""

    channel: ChannelKey
    template: str | None = None
    task: str | None = None
    after_working_days: NotNegative = 0

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.channel.is_task != (self.task is not None) or self.channel.is_task == (
            self.template is not None
        ):
            raise ValueError("a call or visit has a task, an email or sms has a template")
        return self


class EntryStep(Strict):
    """A one-off on entering the cell."""

    channel: ChannelKey
    task: str
    within_working_days: Positive
    not_again_days: Positive

    @model_validator(mode="after")
    def _is_for_a_person(self) -> Self:
        if not self.channel.is_task:
            raise ValueError("a step on entry is a call or a visit")
        return self


class Interval(Strict):
    count: Positive
    unit: Literal["week", "month"]

    @property
    def least_days(self) -> int:
        """Weeks and months compare by minimum days: February makes 1 month 28 days, 2 months 59 ..."""
        if self.unit == "week":
            return 7 * self.count
        return _LEAST_DAYS_OF_MONTHS[self.count % 12] + 365 * (self.count // 12)


# Fewest days that 0..11 consecutive calendar months can have.
_LEAST_DAYS_OF_MONTHS = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)


def _to_interval(value: object) -> object:
    if isinstance(value, str):
        count, _, unit = value.partition(" ")
        if count.isdigit() and unit.rstrip("s") in ("week", "month"):
            return Interval(count=int(count), unit=unit.rstrip("s"))  # type: ignore[arg-type]
        raise ValueError("an interval reads like '2 weeks' or '1 month'")
    return value


class Cell(Strict):
    every: Annotated[Interval, BeforeValidator(_to_interval)]
    goal: str
    steps: Annotated[list[Step], Field(min_length=1)]
    on_entry: EntryStep | None = None
