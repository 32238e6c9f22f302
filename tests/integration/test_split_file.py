"""A file becomes records on the queue; reading it again changes nothing that anybody can see."""

import io
import json
from collections import Counter
from typing import Any

import pytest

from shared.flows.import_progress import import_progress
from shared.flows.ingest_message import Received, ingest_message, record_progress
from shared.flows.review_customer import may_plan_now
from shared.flows.split_file import Split, make_job_id, split_file
from shared.flows.sweep_due import sweep_due
from shared.memory.items import MemoryItems
from shared.ports import QueueName, Table
from shared.store.control import read_holds, read_jobs
from tests.integration.identity_world import KEY, NOW, POLICY, ListQueue, rows

CSV = """客户编号,姓名,手机,订单号,金额,日期
1,李雷,13912340001,o1,100,2026-06-01
2,韩梅梅,13912340002,o2,200,2026-06-02
2,韩梅梅,13912340002,o2,200,2026-06-02
,,,,,
3,王芳,13912340003,o3,300,2026-06-03,多余的
合计,,,,600,
""".encode()


def split(items: MemoryItems, queue: ListQueue, content: bytes = CSV, source: str = "orders.csv@v1") -> Split:
    return split_file(
        "sales_orders.csv",
        io.BytesIO(content),
        job_id=make_job_id(source),
        items=items,
        queue=queue,
        now=NOW,
    )


def drain(items: MemoryItems, queue: ListQueue) -> Counter[str]:
    received: list[Received] = [
        ingest_message(body, items=items, policy=POLICY, key=KEY, received_at=NOW)
        for body in queue.take(QueueName.RECORDS)
    ]
    record_progress(received, items)
    return Counter(one.outcome for one in received)


def without_control(items: MemoryItems) -> dict[Table, list[str]]:
    return {table: sorted(map(repr, items.scan(table))) for table in Table if table is not Table.CONTROL}


def quarantined(items: MemoryItems) -> list[Any]:
    return [row for row in rows(items, Table.CONTROL) if str(row["name"]).startswith("QUARANTINE#")]


def test_every_row_becomes_a_record_or_a_problem_with_its_place() -> None:
    items, queue = MemoryItems(), ListQueue()
    found = split(items, queue)
    bodies = [json.loads(body) for body in queue.take(QueueName.RECORDS)]
    assert found.records == len(bodies) == 3
    assert [body["origin"]["seq"] for body in bodies] == [0, 1, 2]
    assert {body["origin"]["job_id"] for body in bodies} == {found.job_id}
    assert {row["reason"] for row in quarantined(items)} == {"empty_row", "ragged_row", "total_row"}
    assert {row["row"] for row in quarantined(items)} == {5, 6, 7}
    assert found.problems == 3


def test_the_plan_is_held_until_every_record_has_an_outcome() -> None:
    items, queue = MemoryItems(), ListQueue()
    found = split(items, queue)
    assert not may_plan_now(items)
    assert sweep_due(items=items, queue=ListQueue(), policy=POLICY, now=NOW).closed_jobs == 0
    drain(items, queue)
    assert not may_plan_now(items)
    assert sweep_due(items=items, queue=ListQueue(), policy=POLICY, now=NOW).closed_jobs == 1
    assert may_plan_now(items)
    (job,) = read_jobs(items)
    assert (job.job_id, job.is_open, job.records, job.problems) == (found.job_id, False, 3, 3)


def test_the_sums_of_an_import_reconcile() -> None:
    items, queue = MemoryItems(), ListQueue()
    split(items, queue)
    outcomes = drain(items, queue)
    (progress,) = import_progress(items)
    assert progress.is_complete
    assert progress.outcomes == {"new": 2, "quarantined": 3, "unchanged": 1}
    assert sum(outcomes.values()) + 3 == progress.total == 6


def test_the_same_delivery_split_again_changes_no_outcome_and_quarantines_nothing_twice() -> None:
    items, queue = MemoryItems(), ListQueue()
    split(items, queue)
    drain(items, queue)
    sweep_due(items=items, queue=ListQueue(), policy=POLICY, now=NOW)
    before, first = without_control(items), import_progress(items)
    problems = sorted(map(repr, quarantined(items)))
    split(items, queue)
    assert drain(items, queue) == {"unchanged": 3}
    sweep_due(items=items, queue=ListQueue(), policy=POLICY, now=NOW)
    assert without_control(items) == before
    assert import_progress(items) == first
    assert sorted(map(repr, quarantined(items))) == problems
    assert read_holds(items) == frozenset()


def test_a_split_that_died_half_way_is_finished_by_its_next_delivery() -> None:
    items, queue = MemoryItems(), ListQueue()

    class Breaks(ListQueue):
        def post(self, *_: Any, **__: Any) -> None:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        split(items, Breaks())
    assert not may_plan_now(items)
    split(items, queue)
    drain(items, queue)
    (progress,) = import_progress(items)
    assert progress.is_complete
    assert progress.outcomes == {"new": 2, "quarantined": 3, "unchanged": 1}


def test_the_same_content_in_another_delivery_is_another_job_with_nothing_new() -> None:
    items, queue = MemoryItems(), ListQueue()
    split(items, queue)
    drain(items, queue)
    before = without_control(items)
    split(items, queue, source="orders.csv@v2")
    assert drain(items, queue) == {"unchanged": 3}
    assert without_control(items) == before
    assert len(import_progress(items)) == 2


def test_a_refused_record_is_quarantined_once_however_often_its_file_is_delivered() -> None:
    items, queue = MemoryItems(), ListQueue()
    for source in ("a", "b"):
        split(items, queue, "客户编号,订单号,金额,日期\n1,o1,不知道,2026-06-01\n".encode(), source)
        assert drain(items, queue) == {"quarantined": 1}
    (row,) = quarantined(items)
    assert (row["reason"], row["row"]) == ("no_amount", 2)


def test_equal_rows_without_an_order_number_stay_two_customers_orders() -> None:
    content = (
        "客户编号,姓名,手机,金额,日期\n1,李雷,13912340001,100,2026-06-01\n1,李雷,13912340001,100,2026-06-01\n"
    )
    items, queue = MemoryItems(), ListQueue()
    for source in ("a", "b"):
        split(items, queue, content.encode(), source)
        drain(items, queue)
    assert len(rows(items, Table.RECORDS, "EVENT#order")) == 2


def test_a_file_of_many_rows_is_posted_in_lots() -> None:
    lines = [f"{n},李雷,139{n:08d},o{n},100,2026-06-01" for n in range(2_500)]
    content = "\n".join(["客户编号,姓名,手机,订单号,金额,日期", *lines]).encode()
    queue = ListQueue()
    assert split(MemoryItems(), queue, content).records == 2_500
    assert queue.sizes == [1_000, 1_000, 500]


def test_a_file_that_is_no_table_is_one_problem_and_does_not_hold_the_plan_for_long() -> None:
    items, queue = MemoryItems(), ListQueue()
    found = split(items, queue, b"\x00\x01\x02 nothing")
    assert found.records == 0
    assert found.problems >= 1
    sweep_due(items=items, queue=queue, policy=POLICY, now=NOW)
    assert may_plan_now(items)


def test_one_delivery_is_one_job_and_two_are_two() -> None:
    assert make_job_id("bucket/a.csv@1") == make_job_id("bucket/a.csv@1") != make_job_id("bucket/a.csv@2")
