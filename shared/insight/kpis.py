"""Figures of care by people, month by month: completion, timeliness, first response, satisfaction (R28..R30).

Every row of the ledger and every case falls into exactly one part, so that the parts sum to the whole.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.insight.snapshot import ContactLine, Snapshot, TalkLine
from shared.model.case import Case, CaseKind, CaseStatus, Outcome
from shared.model.contact import OPEN, Channel, Status
from shared.model.instants import local_day

RESPONSES: Final = (CaseKind.COMPLAINT, CaseKind.CAUSE_ANALYSIS, CaseKind.POINT)
"""What customers wait for: feedback that is answered (R28)."""
REACHED: Final = frozenset({Status.SENT, Status.DELIVERED, Status.COMPLAINED})
"""Sent or better; one that came back reached nobody."""
AGES: Final = (1, 3, 7, 14)
"""Upper bounds in days of the classes of what is overdue; the last class has none."""
OTHER: Final = "other"


class Completion(NamedTuple):
    """Planned contacts of a month: what became of them."""

    done: int = 0
    missed: int = 0
    under_way: int = 0

    @property
    def planned(self) -> int:
        return sum(self)

    @property
    def percent(self) -> float | None:
        """Of those that are decided; None: none is."""
        decided = self.done + self.missed
        return 100 * self.done / decided if decided else None


class Timeliness(NamedTuple):
    """Cases by the month in which they are due."""

    on_time: int = 0
    missed: int = 0
    """Late, never answered, or still open past due."""
    not_due: int = 0
    cancelled: int = 0

    @property
    def due(self) -> int:
        """The denominator."""
        return self.on_time + self.missed

    @property
    def percent(self) -> float | None:
        return 100 * self.on_time / self.due if self.due else None


class Satisfaction(NamedTuple):
    """Talks with a score before and after (R29)."""

    compared: int = 0
    lower: int = 0


class Overdue(NamedTuple):
    """Open cases of one owner that are late."""

    owner: str
    open: int
    ages: tuple[int, ...]
    """By class of AGES."""
    oldest_due_at: datetime | None

    @property
    def late(self) -> int:
        return sum(self.ages)


def month_of(instant: datetime, zone: ZoneInfo) -> str:
    return local_day(instant, zone).isoformat()[:7]


def last_months(on: date, count: int) -> list[str]:
    """The month of a day and those before it, the oldest first."""
    last = on.year * 12 + on.month - 1
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(last - count + 1, last + 1)]


# --- completion (R28) ----------------------------------------------------------------------------------------


def tally_completion(snapshot: Snapshot) -> dict[tuple[str, str], Completion]:
    """Every planned contact by the month of its occasion and the level it was planned for."""
    cases = {case.case_id: case for case in snapshot.cases}
    levels = {name: line.level for line in snapshot.customers for name in (line.customer_id, *line.aliases)}
    parts: Counter[tuple[str, str, str]] = Counter()
    for line in snapshot.contacts:
        level = _level(line, cases.get(line.contact_id), levels)
        state = _state(line, cases.get(line.contact_id), snapshot.at)
        parts[line.occasion_on.isoformat()[:7], level, state] += 1
    keys = {(month, level) for month, level, _ in parts}
    return {key: Completion(*(parts[(*key, state)] for state in Completion._fields)) for key in sorted(keys)}


def _level(line: ContactLine, case: Case | None, levels: Mapping[str, str | None]) -> str:
    """The one it was planned for; where the row does not say it, the customer's."""
    cell = line.why.get("cell")
    told = str(cell).partition(".")[0] if cell else (case.brief.get("level") if case else None)
    return str(told or line.why.get("level") or levels.get(line.customer_id) or OTHER)


def _state(line: ContactLine, case: Case | None, at: datetime) -> str:
    if line.channel in (Channel.CALL, Channel.VISIT):
        return _task_state(case, at)
    if line.status in REACHED:
        return "done"
    return "under_way" if line.status in OPEN and line.not_after >= at else "missed"


def _task_state(case: Case | None, at: datetime) -> str:
    """Late ones that are done in the end are complete, too: timeliness is the other figure."""
    if case is None:
        return "missed"
    if case.status is CaseStatus.DONE:
        return "done"
    return "under_way" if case.status is CaseStatus.OPEN and case.due_at >= at else "missed"


