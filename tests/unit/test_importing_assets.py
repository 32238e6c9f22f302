"""Cars, machines and workshop jobs in files: headings, kinds, units, and what one row says beside itself."""

from io import BytesIO
from typing import Any

import pytest

from shared.importing.columns import map_columns
from shared.importing.kinds import find_kind
from shared.importing.problems import RowProblem
from shared.importing.read_file import read_rows
from shared.importing.rows import rows_to_records


def messages(text: str, name: str = "车辆.csv") -> list[dict[str, Any]]:
    found = []
    for one in rows_to_records(read_rows(name, BytesIO(text.encode())), file=name, job_id="job"):
        assert not isinstance(one, RowProblem)
        found.append(one)
    return found


def told(message: dict[str, Any]) -> dict[str, Any]:
    technical = {"schema", "system", "origin", "occurrence", "party"}
    return {name: value for name, value in message.items() if name not in technical}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("车架号", "asset_id"), ("VIN 码", "asset_id"), ("设备编号", "asset_id"), ("Serial No.", "asset_id"),
        ("車牌號", "asset_id"), ("车型", "product"), ("产品名称", "product"), ("Product Name", "product"),
        ("购车日期", "bought_on"), ("购买日期", "bought_on"), ("Date of Purchase", "bought_on"),
        ("质保到期日", "warranty_ends_on"), ("保修期至", "warranty_ends_on"),
        ("Warranty Expires", "warranty_ends_on"), ("保险到期", "insurance_ends_on"),
        ("交强险到期日", "insurance_ends_on"), ("Insurance Expiry", "insurance_ends_on"),
        ("年检日期", "inspection_due_on"), ("检验有效期止", "inspection_due_on"),
        ("行驶里程（公里）", "mileage_km"), ("Odometer (miles)", "mileage_km"), ("服务类型", "service_type"),
        ("保养/维修", "service_type"), ("是否在保", "in_warranty"), ("Under warranty?", None),
        ("In Warranty", "in_warranty"), ("农历生日", "lunar_birthday"), ("Lunar birthday", "lunar_birthday"),
        ("公司规模", "employees"), ("Number of employees", "employees"), ("进厂日期", "event_at"),
        ("Service date", "event_at"),
    ],
)  # fmt: skip
def test_a_heading_about_assets_is_known(heading: str, field: str | None) -> None:
    assert [column.field for column in map_columns((heading,)).recognised] == ([field] if field else [])


def test_a_table_of_cars_is_assets_by_their_own_numbers() -> None:
    rows = "客户编号,车主,车牌号,车型,购车日期,质保到期,行驶里程(万公里)\nC1,张三,京A·12345,朗逸,2024/3/8,2027-03-07,1.2\n"
    (message,) = messages(rows)
    assert message["party"] == {"ref": "C1", "name": "张三"}
    assert told(message) == {
        "kind": "asset", "asset_id": "京A·12345", "product": "朗逸", "bought_on": "2024/3/8",
        "warranty_ends_on": "2027-03-07", "mileage_km": "1.2", "hints": {"mileage_unit": "万公里"},
    }  # fmt: skip


def test_a_job_of_a_workshop_is_a_service_and_what_it_cost_an_order() -> None:
    rows = (
        "工单号,客户编号,车架号,服务类型,进厂日期,里程,在保,金额\nW1,C1,LSV1,保养,2026-05-01,12000,否,680\n"
    )
    order, service = messages(rows, "维修.csv")
    assert told(order) == {"kind": "order", "id": "W1", "event_at": "2026-05-01", "amount": "680"}
    assert told(service) == {
        "kind": "service", "id": "W1", "event_at": "2026-05-01", "asset_id": "LSV1", "service_type": "保养",
        "in_warranty": "否", "mileage_km": "12000",
    }  # fmt: skip


@pytest.mark.parametrize("amount", ["0", "0.00", "免费", "￥0", ""])
def test_a_job_that_cost_nothing_is_no_order(amount: str) -> None:
    rows = f"工单号,客户编号,服务类型,进厂日期,金额\nW1,C1,保养,2026-05-01,{amount}\n"
    assert [message["kind"] for message in messages(rows)] == ["service"]


@pytest.mark.parametrize(
    ("word", "service_type"),
    [("保养", "保养"), ("首保", "保养"), ("事故维修", "维修"), ("Repair", "维修"), ("保修", "维修")],
)
def test_the_type_word_says_what_was_done(word: str, service_type: str) -> None:
    (message,) = messages(f"类型,客户编号,日期\n{word},C1,2026-05-01\n")
    assert (message["kind"], message["service_type"]) == ("service", service_type)


def test_an_order_that_says_when_the_warranty_ends_tells_of_an_asset_beside_it() -> None:
    rows = "订单号,客户编号,金额,购买日期,设备编号,质保到期\nS1,C1,5000,2026-01-02,SN-9,2029-01-01\n"
    order, asset = messages(rows, "销售.csv")
    assert told(order) == {"kind": "order", "id": "S1", "event_at": "2026-01-02", "amount": "5000"}
    assert told(asset) == {
        "kind": "asset", "event_at": "2026-01-02", "asset_id": "SN-9", "bought_on": "2026-01-02",
        "warranty_ends_on": "2029-01-01",
    }  # fmt: skip


def test_an_order_or_a_ticket_that_names_an_asset_says_nothing_of_it() -> None:
    assert [
        one["kind"] for one in messages("订单号,客户编号,金额,下单日期,车架号\nS1,C1,5000,2026-01-02,V\n")
    ] == ["order"]
    assert [
        one["kind"] for one in messages("工单号,客户编号,问题,受理时间,车架号\nT1,C1,噪音,2026-01-02,V\n")
    ] == ["interaction"]


def test_a_line_that_names_its_kind_is_taken_at_its_word() -> None:
    (message,) = messages(
        '{"kind": "service", "ref": "C1", "mileage": "3 miles", "date": "2026-01-02"}\n', "a.jsonl"
    )
    assert (message["kind"], message["mileage_km"]) == ("service", "3 miles")


def test_the_sheet_of_a_service_desk_stays_one_of_tickets() -> None:
    assert find_kind({"topic": "x"}, frozenset(), "Service") == "interaction"
    assert find_kind({"topic": "x"}, frozenset(), "保养记录") == "service"
