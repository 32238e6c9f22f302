"""What a plan remembers goes along when customers join, and comes back when they part."""

from datetime import date
from typing import Any

from shared.care.state import Ledger
from shared.memory.items import MemoryItems
from shared.store.customers import LEDGER, PlanMemory, customer_key, plan_memory_from_item, put_plan_memory
from shared.store.plan_memory import Ids, Part, memory_keys, settle_memories

DAY = date(2026, 6, 1)


def a_memory(day: int, *made: str, **changes: Any) -> PlanMemory:
    due = DAY.replace(day=day)
    counted = {"messages_per_day": {due.isoformat(): len(made)}} if made else {}
    ledger = Ledger(cell="basic.low", plan_due_on=due, last_contact_on=due if made else None, **changes)
    return PlanMemory(ledger, made, counted)


class Book:
    """The memories of a few customers, changed as flows change them."""

    def __init__(self, **memories: PlanMemory) -> None:
        self.items = MemoryItems()
        for customer_id, memory in memories.items():
            self.items.put_if(put_plan_memory(customer_id, memory))

    def settle(self, before: list[Ids], after: list[Ids], **composed: set[str]) -> None:
        parts = [Part(ids, ids) for ids in after]
        stored = self.items.batch_get(list(memory_keys(before, parts)))
        writes = settle_memories(before, parts, composed, stored)
        if writes:
            self.items.transact(writes)

    def of(self, customer_id: str) -> PlanMemory:
        return plan_memory_from_item(self.items.get(customer_key(customer_id, LEDGER)))


def test_joined_customers_remember_what_either_was_sent_and_parted_each_its_own() -> None:
    a, b = a_memory(3, "one"), a_memory(9, "two")
    book = Book(a=a, b=b)
    book.settle([("a",), ("b",)], [("a", "b")])
    assert set(book.of("a").made) == {"one", "two"}
    assert book.of("a").ledger.plan_due_on == DAY.replace(day=3)
    book.settle([("a", "b")], [("a",), ("b",)], b={"b"})
    assert (book.of("a"), book.of("b")) == (a, b)
    assert [row["sk"] for row in book.items.scan(customer_key("a", LEDGER).table)] == ["LEDGER", "LEDGER"]


def test_three_who_part_in_another_order_than_they_joined_have_their_own() -> None:
    memories = {"a": a_memory(3, "one"), "b": a_memory(9, "two"), "c": a_memory(5)}
    book = Book(**memories)
    book.settle([("a",), ("b",)], [("a", "b")])
    joined = book.of("a")
    book.settle([("a", "b"), ("c",)], [("a", "b", "c")])
    book.settle([("a", "b", "c")], [("a", "b"), ("c",)], b={"b"}, c={"c"})
    assert (book.of("a"), book.of("c")) == (joined, memories["c"])
    book.settle([("a", "b"), ("c",)], [("a", "b", "c")])
    book.settle([("a", "b", "c")], [("a", "c"), ("b",)], b={"b"}, c={"c"})
    book.settle([("a", "c")], [("a",), ("c",)], c={"c"})
    assert {name: book.of(name) for name in memories} == memories


def test_what_was_made_for_both_is_remembered_by_both() -> None:
    book = Book(a=a_memory(3), b=a_memory(9, "two"))
    book.settle([("a",), ("b",)], [("a", "b")])
    joint = book.of("a")
    late = DAY.replace(day=20)
    ledger = Ledger(
        cell="core.low", plan_due_on=date(2026, 7, 20), last_contact_on=late, first_contact_made=True
    )
    counted = {"messages_per_day": {**joint.counted["messages_per_day"], late.isoformat(): 1}}
    book.items.put_if(put_plan_memory("a", PlanMemory(ledger, (*joint.made, "three"), counted)))
    book.settle([("a", "b")], [("a",), ("b",)], b={"b"})
    assert (book.of("a").made, book.of("b").made) == (("three",), ("three", "two"))
    for name in "ab":
        assert book.of(name).ledger.plan_due_on == date(2026, 7, 20)
        assert book.of(name).ledger.first_contact_made
        assert book.of(name).counted["messages_per_day"][late.isoformat()] == 1


def test_a_part_that_had_no_id_remembers_what_its_customer_did() -> None:
    book = Book(a=a_memory(3, "one"))
    parts = [Part(("a",), ("a",)), Part(("new",), ("a",))]
    stored = book.items.batch_get(list(memory_keys([("a",)], parts)))
    book.items.transact(settle_memories([("a",)], parts, {}, stored))
    assert book.of("new") == book.of("a") == a_memory(3, "one")


def test_nothing_is_written_where_nothing_changes() -> None:
    book = Book(a=a_memory(3, "one"))
    stored = book.items.batch_get(list(memory_keys([("a",)], [Part(("a",), ("a",))])))
    assert settle_memories([("a",)], [Part(("a",), ("a",))], {}, stored) == []
