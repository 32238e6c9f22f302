"""The item port in memory, as DynamoDB behaves: for the simulator, the proofs, `plan` and `tag`."""

from collections.abc import Iterator, Mapping, Sequence
from operator import eq, ge, gt, le, lt, ne
from threading import Lock
from typing import Any

from shared.memory.limits import (
    TRANSACTION_BYTES,
    check_item,
    check_key,
    check_query,
    check_transaction,
    check_write,
    key_of_write,
    plain,
    plain_item,
)
from shared.memory.shelves import Place, Row, Shelf
from shared.ports import (
    SCHEMAS,
    Absent,
    All,
    AnyOf,
    Cancelled,
    Check,
    Condition,
    Delete,
    Done,
    Exists,
    Is,
    Item,
    Key,
    Page,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Value,
    Write,
)

_OPERATORS = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def holds(condition: Condition | None, item: Mapping[str, Value] | None) -> bool:
    """Whether a condition holds for what stands there (None: no item)."""
    attributes = item or {}
    match condition:
        case None:
            return True
        case Exists(attribute):
            return attribute in attributes
        case Absent(attribute):
            return attribute not in attributes
        case Is():
            return _compares(condition, attributes)
        case All(conditions):
            return all(holds(one, item) for one in conditions)
        case AnyOf(conditions):
            return any(holds(one, item) for one in conditions)


def _compares(condition: Is, attributes: Mapping[str, Value]) -> bool:
    # Different types, or nothing there: unequal, and in no order.
    value: Any = plain(condition.value)
    stored: Any = attributes.get(condition.attribute)
    if type(stored) is not type(value):
        return condition.op == "<>"
    return bool(_OPERATORS[condition.op](stored, value))


class MemoryItems:
    """State in memory. Items are copied in and out; one lock makes every call atomic.

    A write or query that DynamoDB would not accept raises ValueError, a value that cannot be stored TypeError.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._shelves = {table: Shelf(table) for table in Table}

    def get(self, key: Key) -> Item | None:
        check_key(key)
        with self._lock:
            return _copy(self._standing(key))

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        for key in keys:
            check_key(key)
        with self._lock:
            found = {key: self._standing(key) for key in keys}
        return {key: plain_item(item) for key, item in found.items() if item is not None}

    def query(self, query: Query) -> Page:
        check_query(query)
        with self._lock:
            items, following = self._shelves[query.table].page(query)
        return Page(tuple(plain_item(item) for item in items), following)

    def put_if(self, write: Put) -> Done | Refused:
        reasons, _ = self._write([write])
        return reasons[0] or Done()

    def update_if(self, write: Update) -> Done | Refused:
        reasons, rows = self._write([write])
        return reasons[0] or Done(_copy(rows[0]))

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        reasons, _ = self._write(writes)
        return Cancelled(tuple(reasons)) if any(reasons) else Done()

    def scan(self, table: Table) -> Iterator[Item]:
        with self._lock:
            rows = list(self._shelves[table].rows.values())
        for row in rows:
            yield plain_item(row.item)

    def _write(self, writes: Sequence[Write]) -> tuple[list[Refused | None], list[Item | None]]:
        """Why each write was refused, and the stored items after. Writes nothing unless every condition held."""
        for write in writes:
            check_write(write)
        keys = [key_of_write(write) for write in writes]
        check_transaction(writes, keys)
        with self._lock:
            standing = [self._standing(key) for key in keys]
            reasons = [_refusal(write, old) for write, old in zip(writes, standing, strict=True)]
            if any(reasons):
                return reasons, []
            rows = [_row_after(*one) for one in zip(writes, keys, standing, strict=True)]
            _check_total(rows)
            for write, key, row in zip(writes, keys, rows, strict=True):
                if not isinstance(write, Check):
                    self._shelves[key.table].store(_place(key), row)
        return reasons, [None if row is None else row.item for row in rows]

    def _standing(self, key: Key) -> Item | None:
        return self._shelves[key.table].item(_place(key))


def _place(key: Key) -> Place:
    return Place(key.pk, key.sk or "")


def _copy(item: Item | None) -> Item | None:
    return None if item is None else plain_item(item)


def _refusal(write: Write, old: Item | None) -> Refused | None:
    return None if holds(write.condition, old) else Refused(_copy(old))


def _row_after(write: Write, key: Key, old: Item | None) -> Row | None:
    match write:
        case Check() | Delete():
            return None
        case Put():
            item = plain_item(write.item)
        case Update():
            item = _updated(write, old or _key_item(key))
    return Row(item, check_item(key.table, item))


def _key_item(key: Key) -> Item:
    schema = SCHEMAS[key.table]
    item: Item = {schema.hash_key: str(key.pk)}
    if schema.range_key is not None:
        item[schema.range_key] = key.sk
    return item


def _updated(update: Update, old: Item) -> Item:
    # What stays is shared with the row before: rows are never changed in place.
    kept = {name: value for name, value in old.items() if name not in update.remove}
    absent = {name: value for name, value in update.set_if_absent.items() if name not in old}
    sums = {name: _sum(old.get(name, 0), step) for name, step in update.add.items()}
    return kept | plain_item(absent) | plain_item(update.set) | plain_item(sums)


def _sum(stored: Value, step: int) -> int:
    if type(stored) is not int:
        raise ValueError("added to what is no number")
    return stored + step


def _check_total(rows: Sequence[Row | None]) -> None:
    if sum(row.size for row in rows if row is not None) > TRANSACTION_BYTES:
        raise ValueError("a transaction is too large")
