"""Reads the whole base into a snapshot: for reports on an operator's machine, never in a Lambda."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.cleaning.codes import CODES
from shared.flows.list_reviews import list_reviews
from shared.flows.message_cells import message_cells, read_raw
from shared.flows.replay import quarantine_id
from shared.flows.tally_quality import tally_entry, tally_quarantined
from shared.flows.tally_receipts import fuse_lines, tally_parked, tally_suppressions
from shared.flows.tally_talks import talk_of
from shared.importing.problems import TEXTS
from shared.insight.quality import QualityTally, finish
from shared.insight.snapshot import (
    ContactLine,
    CustomerLine,
    DayCandidate,
    FieldIssue,
    JobLine,
    Merge,
    MergeLink,
    QuarantinedRow,
    Snapshot,
    TalkLine,
    Words,
)
from shared.model.instants import from_iso, local_day
from shared.policy.reputation import Reputation
from shared.ports import Item, Items, Table
from shared.store.cases import case_from_item
from shared.store.control import HOLD, JOB, job_from_item
from shared.store.customers import PROFILE, TAGS, profile_from_item, tags_from_item
from shared.store.identities import count_hot
from shared.store.progress import count_outcomes
from shared.store.quarantine import QUARANTINE, is_open
from shared.store.records import RECORD

_OTHER_WORDS: Mapping[str, Words] = {
    "malformed_wake_up": ("不是有效的唤醒消息", "Not a wake-up message"),
    "unusable": ("无法使用", "Cannot be used"),
}
_ENTRIES = ("EVENT#", "CONSENT#")
MOST_REVIEWS = 50
"""Open pairs that a report lays out; the others are counted."""
_KEPT_OF_RECORDS = frozenset({"record_id", "sk", "system", "customer_id", "issues", "file", "row"})


def take_snapshot(
    items: Items, at: datetime, zone: ZoneInfo, reputation: Reputation | None = None
) -> Snapshot:
    """All that is stored, as of now; `at` and the tenant's zone say which day is today.

    Without the policy of `reputation` the snapshot says nothing of the fuse.
    """
    today = local_day(at, zone)
    tally = QualityTally()
    talks: list[TalkLine] = []
    records = [_slim(item, tally, talks, zone) for item in items.scan(Table.RECORDS)]
    customers, control = list(items.scan(Table.CUSTOMERS)), list(items.scan(Table.CONTROL))
    holds = tuple(sorted(str(item["sk"]) for item in control if item["name"] == HOLD))
    quarantined = sorted(_quarantined(control, is_open, zone), key=_place)
    tally_quarantined(tally, quarantined)
    entries = [item for item in records if _is_entry(item)]
    systems = {str(item["record_id"]): str(item["system"]) for item in records if item["sk"] == RECORD}
    return Snapshot(
        at=at,
        on=today,
        jobs=tuple(_jobs(control, items)),
        quarantined=tuple(quarantined),
        replayed=tuple(sorted(_quarantined(control, lambda item: not is_open(item), zone), key=_place)),
        issues=tuple(sorted(_entry_issues(entries, systems), key=_place)),
        quality=finish(tally),
        entries=Counter(_system(item, systems) for item in entries),
        direct=Counter(_system(item, systems) for item in entries if "file" not in item),
        source_records={
            str(item["record_id"]): str(item["customer_id"]) for item in records if item["sk"] == RECORD
        },
        customers=tuple(_customers(customers)),
        merges=tuple(_merges(customers)),
        reviews=list_reviews(items, limit=MOST_REVIEWS),
        hot_keys=count_hot(items),
        candidates=tuple(_candidates(customers, today)),
        contacts=tuple(sorted(map(contact_line, items.scan(Table.CONTACTS)), key=_by_time)),
        cases=tuple(sorted(map(case_from_item, items.scan(Table.CASES)), key=lambda case: case.due_at)),
        talks=tuple(talks),
        suppressions=tally_suppressions(items),
        fuses=tuple(fuse_lines(items, holds, at, reputation)) if reputation else (),
        parked=tuple(tally_parked(control)),
        holds=holds,
        code_words=code_words(),
    )


def _is_entry(item: Item) -> bool:
    """One record as it came, not what is kept of its source beside."""
    return str(item["sk"]).startswith(_ENTRIES)


def _slim(item: Item, tally: QualityTally, talks: list[TalkLine], zone: ZoneInfo) -> Item:
    """Without what came in and what was made of it, once it is counted: of millions of records only this is kept."""
    if _is_entry(item):
        tally_entry(tally, item, zone)
        if (talk := talk_of(item)) is not None:
            talks.append(talk)
    return {name: value for name, value in item.items() if name in _KEPT_OF_RECORDS}


def code_words() -> dict[str, Words]:
    """What import and cleaning say about their codes."""
    problems = {code.value: words for code, words in TEXTS.items()}
    return {**_OTHER_WORDS, **problems, **{code: (told.zh, told.en) for code, told in CODES.items()}}


def _place(row: FieldIssue | QuarantinedRow) -> tuple[str, str, int]:
    return (row.system, row.file or "", row.row or 0)


def _by_time(line: ContactLine) -> tuple[datetime, str]:
    return (line.created_at, line.contact_id)


# --- import --------------------------------------------------------------------------------------------------


def _jobs(control: Iterable[Item], items: Items) -> Iterator[JobLine]:
    jobs = [job_from_item(item) for item in control if item["name"] == JOB]
    for job in sorted(jobs, key=lambda job: (job.started_at, job.job_id)):
        yield JobLine(
            job_id=job.job_id,
            file=job.file,
            system=job.system,
            is_open=job.is_open,
            records=job.records,
            unreadable=job.problems,
            outcomes=count_outcomes(items, job.job_id, job.posted, most=None),
            started_at=job.started_at,
        )


def _quarantined(
    control: Iterable[Item], wanted: Callable[[Item], bool], zone: ZoneInfo
) -> Iterator[QuarantinedRow]:
    for item in control:
        if str(item["name"]).startswith(QUARANTINE) and wanted(item):
            yield _quarantined_row(item, zone)


def _quarantined_row(item: Any, zone: ZoneInfo) -> QuarantinedRow:  # noqa: ANN401 (an item as stored)
    system = item["name"].removeprefix(QUARANTINE)
    raw = read_raw(item)
    return QuarantinedRow(
        system=system,
        reason=item["reason"],
        file=item.get("file"),
        row=item.get("row"),
        issues=tuple(_issues(item, system)),
        quarantine_id="" if raw is None else quarantine_id(system, item["sk"]),
        cells=() if raw is None else tuple(message_cells(raw).items()),
        kept_on=local_day(from_iso(item["at"]), zone),
        resolved_by=item.get("resolved_by", ""),
    )


def _entry_issues(entries: Iterable[Item], systems: Mapping[str, str]) -> Iterator[FieldIssue]:
    """A row of a file may give several records with the same fields: each finding counts once for its row."""
    seen: set[FieldIssue] = set()
    for item in entries:
        for issue in _issues(item, _system(item, systems)):
            if issue.file is None or issue not in seen:
                seen.add(issue)
                yield issue


def _issues(item: Any, system: str) -> Iterator[FieldIssue]:  # noqa: ANN401 (an item as stored)
    for issue in item.get("issues", ()):
        yield FieldIssue(
            system, issue["field"], issue["code"], issue["severity"], item.get("file"), item.get("row")
        )


def _system(item: Item, systems: Mapping[str, str]) -> str:
    record_id = str(item["record_id"])
    return systems.get(record_id, record_id.partition("#")[0])


# --- customers -----------------------------------------------------------------------------------------------


def _customers(rows: Iterable[Item]) -> Iterator[CustomerLine]:
    profiles = [profile_from_item(item) for item in rows if item["sk"] == PROFILE]
    states = {str(item["customer_id"]): tags_from_item(item) for item in rows if item["sk"] == TAGS}
    for profile in sorted(profiles, key=lambda profile: profile.customer_id):
        if profile.alias_of is not None:
            continue
        state = states.get(profile.customer_id)
        tags = state.tags if state else None
        yield CustomerLine(
            customer_id=profile.customer_id,
            golden=profile.golden,
            members=profile.members,
            aliases=profile.aliases,
            level=tags.level.value if tags else None,
            risk=tags.risk.value if tags else None,
            activity=tags.activity.value if tags else None,
            flags=tags.flags if tags else (),
            reasons=tags.reasons if tags else (),
            review=profile.review,
        )


def _merges(rows: Iterable[Item]) -> Iterator[Merge]:
    found = [item for item in rows if str(item["sk"]).startswith("LINK#")]
    for item in sorted(found, key=lambda item: (str(item["sk"]), str(item["customer_id"]))):
        yield merge_line(item)


def merge_line(item: Item) -> Merge:
    """A line of the journal as stored."""
    evidence = json.loads(str(item["evidence"]))
    return Merge(
        customer_id=str(item["customer_id"]),
        at=str(item["sk"]).split("#")[1],
        record_id=evidence["record"],
        customers=tuple(evidence["customers"]),
        links=tuple(
            MergeLink(link["record"], link["same"], link["rule"], tuple(link["keys"]), link.get("bits", ""))
            for link in evidence["links"]
        ),
        action=evidence.get("action", ""),
        by=evidence.get("by", ""),
        verdict_id=evidence.get("verdict", ""),
        undone=tuple(evidence.get("undone", ())),
    )


# --- plan and ledger -----------------------------------------------------------------------------------------


def _candidates(rows: Iterable[Item], today: date) -> Iterator[DayCandidate]:
    wanted = f"DAY#{today.isoformat()}"
    found = [item for item in rows if item["sk"] == wanted]
    for item in sorted(found, key=lambda item: str(item["customer_id"])):
        yield from day_candidates(item)


def day_candidates(item: Item) -> list[DayCandidate]:
    """What the last run of a day decided about one customer, as stored."""
    return [_candidate(str(item["customer_id"]), plain) for plain in json.loads(str(item["decisions"]))]


def _candidate(customer_id: str, plain: Mapping[str, Any]) -> DayCandidate:
    return DayCandidate(
        **{
            **plain,
            "customer_id": customer_id,
            "occasion_on": date.fromisoformat(plain["occasion_on"]),
            "not_before": from_iso(plain["not_before"]),
            "not_after": from_iso(plain["not_after"]),
        }
    )


def contact_line(item: Item) -> ContactLine:
    """A row of the send ledger as stored."""
    stored: Any = item
    sent_at = stored.get("sent_at")
    return ContactLine(
        contact_id=stored["contact_id"],
        customer_id=stored["customer_id"],
        plan_step=stored["plan_step"],
        occasion_on=date.fromisoformat(stored["occasion_on"]),
        channel=stored["channel"],
        contact_class=stored["contact_class"],
        template=stored["template"],
        status=stored["status"],
        created_at=from_iso(stored["created_at"]),
        not_before=from_iso(stored["not_before"]),
        not_after=from_iso(stored["not_after"]),
        reason=stored.get("reason", ""),
        why=stored["why"],
        attempts=tuple(stored["attempts"]),
        segments=stored.get("segments"),
        sent_at=None if sent_at is None else from_iso(sent_at),
    )
