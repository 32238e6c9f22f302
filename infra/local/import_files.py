"""Drops files into the import bucket and follows them until everything that is due has been done."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from infra.local.faults import Stalled
from infra.local.session import Session
from shared.flows.import_progress import Progress, import_progress
from shared.model.instants import to_iso
from shared.ports import Query, query_all
from shared.store.contacts import SHARDS, open_contacts
from shared.store.control import read_jobs
from shared.store.customers import due_customers

POLL_S = 0.5
STALLED_S = 180
"""No progress for so long: something is broken, and the logs tell what."""

Say = Callable[[str], None]


def import_files(session: Session, files: Sequence[Path], say: Say) -> list[Progress]:
    """What became of each file's records. Returns when the last one has an outcome."""
    known = {job.job_id for job in read_jobs(session.items)}
    bucket = session.stack.outputs["ImportsBucket"]
    run = f"{time.time_ns():x}"
    for file in files:
        session.stack.client("s3").upload_file(str(file), bucket, f"incoming/{run}/{file.name}")
    watch = _Watch(say)
    while True:
        ours = import_progress(session.items, without=known)
        done = sum(sum(progress.outcomes.values()) for progress in ours)
        total = sum(progress.total or 0 for progress in ours)
        read = sum(progress.job.done for progress in ours)
        line = f"  {done:>6,} of {total:,} records from {len(ours)} of {len(files)} files{percent_read(ours)}"
        watch.saw(line, (done, total, read))
        if len(ours) == len(files) and all(progress.is_complete for progress in ours):
            return ours
        time.sleep(POLL_S)


def percent_read(jobs: Iterable[Progress]) -> str:
    """How far the files that are still being read are; nothing when all are read."""
    reading = [one.job for one in jobs if one.job.records is None and one.job.bytes_total]
    total = sum(job.bytes_total or 0 for job in reading)
    if not total:
        return ""
    return f", {min(100, 100 * sum(job.bytes_read for job in reading) // total)} % read"


def settle(session: Session, say: Say) -> None:
    """Wakes what is due and waits until nobody is: tags given, plans made, messages sent, people told of their tasks."""
    while session.invoke("SweepDue", {})["is_waking"]:
        pass  # the policy has changed: wave after wave, until everybody is woken
    watch = _Watch(say)
    while True:
        now = session.fixed_at or datetime.now(UTC)
        records = _depth(session, "RecordsQueueUrl")  # what a finished task or a replay has posted
        customers = max(_due_customers(session, now), _depth(session, "CustomersDueQueueUrl"))
        contacts = _due_contacts(session, now)
        watch.saw(
            f"  {customers:>6,} customers to review, {contacts:,} messages to send",
            (records, customers, contacts),
        )
        if not records and not customers and not contacts:
            break
        time.sleep(POLL_S)
    for function in ("SweepCases", "SendDigest"):
        session.invoke(function, {})  # each once, whatever the schedules do


class _Watch:
    """Says what changed, and raises when nothing does any more."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._last: object = None
        self._since = time.monotonic()

    def saw(self, line: str, state: object) -> None:
        if state != self._last:
            self._say(line)
            self._last, self._since = state, time.monotonic()
        elif time.monotonic() - self._since > STALLED_S:
            raise Stalled(line.strip())


def _due_customers(session: Session, now: datetime) -> int:
    day = to_iso(now)[:10]
    shards = range(session.policy.due.shards)
    return sum(
        _count(session, due_customers(f"{day}#{shard:02d}", until=now, page=session.policy.due.page))
        for shard in shards
    )


def _depth(session: Session, output: str) -> int:
    """Messages on a queue; of the one of customers, those too whom not time but a change of policy has woken."""
    sqs, url = session.stack.client("sqs"), session.stack.outputs[output]
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    depth = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
    return sum(int(depth[name]) for name in names)


def _due_contacts(session: Session, now: datetime) -> int:
    page = session.policy.sending.page
    return sum(_count(session, open_contacts(shard, until=now, page=page)) for shard in range(SHARDS))


def _count(session: Session, query: Query) -> int:
    return sum(1 for _ in query_all(session.items, query))
