"""Replay: quarantined messages come in once after a fix, and every sum still holds."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.outbox import original_cell
from infra.local.quarantine_csv import read_corrected, write_quarantine
from shared.flows.import_progress import import_progress
from shared.flows.take_snapshot import take_snapshot
from shared.insight.reconcile import find_breaks
from shared.insight.snapshot import Snapshot
from shared.insight.summary import summary_lines
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.ports import Table
from shared.runtime import wiring
from tests.integration.memory_world import NOW, World

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

FILE = """\
客户编号,姓名,手机,类型,订单号,下单日期,金额,币种
C1,王伟,13800000001,订单,S1,2026-05-20,986000,
C2,赵敏,13800000002,订单,S2,1990-05-20,1500,
C3,钱进,13800000003,订单,S3,2026-06-01,100,QQQ
,,,订单,S4,2026-06-02,500,
"""


def fixed_policy() -> Policy:
    """After the fix: older orders count too."""
    policy = load_policy()
    cleaning = policy.cleaning.model_copy(update={"oldest_event_years": 50})
    return policy.model_copy(update={"cleaning": cleaning})


def imported(world: World, text: str = FILE) -> Snapshot:
    world.drop_file("sales-orders.csv", text.encode())
    world.settle()
    world.sweep()
    return snapshot(world)


def snapshot(world: World) -> Snapshot:
    found = take_snapshot(world.items, NOW, load_policy().tenant.tz)
    assert find_breaks(found) == []
    return found


def outcomes(world: World) -> Counter[str]:
    counts: Counter[str] = Counter()
    for progress in import_progress(world.items):
        counts.update(progress.outcomes)
    return counts


def replay(world: World, **asked: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(json.dumps(world.invoke("Operate", {"action": "replay", **asked})))
    world.settle()
    world.sweep()
    return answer


def exported(world: World, folder: Path) -> Path:
    file = folder / "quarantine.csv"
    write_quarantine(snapshot(world), file)
    return file


def correct(file: Path, changes: dict[tuple[str, str], str], **formats: Any) -> Path:
    """The table as a person leaves it: cells of (reason, field) changed, saved by another program."""
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
    reasons = {row["quarantine_id"]: row["reason_code"] for row in rows if not row["field"]}
    for row in rows:
        key = (reasons.get(row["quarantine_id"], ""), row["field"])
        row["value"] = changes.get(key, row["value"])
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=formats.get("delimiter", ","))
    writer.writeheader()
    writer.writerows(rows)
    saved = file.with_name("corrected.csv")
    saved.write_bytes(out.getvalue().encode(formats.get("encoding", "utf-8-sig")))
    return saved


@pytest.fixture
def mend_policy(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(wiring, "policy", fixed_policy)


def rows_of(world: World) -> list[dict[str, Any]]:
    return [dict(item) for item in world.items.scan(Table.CONTROL) if "raw" in item]


# --- after a fix of policy -----------------------------------------------------------------------------------


def test_after_a_fix_of_policy_what_was_refused_comes_in_and_moves_in_the_sums(
    world: World, mend_policy: Callable[[], None]
) -> None:
    before = imported(world)
    was = outcomes(world)
    assert Counter(row.reason for row in before.quarantined) == {
        "no_event_date": 1,
        "unknown_currency": 1,
        "no_identity": 1,
    }
    mend_policy()
    answer = replay(world)
    assert (answer["posted"], answer["unreadable"], answer["next"]) == (3, 0, "")
    after = snapshot(world)
    assert [row.reason for row in after.replayed] == ["no_event_date"]
    assert len(after.quarantined) == len(before.quarantined) - 1
    assert outcomes(world) == was + Counter(new=1) - Counter(quarantined=1)
    assert sum(job.records_in for job in after.jobs) == sum(job.records_in for job in before.jobs)
    (ended,) = (row for row in rows_of(world) if "replayed_at" in row)
    assert (ended["outcome"], ended["reason"]) == ("new", "no_event_date")
    assert "claim" not in ended


def test_a_second_replay_brings_nothing_more(world: World, mend_policy: Callable[[], None]) -> None:
    imported(world)
    mend_policy()
    replay(world)
    state = {table: sorted(map(str, world.items.scan(table))) for table in Table if table != Table.CONTROL}
    was = outcomes(world)
    answer = replay(world)
    assert answer["posted"] == 2
    assert outcomes(world) == was
    assert len(snapshot(world).replayed) == 1
    assert state == {
        table: sorted(map(str, world.items.scan(table))) for table in Table if table != Table.CONTROL
    }


@pytest.mark.parametrize(
    ("asked", "posted"),
    [
        pytest.param({"reason": "unknown_currency"}, 1, id="one reason"),
        pytest.param({"reason": "no_score"}, 0, id="a reason that nothing has"),
        pytest.param({"source": "sales"}, 3, id="one source"),
        pytest.param({"source": "web"}, 0, id="another source"),
        pytest.param({"source": "sales", "reason": "no_identity"}, 1, id="both"),
    ],
)
def test_a_replay_can_be_narrowed(world: World, asked: dict[str, str], posted: int) -> None:
    imported(world)
    assert replay(world, **asked)["posted"] == posted


def test_a_replay_goes_on_where_the_limit_stopped_it(world: World) -> None:
    imported(world)
    ids, nexts = [], [""]
    for _ in range(3):
        answer = replay(world, limit=1, after=nexts[-1])
        ids += answer["ids"]
        nexts.append(answer["next"])
    assert len(set(ids)) == 3
    assert nexts[1:] == [*ids[:2], ""]


def test_two_replays_at_once_and_a_message_delivered_twice_count_once(
    world: World, mend_policy: Callable[[], None]
) -> None:
    imported(world)
    was = outcomes(world)
    mend_policy()
    for _ in range(2):
        world.invoke("Operate", {"action": "replay", "reason": "no_event_date"})
    bodies = [body for body, _ in world.queues["records"]]
    world.queues["records"].extend((body, 1) for body in bodies)
    world.settle()
    world.sweep()
    assert outcomes(world) == was + Counter(new=1) - Counter(quarantined=1)
    snapshot(world)


def test_a_file_read_again_after_a_replay_counts_its_rows_and_opens_none(
    world: World, mend_policy: Callable[[], None]
) -> None:
    imported(world)
    mend_policy()
    replay(world)
    again = imported(world)
    assert len(again.quarantined) == 2
    assert len(again.replayed) == 1


def test_a_file_read_twice_before_a_replay_still_adds_up(
    world: World, mend_policy: Callable[[], None]
) -> None:
    imported(world)
    imported(world)
    mend_policy()
    replay(world)
    assert len(snapshot(world).replayed) == 1


# --- with a corrected table ----------------------------------------------------------------------------------

FIXES = {
    ("no_event_date", "event_at"): "2026/6/3",
    ("no_identity", "party.phone"): "13800000004",
    ("unknown_currency", "currency"): "",
}


@pytest.mark.parametrize(
    "formats",
    [
        pytest.param({}, id="as exported"),
        pytest.param({"delimiter": ";"}, id="semicolons"),
        pytest.param({"encoding": "gb18030", "delimiter": "\t"}, id="GBK and tabs"),
    ],
)
def test_a_corrected_table_brings_its_records_in_once(
    world: World, tmp_path: Path, formats: dict[str, str]
) -> None:
    imported(world)
    was = outcomes(world)
    file = correct(exported(world, tmp_path), FIXES, **formats)
    assert replay(world, corrected=read_corrected(file))["posted"] == 3
    assert outcomes(world) == was + Counter(new=3) - Counter(quarantined=3)
    after = snapshot(world)
    assert (len(after.quarantined), len(after.replayed)) == (0, 3)
    amounts = {
        str(item["sk"]): json.loads(str(item["body"]))["amount_fen"]
        for item in world.rows(Table.RECORDS, "EVENT#order")
    }
    assert amounts == {
        "EVENT#order#S1": 98_600_000,
        "EVENT#order#S2": 150_000,
        "EVENT#order#S3": 10_000,
        "EVENT#order#S4": 50_000,
    }
    again = replay(world, corrected=read_corrected(file))
    assert (again["posted"], again["untouched"]) == (0, 3)
    assert outcomes(world) == was + Counter(new=3) - Counter(quarantined=3)


def test_a_table_that_nobody_changed_posts_nothing(world: World, tmp_path: Path) -> None:
    imported(world)
    answer = replay(world, corrected=read_corrected(exported(world, tmp_path)))
    assert (answer["posted"], answer["untouched"]) == (0, 3)


def test_a_correction_that_is_still_refused_stays_one_row_with_the_corrected_cells(
    world: World, tmp_path: Path
) -> None:
    imported(world)
    was, rows = outcomes(world), len(rows_of(world))
    wrong = correct(exported(world, tmp_path), {("no_event_date", "event_at"): "someday"})
    assert replay(world, corrected=read_corrected(wrong))["posted"] == 1
    assert outcomes(world) == was
    assert len(rows_of(world)) == rows
    (row,) = (row for row in snapshot(world).quarantined if row.reason == "no_event_date")
    assert dict(row.cells)["event_at"] == "someday"
    assert [issue.code for issue in row.issues if issue.field == "event_at"]
    right = correct(exported(world, tmp_path), {("no_event_date", "event_at"): "2026-06-03"})
    assert replay(world, corrected=read_corrected(right))["posted"] == 1
    assert len(snapshot(world).replayed) == 1


def test_the_last_correction_wins_while_both_are_on_their_way(world: World, tmp_path: Path) -> None:
    imported(world)
    for amount in ("1", "2"):
        changes = {("unknown_currency", "currency"): "CNY", ("unknown_currency", "amount"): amount}
        corrected = read_corrected(correct(exported(world, tmp_path), changes))
        world.invoke("Operate", {"action": "replay", "corrected": corrected})
    world.settle()
    (order,) = (item for item in world.rows(Table.RECORDS, "EVENT#order#S3"))
    assert json.loads(str(order["body"]))["amount_fen"] == 200
    world.sweep()
    snapshot(world)


HOSTILE = [
    "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "  =1", "\u3000=1", "\u200b=1",
    "\ufeff@x", " \t-1", "'=1", '=cmd|\' /C calc\'!A0,"x"',
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_runs_as_a_formula_and_none_changes_on_the_way_out_and_in(
    world: World, tmp_path: Path, text: str
) -> None:
    raw = {"schema": 1, "system": "crm", "kind": "order", "id": text, "party": {"ref": "1", "name": text}}
    world.post_records(raw)
    world.settle()
    file = exported(world, tmp_path)
    cells = [
        cell
        for row in csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""))
        for cell in row
    ]
    guarded = [cell for cell in cells if original_cell(cell) == text]
    assert guarded == ["'" + text] * 2
    (corrected,) = read_corrected(file).values()
    assert (corrected["party.name"], corrected["id"]) == (text, text)
    assert replay(world, corrected=read_corrected(file))["untouched"] == 1


# --- what is no record, and messages without a file ----------------------------------------------------------


def test_a_row_that_was_never_a_record_is_counted_not_posted(world: World) -> None:
    found = imported(world, FILE + ",,,,,,,\nC9,x,1,订单,S9,2026-01-01,1,CNY,too,many\n")
    unreadable = sum(not row.quarantine_id for row in found.quarantined)
    assert unreadable > 0
    world.post_records("{not json", "[]")
    world.settle()
    answer = replay(world)
    assert (answer["posted"], answer["unreadable"]) == (3, unreadable)
    assert not world.dead


def test_a_message_that_came_without_a_file_is_replayed_and_wakes_its_customer(world: World) -> None:
    order = {"schema": 1, "system": "crm", "kind": "order", "id": "o", "party": {"ref": "1"}, "amount": 5}
    world.post_records(order)
    world.settle()
    (row,) = snapshot(world).quarantined
    answer = replay(world, corrected={row.quarantine_id: {"event_at": "2026-06-01"}})
    assert answer["posted"] == 1
    assert [item["wake"] for item in world.rows(Table.RECORDS, "EVENT#")] == ["now"]
    assert snapshot(world).quarantined == ()


def test_an_upstream_that_sends_the_mark_itself_loses_nothing(world: World) -> None:
    raw = {"schema": 1, "system": "crm", "kind": "profile", "id": "1", "party": {"ref": "1", "name": "李雷"}}
    world.post_records({**raw, "replayed_from": {"system": "crm", "id": "x"}}, {**raw, "replayed_from": 3})
    world.settle()
    assert len(world.rows(Table.RECORDS, "RECORD")) == 1
    assert not world.dead


@pytest.mark.parametrize(
    "corrected",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"crm:unknown": {"id": "1"}, "x": {}, "": {"a": "b"}, "#:#": {}}, id="unknown ids"),
        pytest.param({"crm:x": 3}, id="no cells"),
    ],
)
def test_strange_corrections_post_nothing(world: World, corrected: Any) -> None:
    imported(world)
    assert replay(world, corrected=corrected)["posted"] == 0


def test_the_summary_says_what_was_replayed(world: World, mend_policy: Callable[[], None]) -> None:
    imported(world)
    mend_policy()
    replay(world)
    lines = summary_lines(snapshot(world), load_policy(), language="en")
    assert "1 replayed" in lines[0]
