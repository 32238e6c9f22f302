"""`guanxi tag`: golden vectors and bounds through the command; a bad line is told, and stops nothing."""

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.local.command import main
from infra.local.faults import LocalFault
from infra.local.tag import tag_file
from tests.unit.test_tagging_golden import GOLDEN, Row

AS_OF = "2026-06-30T00:00"
Told = dict[str, Any]


def answers(path: Path, *lines: object, as_of: str = AS_OF, **options: Any) -> list[Told]:
    file, out = path / "customers.jsonl", io.BytesIO()
    file.write_bytes(b"\n".join(_bytes(line) for line in lines) + b"\n")
    assert tag_file(file, as_of, out=out, **options) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _bytes(line: object) -> bytes:
    return line if isinstance(line, bytes) else json.dumps(line).encode()


def ask(path: Path, as_of: str = AS_OF, zone: str = "Asia/Shanghai", **told: object) -> Told:
    (answer,) = answers(path, {"customer_id": "C1", **told}, as_of=as_of, zone=zone)
    return answer


def order(day: str, fen: int) -> Told:
    return {"on": day, "amount_fen": fen}


def line_of(row: Row) -> Told:
    complaints = []
    if row.complaint_at is not None:
        complaints = [{"at": row.complaint_at.isoformat(), "is_interaction": not row.is_letter}]
    return {
        "customer_id": "C1",
        "first_cooperation_on": row.first_on.isoformat(),
        "orders": [order(day.isoformat(), fen) for day, fen in row.orders_fen.items()],
        "interactions": [{"at": row.contact_at.isoformat()}],
        "complaints": complaints,
    }


@pytest.mark.parametrize("row", GOLDEN)
def test_a_golden_vector_gets_its_tags_from_a_line(row: Row, tmp_path: Path) -> None:
    (answer,) = answers(tmp_path, line_of(row))
    codes = {row.level_code, row.risk_code} - {"strategic", "core", "potential", "basic", "none"}
    assert (answer["level"], answer["risk"], set(answer["reasons"])) == (row.level, row.risk, codes)
    assert answer["flags"] == list(row.flags)
    assert list(answer) == "customer_id level risk activity reasons flags next_change_at".split()


@pytest.mark.parametrize(
    ("contacts", "activity"),
    [
        pytest.param(["2026-03-30T00:00:00+08:00"] * 5, "high", id="5, the oldest on the first day"),
        pytest.param(
            ["2026-03-29T23:59:59+08:00"] + ["2026-06-01T00:00Z"] * 4, "medium", id="4 and 1 too old"
        ),
        pytest.param(["2026-06-29T15:59:59.999Z"] * 2, "medium", id="2, a millisecond ago"),
        pytest.param(["2026-06-29T16:00:00Z"] * 5, "low", id="5 at exactly the instant do not exist yet"),
        pytest.param([], "low", id="none"),
    ],
)
def test_activity_counts_the_window_up_to_the_instant(
    contacts: list[str], activity: str, tmp_path: Path
) -> None:
    assert ask(tmp_path, interactions=[{"at": at} for at in contacts])["activity"] == activity


@pytest.mark.parametrize(
    ("told", "as_of", "zone", "next_change_at"),
    [
        pytest.param(
            {"first_cooperation_on": "2024-02-29", "orders": [order("2025-12-01", 100_000_000)]},
            "2026-02-27",
            "Asia/Shanghai",
            "2026-02-27T16:00:00Z",
            id="29 February: the anniversary is the 28th",
        ),
        pytest.param(
            {"complaints": [{"at": "2026-01-31T10:00:00+08:00", "is_interaction": False}]},
            "2026-02-28",
            "Asia/Shanghai",
            "2026-02-28T16:00:00Z",
            id="31 January leaves the month on 1 March",
        ),
        pytest.param(
            {"complaints": [{"at": "2018-10-03T10:00:00-03:00", "is_interaction": False}]},
            "2018-10-10",
            "America/Sao_Paulo",
            "2018-11-04T03:00:00Z",
            id="a day without midnight begins at 01:00 in Sao Paulo",
        ),
        pytest.param(
            {"complaints": [{"at": "2022-02-26T10:00:00+02:00", "is_interaction": False}]},
            "2022-03-01",
            "Asia/Beirut",
            "2022-03-26T22:00:00Z",
            id="a day without midnight begins at 01:00 in Beirut",
        ),
        pytest.param(
            {"complaints": [{"at": "2026-02-20T10:00:00-05:00", "is_interaction": False}]},
            "2026-03-01",
            "America/New_York",
            "2026-03-21T04:00:00Z",
            id="the offset is the one of that day in New York",
        ),
        pytest.param(
            {"first_cooperation_on": "2025-06-30"},
            AS_OF,
            "Asia/Shanghai",
            "2026-06-30T16:00:00Z",
            id="nothing but a first date lapses",
        ),
        pytest.param({}, AS_OF, "Asia/Shanghai", None, id="nothing known, nothing changes"),
        pytest.param(
            {"interactions": [{"at": "2027-01-01T00:00Z"}]},
            AS_OF,
            "Asia/Shanghai",
            None,
            id="what is yet to happen announces nothing",
        ),
    ],
)
def test_the_next_change_is_announced_to_the_instant(
    told: Told, as_of: str, zone: str, next_change_at: str | None, tmp_path: Path
) -> None:
    before = ask(tmp_path, as_of=as_of, zone=zone, **told)
    assert before["next_change_at"] == next_change_at
    if next_change_at is not None:
        after = ask(tmp_path, as_of=next_change_at, zone=zone, **told)
        assert _tags(after) != _tags(before)


