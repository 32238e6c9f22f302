"""The report: complete, harmless, offline; charts that are well-formed and add up."""

import base64
import csv
import hashlib
import io
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from infra.local.outbox import original_cell
from infra.local.quarantine_csv import COLUMNS, write_quarantine
from shared.insight.charts import draw_funnel, draw_heat_map, rank_bars
from shared.insight.report import render_report
from shared.insight.report_view import LIST_ROWS, index_people, list_held, list_messages, list_tasks
from shared.insight.report_words import CONSEQUENCES, JOURNEY, REPORT_WORDS, TILES
from shared.insight.snapshot import FieldIssue, QuarantinedRow, Snapshot
from shared.insight.tallies import SourceTally, tally_cells, tally_rows, tally_sources
from shared.insight.words import Language
from shared.model.case import CaseStatus
from tests.unit.insight_base import HOSTILE, NOW, POLICY, ZONE, a_snapshot

VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """Reads a page as a browser would, and notes what matters; refuses tags that do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


@cache
def html(language: Language = "zh") -> str:
    return render_report(a_snapshot(), POLICY, language_default=language)


def hostile() -> Snapshot:
    """The base with markup and formulas in everything that a source can say."""
    customers = tuple(
        replace(line, golden={**line.golden, "name": HOSTILE, "company": '"><img src=x onerror=alert(1)>'})
        for line in a_snapshot().customers
    )
    row = QuarantinedRow("<b>sales</b>", "=cmd|' /C calc'!A0", "=evil.csv", 3)
    issue = FieldIssue("@sum", "party.phone", "bad_phone", "refused", "＋file.csv", 4)
    return replace(a_snapshot(), customers=customers, quarantined=(row,), issues=(issue,))


# --- safety --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "snapshot", [a_snapshot(), hostile(), Snapshot(NOW, NOW.date())], ids=["real", "hostile", "empty"]
)
def test_a_report_nests_and_runs_and_loads_nothing(snapshot: Snapshot) -> None:
    text = render_report(snapshot, POLICY)
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "object", "embed", "form", "base"} & {*page.tags}
    assert not {
        name for name, _ in page.attributes if name.startswith("on") or name in ("href", "src", "style")
    }
    assert not re.search(r"https?:|//[a-z]|url\(|@import|javascript:", text)


def test_a_hostile_name_is_shown_as_text() -> None:
    page = Page(render_report(hostile(), POLICY))
    assert HOSTILE in page.text
    assert '"><img src=x onerror=alert(1)>' in page.text
    assert {*page.tags} == {*Page(html()).tags}


def test_the_policy_of_the_page_allows_its_own_style_and_nothing_else() -> None:
    style = re.search(r"<style>(.*?)</style>", html(), re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html())
    assert style
    assert policy
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'sha256-{digest}'"


# --- content -------------------------------------------------------------------------------------------------


def test_both_languages_are_there_and_the_default_is_chosen() -> None:
    for language in ("zh", "en"):
        assert re.search(rf'id="lang-{language}" checked', html(language))
        assert html(language).count(" checked") == 1
    page = html()
    assert page.count('<span lang="zh">') == page.count('<span lang="en">') > 50
    assert page.count('lang="zh"') == page.count('lang="en"')


def test_every_contact_and_every_held_candidate_is_listed_with_its_reason() -> None:
    text = Page(html()).text
    assert "赵敏" in text
    assert "+8613800000002" in text
    assert "总经理上门拜访" in text
    assert "达到当日上限：2026-06-30 已有 1 次，上限 1（每日人工联系上限）" in text
    assert "没有联系方式：缺邮件（数据规范）" in text
    assert "高：2 个月没有联系" in text
    assert "high because nothing happened for 12 months" in text


def test_reject_reasons_show_places_and_no_person() -> None:
    text = html()
    rejects = text[text.index("整行隔离的原因") :]
    assert "sales-orders.csv:8" in rejects
    assert "phone_too_short" in rejects
    assert not re.search(r"钱进|周平|1380000|example\.com", rejects)


def test_the_header_says_whether_all_sums_hold() -> None:
    assert "全部合计相符" in html()
    broken = render_report(replace(a_snapshot(), cases=()), POLICY)
    assert "全部合计相符" not in broken
    assert "人工任务都有工单: 1 ≠ 0" in broken


def test_late_tasks_stand_first_and_are_marked() -> None:
    late = replace(a_snapshot().cases[0], case_id="late", due_at=NOW.replace(day=1))
    done = replace(late, case_id="done", status=CaseStatus.DONE)
    snapshot = replace(a_snapshot(), cases=(*a_snapshot().cases, late, done))
    tasks = list_tasks(snapshot, index_people(snapshot.customers), ZONE)
    assert [(entry.is_late, entry.when[:10]) for entry in tasks.entries][0] == (True, "2026-06-01")
    assert sum(entry.is_late for entry in tasks.entries) == 1
    assert 'class="late"' in render_report(snapshot, POLICY)


def test_a_contact_under_an_old_id_shows_the_customer_of_today() -> None:
    sms = next(line for line in a_snapshot().contacts if line.channel == "sms")
    customers = tuple(
        replace(line, aliases=("c-old",)) if line.customer_id == sms.customer_id else line
        for line in a_snapshot().customers
    )
    people = index_people(customers)
    snapshot = replace(a_snapshot(), customers=customers, contacts=(replace(sms, customer_id="c-old"),))
    assert list_messages(snapshot, people, ZONE).entries[0].person.name == "孙丽"


def test_held_contacts_are_grouped_by_reason_and_long_groups_are_cut() -> None:
    line = next(line for line in a_snapshot().candidates if line.decision == "no_address")
    many = (*a_snapshot().candidates, *[line] * LIST_ROWS)
    groups = list_held(replace(a_snapshot(), candidates=many), index_people(a_snapshot().customers))
    assert [(group.decision, group.listing.total, group.listing.more) for group in groups] == [
        ("no_address", LIST_ROWS + 1, 1),
        ("capped", 1, 0),
    ]


@pytest.mark.parametrize("words", [*TILES.values()], ids=TILES.keys())
def test_tiles_are_said_in_both_languages(words: tuple[tuple[str, str], tuple[str, str]]) -> None:
    assert all(zh != en for zh, en in words)


def test_fixed_texts_take_the_same_numbers_in_both_languages() -> None:
    for zh, en in (*CONSEQUENCES.values(), JOURNEY):
        assert set(re.findall(r"\{(\d)", zh)) == set(re.findall(r"\{(\d)", en))
    assert all(REPORT_WORDS.values())


# --- charts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("snapshot", [a_snapshot(), hostile()], ids=["real", "hostile"])
def test_every_chart_is_well_formed_and_described(snapshot: Snapshot) -> None:
    charts = re.findall(r"<svg.*?</svg>", render_report(snapshot, POLICY), re.DOTALL)
    assert sum('height="16"' not in chart.partition(">")[0] for chart in charts) == 6
    for chart in charts:
        root = ElementTree.fromstring(chart)  # noqa: S314 (our own)
        assert root.get("role") == "img"
        assert root.get("aria-label")


def test_bars_of_the_funnel_add_up_and_do_not_overlap() -> None:
    tallies = tally_sources(a_snapshot())
    funnel = draw_funnel(tallies)
    assert [bar.total for bar in funnel.bars] == [16 - 2, 2]
    for bar in funnel.bars:
        assert sum(segment.number for segment in bar.segments) == bar.total
        ends = [segment.x + segment.width for segment in bar.segments]
        assert all(end <= after.x + 0.11 for end, after in zip(ends, bar.segments[1:], strict=False))
        assert bar.total_x <= funnel.width
    longest, shortest = (sum(segment.width for segment in bar.segments) for bar in funnel.bars)
    assert longest / shortest == pytest.approx(14 / 2, rel=0.02)


def test_a_handful_of_refused_rows_stays_visible_beside_thousands() -> None:
    counts = {"new": 100_000, "updated": 0, "unchanged": 0, "quarantined": 1}
    segments = draw_funnel([SourceTally("sales", 100_001, counts)]).bars[0].segments
    assert [segment.outcome for segment in segments] == ["new", "quarantined"]
    assert segments[1].width >= 2


def test_the_heat_map_has_twelve_cells_that_sum_to_all_customers() -> None:
    heat = draw_heat_map(tally_cells(a_snapshot()))
    assert len(heat.cells) == 12
    assert sum(cell.number for cell in heat.cells) == len(a_snapshot().customers)
    assert sum(number for _, _, number in heat.rows) == len(a_snapshot().customers)
    fullest = max(heat.cells, key=lambda cell: cell.number)
    assert fullest.opacity == max(cell.opacity for cell in heat.cells) == 1
    assert len({(cell.x, cell.y) for cell in heat.cells}) == 12


def test_charts_of_nothing_are_empty_and_do_not_divide_by_zero() -> None:
    empty = Snapshot(NOW, NOW.date())
    assert draw_funnel(tally_sources(empty)).bars == ()
    assert {cell.number for cell in draw_heat_map(tally_cells(empty)).cells} == {0}
    assert rank_bars([]) == ()


# --- quarantine.csv ------------------------------------------------------------------------------------------


def read_rows(file: Path) -> list[dict[str, str]]:
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_quarantine_lists_rows_and_refused_fields_with_words(tmp_path: Path) -> None:
    count = write_quarantine(a_snapshot(), tmp_path / "q.csv")
    rows = read_rows(tmp_path / "q.csv")
    assert tuple(rows[0]) == COLUMNS
    assert count == len(rows)
    found = {(row["row"], row["field"], row["reason_code"], row["severity"]) for row in rows}
    assert ("8", "", "no_identity", "refused") in found
    assert ("6", "party.phone", "phone_too_short", "refused") in found
    assert all(
        row["原因"] and row["reason_in_words"] and row["原因"] != row["reason_in_words"] for row in rows
    )
    assert {row["severity"] for row in rows if row["reason_code"]} == {"refused"}
    assert ("8", "event_at", "2026-06-02") in {(row["row"], row["field"], row["value"]) for row in rows}
    offered = {row["field"] for row in rows if row["row"] == "8" and not row["value"]}
    assert offered == {"", "party.ref", "party.name", "party.company", "party.phone", "party.email"}


def test_no_cell_of_quarantine_begins_a_formula(tmp_path: Path) -> None:
    write_quarantine(hostile(), tmp_path / "q.csv")
    rows = read_rows(tmp_path / "q.csv")
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]
    assert original_cell(rows[0]["reason_code"]) == "=cmd|' /C calc'!A0"
    assert rows[1]["row"] == "4"


def test_places_of_one_reason_are_examples_not_a_list() -> None:
    rows = [QuarantinedRow("sales", "bad_id", "f.csv", number) for number in range(2, 30)]
    (tally,) = tally_rows(rows, 5)
    assert (tally.count, tally.examples) == (28, tuple(("f.csv", number) for number in range(2, 7)))


def test_the_most_frequent_reason_of_a_source_stands_first() -> None:
    rows = [QuarantinedRow("web", "x"), QuarantinedRow("sales", "a"), *[QuarantinedRow("sales", "b")] * 2]
    found = [(tally.system, tally.code, tally.count) for tally in tally_rows(rows, 5)]
    assert found == [("sales", "b", 2), ("sales", "a", 1), ("web", "x", 1)]
