"""Budgets are never overspent, whoever spends at the same moment, and what is given back can be spent again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.flows.spend_budget import try_elsewhere
from shared.memory.items import MemoryItems
from shared.policy.limits import Budget
from shared.ports import Done
from shared.store.budgets import SHARDS, Spending, give_back, period_of, share_of, spend, spent_of

THREADS = 8
TRIES = 4


def spending(budget: Budget, shard: int, cost_fen: int = 5, *, is_bound: bool = True) -> Spending:
    return Spending("b", budget, "2026-06", shard % SHARDS, cost_fen, is_bound)


def spend_somewhere(items: MemoryItems, wanted: Spending) -> Spending | None:
    """As an attempt does: its own shard, then others that have room."""
    for tried in range(TRIES):
        if isinstance(items.update_if(spend(wanted)), Done):
            return wanted
        moved = try_elsewhere([wanted], frozenset({"budget#b"}), tried, items)
        if moved is None:
            return None
        wanted = moved[0]
    return None


@given(
    st.builds(
        Budget,
        per=st.just("month"),
        most_messages=st.integers(1, 60) | st.none(),
        most_fen=st.integers(1, 300),
    ),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 40), st.booleans()), max_size=120),
)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_a_budget_is_never_overspent(budget: Budget, asked: list[tuple[int, int, bool]]) -> None:
    items = MemoryItems()
    held: list[Spending] = []
    for shard, cost_fen, is_returned in asked:
        got = spend_somewhere(items, spending(budget, shard, cost_fen))
        if got is not None:
            held.append(got)
        if is_returned and held:
            assert isinstance(items.update_if(give_back(held.pop())), Done)
        messages, fen = spent_of(items, "b", "2026-06")
        assert (messages, fen) == (len(held), sum(one.cost_fen for one in held))
        assert messages <= (budget.most_messages or messages)
        assert fen <= (budget.most_fen or fen)


@pytest.mark.parametrize("limit", [1, 7, 8, 50, 333])
def test_threads_at_once_spend_all_of_a_budget_and_no_more(limit: int) -> None:
    items, budget = MemoryItems(), Budget(per="month", most_messages=limit)

    def work(number: int) -> int:
        chance, got = Random(number), 0
        for _ in range(3 * limit // THREADS + 5):
            taken = spend_somewhere(items, spending(budget, chance.randrange(SHARDS)))
            if taken is not None and chance.random() < 0.2:
                items.update_if(give_back(taken))
                taken = None
            got += taken is not None
        return got

    with ThreadPoolExecutor(THREADS) as pool:
        got = sum(pool.map(work, range(THREADS)))
    assert spent_of(items, "b", "2026-06")[0] == got <= limit
    # Nobody was turned away while there was room: the next ones take what is left.
    while spend_somewhere(items, spending(budget, got)) is not None:
        got += 1
    assert got == limit


def test_what_is_not_bound_is_counted_above_the_limit() -> None:
    items, budget = MemoryItems(), Budget(per="day", most_messages=1)
    for _ in range(3):
        assert isinstance(items.update_if(spend(spending(budget, 0, is_bound=False))), Done)
    assert spent_of(items, "b", "2026-06")[0] == 3
    assert spend_somewhere(items, spending(budget, 0)) is None or share_of(budget, 0).messages == 0


@given(st.integers(1, 10_000))
@settings(max_examples=50, derandomize=True)
def test_all_shares_together_are_the_limit(limit: int) -> None:
    budget = Budget(per="day", most_messages=limit, most_fen=3 * limit)
    shares = [share_of(budget, shard) for shard in range(SHARDS)]
    assert sum(share.messages or 0 for share in shares) == limit
    assert sum(share.fen or 0 for share in shares) == 3 * limit


def test_a_period_is_the_tenants_day_or_month() -> None:
    day = date(2026, 6, 30)
    assert period_of(Budget(per="day", most_fen=1), day) == "2026-06-30"
    assert period_of(Budget(per="month", most_fen=1), day) == "2026-06"
