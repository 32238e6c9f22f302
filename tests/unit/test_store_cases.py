"""Cases as they are stored: all of a case comes back, and only what is open or owed stands in the due index."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from shared.memory.items import MemoryItems
from shared.model.case import Case, CaseStatus, Finish, Outcome, Point, Told, Try
from shared.ports import Done, Refused
from shared.store.cases import (
    SHARDS,
    case_from_item,
    case_to_item,
    change_case,
    due_cases,
    open_cases,
    put_case,
    read_case,
    read_cases,
)

NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=2)
CASE = Case("T" * 32, "c-1", "task", "call", "Sales lead", "check_in_call", NOW, DUE, NOW, {"level": "core"})
POINTS = (Point("a", True), Point("b", False, "Sales lead", date(2026, 7, 3)))
FULL = replace(
    CASE,
    status=CaseStatus.DONE,
    text="补发滤芯",
    about="P" * 32,
    check_at=NOW + timedelta(hours=1),
    steps=1,
    told=(
        Told(50, "owner", "Sales lead", "sales@guanxi.example", NOW, "mail", NOW),
        Told(100, "head", "H", "h@guanxi.example", NOW, "digest"),
    ),
    tries=(Try(NOW, "Ms Wu", "占线", "r1"),),
    next_try_on=date(2026, 7, 2),
    finish=Finish(Outcome.DONE, NOW, "Ms Wu", "聊得不错", POINTS, "r2", "sales#1", True),
    ver=4,
)


def test_all_of_a_case_comes_back() -> None:
    assert case_from_item(case_to_item(FULL)) == FULL
    assert case_from_item(case_to_item(CASE)) == replace(CASE, check_at=CASE.start_at)


def test_a_row_of_an_earlier_release_is_read_and_changed() -> None:
    old = {
        name: value for name, value in case_to_item(CASE).items() if name not in ("ver", "steps", "check_at")
    }
    case = case_from_item(old)
    assert (case.ver, case.steps, case.check_at) == (0, 0, None)
    items = MemoryItems()
    items.put_if(replace(put_case(CASE), item=old))
    assert isinstance(items.put_if(change_case(replace(case, owner="Care desk"), seen=case)), Done)


def test_a_change_of_what_somebody_else_has_changed_is_refused() -> None:
    items = MemoryItems()
    items.put_if(put_case(CASE))
    seen = read_case(items, CASE.case_id)
    assert seen is not None
    assert isinstance(items.put_if(change_case(replace(seen, steps=1), seen=seen)), Done)
    assert isinstance(items.put_if(change_case(replace(seen, steps=2), seen=seen)), Refused)
    assert isinstance(items.put_if(put_case(CASE)), Refused)


def due(items: MemoryItems, until: datetime) -> list[str]:
    return [
        str(row["case_id"])
        for shard in range(SHARDS)
        for row in items.query(due_cases(shard, until=until, page=10)).items
    ]


def test_only_what_must_be_looked_at_by_now_is_due() -> None:
    items = MemoryItems()
    later = replace(CASE, case_id="L" * 32, check_at=NOW + timedelta(hours=1))
    over = replace(CASE, case_id="O" * 32, status=CaseStatus.DONE)
    owed = replace(FULL, case_id="W" * 32, check_at=NOW)
    for case in (CASE, later, over, owed):
        items.put_if(put_case(case))
    assert sorted(due(items, NOW)) == ["T" * 32, "W" * 32]
    assert sorted(case.case_id for case in open_cases(items, page=1)) == ["L" * 32, "T" * 32]


def test_many_cases_are_read_in_lots() -> None:
    items = MemoryItems()
    names = [f"{number:032}" for number in range(230)]
    for name in names:
        items.put_if(put_case(replace(CASE, case_id=name)))
    assert sorted(case.case_id for case in read_cases(items, [*names, *names, "missing"])) == names