def _tags(answer: Told) -> Told:
    return {name: value for name, value in answer.items() if name != "next_change_at"}


def test_a_latched_high_stays_high_until_something_happens(tmp_path: Path) -> None:
    orders = [order(f"2025-{month:02d}-15", 1_000_000) for month in range(3, 9)]
    told: Told = {"orders": orders, "interactions": [{"at": "2025-08-16T12:00:00+08:00"}]}
    down = ask(tmp_path, as_of="2026-08-12", **told)
    # On 16 August the last order leaves the year: the amount is not down any more, yet high stays, unseen.
    latched = ask(tmp_path, as_of="2026-08-16", **told)
    assert (down["risk"], down["reasons"]) == ("high", ["silent_and_down"])
    assert latched == down
    assert down["next_change_at"] == "2026-08-16T16:00:00Z"
    lapsed = ask(tmp_path, as_of="2026-08-17", **told)
    assert (lapsed["risk"], lapsed["reasons"]) == ("high", ["lapsed"])
    told["interactions"].append({"at": "2026-08-11T12:00:00+08:00"})
    assert ask(tmp_path, as_of="2026-08-12", **told)["risk"] == "low"


def test_growth_out_of_nothing_is_named(tmp_path: Path) -> None:
    assert ask(tmp_path, orders=[order("2026-06-01", 10_000_000)])["reasons"] == ["from_zero"]


def test_orders_dated_by_day_count_after_the_midnight_that_begins_it(tmp_path: Path) -> None:
    told: Told = {"orders": [order("2026-06-30", 50_000_000)]}
    assert ask(tmp_path, as_of="2026-06-30T00:00", **told)["level"] == "basic"
    assert ask(tmp_path, as_of="2026-06-30T00:00:00.001", **told)["level"] == "core"


@pytest.mark.parametrize(
    "refund",
    [
        pytest.param({"orders": [order("2026-06-02", -1)]}, id="a negative order"),
        pytest.param({"refunds": [order("2026-06-02", 1)]}, id="a list of refunds"),
        pytest.param({"refunds": [order("2026-06-02", -1)]}, id="a list of refunds, negative"),
    ],
)
def test_a_refund_lowers_the_amount_however_it_is_told(refund: Told, tmp_path: Path) -> None:
    orders = [order("2026-06-01", 50_000_000), *refund.get("orders", [])]
    assert ask(tmp_path, orders=orders[:1])["level"] == "core"
    assert ask(tmp_path, **{**refund, "orders": orders})["level"] == "potential"


def test_entries_with_one_id_are_one_event_as_the_last_tells_it(tmp_path: Path) -> None:
    orders = [order("2026-06-01", 50_000_000) | {"id": 7}, order("2026-06-01", 9_999_999) | {"id": "7"}]
    assert ask(tmp_path, orders=orders)["level"] == "basic"


