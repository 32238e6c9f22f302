"""The assets of a customer with what was done on each, in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shared.insight.asset_lines import AssetLine, asset_lines, asset_words
from shared.model.facts import Fact, FactKind

ZONE = ZoneInfo("Asia/Shanghai")


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 2, tzinfo=UTC)


CAR = Fact(
    FactKind.ASSET,
    "dms#A-1",
    at(6, 1),
    asset_id="A-1",
    product="朗逸",
    bought_on=date(2024, 3, 8),
    warranty_ends_on=date(2027, 3, 7),
    mileage_km=21000,
)
PUMP = Fact(FactKind.ASSET, "erp#9", at(5, 1), product="Pump")


def a_service(number: str, month: int, asset_id: str | None, **said: bool | int) -> Fact:
    return Fact(FactKind.SERVICE, f"web#{number}", at(month, 3), asset_id=asset_id, **said)  # type: ignore[arg-type]


def lines(facts: dict[str, list[Fact]]) -> list[str]:
    return [line for asset in asset_lines(facts) for line in asset_words(asset, ZONE, "en")]


def test_services_stand_under_their_asset_newest_first_whoever_told_them() -> None:
    repair = a_service("W-2", 5, "A-1", is_repair=True, in_warranty=False, mileage_km=20000)
    maintenance = a_service("W-1", 2, "A-1", is_repair=False)
    complaint = Fact(FactKind.COMPLAINT, "dms#T-1", at(5, 5))
    assert lines({"dms#1": [CAR, complaint], "web#7": [maintenance, repair]}) == [
        "A-1  朗逸  bought on 2024-03-08  warranty ends 2027-03-07  21,000 km  [dms#1 2026-06-01]",
        "    2026-05-03  repair  out of warranty  20,000 km  [web#7 W-2]",
        "    2026-02-03  maintenance  [web#7 W-1]",
    ]


def test_services_of_what_no_source_tells_stand_last() -> None:
    found = lines({"dms#1": [CAR, PUMP], "web#7": [a_service("W-3", 1, "B-2"), a_service("W-4", 1, None)]})
    assert found == [
        "Pump  [dms#1 2026-05-01]",
        "A-1  朗逸  bought on 2024-03-08  warranty ends 2027-03-07  21,000 km  [dms#1 2026-06-01]",
        "asset not named",
        "    2026-01-03  service  [web#7 W-4]",
        "B-2",
        "    2026-01-03  service  [web#7 W-3]",
    ]


def test_who_owns_nothing_has_no_lines() -> None:
    assert asset_lines({"dms#1": []}) == ()


def test_every_fact_of_an_asset_or_service_is_in_one_line() -> None:
    facts = {"dms#1": [CAR, a_service("W-1", 1, "A-1")], "web#7": [CAR, a_service("W-2", 2, "C")]}
    assets = asset_lines(facts)
    assert [asset.record_id for asset in assets] == ["dms#1", "web#7", ""]
    assert {line.event_id for asset in assets for line in asset.services} == {"W-1", "W-2"}
    assert isinstance(assets[0], AssetLine)
