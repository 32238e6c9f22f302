"""What a run leaves behind for people: report, quarantine, tasks, messages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

from infra.local.outbox import TaskRow, write_sms_csv, write_tasks
from infra.local.quarantine_csv import write_quarantine
from infra.local.session import Session
from shared.care.case_people import owner_of
from shared.flows.take_snapshot import take_snapshot
from shared.insight.report import render_report
from shared.insight.report_view import index_people
from shared.insight.snapshot import Snapshot
from shared.insight.words import GOALS, explain_why, task_title, word
from shared.model.case import CaseStatus

Language = Literal["zh", "en"]


def leave_behind(session: Session, out: Path, *, language: Language) -> Snapshot:
    """Writes `report.html`, `quarantine.csv` and the outbox's tables into `out`; returns what they were made from."""
    at = session.fixed_at or datetime.now(UTC)
    policy = session.policy
    snapshot = take_snapshot(session.items, at, policy.tenant.tz, policy.reputation)
    out.mkdir(parents=True, exist_ok=True)
    report = render_report(snapshot, policy, language_default=language)
    (out / "report.html").write_text(report, encoding="utf-8")
    write_quarantine(snapshot, out / "quarantine.csv")
    write_sms_csv(session.outbox / "sms.jsonl", session.outbox / "sms.csv")
    tasks = _task_rows(snapshot, session, language)
    write_tasks(tasks, session.outbox, zone=session.policy.tenant.tz, locale=language, made_at=at)
    return snapshot


def _task_rows(snapshot: Snapshot, session: Session, language: Language) -> Sequence[TaskRow]:
    people = index_people(snapshot.customers)
    rows = []
    for case in (case for case in snapshot.cases if case.status is CaseStatus.OPEN):
        person = people.get(case.customer_id)
        owner = owner_of(case, session.policy)
        rows.append(
            TaskRow(
                case_id=case.case_id,
                owner_name=case.owner,
                owner_email=owner.email,
                customer_name=(person.name if person else None) or case.customer_id,
                phone=(person.phone if person else None) or "",
                company=(person.company if person else None) or "",
                channel=case.channel,
                title=case.text or task_title(case.title, language),
                goal=word(GOALS, str(case.brief.get("goal") or ""), language),
                start_at=case.start_at,
                due_at=case.due_at,
                why=explain_why(case.brief, language),
            )
        )
    return rows


def as_language(text: str) -> Language:
    return cast("Language", text)
