"""The morning mail of one person: what to do today, with whom, and what to know before (R25, R38).

It names customers and their numbers: it goes to staff, who call them (P1 excepts what a message is for).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.insight.brief import Brief, brief_lines, tag_words
from shared.insight.ics import Entry, make_ics
from shared.insight.snapshot import Words
from shared.insight.words import CHANNELS, Language, local_time, pick, task_title, word
from shared.model.case import Case
from shared.model.instants import local_day

OVERDUE, TODAY, AGAIN, HALF, NEW, ESCALATED = "overdue", "today", "again", "half", "new", "escalated"
SECTIONS: Final[dict[str, Words]] = {
    ESCALATED: ("升级给您的任务", "Escalated to you"),
    OVERDUE: ("已逾期", "Overdue"),
    TODAY: ("今日到期", "Due today"),
    AGAIN: ("今日再次联系（此前未接通）", "Try again today (no answer before)"),
    HALF: ("时限已过半", "Half of the time is over"),
    NEW: ("新任务", "New"),
}
_WORDS: Final[dict[str, Words]] = {
    "title": ("客户关怀任务", "Customer care tasks"),
    "subject": ("{0} 今日任务 {1} 项", "{0}: tasks today: {1}"),
    "late_subject": ("，其中逾期 {0} 项", ", overdue: {0}"),
    "urgent": ("任务升级：{0}", "Task escalated: {0}"),
    "lead": ("{0}，您今天有 {1} 项任务。", "{0}, your tasks today: {1}."),
    "urgent_lead": ("{0}，以下任务需要您关注。", "{0}, this task needs you."),
    "due": ("截止 {0}", "by {0}"),
    "owner": ("负责人 {0}", "owner {0}"),
    "told": ("{0} 于 {1} 获知（{2}%）", "{0} told {1} ({2} %)"),
    "more": ("另有 {0} 项未列出。", "{0} more are not listed."),
    "how": ("完成后登记：", "When done, record it:"),
    "foot": (
        "附件 tasks.ics 可导入日历。本邮件含客户资料，仅供工作使用，请勿转发。",
        "tasks.ics goes into your calendar. This mail names customers: for work only, do not pass it on.",
    ),
    "colon": ("：", ": "),
}


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told. `briefs` by section; `total` counts what is not laid out, too."""

    name: str
    address: str
    day: date
    at: datetime
    briefs: tuple[tuple[str, Brief], ...]
    total: int
    is_urgent: bool = False
    """An escalation told at once, not the morning's mail."""


class Look(NamedTuple):
    """How it is shown."""

    language: Language
    zone: ZoneInfo
    tenant: str
    clean: Callable[[str], str]
    """Makes a customer's value safe in a mail (V2, V3)."""


class News(NamedTuple):
    """What a digest is told against."""

    at: datetime
    since: datetime
    """When the last one went, or should have."""
    zone: ZoneInfo


class Parts(NamedTuple):
    subject: str
    text: str
    html: str
    calendar: str


class Row(NamedTuple):
    """One task, in words."""

    case_id: str
    what: str
    who: str
    company: str
    reach: str
    phone: str
    tags: str
    due: str
    is_late: bool
    facts: tuple[tuple[str, str], ...]
    owner: str
    told: tuple[str, ...]


def section_of(case: Case, role: str, news: News) -> str | None:
    """Where a case stands in a person's digest; None: it is no news to this person today."""
    today = local_day(news.at, news.zone)
    if role != "owner":
        return ESCALATED
    if case.due_at < news.at:
        return OVERDUE
    if local_day(case.due_at, news.zone) <= today:
        return TODAY
    if case.next_try_on is not None:
        return AGAIN if case.next_try_on <= today else None
    if any(one.role == "owner" for one in case.told):
        return HALF
    begins_on = local_day(case.start_at, news.zone)
    return NEW if begins_on <= today and max(case.opened_at, case.start_at) > news.since else None


def write_digest(digest: Digest, look: Look) -> Parts:
    """Subject, both parts of the mail, and its calendar file."""
    groups = _groups(digest, look)
    rows = [row for _, found in groups for row in found]
    return Parts(
        _subject(digest, rows, look),
        _text(digest, groups, look),
        _html(digest, groups, look),
        _calendar(digest, rows, look),
    )


def _groups(digest: Digest, look: Look) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for name, brief in digest.briefs:
        found.setdefault(name, []).append(_row(brief, digest.at, look))
    return [(pick(SECTIONS[name], look.language), found[name]) for name in SECTIONS if name in found]