# --- timeliness (R28, R30) -----------------------------------------------------------------------------------


def tally_timeliness(snapshot: Snapshot, zone: ZoneInfo) -> dict[tuple[str, str], Timeliness]:
    """Every case by the month in which it is due and its kind."""
    parts = Counter(
        (month_of(case.due_at, zone), str(case.kind), timing_of(case, snapshot.at)) for case in snapshot.cases
    )
    keys = {(month, kind) for month, kind, _ in parts}
    return {key: Timeliness(*(parts[(*key, state)] for state in Timeliness._fields)) for key in sorted(keys)}


def timing_of(case: Case, at: datetime) -> str:
    """A response is what a person did with the customer: a call that nobody took is none (R30)."""
    if case.status is CaseStatus.CANCELLED:
        return "cancelled"
    if case.status is CaseStatus.OPEN:
        return "not_due" if case.due_at >= at else "missed"
    finish = case.finish
    is_response = finish is not None and finish.outcome is not Outcome.NO_ANSWER and finish.at <= case.due_at
    return "on_time" if is_response else "missed"


def add_timeliness(parts: Iterable[Timeliness]) -> Timeliness:
    return Timeliness(*map(sum, zip(Timeliness(), *parts, strict=True)))


def add_completion(parts: Iterable[Completion]) -> Completion:
    return Completion(*map(sum, zip(Completion(), *parts, strict=True)))


# --- satisfaction (R29) --------------------------------------------------------------------------------------


def tally_satisfaction(
    snapshot: Snapshot, zone: ZoneInfo, *, before_months: int, after_days: int
) -> dict[str, Satisfaction]:
    """Talks by month: the last score of the months before against the first of the days after."""
    found: dict[str, list[bool]] = defaultdict(list)
    for talks, scores in _by_customer(snapshot):
        for talk in talks:
            is_lower = _is_lower(talk.at, scores, zone, before_months, after_days)
            if is_lower is not None:
                found[month_of(talk.at, zone)].append(is_lower)
    return {month: Satisfaction(len(lower), sum(lower)) for month, lower in sorted(found.items())}


def _by_customer(snapshot: Snapshot) -> Iterable[tuple[list[TalkLine], list[TalkLine]]]:
    lines: dict[str, list[TalkLine]] = defaultdict(list)
    for line in snapshot.talks:
        lines[snapshot.source_records.get(line.record_id, line.record_id)].append(line)
    for found in lines.values():
        ordered = sorted(found, key=lambda line: line.at)
        yield [one for one in ordered if one.score is None], [one for one in ordered if one.score is not None]


def _is_lower(
    at: datetime, scores: list[TalkLine], zone: ZoneInfo, before_months: int, after_days: int
) -> bool | None:
    """None: there is nothing to compare."""
    times = [one.at for one in scores]
    earlier, later = bisect_left(times, at) - 1, bisect_right(times, at)
    if earlier < 0 or later >= len(scores):
        return None
    before, after = scores[earlier], scores[later]
    is_near = local_day(before.at, zone) >= months_before(local_day(at, zone), before_months)
    if not is_near or after.at > at + timedelta(days=after_days):
        return None
    return (after.score or 0) < (before.score or 0)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, clamped to the month's end (R22)."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# --- what is overdue -----------------------------------------------------------------------------------------


def tally_overdue(snapshot: Snapshot) -> list[Overdue]:
    """Owners with open cases, the one with the most late ones first."""
    owned: dict[str, list[Case]] = defaultdict(list)
    for case in snapshot.cases:
        if case.status is CaseStatus.OPEN:
            owned[case.owner].append(case)
    rows = [_overdue(owner, cases, snapshot.at) for owner, cases in owned.items()]
    return sorted(rows, key=lambda row: (-row.late, -row.open, row.owner))


def _overdue(owner: str, cases: list[Case], at: datetime) -> Overdue:
    late = [case.due_at for case in cases if case.due_at < at]
    classes = Counter(bisect_left([timedelta(days=bound) for bound in AGES], at - due_at) for due_at in late)
    ages = tuple(classes[number] for number in range(len(AGES) + 1))
    return Overdue(owner, len(cases), ages, min(late, default=None))
