"""The send ledger keeps its promises under every fault of the gate; mutants of the protocol do not.

A slice of what `make prove` runs at full size.
"""

import os
from collections import Counter
from dataclasses import replace

import pytest

from shared.ports import Table
from tests.property.ledger_hunt import TROUBLES, hunt
from tests.property.ledger_mutants import SINGLES, SURVIVE_ALONE, TOGETHER
from tests.property.ledger_oracle import violations
from tests.property.ledger_world import Trouble, World

EXAMPLES = int(os.environ.get("GUANXI_LEDGER_EXAMPLES", "4"))
MOST_TO_CATCH = 600


@pytest.mark.parametrize(
    "trouble",
    [Trouble(), Trouble(fault_rate=0.1, events_lost=0.3), *(replace(one, storms=1) for one in TROUBLES[:2])],
    ids=["3 % of calls fail", "10 % fail, 30 % of events lost", "overtaken", "slow"],
)
def test_every_promise_is_kept_whatever_fails(trouble: Trouble) -> None:
    ends: Counter[str] = Counter()
    for seed in range(EXAMPLES):
        world = World(seed, 50, trouble)
        world.run()
        found = violations(world)
        stories = [line for one in found[:3] for line in (one, *world.story(one.partition(":")[0]))]
        assert not found, f"seed {seed}:\n" + "\n".join(stories)
        ends.update(row.status.value for row in world.rows())
    assert {"SENT", "EXPIRED", "SUPPRESSED"} <= {*ends}


def test_a_seed_is_one_history() -> None:
    one, other = World(7, 30), World(7, 30)
    one.run()
    other.run()
    assert one.trace == other.trace
    assert all(list(one.items.scan(table)) == list(other.items.scan(table)) for table in Table)


QUICKLY_CAUGHT = (
    "no expiry at all",
    "not_before ignored",
    "consent only at the claim",
    "consent never",
    "consent of any address",
    "suppression unread",
    "quiet hours ignored",
    "sweeper without UNKNOWN",
    "event without rank",
)
"""The others, pairs and triples included, need more worlds: `make prove`."""


@pytest.mark.parametrize("name", QUICKLY_CAUGHT)
def test_a_slip_in_the_protocol_breaks_a_promise(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    SINGLES[name](monkeypatch)
    assert hunt(MOST_TO_CATCH)


def test_every_guard_that_others_back_up_is_part_of_a_pair_or_triple() -> None:
    together = {one for patches in TOGETHER.values() for one in patches}
    assert set(SURVIVE_ALONE.values()) <= together
