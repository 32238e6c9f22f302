"""What DynamoDB refuses to store or to ask, so that memory refuses it too: a bug shows without AWS.

Sizes follow "DynamoDB item sizes and formats" of the developer guide.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from shared.ports import (
    SCHEMAS,
    Absent,
    All,
    AnyOf,
    Condition,
    Exists,
    Is,
    Item,
    Key,
    Put,
    Query,
    Schema,
    Table,
    Update,
    Value,
    Write,
)

ITEM_BYTES = 400 * 1024
TRANSACTION_BYTES = 4 * 1024 * 1024
TRANSACTION_WRITES = 100
PAGE_BYTES = 1024 * 1024
HASH_KEY_BYTES = 2048
RANGE_KEY_BYTES = 1024
NUMBER_DIGITS = 38
NESTED_LEVELS = 32


def plain(value: Value) -> Value:
    """A deep copy made of plain types only, so that an enum comes back as its text, as from DynamoDB.

    Raises:
        TypeError: float, set, bytes, tuple ... cannot be stored.
    """
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return plain_item(value)
    raise TypeError(f"{type(value).__name__} cannot be stored")


def plain_item(item: Mapping[str, Value]) -> Item:
    """A deep copy of an item; TypeError like `plain`."""
    return {_plain_name(name): plain(value) for name, value in item.items()}


def _plain_name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError("attribute names are text")
    return str(name)


def key_of_item(table: Table, item: Mapping[str, Value]) -> Key:
    """The key of an item to put; ValueError when a key attribute is absent, empty or no text."""
    schema = SCHEMAS[table]
    pk = _key_text(item.get(schema.hash_key), HASH_KEY_BYTES)
    if schema.range_key is None:
        return Key(table, pk)
    return Key(table, pk, _key_text(item.get(schema.range_key), RANGE_KEY_BYTES))


def check_key(key: Key) -> None:
    """ValueError unless the key fits its table."""
    if (key.sk is None) != (SCHEMAS[key.table].range_key is None):
        raise ValueError(f"a key of {key.table} has other attributes")
    _key_text(key.pk, HASH_KEY_BYTES)
    if key.sk is not None:
        _key_text(key.sk, RANGE_KEY_BYTES)


def _key_text(value: Value, most_bytes: int) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a key attribute is absent, empty or no text")
    if len(value.encode()) > most_bytes:
        raise ValueError("a key attribute is too long")
    return str(value)


def check_item(table: Table, item: Mapping[str, Value]) -> int:
    """The size of the item in bytes; ValueError when DynamoDB would not store it."""
    for hash_key, range_key in SCHEMAS[table].indexes.values():
        _check_index_key(item, hash_key, HASH_KEY_BYTES)
        _check_index_key(item, range_key, RANGE_KEY_BYTES)
    size = sum(len(name.encode()) + _size(value) for name, value in item.items())
    if size > ITEM_BYTES:
        raise ValueError(f"an item of {table} has {size} bytes")
    return size


def _check_index_key(item: Mapping[str, Value], name: str | None, most_bytes: int) -> None:
    if name is not None and name in item:
        _key_text(item[name], most_bytes)


def _size(value: Value, level: int = 1) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, int):
        return _number_size(value)
    if level >= NESTED_LEVELS:
        raise ValueError(f"values are nested deeper than {NESTED_LEVELS} levels")
    if isinstance(value, list):
        return 3 + sum(1 + _size(one, level + 1) for one in value)
    return 3 + sum(1 + len(name.encode()) + _size(one, level + 1) for name, one in value.items())


def _number_size(value: int) -> int:
    digits = len(str(abs(value)))
    if digits > NUMBER_DIGITS:
        raise ValueError(f"a number has more than {NUMBER_DIGITS} digits")
    return (digits + 1) // 2 + (2 if value < 0 else 1)


def check_write(write: Write) -> None:
    """ValueError or TypeError when DynamoDB would not try this write, whatever stands there."""
    if isinstance(write, Update):
        _check_update(write)
    if write.condition is not None:
        _check_condition(write.condition)


def _check_update(update: Update) -> None:
    names = [*update.set, *update.set_if_absent, *update.add, *update.remove]
    if not names:
        raise ValueError("an update changes nothing")
    if max(Counter(names).values()) > 1:
        raise ValueError("an attribute stands in two parts of an update")
    schema = SCHEMAS[update.key.table]
    if not {schema.hash_key, schema.range_key}.isdisjoint(names):
        raise ValueError("a key attribute cannot be updated")
    if not all(type(step) is int for step in update.add.values()):
        raise TypeError("only a number can be added")


def _check_condition(condition: Condition) -> None:
    match condition:
        case Exists() | Absent():
            return
        case Is(op=op, value=value):
            if isinstance(value, bool) and op not in ("=", "<>"):
                raise ValueError("true and false have no order")
            plain(value)
        case All(conditions) | AnyOf(conditions):
            if not conditions:
                raise ValueError("a condition of no conditions")
            for one in conditions:
                _check_condition(one)


def check_transaction(writes: Sequence[Write], keys: Iterable[Key]) -> None:
    """ValueError when DynamoDB would refuse the transaction as a whole."""
    if not 1 <= len(writes) <= TRANSACTION_WRITES:
        raise ValueError(f"a transaction of {len(writes)} writes")
    if max(Counter(keys).values()) > 1:
        raise ValueError("a transaction writes one item twice")


def key_of_write(write: Write) -> Key:
    """The key of the item that a write is about; ValueError when it does not fit its table."""
    if isinstance(write, Put):
        return key_of_item(write.table, write.item)
    check_key(write.key)
    return write.key


def check_query(query: Query) -> None:
    """ValueError when DynamoDB would refuse the query."""
    schema = SCHEMAS[query.table]
    hash_key, range_key = keys_of_view(schema, query.index)
    bounds = [one for one in (query.begins_with, query.at_least, query.at_most) if one is not None]
    if "" in (query.pk, *bounds):
        raise ValueError("a key attribute is never empty")
    if bounds and range_key is None:
        raise ValueError(f"{query.index or query.table} has no range key")
    _check_bounds(query)
    if query.limit is not None and query.limit < 1:
        raise ValueError("a page holds one item at least")
    names = {hash_key, range_key, schema.hash_key, schema.range_key} - {None}
    if query.start is not None and set(query.start) != names:
        raise ValueError("a page starts at another page's `next`")


def _check_bounds(query: Query) -> None:
    if query.begins_with is not None and (query.at_least is not None or query.at_most is not None):
        raise ValueError("a query takes a prefix or bounds, not both")
    if query.at_least is not None and query.at_most is not None and query.at_least > query.at_most:
        raise ValueError("the bounds of a query are upside down")


def keys_of_view(schema: Schema, index: str | None) -> tuple[str, str | None]:
    """The hash and range key of a table (index None) or of one of its indexes."""
    if index is None:
        return schema.hash_key, schema.range_key
    if index not in schema.indexes:
        raise ValueError(f"there is no index {index}")
    return schema.indexes[index]
