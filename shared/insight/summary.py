"""The block of numbers that the console shows after a run (R6, requirements 10.1)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from shared.insight.reconcile import Check, find_breaks, run_checks
from shared.insight.snapshot import Snapshot, Words
from shared.insight.tallies import (
    LEVELS,
    RISKS,
    going,
    held,
    kept_apart,
    tally_flags,
    tally_sources,
    tally_spending,
    todays_messages,
)
from shared.insight.words import CHANNELS as CHANNEL_WORDS
from shared.insight.words import (
    CHECKS,
    DECISIONS,
    FLAGS,
    SEND_REASONS,
    STATUSES,
    Language,
    Table,
    display_width,
    pick,
    word,
    yuan,
)
from shared.insight.words import LEVELS as LEVEL_WORDS
from shared.insight.words import RISKS as RISK_WORDS
from shared.model.contact import Status
from shared.policy.schema import Policy

TOP_REASONS: Final = 5
_LABELS: Final[dict[str, Words]] = {
    "ingest": ("导入", "ingest"),
    "merge": ("合并", "merge"),
    "level": ("级别", "level"),
    "risk": ("风险", "risk"),
    "plan": ("计划", "plan"),
    "go": ("  执行", "  go"),
    "held": ("  保留", "  held"),
    "sent": ("消息", "sent"),
    "sums": ("核对", "sums"),
}


class _Line(NamedTuple):
    label: str
    number: int
    """Stands in the column of numbers."""
    text: str


def summary_lines(snapshot: Snapshot, policy: Policy, *, language: Language) -> list[str]:
    """The console block: what came in, who it is, how they stand, what is planned, and whether all sums hold."""
    lines = [
        _ingest(snapshot, language),
        _merge(snapshot, language),
        *_tags(snapshot, language),
        *_plan(snapshot, policy, language),
        _sent(snapshot, policy, language),
    ]
    return [*_align(lines, language), *_sums(snapshot, language)]


def _align(lines: list[_Line], language: Language) -> list[str]:
    """Labels of one width, counts right-aligned below one another."""
    labels = {name: pick(words, language) for name, words in _LABELS.items()}
    label_width = max(map(display_width, labels.values()))
    width = max(len(f"{line.number:,}") for line in lines)
    return [
        f"{labels[line.label]}{' ' * (label_width - display_width(labels[line.label]))}  "
        f"{line.number:>{width},} {line.text}".rstrip()
        for line in lines
    ]


def _counts(counts: Mapping[str, int], table: Table, language: Language, joint: str = "  ") -> str:
    return joint.join(f"{count:,} {word(table, name, language)}" for name, count in counts.items() if count)


def _ingest(snapshot: Snapshot, language: Language) -> _Line:
    tallies = tally_sources(snapshot)
    clean, quarantined = sum(t.clean for t in tallies), sum(t.counts["quarantined"] for t in tallies)
    said = pick(("条进入  {0:,} 条可用  {1:,} 条隔离", "in  {0:,} clean  {1:,} quarantined"), language)
    codes = Counter(row.reason for row in snapshot.quarantined)
    reasons = ", ".join(f"{count:,} {code}" for code, count in codes.most_common(TOP_REASONS))
    reasons += ", …" if len(codes) > TOP_REASONS else ""
    text = said.format(clean, quarantined) + (f" ({reasons})" if reasons else "")
    resolved = sum(bool(row.resolved_by) for row in snapshot.replayed)
    if replayed := len(snapshot.replayed) - resolved:
        text += pick(("  {0:,} 行已重新处理", "  {0:,} replayed"), language).format(replayed)
    if resolved:
        text += pick(("  {0:,} 行由后来的文件更正", "  {0:,} mended by a later file"), language).format(
            resolved
        )
    return _Line("ingest", sum(t.records_in for t in tallies), text)


def _merge(snapshot: Snapshot, language: Language) -> _Line:
    records, customers = len(snapshot.source_records), len(snapshot.customers)
    said = pick(
        (
            "条来源记录 -> {0:,} 位客户  并入 {1:,} 条；{2:,} 对相似但未合并，{3:,} 位待人工核对",
            "source records -> {0:,} customers  {1:,} absorbed; {2:,} pairs kept apart, {3:,} await review",
        ),
        language,
    )
    waiting = sum(bool(line.review) for line in snapshot.customers)
    text = said.format(customers, records - customers, kept_apart(snapshot), waiting)
    if pairs := snapshot.reviews.open:
        said = pick(
            ("  {0:,} 对待判断（guanxi review）", "  {0:,} pair(s) to decide (guanxi review)"), language
        )
        text += said.format(pairs)
    if snapshot.hot_keys:
        said = pick(("  {0:,} 个过热的键", "  {0:,} hot key(s)"), language)
        text += said.format(sum(snapshot.hot_keys.values()))
    return _Line("merge", records, text)


def _tags(snapshot: Snapshot, language: Language) -> list[_Line]:
    total = len(snapshot.customers)
    levels = Counter(line.level for line in snapshot.customers)
    risks = Counter(line.risk for line in snapshot.customers)
    flags = _counts(tally_flags(snapshot), FLAGS, language, ", ")
    untagged = pick(("{0:,} 未评定", "{0:,} not reviewed"), language).format(levels[None])
    rest = f"  {untagged}" if levels[None] else ""
    level_text = _counts({name: levels[name] for name in LEVELS}, LEVEL_WORDS, language)
    risk_text = _counts({name: risks[name] for name in RISKS}, RISK_WORDS, language)
    equals = "= "
    return [
        _Line("level", total, equals + level_text + rest),
        _Line("risk", total, equals + risk_text + rest + (f"  ({flags})" if flags else "")),
    ]


def _plan(snapshot: Snapshot, policy: Policy, language: Language) -> list[_Line]:
    go, kept = going(snapshot), held(snapshot)
    before = len(snapshot.candidates) - len(go) - len(kept)
    said = pick(
        ("项候选 = {1:,} 执行 + {2:,} 保留{3}（{0}）", "candidates = {1:,} go + {2:,} held{3} ({0})"),
        language,
    )
    earlier = pick((" + {0:,} 此前已做", " + {0:,} already made"), language).format(before) if before else ""
    text = said.format(snapshot.on.isoformat(), len(go), len(kept), earlier)
    reasons = Counter(line.decision for line in kept)
    return [
        _Line("plan", len(snapshot.candidates), text),
        _Line("go", len(go), _go_text(snapshot, policy, language)),
        _Line(
            "held",
            len(kept),
            "= " + _counts(dict(reasons.most_common()), DECISIONS, language) if kept else "",
        ),
    ]


def _go_text(snapshot: Snapshot, policy: Policy, language: Language) -> str:
    spent = tally_spending(snapshot, policy.tenant.tz)
    counts = {name: sum(line.channel == name for line in going(snapshot)) for name in CHANNEL_WORDS}
    if not any(counts.values()):
        return ""
    said = pick(("（{0}，{1:,} 分钟人工）", "  ({0}, {1:,} minutes of people)"), language)
    return "= " + _counts(counts, CHANNEL_WORDS, language) + said.format(yuan(spent.cost_fen), spent.minutes)


def _sent(snapshot: Snapshot, policy: Policy, language: Language) -> _Line:
    messages = todays_messages(snapshot, policy.tenant.tz)
    counts = Counter(line.status for line in messages)
    known = [status for status in STATUSES if counts[status]]
    statuses = {name: counts[name] for name in _unique((*known, *counts))}
    segments = tally_spending(snapshot, policy.tenant.tz).segments_sent
    text = "= " + _counts(statuses, STATUSES, language) if messages else ""
    waiting = Counter(line.reason for line in messages if line.status == Status.PENDING and line.reason)
    if waiting:
        said = pick(("（待发：{0}）", "  (pending: {0})"), language)
        text += said.format(_counts(waiting, SEND_REASONS, language))
    if segments:
        text += pick(("（{0:,} 段短信）", "  ({0:,} SMS segments)"), language).format(segments)
    return _Line("sent", len(messages), text)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _sums(snapshot: Snapshot, language: Language) -> list[str]:
    breaks = find_breaks(snapshot)
    label = pick(_LABELS["sums"], language)
    if not breaks:
        said = pick(("{0} 项合计全部相符，0 项无法解释", "all {0} reconcile, 0 unexplained"), language)
        return [f"{label}  {said.format(len(run_checks(snapshot)))}"]
    return [f"{label}  ! {describe_break(found, language)}" for found in breaks]


NAMES_SHOWN: Final = 3


def describe_break(found: Check, language: Language) -> str:
    """A sum that does not hold: both sides, and the first of what is unexplained."""
    scope = "" if found.scope == "all" else f" [{found.scope}]"
    sides = f"{found.whole:,} {'=' if found.whole == found.parts else '≠'} {found.parts:,}"
    names = ", ".join(found.unexplained[:NAMES_SHOWN])
    more = len(found.unexplained) - NAMES_SHOWN
    rest = f" … +{more}" if more > 0 else ""
    return f"{word(CHECKS, found.name, language)}{scope}: {sides}" + (f" ({names}{rest})" if names else "")
