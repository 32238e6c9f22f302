"""How far each imported file is: what became of its records, and what is still on its way."""

from collections.abc import Container
from dataclasses import dataclass

from shared.ports import Items
from shared.store.control import Job, read_jobs
from shared.store.progress import count_outcomes


@dataclass(frozen=True, slots=True)
class Progress:
    job: Job
    outcomes: dict[str, int]
    """Outcome -> records; rows that could not be read count as quarantined. While very many records are under way,
    those at the end of the file may not be counted yet; never too many."""

    @property
    def total(self) -> int | None:
        """Records in, unreadable rows included; None while the file is being split."""
        return None if self.job.records is None else self.job.records + self.job.problems

    @property
    def is_complete(self) -> bool:
        """Every record has an outcome."""
        return self.total is not None and sum(self.outcomes.values()) >= self.total

    @property
    def moved(self) -> int:
        """Grows whenever a row is read or a record gets its outcome."""
        return self.job.done + sum(self.outcomes.values())


def import_progress(items: Items, *, without: Container[str] = ()) -> list[Progress]:
    """The progress of every job but some, oldest first: a few reads for each."""
    jobs = sorted(read_jobs(items), key=lambda job: (job.started_at, job.file))
    return [job_progress(job, items) for job in jobs if job.job_id not in without]


def job_progress(job: Job, items: Items, *, is_mending: bool = False) -> Progress:
    """The progress of one job; mending counts what a crash has left uncounted."""
    outcomes = count_outcomes(items, job.job_id, job.posted, is_mending=is_mending)
    outcomes["quarantined"] += job.problems
    return Progress(job, dict(sorted((+outcomes).items())))
