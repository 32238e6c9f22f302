"""What one added record costs identity at growing sizes: lookups, comparisons, CPU; and DynamoDB requests and units.

Run: python -m tests.bench.bench_incremental [sizes ...]     (default 1000 10000 100000; 1000000 needs some 4 GB)

The base is stored as if every record had founded a customer: its keys are those of the flow. CPU is that of the
process without the store, which is a dict here and DynamoDB in life; run it on a quiet machine.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from marshal import dumps, loads
from random import Random
from time import process_time
from typing import Any

from shared.flows import settle_customers, touch_customers
from shared.flows.join_customer import Placement, place_source
from shared.matching import regroup
from shared.matching.describe import describe
from shared.matching.profile import pack
from shared.matching.score import score_pair
from shared.memory.items import MemoryItems
from shared.memory.limits import check_item
from shared.model.source import Said, SourceRecord
from shared.ports import (
    Cancelled,
    Done,
    Item,
    Items,
    Key,
    Page,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Write,
)
from tests.bench.identity_people import (
    GIVEN,
    SURNAMES,
    TOWNS,
    ZH_CITIES,
    ZH_FIRMS,
    ZH_GIVEN,
    ZH_SURNAMES,
    skewed,
    slip,
)
from tests.integration.identity_world import KEY, NOW, POLICY, a_profile, an_event, ingest

ADDED = 2000
"""Records whose cost is measured at each size."""
REPEATS = 0.35
READ_UNIT, WRITE_UNIT = 4096, 1024
_CITIES = tuple(ZH_CITIES)


# --- people --------------------------------------------------------------------------------------------------


def a_person(number: int) -> dict[str, str]:
    """The same person for the same number: Chinese or Western, with skewed names."""
    random = Random(number)
    if random.random() < 0.5:
        name = skewed(random, ZH_SURNAMES) + "".join(random.choices(ZH_GIVEN, k=random.choice((1, 2))))
        said = {"name": name, "city": skewed(random, _CITIES), "company": skewed(random, ZH_FIRMS)}
    else:
        name = f"{skewed(random, GIVEN)} {skewed(random, SURNAMES)}".title()
        said = {"name": name, "city": skewed(random, TOWNS).title()}
    said["phone"] = f"+8613{number:09d}"
    said["email"] = f"u{number}@example.com"
    if random.random() < 0.3:
        said["birthday_on"] = (
            f"{random.randint(1950, 2004)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        )
    return said


def seen_again(number: int, random: Random) -> dict[str, str]:
    """A person as another system knows them: a slip, a new phone, fields left out."""
    said = a_person(number)
    if random.random() < 0.2:
        said["name"] = slip(random, said["name"])
    if random.random() < 0.2:
        said["phone"] = f"+8615{random.randrange(10**9):09d}"
    return {name: value for name, value in said.items() if name == "name" or random.random() < 0.75}


def a_source(record_id: str, said: dict[str, str]) -> SourceRecord:
    party = {name: Said(value, 1) for name, value in said.items()}
    return SourceRecord(record_id, "web", customer_id="", ver=1, party=party)


# --- a store that fits a million records ---------------------------------------------------------------------


@dataclass
class CompactItems:
    """Items as bytes, without conditions: one writer."""

    rows: dict[tuple[str, str], bytes] = field(default_factory=dict)
    cached: dict[tuple[str, ...], dict[Key, Item]] = field(default_factory=dict)
    """The answers to reads of identity keys."""

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {
            key: loads(row) for key in keys if (row := self.rows.get((key.pk, key.sk or "")))
        }
        if keys and keys[0].table is Table.IDENTITIES:
            self.cached[tuple(key.pk for key in keys)] = found
        return found

    def put(self, table: Table, item: Item) -> None:
        if table is Table.IDENTITIES:
            self.rows[str(item["id_key"]), ""] = dumps(item)
        elif item.get("sk") in ("PROFILE", "RECORD"):
            self.rows[
                str(item.get("customer_id" if table is Table.CUSTOMERS else "record_id")), str(item["sk"])
            ] = dumps(item)


def fill(items: CompactItems, first: int, last: int) -> None:
    """Stores people by their keys and homes, without comparing them."""
    most = POLICY.matching.members_per_key
    for number in range(first, last):
        record_id = f"base#{number}"
        source = a_source(record_id, a_person(number))
        described = describe(source, KEY, POLICY.matching.keys_per_record, str)
        packed = pack(described.profile)
        for name in described.keys:
            stored: Any = items.rows.get((name, ""))
            item: Any = loads(stored) if stored else {"id_key": name, "ver": 0, "hot": False, "members": {}}
            item["ver"] += 1
            item["members"][record_id] = packed
            if item["hot"] or len(item["members"]) > most:
                item |= {"hot": True, "members": {}}
            items.rows[name, ""] = dumps(item)
        store_home(items, source, f"c-{number}", packed, list(described.keys))


def store_home(
    items: CompactItems, source: SourceRecord, customer_id: str, packed: list[str], keys: list[str]
) -> None:
    record: Item = {
        "record_id": source.record_id,
        "sk": "RECORD",
        "system": "base",
        "customer_id": customer_id,
        "ver": 1,
        "party": {name: [said.value, said.version] for name, said in source.party.items()},
        "history": EMPTY_HISTORY,
        "consents": {},
        "deleted": False,
    }
    profile: Item = {
        "customer_id": customer_id,
        "sk": "PROFILE",
        "ver": 1,
        "members": [source.record_id],
        "founded_at": "2026-06-01T00:00:00.000Z",
        "golden": {},
        "provenance": {},
        "aliases": [],
        "review": [],
        "features": {source.record_id: [list(packed), list(keys)]},
    }
    items.put(Table.RECORDS, record)
    items.put(Table.CUSTOMERS, profile)


EMPTY_HISTORY = (
    '{"days":[],"pending":[],"first_cooperation_on":null,"first_order_on":null,'
    '"has_interaction_ever":false,"has_order_ever":false,"needs":[],"answers":[]}'
)


# --- measure -------------------------------------------------------------------------------------------------


@dataclass
class Replayed:
    """Answers reads as they were answered before, in order: what a decision costs without its store."""

    answers: Iterator[dict[Key, Item]]

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        return next(self.answers)


@dataclass
class Watched:
    """What one run over all records read, compared and grouped."""

    items: CompactItems
    answers: list[dict[Key, Item]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    grouped: list[tuple[Any, ...]] = field(default_factory=list)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        self.calls["lookups"] += sum(key.table is Table.IDENTITIES for key in keys)
        self.answers.append(self.items.batch_get(keys))
        return self.answers[-1]

    def score(self, *arguments: Any) -> Any:
        self.calls["comparisons"] += 1
        return score_pair(*arguments)

    def group(self, *arguments: Any) -> Any:
        self.grouped.append(arguments)
        return regroup.regroup(*arguments)


def added(items: CompactItems, size: int, count: int) -> dict[str, float]:
    """Means for each of `count` records, a third of them of people who are stored."""
    sources = list(some_sources(size, count))
    watched = Watched(items)
    touch_customers.score_pair = regroup.score_pair = watched.score  # type: ignore[attr-defined,assignment]
    settle_customers.regroup = watched.group  # type: ignore[attr-defined,assignment]
    placed = [place(source, watched) for source, _ in sources]
    touch_customers.score_pair = regroup.score_pair = score_pair  # type: ignore[attr-defined]
    settle_customers.regroup = regroup.regroup  # type: ignore[attr-defined]
    known = [person for _, person in sources if person is not None]
    found = sum(
        placement.customer_id == f"c-{person}"
        for (_, person), placement in zip(sources, placed, strict=True)
        if person is not None
    )
    return {
        "lookups": watched.calls["lookups"] / count,
        "reads": len(watched.answers) / count,
        "comparisons": watched.calls["comparisons"] / count,
        "matching": clock(lambda: match_all(sources, watched)) / count,
        "whole": clock(lambda: place_all(sources, watched)) / count,
        "found": found / max(len(known), 1),
    }


def some_sources(size: int, count: int) -> Iterator[tuple[SourceRecord, int | None]]:
    """New records, with the stored person that they are of, if any."""
    random = Random(size)
    for number in range(count):
        person = random.randrange(size) if random.random() < REPEATS else None
        said = a_person(size * 10 + number) if person is None else seen_again(person, random)
        yield a_source(f"new{size}#{number}", said), person


def place(source: SourceRecord, items: Any) -> Placement:
    placement = place_source(source, None, items=items, policy=POLICY, key=KEY, at=NOW)
    assert placement is not None
    return placement


def place_all(sources: Iterable[tuple[SourceRecord, int | None]], watched: Watched) -> None:
    """Everything but the store: what is read becomes objects, writes are built."""
    items = Replayed(iter(watched.answers))
    for source, _ in sources:
        place(source, items)


def match_all(sources: Iterable[tuple[SourceRecord, int | None]], watched: Watched) -> None:
    """Profile and keys; candidates ranked and compared; groups."""
    most = POLICY.matching.keys_per_record
    for source, _ in sources:
        described = describe(source, KEY, most, str)
        answers = [watched.items.cached[tuple(described.keys)]] if described.keys else []
        touch_customers.look(source, None, described, None, items=Replayed(iter(answers)), policy=POLICY)  # type: ignore[arg-type]
    for arguments in watched.grouped:
        regroup.regroup(*arguments)


def clock(run: Callable[[], None]) -> float:
    """us of CPU, the better of two runs; read twice only, for reading the clock may cost more than a record."""
    times = []
    for _ in range(2):
        start = process_time()
        run()
        times.append(process_time() - start)
    return min(times) * 1e6


def report_sizes(sizes: Sequence[int]) -> None:
    items, filled = CompactItems(), 0
    print("   stored   lookups  reads  comparisons  matching us  with items us  known people found")
    for size in sizes:
        fill(items, filled, size)
        filled = size
        items.cached.clear()
        found = added(items, size, ADDED)
        print(
            f"{size:>9,}   {found['lookups']:7.2f}  {found['reads']:5.2f}  {found['comparisons']:11.2f}"
            f"  {found['matching']:11.0f}  {found['whole']:13.0f}  {found['found']:6.3f}",
            flush=True,
        )


# --- DynamoDB ------------------------------------------------------------------------------------------------


@dataclass
class MeteredItems:
    """Requests and capacity units as DynamoDB counts them: strong reads, transactions at twice a write."""

    inner: Items
    requests: Counter[str] = field(default_factory=Counter)

    def get(self, key: Key) -> Item | None:
        return self.batch_get([key]).get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found = self.inner.batch_get(keys)
        self.requests["reads"] += 1
        self.requests["read units"] += sum(
            _units(found[key], key.table, READ_UNIT) if key in found else 1 for key in keys
        )
        return found

    def query(self, query: Query) -> Page:
        self.requests["reads"] += 1
        self.requests["read units"] += 1
        return self.inner.query(query)

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        self.requests["transactions"] += 1
        done = self.inner.transact(writes)
        for write in writes:
            self.requests["write units"] += 2 * self._size(write)
        return done

    def _size(self, write: Write) -> int:
        if isinstance(write, Put):
            return _units(write.item, write.table, WRITE_UNIT)
        stored = self.inner.get(write.key)
        return 1 if stored is None else _units(stored, write.key.table, WRITE_UNIT)

    def put_if(self, write: Put) -> Done | Refused:
        self.requests["write units"] += self._size(write)
        return self.inner.put_if(write)

    def update_if(self, write: Update) -> Done | Refused:
        self.requests["write units"] += self._size(write)
        return self.inner.update_if(write)

    def scan(self, table: Table) -> Iterator[Item]:
        return self.inner.scan(table)


def _units(item: Item, table: Table, unit: int) -> int:
    return -(-check_item(table, item) // unit)


def report_units() -> None:
    said = {
        "name": "王小明",
        "phone": "13800001234",
        "email": "m@example.com",
        "company": "远洋贸易",
        "city": "上海",
    }
    bridge = {"name": "赵丽", "phone": "13800005555", "email": "z@example.com"}
    cases = {
        "new, nobody like it": a_profile("1", version=1, **said),
        "unchanged": a_profile("1", version=1, **said),
        "changed, same identity": a_profile("1", version=2, title="经理", **said),
        "changed phone": a_profile("1", version=3, **said | {"phone": "13800004321"}),
        "and back": a_profile("1", version=4, **said),
        "new order": an_event("order", "1", "o1", "2026-06-02"),
        "new, linked to one": a_profile("9", "web", **said),
        "new, half of a person": a_profile("6", name="赵丽", phone="13800005555"),
        "new, the other half": a_profile("7", "web", name="赵丽", email="z@example.com"),
        "new, joins two customers": a_profile("8", "service", **bridge),
    }
    print("\nrecord                      reads  transactions  read units  write units")
    items = MeteredItems(MemoryItems())
    for name, raw in cases.items():
        items.requests.clear()
        ingest(items, raw)
        counts = (items.requests[what] for what in ("reads", "transactions", "read units", "write units"))
        print(f"{name:27} {'{:5}  {:12}  {:10}  {:11}'.format(*counts)}")


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [1_000, 10_000, 100_000]
    report_sizes(sizes)
    report_units()


if __name__ == "__main__":
    main()
