"""The sweep finds everybody who is due, whatever was missed, and closes what is done."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from shared.flows.sweep_due import WATERMARK, close_jobs, sweep_due
from shared.memory.items import MemoryItems
from shared.model.errors import CalendarMissing
from shared.model.instants import to_iso
from shared.ports import Done, QueueName, Refused, Update
from shared.store.control import (
    Job,
    put_job,
    put_progress,
    read_holds,
    read_jobs,
    read_watermark,
    set_hold,
)
from shared.store.customers import mark_due
from shared.store.progress import note_outcomes
from tests.integration.identity_world import (
    NOW,
    POLICY,
    CountingItems,
    ListQueue,
    a_profile,
    ingest,
    of_customer,
    review,
)

DAY = timedelta(days=1)


def sweep(items: MemoryItems | CountingItems, now: datetime = NOW) -> list[str]:
    """The customer ids that a sweep wakes."""
    queue = ListQueue()
    swept = sweep_due(items=items, queue=queue, policy=POLICY, now=now)
    found = [json.loads(body)["customer_id"] for body in queue.take(QueueName.CUSTOMERS_DUE)]
    assert swept.customers == len(found)
    return found


def run(items: MemoryItems, now: datetime = NOW) -> int:
    """Sweeps and reviews whom it wakes."""
    found = sweep(items, now)
    for customer_id in found:
        review(items, customer_id, now)
    return len(found)


def some_customers(count: int, at: datetime = NOW, first: int = 0) -> MemoryItems:
    items = MemoryItems()
    for n in range(first, first + count):
        ingest(items, a_profile(str(n), name="李雷"), at)
    return items


# --- who is woken --------------------------------------------------------------------------------------------


def test_everybody_who_is_due_is_woken_once_over_all_shards_and_pages() -> None:
    items = some_customers(250)
    found = sweep(items)
    assert len(found) == len(set(found)) == 250


def test_ids_are_posted_in_lots() -> None:
    queue = ListQueue()
    sweep_due(items=some_customers(250), queue=queue, policy=POLICY, now=NOW)
    assert queue.sizes == [100, 100, 50]


def test_after_the_reviews_nobody_is_due_and_nobody_requeues_himself() -> None:
    items = some_customers(30)
    assert run(items) == 30
    assert run(items) == 0


def test_who_becomes_due_later_is_not_woken_before() -> None:
    items = some_customers(1)
    items.update_if(mark_due("c-later", at=NOW + timedelta(minutes=1), shards=POLICY.due.shards))
    run(items)
    assert sweep(items, NOW + timedelta(seconds=59)) == []
    assert sweep(items, NOW + timedelta(minutes=1)) == ["c-later"]


def test_a_wake_up_that_was_lost_comes_again_with_the_next_sweep() -> None:
    items = some_customers(3)
    assert sorted(sweep(items)) == sorted(sweep(items, NOW + timedelta(minutes=15)))


# --- the watermark -------------------------------------------------------------------------------------------


def test_the_watermark_moves_over_empty_days_and_keeps_yesterday() -> None:
    items = MemoryItems()
    sweep(items)
    assert read_watermark(items, WATERMARK) == date(2026, 6, 29)
    sweep(items, NOW + 3 * DAY)
    assert read_watermark(items, WATERMARK) == date(2026, 7, 2)


def test_an_idle_sweep_asks_two_days_of_shards_and_nothing_more() -> None:
    inner = MemoryItems()
    sweep(inner)
    items = CountingItems(inner)
    sweep(items)
    assert items.calls.count("query") == 2 * POLICY.due.shards + 1
    assert items.calls.count("put_if") == 0


def test_a_day_with_somebody_left_is_not_left_behind() -> None:
    items = some_customers(1, NOW - 3 * DAY)
    for hours in range(0, 240, 24):
        assert len(sweep(items, NOW + timedelta(hours=hours))) == 1
    assert read_watermark(items, WATERMARK) == date(2026, 6, 27)


def test_a_backlog_of_five_days_drains_from_its_oldest_day() -> None:
    items = MemoryItems()
    for days in range(5):
        for n in range(4):
            ingest(items, a_profile(f"{days}-{n}", name="李雷"), NOW + days * DAY)
    late = NOW + 5 * DAY
    assert run(items, late) == 20
    assert run(items, late) == 0
    assert read_watermark(items, WATERMARK) == date(2026, 7, 4)


def test_customers_on_hold_stay_due_and_are_found_the_next_day_too() -> None:
    items = some_customers(2)
    for customer_id in sweep(items):
        review(items, customer_id, may_plan=False)
    assert len(sweep(items, NOW + 2 * DAY)) == 2
    assert run(items, NOW + 2 * DAY) == 2
    assert all(of_customer(items, customer_id, "LEDGER") for customer_id in sweep(items, NOW + 160 * DAY))


# --- import jobs ---------------------------------------------------------------------------------------------


def a_job(items: MemoryItems, records: int | None, started_at: datetime = NOW) -> Job:
    job = Job("j1", "a.csv", "sales", to_iso(started_at), is_open=True, records=records, problems=1)
    items.put_if(put_job(job))
    items.put_if(set_hold("import#j1", reason="import", at=started_at))
    return job


HOLD_MINUTES = POLICY.first_import.hold_minutes


def sweep_at(items: MemoryItems, minutes: int) -> int:
    """How many jobs a sweep closes so many minutes after the start."""
    now = NOW + timedelta(minutes=minutes)
    return sweep_due(items=items, queue=ListQueue(), policy=POLICY, now=now).closed_jobs


@pytest.mark.parametrize(
    ("records", "done", "is_closed"),
    [
        pytest.param(3, [0, 1, 2], True, id="all have an outcome"),
        pytest.param(3, [0, 2], False, id="one is on its way"),
        pytest.param(0, [], True, id="nothing readable in it"),
        pytest.param(None, [0, 1], False, id="still being split"),
        pytest.param(100, range(100), True, id="just one item of outcomes"),
        pytest.param(101, range(100), False, id="the first of the next item is on its way"),
        pytest.param(250, [*range(99), *range(100, 250)], False, id="one in the middle is on its way"),
    ],
)
def test_a_job_closes_when_every_record_has_an_outcome(
    records: int | None, done: Sequence[int], is_closed: bool
) -> None:
    items = MemoryItems()
    a_job(items, records)
    note_outcomes(items, "j1", dict.fromkeys(done, "new"))
    assert sweep_at(items, 1) == int(is_closed)
    assert [job.is_open for job in read_jobs(items)] == [not is_closed]
    assert read_holds(items) == (frozenset() if is_closed else {"import#j1"})


@pytest.mark.parametrize("records", [3, None], ids=["an outcome is missing", "died while being split"])
def test_the_hold_of_a_job_that_stands_still_is_lifted_after_a_while(records: int | None) -> None:
    items = MemoryItems()
    a_job(items, records)
    note_outcomes(items, "j1", {0: "new"})
    assert [sweep_at(items, minutes) for minutes in (15, 15 + HOLD_MINUTES)] == [0, 0]
    assert read_holds(items) == {"import#j1"}
    assert sweep_at(items, 16 + HOLD_MINUTES) == 1
    assert read_holds(items) == frozenset()
    assert read_jobs(items)[0].records == records


def test_the_hold_of_a_large_file_lasts_as_long_as_it_makes_progress() -> None:
    items = MemoryItems()
    a_job(items, 12)
    for n in range(11):
        note_outcomes(items, "j1", {n: "new"})
        assert sweep_at(items, n * HOLD_MINUTES) == 0
    assert read_holds(items) == {"import#j1"}
    assert sweep_at(items, 11 * HOLD_MINUTES + 1) == 1


def test_reading_on_is_progress_too() -> None:
    items = MemoryItems()
    job = a_job(items, None)
    for n in range(1, 5):
        items.put_if(put_progress(replace(job, done=n * 1_000)))
        assert sweep_at(items, n * HOLD_MINUTES) == 0
    assert sweep_at(items, 5 * HOLD_MINUTES + 1) == 1


def test_a_job_that_moves_on_while_a_sweep_wants_to_close_it_stays_open() -> None:
    class MovesOn(CountingItems):
        """Another attempt saves its place just before the sweep closes the job."""

        def update_if(self, write: Update) -> Done | Refused:
            if write.set.get("is_open") is False:
                self.inner.put_if(put_progress(replace(job, done=1_000)))
            return super().update_if(write)

    items = MemoryItems()
    job = a_job(items, None)
    late = NOW + timedelta(minutes=2 * HOLD_MINUTES)
    swept = [
        sweep_due(items=MovesOn(items), queue=ListQueue(), policy=POLICY, now=now) for now in (NOW, late)
    ]
    assert [one.closed_jobs for one in swept] == [0, 0]
    assert read_holds(items) == {"import#j1"}
    assert read_jobs(items)[0].done == 1_000


def test_a_job_of_millions_costs_a_sweep_a_few_reads() -> None:
    inner = MemoryItems()
    a_job(inner, 20_030)
    for first in range(0, 20_030, 1_000):
        note_outcomes(inner, "j1", dict.fromkeys(range(first, min(first + 1_000, 20_030)), "new"))
    items = CountingItems(inner)
    assert close_jobs(items, POLICY, NOW) == 1
    assert items.calls == ["query", "batch_get", "batch_get", "batch_get", "update_if", "transact"]


def test_a_closed_job_is_not_closed_again_and_other_holds_stay() -> None:
    items = MemoryItems()
    a_job(items, 0)
    items.put_if(set_hold("plan", reason="by hand", at=NOW))
    assert sweep_due(items=items, queue=ListQueue(), policy=POLICY, now=NOW).closed_jobs == 1
    assert sweep_due(items=items, queue=ListQueue(), policy=POLICY, now=NOW).closed_jobs == 0
    assert read_holds(items) == {"plan"}


def test_a_year_without_working_days_fails_loudly_after_the_work_is_done() -> None:
    december = NOW.replace(year=2026, month=12, day=20)  # a task of today may be due in January 2027
    items, queue = some_customers(2, december), ListQueue()
    with pytest.raises(CalendarMissing, match=r"2027.*working_days\.toml.*State Council"):
        sweep_due(items=items, queue=queue, policy=POLICY, now=december)
    assert len(queue.take(QueueName.CUSTOMERS_DUE)) == 2
    abroad = POLICY.hours.model_copy(
        update={"work": POLICY.hours.work.model_copy(update={"calendar": "DE-BY"})}
    )
    german = POLICY.model_copy(update={"hours": abroad})
    assert sweep_due(items=items, queue=queue, policy=german, now=december).customers == 2
