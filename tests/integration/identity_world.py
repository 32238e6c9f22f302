"""State in memory for the flows of identity and tags: messages to send in, wrappers to watch and disturb, views."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from shared.flows.ingest_record import Ingested, ingest_record
from shared.flows.review_customer import Reviewed, review_customer
from shared.memory.items import MemoryItems
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.ports import (
    Cancelled,
    Done,
    Item,
    Items,
    Key,
    Page,
    Put,
    Query,
    QueueName,
    Refused,
    Table,
    Update,
    Write,
)

NOW = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
KEY = b"a key for tests, nothing else...."
POLICY = load_policy()
Raw = dict[str, Any]


# --- messages ------------------------------------------------------------------------------------------------


def a_profile(ref: str, system: str = "sales", **changes: Any) -> Raw:
    party = {name: changes.pop(name) for name in tuple(changes) if name in PARTY}
    base: Raw = {"schema": 1, "system": system, "kind": "profile", "id": f"{ref}#profile"}
    return {**base, "event_at": "2026-06-01T00:00:00Z", "party": {"ref": ref, **party}, **changes}


def an_event(kind: str, ref: str, number: str, at: str, system: str = "sales", **changes: Any) -> Raw:
    party = {name: changes.pop(name) for name in tuple(changes) if name in PARTY}
    extra: Raw = {"amount": "1000"} if kind in ("order", "refund") and "amount" not in changes else {}
    base: Raw = {"schema": 1, "system": system, "kind": kind, "id": number, "event_at": at}
    return {**base, "party": {"ref": ref, **party}, **extra, **changes}


def a_consent(ref: str, number: str, at: str, action: str = "grant", **changes: Any) -> Raw:
    said = {"channel": "email", "purpose": "care", "action": action, **changes}
    return an_event("consent", ref, number, at, **said)


PARTY = frozenset(
    {
        "name",
        "title",
        "phone",
        "email",
        "company",
        "country",
        "province",
        "city",
        "birthday",
        "first_cooperation",
    }
)


# --- wrappers ------------------------------------------------------------------------------------------------


@dataclass
class CountingItems:
    """Counts the requests that reach the store; a read of no keys is none."""

    inner: Items
    calls: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda call: None
    """Runs before each request: where others may come in between."""

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.before(call)

    def get(self, key: Key) -> Item | None:
        self._note("get")
        return self.inner.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        if not keys:
            return {}
        self._note("batch_get")
        return self.inner.batch_get(keys)

    def query(self, query: Query) -> Page:
        self._note("query")
        return self.inner.query(query)

    def put_if(self, write: Put) -> Done | Refused:
        self._note("put_if")
        return self.inner.put_if(write)

    def update_if(self, write: Update) -> Done | Refused:
        self._note("update_if")
        return self.inner.update_if(write)

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        self._note("transact")
        return self.inner.transact(writes)

    def scan(self, table: Table) -> Iterator[Item]:
        return self.inner.scan(table)


@dataclass
class TornItems(CountingItems):
    """As DynamoDB: a batch read is no snapshot. Others may write between any two of its items, in any order."""

    random: Random = field(default_factory=lambda: Random(7))
    longest_s: float = 0.0

    def _note(self, call: str) -> None:
        self._pause()
        super()._note(call)

    def _pause(self) -> None:
        if self.longest_s:
            time.sleep(self.random.random() * self.longest_s)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        for key in self.random.sample(list(keys), len(keys)):
            self._note("item")
            item = self.inner.get(key)
            if item is not None:
                found[key] = item
        return found


# --- runs and views ------------------------------------------------------------------------------------------


def ingest(items: Items, raw: object, at: datetime = NOW, policy: Policy = POLICY) -> Ingested:
    return ingest_record(raw, items=items, policy=policy, key=KEY, received_at=at)


def ingest_all(raws: Sequence[object], at: datetime = NOW, policy: Policy = POLICY) -> MemoryItems:
    items = MemoryItems()
    for raw in raws:
        ingest(items, raw, at, policy)
    return items


def review(
    items: Items, customer_id: str, now: datetime = NOW, policy: Policy = POLICY, *, may_plan: bool = True
) -> Reviewed:
    return review_customer(customer_id, items=items, policy=policy, key=KEY, now=now, may_plan=may_plan)


def source(items: Items, record_id: str) -> Any:
    return items.get(Key(Table.RECORDS, record_id, "RECORD"))


def of_customer(items: Items, customer_id: str, sk: str) -> Any:
    return items.get(Key(Table.CUSTOMERS, customer_id, sk))


def rows(items: Items, table: Table, sk: str = "") -> list[Any]:
    return [item for item in items.scan(table) if str(item.get("sk", "")).startswith(sk)]


def partition(items: Items) -> set[frozenset[str]]:
    """Who is together, after the profiles and the pointers of the records are found to agree."""
    profiles = [row for row in rows(items, Table.CUSTOMERS, "PROFILE") if "alias_of" not in row]
    by_profile = {row["customer_id"]: set(row["members"]) for row in profiles}
    by_pointer: dict[str, set[str]] = {}
    for row in rows(items, Table.RECORDS, "RECORD"):
        by_pointer.setdefault(row["customer_id"], set()).add(row["record_id"])
    assert by_profile == by_pointer
    return {frozenset(members) for members in by_profile.values()}


def state(items: Items) -> dict[Table, list[str]]:
    return {table: sorted(map(repr, items.scan(table))) for table in Table}


@dataclass
class ListQueue:
    """Keeps what is posted, in order."""

    posted: list[tuple[QueueName, str]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """Of each post."""

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        self.posted += [(queue, body) for body in bodies]
        self.sizes.append(len(bodies))

    def take(self, queue: QueueName) -> list[str]:
        """The bodies of one queue, which is empty afterwards."""
        bodies = [body for name, body in self.posted if name is queue]
        self.posted = [one for one in self.posted if one[0] is not queue]
        return bodies
