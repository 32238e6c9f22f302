"""Policy of provider events: what suppresses an address, and when a bad reputation stops sending (B1, E3)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.policy.values import Positive, Strict

BasisPoints = Annotated[int, Field(ge=1, le=10_000)]


class Rates(Strict):
    """In basis points of what was accepted: warn, stop marketing, stop all but what the law requires."""

    warn: BasisPoints
    stop_marketing: BasisPoints
    stop_all: BasisPoints

    @model_validator(mode="after")
    def _rates_ascend(self) -> Self:
        if not self.warn < self.stop_marketing < self.stop_all:
            raise ValueError("warn < stop_marketing < stop_all must hold")
        return self


class Reputation(Strict):
    least_accepted: Positive
    hours: Annotated[int, Field(ge=1, le=168)]
    soft_days: Positive
    record_wait_s: Positive
    bounce: Rates
    complaint: Rates
