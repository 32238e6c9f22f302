"""Policy of sending: classes of contacts, caps, the constants of the send ledger, links that end a consent."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.policy.values import NotNegative, Positive, Strict


class Caps(Strict):
    messages_per_day: Positive
    tasks_per_day: Positive


class Sending(Strict):
    function_timeout_s: Positive
    skew_s: NotNegative
    lease_s: Positive
    wire_s: Positive
    recheck_s: Positive
    reconcile_email_s: Positive
    reconcile_sms_s: Positive
    visibility_s: Positive
    throttle_jitter_s: Positive
    max_attempts: Positive
    row_days: Positive
    page: Positive

    @model_validator(mode="after")
    def _constants_relate(self) -> Self:
        if self.lease_s < self.function_timeout_s + 2 * self.skew_s:
            raise ValueError("lease_s must be at least function_timeout_s + 2 * skew_s")
        if self.visibility_s < 6 * self.function_timeout_s:
            raise ValueError("visibility_s must be at least 6 * function_timeout_s")
        if self.wire_s + 5 >= self.function_timeout_s:
            raise ValueError("wire_s + 5 must be less than function_timeout_s")
        return self


class ClassRules(Strict):
    consent: Literal["care", "marketing", "none"]
    quiet_hours: bool
    cap: Literal["messages_per_day", "tasks_per_day", "none"]
    valid_days: Positive
    delivery: Literal["at_most_once", "at_least_once"]


class Unsubscribe(Strict):
    valid_days: Annotated[int, Field(ge=60)]
