"""MARKS of the `customers` table: what people said of a customer, by name, with who and until when."""

from collections.abc import Iterable
from typing import Any

from shared.model.instants import from_iso, to_iso
from shared.model.tags import Mark
from shared.ports import Item, Items, Key, Update
from shared.store.customers import customer_key

MARKS = "MARKS"


def marks_key(customer_id: str) -> Key:
    return customer_key(customer_id, MARKS)


def set_mark(customer_id: str, mark: Mark) -> Update:
    """Writes a mark in place of any of that name."""
    kept: dict[str, Any] = {"by": mark.by, "since": to_iso(mark.since)}
    if mark.until is not None:
        kept["until"] = to_iso(mark.until)
    return Update(marks_key(customer_id), set={mark.name: kept})


def take_mark_back(customer_id: str, name: str) -> Update:
    return Update(marks_key(customer_id), remove=(name,))


def read_marks(items: Items, customer_ids: Iterable[str]) -> tuple[Mark, ...]:
    """All marks of a customer under the ids that it has or had."""
    found = items.batch_get([marks_key(customer_id) for customer_id in customer_ids])
    return marks_from_items(found.values())


def marks_from_items(found: Iterable[Item]) -> tuple[Mark, ...]:
    """Sorted; an id that was merged away keeps its own."""
    marks = [_mark(name, kept) for item in found for name, kept in item.items() if isinstance(kept, dict)]
    return tuple(sorted(marks, key=lambda mark: (mark.name, mark.since, mark.by)))


def _mark(name: str, kept: dict[str, Any]) -> Mark:
    until = kept.get("until")
    return Mark(name, kept["by"], from_iso(kept["since"]), None if until is None else from_iso(until))
