"""What tags are computed from: one customer's events, folded into local days (R22)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Day(NamedTuple):
    """All that happened on one local day of the tenant's zone, up to now."""

    on: date
    interactions: int = 0
    orders: int = 0
    refunds: int = 0
    fen: int = 0
    """Orders minus refunds."""
    complaints: int = 0


class Pending(NamedTuple):
    """An event that lies ahead of the instant at which it was stored: it counts only after `at` (R22)."""

    at: datetime
    interactions: int = 0
    orders: int = 0
    refunds: int = 0
    fen: int = 0
    complaints: int = 0


class Voice(NamedTuple):
    """What a customer said or chose at an instant: the type of a need (R11), the channel of a contact."""

    at: datetime
    word: str


@dataclass(frozen=True, slots=True)
class History:
    """One customer's past in days. `days` and `pending` ascend; days reach back 24 months and 1 day at least."""

    days: tuple[Day, ...] = ()
    pending: tuple[Pending, ...] = ()
    first_cooperation_on: date | None = None
    first_order_on: date | None = None
    """The earliest order ever, also where its day is no longer in `days`."""
    has_interaction_ever: bool = False
    has_order_ever: bool = False
    """An order or a refund."""
    needs: tuple[Voice, ...] = ()
    """Ascending, those ahead included; as far back as `days`."""
    answers: tuple[Voice, ...] = ()
    """The newest contacts by channel, ascending."""
