"""Two source records that may be one person, with the evidence, as plain data: what a person decides from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records."""

    record_id: str
    customer_id: str
    """Empty: the record is gone."""
    said: Mapping[str, str] = field(default_factory=dict)
    """Field -> value, as this record says it."""
    orders: int = 0
    """Of the days that its history keeps."""
    last_on: date | None = None
    """The newest of these days."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far one field agrees."""

    field: str
    level: str
    """differs, part, close or equal; `_implied` follows where another field says it already."""
    bits: float | None = None
    """log2 odds against strangers; None: the weights that judged the pair are no longer those in use."""


@dataclass(frozen=True, slots=True)
class Pair:
    review_id: str
    at: datetime
    bits: float
    """log2 odds that both are one person."""
    rule: str | None
    """The guard that decided beside the sum."""
    agreements: tuple[Agreement, ...]
    one: Side
    other: Side

    @property
    def rest(self) -> float | None:
        """What no field says: how rare one person twice is, relatives, rare and common values. None: not known,
        or a guard decided."""
        bits = [agreement.bits for agreement in self.agreements]
        known = [one for one in bits if one is not None]
        return None if self.rule or len(known) < len(bits) else self.bits - sum(known)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The open pairs, the likeliest first."""

    open: int = 0
    """All of them."""
    shown: tuple[Pair, ...] = ()
