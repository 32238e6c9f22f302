"""Recency, frequency and money: raw values from the days kept, scores against cut points of the whole base (R66).

Nothing of it is stored with a customer: a score is computed when it is read, so that no night has to write it anew.
Cut points come from histograms whose counts can be taken back: a customer moves from an old value to a new one.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from math import ceil, log
from typing import Final, NamedTuple

from shared.model.history import History
from shared.model.tags import Reason
from shared.policy.schema import Policy
from shared.tagging.windows import iso, minus

BANDS: Final = 5
# Each bucket is 2 % wide: a cut point is too high by no more than that.
_LOG_BASE: Final = log(1.02)


class Rfm(NamedTuple):
    """Of the window that ends with a day (R22)."""

    last_order_on: date | None
    orders: int
    amount_fen: int
    """Net of refunds."""


def rfm_of(settled: History, policy: Policy, day: date) -> Rfm:
    """The raw values on a local day; without an order in the window nothing is scored."""
    oldest_on = minus(day, policy.traits.rfm_months)
    days = [one for one in settled.days if oldest_on <= one.on <= day]
    return Rfm(
        last_order_on=max((one.on for one in days if one.orders), default=None),
        orders=sum(one.orders for one in days),
        amount_fen=sum(one.fen for one in days),
    )


_EXACT: Final = 50
"""Values up to this have a bucket each."""


def bucket_of(value: int) -> int:
    """The number of the bucket of a value; buckets ascend with values. Nothing below 0 is told apart from 0."""
    if value <= _EXACT:
        return max(value, 0)
    return _EXACT + max(ceil(log(value / _EXACT) / _LOG_BASE), 1)


def top_of(bucket: int) -> int:
    """The highest value of a bucket."""
    if bucket <= _EXACT:
        return bucket
    top = int(_EXACT * 1.02 ** (bucket - _EXACT))
    # The power may miss a whole number by a breath.
    while bucket_of(top + 1) == bucket:
        top += 1
    while bucket_of(top) > bucket:
        top -= 1
    return top


@dataclass
class Histogram:
    """Counts of values; every count can be taken back."""

    is_exact: bool = False
    """Each value by itself; else exact up to 50 and within 2 % above."""
    counts: Counter[int] = field(default_factory=Counter)

    def add(self, value: int, times: int = 1) -> None:
        """Counts a value; `times` of -1 takes one back."""
        bucket = value if self.is_exact else bucket_of(value)
        self.counts[bucket] += times
        if not self.counts[bucket]:
            del self.counts[bucket]

    def cuts(self) -> tuple[int, ...]:
        """The highest value of each fifth but the last; () for no values."""
        total = self.counts.total()
        return tuple(self._value_at(-(-total * band // BANDS)) for band in range(1, BANDS)) if total else ()

    def _value_at(self, rank: int) -> int:
        ascending = sorted(self.counts)
        running = accumulate(self.counts[bucket] for bucket in ascending)
        bucket = next(bucket for bucket, below in zip(ascending, running, strict=True) if below >= rank)
        return bucket if self.is_exact else top_of(bucket)


@dataclass
class Base:
    """The three histograms of all who ordered in the window."""

    days: Histogram = field(default_factory=lambda: Histogram(is_exact=True))
    """Of the day of the last order, as its ordinal: nothing moves when a day passes."""
    orders: Histogram = field(default_factory=Histogram)
    amounts: Histogram = field(default_factory=Histogram)

    def add(self, rfm: Rfm, times: int = 1) -> None:
        """Counts a customer; `times` of -1 takes one back. Who did not order in the window is not counted."""
        if rfm.last_order_on is None:
            return
        self.days.add(rfm.last_order_on.toordinal(), times)
        self.orders.add(rfm.orders, times)
        self.amounts.add(rfm.amount_fen, times)

    def cuts(self) -> "Cuts":
        return Cuts(self.days.cuts(), self.orders.cuts(), self.amounts.cuts())


class Cuts(NamedTuple):
    """The highest value of each fifth but the last."""

    last_order_days: tuple[int, ...] = ()
    """Ordinals."""
    orders: tuple[int, ...] = ()
    amount_fen: tuple[int, ...] = ()


class Score(NamedTuple):
    """1 to 5 each; the most recent, most frequent, most valuable fifth has 5."""

    recency: int
    frequency: int
    money: int


def explain_rfm(rfm: Rfm, cuts: Cuts, policy: Policy) -> Reason:
    """The score as a reason; its value reads `R5 F3 M4`."""
    scored = score(rfm, cuts)
    code = "fifths" if scored else "no_order_in_window" if rfm.last_order_on is None else "no_cuts_yet"
    return Reason(
        tag="rfm",
        value=f"R{scored.recency} F{scored.frequency} M{scored.money}" if scored else "unknown",
        rule="R66",
        code=code,
        inputs={
            "last_order_on": iso(rfm.last_order_on),
            "orders": rfm.orders,
            "amount_fen": rfm.amount_fen,
        },
        threshold={"months": policy.traits.rfm_months},
    )


def score(rfm: Rfm, cuts: Cuts) -> Score | None:
    """The fifths that a customer is in; None without an order in the window, or without cut points."""
    if rfm.last_order_on is None or not cuts.orders:
        return None
    values = (rfm.last_order_on.toordinal(), rfm.orders, rfm.amount_fen)
    return Score(*(bisect_left(bounds, value) + 1 for bounds, value in zip(cuts, values, strict=True)))
