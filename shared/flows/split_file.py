"""Splits an imported file into records on the queue; a row that cannot be read goes to quarantine with its reason."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from shared.importing.kinds import find_system
from shared.importing.problems import RowProblem
from shared.importing.read_file import read_rows
from shared.importing.rows import rows_to_records
from shared.model.instants import to_iso
from shared.ports import Items, Put, Queue, QueueName
from shared.store.control import Job, put_job, put_quarantine, set_hold

POSTED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Split:
    job_id: str
    records: int
    problems: int


def make_job_id(source: str) -> str:
    """The same delivery of the same object is the same job, however often its message arrives."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def split_file(
    file: str, stream: BinaryIO, *, job_id: str, items: Items, queue: Queue, now: datetime
) -> Split:
    """How many records a file held and how many rows were unreadable.

    Repeating it posts the same records again, which ingest recognises. The plan is held until every record of the
    job has an outcome.
    """
    job = Job(job_id, file, find_system(file), to_iso(now), is_open=True)
    items.put_if(set_hold(f"import#{job_id}", reason="import", at=now))
    items.put_if(put_job(job))
    problems = 0
    batch: list[str] = []
    records = 0
    for found in rows_to_records(read_rows(file, stream), file=file, job_id=job_id):
        if isinstance(found, RowProblem):
            items.put_if(_quarantined(found, job, now))
            problems += 1
            continue
        batch.append(json.dumps(found, ensure_ascii=False))
        records += 1
        if len(batch) == POSTED_AT_ONCE:
            queue.post(QueueName.RECORDS, batch)
            batch = []
    if batch:
        queue.post(QueueName.RECORDS, batch)
    items.put_if(put_job(replace(job, records=records, problems=problems)))
    return Split(job_id, records, problems)


def _quarantined(problem: RowProblem, job: Job, now: datetime) -> Put:
    place = job.file if problem.sheet is None else f"{job.file}#{problem.sheet}"
    return put_quarantine(
        system=job.system,
        reason=problem.code.value,
        issues=(),
        raw=json.dumps({"detail": problem.detail}),
        content=f"{problem.code.value} {problem.detail}",
        at=now,
        origin={"file": place, "row": problem.row},
    )
