"""What an event and a review cost in DynamoDB: requests, capacity units, and the bytes that are kept of each customer.

Run: python -m tests.bench.bench_units [customers]

Counted over the state in memory, as DynamoDB counts: 4 KB a read unit and 1 KB a write unit, each item by itself; of an
update the larger of before and after; twice in a transaction; a batch read unit by unit; half for reads of an index. An
index takes a write where what it holds changes, two where its key does, none of them twice.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from statistics import mean, quantiles

from shared.memory.items import MemoryItems
from shared.memory.limits import check_item, key_of_write
from shared.ports import (
    SCHEMAS,
    Cancelled,
    Check,
    Done,
    Item,
    Page,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Write,
)
from shared.tagging.fold import Happening
from tests.bench.bench_incremental import READ_UNIT, WRITE_UNIT, MeteredItems
from tests.bench.bench_touches import BEGIN, DAYS, a_customer
from tests.integration.identity_world import NOW, Raw, a_consent, a_profile, an_event, ingest, review

COLUMNS = ("reads", "read units", "transactions", "write units", "index units")
WHOLE = frozenset({(Table.CONTACTS, "by_customer"), (Table.CASES, "by_customer")})
"""Indexes that hold whole items; the others hold keys (infra/template.yaml)."""


@dataclass
class UnitMeter(MeteredItems):
    """As its parent, and exact for updates, deletes, queries and indexes."""

    def query(self, query: Query) -> Page:
        page = self.inner.query(query)
        size = sum(check_item(query.table, item) for item in page.items)
        units = max(-(-size // READ_UNIT), 1)
        self.requests["reads"] += 1
        self.requests["read units"] += units if query.index is None else units / 2  # type: ignore[assignment]
        return page

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        self.requests["transactions"] += 1
        before = [self.inner.get(key_of_write(write)) for write in writes]
        done = self.inner.transact(writes)
        for write, old in zip(writes, before, strict=True):
            self._count(write, old, times=2)
        return done

    def put_if(self, write: Put) -> Done | Refused:
        old, done = self.inner.get(key_of_write(write)), self.inner.put_if(write)
        self.requests["writes"] += 1
        self._count(write, old, times=1)
        return done

    def update_if(self, write: Update) -> Done | Refused:
        old, done = self.inner.get(write.key), self.inner.update_if(write)
        self.requests["writes"] += 1
        self._count(write, old, times=1)
        return done

    def _count(self, write: Write, old: Item | None, *, times: int) -> None:
        key = key_of_write(write)
        new = self.inner.get(key)
        self.requests["write units"] += times * max(_units(key.table, one) for one in (old, new))
        if not isinstance(write, Check):
            self.requests["index units"] += sum(
                _index_units(key.table, name, old, new) for name in SCHEMAS[key.table].indexes
            )


def _units(table: Table, item: Item | None) -> int:
    return 1 if item is None else -(-check_item(table, item) // WRITE_UNIT)


def _index_units(table: Table, index: str, old: Item | None, new: Item | None) -> int:
    names = [name for name in SCHEMAS[table].indexes[index] if name]
    was, becomes = (
        tuple(item[name] for name in names) if item and all(name in item for name in names) else None
        for item in (old, new)
    )
    holds_all = (table, index) in WHOLE
    if was == becomes and not (holds_all and was and old != new):
        return 0
    removed = 1 if was and was != becomes else 0
    return removed + (0 if becomes is None else _units(table, new) if holds_all else 1)


def measure(items: UnitMeter, name: str) -> None:
    counts = "  ".join(f"{items.requests[column]:>{len(column)}g}" for column in COLUMNS)
    print(f"{name:44}  {counts}")
    items.requests.clear()


def a_base_customer(days: int) -> list[Raw]:
    """A customer with so many days of orders and contacts within a year."""
    told = [a_profile("1", name="王小明", phone="+8613900000001", email="m@example.com", company="远洋贸易")]
    told.append(a_consent("1", "k1", "2026-01-01T00:00:00Z"))
    for number in range(days):
        at = (NOW - timedelta(days=364 * (days - number) / days)).isoformat()
        kind = "order" if number % 2 else "interaction"
        told.append(an_event(kind, "1", f"e{number}", at))
    return told


def report_units() -> None:
    print(f"{'what':44}  {'  '.join(COLUMNS)}")
    for days in (4, 50, 300):
        items = UnitMeter(MemoryItems())
        customer = ""
        for raw in a_base_customer(days):
            customer = ingest(items, raw).customer_id
        items.requests.clear()
        print(f"a customer with {days} days of a year:")
        review(items, customer)
        measure(items, "  first review, plans")
        ingest(items, an_event("order", "1", "new", "2026-06-29T00:00:00Z", version=1))
        measure(items, "  an order comes")
        ingest(items, an_event("order", "1", "new", "2026-06-29T00:00:00Z", version=1))
        measure(items, "  the same message again")
        review(items, customer)
        measure(items, "  its review")
        review(items, customer)
        measure(items, "  a wake-up of who is not due")
        ingest(items, an_event("order", "1", "new", "2026-06-28T00:00:00Z", amount="2000", version=2))
        measure(items, "  the order is corrected")
        ingest(items, an_event("order", "1", "new", "2026-06-28T00:00:00Z", version=3, deleted=True))
        measure(items, "  the order is deleted")
        ingest(items, an_event("interaction", "1", "talk", "2026-06-29T01:00:00Z"))
        measure(items, "  a contact comes")
        later = NOW + timedelta(days=8)
        review(items, customer, later)
        measure(items, "  review a week later")


def report_sizes(customers: int) -> None:
    """Bytes that are kept of customers of `bench_touches`, by kind of item."""
    sizes: dict[str, list[int]] = {}
    for number in range(customers):
        items = MemoryItems()
        shift = NOW - (BEGIN + timedelta(days=DAYS))
        customer = ingest(items, a_profile("1", name="王小明", phone="+8613900000001")).customer_id
        for n, one in enumerate(a_customer(Random(number))):
            ingest(items, an_event(one.kind, "1", f"e{n}", (one.at + shift).isoformat(), **_said(one)))
        review(items, customer)
        for name, size in kept(items).items():
            sizes.setdefault(name, []).append(size)
    print(f"bytes per customer, {customers} customers:                mean  median     p95     max")
    for name, found in sorted(sizes.items()):
        cuts = quantiles(found, n=20)
        print(f"  {name:44} {mean(found):8.0f}{cuts[9]:8.0f}{cuts[18]:8.0f}{max(found):8.0f}")


def _said(one: Happening) -> dict[str, str]:
    if one.kind == "order":
        return {"amount": str((one.fen or 0) / 100)}
    names = {"interaction": "channel", "need": "need_type"}
    return {names[one.kind]: one.word} if one.kind in names and one.word else {}


def kept(items: MemoryItems) -> dict[str, int]:
    found: Counter[str] = Counter()
    for table in (Table.RECORDS, Table.CUSTOMERS):
        for item in items.scan(table):
            kind = str(item["sk"]).split("#")[0]
            found[f"{table} {kind}"] += check_item(table, item)
    return dict(found)


if __name__ == "__main__":
    report_units()
    report_sizes(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
