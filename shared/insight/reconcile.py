"""The sums that must hold over a snapshot (requirements 10.1). Anything unexplained is named, with both sides."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.insight.kpis import Timeliness, tally_completion, timing_of
from shared.insight.snapshot import JobLine, Snapshot
from shared.model.case import CaseKind
from shared.model.contact import Channel, Decision, Status
from shared.model.tags import Activity, Level, Risk

OUTCOMES = ("new", "updated", "unchanged", "quarantined")


@dataclass(frozen=True, slots=True)
class Check:
    """One sum: the whole against its parts. `unexplained` names what lies between the two."""

    name: str
    """Such as `records_in` or `contacts`."""
    scope: str
    """A job id, or `all`."""
    whole: int
    parts: int
    unexplained: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.whole == self.parts and not self.unexplained

    def __str__(self) -> str:
        return f"{self.name} [{self.scope}]: {self.whole} against {self.parts} {' '.join(self.unexplained)}".rstrip()


def find_breaks(snapshot: Snapshot) -> list[Check]:
    """The sums that do not hold; empty: all is explained."""
    return [check for check in run_checks(snapshot) if not check.holds]


def run_checks(snapshot: Snapshot) -> list[Check]:
    """Every sum, whether it holds or not."""
    return [
        *_import_checks(snapshot),
        _stored_check(snapshot),
        _quality_check(snapshot),
        *_customer_checks(snapshot),
        _member_check(snapshot),
        *_contact_checks(snapshot),
    ]


# --- import --------------------------------------------------------------------------------------------------


def _import_checks(snapshot: Snapshot) -> Iterator[Check]:
    for job in snapshot.jobs:
        yield _job_check(job)
    yield _sum_jobs(snapshot)
    for file in dict.fromkeys(job.file for job in snapshot.jobs):
        yield _file_check(file, snapshot)


def _job_check(job: JobLine) -> Check:
    known = sum(job.outcomes.get(outcome, 0) for outcome in OUTCOMES)
    unexplained = [f"outcome:{name}" for name in sorted(set(job.outcomes) - set(OUTCOMES))]
    if job.records is None:
        unexplained.append("still_splitting")
    return Check("records_in", job.job_id, job.records_in, known + job.unreadable, tuple(unexplained))


def _sum_jobs(snapshot: Snapshot) -> Check:
    parts = sum(job.outcomes.get(outcome, 0) for job in snapshot.jobs for outcome in OUTCOMES)
    unreadable = sum(job.unreadable for job in snapshot.jobs)
    return Check("records_in", "all", sum(job.records_in for job in snapshot.jobs), parts + unreadable)


def _file_check(file: str, snapshot: Snapshot) -> Check:
    """Rows kept aside of a file. A file read twice keeps what is equal once: between the largest job and the sum.

    A row that was replayed is open no more, but a later job that met the same row still counts it.
    """
    jobs = [job.quarantined for job in snapshot.jobs if job.file == file]
    kept = sum(is_of_file(row.file, file) for row in snapshot.quarantined)
    replayed = sum(is_of_file(row.file, file) for row in snapshot.replayed)
    return Check("quarantine_of_file", file, min(max(kept, max(jobs) - replayed), sum(jobs)), kept)


def is_of_file(place: str | None, file: str) -> bool:
    """The place of a row (`book.xlsx#sheet`) lies in the file."""
    return place is not None and (place == file or place.startswith(f"{file}#"))


def _stored_check(snapshot: Snapshot) -> Check:
    """Every record that a job called new is stored; what came without a job may be more."""
    new = sum(job.outcomes.get("new", 0) for job in snapshot.jobs)
    stored = sum(snapshot.entries.values())
    return Check("new_records_stored", "all", new, min(stored, new))


def _quality_check(snapshot: Snapshot) -> Check:
    """The data-quality report speaks of every stored record and of every row that is open in quarantine."""
    sources = snapshot.quality.sources
    stored, kept = sum(snapshot.entries.values()), len(snapshot.quarantined)
    parts = sum(source.records + source.quarantined for source in sources)
    return Check("quality_covers", "all", stored + kept, parts)


# --- customers -----------------------------------------------------------------------------------------------


def _customer_checks(snapshot: Snapshot) -> Iterator[Check]:
    customers = snapshot.customers
    yield _over_enum("levels", ((line.level, line.customer_id) for line in customers), {*Level})
    yield _over_enum("risks", ((line.risk, line.customer_id) for line in customers), {*Risk})
    yield _over_enum("activities", ((line.activity, line.customer_id) for line in customers), {*Activity})


def _over_enum(name: str, values: Iterable[tuple[str | None, str]], known: set[str]) -> Check:
    """A sum over the words of an enum; a row with another word is named by its id."""
    rows = list(values)
    strange = sorted({f"{owner}:{value or 'none'}" for value, owner in rows if value not in known})
    return Check(name, "all", len(rows), sum(value in known for value, _ in rows), tuple(strange))


def _member_check(snapshot: Snapshot) -> Check:
    """Each source record is a member of exactly one customer, and points to it."""
    members = Counter(member for line in snapshot.customers for member in line.members)
    owner = {member: line.customer_id for line in snapshot.customers for member in line.members}
    strange = {record_id for record_id, count in members.items() if count > 1}
    strange |= snapshot.source_records.keys() ^ members.keys()
    strange |= {
        record_id
        for record_id, customer_id in snapshot.source_records.items()
        if owner.get(record_id, customer_id) != customer_id
    }
    return Check("members", "all", len(snapshot.source_records), members.total(), tuple(sorted(strange)))


# --- plan and ledger -----------------------------------------------------------------------------------------


def _contact_checks(snapshot: Snapshot) -> Iterator[Check]:
    decisions = ((line.decision, line.contact_id) for line in snapshot.candidates)
    yield _over_enum("decisions", decisions, {*Decision})
    statuses = ((line.status, line.contact_id) for line in snapshot.contacts)
    yield _over_enum("statuses", statuses, {*Status})
    yield _planned_check(snapshot)
    yield _merged_check(snapshot)
    yield _task_check(snapshot)
    yield from _kpi_checks(snapshot)


def _kpi_checks(snapshot: Snapshot) -> Iterator[Check]:
    """Every contact and every case falls into one part of the figures (R28)."""
    planned = sum(part.planned for part in tally_completion(snapshot).values())
    yield Check("completion", "all", len(snapshot.contacts), planned)
    timed = sum(timing_of(case, snapshot.at) in Timeliness._fields for case in snapshot.cases)
    yield Check("timeliness", "all", len(snapshot.cases), timed)


def _planned_check(snapshot: Snapshot) -> Check:
    """Every candidate of the day that goes has its row in the ledger."""
    going = {line.contact_id for line in snapshot.candidates if goes(line.decision)}
    rows = {line.contact_id for line in snapshot.contacts}
    return Check("planned_have_rows", "all", len(going), len(going & rows), tuple(sorted(going - rows)))


def _merged_check(snapshot: Snapshot) -> Check:
    """Every candidate that another contact carries names one of the ledger."""
    merged = [line for line in snapshot.candidates if line.decision == Decision.MERGED]
    rows = {line.contact_id for line in snapshot.contacts}
    lost = [line.contact_id for line in merged if line.why.get("merged_into") not in rows]
    return Check("merged_have_carriers", "all", len(merged), len(merged) - len(lost), tuple(sorted(lost)))


def _task_check(snapshot: Snapshot) -> Check:
    """Every task of the ledger has its case, and every case its task."""
    tasks = {line.contact_id for line in snapshot.contacts if is_task(line.channel)}
    cases = {case.case_id for case in snapshot.cases if case.kind != CaseKind.POINT}
    return Check("tasks_have_cases", "all", len(tasks), len(cases), tuple(sorted(tasks ^ cases)))


def goes(decision: str) -> bool:
    """The decision makes a contact."""
    return decision in {*Decision} and Decision(decision).makes_contact


def is_task(channel: str) -> bool:
    """A person does it."""
    return channel in {*Channel} and Channel(channel).is_task
