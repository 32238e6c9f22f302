"""Rows to raw records: what becomes of each cell, ids of what stands beside, numbering."""

from collections.abc import Iterable
from typing import Any

import pytest

from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Row
from shared.importing.rows import RawRecord, rows_to_records


def convert(
    *cells: dict[str, Any], file: str = "sales.csv", sheet: str | None = None
) -> list[RawRecord | RowProblem]:
    rows = (Row(number, sheet, row) for number, row in enumerate(cells, start=2))
    return list(rows_to_records(rows, file=file, job_id="job-1"))


def messages(found: Iterable[RawRecord | RowProblem]) -> list[RawRecord]:
    return [item for item in found if not isinstance(item, RowProblem)]


def test_order_row_becomes_one_order_with_values_as_found() -> None:
    cells = {
        "客户编号": "C1", "姓名": " 张 伟", "手机": "１３８", "订单号": "SO-1", "下单日期": "2026年3月5日",
        "金额(万元)": "1.2", "币种": "", "备注": "不读",
    }  # fmt: skip
    assert convert(cells) == [
        {
            "schema": 1,
            "system": "sales",
            "kind": "order",
            "id": "SO-1",
            "event_at": "2026年3月5日",
            "amount": "1.2",
            "party": {"ref": "C1", "name": " 张 伟", "phone": "１３８"},
            "hints": {"unit": "万元"},
            "origin": {"file": "sales.csv", "row": 2, "job_id": "job-1", "seq": 0},
            "occurrence": 1,
        }
    ]


def test_order_row_with_consent_columns_gives_consents_too() -> None:
    found = messages(
        convert({"手机": "1", "订单号": "SO-1", "金额": "5", "同意邮件": "是", "同意短信": "否"})
    )
    assert [(item["kind"], item.get("id")) for item in found] == [
        ("order", "SO-1"), ("consent", "SO-1#consent_email"), ("consent", "SO-1#consent_sms"),
    ]  # fmt: skip
    assert [(item["channel"], item["purpose"], item["action"]) for item in found[1:]] == [
        ("email", "care", "grant"), ("sms", "any", "withdraw"),
    ]  # fmt: skip
    assert [item["origin"]["seq"] for item in found] == [0, 1, 2]
    assert {item["origin"]["row"] for item in found} == {2}


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        pytest.param("同意邮件", "Y", ("email", "care", "grant"), id="yes"),
        pytest.param("同意邮件", True, ("email", "care", "grant"), id="true"),
        pytest.param("同意邮件", 0, ("email", "any", "withdraw"), id="zero"),
        pytest.param("同意邮件", "已退订", ("email", "any", "withdraw"), id="unsubscribed"),
        pytest.param("同意邮件", "　", None, id="blank says nothing"),
        pytest.param("Newsletter", "yes", ("email", "marketing", "grant"), id="marketing"),
        pytest.param("Do Not Contact", "yes", ("any", "any", "withdraw"), id="opt-out yes"),
        pytest.param("Do Not Contact", "no", None, id="opt-out no is no consent"),
    ],
)
def test_consent_cells_are_read_cautiously(
    header: str, cell: object, expected: tuple[str, ...] | None
) -> None:
    consents = [item for item in messages(convert({"手机": "1", header: cell})) if item["kind"] == "consent"]
    assert [(item["channel"], item["purpose"], item["action"]) for item in consents] == (
        [expected] if expected else []
    )


def test_consent_that_cannot_be_read_is_reported_and_the_order_kept() -> None:
    order, problem = convert({"手机": "1", "金额": "5", "同意邮件": "也许"})
    assert not isinstance(order, RowProblem)
    assert problem == RowProblem(2, ProblemCode.UNCLEAR_CONSENT, "consent_email")


def test_ticket_with_a_score_gives_the_ticket_and_a_satisfaction() -> None:
    found = messages(
        convert({"工单号": "T-1", "类型": "咨询", "电话": 138, "主题": "发票", "评分": 4}, file="工单.xlsx")
    )
    assert [(item["kind"], item["id"]) for item in found] == [
        ("interaction", "T-1"),
        ("satisfaction", "T-1#score"),
    ]
    assert (found[0]["channel"], found[0]["topic"], found[1]["score"]) == ("ticket", "发票", 4)
    assert {item["system"] for item in found} == {"service"}


def test_score_of_a_ticket_does_not_take_the_place_of_the_ticket() -> None:
    [found] = messages(convert({"工单号": "T-1", "电话": "1", "评分": 2, "评价维度": "服务"}, sheet="满意度"))
    assert (found["kind"], found["id"], found["origin"]["file"]) == (
        "satisfaction",
        "T-1#score",
        "sales.csv#满意度",
    )


def test_refunds_under_the_number_of_their_order_stay_apart() -> None:
    refund = {"类型": "退款", "手机": "1", "订单号": "SO-1", "金额": "5"}
    found = messages(convert({"手机": "1", "订单号": "SO-1", "金额": "50"}, refund, refund))
    assert [item["id"] for item in found] == ["SO-1", "SO-1#refund", "SO-1#refund-2"]


