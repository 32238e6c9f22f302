"""What one message costs the ledger: DynamoDB requests and capacity units beside the paper minimum, and CPU.

Run: python -m tests.bench.bench_ledger [messages]

Paper minimum: what any ledger with a claim, a mark before the wire and a record after it must ask for, with consent,
suppression, cap and one budget checked where they decide: 1 read of the row, 1 of the address, a claim, a mark, a record.
Units as AWS counts them: a strongly consistent read 1 for each 4 KB, a write 1 for each 1 KB, in a transaction twice that.
CPU is that of the flows over memory, the store's own work subtracted, provider and network left out.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from time import process_time
from typing import Any

from shared.memory.items import MemoryItems
from shared.memory.limits import check_item
from shared.model.contact import Status
from shared.ports import (
    Cancelled,
    Check,
    Delete,
    Done,
    Item,
    Key,
    Page,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Write,
)
from tests.integration.ledger_builder import LedgerWorld

READ_UNIT, WRITE_UNIT = 4096, 1024
REPEATS = 5
MINIMUM: Mapping[str, int] = {"requests": 5, "read units": 2, "write units": 2 * 3 + 2 * 4 + 1}
"""Claim: row, consent, cap; mark: row, suppression, consent, budget, each twice 1; record: 1."""


class Metered:
    """Items that count requests and units, and the time that the store itself takes."""

    def __init__(self, inner: MemoryItems) -> None:
        self.inner = inner
        self.cost: Counter[str] = Counter()
        self.by_kind: Counter[str] = Counter()
        self.store_s = 0.0

    def _timed(self, kind: str, call: Callable[[], Any]) -> Any:
        started = process_time()
        done = call()
        self.store_s += process_time() - started
        self.cost["requests"] += 1
        self.by_kind[kind] += 1
        return done

    def get(self, key: Key) -> Item | None:
        item: Item | None = self._timed("GetItem", lambda: self.inner.get(key))
        self.cost["read units"] += _units(key.table, item, READ_UNIT)
        return item

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = self._timed("BatchGetItem", lambda: self.inner.batch_get(keys))
        self.cost["read units"] += sum(_units(key.table, found.get(key), READ_UNIT) for key in keys)
        return found

    def query(self, query: Query) -> Page:
        page: Page = self._timed("Query", lambda: self.inner.query(query))
        size = sum(check_item(query.table, item) for item in page.items)
        self.cost["read units"] += max(1, -(-size // READ_UNIT))
        return page

    def scan(self, table: Table) -> Iterator[Item]:
        raise AssertionError("no function scans")

    def put_if(self, write: Put) -> Done | Refused:
        done: Done | Refused = self._timed("PutItem", lambda: self.inner.put_if(write))
        self.cost["write units"] += _units(write.table, write.item, WRITE_UNIT)
        return done

    def update_if(self, write: Update) -> Done | Refused:
        done: Done | Refused = self._timed("UpdateItem", lambda: self.inner.update_if(write))
        self.cost["write units"] += self._written(write)
        return done

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        done: Done | Cancelled = self._timed("TransactWriteItems", lambda: self.inner.transact(writes))
        self.cost["write units"] += 2 * sum(map(self._written, writes))
        return done

    def _written(self, write: Write) -> int:
        if isinstance(write, Put):
            return _units(write.table, write.item, WRITE_UNIT)
        assert isinstance(write, Update | Delete | Check)
        return _units(write.key.table, self.inner.get(write.key), WRITE_UNIT)


def _units(table: Table, item: Item | None, unit: int) -> int:
    return 1 if item is None else -(-check_item(table, item) // unit)


def measure(messages: int, channel: str, kind: str) -> tuple[Metered, float]:
    """The meter and the CPU seconds of sending so many messages, each to a customer of its own."""
    world = LedgerWorld()
    for number in range(messages):
        world.add_customer(f"c-{number}")
        world.add_contact(f"M{number}", customer_id=f"c-{number}", channel=channel, contact_class=kind)
    metered = Metered(world.items)
    started = process_time()
    for number in range(messages):
        attempt = world.send(f"M{number}", items=metered)
        assert attempt.status is Status.SENT, attempt
    return metered, process_time() - started - metered.store_s


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    measure(20, "email", "care")  # templates and zones are read once
    for channel, kind in (("email", "care"), ("sms", "marketing"), ("email", "service")):
        runs = [measure(messages, channel, kind) for _ in range(REPEATS)]
        metered = runs[0][0]
        print(f"{channel} {kind}: {messages} messages, {REPEATS} runs")
        for name, floor in MINIMUM.items():
            each = metered.cost[name] / messages
            print(f"  {name + ' per message':32} {each:6.2f}   paper minimum {floor}")
        kinds = ", ".join(f"{name} {n / messages:.2f}" for name, n in metered.by_kind.most_common())
        print(f"  {'':32} {kinds}")
        cpu_ms = [1000 * seconds / messages for _, seconds in runs]
        print(f"  {'CPU per message':32} {median(cpu_ms):6.3f} ms (median; worst {max(cpu_ms):.3f} ms)")


if __name__ == "__main__":
    main()
