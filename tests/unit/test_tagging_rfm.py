"""RFM: raw values of the window, cut points from counts that can be taken back, fifths near those of a full sort (R66)."""

from bisect import bisect_left
from datetime import date, timedelta
from random import Random

import pytest

from shared.model.history import Day, History
from shared.policy.load import load_policy
from shared.tagging.rfm import Base, Cuts, Histogram, Rfm, Score, bucket_of, rfm_of, score, top_of

POLICY = load_policy()
AS_OF = date(2026, 6, 30)


def test_the_raw_values_are_those_of_the_window() -> None:
    history = History(
        days=(
            Day(date(2025, 6, 29), orders=9, fen=9_000),
            Day(date(2025, 6, 30), orders=1, fen=500),
            Day(date(2026, 5, 1), orders=2, refunds=1, fen=700),
            Day(date(2026, 6, 1), interactions=3),
        )
    )
    assert rfm_of(history, POLICY, AS_OF) == Rfm(date(2026, 5, 1), 3, 1_200)
    assert rfm_of(History(), POLICY, AS_OF) == Rfm(None, 0, 0)


@pytest.mark.parametrize("value", [0, 1, 49, 50, 51, 52, 99, 1_000, 123_456, 10**9, 10**12 + 7])
def test_a_bucket_holds_its_values_within_two_percent(value: int) -> None:
    top = top_of(bucket_of(value))
    assert bucket_of(top) == bucket_of(value) < bucket_of(top + 1)
    assert value <= top <= max(value * 1.021, value + 1)


def test_what_is_refunded_more_than_ordered_counts_as_nothing() -> None:
    assert bucket_of(-5) == bucket_of(0) == 0


def test_a_customer_who_moves_leaves_no_trace() -> None:
    random, moved, fresh = Random(5), Base(), Base()
    for _ in range(200):
        old, new = a_customer(random), a_customer(random)
        moved.add(old)
        moved.add(old, -1)
        moved.add(new)
        fresh.add(new)
    assert moved == fresh


def a_customer(random: Random) -> Rfm:
    orders = min(1 + int(random.expovariate(0.3)), 60)
    return Rfm(
        AS_OF - timedelta(days=int(random.betavariate(1, 3) * 365)),
        orders,
        int(random.lognormvariate(12, 1.5)),
    )


def test_few_are_in_another_fifth_than_a_full_sort_puts_them_into() -> None:
    random, base = Random(11), Base()
    people = [a_customer(random) for _ in range(5_000)]
    for one in people:
        base.add(one)
    cuts = base.cuts()
    amounts = sorted(one.amount_fen for one in people)
    exact = tuple(amounts[-(-len(amounts) * band // 5) - 1] for band in range(1, 5))
    elsewhere = sum(
        bisect_left(exact, one.amount_fen) != bisect_left(cuts.amount_fen, one.amount_fen) for one in people
    )
    assert elsewhere / len(people) <= 0.02
    assert {score(one, cuts) is None for one in people} == {False}


def test_days_are_told_apart_one_by_one() -> None:
    base = Base()
    for days in range(10):
        base.add(Rfm(AS_OF - timedelta(days=days), 1, 100))
    newest, oldest = (score(Rfm(AS_OF - timedelta(days=days), 1, 100), base.cuts()) for days in (0, 9))
    assert (newest, oldest) == (Score(5, 1, 1), Score(1, 1, 1))


def test_who_did_not_order_has_no_score_and_an_empty_base_no_cuts() -> None:
    base = Base()
    base.add(Rfm(None, 0, 0))
    assert base.cuts() == Cuts()
    assert score(Rfm(None, 0, 0), Cuts((1,), (1,), (1,))) is None
    assert score(Rfm(AS_OF, 1, 100), Cuts()) is None
    assert Histogram().cuts() == ()
