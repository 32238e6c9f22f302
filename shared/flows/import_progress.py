"""How far each imported file is: what became of its records, and what is still on its way."""

from collections import Counter
from dataclasses import dataclass

from shared.ports import Items
from shared.store.control import Job, read_jobs, read_outcomes


@dataclass(frozen=True, slots=True)
class Progress:
    job: Job
    outcomes: dict[str, int]
    """Outcome -> records; rows that could not be read count as quarantined."""

    @property
    def total(self) -> int | None:
        """Records in, unreadable rows included; None while the file is being split."""
        return None if self.job.records is None else self.job.records + self.job.problems

    @property
    def is_complete(self) -> bool:
        return self.total is not None and sum(self.outcomes.values()) >= self.total


def import_progress(items: Items) -> list[Progress]:
    """The progress of every job, oldest first."""
    jobs = sorted(read_jobs(items), key=lambda job: (job.started_at, job.file))
    return [_progress(job, items) for job in jobs]


def _progress(job: Job, items: Items) -> Progress:
    outcomes = Counter(read_outcomes(items, job.job_id).values())
    outcomes["quarantined"] += job.problems
    return Progress(job, dict(sorted((+outcomes).items())))
