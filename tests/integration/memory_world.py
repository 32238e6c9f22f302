"""The real handlers over memory, wired as the template says: a function that it does not wire does not run."""

import importlib
import io
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from infra.local.template import QueueSource, StreamSource, functions, matches, sources
from shared.flows.policy_in_force import InForce, read_in_force
from shared.flows.split_file import make_job_id, split_file
from shared.memory.clock import ManualClock
from shared.memory.items import MemoryItems
from shared.memory.senders import MemoryEmailSender, MemorySmsSender
from shared.policy.schema import Policy
from shared.ports import Cancelled, Done, Item, Page, Put, Query, QueueName, Refused, Table, Update, Write
from shared.ports import Key as ItemKey
from shared.runtime import wiring

Outcome = TypeVar("Outcome")
NOW = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
KEY = b"a key for tests, nothing else...."
MAX_RECEIVES = 5


@dataclass
class World:
    """State, queues, streams and senders in memory. `hops` names every function that ran, in order."""

    clock: ManualClock
    items: "StreamedItems" = field(init=False)
    email: MemoryEmailSender = field(default_factory=MemoryEmailSender)
    sms: MemorySmsSender = field(default_factory=MemorySmsSender)
    queues: dict[str, deque[tuple[str, int]]] = field(default_factory=dict)
    dead: list[tuple[str, str]] = field(default_factory=list)
    hops: list[str] = field(default_factory=list)
    _in_force: InForce | None = None

    def __post_init__(self) -> None:
        self.items = StreamedItems(MemoryItems())

    def policy(self) -> Policy:
        """As the wiring gives it, but looked at anew each time: no test waits half a minute."""
        self._in_force = read_in_force(wiring.items(), self._in_force)
        return self._in_force.policy

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        self.queues.setdefault(queue.value, deque()).extend((body, 1) for body in bodies)

    def post_records(self, *raws: object) -> None:
        self.post(QueueName.RECORDS, [raw if isinstance(raw, str) else json.dumps(raw) for raw in raws])

    def drop_file(self, name: str, content: bytes) -> None:
        """What split_file does for an object of the bucket."""
        split_file(
            name,
            io.BytesIO(content),
            job_id=make_job_id(f"{name}{len(self.hops)}"),
            items=self.items,
            queue=self,
            now=self.clock.now(),
        )

    def invoke(self, function: str, event: dict[str, Any]) -> Any:  # noqa: ANN401
        """What a function answers, by its name in the template."""
        module = functions()[function]["Handler"].removesuffix(".handler")
        self.hops.append(function)
        return importlib.import_module(module).handler(event, a_context())

    def settle(self) -> None:
        """Runs every wired function until no queue or stream holds anything."""
        while self._step():
            pass

    def sweep(self) -> None:
        """What the schedules do: wake what is due, move on what fell between."""
        for function in ("SweepDue", "SweepContacts"):
            self.invoke(function, {})
        self.settle()

    def _step(self) -> bool:
        return any(
            self._drain_stream(source) if isinstance(source, StreamSource) else self._drain_queue(source)
            for source in sources()
            if isinstance(source, StreamSource | QueueSource)
        )

    def _drain_stream(self, source: StreamSource) -> bool:
        changes = self.items.take(source.function, source.table)
        wanted = [
            change for change in changes if any(matches(pattern, change) for pattern in source.patterns)
        ]
        for batch in _batches(wanted, source.batch_size):
            self.invoke(source.function, {"Records": batch})
        return bool(wanted)

    def _drain_queue(self, source: QueueSource) -> bool:
        waiting = self.queues.get(source.queue)
        if not waiting:
            return False
        batch = [waiting.popleft() for _ in range(min(source.batch_size, len(waiting)))]
        event = {"Records": [_sqs_record(f"m{n}", body) for n, (body, _) in enumerate(batch)]}
        answer = self.invoke(source.function, event)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for n, (body, receives) in enumerate(batch):
            if f"m{n}" in failed:
                self._retry(source.queue, body, receives)
        return True

    def _retry(self, queue: str, body: str, receives: int) -> None:
        if receives >= MAX_RECEIVES:
            self.dead.append((queue, body))
        else:
            self.queues[queue].append((body, receives + 1))

    def rows(self, table: Table, sk: str = "") -> list[Item]:
        return [item for item in self.items.scan(table) if str(item.get("sk", "")).startswith(sk)]


