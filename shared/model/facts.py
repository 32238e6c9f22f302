"""Facts: dated things that sources report of a customer and that care starts from (R7, R27, R30, R40..R51)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

CLOSED: Final = "closed"


class FactKind(StrEnum):
    ASSET = "asset"
    """Something the customer owns and we look after: a car, a machine, a contract."""
    SERVICE = "service"
    """Maintenance that was done on an asset, or a repair."""
    COMPLAINT = "complaint"
    TALK = "talk"
    """A call or visit by a person of ours: minutes are owed (R27)."""
    SCORE = "score"
    """An answer to a survey."""


class Fact(NamedTuple):
    """One fact as its newest version says it. What a source does not say is None."""

    kind: FactKind
    fact_id: str
    """`system#id`: the same in every version."""
    at: datetime
    """When it happened; of an asset, when it was last read or changed."""
    asset_id: str | None = None
    """Of an asset and of a service: which one, as the source numbers it."""
    product: str | None = None
    bought_on: date | None = None
    warranty_ends_on: date | None = None
    insurance_ends_on: date | None = None
    inspection_due_on: date | None = None
    mileage_km: int | None = None
    is_repair: bool | None = None
    in_warranty: bool | None = None
    stage: str | None = None
    """How far it is, in its source's word; of a complaint `closed` where any word says so. Of a talk whose minutes are
    written: `minuted`."""
    topic: str | None = None
    """One short line; of a score, its dimension (R54)."""
    score: int | None = None
    """1..5."""
