"""Splits an imported file into records on the queue; a row that cannot be read goes to quarantine with its reason.

A large file takes more than one attempt. Reading is deterministic, so the place where an attempt stopped is a number:
how many records and unreadable rows were done. The next attempt reads the file again, which costs a fraction of
posting it, and goes on from there: equal records are numbered as if there had been no break.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO

from shared.flows.resolve_rows import put_problem, resolve_rows
from shared.importing.kinds import find_system
from shared.importing.meter import Meter
from shared.importing.problems import RowProblem
from shared.importing.read_file import read_rows
from shared.importing.rows import RawRecord, rows_to_records
from shared.model.errors import RetryError
from shared.model.instants import to_iso
from shared.ports import Items, Queue, QueueName
from shared.store.control import Job, job_from_item, job_key, put_job, put_progress, set_hold

LOT = 1_000
"""Records and unreadable rows between two checkpoints: what a crash costs is this much work done twice."""
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode  # made once: `dumps` makes one for each call
STOP_BEFORE_S = 20
"""A lot and its checkpoint are done well within this time."""


class SplitUnfinished(RetryError):
    """The time is up; the next delivery of the message goes on from the checkpoint."""

    code = "split_unfinished"


@dataclass(frozen=True, slots=True)
class Split:
    job_id: str
    records: int
    problems: int


def make_job_id(source: str) -> str:
    """The same delivery of the same object is the same job, however often its message arrives."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def split_file(
    file: str,
    stream: BinaryIO,
    *,
    job_id: str,
    items: Items,
    queue: Queue,
    now: datetime,
    size: int | None = None,
    time_left_s: Callable[[], float] = lambda: math.inf,
) -> Split:
    """How many records a file held and how many rows were unreadable. `size` in bytes is for the progress shown.

    A job that was not finished goes on; one that was is posted again, which ingest recognises. The plan is held until
    every record of the job has an outcome.

    Raises:
        SplitUnfinished: time is nearly up; what is done is kept.
    """
    job = _begin(Job(job_id, file, find_system(file), to_iso(now), is_open=True, bytes_total=size), items)
    items.put_if(set_hold(f"import#{job_id}", reason="import", at=now))
    items.put_if(put_job(job))
    work = _Work(job, items, queue, now, Meter(stream), start=job.done, problems=job.problems)
    rows = work.meter.count(read_rows(file, work.meter))
    found_rows = rows_to_records(rows, file=file, job_id=job_id)
    for found in resolve_rows(found_rows, job=job, items=items, at=now):
        work.take(found)
        if work.seen % LOT == 0:
            work.save()
            if time_left_s() < STOP_BEFORE_S:
                raise SplitUnfinished(f"{work.seen} records and problems are done")
    work.flush()
    done = work.job_now()
    records = done.done - done.problems
    items.put_if(put_job(replace(done, records=records)))
    return Split(job_id, records, done.problems)


def _begin(fresh: Job, items: Items) -> Job:
    """The job as an earlier attempt left it, unless that came to its end."""
    stored = items.get(job_key(fresh.job_id))
    if stored is None or (job := job_from_item(stored)).records is not None:
        return fresh
    return job


@dataclass(slots=True)
class _Work:
    """What one attempt does with the records and problems of a file, in their order."""

    job: Job
    items: Items
    queue: Queue
    now: datetime
    meter: Meter
    start: int
    """So many records and problems were done by earlier attempts."""
    problems: int
    seen: int = 0
    batch: list[str] = field(default_factory=list)

    def take(self, found: RawRecord | RowProblem) -> None:
        self.seen += 1
        if self.seen <= self.start:
            return
        if isinstance(found, RowProblem):
            self.items.put_if(put_problem(found, self.job, self.now))
            self.problems += 1
        else:
            self.batch.append(_ENCODE(found))

    def flush(self) -> None:
        if self.batch:
            self.queue.post(QueueName.RECORDS, self.batch)
            self.batch = []

    def save(self) -> None:
        """Posts what waits and keeps the place; refused, which is well, where another attempt is further."""
        if self.seen > self.start:
            self.flush()
            self.items.put_if(put_progress(self.job_now()))

    def job_now(self) -> Job:
        return replace(
            self.job,
            done=max(self.seen, self.start),
            problems=self.problems,
            rows=self.meter.rows,
            bytes_read=self.meter.bytes_read,
        )
