"""What people take out of the outbox: their tasks and the SMS, as files that Excel and calendars open."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from infra.local.mail_drop import write_whole

Locale = Literal["zh", "en"]
Cell = str | int

_FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
_SKIPPED_CATEGORIES: Final = ("Zs", "Cf", "Cc")
_GUARD: Final = "'"
_NOT_IN_FILE_NAMES = re.compile(r"[^\w.@-]+")


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A call or visit for a person, with all that the person needs. Instants are aware."""

    case_id: str
    owner_name: str
    owner_email: str
    customer_name: str
    phone: str
    company: str
    channel: str
    title: str
    goal: str
    start_at: datetime
    due_at: datetime
    why: str


_WORDS: Final[dict[Locale, dict[str, str]]] = {
    "zh": {
        "case_id": "任务编号",
        "owner": "负责人",
        "owner_email": "负责人邮箱",
        "customer": "客户",
        "phone": "电话",
        "company": "公司",
        "channel": "方式",
        "title": "任务",
        "goal": "目标",
        "start": "开始",
        "due": "截止",
        "why": "原因",
        "call": "电话",
        "visit": "拜访",
        "tasks": "客户关怀任务",
        "colon": "：",
    },
    "en": {
        "case_id": "Task",
        "owner": "Owner",
        "owner_email": "Owner's email",
        "customer": "Customer",
        "phone": "Phone",
        "company": "Company",
        "channel": "Channel",
        "title": "Title",
        "goal": "Goal",
        "start": "Start",
        "due": "Due",
        "why": "Why",
        "call": "Call",
        "visit": "Visit",
        "tasks": "Customer care tasks",
        "colon": ": ",
    },
}

_SMS_COLUMNS: Final = ("to", "text", "encoding", "units", "segments", "contact_id", "message_id")


def write_tasks(
    tasks: Sequence[TaskRow], folder: Path, *, zone: ZoneInfo, locale: Locale, made_at: datetime
) -> tuple[Path, ...]:
    """Writes `tasks.csv`, `tasks-all.ics` and one `tasks-<owner>.ics` for each owner; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(tasks, key=lambda task: (task.due_at, task.case_id))
    table = folder / "tasks.csv"
    _write_csv(table, _header(locale), (_task_cells(task, zone, locale) for task in ordered))
    calendars = {"all": ordered} | _by_owner(ordered)
    files = [table]
    for name, rows in calendars.items():
        file = folder / f"tasks-{name}.ics"
        write_whole(file, make_calendar(rows, zone=zone, locale=locale, made_at=made_at))
        files.append(file)
    return tuple(files)


def write_sms_csv(messages: Path, file: Path) -> int:
    """Writes the lines of `sms.jsonl` as CSV; returns the segments of all messages together."""
    lines = messages.read_text(encoding="utf-8").splitlines() if messages.exists() else []
    rows = [json.loads(line) for line in lines]
    _write_csv(file, _SMS_COLUMNS, ([row[column] for column in _SMS_COLUMNS] for row in rows))
    return sum(row["segments"] for row in rows)


def make_calendar(tasks: Iterable[TaskRow], *, zone: ZoneInfo, locale: Locale, made_at: datetime) -> bytes:
    """An iCalendar file (RFC 5545): one event for each task, from its start to its deadline."""
    words = _WORDS[locale]
    calendar = Calendar()
    calendar.add("prodid", "-//Guanxi//Tasks//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", words["tasks"])
    for task in tasks:
        calendar.add_component(_event(task, zone, words, made_at))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


# --- cells (F1..F3) ------------------------------------------------------------------------------------------


def safe_cell(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet might run it (F1); `original_cell` undoes it (F3)."""
    is_risky = (
        text.startswith(_GUARD)
        or _visible(text).startswith(_FORMULA_STARTS)
        or text.startswith(_FORMULA_STARTS)
    )
    return _GUARD + text if is_risky else text


def original_cell(cell: str) -> str:
    """The text that `safe_cell` was given: one apostrophe in front is taken away."""
    return cell.removeprefix(_GUARD)


def _visible(text: str) -> str:
    """The text from its first visible character on."""
    for at, char in enumerate(text):
        if unicodedata.category(char) not in _SKIPPED_CATEGORIES:
            return text[at:]
    return ""


def _write_csv(file: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """UTF-8 with a byte order mark, without which Excel reads Chinese as something else."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    write_whole(file, text.getvalue().encode("utf-8-sig", errors="replace"))


def _header(locale: Locale) -> list[str]:
    columns = "case_id owner owner_email customer phone company channel title goal start due why"
    return [_WORDS[locale][column] for column in columns.split()]


def _task_cells(task: TaskRow, zone: ZoneInfo, locale: Locale) -> list[Cell]:
    return [
        task.case_id,
        task.owner_name,
        task.owner_email,
        task.customer_name,
        task.phone,
        task.company,
        _WORDS[locale].get(task.channel, task.channel),
        task.title,
        task.goal,
        _local(task.start_at, zone),
        _local(task.due_at, zone),
        task.why,
    ]


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


# --- calendars -----------------------------------------------------------------------------------------------


def _by_owner(tasks: Iterable[TaskRow]) -> dict[str, list[TaskRow]]:
    """Tasks by a file name for each owner's address."""
    owned: dict[str, list[TaskRow]] = {}
    for task in tasks:
        name = _NOT_IN_FILE_NAMES.sub("-", task.owner_email.lower()).strip("-.") or "nobody"
        owned.setdefault(f"to-{name}" if name == "all" else name, []).append(task)
    return owned


def _event(task: TaskRow, zone: ZoneInfo, words: dict[str, str], made_at: datetime) -> Event:
    event = Event()
    event.add("uid", task.case_id)
    event.add("dtstamp", made_at.astimezone(UTC))
    event.add("dtstart", task.start_at.astimezone(zone))
    event.add("dtend", task.due_at.astimezone(zone))
    event.add("summary", _calendar_text(f"{task.title}{words['colon']}{task.customer_name or task.company}"))
    event.add("description", _calendar_text(_description(task, words)))
    event.add("transp", "TRANSPARENT")  # a window in which to call, not an appointment
    if "@" in task.owner_email:  # a group robot is no organizer
        owner = vCalAddress(f"MAILTO:{task.owner_email}")
        owner.params["CN"] = _calendar_text(task.owner_name).replace('"', "'")
        event.add("organizer", owner)
    return event


def _description(task: TaskRow, words: dict[str, str]) -> str:
    values = {
        "customer": task.customer_name,
        "company": task.company,
        "phone": task.phone,
        "channel": words.get(task.channel, task.channel),
        "goal": task.goal,
        "why": task.why,
    }
    return "\n".join(f"{words[name]}{words['colon']}{value}" for name, value in values.items() if value)


def _calendar_text(text: str) -> str:
    """Without controls (RFC 5545, 3.1); newlines are escaped by the library."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
