"""Policy of spending and pace: budgets of messages and money, and how fast a provider may be asked."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.policy.values import ChannelKey, ClassKey, NotNegative, Positive, Strict

MANY_BUDGETS = 20
"""One transaction marks a message and spends all of its budgets."""


class Budget(Strict):
    """At most so many messages, so much money, or both, in each day or month of the tenant."""

    per: Literal["day", "month"]
    channel: Annotated[Literal["email", "sms"] | None, Field(description="None: every channel")] = None
    plan: Annotated[str | None, Field(description="Begins the plan step; None: every plan")] = None
    most_messages: Positive | None = None
    most_fen: Positive | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.most_messages is None and self.most_fen is None:
            raise ValueError("a budget needs most_messages, most_fen or both")
        return self


class Limits(Strict):
    """`bound_classes`: what a spent budget stops. `rate_per_s`: requests to the provider of a channel; 0: no limit."""

    recheck_s: Positive
    bound_classes: list[ClassKey]
    rate_per_s: dict[ChannelKey, NotNegative]
    budgets: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Budget], Field(max_length=MANY_BUDGETS)
    ]
