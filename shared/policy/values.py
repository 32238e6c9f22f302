"""Shapes that every section of the policy is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.model.contact import Channel, ContactClass
from shared.model.tags import Level, Risk

Positive = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Percent = Annotated[int, Field(ge=1, le=99)]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


LEVELS_UP = (Level.BASIC, Level.POTENTIAL, Level.CORE, Level.STRATEGIC)
RISKS_UP = (Risk.LOW, Risk.MEDIUM, Risk.HIGH)
LevelKey = Annotated[Level, Field(strict=False)]
RiskKey = Annotated[Risk, Field(strict=False)]
ClassKey = Annotated[ContactClass, Field(strict=False)]
ChannelKey = Annotated[Channel, Field(strict=False)]