def _row(brief: Brief, at: datetime, look: Look) -> Row:
    case, language, clean = brief.case, look.language, look.clean
    what = f"{word(CHANNELS, case.channel, language)} · {task_title(case.title, language)}"
    company = clean(brief.company) if brief.company != brief.customer else ""
    return Row(
        case_id=case.case_id,
        what=what,
        who=clean(brief.name),
        company=company,
        reach=" · ".join(part for part in (company, brief.phone, brief.email) if part),
        phone=brief.phone,
        tags=tag_words(brief, language),
        due=pick(_WORDS["due"], language).format(local_time(case.due_at, look.zone)),
        is_late=case.due_at < at,
        facts=tuple((label, clean(text)) for label, text in brief_lines(brief, language, look.zone)),
        owner=pick(_WORDS["owner"], language).format(clean(case.owner)),
        told=tuple(_told_words(case, look)),
    )


def _told_words(case: Case, look: Look) -> list[str]:
    said = pick(_WORDS["told"], look.language)
    return [
        said.format(look.clean(one.name), local_time(one.at, look.zone), one.percent) for one in case.told
    ]


def _say(name: str, look: Look, *values: object) -> str:
    return pick(_WORDS[name], look.language).format(*values)


def _subject(digest: Digest, rows: Sequence[Row], look: Look) -> str:
    if digest.is_urgent:
        return _say("urgent", look, rows[0].what if rows else "")
    late = sum(row.is_late for row in rows)
    return _say("subject", look, digest.day.isoformat(), digest.total) + (
        _say("late_subject", look, late) if late else ""
    )


def _lead(digest: Digest, look: Look) -> str:
    name = "urgent_lead" if digest.is_urgent else "lead"
    return _say(name, look, look.clean(digest.name), digest.total)


def done_command(case_id: str) -> str:
    """How a person records it."""
    return f"guanxi task done {case_id} --outcome done --by NAME"


def _text(digest: Digest, groups: Sequence[tuple[str, list[Row]]], look: Look) -> str:
    lines = [_lead(digest, look), ""]
    for title, rows in groups:
        lines += [f"== {title} ({len(rows)}) ==", ""]
        for number, row in enumerate(rows, start=1):
            lines += [*_row_lines(number, row, look), ""]
    left = digest.total - len(digest.briefs)
    lines += [_say("more", look, left), ""] if left else []
    return "\n".join([*lines, _say("foot", look), look.tenant, ""])


def _row_lines(number: int, row: Row, look: Look) -> list[str]:
    colon = pick(_WORDS["colon"], look.language)
    head = f"{number}. {row.what}, {row.due}" if look.language == "en" else f"{number}. {row.what}，{row.due}"
    return [
        head,
        f"   {row.who}" + (f" [{row.tags}]" if row.tags else ""),
        *([f"   {row.reach}"] if row.reach else []),
        f"   {row.owner}",
        *(f"   {label}{colon}{text}" for label, text in row.facts),
        *(f"   {told}" for told in row.told),
        f"   {_say('how', look)} {done_command(row.case_id)}",
    ]


def _html(digest: Digest, groups: Sequence[tuple[str, list[Row]]], look: Look) -> str:
    # Imported with the first mail: jinja2 costs a cold start more than the rest together.
    from shared.insight.report import render_template

    left = digest.total - len(digest.briefs)
    values: dict[str, Any] = {
        "language": look.language,
        "title": _say("title", look),
        "tenant": look.tenant,
        "lead": _lead(digest, look),
        "groups": groups,
        "more": _say("more", look, left) if left else "",
        "how": _say("how", look),
        "foot": _say("foot", look),
        "command": done_command,
    }
    return render_template("digest.html.j2", **values)


def _calendar(digest: Digest, rows: Sequence[Row], look: Look) -> str:
    cases = {brief.case.case_id: brief.case for _, brief in digest.briefs}
    entries = [_entry(cases[row.case_id], row, digest, look) for row in rows]
    return make_ics(entries, name=_say("title", look), made_at=digest.at)


def _entry(case: Case, row: Row, digest: Digest, look: Look) -> Entry:
    colon = pick(_WORDS["colon"], look.language)
    facts = [f"{label}{colon}{text}" for label, text in row.facts]
    return Entry(
        uid=case.case_id,
        start_at=case.start_at,
        end_at=case.due_at,
        summary=f"{row.what}{colon}{row.who}",
        description="\n".join([*([row.reach] if row.reach else []), *facts]),
        owner_name=case.owner,
        owner_email=digest.address,
    )
