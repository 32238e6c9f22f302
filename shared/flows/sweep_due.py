"""Wakes every customer whose tags or plan may change by now, and closes import jobs that are done (design 5).

Only customers that are due are touched: the due index holds, for each, the earliest instant at which anything can
change. A customer leaves the index when reviewed, so that nothing re-queues itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.care.calendar import require_calendar
from shared.flows.import_progress import Progress, job_progress
from shared.flows.wake import customer_body
from shared.flows.wake_base import wake_base
from shared.model.contact import ContactClass
from shared.model.instants import from_iso, local_day, to_iso
from shared.policy.schema import Policy
from shared.ports import Done, Items, Queue, QueueName, query_all
from shared.store.control import close_job, lift_hold, put_moved, put_watermark, read_jobs, read_watermark
from shared.store.customers import due_customers

WATERMARK = "sweep_due"
BATCH = 100


@dataclass(frozen=True, slots=True)
class Swept:
    customers: int
    days: int
    closed_jobs: int
    woken: int = 0
    """Because the policy has changed: not due by time."""
    is_waking: bool = False
    """More of these are left for the next sweep."""


def sweep_due(*, items: Items, queue: Queue, policy: Policy, now: datetime) -> Swept:
    """Posts the ids of all due customers. Doing it twice wakes them twice, which is harmless.

    CalendarMissing, with what to do about it, as soon as a task of today could be due in a year without a table of
    working days (R39): after the work is done, so that nobody waits for it but the alarm sounds.
    """
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
    woken = wake_base(items=items, queue=queue, policy=policy, now=now)
    _require_calendar(policy, now)
    return Swept(customers, days, closed, woken.customers, woken.goes_on)


def _require_calendar(policy: Policy, now: datetime) -> None:
    day = local_day(now, policy.tenant.tz)
    latest = day + timedelta(days=policy.classes[ContactClass.TASK].valid_days)
    require_calendar(day, latest, calendar=policy.hours.work.calendar)


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
    """Closes the jobs all of whose records have an outcome, or that have stood still, and lifts their holds."""
    closed = 0
    for job in read_jobs(items):
        if not job.is_open or not _is_over(job_progress(job, items, is_mending=True), items, policy, now):
            continue
        if isinstance(items.update_if(close_job(job)), Done):
            items.transact([lift_hold(f"import#{job.job_id}")])
            closed += 1
    return closed


def _is_over(progress: Progress, items: Items, policy: Policy, now: datetime) -> bool:
    """Complete, or without any progress for so long that nobody seems to work on it. Progress is written down."""
    if progress.is_complete:
        return True
    if progress.moved != progress.job.moved:
        items.update_if(put_moved(progress.job, progress.moved, now))
        return False
    since = from_iso(progress.job.moved_at or progress.job.started_at)
    return now - since > timedelta(minutes=policy.first_import.hold_minutes)
