"""The section of the report on what people did: completion, timeliness, first response, what is overdue (R28..R30)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.insight.kpis import (
    AGES,
    RESPONSES,
    Completion,
    Overdue,
    Satisfaction,
    Timeliness,
    add_completion,
    add_timeliness,
    last_months,
    tally_completion,
    tally_overdue,
    tally_satisfaction,
    tally_timeliness,
)
from shared.insight.snapshot import Snapshot, Words
from shared.insight.tallies import LEVELS
from shared.insight.words import LEVELS as LEVEL_WORDS
from shared.insight.words import local_time
from shared.model.case import CaseKind
from shared.policy.playbooks import ScoreDrop
from shared.policy.schema import Policy

_BAR, _STEP, _HEIGHT, _LEFT, _TOP, _FOOT = 34, 52, 120, 40, 18, 40
_FULL: Final = 100
_LEAST_VISIBLE: Final = 2.0
_ROOM: Final = 22

KINDS: Final[Mapping[str, Words]] = {
    CaseKind.COMPLAINT: ("投诉首次响应", "first response"),
    CaseKind.CAUSE_ANALYSIS: ("原因分析", "cause analysis"),
    CaseKind.POINT: ("纪要待办", "points of minutes"),
    CaseKind.VERIFICATION: ("新客户核实", "verification"),
    CaseKind.TASK: ("计划任务", "planned tasks"),
}
KPI_WORDS: Final[Mapping[str, Any]] = {
    "title": ("人工服务指标", "What people did"),
    "chart": ("反馈响应及时率（按到期月）", "Timeliness of responses, by the month in which they are due"),
    "chart_note": (
        "投诉首次响应、原因分析与纪要待办合计；虚线为目标 {0}%。"
        "逾期完成、未接通而结束或到期仍未完成均计为未按时；自动确认不算首次响应。",
        "First responses, cause analyses and points of minutes together; the dashed line is the target of {0} %. Late, "
        "unanswered or still open past due is a miss; an automatic acknowledgement is no response.",
    ),
    "completion": ("计划联系完成率（按月与级别）", "Planned contacts completed, by month and level"),
    "completion_note": (
        "完成＝任务结果为“完成”，或消息已发出；其后为 完成/已定，+ 为进行中。",
        "Completed: the task has the outcome done, the message was sent or better. Beside it completed / decided, + under way.",
    ),
    "timeliness": ("及时率（按到期月与类别）", "On time, by month due and kind"),
    "responses": ("响应合计", "all responses"),
    "lower": ("联系后满意度下降", "satisfaction lower after a talk"),
    "month": ("月份", "month"),
    "all": ("全部", "all"),
    "overdue": ("逾期情况（按负责人）", "Overdue, by owner"),
    "owner": ("负责人", "owner"),
    "open": ("待办", "open"),
    "late": ("逾期", "late"),
    "oldest": ("最早到期", "oldest due"),
    "none": ("无", "none"),
}  # fmt: skip
_OTHER_LEVEL: Final[Words] = ("其他", "other")


class Bar(NamedTuple):
    """One month of the chart."""

    x: float
    y: float
    height: float
    month: str
    text: str
    number: str
    is_below: bool
    has_room: bool
    """The number fits into the bar, where no line crosses it."""


class Chart(NamedTuple):
    width: int
    height: int
    bar: int
    base: float
    target_y: float
    target: str
    bars: tuple[Bar, ...]


class Cell(NamedTuple):
    text: str
    note: str
    is_below: bool = False


class MonthRow(NamedTuple):
    month: str
    cells: tuple[Cell, ...]


class OverdueRow(NamedTuple):
    owner: str
    open: int
    ages: tuple[int, ...]
    late: int
    oldest: str


def kpi_parts(snapshot: Snapshot, policy: Policy) -> dict[str, Any]:
    """What the template shows."""
    zone, target = policy.tenant.tz, policy.tasks.on_time_percent
    months = last_months(snapshot.on, policy.tasks.report_months)
    timeliness, completion = tally_timeliness(snapshot, zone), tally_completion(snapshot)
    levels = [*LEVELS, *sorted({level for _, level in completion} - set(LEVELS))]
    return {
        "words": KPI_WORDS,
        "chart": draw_timeliness(_responses(timeliness, months), target),
        "chart_note": _format(KPI_WORDS["chart_note"], target),
        "levels": [LEVEL_WORDS.get(level, _OTHER_LEVEL) for level in levels],
        "completion": _completion_rows(completion, months, levels),
        "kinds": list(KINDS.values()),
        "timeliness": _timeliness_rows(timeliness, _satisfaction(snapshot, policy), months, target),
        "ages": _age_words(),
        "overdue": [_overdue_row(row, zone) for row in tally_overdue(snapshot)],
    }


def _format(words: Words, *values: object) -> Words:
    return words[0].format(*values), words[1].format(*values)


def _responses(
    tallied: Mapping[tuple[str, str], Timeliness], months: Iterable[str]
) -> list[tuple[str, Timeliness]]:
    return [
        (month, add_timeliness(tallied[month, kind] for kind in RESPONSES if (month, kind) in tallied))
        for month in months
    ]


def _satisfaction(snapshot: Snapshot, policy: Policy) -> Mapping[str, Satisfaction]:
    """By the spans of the playbook that asks for a cause analysis; without one, nothing."""
    triggers = (playbook.trigger for playbook in policy.playbooks.values())
    drop = next((one for one in triggers if isinstance(one, ScoreDrop)), None)
    if drop is None:
        return {}
    return tally_satisfaction(
        snapshot, policy.tenant.tz, before_months=drop.before_months, after_days=drop.after_days
    )


# --- tables --------------------------------------------------------------------------------------------------


def _completion_rows(
    tallied: Mapping[tuple[str, str], Completion], months: list[str], levels: list[str]
) -> list[MonthRow]:
    rows = []
    for month in reversed(months):
        found = [tallied.get((month, level), Completion()) for level in levels]
        if any(part.planned for part in found):
            rows.append(MonthRow(month, tuple(map(_completion_cell, [*found, add_completion(found)]))))
    return rows


def _completion_cell(part: Completion) -> Cell:
    if not part.planned:
        return Cell("—", "")
    decided = part.done + part.missed
    counts = [
        f"{part.done:,}/{decided:,}" if decided else "",
        f"+{part.under_way:,}" if part.under_way else "",
    ]
    return Cell(_percent(part.percent), " ".join(filter(None, counts)))


def _timeliness_rows(
    tallied: Mapping[tuple[str, str], Timeliness],
    satisfaction: Mapping[str, Satisfaction],
    months: list[str],
    target: int,
) -> list[MonthRow]:
    rows = []
    for month, responses in reversed(_responses(tallied, months)):
        found = [tallied.get((month, kind), Timeliness()) for kind in KINDS]
        scored = satisfaction.get(month, Satisfaction())
        if any(map(sum, found)) or scored.compared:
            cells = [_timeliness_cell(part, target) for part in (responses, *found)]
            rows.append(MonthRow(month, (*cells, _satisfaction_cell(scored))))
    return rows


def _timeliness_cell(part: Timeliness, target: int) -> Cell:
    if not part.due:
        return Cell("—", f"+{part.not_due:,}" if part.not_due else "")
    note = f"{part.on_time:,}/{part.due:,}" + (f" +{part.not_due:,}" if part.not_due else "")
    return Cell(_percent(part.percent), note, _is_below(part, target))


def _is_below(part: Timeliness, target: int) -> bool:
    return _FULL * part.on_time < target * part.due


def _satisfaction_cell(part: Satisfaction) -> Cell:
    return Cell(f"{part.lower:,}", f"/{part.compared:,}") if part.compared else Cell("—", "")


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} %"


def _age_words() -> list[Words]:
    """`to 1 day`, `to 3 days` ..., `over 14 days`."""
    upto: list[Words] = [(f"≤ {bound} 天", f"≤ {bound} d") for bound in AGES]
    return [*upto, (f"> {AGES[-1]} 天", f"> {AGES[-1]} d")]


def _overdue_row(row: Overdue, zone: ZoneInfo) -> OverdueRow:
    oldest = local_time(row.oldest_due_at, zone) if row.oldest_due_at else "—"
    return OverdueRow(row.owner, row.open, row.ages, row.late, oldest)


# --- chart ---------------------------------------------------------------------------------------------------


def draw_timeliness(parts: list[tuple[str, Timeliness]], target: int) -> Chart:
    """One bar for each month from 0 to 100 %, with the target as a line."""
    base = float(_TOP + _HEIGHT)
    return Chart(
        width=_LEFT + _STEP * len(parts) + _BAR,
        height=_TOP + _HEIGHT + _FOOT,
        bar=_BAR,
        base=base,
        target_y=round(base - _HEIGHT * target / _FULL, 1),
        target=f"{target} %",
        bars=tuple(_bar(place, month, part, target, base) for place, (month, part) in enumerate(parts)),
    )


def _bar(place: int, month: str, part: Timeliness, target: int, base: float) -> Bar:
    share = part.percent
    height = 0.0 if share is None else max(round(_HEIGHT * share / _FULL, 1), _LEAST_VISIBLE)
    text = "" if share is None else f"{share:.1f}".removesuffix(".0")
    number = f"{part.due:,}" if part.due else ""
    x = float(_LEFT + place * _STEP)
    has_room = height >= _ROOM
    return Bar(x, round(base - height, 1), height, month[2:], text, number, _is_below(part, target), has_room)
