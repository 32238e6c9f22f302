"""What the report shows, as plain rows of text in both languages: everything but the marks of the charts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.insight.explain_decision import explain_decision
from shared.insight.explain_tag import explain_tag
from shared.insight.snapshot import ContactLine, CustomerLine, DayCandidate, Snapshot, Why, Words
from shared.insight.tallies import LEVELS, RISKS, ReasonTally, held, is_on, todays_messages
from shared.insight.words import (
    CASE_STATUSES,
    CHANNELS,
    DECISIONS,
    FIELDS,
    FLAGS,
    SEND_REASONS,
    SEVERITIES,
    SOURCES,
    STATUSES,
    TASKS,
    TEMPLATES,
    Language,
    explain_why,
    local_time,
    word,
)
from shared.insight.words import LEVELS as LEVEL_WORDS
from shared.insight.words import RISKS as RISK_WORDS
from shared.model.case import Case, CaseStatus
from shared.model.contact import Channel, Decision
from shared.model.tags import Risk

LIST_ROWS: Final = 500
"""A longer list is for `guanxi explain` and the task files, not for reading."""
NOTHING: Final[Words] = ("—", "—")


class Person(NamedTuple):
    customer_id: str
    name: str
    company: str
    address: str
    """Phone or email, by what the channel needs."""
    level: str
    risk: str
    level_words: Words
    risk_words: Words
    flags: tuple[Words, ...]
    because: Words
    """The risk in one sentence, or where it is low the level."""


class Entry(NamedTuple):
    """One line of today's list."""

    person: Person
    channel: str
    channel_words: Words
    what: Words
    owner: str
    when: str
    why: Words
    status: str
    status_words: Words
    is_late: bool = False


class Listing(NamedTuple):
    entries: tuple[Entry, ...]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.entries)


class HeldGroup(NamedTuple):
    decision: str
    words: Words
    listing: Listing


class ReasonRow(NamedTuple):
    source: Words
    field: Words
    code: str
    words: Words
    severity: str
    severity_words: Words
    number: int
    places: tuple[str, ...]
    """`file:row`; never a value."""


def both(write: Callable[[Language], str]) -> Words:
    """The same sentence in both languages."""
    return write("zh"), write("en")


def table_words(table: Mapping[str, Words], code: str) -> Words:
    return table.get(code, (code, code))


# --- today's list --------------------------------------------------------------------------------------------


People = Mapping[str, CustomerLine]
"""Customers by every id they ever had."""


def index_people(customers: Iterable[CustomerLine]) -> People:
    return {name: line for line in customers for name in (line.customer_id, *line.aliases)}


def _person(people: People, customer_id: str, channel: str) -> Person:
    line = people.get(customer_id, CustomerLine(customer_id))
    return Person(
        customer_id=line.customer_id,
        name=line.name,
        company=line.company if line.company != line.name else "",
        address=line.email if channel == Channel.EMAIL else line.phone,
        level=line.level or "",
        risk=line.risk or "",
        level_words=table_words(LEVEL_WORDS, line.level or "—"),
        risk_words=table_words(RISK_WORDS, line.risk or "—"),
        flags=tuple(table_words(FLAGS, flag) for flag in line.flags),
        because=_because(line),
    )


def _because(line: CustomerLine) -> Words:
    wanted = "level" if line.risk == Risk.LOW else "risk"
    reason = next((reason for reason in line.reasons if reason.tag == wanted), None)
    return both(lambda language: explain_tag(reason, language)) if reason else ("", "")


def list_tasks(snapshot: Snapshot, people: People, zone: ZoneInfo) -> Listing:
    """Open tasks and those opened or due today: the late ones first, then by deadline, level and risk."""
    contacts = {line.contact_id: line for line in snapshot.contacts}
    shown = [
        case
        for case in snapshot.cases
        if case.status is CaseStatus.OPEN
        or is_on(case.opened_at, snapshot, zone)
        or is_on(case.due_at, snapshot, zone)
    ]
    entries = [
        (case, _task_entry(case, contacts.get(case.case_id), people, snapshot.at, zone)) for case in shown
    ]
    ordered = sorted(entries, key=lambda pair: (pair[0].due_at, *_rank(pair[1].person)))
    return _cut([entry for _, entry in ordered])


