"""The data-quality figures: counted by hand for a small base, and reconciled with the funnel."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.flows.ingest_record import ingest_record
from shared.flows.take_snapshot import take_snapshot
from shared.insight.quality import FieldQuality, Finding, Quality, QualityTally, add_record, finish, quantile
from shared.insight.quality_view import draw_fields, draw_trend, percent, quality_parts
from shared.insight.reconcile import find_breaks
from shared.insight.report import render_report
from shared.insight.snapshot import JobLine, Snapshot
from shared.insight.tallies import tally_sources
from shared.memory.items import MemoryItems
from tests.unit.insight_base import KEY, NOW, POLICY, ZONE, a_base, a_snapshot, import_text


def fields_of(snapshot: Snapshot, system: str) -> dict[str, tuple[int, int, int]]:
    (source,) = (one for one in snapshot.quality.sources if one.system == system)
    return {one.field: (one.asked, one.said, one.refused) for one in source.fields}


def test_fields_are_counted_by_row_with_the_quarantined_ones() -> None:
    """Eight rows gave 12 stored records and 2 quarantined ones; one phone is too short; row 8 says nobody."""
    found = fields_of(a_snapshot(), "sales")
    assert found["party.name"] == (8, 7, 0)
    assert found["party.phone"] == (8, 7, 1)
    assert found["party.email"] == (8, 5, 0)
    assert found["amount"] == (6, 6, 0)
    assert found["event_at"] == (6, 5, 0)
    assert fields_of(a_snapshot(), "service")["party.email"] == (2, 1, 0)


def test_the_report_speaks_of_what_the_funnel_speaks_of() -> None:
    snapshot = a_snapshot()
    tallies = {tally.system: tally for tally in tally_sources(snapshot)}
    for source in snapshot.quality.sources:
        assert source.records == snapshot.entries[source.system]
        assert source.records + source.quarantined == tallies[source.system].records_in
    rows = quality_parts(snapshot, ZONE)["sources"]
    assert [(row.records_in, row.quarantined) for row in rows] == [(14, 2), (2, 0)]
    assert [row.usable for row in rows] == ["85.7 %", "100 %"]


def test_reasons_name_what_was_refused_first_with_masked_values() -> None:
    found = [
        (one.system, one.field, one.code, one.rows, one.examples) for one in a_snapshot().quality.reasons
    ]
    assert found[0] == ("sales", "party.phone", "phone_too_short", 1, ("1**",))


def test_lag_and_freshness_count_what_is_dated_by_its_source() -> None:
    items = MemoryItems()
    for number, days in enumerate((0, 1, 2, 3, 400)):
        at = (NOW - timedelta(days=days, minutes=1)).isoformat()
        raw = {"schema": 1, "system": "web", "kind": "interaction", "id": f"i{number}", "event_at": at,
               "party": {"ref": "1"}}  # fmt: skip
        ingest_record(raw, items=items, policy=POLICY, key=KEY, received_at=NOW)
    undated = {"schema": 1, "system": "web", "kind": "need", "id": "n", "party": {"ref": "1"}}
    ahead = {"schema": 1, "system": "web", "kind": "order", "id": "o", "amount": 1, "party": {"ref": "1"},
             "event_at": (NOW + timedelta(days=9)).isoformat()}  # fmt: skip
    for raw in (undated, ahead):
        ingest_record(raw, items=items, policy=POLICY, key=KEY, received_at=NOW)
    (source,) = take_snapshot(items, NOW, ZONE).quality.sources
    # The order of the future has no lag: 0, 0, 1, 2, 3, 400.
    assert (source.lag_days, source.high_lag_days) == (1, 400)
    assert source.newest_at == NOW - timedelta(minutes=1)


def test_a_replayed_or_repeated_row_is_not_counted_twice() -> None:
    items = a_base()
    import_text(
        items,
        "service-desk.csv",
        "客户姓名,联系电话,工单号,类型,创建时间\n王伟,13800000001,T1,来电,2026-06-20 10:00\n",
        "again",
    )
    again = take_snapshot(items, NOW, ZONE)
    assert fields_of(again, "service")["party.phone"] == (2, 2, 0)


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.99999, "99.9 %"), (0.00001, "0.1 %"), (0.5, "50.0 %")],
)
def test_a_share_never_says_all_or_nothing_of_what_is_not(share: float, shown: str) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 0.5, None), ([7], 0.9, 7), ([1, 2, 3, 4], 0.5, 2), ([1, 1, 1, 9], 0.9, 9), (list(range(1, 11)), 0.9, 9)],
)  # fmt: skip
def test_quantiles_are_values_that_occur(values: list[int], share: float, found: int | None) -> None:
    assert quantile(Counter(values), share) == found


def test_a_field_that_nobody_says_is_valid_and_incomplete() -> None:
    assert (FieldQuality("x", 3, 0, 0).completeness, FieldQuality("x", 3, 0, 0).validity) == (0.0, 1.0)
    assert FieldQuality("x", 4, 2, 1).validity == 0.5


def test_examples_are_different_masked_values() -> None:
    tally = QualityTally()
    finding = Finding("party.phone", "bad_phone", "refused")
    for number in (1, 1, 2, 3, 4):
        values = {"party.phone": f"1380000000{number}"}
        add_record(tally, "web", body={"kind": "profile"}, findings=[finding], values=values, place=None)
    (reason,) = finish(tally).reasons
    assert reason.rows == 5
    assert reason.examples == ("138****0001", "138****0002", "138****0003")


def test_bars_stay_inside_and_refused_inside_said() -> None:
    chart = draw_fields(a_snapshot().quality.sources)
    assert len(chart.cells) == sum(len(source.fields) for source in a_snapshot().quality.sources)
    assert all(0 <= cell.refused <= cell.said <= chart.bar for cell in chart.cells)
    assert all(cell.x + chart.bar < chart.width and cell.y < chart.height for cell in chart.cells)


def test_the_trend_shows_the_newest_imports_of_each_source_in_order() -> None:
    jobs = [
        JobLine(
            f"j{n}", "f.csv", "web", False, 10, 0, {"new": 10 - n % 3, "quarantined": n % 3}, started_at=at
        )
        for n in range(20)
        for at in [f"2026-06-{n + 1:02d}T02:00:00.000Z"]
    ]
    chart = draw_trend(jobs, ZONE)
    assert [bar.text for bar in chart.bars[-3:]] == ["80", "100", "90"]
    assert len(chart.bars) == 12
    assert [bar.x for bar in chart.bars] == sorted({bar.x for bar in chart.bars})
    assert "2026-06-20 10:00" in chart.bars[-1].title[1]


def test_the_section_stands_in_the_report_in_both_languages_and_shows_no_person() -> None:
    text = render_report(a_snapshot(), POLICY)
    start = text.index("数据质量")
    section = text[start : text.index("<h2>", start)]
    assert "Data quality" in section
    assert "85.7 %" in section
    for person in ("王伟", "13800000001", "example.com", "云帆"):
        assert person not in section
    assert not re.search(r"None|\{\{|Undefined", section)


def test_the_report_of_nothing_says_none() -> None:
    empty = Snapshot(datetime(2026, 6, 30, tzinfo=UTC), NOW.date())
    assert empty.quality == Quality()
    assert "数据质量" in render_report(empty, POLICY)


def test_what_the_quality_report_leaves_out_breaks_a_sum() -> None:
    short = replace(a_snapshot(), quality=Quality(a_snapshot().quality.sources[1:]))
    assert [check.name for check in find_breaks(short)] == ["quality_covers"]


def a_run(items: MemoryItems, days: int, *, phones: int, of: int, late_days: int) -> None:
    """Orders that came in so many days after NOW, some of them with a phone."""
    at = NOW + timedelta(days=days)
    for n in range(of):
        party = {"ref": f"{days}-{n}"} | ({"phone": f"1391234{days}{n:03d}"} if n < phones else {})
        raw = {"schema": 1, "system": "web", "kind": "order", "id": f"o{days}-{n}", "amount": 5, "party": party,
               "event_at": (at - timedelta(days=late_days, minutes=1)).isoformat()}  # fmt: skip
        ingest_record(raw, items=items, policy=POLICY, key=KEY, received_at=at)


def test_each_field_has_its_completeness_validity_and_lag_by_day_of_receipt() -> None:
    items = MemoryItems()
    a_run(items, 0, phones=4, of=4, late_days=2)
    a_run(items, 3, phones=1, of=4, late_days=9)
    bad = {"schema": 1, "system": "web", "kind": "order", "id": "x", "amount": 5,
           "party": {"ref": "x", "phone": "12"}, "event_at": "2026-06-01"}  # fmt: skip
    ingest_record(bad, items=items, policy=POLICY, key=KEY, received_at=NOW + timedelta(days=3))
    (source,) = take_snapshot(items, NOW + timedelta(days=5), ZONE).quality.sources
    phone = next(one for one in source.fields if one.field == "party.phone")
    amount = next(one for one in source.fields if one.field == "amount")
    assert [(run.on.isoformat(), run.asked, run.said, run.refused, run.lag_days) for run in phone.runs] == [
        ("2026-06-30", 4, 4, 0, 2),
        ("2026-07-03", 5, 2, 1, 9),
    ]
    assert (phone.lag_days, phone.high_lag_days) == (2, 9)
    assert [run.completeness for run in amount.runs] == [1.0, 1.0]
    assert sum(run.asked for run in phone.runs) == phone.asked


def test_a_field_that_got_worse_is_marked_and_one_that_did_not_is_not() -> None:
    items = MemoryItems()
    a_run(items, 0, phones=4, of=4, late_days=2)
    a_run(items, 3, phones=1, of=4, late_days=9)
    (source,) = quality_parts(take_snapshot(items, NOW + timedelta(days=5), ZONE), ZONE)["runs"]
    rows = {row.field[1]: row for row in source.rows}
    assert rows["phone"].completeness.is_worse
    assert rows["phone"].completeness.text == ("25.0 %", "25.0 %")
    assert rows["phone"].completeness.heights == (16.0, 4.0)
    assert not rows["amount"].completeness.is_worse
    assert rows["amount"].lag.text == ("9 天", "9 days")
    assert source.days == ("2026-06-30 – 2026-07-03",) * 2


def test_what_is_quarantined_counts_on_the_day_it_was_put_aside() -> None:
    items = MemoryItems()
    raw = {"schema": 1, "system": "web", "kind": "order", "id": "x", "amount": "abc", "party": {"ref": "1"},
           "event_at": "2026-06-01"}  # fmt: skip
    ingest_record(raw, items=items, policy=POLICY, key=KEY, received_at=NOW)
    (source,) = take_snapshot(items, NOW, ZONE).quality.sources
    (run,) = next(one for one in source.fields if one.field == "amount").runs
    assert (run.on.isoformat(), run.asked, run.said, run.refused) == ("2026-06-30", 1, 1, 1)
