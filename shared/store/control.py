"""Access patterns of the `control` table: holds, import jobs, daily room, watermarks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shared.model.instants import to_iso
from shared.ports import (
    Absent,
    All,
    AnyOf,
    Delete,
    Exists,
    Is,
    Item,
    Items,
    Key,
    Put,
    Query,
    Table,
    Update,
    query_all,
)

HOLD, JOB, WATERMARK = "HOLD", "JOB", "WATERMARK"


# --- holds ---------------------------------------------------------------------------------------------------


def set_hold(name: str, *, reason: str, at: datetime) -> Put:
    """Stops something until a person or a rule lifts it: `plan`, `channel#email`, `import#<job>`."""
    return Put(Table.CONTROL, {"name": HOLD, "sk": name, "reason": reason, "at": to_iso(at)})


def lift_hold(name: str) -> Delete:
    return Delete(Key(Table.CONTROL, HOLD, name))


def read_holds(items: Items) -> frozenset[str]:
    return frozenset(str(item["sk"]) for item in query_all(items, Query(Table.CONTROL, HOLD)))


def holds_plan(holds: Iterable[str]) -> bool:
    """Nobody plans while files are being read: a customer known by half would be tagged and contacted by half."""
    return any(name == "plan" or name.startswith("import#") for name in holds)


# --- import jobs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    job_id: str
    file: str
    system: str
    started_at: str
    is_open: bool
    rows: int = 0
    """Read so far, as are `bytes_read` of `bytes_total` (None: not known)."""
    bytes_read: int = 0
    bytes_total: int | None = None
    done: int = 0
    """The checkpoint: so many records were posted and unreadable rows put aside, in the order of the file."""
    records: int | None = None
    """None while the file is still being split."""
    problems: int = 0
    moved: int = 0
    """How far the last sweep found it: records and rows done, and outcomes."""
    moved_at: str = ""
    """When a sweep last found it further than the one before."""

    @property
    def posted(self) -> int:
        """Records that are surely on the queue."""
        return self.done - self.problems if self.records is None else self.records


def job_key(job_id: str) -> Key:
    return Key(Table.CONTROL, JOB, job_id)


def put_job(job: Job) -> Put:
    item: Item = {"name": JOB, "sk": job.job_id}
    item |= {
        name: value
        for name in Job.__slots__
        if name != "job_id" and (value := getattr(job, name)) is not None
    }
    return Put(Table.CONTROL, item)


def put_progress(job: Job) -> Put:
    """The job at a checkpoint; refused once it is split, or where another attempt is further."""
    is_ahead = AnyOf((Absent("done"), Is("done", "<=", job.done)))
    return replace(put_job(job), condition=All((Absent("records"), is_ahead)))


def put_moved(job: Job, moved: int, at: datetime) -> Update:
    """A sweep found the job further than before."""
    return Update(job_key(job.job_id), set={"moved": moved, "moved_at": to_iso(at)}, condition=Exists("name"))


def close_job(job: Job) -> Update:
    """Nobody waits for the job any more; refused where an attempt has moved it on since it was read."""
    condition = All((Is("is_open", "=", True), Is("done", "=", job.done)))
    return Update(job_key(job.job_id), set={"is_open": False}, condition=condition)


def job_from_item(item: Item) -> Job:
    stored: Any = item
    return Job(
        job_id=stored["sk"],
        **{name: stored[name] for name in Job.__slots__ if name != "job_id" and name in stored},
    )


def read_jobs(items: Items) -> tuple[Job, ...]:
    return tuple(job_from_item(item) for item in query_all(items, Query(Table.CONTROL, JOB)))


# --- first import: room for a day ----------------------------------------------------------------------------


def take_room(day: date, *, shard: int, most: int) -> Update:
    """Takes one place of a day's first contacts; sharded, so that no counter is hot. Refused when full."""
    has_room = Is("n", "<", most)
    return Update(
        Key(Table.CONTROL, f"FIRST#{day.isoformat()}", f"{shard:02d}"),
        add={"n": 1},
        condition=AnyOf((Absent("n"), has_room)) if most else has_room,
    )


# --- watermark of the due sweep ------------------------------------------------------------------------------


def read_watermark(items: Items, name: str) -> date | None:
    item = items.get(Key(Table.CONTROL, WATERMARK, name))
    return None if item is None else date.fromisoformat(str(item["day"]))


def put_watermark(name: str, day: date) -> Put:
    return Put(Table.CONTROL, {"name": WATERMARK, "sk": name, "day": day.isoformat()})
