"""The difference between two policies as lines for the console and as plain JSON values."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from shared.insight.outlook import Load, PlanDiff
from shared.insight.words import CHANNELS, DECISIONS, Language, cell_words, display_width, pick, word, yuan

_HEAD: Final = (
    "策略 {0} -> {1}：{2} 位客户，从 {3} 起 {4} 天",
    "policy {0} -> {1}: {2} customers, {4} days from {3}",
)
_SAME: Final = ("没有任何变化", "nothing changes")
_MOVES: Final = ("换格的客户：{0}", "customers who move: {0}")
_LOADS: Final = (
    ("联系 {0.contacts}  消息 {0.messages}  任务 {0.tasks}  费用 {1}  人工 {2} 小时"),
    ("{0.contacts} contacts = {0.messages} messages + {0.tasks} tasks, cost {1}, people {2} h"),
)
_HELD: Final = ("保留（{0} -> {1}）：{2}", "held ({0} -> {1}): {2}")
_NO_CHANGE: Final = ("各原因不变", "same reasons")
_BEFORE: Final = ("之前", "before")
_AFTER: Final = ("之后", "after")
_WEEK: Final = ("{0} 起的一周", "week of {0}")
_SAMPLE: Final = ("受影响的客户 {0} 位，例如：", "affected customers: {0}, such as:")
_NEW_CONTACTS: Final = ("联系 +{0} -{1}", "contacts +{0} -{1}")
_BREACH: Final = (
    "超出预算：{0} 起的一周 {1} = {2}，上限 {3}",
    "over budget: week of {0}, {1} = {2}, at most {3}",
)
_MINUTES_PER_HOUR: Final = 60


def diff_lines(diff: PlanDiff, *, begins_on: str, days: int, shown: int, language: Language) -> list[str]:
    """What a person reads before a policy is published: who moves, which contacts, what they cost, what breaks."""
    lines = [
        pick(_HEAD, language).format(diff.before, diff.after, f"{diff.customers:,}", begins_on, days),
        f"  {pick(_BEFORE, language)}  {_load(diff.load_before, language)}",
        f"  {pick(_AFTER, language)}  {_load(diff.load_after, language)}",
    ]
    if diff.is_empty:
        lines.append(f"  {pick(_SAME, language)}")
    else:
        lines += [*_moves(diff, language), *_weeks(diff, language), *_held(diff, language)]
        lines += _sample(diff, shown, language)
    return [*lines, *_breaches(diff, language)]


def diff_plain(diff: PlanDiff) -> dict[str, Any]:
    """The whole difference as JSON values, for pipelines."""
    return {
        "before": diff.before,
        "after": diff.after,
        "customers": diff.customers,
        "moves": [
            {"from": old, "to": new, "customers": count} for (old, new), count in sorted(diff.moves.items())
        ],
        "weeks": [{**week._asdict(), "begins_on": week.begins_on.isoformat()} for week in diff.weeks],
        "added": dict(sorted(diff.added.items())),
        "removed": dict(sorted(diff.removed.items())),
        "load": {"before": diff.load_before._asdict(), "after": diff.load_after._asdict()},
        "held": {"before": dict(diff.held_before), "after": dict(diff.held_after)},
        "affected": [each._asdict() for each in diff.affected],
        "breaches": [{**each._asdict(), "begins_on": each.begins_on.isoformat()} for each in diff.breaches],
    }


def _load(load: Load, language: Language) -> str:
    hours = f"{load.task_minutes / _MINUTES_PER_HOUR:,.1f}"
    return pick(_LOADS, language).format(load, yuan(load.cost_fen), hours)


def _moves(diff: PlanDiff, language: Language) -> Iterator[str]:
    moved = {cells: count for cells, count in diff.moves.items() if cells[0] != cells[1]}
    yield "  " + pick(_MOVES, language).format(sum(moved.values()))
    for (old, new), count in sorted(moved.items(), key=lambda entry: (-entry[1], entry[0])):
        yield f"    {cell_words(old, language)} -> {cell_words(new, language)}  {count}"


def _weeks(diff: PlanDiff, language: Language) -> Iterator[str]:
    changed = [week for week in diff.weeks if week.before != week.after]
    rows = [
        (
            pick(_WEEK, language).format(week.begins_on),
            word(CHANNELS, week.channel, language),
            f"{week.before:,} -> {week.after:,}",
            f"{week.after - week.before:+,}",
        )
        for week in changed
    ]
    return _aligned(rows)


def _aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    kept = list(rows)
    widths = [max(map(display_width, column)) for column in zip(*kept, strict=True)]
    for row in kept:
        cells = (cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True))
        yield "    " + "  ".join(cells).rstrip()


def _held(diff: PlanDiff, language: Language) -> Iterator[str]:
    changed = Counter(diff.held_after)
    changed.subtract(Counter(diff.held_before))
    told = ", ".join(
        f"{word(DECISIONS, code, language)} {by:+,}" for code, by in sorted(changed.items()) if by
    )
    old, new = _sum(diff.held_before), _sum(diff.held_after)
    yield "  " + pick(_HELD, language).format(old, new, told or pick(_NO_CHANGE, language))


def _sum(counts: Mapping[str, int]) -> str:
    return f"{sum(counts.values()):,}"


def _sample(diff: PlanDiff, shown: int, language: Language) -> Iterator[str]:
    yield "  " + pick(_SAMPLE, language).format(f"{len(diff.affected):,}")
    rows = [
        (
            each.customer_id,
            each.shown,
            cell_words(each.cell_before, language),
            "->" if each.cell_before != each.cell_after else "",
            cell_words(each.cell_after, language) if each.cell_before != each.cell_after else "",
            pick(_NEW_CONTACTS, language).format(each.added, each.removed),
        )
        for each in diff.affected[:shown]
    ]
    return (yield from _aligned(rows))


def _breaches(diff: PlanDiff, language: Language) -> Iterator[str]:
    for each in diff.breaches:
        yield pick(_BREACH, language).format(
            each.begins_on, each.budget, f"{each.foreseen:,}", f"{each.most:,}"
        )
