"""Looks for a broken promise over many small worlds, each kind of trouble in turn."""

from dataclasses import replace

from tests.property.ledger_oracle import violations
from tests.property.ledger_world import Trouble, World

SMALL = 14
"""Contacts of a small world."""
TROUBLES = (
    Trouble(fault_rate=0.05, overtake_rate=0.05, span_s=900),
    Trouble(fault_rate=0.02, dally_rate=0.25, span_s=900),
    Trouble(fault_rate=0.15, span_s=7200, events_lost=0.8),
    Trouble(fault_rate=0.3, span_s=900, storms=0, dally_rate=0.1, events_lost=0.3),
)


def small_world(seed: int, *, is_killed_in_time: bool = True) -> World:
    """One of each kind of trouble in turn."""
    trouble = replace(TROUBLES[seed % len(TROUBLES)], is_killed_in_time=is_killed_in_time)
    world = World(seed, SMALL, trouble)
    world.run()
    return world


def hunt(most: int, *, is_killed_in_time: bool = True) -> tuple[int, str] | None:
    """The first seed that breaks a promise, and the promise; None: all kept."""
    for seed in range(most):
        found = violations(small_world(seed, is_killed_in_time=is_killed_in_time))
        if found:
            return seed, found[0]
    return None
