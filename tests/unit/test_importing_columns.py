"""Headings to fields, and what a row is about."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from shared.importing import vocabulary
from shared.importing.columns import Choice, duplicated_headers, map_columns
from shared.importing.kinds import find_kind, find_system
from shared.importing.rows import PARTY_FIELDS
from shared.importing.vocabulary import fold, load_vocabulary, split_heading
from shared.model.record import RECORD_KINDS


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("手机", "phone"), ("联系电话", "phone"), ("电 话", "phone"), ("手机号码*", "phone"), ("联系电话（必填）", "phone"),
        ("Mobile", "phone"), ("PHONE_NO", "phone"), ("Tel.", "phone"), ("ｍｏｂｉｌｅ", "phone"), ("contact-number", "phone"),
        ("E-Mail", "email"), ("e_mail address", "email"), ("电子邮箱", "email"), ("邮箱地址:", "email"),
        ("客户编号", "ref"), ("Customer ID", "ref"), ("customer_no", "ref"), ("会员号", "ref"),
        ("联系人", "name"), ("Full Name", "name"), ("公司名称", "company"), ("Organisation", "company"),
        ("职务", "title"), ("所属行业", "industry"), ("省份", "province"), ("首次合作日期", "first_cooperation"),
        ("Customer Since", "first_cooperation"), ("date of birth", "birthday"), ("订单号", "id"), ("Ticket No", "id"),
        ("下单日期", "event_at"), ("occurred_at", "event_at"), ("更新时间", "changed_at"), ("金额", "amount"),
        ("合同金额(万元)", "amount"), ("Amount [USD]", "amount"), ("币种", "currency"), ("工单类型", "kind"),
        ("event_type", "kind"), ("评分", "score"), ("CSAT", "score"), ("需求类型", "need_type"), ("优先级", "priority"),
        ("同意邮件", "consent_email"), ("SMS opt-in", "consent_sms"), ("Do not contact", "optout_any"),
    ],
)  # fmt: skip
def test_heading_is_recognised(header: str, field: str) -> None:
    assert [column.field for column in map_columns((header,)).recognised] == [field]


@pytest.mark.parametrize(
    ("header", "unit", "currency"),
    [
        pytest.param("金额(万元)", "万元", None, id="half-width brackets"),
        pytest.param("金额（元）", "元", None, id="full-width brackets"),
        pytest.param("金额【千元】", "千元", None, id="corner brackets"),
        pytest.param("Amount (USD)", None, "USD", id="currency"),
        pytest.param("金额(万美元)", "万", "USD", id="both"),
        pytest.param("金额(含税)", None, None, id="no unit"),
        pytest.param("金额", None, None, id="nothing"),
    ],
)
def test_brackets_of_a_heading_give_the_unit(header: str, unit: str | None, currency: str | None) -> None:
    [column] = map_columns((header,)).recognised
    assert (column.unit.unit, column.unit.currency) == (unit, currency)


@pytest.mark.parametrize(
    ("header", "day_first"),
    [("日期(日/月/年)", True), ("Date (MM/DD/YYYY)", False), ("date (dd.mm.yyyy)", True), ("日期", None)],
)
def test_brackets_of_a_date_heading_give_the_order(header: str, day_first: bool | None) -> None:
    assert map_columns((header,)).recognised[0].unit.day_first is day_first


def test_unknown_headings_are_listed_for_the_user() -> None:
    mapping = map_columns(("姓名", "备注", "星座", "手机"))
    assert mapping.unrecognised == ("备注", "星座")
    assert mapping.fields == {"name", "phone"}


@pytest.mark.parametrize(
    ("headers", "chosen"),
    [
        pytest.param(("客户名称", "联系人"), "company", id="the person has a column"),
        pytest.param(("客户名称", "公司"), "name", id="the firm has a column"),
        pytest.param(("Name", "Company", "Contact"), None, id="both have one"),
        pytest.param(("Name", "Mobile"), "name", id="neither: the first meaning"),
        pytest.param(("编号", "订单号"), "ref", id="a number beside an order number"),
    ],
)
def test_ambiguous_heading_takes_the_meaning_that_is_left_and_says_so(
    headers: tuple[str, ...], chosen: str | None
) -> None:
    mapping = map_columns(headers)
    [choice] = mapping.ambiguous
    assert choice == Choice(headers[0], choice.candidates, chosen)
    assert mapping.unrecognised == ()


def test_preferred_column_of_a_field_comes_first_wherever_it_stands() -> None:
    assert [column.header for column in map_columns(("座机", "手机", "电话")).recognised] == [
        "手机",
        "电话",
        "座机",
    ]


def test_same_heading_with_another_unit_is_no_duplicate() -> None:
    assert duplicated_headers(["金额(元)", "金额（万元）", "备注", "备注"]) == ()
    assert duplicated_headers(["手机", "姓名", "手 机"]) == ("手 机",)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Ｃｕｓｔｏｍｅｒ＿ＩＤ", "customerid"), ("  E-Mail: ", "email"), ("金额　", "金额"), ("№", "no")],
)
def test_words_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_heading_is_split_from_its_brackets() -> None:
    assert split_heading("金额 (万元) *") == ("金额", "万元")


def test_no_heading_stands_for_two_fields_and_every_choice_is_a_field() -> None:
    data = tomllib.loads(Path(vocabulary.__file__).with_name("columns.toml").read_text("utf-8"))
    words = Counter(fold(word) for listed in data["columns"].values() for word in set(map(fold, listed)))
    words.update(map(fold, data["ambiguous"]))
    assert [word for word, count in words.items() if count > 1] == []
    assert {field for fields in data["ambiguous"].values() for field in fields} <= set(data["columns"])
    kinds = Counter(fold(word) for listed in data["kinds"].values() for word in set(map(fold, listed)))
    assert [word for word, count in kinds.items() if count > 1] == []
    assert set(data["kinds"]) == set(RECORD_KINDS)
    assert set(map(fold, data["implied"])) <= set(kinds)
    assert set(PARTY_FIELDS) <= set(data["columns"])


def test_yes_no_and_total_are_different_words() -> None:
    words = load_vocabulary()
    assert not words.yes & words.no
    assert not words.total & words.kinds.keys()


# --- system and kind -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "system"),
    [
        ("sales-客户订单.csv", "sales"), ("2026年6月订单.xlsx", "sales"), ("service-工单.xlsx", "service"),
        ("客服投诉记录.csv", "service"), ("web-events.jsonl", "web"), ("events_2026.jsonl", "web"),
        ("service_events.csv", "service"), ("incoming/2026/ORDERS.CSV", "sales"), ("happy clients.csv", "happy-clients"),
        ("会员 名单(1).csv", "会员-名单-1"), ("###.csv", "file"), ("Partners.CSV.GZ", "partners"),
    ],
)  # fmt: skip
def test_system_is_named_by_the_file(file: str, system: str) -> None:
    assert find_system(file) == system


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        pytest.param({"kind": "投诉"}, "complaint", id="complaint"),
        pytest.param({"kind": "退款", "amount": "1"}, "refund", id="the word beats the columns"),
        pytest.param({"kind": "Page_View"}, "interaction", id="web event"),
        pytest.param({"kind": "page_view", "is_interaction": False}, "profile", id="looking is no contact"),
        pytest.param({"kind": "安装", "topic": "新机"}, "interaction", id="unknown word with a topic"),
        pytest.param({"amount": "1"}, "order", id="amount"),
        pytest.param({"id": "SO-1"}, "order", id="order number without its amount"),
        pytest.param({"name": "张伟"}, "profile", id="customer without an order"),
        pytest.param({"score": 5}, "satisfaction", id="score"),
        pytest.param({"score": 5, "topic": "发票"}, "interaction", id="ticket with a score"),
        pytest.param({"action": "opt_in"}, "consent", id="consent"),
        pytest.param({"need_type": "价格"}, "need", id="need"),
        pytest.param({"channel": "电话"}, "interaction", id="channel"),
    ],
)
def test_kind_of_a_row(values: dict[str, object], kind: str) -> None:
    assert find_kind(values, frozenset({"amount", "name"})) == kind


@pytest.mark.parametrize(
    ("sheet", "kind"),
    [("退款", "refund"), ("满意度", "satisfaction"), ("客户", "order"), ("Sheet1", "order")],
)
def test_sheet_names_the_kind_where_no_type_does(sheet: str, kind: str) -> None:
    assert find_kind({"amount": "1"}, frozenset({"amount"}), sheet) == kind


def test_a_heading_that_asks_is_the_heading_that_states() -> None:
    assert [column.field for column in map_columns(("是否同意邮件", "是否接受短信")).recognised] == [
        "consent_email",
        "consent_sms",
    ]
