"""Facts on their way from messages into the source record that care reads."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.flows.keep_facts import KEPT
from shared.flows.view_customer import view_customer
from shared.insight.customer_text import customer_lines
from shared.insight.review_view import Bounds
from shared.memory.items import MemoryItems
from shared.model.facts import Fact, FactKind
from shared.ports import Table
from shared.store.records import read_sources
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    CountingItems,
    a_profile,
    an_event,
    ingest,
    of_customer,
    review,
    rows,
    source,
)

BOUNDS = Bounds(POLICY.matching.review_bits, POLICY.matching.link_bits)


def facts_of(items: MemoryItems, record_id: str = "dms#1") -> dict[str, Fact]:
    return {fact.fact_id: fact for fact in read_sources(items, [record_id])[record_id].facts}


def an_asset(number: str = "A-1", **changes: Any) -> dict[str, Any]:
    return an_event("asset", "1", number, "2026-06-01", "dms", asset_id=number, **changes)


def test_each_kind_of_record_that_care_starts_from_leaves_its_fact() -> None:
    items = MemoryItems()
    ingest(items, an_asset(product="朗逸", warranty_ends_on="2027-03-07", mileage_km="1.2万公里"))
    ingest(
        items, an_event("service", "1", "W-1", "2026-05-03", "dms", asset_id="a-1", service_type="事故维修")
    )
    ingest(items, an_event("complaint", "1", "T-1", "2026-05-04", "dms", topic="噪音", stage="已解决"))
    ingest(items, an_event("interaction", "1", "I-1", "2026-05-05", "dms", channel="拜访", stage="minuted"))
    ingest(items, an_event("interaction", "1", "I-2", "2026-05-05", "dms", channel="网站"))
    ingest(
        items, an_event("satisfaction", "1", "S-1", "2026-05-06", "dms", score="2星", dimension="服务质量")
    )
    ingest(items, an_event("order", "1", "O-1", "2026-05-06", "dms"))

    def at(day: int) -> datetime:
        return datetime(2026, 5, day - 1, 16, tzinfo=UTC)

    assert facts_of(items) == {
        "dms#A-1": Fact(
            FactKind.ASSET,
            "dms#A-1",
            datetime(2026, 5, 31, 16, tzinfo=UTC),
            asset_id="A-1",
            product="朗逸",
            warranty_ends_on=date(2027, 3, 7),
            mileage_km=12000,
        ),
        "dms#W-1": Fact(FactKind.SERVICE, "dms#W-1", at(3), asset_id="A-1", is_repair=True),
        "dms#T-1": Fact(FactKind.COMPLAINT, "dms#T-1", at(4), stage="closed", topic="噪音"),
        "dms#I-1": Fact(FactKind.TALK, "dms#I-1", at(5), stage="minuted"),
        "dms#S-1": Fact(FactKind.SCORE, "dms#S-1", at(6), score=2, topic="service_quality"),
    }


def test_a_source_record_without_facts_holds_none() -> None:
    items = MemoryItems()
    ingest(items, a_profile("1", "dms", name="李雷"))
    ingest(items, an_event("order", "1", "O-1", "2026-05-06", "dms"))
    assert "facts" not in source(items, "dms#1")


def test_an_asset_is_one_fact_however_often_it_is_read() -> None:
    items = MemoryItems()
    ingest(items, an_asset(version=2, mileage_km=12000))
    ingest(items, an_asset(version=1, mileage_km=9000))
    assert facts_of(items)["dms#A-1"].mileage_km == 12000
    ingest(items, an_asset(version=3, mileage_km=15000))
    assert {name: fact.mileage_km for name, fact in facts_of(items).items()} == {"dms#A-1": 15000}


def test_a_deleted_service_leaves_the_facts() -> None:
    items = MemoryItems()
    for version, deleted in ((1, False), (2, True)):
        ingest(items, an_event("service", "1", "W-1", "2026-05-03", "dms", version=version, deleted=deleted))
    assert "facts" not in source(items, "dms#1")


def test_the_oldest_beyond_the_bound_goes_and_comes_back_when_it_is_the_newest() -> None:
    items, most = MemoryItems(), KEPT[FactKind.COMPLAINT]
    for day in range(1, most + 3):
        ingest(items, an_event("complaint", "1", f"T-{day:02}", f"2026-05-{day:02}", "dms", version=1))
    assert sorted(facts_of(items)) == [f"dms#T-{day:02}" for day in range(3, most + 3)]
    ingest(items, an_event("complaint", "1", "T-01", "2026-06-01", "dms", version=2, stage="处理中"))
    assert sorted(facts_of(items)) == ["dms#T-01", *(f"dms#T-{day:02}" for day in range(4, most + 3))]
    ingest(items, an_event("complaint", "1", "T-10", "2026-05-10", "dms", version=2, deleted=True))
    assert "dms#T-03" in facts_of(items)
    assert len(facts_of(items)) == most


@pytest.mark.parametrize("kind", ["asset", "service", "satisfaction"])
def test_a_correction_reads_the_records_of_its_kind_and_an_unchanged_record_nothing_more(kind: str) -> None:
    items = CountingItems(MemoryItems())
    raw = an_event(kind, "1", "X-1", "2026-05-03", "dms", version=1, score=3, asset_id="X-1")
    ingest(items, raw)
    items.calls.clear()
    assert ingest(items, raw).outcome == "unchanged"
    assert items.calls == ["batch_get"]
    items.calls.clear()
    assert ingest(items, {**raw, "version": 2, "event_at": "2026-05-04"}).outcome == "updated"
    assert items.calls == ["batch_get", "query", "transact"]


def test_what_belongs_to_the_party_reaches_the_golden_record() -> None:
    items = MemoryItems()
    ingest(items, a_profile("1", "dms", name="李雷", phone="13800001234"))
    party = {"ref": "1", "lunar_birthday": "闰四月初八", "employees": "50-100人"}
    ingested = ingest(items, {**an_asset(), "party": party})
    review(items, ingested.customer_id)
    golden: Any = of_customer(items, ingested.customer_id, "PROFILE")["golden"]
    assert (golden["lunar_birthday"], golden["employees"]) == ("L04-08", "50")


def test_an_asset_of_a_source_without_customer_numbers_lives_where_it_was_first_seen() -> None:
    items = MemoryItems()
    first = {**an_asset(version=1), "party": {"name": "李雷", "phone": "13800001234"}}
    moved = {**an_asset(version=2, mileage_km=5), "party": {"name": "李雷", "phone": "13900001234"}}
    for raw in (first, moved):
        del raw["id"]
        assert ingest(items, raw).customer_id
    kept = [row["record_id"] for row in rows(items, Table.RECORDS, "RECORD") if "facts" in row]
    assert len(kept) == 1


def test_the_view_of_a_customer_lists_what_is_owned_and_what_was_done() -> None:
    items = MemoryItems()
    ingest(items, an_asset(product="朗逸", bought_on="2024-03-08", party={"ref": "1", "name": "李雷"}))
    service = an_event("service", "1", "W-1", "2026-05-03", "dms", asset_id="a-1", service_type="首保")
    customer_id = ingest(items, service).customer_id
    review(items, customer_id)
    view = view_customer(customer_id, items=items, key=KEY, policy=POLICY, now=NOW)
    assert view is not None
    (asset,) = view.assets
    assert (asset.asset_id, asset.product, [line.event_id for line in asset.services]) == (
        "A-1",
        "朗逸",
        ["W-1"],
    )
    assert view.balance.holds
    text = "\n".join(customer_lines(view, BOUNDS, "zh"))
    assert "A-1  朗逸  购买日期 2024-03-08" in text
    assert "2026-05-03  保养" in text
    assert {event.kind for event in view.events} == {"asset", "service"}