def test_equal_rows_without_an_id_are_counted() -> None:
    row = {"手机": "1", "金额": "450", "日期": "2026-04-11"}
    other = row | {"金额": "451"}
    found = messages(convert(row, other, row, row | {"订单号": "SO-9"}, row | {"订单号": "SO-9"}))
    assert [item["occurrence"] for item in found] == [1, 1, 2, 1, 1]


def test_equal_numbers_in_other_units_are_not_one_order() -> None:
    first = {"手机": "1", "金额(元)": "3", "金额(万元)": "", "日期": "2026-04-11"}
    found = messages(convert(first, first | {"金额(元)": "", "金额(万元)": "3"}))
    assert [(item["hints"]["unit"], item["occurrence"]) for item in found] == [("元", 1), ("万元", 2)]


@pytest.mark.parametrize(
    ("yuan", "wan", "is_problem"),
    [
        pytest.param("12,000", "1.2", False, id="the same amount"),
        pytest.param("１２０００", 1.2, False, id="full width and typed"),
        pytest.param("12000", "12", True, id="ten times as much"),
        pytest.param("面议", "1.2", True, id="no number"),
    ],
)
def test_two_filled_amount_columns_must_agree(yuan: str, wan: object, is_problem: bool) -> None:
    [found] = convert({"手机": "1", "金额(元)": yuan, "金额(万元)": wan})
    assert isinstance(found, RowProblem) is is_problem


def test_currency_of_the_heading_is_used_where_no_column_says_it() -> None:
    [plain, own] = messages(
        convert({"手机": "1", "Amount (USD)": "5"}, {"手机": "1", "Amount (USD)": "5", "currency": "EUR"})
    )
    assert (plain["currency"], own["currency"]) == ("USD", "EUR")
    assert "hints" not in plain


def test_first_filled_column_of_a_field_is_taken() -> None:
    [found] = messages(convert({"座机": "021-5555", "手机": "", "电话": "010-1"}))
    assert found["party"]["phone"] == "010-1"


def test_profile_without_a_number_takes_the_customers() -> None:
    [found] = messages(convert({"客户编号": 17, "姓名": "张伟", "同意短信": ""}))
    assert (found["kind"], found["id"]) == ("profile", "17#profile")


def test_raw_messages_pass_through_with_a_new_origin() -> None:
    raw = {
        "kind": "order",
        "system": "erp",
        "id": "E-1",
        "party": {"phone": "1"},
        "amount": 5,
        "origin": {"row": 99},
    }
    [found] = messages(convert(raw, file="web.jsonl"))
    assert found == raw | {
        "schema": 1,
        "occurrence": 1,
        "origin": {"file": "web.jsonl", "row": 2, "job_id": "job-1", "seq": 0},
    }


def test_flat_json_objects_are_mapped_like_columns() -> None:
    cells = {"event_id": "w-1", "event_type": "consent", "email": "a@example.com", "channel": "email",
             "action": "opt_out", "purpose": "any", "occurred_at": "2026-05-02T10:00:00Z"}  # fmt: skip
    [found] = messages(convert(cells, file="web-events.jsonl"))
    assert (found["system"], found["kind"], found["action"], found["channel"]) == (
        "web",
        "consent",
        "opt_out",
        "email",
    )


def test_words_of_opting_out_imply_the_action() -> None:
    [found] = messages(convert({"event": "unsubscribe", "email": "a@example.com", "channel": "email"}))
    assert (found["kind"], found["action"]) == ("consent", "withdraw")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        pytest.param({"foo": 1}, RowProblem(2, ProblemCode.NO_KNOWN_COLUMN), id="no known field"),
        pytest.param({"姓名": " "}, RowProblem(2, ProblemCode.NO_KNOWN_COLUMN), id="nothing filled"),
        pytest.param({"email": {"a": 1}}, RowProblem(2, ProblemCode.NESTED_VALUE, "email"), id="nested"),
    ],
)
def test_rows_that_cannot_become_a_record_are_problems(cells: dict[str, Any], problem: RowProblem) -> None:
    assert convert(cells) == [problem]


def test_problems_of_reading_pass_through_in_their_place() -> None:
    broken = RowProblem(2, ProblemCode.BAD_JSON)
    found = list(rows_to_records([broken, Row(3, None, {"姓名": "张伟"})], file="a.jsonl", job_id="j"))
    assert found[0] == broken
    assert found[1] != broken


def test_no_problem_holds_the_content_of_a_cell() -> None:
    found = convert(
        {"手机": "13800000001", "金额(元)": "SECRET", "金额(万元)": "1"}, {"同意邮件": "SECRET", "手机": "1"}
    )
    assert "SECRET" not in "".join(item.detail for item in found if isinstance(item, RowProblem))
