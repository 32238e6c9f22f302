"""A split that breaks off anywhere goes on where it stopped: nothing is lost, nothing stands there twice."""

import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.local.import_files import percent_read
from shared.flows import split_file as flow
from shared.flows.import_progress import Progress, import_progress
from shared.flows.ingest_message import ingest_message, record_progress
from shared.flows.split_file import STOP_BEFORE_S, Split, SplitUnfinished, make_job_id, split_file
from shared.memory.items import MemoryItems
from shared.ports import QueueName, Table
from shared.store.control import Job, job_from_item, job_key, put_progress, read_jobs
from tests.integration.identity_world import KEY, NOW, POLICY, ListQueue

LOT = 10
JOB_ID = make_job_id("orders.csv@v1")
HEADER = "姓名,手机,金额,日期"
# Orders without a number: equal ones must keep their count across a break. Some rows cannot be read.
LINES = [
    HEADER,
    *(
        f"李雷{n % 7},1391234{n % 7:04d},{100 + n % 3},2026-06-0{1 + n % 2}"
        + (",多,余" if n % 11 == 0 else "")
        for n in range(83)
    ),
]
CSV = "\n".join(LINES).encode("gbk")
JSON_ARRAY = json.dumps(
    [
        {"姓名": f"李雷{n % 7}", "手机": f"1391234{n % 7:04d}", "金额": 100 + n % 3, "日期": "2026-06-01"}
        for n in range(40)
    ]
).encode()


class Broken(ConnectionError):
    """The process died here."""


@dataclass
class BreaksAt(ListQueue):
    """Dies at the k-th post: before anything of it is taken, or after all of it is, with the reply lost."""

    at: int = 0
    after: bool = False
    posts: int = field(default=0)

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        self.posts += 1
        is_here = self.posts == self.at
        if not is_here or self.after:
            super().post(queue, bodies, delay_s=delay_s)
        if is_here:
            raise Broken


@pytest.fixture(autouse=True)
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "LOT", LOT)


def split(items: MemoryItems, queue: ListQueue, content: bytes, name: str, **how: Any) -> Split:
    return split_file(
        name,
        io.BytesIO(content),
        job_id=JOB_ID,
        items=items,
        queue=queue,
        now=NOW,
        size=len(content),
        **how,
    )


def ingest(items: MemoryItems, queue: ListQueue) -> None:
    for body in queue.take(QueueName.RECORDS):
        received = ingest_message(body, items=items, policy=POLICY, key=KEY, received_at=NOW)
        record_progress([received], items)


def everything(items: MemoryItems) -> dict[str, Any]:
    """What a run leaves behind that anybody can see."""
    (progress,) = import_progress(items)
    return {
        "records": sorted(str(item) for item in items.scan(Table.RECORDS)),
        "quarantine": sorted(
            str(item) for item in items.scan(Table.CONTROL) if str(item["name"]).startswith("QUARANTINE#")
        ),
        "outcomes": progress.outcomes,
        "job": (progress.job.records, progress.job.problems, progress.job.done),
        "is_complete": progress.is_complete,
    }


def undisturbed(content: bytes, name: str) -> dict[str, Any]:
    items, queue = MemoryItems(), ListQueue()
    split(items, queue, content, name)
    ingest(items, queue)
    return everything(items)


@pytest.mark.parametrize("after", [False, True], ids=["before the post", "with the reply lost"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("sales.csv", CSV, id="CSV"),
        pytest.param("sales.csv.gz", gzip.compress(CSV, mtime=0), id="gzip"),
        pytest.param("sales.json", JSON_ARRAY, id="JSON array"),
    ],
)
def test_a_crash_at_any_post_loses_and_doubles_nothing(name: str, content: bytes, after: bool) -> None:
    expected = undisturbed(content, name)
    counted = ListQueue()
    split(MemoryItems(), counted, content, name)
    for place in range(1, len(counted.sizes) + 1):
        items, queue = MemoryItems(), BreaksAt(at=place, after=after)
        with pytest.raises(Broken):
            split(items, queue, content, name)
        split(items, queue, content, name)
        ingest(items, queue)
        assert everything(items) == expected, place


