"""The reputation fuse (B1): how hard bounces and complaints of a rolling day compare with what was accepted."""

from enum import IntEnum
from typing import NamedTuple

from shared.policy.reputation import Rates, Reputation

WHOLE_BP = 10_000


class Fuse(IntEnum):
    """Ordered: each says what the one before says, and more."""

    CLOSED = 0
    WARN = 1
    STOP_MARKETING = 2
    STOP_ALL = 3


class Counts(NamedTuple):
    accepted: int = 0
    bounced: int = 0
    """Hard bounces alone."""
    complained: int = 0

    def plus(self, other: "Counts") -> "Counts":
        return Counts(*(one + two for one, two in zip(self, other, strict=True)))


def judge(counts: Counts, rules: Reputation) -> Fuse:
    """How far the fuse has gone; too few messages say nothing."""
    if counts.accepted < rules.least_accepted:
        return Fuse.CLOSED
    return max(
        _judge(counts.bounced, counts.accepted, rules.bounce),
        _judge(counts.complained, counts.accepted, rules.complaint),
    )


def _judge(number: int, accepted: int, rates: Rates) -> Fuse:
    steps = (
        (Fuse.STOP_ALL, rates.stop_all),
        (Fuse.STOP_MARKETING, rates.stop_marketing),
        (Fuse.WARN, rates.warn),
    )
    return next((step for step, rate in steps if number * WHOLE_BP >= rate * accepted), Fuse.CLOSED)
