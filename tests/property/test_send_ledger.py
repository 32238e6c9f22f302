"""The send ledger keeps its promises on random schedules with a fault possible at every call; mutants do not."""

import os
from collections import Counter
from typing import Any

import pytest

from tests.property.ledger_mutants import SINGLES, TOGETHER, Patch
from tests.property.ledger_oracle import violations
from tests.property.ledger_schedule import Schedule

EXAMPLES = int(os.environ.get("GUANXI_LEDGER_EXAMPLES", "300"))
FEWEST = 80
"""So many schedules reach every way in which a contact can end."""
MOST_TO_CATCH = 1500


def run(seed: int, **how: Any) -> Schedule:
    schedule = Schedule(seed, **how)
    schedule.run()
    return schedule


def is_caught(**how: Any) -> bool:
    """Whether some schedule shows the slip; much overtaking shows it sooner."""
    return any(violations(run(seed, overtake_rate=0.25, **how)) for seed in range(MOST_TO_CATCH))


@pytest.mark.parametrize(
    ("fault_rate", "share"), [(0.04, 0.75), (0.15, 0.25)], ids=["some faults", "many faults"]
)
def test_every_promise_is_kept_on_random_schedules(fault_rate: float, share: float) -> None:
    ends: Counter[str] = Counter()
    seeds = range(max(FEWEST, int(EXAMPLES * share)))
    for seed in seeds:
        schedule = run(seed, fault_rate=fault_rate)
        assert violations(schedule) == [], f"seed {seed}"
        ends.update(row.status.value for row in schedule.rows())
    assert {"SENT", "EXPIRED", "SUPPRESSED", "FAILED", "UNCONFIRMED"} <= {*ends}


@pytest.mark.parametrize("mutate", SINGLES.values(), ids=SINGLES)
def test_a_slip_in_the_protocol_breaks_a_promise(mutate: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch)
    assert is_caught()


@pytest.mark.parametrize("mutations", TOGETHER.values(), ids=TOGETHER)
def test_guards_that_back_each_other_up_are_needed_together(
    mutations: tuple[Patch, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for mutate in mutations:
        mutate(monkeypatch)
    assert is_caught(is_killed_in_time=False)