def test_an_attempt_goes_on_where_the_last_one_stopped() -> None:
    items, queue = MemoryItems(), BreaksAt(at=5)
    with pytest.raises(Broken):
        split(items, queue, CSV, "sales.csv")
    done = {json.loads(body)["origin"]["seq"] for _, body in queue.posted}
    (job,) = read_jobs(items)
    assert (job.done, job.records) == (4 * LOT, None)
    again = ListQueue()
    split(items, again, CSV, "sales.csv")
    posted = [json.loads(body)["origin"]["seq"] for _, body in again.posted]
    assert not done & set(posted)
    assert sorted({*done, *posted}) == list(range(max(posted) + 1))


def test_an_attempt_without_time_stops_at_a_checkpoint() -> None:
    items, queue = MemoryItems(), ListQueue()
    left = iter([100.0, STOP_BEFORE_S - 1.0])
    with pytest.raises(SplitUnfinished):
        split(items, queue, CSV, "sales.csv", time_left_s=lambda: next(left))
    assert read_jobs(items)[0].done == 2 * LOT
    split(items, queue, CSV, "sales.csv", time_left_s=lambda: 100.0)
    ingest(items, queue)
    assert everything(items) == undisturbed(CSV, "sales.csv")


def test_an_attempt_that_has_time_for_one_lot_more_comes_to_the_end() -> None:
    items, queue = MemoryItems(), ListQueue()
    for _ in range(20):
        posts = len(queue.sizes)
        try:
            split(
                items,
                queue,
                CSV,
                "sales.csv",
                time_left_s=lambda posts=posts: 0.0 if len(queue.sizes) > posts else 100.0,
            )
        except SplitUnfinished:
            assert len(queue.sizes) == posts + 1
            continue
        break
    ingest(items, queue)
    assert everything(items) == undisturbed(CSV, "sales.csv")


def test_progress_can_be_seen_while_a_file_is_split() -> None:
    items, seen = MemoryItems(), []

    class Watched(ListQueue):
        def post(self, *arguments: Any, **more: Any) -> None:
            (job,) = read_jobs(items)
            seen.append((job.rows, job.bytes_read, job.bytes_total, job.done, job.records))
            super().post(*arguments, **more)

    split(items, Watched(), CSV, "sales.csv")
    (job,) = read_jobs(items)
    assert [one[3] for one in seen] == list(range(0, 83, LOT))
    assert {one[2] for one in seen} == {len(CSV)}
    assert [one[0] for one in seen] == sorted(one[0] for one in seen)
    assert (job.bytes_read, job.bytes_total, job.done) == (len(CSV), len(CSV), 83)


@pytest.mark.parametrize(
    ("read", "total", "records", "text"),
    [
        pytest.param(50, 200, None, ", 25 % read", id="a quarter"),
        pytest.param(300, 200, None, ", 100 % read", id="a zip is read twice in places"),
        pytest.param(0, None, None, "", id="size not known"),
        pytest.param(200, 200, 7, "", id="read to the end"),
    ],
)
def test_progress_is_shown_as_a_percentage(
    read: int, total: int | None, records: int | None, text: str
) -> None:
    job = Job(JOB_ID, "a.csv", "sales", "", is_open=True, bytes_read=read, bytes_total=total, records=records)
    assert percent_read([Progress(job, {})]) == text


def test_a_slower_attempt_moves_no_checkpoint_back() -> None:
    items, queue = MemoryItems(), BreaksAt(at=5)
    with pytest.raises(Broken):
        split(items, queue, CSV, "sales.csv")
    (job,) = read_jobs(items)
    behind = job_from_item({**put_progress(job).item, "done": LOT})
    items.put_if(put_progress(behind))
    assert read_jobs(items)[0].done == 4 * LOT
    split(items, queue, CSV, "sales.csv")
    items.put_if(put_progress(behind))
    stored = items.get(job_key(JOB_ID))
    assert stored is not None
    assert stored["records"] is not None
