"""Where the marks of the report's charts stand: plain numbers, which the SVG templates draw."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final, NamedTuple

from shared.insight.snapshot import Words
from shared.insight.tallies import LEVELS, RISKS, SourceTally
from shared.insight.words import LEVELS as LEVEL_WORDS
from shared.insight.words import OUTCOMES, SOURCES

FUNNEL_WIDTH: Final = 680
_LABEL_WIDTH: Final = 110
_TOTAL_WIDTH: Final = 90
_ROW_HEIGHT: Final = 44
_LEGEND_HEIGHT: Final = 30
_DIGIT_WIDTH: Final = 9
_LEAST_VISIBLE: Final = 2.0
_CELL_WIDTH, _CELL_HEIGHT, _CELL_GAP = 132, 58, 6
_LEVEL_TOTAL_WIDTH: Final = 50
_HEADER_HEIGHT: Final = 30
_WIDEST_RANK: Final = 320
_DARK_FROM: Final = 0.55
RISK_HEADINGS: Final[Mapping[str, Words]] = {
    "high": ("高风险", "high risk"),
    "medium": ("中风险", "medium risk"),
    "low": ("低风险", "low risk"),
}


class Segment(NamedTuple):
    x: float
    width: float
    outcome: str
    number: int
    has_room: bool
    """The number fits into the segment."""
    words: Words


class Bar(NamedTuple):
    y: float
    label: Words
    segments: tuple[Segment, ...]
    total_x: float
    total: int


class Funnel(NamedTuple):
    width: int
    height: int
    bars: tuple[Bar, ...]
    legend: tuple[tuple[float, str, Words], ...]
    """x, outcome, words."""


class HeatCell(NamedTuple):
    x: float
    y: float
    level: str
    risk: str
    number: int
    share: str
    opacity: float
    is_dark: bool


class HeatMap(NamedTuple):
    width: int
    height: int
    cell_width: int
    cell_height: int
    columns: tuple[tuple[float, Words], ...]
    rows: tuple[tuple[float, Words, int], ...]
    """y, level, customers of the level."""
    cells: tuple[HeatCell, ...]


class RankBar(NamedTuple):
    y: float
    width: float
    label: Words
    number: int


def draw_funnel(tallies: Sequence[SourceTally]) -> Funnel:
    """One bar for each source, stacked by outcome, all on one scale."""
    most = max((tally.records_in for tally in tallies), default=0)
    scale = (FUNNEL_WIDTH - _LABEL_WIDTH - _TOTAL_WIDTH) / most if most else 0.0
    bars = tuple(_bar(row, tally, scale) for row, tally in enumerate(tallies))
    step = (FUNNEL_WIDTH - _LABEL_WIDTH) / len(OUTCOMES)
    legend = tuple(
        (_LABEL_WIDTH + step * at, name, words) for at, (name, words) in enumerate(OUTCOMES.items())
    )
    return Funnel(FUNNEL_WIDTH, _LEGEND_HEIGHT + _ROW_HEIGHT * len(tallies), bars, legend)


def _bar(row: int, tally: SourceTally, scale: float) -> Bar:
    segments, x = [], float(_LABEL_WIDTH)
    for outcome, words in OUTCOMES.items():
        count = tally.counts.get(outcome, 0)
        if count:
            # A handful of refused rows must not vanish beside thousands.
            width = max(count * scale, _LEAST_VISIBLE)
            has_room = width > _DIGIT_WIDTH * (len(f"{count:,}") + 1)
            segments.append(Segment(round(x, 1), round(width, 1), outcome, count, has_room, words))
            x += width
    label = SOURCES.get(tally.system, (tally.system, tally.system))
    return Bar(_LEGEND_HEIGHT + row * _ROW_HEIGHT, label, tuple(segments), round(x + 8, 1), tally.records_in)


def draw_heat_map(cells: Mapping[tuple[str, str], int]) -> HeatMap:
    """Level by risk; the colour says the risk, its strength the number (square root, so that small cells show)."""
    total, most = sum(cells.values()), max(cells.values(), default=0)
    xs = {risk: _LABEL_WIDTH + at * (_CELL_WIDTH + _CELL_GAP) for at, risk in enumerate(RISKS)}
    ys = {level: _HEADER_HEIGHT + at * (_CELL_HEIGHT + _CELL_GAP) for at, level in enumerate(LEVELS)}
    return HeatMap(
        width=_LABEL_WIDTH + len(RISKS) * (_CELL_WIDTH + _CELL_GAP) + _LEVEL_TOTAL_WIDTH,
        height=_HEADER_HEIGHT + len(LEVELS) * (_CELL_HEIGHT + _CELL_GAP),
        cell_width=_CELL_WIDTH,
        cell_height=_CELL_HEIGHT,
        columns=tuple((x + _CELL_WIDTH / 2, RISK_HEADINGS[risk]) for risk, x in xs.items()),
        rows=tuple(
            (y, LEVEL_WORDS[level], sum(cells[level, risk] for risk in RISKS)) for level, y in ys.items()
        ),
        cells=tuple(
            _heat_cell(xs[risk], ys[level], level, risk, cells[level, risk], total, most)
            for level in LEVELS
            for risk in RISKS
        ),
    )


def _heat_cell(x: float, y: float, level: str, risk: str, count: int, total: int, most: int) -> HeatCell:
    strength = sqrt(count / most) if most else 0.0
    share = f"{100 * count / total:.1f} %" if total else "—"
    opacity = round(0.08 + 0.92 * strength, 2) if count else 0.04
    return HeatCell(x, y, level, risk, count, share, opacity, opacity > _DARK_FROM)


def rank_bars(counts: Sequence[tuple[Words, int]]) -> tuple[RankBar, ...]:
    """Horizontal bars on one scale, in the order given."""
    most = max((count for _, count in counts), default=0) or 1
    return tuple(
        RankBar(row * 26, round(max(count / most * _WIDEST_RANK, _LEAST_VISIBLE), 1), words, count)
        for row, (words, count) in enumerate(counts)
    )