@pytest.mark.parametrize(
    ("line", "error", "field"),
    [
        pytest.param(b"{", "bad_json", None, id="half a line"),
        pytest.param(b"\xff\xfe{", "bad_json", None, id="not UTF-8"),
        pytest.param(b"[" * 100_000, "bad_json", None, id="deeply nested"),
        pytest.param(b'{"customer_id": NaN}', "bad_json", None, id="not a number"),
        pytest.param([], "not_an_object", None, id="a list"),
        pytest.param({}, "missing", "customer_id", id="nobody"),
        pytest.param({"customer_id": " "}, "missing", "customer_id", id="blank id"),
        pytest.param({"customer_id": [1]}, "bad_id", "customer_id", id="an id that is none"),
        pytest.param({"customer_id": "C1", "orders": {}}, "not_a_list", "orders", id="orders are no list"),
        pytest.param(
            {"customer_id": "C1", "orders": ["x"]}, "not_an_object", "orders[0]", id="an order is no object"
        ),
        pytest.param(
            {"customer_id": "C1", "orders": [order("2026-06-01", 1), order("2026-06-31", 1)]},
            "bad_date",
            "orders[1].on",
            id="31 June",
        ),
        pytest.param(
            {"customer_id": "C1", "orders": [order("0001-01-01", 1)]},
            "out_of_range",
            "orders[0].on",
            id="year 1",
        ),
        pytest.param(
            {"customer_id": "C1", "orders": [{"amount_fen": 1}]}, "missing", "orders[0].at", id="no day"
        ),
        pytest.param(
            {"customer_id": "C1", "orders": [{"on": "2026-06-01"}]},
            "missing",
            "orders[0].amount_fen",
            id="no amount",
        ),
        pytest.param(
            {"customer_id": "C1", "refunds": [{"on": "2026-06-01", "amount_fen": 1.5}]},
            "bad_amount",
            "refunds[0].amount_fen",
            id="half a fen",
        ),
        pytest.param(
            {
                "customer_id": "C1",
                "orders": [{"on": "2026-06-01", "at": "2026-06-02T00:00", "amount_fen": 1}],
            },
            "on_and_at_differ",
            "orders[0]",
            id="two days at once",
        ),
        pytest.param(
            {"customer_id": "C1", "complaints": [{"at": "2026-06-01T10:00Z", "is_interaction": "yes"}]},
            "bad_flag",
            "complaints[0].is_interaction",
            id="yes is no boolean",
        ),
        pytest.param(
            {"customer_id": "C1", "first_cooperation_on": 2024}, "bad_date", "first_cooperation_on", id="2024"
        ),
        pytest.param(
            {"customer_id": "C1", "interactions": [{"at": "9999-12-31T23:59:59-12:00"}]},
            "out_of_range",
            "interactions[0].at",
            id="beyond the calendar",
        ),
    ],
)
def test_a_bad_line_is_told_with_place_and_code_and_stops_nothing(
    line: object, error: str, field: str | None, tmp_path: Path
) -> None:
    good = {"customer_id": "C2"}
    first, bad, last = answers(tmp_path, good, line, good)
    assert (bad["line"], bad["error"], bad["field"]) == (2, error, field)
    assert first == last
    assert first["customer_id"] == "C2"


def test_blank_lines_and_a_byte_order_mark_are_no_customers(tmp_path: Path) -> None:
    assert [a["customer_id"] for a in answers(tmp_path, b'\xef\xbb\xbf{"customer_id": 1}', b"", b" \r")] == [
        1
    ]


def test_an_answer_is_one_line_for_any_reader_of_lines(tmp_path: Path) -> None:
    file, out = tmp_path / "customers.jsonl", io.BytesIO()
    file.write_text('{"customer_id": "\\u2028 \\u0085 \\ud800"}', encoding="utf-8")
    tag_file(file, AS_OF, out=out)
    (line,) = out.getvalue().decode().splitlines()
    assert json.loads(line)["customer_id"] == "\u2028 \x85 \ud800"


def test_the_policy_of_a_file_decides(tmp_path: Path) -> None:
    default = Path("shared/policy/default.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(
        default.replace("core_min_fen = 50_000_000", "core_min_fen = 40_000_000"), encoding="utf-8"
    )
    told = {"customer_id": "C1", "orders": [order("2026-06-01", 40_000_000)]}
    assert answers(tmp_path, told)[0]["level"] == "potential"
    assert answers(tmp_path, told, policy=mine)[0]["level"] == "core"


def test_explained_answers_hold_the_margins(tmp_path: Path) -> None:
    told = {"customer_id": "C1", "orders": [order("2026-06-01", 49_999_999)]}
    (answer,) = answers(tmp_path, told, is_explained=True)
    assert (
        answer["explained"][0]["margin"] | {"to": "core", "missing_fen": 1}
        == answer["explained"][0]["margin"]
    )


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"as_of": "yesterday"}, id="an instant that is none"),
        pytest.param({"as_of": "0001-01-01"}, id="an instant before all"),
        pytest.param({"zone": "Asia/Nowhere"}, id="no such zone"),
        pytest.param({"policy": Path("no-such.toml")}, id="no such policy"),
        pytest.param({"policy": Path("README.md")}, id="a policy that is none"),
        pytest.param({"file": Path("no-such.jsonl")}, id="no such file"),
    ],
)
def test_an_option_that_says_nothing_is_a_fault_told_in_a_line(asked: Any, tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.touch()
    with pytest.raises(LocalFault):
        tag_file(**{"file": file, "as_of": AS_OF, "out": io.BytesIO()} | asked)


class _Streams(io.StringIO):
    """A standard stream with its bytes below."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__()
        self.bytes = io.BytesIO(content)

    @property
    def buffer(self) -> io.BytesIO:
        return self.bytes


def test_the_command_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    out = _Streams()
    monkeypatch.setattr(
        sys, "stdin", _Streams(b'{"customer_id": "C1", "first_cooperation_on": "2025-01-01"}')
    )
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["tag", "-", "--as-of", "2026-06-30T00:00+08:00", "--zone", "Asia/Shanghai"]) == 0
    answer = json.loads(out.bytes.getvalue())
    assert (answer["risk"], answer["reasons"], answer["flags"]) == ("high", ["lapsed"], ["thin_evidence"])


def test_an_instant_without_offset_is_local_time(tmp_path: Path) -> None:
    at = datetime(2026, 6, 29, 15, 59, 59, tzinfo=UTC).isoformat()
    assert ask(tmp_path, interactions=[{"at": at}, {"at": "2026-06-29T23:59:59"}])["activity"] == "medium"
