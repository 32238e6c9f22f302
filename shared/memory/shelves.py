"""One table in memory: its items by key, and the order in which a query meets them."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shared.memory.limits import PAGE_BYTES, keys_of_view
from shared.ports import SCHEMAS, Item, Query, Table, Value


class Place(NamedTuple):
    """Key of an item; `sk` is empty where the table has no range key (a range key never is)."""

    pk: str
    sk: str


class Row(NamedTuple):
    """An item that nobody else holds, never changed in place, and its size in bytes."""

    item: Item
    size: int


class Entry(NamedTuple):
    """An item's position in a partition. Equal range keys of an index stand in the order of the table's key."""

    range_value: str
    place: Place


class _View:
    """A table's own order, or one of its indexes: an item that lacks a key attribute is not in it."""

    def __init__(self, hash_key: str, range_key: str | None) -> None:
        self.hash_key = hash_key
        self.range_key = range_key
        self.partitions: defaultdict[str, list[Entry]] = defaultdict(list)

    def position(self, place: Place, item: Mapping[str, Value] | None) -> tuple[str, Entry] | None:
        if item is None:
            return None
        partition = item.get(self.hash_key)
        range_value = "" if self.range_key is None else item.get(self.range_key)
        if not isinstance(partition, str) or not isinstance(range_value, str):
            return None
        return partition, Entry(range_value, place)

    def move(self, place: Place, before: Item | None, after: Item | None) -> None:
        old, new = self.position(place, before), self.position(place, after)
        if old == new:
            return
        if old is not None:
            self._take_out(*old)
        if new is not None:
            insort(self.partitions[new[0]], new[1])

    def _take_out(self, partition: str, entry: Entry) -> None:
        entries = self.partitions[partition]
        del entries[bisect_left(entries, entry)]
        if not entries:
            del self.partitions[partition]

    def walk(self, query: Query, start: Entry | None) -> Iterator[Entry]:
        """The entries that a query meets, in its direction, after `start`."""
        entries = self.partitions.get(query.pk, [])
        low, high = _span(entries, query)
        if start is not None and query.newest_first:
            high = min(high, bisect_left(entries, start))
        elif start is not None:
            low = max(low, bisect_right(entries, start))
        steps = range(high - 1, low - 1, -1) if query.newest_first else range(low, high)
        return (entries[step] for step in steps)


def _span(entries: list[Entry], query: Query) -> tuple[int, int]:
    low, high = 0, len(entries)
    if query.begins_with is not None:
        length = len(query.begins_with)
        low = bisect_left(entries, query.begins_with, key=lambda entry: entry.range_value)
        high = bisect_right(entries, query.begins_with, key=lambda entry: entry.range_value[:length])
    if query.at_least is not None:
        low = bisect_left(entries, query.at_least, key=lambda entry: entry.range_value)
    if query.at_most is not None:
        high = bisect_right(entries, query.at_most, key=lambda entry: entry.range_value)
    return low, high


class Shelf:
    """One table. Not locked: its owner holds the lock."""

    def __init__(self, table: Table) -> None:
        self.schema = SCHEMAS[table]
        self.rows: dict[Place, Row] = {}
        names: tuple[str | None, ...] = (None, *self.schema.indexes)
        self._views = {name: _View(*keys_of_view(self.schema, name)) for name in names}

    def item(self, place: Place) -> Item | None:
        """The stored item itself: copy it before it leaves."""
        row = self.rows.get(place)
        return None if row is None else row.item

    def store(self, place: Place, row: Row | None) -> None:
        """Puts a row in place of the one that stands there; None takes it away."""
        before = self.item(place)
        for view in self._views.values():
            view.move(place, before, None if row is None else row.item)
        if row is None:
            self.rows.pop(place, None)
        else:
            self.rows[place] = row

    def page(self, query: Query) -> tuple[list[Item], Item | None]:
        """The stored items of one page, and the key at which the next begins.

        As in DynamoDB, a page that is full by `limit` names a next page even when that one is empty.
        """
        view = self._views[query.index]
        found: list[Item] = []
        size = 0
        for entry in view.walk(query, self._start(view, query.start)):
            row = self.rows[entry.place]
            size += row.size
            if found and size > PAGE_BYTES:
                return found, self._next(view, found[-1])
            found.append(row.item)
            if len(found) == query.limit:
                return found, self._next(view, row.item)
        return found, None

    def _start(self, view: _View, start: Item | None) -> Entry | None:
        if start is None:
            return None
        range_key = self.schema.range_key
        place = Place(str(start[self.schema.hash_key]), "" if range_key is None else str(start[range_key]))
        position = view.position(place, start)
        return None if position is None else position[1]

    def _next(self, view: _View, item: Item) -> Item:
        names = (view.hash_key, view.range_key, self.schema.hash_key, self.schema.range_key)
        return {name: item[name] for name in names if name is not None}