class StreamedItems:
    """The item port with a stream for each reader: every write that is in becomes a change record."""

    def __init__(self, inner: MemoryItems) -> None:
        self.inner = inner
        self._changes: list[tuple[Table, dict[str, Any]]] = []
        self._read: dict[tuple[str, Table], int] = {}

    def take(self, reader: str, table: Table) -> list[dict[str, Any]]:
        """The changes of a table that a reader has not seen."""
        start = self._read.get((reader, table), 0)
        self._read[reader, table] = len(self._changes)
        return [change for changed, change in self._changes[start:] if changed is table]

    def get(self, key: ItemKey) -> Item | None:
        return self.inner.get(key)

    def batch_get(self, keys: Sequence[ItemKey]) -> dict[ItemKey, Item]:
        return self.inner.batch_get(keys)

    def query(self, query: Query) -> Page:
        return self.inner.query(query)

    def scan(self, table: Table) -> Iterator[Item]:
        return self.inner.scan(table)

    def put_if(self, write: Put) -> Done | Refused:
        before = self._before([write])
        done = self.inner.put_if(write)
        return self._noted([write], before, done)

    def update_if(self, write: Update) -> Done | Refused:
        before = self._before([write])
        done = self.inner.update_if(write)
        return self._noted([write], before, done)

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        before = self._before(writes)
        done = self.inner.transact(writes)
        return self._noted(writes, before, done)

    def _before(self, writes: Iterable[Write]) -> list[Item | None]:
        return [
            self.inner.get(_key_of(write)) if isinstance(write, Put | Update) else None for write in writes
        ]

    def _noted(self, writes: Sequence[Write], before: list[Item | None], done: Outcome) -> Outcome:
        if isinstance(done, Done):
            for write, old in zip(writes, before, strict=True):
                if isinstance(write, Put | Update):
                    self._note(_key_of(write), old)
        return done

    def _note(self, key: ItemKey, old: Item | None) -> None:
        new = self.inner.get(key) or {}
        image = {name: {"S": value} for name, value in new.items() if isinstance(value, str)}
        keys = {name: value for name, value in image.items() if value["S"] in (key.pk, key.sk)}
        change = {
            "eventName": "INSERT" if old is None else "MODIFY",
            "dynamodb": {"Keys": keys, "NewImage": image},
        }
        self._changes.append((key.table, change))


def _key_of(write: Put | Update) -> ItemKey:
    from shared.ports import SCHEMAS

    if isinstance(write, Update):
        return write.key
    schema = SCHEMAS[write.table]
    sk = str(write.item[schema.range_key]) if schema.range_key else None
    return ItemKey(write.table, str(write.item[schema.hash_key]), sk)


def _batches(changes: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(changes), size):
        yield changes[start : start + size]


def _sqs_record(message_id: str, body: str) -> dict[str, Any]:
    return {"messageId": message_id, "receiptHandle": message_id, "body": body, "eventSource": "aws:sqs"}


def a_context() -> Any:  # noqa: ANN401
    """What Lambda hands to a function, with plenty of time left."""
    return SimpleNamespace(
        function_name="test",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:test",
        aws_request_id="request-1",
        get_remaining_time_in_millis=lambda: 30_000,
    )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world at 10:00 in Shanghai on a working Tuesday, with the handlers wired to it."""
    return wired_world(monkeypatch)


def wired_world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The world of the fixture, for as long as the patches hold."""
    made = World(ManualClock(NOW))
    ports: dict[str, Any] = {
        "items": made.items,
        "queue": made,
        "clock": made.clock,
        "identity_key": KEY,
        "email_sender": made.email,
        "sms_sender": made.sms,
    }
    for name, port in ports.items():
        monkeypatch.setattr(wiring, name, lambda port=port: port)
    monkeypatch.setattr(wiring, "policy", made.policy)
    return made
