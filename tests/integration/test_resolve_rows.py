"""A file mended and imported again resolves what was put aside of it; what is still refused, and other files' rows, stay."""

import io
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shared.flows.split_file import split_file
from shared.flows.take_snapshot import take_snapshot
from shared.insight.reconcile import find_breaks
from shared.insight.snapshot import Snapshot
from shared.insight.summary import summary_lines
from shared.memory.items import MemoryItems
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.ports import Table
from shared.runtime import wiring
from tests.integration.identity_world import CountingItems, ListQueue
from tests.integration.memory_world import NOW, World

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

ROWS = "C1,王伟,13800000001,订单,S1,2026-05-20,986000\nC2,赵敏,13800000002,订单,S2,2026-05-21,1500\n"
GOOD = "客户编号,姓名,手机,类型,订单号,下单日期,金额\n" + ROWS
NO_DATE = GOOD.replace("下单日期", "哪一天")
NO_AMOUNT = GOOD.replace("金额", "多少")


def imported(world: World, text: str, name: str = "sales-orders.csv") -> Snapshot:
    world.drop_file(name, text.encode())
    world.settle()
    world.sweep()
    found = take_snapshot(world.items, NOW, load_policy().tenant.tz)
    assert find_breaks(found) == []
    return found


def open_rows(snapshot: Snapshot) -> list[tuple[int | None, str]]:
    return sorted(((row.row, row.reason) for row in snapshot.quarantined), key=str)


def resolved(world: World) -> list[tuple[Any, Any]]:
    """Row and reason of what a later job has resolved; each names that job."""
    jobs = {item["sk"] for item in world.items.scan(Table.CONTROL) if item["name"] == "JOB"}
    found = [item for item in world.items.scan(Table.CONTROL) if "resolved_by" in item]
    assert {item["resolved_by"] for item in found} <= jobs
    return sorted(((item["row"], item["reason"]) for item in found), key=str)


def orders(world: World) -> Counter[str]:
    return Counter(str(item["sk"]) for item in world.rows(Table.RECORDS, "EVENT#order"))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param(NO_DATE, "no_event_date", id="heading of the date"),
        pytest.param(NO_AMOUNT, "no_amount", id="heading of the amount"),
        pytest.param(GOOD.replace("986000", "很多").replace(",1500", ",不少"), "no_amount", id="cells"),
    ],
)
def test_a_corrected_heading_or_cell_resolves_the_rows_and_brings_each_in_once(
    world: World, wrong: str, reason: str
) -> None:
    assert open_rows(imported(world, wrong)) == [(2, reason), (3, reason)]
    after = imported(world, GOOD)
    assert open_rows(after) == []
    assert resolved(world) == [(2, reason), (3, reason)]
    assert orders(world) == {"EVENT#order#S1": 1, "EVENT#order#S2": 1}
    assert "2 mended by a later file" in summary_lines(after, load_policy(), language="en")[0]
    again = imported(world, GOOD)
    assert open_rows(again) == []
    assert orders(world) == {"EVENT#order#S1": 1, "EVENT#order#S2": 1}


def test_a_row_that_is_still_refused_stays_one_open_row(world: World) -> None:
    imported(world, NO_DATE)
    half = GOOD.replace("2026-05-21", "someday")
    assert open_rows(imported(world, half)) == [(3, "no_event_date")]
    assert resolved(world) == [(2, "no_event_date"), (3, "no_event_date")]
    assert open_rows(imported(world, half)) == [(3, "no_event_date")]


def test_the_same_fault_again_stays_the_same_open_row(world: World) -> None:
    first = imported(world, NO_DATE)
    again = imported(world, NO_DATE)
    assert open_rows(again) == open_rows(first)
    assert resolved(world) == []


def test_a_fault_that_comes_back_is_open_again(world: World) -> None:
    for text in (NO_DATE, GOOD, NO_DATE):
        last = imported(world, text)
    assert open_rows(last) == [(2, "no_event_date"), (3, "no_event_date")]


def test_another_file_under_the_same_name_resolves_nothing_of_yesterdays_records(world: World) -> None:
    imported(world, NO_DATE)
    today = GOOD.replace("C1,王伟,13800000001", "C8,钱进,13800000008").replace(
        "C2,赵敏,13800000002", "C9,孙丽,139"
    )
    today = today.replace("S1", "S8").replace("S2", "S9").replace("986000", "7").replace("1500", "8")
    assert open_rows(imported(world, today)) == [(2, "no_event_date"), (3, "no_event_date")]


def test_another_file_with_the_same_rows_resolves_nothing(world: World) -> None:
    imported(world, NO_DATE)
    assert len(imported(world, GOOD, "sales-other.csv").quarantined) == 2


