import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.memory.items import MemoryItems, holds
from shared.memory.limits import ITEM_BYTES, check_item
from shared.ports import (
    Absent,
    Cancelled,
    Condition,
    Done,
    Exists,
    Is,
    Item,
    Key,
    Put,
    Query,
    Table,
    Update,
    Value,
    query_all,
)


@pytest.mark.parametrize(
    ("item", "size"),
    [
        # By hand, after "DynamoDB item sizes and formats".
        pytest.param({"id_key": "a"}, 7, id="text"),
        pytest.param({"id_key": "a", "n": "关"}, 11, id="three bytes a character"),
        pytest.param({"id_key": "a", "n": 1}, 10, id="one digit"),
        pytest.param({"id_key": "a", "n": 1234}, 11, id="two digits a byte"),
        pytest.param({"id_key": "a", "n": -1234}, 12, id="sign"),
        pytest.param({"id_key": "a", "n": None}, 9, id="none"),
        pytest.param({"id_key": "a", "n": True}, 9, id="boolean"),
        pytest.param({"id_key": "a", "n": []}, 11, id="empty list"),
        pytest.param(
            {"id_key": "a", "n": ["bc", {"d": "e"}]}, 7 + 1 + 3 + (1 + 2) + (1 + 3 + 1 + 2), id="nested"
        ),
    ],
)
def test_the_size_of_an_item_is_counted_as_dynamodb_bills_it(item: Item, size: int) -> None:
    assert check_item(Table.IDENTITIES, item) == size


def test_an_item_of_exactly_400_kb_is_stored_and_one_byte_more_is_not() -> None:
    items = MemoryItems()
    room = ITEM_BYTES - len("id_key" + "a" + "t")
    assert items.put_if(Put(Table.IDENTITIES, {"id_key": "a", "t": "x" * room})) == Done()
    with pytest.raises(ValueError):
        items.put_if(Put(Table.IDENTITIES, {"id_key": "a", "t": "x" * (room + 1)}))


def test_a_transaction_above_4_mb_is_refused_whole() -> None:
    items = MemoryItems()
    writes = [Put(Table.IDENTITIES, {"id_key": f"k{n}", "t": "x" * 400_000}) for n in range(11)]
    with pytest.raises(ValueError):
        items.transact(writes)
    assert list(items.scan(Table.IDENTITIES)) == []
    assert items.transact(writes[:10]) == Done()


def test_values_nest_no_deeper_than_dynamodb_allows() -> None:
    items = MemoryItems()
    deep: Value = "leaf"
    for _ in range(31):
        deep = [deep]
    assert items.put_if(Put(Table.IDENTITIES, {"id_key": "a", "deep": deep})) == Done()
    with pytest.raises(ValueError):
        items.put_if(Put(Table.IDENTITIES, {"id_key": "a", "deep": [deep]}))


def test_a_write_that_fails_after_others_of_its_transaction_leaves_nothing() -> None:
    items = MemoryItems()
    items.put_if(Put(Table.IDENTITIES, {"id_key": "text", "n": "no number"}))
    with pytest.raises(ValueError):
        items.transact(
            [
                Put(Table.IDENTITIES, {"id_key": "first"}),
                Update(Key(Table.IDENTITIES, "text"), add={"n": 1}),
            ]
        )
    assert [item["id_key"] for item in items.scan(Table.IDENTITIES)] == ["text"]


def test_what_a_refusal_shows_is_a_copy() -> None:
    items = MemoryItems()
    items.put_if(Put(Table.IDENTITIES, {"id_key": "a", "members": [1]}))
    write = Put(Table.IDENTITIES, {"id_key": "a"}, Absent("id_key"))
    cancelled = items.transact([write])
    assert isinstance(cancelled, Cancelled)
    for refused in (items.put_if(write), cancelled.reasons[0]):
        refused.old["members"].append(2)  # type: ignore[union-attr, index]
    assert items.get(Key(Table.IDENTITIES, "a")) == {"id_key": "a", "members": [1]}


def test_what_a_query_and_a_scan_yield_are_copies() -> None:
    items = MemoryItems()
    items.put_if(Put(Table.IDENTITIES, {"id_key": "a", "members": [1]}))
    for item in (items.query(Query(Table.IDENTITIES, "a")).items[0], next(items.scan(Table.IDENTITIES))):
        item["members"] = None
    assert items.get(Key(Table.IDENTITIES, "a")) == {"id_key": "a", "members": [1]}


def test_a_scan_goes_on_while_items_are_written() -> None:
    items = MemoryItems()
    for n in range(3):
        items.put_if(Put(Table.IDENTITIES, {"id_key": f"{n}"}))
    for item in items.scan(Table.IDENTITIES):
        items.put_if(Put(Table.IDENTITIES, {"id_key": f"{item['id_key']}+"}))
    assert len(list(items.scan(Table.IDENTITIES))) == 6


def test_a_full_page_names_a_next_page_even_when_that_one_is_empty() -> None:
    items = MemoryItems()
    items.put_if(Put(Table.IDENTITIES, {"id_key": "a"}))
    page = items.query(Query(Table.IDENTITIES, "a", limit=1))
    assert page.next == {"id_key": "a"}
    assert items.query(Query(Table.IDENTITIES, "a", limit=1, start=page.next)).items == ()


@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
def test_every_order_of_writing_gives_one_order_of_reading(newest_first: bool) -> None:
    rows = [(f"2026-0{1 + n % 3}", f"c{n}") for n in range(9)]
    items = MemoryItems()
    for created_at, contact_id in rows[::-2] + rows[-2::-2]:
        row: Item = {"contact_id": contact_id, "customer_id": "c", "created_at": created_at}
        items.put_if(Put(Table.CONTACTS, row))
    query = Query(Table.CONTACTS, "c", index="by_customer", newest_first=newest_first)
    found = [(item["created_at"], item["contact_id"]) for item in query_all(items, query)]
    assert found == sorted(rows, reverse=newest_first)


def test_additions_from_many_threads_are_all_counted() -> None:
    items = MemoryItems()
    place = Key(Table.CONTROL, "counter", "n")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for _ in range(400):
                pool.submit(items.update_if, Update(place, add={"n": 1}))
    finally:
        sys.setswitchinterval(interval)
    assert items.get(place) == {"name": "counter", "sk": "n", "n": 400}


def test_one_of_many_threads_takes_a_lease() -> None:
    items = MemoryItems()
    place = Key(Table.CONTACTS, "c")

    def claim(owner: int) -> bool:
        return isinstance(items.update_if(Update(place, set={"o": owner}, condition=Absent("o"))), Done)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(50))) == 1


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(None, True, id="none"),
        pytest.param(Exists("a"), False, id="exists"),
        pytest.param(Is("a", "<>", 1), True, id="unequal"),
    ],
)
def test_a_condition_can_be_asked_about_no_item(condition: Condition | None, expected: bool) -> None:
    assert holds(condition, None) is expected
