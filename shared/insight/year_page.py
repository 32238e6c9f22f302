"""The page of a simulated span: contacts and work by week, cells by month, how often tags flip; no script, offline."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from shared.insight.charts import rank_bars
from shared.insight.outlook import monday_of
from shared.insight.report import render_template
from shared.insight.report_view import table_words
from shared.insight.snapshot import Words
from shared.insight.tallies import LEVELS, RISKS
from shared.insight.words import CHANNELS, DECISIONS, TAGS, Language, display_width, pick, yuan
from shared.insight.words import LEVELS as LEVEL_WORDS
from shared.insight.words import RISKS as RISK_WORDS
from shared.insight.year import Year

_WIDTH, _HEIGHT, _FOOT = 680, 200, 22
_CHANNELS: Final = ("email", "sms", "call", "visit")
_MOST_LABELS: Final = 13
_MINUTES_PER_HOUR: Final = 60
WORDS: Final[Mapping[str, Words]] = {
    "title": ("模拟的一段时间", "A simulated span"),
    "contacts": ("每周联系（按渠道）", "Contacts a week, by channel"),
    "work": ("每周人工小时", "Hours of people's work a week"),
    "risks": ("每月末客户（按流失风险）", "Customers at the end of each month, by churn risk"),
    "levels": ("每月末客户（按级别）", "Customers at the end of each month, by level"),
    "flips": ("标签每客户每年变化次数的构成", "What tags change"),
    "ends": ("候选联系的结局", "How candidates end"),
    "ranks": ("排名", "ranking"),
}
_TILES: Final[tuple[Words, ...]] = (
    ("客户", "customers"),
    ("次审查", "reviews"),
    ("次联系", "contacts"),
    ("人工小时", "hours of people's work"),
    ("消息费用", "cost of messages"),
    ("标签变化/客户年", "tag flips a customer-year"),
)


class Piece(NamedTuple):
    y: float
    height: float
    css: str
    title: str


class Column(NamedTuple):
    x: float
    label: str
    """Empty where labels would touch."""
    pieces: tuple[Piece, ...]


class Columns(NamedTuple):
    """Stacked columns on one scale."""

    width: int
    height: int
    column_width: float
    most: int
    legend: tuple[tuple[float, str, Words], ...]
    columns: tuple[Column, ...]
    floor: int


def render_year(year: Year, *, begins_on: date, seed: int, policy_version: str, language: Language) -> str:
    """The whole HTML document."""
    return render_template(
        "year.html.j2",
        language=language,
        title=f"{pick(WORDS['title'], language)} {begins_on}",
        words=WORDS,
        begins_on=begins_on.isoformat(),
        days=year.days,
        seed=seed,
        policy_version=policy_version,
        hash=year.hash,
        twice=year.twice,
        tiles=tuple(zip(_numbers(year), _TILES, strict=True)),
        charts=_charts(year),
        flips=rank_bars([(table_words(TAGS, tag), count) for tag, count in year.flips.most_common()]),
        ends=rank_bars([(table_words(DECISIONS, code), count) for code, count in year.ends().most_common()]),
    )


def _numbers(year: Year) -> tuple[str, ...]:
    minutes = sum(year.minutes.values())
    return (
        f"{year.customers:,}",
        f"{year.reviews:,}",
        f"{sum(year.made.values()):,}",
        f"{minutes / _MINUTES_PER_HOUR:,.0f}",
        yuan(year.cost_fen),
        f"{year.flips_per_customer_year:.2f}",
    )


def _charts(year: Year) -> dict[str, Columns]:
    by_week: Counter[tuple[str, str]] = Counter()
    hours: Counter[tuple[str, str]] = Counter()
    for (on, channel), count in year.made.items():
        by_week[monday_of(on).isoformat(), channel] += count
    for on, minutes in year.minutes.items():
        hours[monday_of(on).isoformat(), "call"] += minutes
    hours = Counter({name: round(minutes / _MINUTES_PER_HOUR) for name, minutes in hours.items()})
    weeks = sorted({week for week, _ in by_week})
    months = sorted(year.monthly_cells)
    return {
        "contacts": stack(weeks, by_week, [(name, CHANNELS[name]) for name in _CHANNELS]),
        "work": stack(weeks, hours, [("call", WORDS["work"])]),
        "risks": stack(months, _by_part(year, 1), [(name, RISK_WORDS[name]) for name in RISKS]),
        "levels": stack(months, _by_part(year, 0), [(name, LEVEL_WORDS[name]) for name in LEVELS]),
    }


def _by_part(year: Year, part: int) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for month, cells in year.monthly_cells.items():
        for cell, count in cells.items():
            counts[month, cell.split(".")[part]] += count
    return counts


def stack(
    labels: Sequence[str], counts: Mapping[tuple[str, str], int], parts: Sequence[tuple[str, Words]]
) -> Columns:
    """One column for each label, its parts from the floor up in the order given."""
    totals = [sum(counts.get((label, name), 0) for name, _ in parts) for label in labels]
    most = max(totals, default=0)
    step = _WIDTH / max(1, len(labels))
    every = -(-len(labels) // _MOST_LABELS)
    columns = []
    for at, label in enumerate(labels):
        top, pieces = float(_HEIGHT), []
        for name, _ in parts:
            count = counts.get((label, name), 0)
            height = count / most * (_HEIGHT - 24) if most else 0.0
            top -= height
            if count:
                pieces.append(Piece(round(top, 1), round(height, 1), name, f"{label} {name}: {count:,}"))
        shown = label[2:] if at % every == 0 else ""
        columns.append(Column(round(at * step, 1), shown, tuple(pieces)))
    legend = tuple((at * 150.0, name, words) for at, (name, words) in enumerate(parts))
    return Columns(
        _WIDTH,
        _HEIGHT + _FOOT,
        round(step * 0.82, 1),
        most,
        legend if len(parts) > 1 else (),
        tuple(columns),
        _HEIGHT,
    )


def year_lines(year: Year, language: Language) -> list[str]:
    """What the console says of a simulated span."""
    contacts = Counter[str]()
    for (_, channel), count in year.made.items():
        contacts[channel] += count
    busiest_on, minutes = max(year.minutes.items(), key=lambda day: (day[1], day[0]), default=(None, 0))
    per_year = pick(("每客户每年", "a customer-year"), language)
    told: list[tuple[Words, str]] = [
        (("客户·天", "customer-days"), f"{year.customers * year.days:,}"),
        (("审查", "reviews"), f"{year.reviews:,}"),
        (("联系", "contacts"), _counts({name: contacts[name] for name in _CHANNELS}, CHANNELS, language)),
        (("结局", "ends"), _counts(dict(year.ends().most_common()), DECISIONS, language)),
        (("重复", "made twice"), f"{year.twice}"),
        (
            ("标签变化", "tag flips"),
            f"{sum(year.flips.values()):,} = {year.flips_per_customer_year:.2f} {per_year}",
        ),
        (("最忙的一天", "busiest day"), f"{busiest_on or '—'} {minutes / _MINUTES_PER_HOUR:.1f} h"),
        (("消息费用", "cost of messages"), yuan(year.cost_fen)),
        (("哈希", "hash"), year.hash),
    ]
    width = max(display_width(pick(words, language)) for words, _ in told)
    return [
        pick(words, language) + " " * (width - display_width(pick(words, language)) + 2) + value
        for words, value in told
    ]


def _counts(counts: Mapping[str, int], table: Mapping[str, Words], language: Language) -> str:
    return "  ".join(
        f"{pick(table_words(table, code), language)} {count:,}" for code, count in counts.items()
    )
