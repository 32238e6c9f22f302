"""The data-quality section of the report: what it says, and where the marks of its charts stand (R6)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.insight.quality import FIELDS, FieldQuality, ReasonQuality, SourceQuality
from shared.insight.report_view import both, field_words, table_words
from shared.insight.snapshot import JobLine, Snapshot, Words
from shared.insight.words import SEVERITIES, SOURCES, local_time, pick

REASONS_SHOWN: Final = 15
RUNS_SHOWN: Final = 12
"""Of each source, the newest."""
_LABEL_WIDTH, _CELL_WIDTH, _CELL_GAP, _ROW_HEIGHT, _HEAD_HEIGHT = 110, 178, 8, 24, 26
_BAR_WIDTH: Final = 72
_TREND_ROW, _TREND_STEP, _TREND_BAR, _TREND_HEIGHT = 90, 38, 30, 40
_SPARK_HEIGHT: Final = 16
WORSE_POINTS: Final = 5
"""So many percent points less than the day before are worth a look."""
_DAY_S: Final = 86_400
_NONE: Final[Words] = ("—", "—")

QUALITY_WORDS: Final[Mapping[str, Any]] = {
    "title": ("数据质量", "Data quality"),
    "fields": ("完整与有效（按来源与字段）", "Completeness and validity, by source and field"),
    "fields_note": (
        "条长为填写比例（完整），红色为其中不合格部分；数字为完整率，括号内为填写值的有效率。按文件行或消息计，含隔离行。",
        "The bar is how many rows say the field (completeness), its red part what of that cannot be used; the number is "
        "completeness, in brackets the validity of what is said. Counted are rows of files and messages, quarantined ones too.",
    ),
    "over_time": ("各字段的完整、有效与及时（按接收日）", "Completeness, validity and timeliness of each field, day by day"),
    "field": ("字段", "field"),
    "trend": ("各次导入的可用率", "Usable records, import by import"),
    "trend_note": (
        "以今日状态计：重新处理成功的记录算作可用。",
        "As things stand today: a record that was replayed counts as usable.",
    ),
    "reasons": ("主要原因（示例已遮盖）", "Top reasons (examples are masked)"),
    "headings": (
        ("来源", "source"), ("进入", "in"), ("可用率", "usable"), ("已存记录", "stored"), ("隔离行", "quarantined"),
        ("完整率", "completeness"), ("有效率", "validity"), ("延迟中位", "median lag"), ("延迟 90%", "lag, 90 %"),
        ("最新事件", "newest event"),
    ),
    "examples": ("示例", "examples"),
}  # fmt: skip
_OVER_TIME_NOTE: Final[Words] = (
    "每根柱为一个接收日，旧日在左，至多 {0} 日；延迟为收到与发生相差天数的中位数，柱越高越晚。"
    "数字为最近一日的值；比前一日差 {1} 个百分点以上者标红。",
    "Each bar is a day on which records came in, oldest on the left, {0} at most; the lag is the median of received - "
    "happened, a higher bar is later. The number is the newest day's; red: over {1} points worse than the day before.",
)
_DAYS: Final[Words] = ("{0:,} 天", "{0:,} days")
_AGO: Final[Words] = ("{0}（{1:,} 天前）", "{0} ({1:,} days ago)")
_TITLE: Final[Words] = (
    "{0:,} 行中 {1:,} 行填写，{2:,} 行不合格",
    "of {0:,} rows {1:,} say it, {2:,} cannot be used",
)
_RUN: Final[Words] = ("{0}：进入 {1:,}，隔离 {2:,}", "{0}: {1:,} in, {2:,} quarantined")


class SourceRow(NamedTuple):
    source: Words
    records_in: int
    usable: str
    stored: int
    quarantined: int
    completeness: str
    validity: str
    lag: Words
    high_lag: Words
    newest: Words


class FieldCell(NamedTuple):
    x: float
    y: float
    said: float
    refused: float
    text: str
    title: Words


class FieldChart(NamedTuple):
    width: int
    height: int
    bar: int
    columns: tuple[tuple[float, Words], ...]
    rows: tuple[tuple[float, Words], ...]
    cells: tuple[FieldCell, ...]


class Spark(NamedTuple):
    """A row of small bars, and the newest value."""

    heights: tuple[float, ...]
    text: Words
    title: Words
    is_worse: bool = False


class FieldRuns(NamedTuple):
    field: Words
    completeness: Spark
    validity: Spark
    lag: Spark


class SourceRuns(NamedTuple):
    source: Words
    days: Words
    rows: tuple[FieldRuns, ...]


class RunBar(NamedTuple):
    x: float
    y: float
    height: float
    bad_y: float
    bad: float
    text: str
    day: str
    title: Words


class TrendChart(NamedTuple):
    width: int
    height: int
    bar: int
    rows: tuple[tuple[float, Words], ...]
    bars: tuple[RunBar, ...]


class QualityReason(NamedTuple):
    source: Words
    field: Words
    code: str
    words: Words
    severity_words: Words
    number: int
    examples: tuple[str, ...]


def quality_parts(snapshot: Snapshot, zone: ZoneInfo) -> dict[str, Any]:
    """Everything that the template shows of data quality."""
    quality = snapshot.quality
    return {
        "words": QUALITY_WORDS,
        "sources": [_source_row(source, snapshot, zone) for source in quality.sources],
        "fields": draw_fields(quality.sources),
        "runs": [
            _source_runs(source) for source in quality.sources if any(one.runs for one in source.fields)
        ],
        "over_time_note": both(
            lambda language: pick(_OVER_TIME_NOTE, language).format(RUNS_SHOWN, WORSE_POINTS)
        ),
        "spark": _SPARK_HEIGHT,
        "trend": draw_trend(snapshot.jobs, zone),
        "reasons": [_reason(one, snapshot.code_words) for one in quality.reasons[:REASONS_SHOWN]],
        "more": max(0, len(quality.reasons) - REASONS_SHOWN),
    }


def percent(share: float) -> str:
    """One decimal where it matters; never 100 % of what is not whole, never 0 % of something."""
    if share in (0.0, 1.0):
        return f"{share:.0%}".replace("%", " %")
    return f"{min(max(share * 100, 0.1), 99.9):.1f} %"


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "—"


def _source_row(source: SourceQuality, snapshot: Snapshot, zone: ZoneInfo) -> SourceRow:
    jobs = [job for job in snapshot.jobs if job.system == source.system]
    records_in, bad = sum(job.records_in for job in jobs), sum(job.quarantined for job in jobs)
    asked, said = sum(one.asked for one in source.fields), sum(one.said for one in source.fields)
    refused = sum(one.refused for one in source.fields)
    return SourceRow(
        source=table_words(SOURCES, source.system),
        records_in=records_in,
        usable=_share(records_in - bad, records_in),
        stored=source.records,
        quarantined=source.quarantined,
        completeness=_share(said, asked),
        validity=_share(said - refused, said),
        lag=_days(source.lag_days),
        high_lag=_days(source.high_lag_days),
        newest=_newest(source.newest_at, snapshot.at, zone),
    )


def _days(days: int | None) -> Words:
    return _NONE if days is None else both(lambda language: pick(_DAYS, language).format(days))


def _newest(newest_at: datetime | None, at: datetime, zone: ZoneInfo) -> Words:
    if newest_at is None:
        return _NONE
    day = local_time(newest_at, zone)[:10]
    ago = max(0, int((at - newest_at).total_seconds()) // _DAY_S)
    return both(lambda language: pick(_AGO, language).format(day, ago))


def draw_fields(sources: Sequence[SourceQuality]) -> FieldChart:
    """One row for each field that any source could say, one column for each source."""
    found = {(source.system, one.field): one for source in sources for one in source.fields}
    paths = [path for path in FIELDS if any((source.system, path) in found for source in sources)]
    xs = {
        source.system: float(_LABEL_WIDTH + at * (_CELL_WIDTH + _CELL_GAP))
        for at, source in enumerate(sources)
    }
    ys = {path: float(_HEAD_HEIGHT + at * _ROW_HEIGHT) for at, path in enumerate(paths)}
    return FieldChart(
        width=_LABEL_WIDTH + max(len(sources), 1) * (_CELL_WIDTH + _CELL_GAP),
        height=_HEAD_HEIGHT + len(paths) * _ROW_HEIGHT,
        bar=_BAR_WIDTH,
        columns=tuple((x, table_words(SOURCES, system)) for system, x in xs.items()),
        rows=tuple((y, field_words(path)) for path, y in ys.items()),
        cells=tuple(_field_cell(xs[system], ys[path], one) for (system, path), one in found.items()),
    )


def _field_cell(x: float, y: float, one: FieldQuality) -> FieldCell:
    said = round(_BAR_WIDTH * one.completeness, 1)
    refused = round(_BAR_WIDTH * one.refused / one.asked, 1)
    text = percent(one.completeness)
    if one.refused:
        text += f" ({percent(one.validity)})"
    title = both(lambda language: pick(_TITLE, language).format(one.asked, one.said, one.refused))
    return FieldCell(x, y, said, refused, text, title)


def draw_trend(jobs: Sequence[JobLine], zone: ZoneInfo) -> TrendChart:
    """One bar for each import, oldest first, one row for each source; what was quarantined stands on top in red."""
    systems = sorted({job.system for job in jobs})
    bars = [
        _run_bar(job, _LABEL_WIDTH + at * _TREND_STEP, row * _TREND_ROW, zone)
        for row, system in enumerate(systems)
        for at, job in enumerate([job for job in jobs if job.system == system][-RUNS_SHOWN:])
    ]
    return TrendChart(
        width=_LABEL_WIDTH + RUNS_SHOWN * _TREND_STEP,
        height=max(len(systems), 1) * _TREND_ROW,
        bar=_TREND_BAR,
        rows=tuple(
            (float(row * _TREND_ROW + _TREND_HEIGHT), table_words(SOURCES, system))
            for row, system in enumerate(systems)
        ),
        bars=tuple(bars),
    )


def _run_bar(job: JobLine, x: float, y: float, zone: ZoneInfo) -> RunBar:
    share = job.quarantined / job.records_in if job.records_in else 0.0
    # A few refused records must not vanish beside thousands.
    bad = round(max(share * _TREND_HEIGHT, 2.0 if job.quarantined else 0.0), 1)
    when = local_time(datetime.fromisoformat(job.started_at), zone) if job.started_at else job.job_id
    title = both(lambda language: pick(_RUN, language).format(when, job.records_in, job.quarantined))
    text = f"{min(100 * (1 - share), 99.9) if job.quarantined else 100:.0f}"
    day = when[5:10] if job.started_at else ""
    return RunBar(x, y + 12 + bad, round(_TREND_HEIGHT - bad, 1), y + 12, bad, text, day, title)


def _source_runs(source: SourceQuality) -> SourceRuns:
    days = sorted({run.on for one in source.fields for run in one.runs})[-RUNS_SHOWN:]
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]} – {days[-1]}"
    rows = tuple(_field_runs(one, days) for one in source.fields if one.said)
    return SourceRuns(table_words(SOURCES, source.system), (span, span), rows)


def _field_runs(one: FieldQuality, days: Sequence[date]) -> FieldRuns:
    runs = [run for run in one.runs if run.on in days]
    said = [run for run in runs if run.said]
    lags = [(run.on, run.lag_days) for run in runs if run.lag_days is not None]
    most = max((lag for _, lag in lags), default=0)
    return FieldRuns(
        field=field_words(one.field),
        completeness=_share_spark([(run.on, run.completeness) for run in runs]),
        validity=_share_spark([(run.on, run.validity) for run in said]),
        lag=Spark(
            heights=tuple(_height(lag / most if most else 0.0) for _, lag in lags),
            text=_days(lags[-1][1]) if lags else _NONE,
            title=both(
                lambda language: ", ".join(f"{on} {pick(_DAYS, language).format(lag)}" for on, lag in lags)
            ),
        ),
    )


def _share_spark(shares: Sequence[tuple[date, float]]) -> Spark:
    text = percent(shares[-1][1]) if shares else "—"
    title = ", ".join(f"{on} {percent(share)}" for on, share in shares)
    is_worse = len(shares) > 1 and shares[-1][1] < shares[-2][1] - WORSE_POINTS / 100
    return Spark(tuple(_height(share) for _, share in shares), (text, text), (title, title), is_worse)


def _height(share: float) -> float:
    return round(max(1.0, _SPARK_HEIGHT * share), 1)


def _reason(one: ReasonQuality, code_words: Mapping[str, Words]) -> QualityReason:
    return QualityReason(
        source=table_words(SOURCES, one.system),
        field=field_words(one.field),
        code=one.code,
        words=table_words(code_words, one.code),
        severity_words=table_words(SEVERITIES, one.severity),
        number=one.rows,
        examples=one.examples,
    )
