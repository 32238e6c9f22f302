"""What people decide about identity is undone exactly: byte for byte, in any order, with input in between."""

from random import Random

import pytest

from shared.flows.decide_identity import Decided, merge_customers, never_same, undo_verdict
from shared.memory.items import MemoryItems
from tests.integration.identity_world import NOW, ingest, partition
from tests.property.identity_history import (
    WIDE,
    canonical,
    customers,
    deciding,
    people,
    review_all,
    some_input,
    some_people,
    with_aside,
)

HISTORIES = 40
PEOPLE = 7


def a_history(seed: int) -> tuple[Random, MemoryItems]:
    """Some people and what they did; everybody is reviewed, with a plan."""
    chance, items = Random(seed), MemoryItems()
    for raw in some_people(chance, PEOPLE):
        ingest(items, raw, NOW, WIDE)
    for serial in range(12):
        ingest(items, some_input(chance, serial, PEOPLE), NOW, WIDE)
    review_all(items, may_plan=True)
    return chance, items


def decide_something(chance: Random, items: MemoryItems) -> Decided:
    """Two customers are merged, or told apart for ever."""
    found = [row["customer_id"] for row in customers(items)]
    if len(found) < 2:
        return Decided(error="too_few")
    one, other = chance.sample(found, 2)
    decide = never_same if chance.random() < 0.25 else merge_customers
    decided = decide(one, other, deciding(items))
    return Decided() if decided.error else decided


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_undoing_in_any_order_restores_every_byte(seed: int) -> None:
    chance, items = a_history(seed)
    before = with_aside(items)
    verdicts = []
    for _ in range(chance.randint(1, 4)):
        decided = decide_something(chance, items)
        if decided.verdict_id:
            verdicts.append(decided.verdict_id)
        if chance.random() < 0.5:
            review_all(items, may_plan=False)
    for verdict in chance.sample(verdicts, len(verdicts)):
        assert undo_verdict(verdict, deciding(items)).undone == (verdict,)
        if chance.random() < 0.3:
            review_all(items, may_plan=False)
    partition(items)
    review_all(items, may_plan=True)
    assert with_aside(items) == before


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_input_in_between_counts_as_if_nothing_had_been_decided(seed: int) -> None:
    chance, items = a_history(seed)
    _, other = a_history(seed)
    verdicts, together = [], partition(other)
    is_calm = True
    for serial in range(chance.randint(3, 10)):
        decided = decide_something(chance, items) if chance.random() < 0.4 else Decided()
        if decided.verdict_id:
            verdicts.append(decided.verdict_id)
        raw = some_input(chance, 100 + serial, PEOPLE)
        ingest(items, raw, NOW, WIDE)
        ingest(other, raw, NOW, WIDE)
        is_calm = is_calm and partition(other) == together
    for verdict in chance.sample(verdicts, len(verdicts)):
        assert undo_verdict(verdict, deciding(items)).undone == (verdict,)
    for one in (items, other):
        partition(one)
        review_all(one, may_plan=True)
    assert people(items) == people(other)
    if is_calm:
        # Nobody joined or parted by the input itself: plans, ids and due days are the same too.
        assert canonical(items) == canonical(other)
