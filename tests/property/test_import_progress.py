"""Outcomes are counted exactly under redelivery, copies, crashes between two writes, replays and racing workers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.memory.items import MemoryItems
from shared.model.errors import RetryError, StoreBusy
from shared.ports import Done, Refused, Table, Update
from shared.store import progress
from shared.store.progress import OUTCOMES, count_outcomes, move_outcome, note_outcomes
from tests.integration.identity_world import CountingItems

JOB = "j1"
WORDS = dict(zip("nusq", OUTCOMES, strict=True))


class Gate(MemoryItems):
    """An update may be lost, or done with its reply lost; other workers may come in before and after it."""

    faults = 0.0
    depth = 0

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random
        self.meanwhile: Callable[[], None] = lambda: None

    def update_if(self, write: Update) -> Done | Refused:
        self._let_others_in()
        self._fail()
        done = super().update_if(write)
        self._fail()
        self._let_others_in()
        return done

    def _fail(self) -> None:
        if self.random.random() < self.faults:
            raise StoreBusy("lost, or only its reply")

    def _let_others_in(self) -> None:
        if self.depth < 3 and self.random.random() < 0.4:
            self.depth += 1
            self.meanwhile()
            self.depth -= 1


@dataclass
class Story:
    """A queue that delivers at least once, in any order, and now and then an operator who replays."""

    items: Gate
    random: Random
    outcomes: list[str]
    waiting: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.items.meanwhile = self.step
        seqs = list(range(len(self.outcomes)))
        self.random.shuffle(seqs)
        self.waiting = [seqs[at : at + 7] for at in range(0, len(seqs), 7)]
        self.waiting += [self.random.sample(seqs, min(5, len(seqs))) for _ in range(5)]

    def step(self) -> None:
        """One delivery or one replay; what fails comes again."""
        if not self.waiting:
            return
        batch = self.waiting.pop(self.random.randrange(len(self.waiting)))
        is_replay = len(batch) == 1
        try:
            if is_replay:
                move_outcome(self.items, JOB, batch[0], "updated")
            else:
                note_outcomes(self.items, JOB, {seq: self.outcomes[seq] for seq in batch})
        except RetryError:
            self.waiting.append(batch)
            return
        refused = [seq for seq in batch if self.outcomes[seq] == "quarantined"]
        if refused and not is_replay:
            self.waiting.append([self.random.choice(refused)])


def truth(items: MemoryItems) -> Counter[str]:
    """The outcomes as they stand in all leaves."""
    leaves = (item for item in items.scan(Table.CONTROL) if str(item["sk"]).startswith("0#"))
    return Counter(
        WORDS[str(letter)] for leaf in leaves for name, letter in leaf.items() if name[1:].isdigit()
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    records=st.integers(0, 200),
    width=st.sampled_from([3, 5, 10, 100]),
    faults=st.sampled_from([0.0, 0.02, 0.06]),
    seed=st.integers(0, 10_000),
)
def test_at_every_moment_the_sum_is_exact_and_in_the_end_every_outcome_is(
    records: int, width: int, faults: float, seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "WIDTH", width)  # a tree of many heights over a few records
        random = Random(seed)
        items = Gate(random)
        story = Story(items, random, random.choices(OUTCOMES, k=records))
        while story.waiting:
            items.faults = faults
            story.step()
            items.faults = 0.0
            # How many have an outcome is exact at once; what a replay changed, when the replay is through.
            assert count_outcomes(items, JOB, records).total() == truth(items).total()
        assert count_outcomes(items, JOB, records) == truth(items)
        assert truth(items).total() == records
        counted = CountingItems(items)
        assert count_outcomes(counted, JOB, records, most=1).total() == records
        assert len(counted.calls) <= 10


@pytest.mark.parametrize("written", range(1, 6))
def test_a_crash_whose_messages_never_come_again_is_mended_by_a_sweep(written: int) -> None:
    class Dies(MemoryItems):
        left = written

        def update_if(self, write: Update) -> Done | Refused:
            if not self.left:
                raise StoreBusy("dead")
            self.left -= 1
            return super().update_if(write)

    items = Dies()
    try:
        note_outcomes(items, JOB, dict.fromkeys(range(250), "new"))
    except StoreBusy:
        items.left = 1_000
    expected = truth(items)
    assert count_outcomes(items, JOB, 250, most=None, is_mending=True) == expected
    leaves = sum(str(item["sk"]).startswith("0#") for item in items.scan(Table.CONTROL))
    full = min(leaves, 2)
    (node,) = [item for item in items.scan(Table.CONTROL) if str(item["sk"]).startswith("1#")] or [{}]
    assert sum(name[0] == "q" for name in node) == full


def test_the_count_is_too_small_and_never_too_large_while_more_is_open_than_may_be_read() -> None:
    items = MemoryItems()
    note_outcomes(items, JOB, {seq * 100: "new" for seq in range(90)})
    assert count_outcomes(items, JOB, 9_000, most=40) == {"new": 40}
    assert count_outcomes(items, JOB, 9_000, most=None) == {"new": 90}


def test_a_full_item_of_outcomes_costs_one_unit_to_write() -> None:
    items = MemoryItems()
    note_outcomes(items, "f" * 16, dict.fromkeys(range(7_600_000, 7_600_100), "unchanged"))
    (leaf,) = [item for item in items.scan(Table.CONTROL) if str(item["sk"]).startswith("0#")]
    assert sum(len(name) + len(str(value)) for name, value in leaf.items()) < 1024
