"""What a group robot says of a person's tasks: title, deadline and case id. The whole group reads it: it names nobody."""

from collections.abc import Iterator
from typing import Final

from shared.insight.digest import SECTIONS, Digest, Look
from shared.insight.snapshot import Words
from shared.insight.words import CHANNELS, local_time, pick, task_title, word
from shared.model.case import Case

MOST_BYTES: Final = 4096
"""Of the Markdown text of a WeCom group robot, as UTF-8."""
_WORDS: Final[dict[str, Words]] = {
    "lead": ("**{0} 今日任务 {1} 项**", "**{0}: tasks today: {1}**"),
    "urgent": ("**任务升级**", "**Task escalated**"),
    "due": ("截止 {0}", "by {0}"),
    "more": ("另有 {0} 项未列出", "{0} more are not listed"),
}


def write_notice(digest: Digest, look: Look) -> str:
    """Markdown of at most 4096 bytes; the tasks that no longer fit are counted."""
    lead = (
        _say("urgent", look) if digest.is_urgent else _say("lead", look, digest.day.isoformat(), digest.total)
    )
    text, shown = lead, 0
    for lines in _tasks(digest, look):
        longer = f"{text}\n{lines}"
        if len(f"{longer}\n{_left(digest.total, look)}".encode()) > MOST_BYTES:
            break
        text, shown = longer, shown + 1
    left = digest.total - shown
    return f"{text}\n{_left(left, look)}" if left else text


def _tasks(digest: Digest, look: Look) -> Iterator[str]:
    """Each task, the first one of a section under its title."""
    last = ""
    for section, brief in digest.briefs:
        title = "" if section == last else f"{pick(SECTIONS[section], look.language)}\n"
        yield title + _line(brief.case, look)
        last = section


def _line(case: Case, look: Look) -> str:
    what = f"{word(CHANNELS, case.channel, look.language)} · {task_title(case.title, look.language)}"
    due = _say("due", look, local_time(case.due_at, look.zone))
    return f"> {what} · {due} · {case.case_id}"


def _left(number: int, look: Look) -> str:
    return _say("more", look, number)


def _say(name: str, look: Look, *values: object) -> str:
    return pick(_WORDS[name], look.language).format(*values)
