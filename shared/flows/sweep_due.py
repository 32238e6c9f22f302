"""Wakes every customer whose tags or plan may change by now, and closes import jobs that are done (design 5).

Only customers that are due are touched: the due index holds, for each, the earliest instant at which anything can
change. A customer leaves the index when reviewed, so that nothing re-queues itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from shared.flows.wake import customer_body
from shared.model.instants import from_iso, to_iso
from shared.policy.schema import Policy
from shared.ports import Items, Queue, QueueName, query_all
from shared.store.control import (
    Job,
    lift_hold,
    put_job,
    put_watermark,
    read_jobs,
    read_outcomes,
    read_watermark,
)
from shared.store.customers import due_customers

WATERMARK = "sweep_due"
BATCH = 100


@dataclass(frozen=True, slots=True)
class Swept:
    customers: int
    days: int
    closed_jobs: int


def sweep_due(*, items: Items, queue: Queue, policy: Policy, now: datetime) -> Swept:
    """Posts the ids of all due customers. Doing it twice wakes them twice, which is harmless."""
    closed = close_jobs(items, policy, now)
    today = date.fromisoformat(to_iso(now)[:10])
    oldest = today - timedelta(days=policy.due.oldest_days)
    day = read_watermark(items, WATERMARK) or oldest
    days = customers = 0
    is_behind_empty = True
    while day <= today:
        found = _wake_day(day, items=items, queue=queue, policy=policy, now=now)
        days, customers = days + 1, customers + found
        # A day that is over and empty stays empty: nobody becomes due in the past.
        if is_behind_empty and found == 0 and day < today - timedelta(days=1):
            items.put_if(put_watermark(WATERMARK, day + timedelta(days=1)))
        else:
            is_behind_empty = False
        day += timedelta(days=1)
    return Swept(customers, days, closed)


def _wake_day(day: date, *, items: Items, queue: Queue, policy: Policy, now: datetime) -> int:
    count = 0
    batch: list[str] = []
    for customer_id in _due_on(day, items, policy, now):
        batch.append(customer_body(customer_id))
        count += 1
        if len(batch) == BATCH:
            queue.post(QueueName.CUSTOMERS_DUE, batch)
            batch = []
    if batch:
        queue.post(QueueName.CUSTOMERS_DUE, batch)
    return count


def _due_on(day: date, items: Items, policy: Policy, now: datetime) -> Iterator[str]:
    for shard in range(policy.due.shards):
        name = f"{day.isoformat()}#{shard:02d}"
        for item in query_all(items, due_customers(name, until=now, page=policy.due.page)):
            yield str(item["customer_id"])


def close_jobs(items: Items, policy: Policy, now: datetime) -> int:
    """Closes the jobs all of whose records have an outcome, or that nobody works on any more, and lifts their holds."""
    closed = 0
    for job in read_jobs(items):
        if job.is_open and (_is_complete(job, items) or _is_stale(job, policy, now)):
            items.put_if(put_job(replace(job, is_open=False)))
            items.transact([lift_hold(f"import#{job.job_id}")])
            closed += 1
    return closed


def _is_complete(job: Job, items: Items) -> bool:
    return job.records is not None and len(read_outcomes(items, job.job_id)) >= job.records


def _is_stale(job: Job, policy: Policy, now: datetime) -> bool:
    limit = timedelta(minutes=policy.first_import.hold_minutes)
    return now - from_iso(job.started_at) > limit