def list_messages(snapshot: Snapshot, people: People, zone: ZoneInfo) -> Listing:
    """Messages of today, by level, risk and time."""
    candidates = {line.contact_id: line for line in snapshot.candidates}
    rows = [
        (line, _message_entry(line, candidates.get(line.contact_id), people, zone))
        for line in todays_messages(snapshot, zone)
    ]
    ordered = sorted(rows, key=lambda pair: (*_rank(pair[1].person), pair[0].not_before))
    return _cut([entry for _, entry in ordered])


def list_held(snapshot: Snapshot, people: People) -> tuple[HeldGroup, ...]:
    """What was held back today by decision, the most frequent first."""
    rows = held(snapshot)
    counts = Counter(line.decision for line in rows)
    return tuple(
        HeldGroup(
            decision,
            table_words(DECISIONS, decision),
            _cut(_held_entries((line for line in rows if line.decision == decision), people)),
        )
        for decision, _ in counts.most_common()
    )


def _cut(entries: list[Entry]) -> Listing:
    return Listing(tuple(entries[:LIST_ROWS]), len(entries))


def _rank(person: Person) -> tuple[int, int, str]:
    levels, risks = (*LEVELS, ""), (*RISKS, "")
    return levels.index(person.level), risks.index(person.risk), person.name


def _task_entry(
    case: Case, contact: ContactLine | None, people: People, at: datetime, zone: ZoneInfo
) -> Entry:
    is_late = case.status is CaseStatus.OPEN and case.due_at < at
    why: Why = contact.why if contact else case.brief
    return Entry(
        person=_person(people, case.customer_id, case.channel),
        channel=case.channel,
        channel_words=table_words(CHANNELS, case.channel),
        what=table_words(TASKS, case.title),
        owner=case.owner,
        when=local_time(case.due_at, zone),
        why=both(lambda language: explain_why(why, language)),
        status=case.status.value,
        status_words=("已逾期", "overdue") if is_late else table_words(CASE_STATUSES, case.status),
        is_late=is_late,
    )


def _message_entry(
    line: ContactLine, candidate: DayCandidate | None, people: People, zone: ZoneInfo
) -> Entry:
    return Entry(
        person=_person(people, line.customer_id, line.channel),
        channel=line.channel,
        channel_words=table_words(CHANNELS, line.channel),
        what=table_words(TEMPLATES, line.template),
        owner="",
        when=local_time(line.sent_at or line.not_before, zone),
        why=both(lambda language: _why_of(line, candidate, language)),
        status=line.status,
        status_words=both(lambda language: _status_of(line, language)),
    )


def _why_of(line: ContactLine, candidate: DayCandidate | None, language: Language) -> str:
    """A message that goes at once needs no word about the decision."""
    if candidate is None or candidate.decision == Decision.PLANNED:
        return explain_why(line.why, language)
    return explain_decision(candidate, language)


def _status_of(line: ContactLine, language: Language) -> str:
    status = word(STATUSES, line.status, language)
    return f"{status} · {word(SEND_REASONS, line.reason, language)}" if line.reason else status


def _held_entries(lines: Iterable[DayCandidate], people: People) -> list[Entry]:
    entries = [_held_entry(line, people) for line in lines]
    return sorted(entries, key=lambda entry: _rank(entry.person))


def _held_entry(line: DayCandidate, people: People) -> Entry:
    what = table_words(TASKS, line.task) if line.task else table_words(TEMPLATES, line.template or "")
    return Entry(
        person=_person(people, line.customer_id, line.channel),
        channel=line.channel,
        channel_words=table_words(CHANNELS, line.channel),
        what=what,
        owner="",
        when=line.occasion_on.isoformat(),
        why=both(lambda language: explain_decision(line, language)),
        status=line.decision,
        status_words=table_words(DECISIONS, line.decision),
    )


# --- reasons -------------------------------------------------------------------------------------------------


def reason_rows(tallies: Iterable[ReasonTally], code_words: Mapping[str, Words]) -> list[ReasonRow]:
    """Reasons in words, with places to look at."""
    return [
        ReasonRow(
            source=table_words(SOURCES, tally.system),
            field=field_words(tally.field),
            code=tally.code,
            words=table_words(code_words, tally.code),
            severity=tally.severity,
            severity_words=table_words(SEVERITIES, tally.severity),
            number=tally.count,
            places=tuple(f"{file}:{row}" for file, row in tally.examples),
        )
        for tally in tallies
    ]


def field_words(path: str) -> Words:
    """`party.phone` in words; the whole row for no path."""
    if not path:
        return ("整行", "whole row")
    return FIELDS.get(path.removeprefix("party."), (path, path))
