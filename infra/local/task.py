"""`guanxi task`: the tasks of people, and what came of them, by the operation that the function runs (R25..R28)."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from infra.local.attach import read_kept
from infra.local.faults import LocalFault
from infra.local.import_files import settle
from infra.local.present import as_language, leave_behind
from infra.local.run import operator
from infra.local.session import open_session
from shared.flows.list_tasks import list_tasks, show_task
from shared.flows.policy_in_force import read_in_force
from shared.insight.brief import Brief, brief_lines, tag_words
from shared.insight.words import CASE_STATUSES, CHANNELS, Language, local_time, pick, task_title, word
from shared.model.case import Case, CaseStatus
from shared.policy.schema import Policy

_LATE: Final = ("（已逾期）", " (overdue)")
_DUE: Final = ("{0} 前", "by {0}")
_NONE: Final = ("没有待办任务", "no open task")
_RECORDED: Final = ("已登记：{0}", "recorded: {0}")
_POINTS: Final = ("；新待办：{0}", "; points to do: {0}")
_AGAIN: Final = ("；{0} 再联系", "; try again on {0}")
REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "not_found": ("没有这个任务", "there is no such task"),
    "already_finished": (
        "该任务已登记为“{outcome}”（{by}）",
        "it was recorded as {outcome} by {by} already",
    ),
    "not_open": ("该任务已不在待办", "it is not open any more"),
    "bad_minutes": ("纪要有误：第 {point} 点：{reason}", "minutes: point {point}: {reason}"),
    "bad_note": ("备注过长", "the note is too long"),
    "bad_by": ("需要登记人 --by", "who records it? --by NAME"),
    "bad_at": ("时间无效 --at", "--at: no past instant with an offset since the task was opened"),
    "minutes_without_talk": ("只有完成的联系才有纪要", "only a talk that was done has minutes"),
    "do_not_call_without_refusal": ("“请勿致电”只随 refused", "--do-not-call goes with --outcome refused"),
}
"""Codes of the operation, in words."""
_WITH_BARS = re.compile(r"\s*[|｜]\s*")


class TaskRefused(LocalFault):
    """Nothing was recorded; the text says why."""


class NoState(LocalFault):
    """Nothing was ever run on the state that was named."""


class MinutesUnreadable(LocalFault):
    """The file of minutes is neither JSON nor lines of points."""


class Told(NamedTuple):
    """What a person reports on the command line."""

    case_id: str
    outcome: str
    by: str
    note: str = ""
    minutes: Path | None = None
    at: str | None = None
    do_not_call: bool = False


def print_tasks(owner: str | None, *, state: Path, language: str) -> int:
    """Prints the open tasks by deadline."""
    said = as_language(language)
    with operator(state) as (items, _, now):
        policy = read_in_force(items).policy
        found = list_tasks(items, policy, owner=owner)
    lines = [_task_line(case, policy, now, said) for case in found]
    print("\n".join(lines) or pick(_NONE, said))
    return 0


def print_task(case_id: str, *, state: Path, language: str) -> int:
    """Prints one task with what to know before; exit code 1 where there is none."""
    said = as_language(language)
    with operator(state) as (items, _, now):
        policy = read_in_force(items).policy
        brief = show_task(items, case_id.upper(), policy, now)
    if brief is None:
        raise TaskRefused(f"{case_id}: {pick(REFUSALS['not_found'], said)}")
    print("\n".join(_brief_lines(brief, policy, now, said)))
    return 0


def _task_line(case: Case, policy: Policy, now: datetime, language: Language) -> str:
    late = pick(_LATE, language) if case.status is CaseStatus.OPEN and case.due_at < now else ""
    due = pick(_DUE, language).format(local_time(case.due_at, policy.tenant.tz))
    title = task_title(case.title, language)
    status = word(CASE_STATUSES, case.status, language)
    channel = word(CHANNELS, case.channel, language)
    return f"{case.case_id}  {due}{late}  {channel}  {title}  {case.owner}  {status}"


def _brief_lines(brief: Brief, policy: Policy, now: datetime, language: Language) -> Iterator[str]:
    zone = policy.tenant.tz
    yield _task_line(brief.case, policy, now, language)
    tags = tag_words(brief, language)
    yield f"  {brief.name}" + (f"  [{tags}]" if tags else "")
    reach = [one for one in (brief.company, brief.phone, brief.email) if one]
    if reach:
        yield "  " + "  ".join(reach)
    colon = pick(("：", ": "), language)
    for label, text in brief_lines(brief, language, zone):
        yield f"  {label}{colon}{text}"
    for told in brief.case.told:
        yield f"  {told.percent} %  {told.name}  {local_time(told.at, zone)}"


# --- recording -----------------------------------------------------------------------------------------------


def finish(told: Told, *, state: Path, out: Path, language: str) -> int:
    """Records what came of a task, lets everything that follows from it happen, and writes the report anew."""
    said = as_language(language)
    request = make_request(told)
    folder = state if read_kept(state) else state / "run"
    if read_kept(folder) is None:
        raise NoState(f"there is no state in {state}: run `guanxi run FILE...` or `guanxi demo` first")
    with open_session(folder, out / "outbox") as session:
        answer = session.invoke("Operate", request)
        if "error" in answer:
            raise TaskRefused(f"{told.case_id}: {refusal_words(answer, said)}")
        print(_answer_line(answer, said))
        settle(session, print)
        leave_behind(session, out, language=said)
    return 0


def make_request(told: Told) -> dict[str, Any]:
    """What the operation is asked; MinutesUnreadable for a file that is none."""
    request: dict[str, Any] = {
        "action": "finish_task",
        "case_id": told.case_id.upper(),
        "outcome": told.outcome,
        "by": told.by,
        "note": told.note,
    }
    if told.minutes is not None:
        request["minutes"] = read_minutes_file(told.minutes)
    if told.at:
        request["at"] = told.at
    if told.do_not_call:
        request["do_not_call"] = True
    return request


def read_minutes_file(file: Path) -> list[Any]:
    """The points of a file: a JSON list, or one point a line, an open one as `text | owner | 2026-12-01`."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MinutesUnreadable(f"{file}: {type(error).__name__}") from error
    if not text.lstrip().startswith(("[", "{")):
        return [_point(line) for line in text.splitlines() if line.strip()]
    try:
        told = json.loads(text)
    except ValueError as error:
        raise MinutesUnreadable(f"{file}: not JSON") from error
    points = told.get("points") if isinstance(told, dict) else told
    if not isinstance(points, list):
        raise MinutesUnreadable(f"{file}: no list of points")
    return points


def _point(line: str) -> dict[str, Any]:
    text, *rest = _WITH_BARS.split(line.strip().lstrip("-*·• ").strip(), maxsplit=2)
    if not rest:
        return {"text": text, "resolved": True}
    return {"text": text, "owner": rest[0], **({"due_on": rest[1]} if len(rest) > 1 else {})}


def refusal_words(answer: Mapping[str, Any], language: Language) -> str:
    """A refusal in words; one that nobody foresaw as it is."""
    words = REFUSALS.get(str(answer["error"]))
    if words is None:
        return json.dumps(answer, ensure_ascii=False)
    told = {"point": "-", "reason": "", "outcome": "", "by": "", **answer}
    people = "; ".join(answer.get("people", ()))
    return pick(words, language).format(**told) + (f" ({people})" if people else "")


def _answer_line(answer: Mapping[str, Any], language: Language) -> str:
    line = pick(_RECORDED, language).format(word(CASE_STATUSES, answer["status"], language))
    if answer["points"]:
        line += pick(_POINTS, language).format(", ".join(answer["points"]))
    if answer["next_try_on"]:
        line += pick(_AGAIN, language).format(answer["next_try_on"])
    return line