UNREADABLE = [
    pytest.param(GOOD.replace("1500", "1500,多,余"), [(3, "ragged_row")], id="a row with too many cells"),
    pytest.param(GOOD + "合计,,,,,,987500\n", [(4, "total_row")], id="a last row that is gone now"),
    pytest.param(GOOD.replace("\nC2", "\n,,,,,,\nC2"), [(3, "empty_row")], id="an empty row in between"),
    pytest.param(ROWS, [(1, "no_header")], id="no headings"),
    pytest.param(GOOD.replace("姓名", "手机"), [(1, "duplicate_header")], id="a heading twice"),
    pytest.param("", [(0, "empty_file")], id="nothing in it"),
    pytest.param(GOOD.splitlines()[0], [(1, "no_rows")], id="only headings"),
]


@pytest.mark.parametrize(("wrong", "notes"), UNREADABLE)
def test_what_could_not_be_read_is_resolved_by_the_file_that_can(
    world: World, wrong: str, notes: list[tuple[int, str]]
) -> None:
    assert open_rows(imported(world, wrong)) == notes
    assert open_rows(imported(world, GOOD)) == []
    assert resolved(world) == notes


@pytest.mark.parametrize("unreadable", ["什么,都,不是\n1,2,3\n", ROWS, "", GOOD.replace("姓名", "手机")])
def test_a_file_that_cannot_be_read_resolves_no_record(world: World, unreadable: str) -> None:
    before = open_rows(imported(world, NO_DATE))
    after = open_rows(imported(world, unreadable))
    assert {*before} < {*after}
    assert open_rows(imported(world, GOOD)) == []


def test_a_row_that_gives_several_records_is_resolved_record_by_record(world: World) -> None:
    table = "客户编号,姓名,订单号,日期,金额,评分\nC1,王伟,S1,2026-05-20,{amount},{score}\n"
    assert len(imported(world, table.format(amount="很多", score="极好")).quarantined) == 2
    after = imported(world, table.format(amount="100", score="极好"))
    assert [row.reason for row in after.quarantined] == ["no_score"]
    assert open_rows(imported(world, table.format(amount="100", score="5"))) == []


@pytest.fixture
def mend_policy(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def mended() -> Policy:
        policy = load_policy()
        cleaning = policy.cleaning.model_copy(update={"oldest_event_years": 50})
        return policy.model_copy(update={"cleaning": cleaning})

    return lambda: monkeypatch.setattr(wiring, "policy", mended)


OLD = GOOD.replace("2026-05-20", "1990-05-20").replace("2026-05-21", "1990-05-21")


def test_after_a_change_of_policy_a_replay_brings_the_rows_in_and_the_file_changes_nothing_more(
    world: World, mend_policy: Callable[[], None]
) -> None:
    assert len(imported(world, OLD).quarantined) == 2
    mend_policy()
    answer = world.invoke("Operate", {"action": "replay"})
    assert answer["posted"] == 2
    world.settle()
    assert open_rows(imported(world, OLD)) == []
    assert resolved(world) == []
    assert orders(world) == {"EVENT#order#S1": 1, "EVENT#order#S2": 1}


def test_after_a_change_of_policy_the_file_itself_resolves_its_rows_and_a_replay_brings_nothing_more(
    world: World, mend_policy: Callable[[], None]
) -> None:
    imported(world, OLD)
    mend_policy()
    assert open_rows(imported(world, OLD)) == []
    assert [row for row, _ in resolved(world)] == [2, 3]
    assert world.invoke("Operate", {"action": "replay"})["posted"] == 0
    assert orders(world) == {"EVENT#order#S1": 1, "EVENT#order#S2": 1}


def test_a_replay_under_way_when_its_row_is_resolved_changes_nothing(
    world: World, mend_policy: Callable[[], None]
) -> None:
    imported(world, OLD)
    mend_policy()
    world.invoke("Operate", {"action": "replay"})
    waiting = list(world.queues["records"])
    world.queues["records"].clear()
    imported(world, GOOD)
    world.queues["records"].extend(waiting)
    world.settle()
    (amounts,) = {
        tuple(
            sorted(
                json.loads(str(item["body"]))["amount_fen"]
                for item in world.rows(Table.RECORDS, "EVENT#order")
            )
        )
    }
    assert amounts == (150_000, 98_600_000)
    assert [str(item["event_at"])[:4] for item in world.rows(Table.RECORDS, "EVENT#order")] == [
        "2026",
        "2026",
    ]


def test_a_file_of_which_nothing_is_kept_costs_one_request_more() -> None:
    counted, queue = CountingItems(MemoryItems()), ListQueue()
    lines = "".join(f"C{n},王伟,138{n:08d},订单,S{n},2026-05-20,5\n" for n in range(300))
    content = io.BytesIO((GOOD.splitlines()[0] + "\n" + lines).encode())
    split_file("sales-many.csv", content, job_id="j1", items=counted, queue=queue, now=NOW)
    assert counted.calls.count("query") == 1
