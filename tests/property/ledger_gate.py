"""The fault gate: every call of a port takes time, and may fail before its effect, after it, or land when nobody waits.

Also the provider, who keeps the truth about each request that reached it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from shared.messaging.sms_text import count_sms
from shared.model.errors import StoreBusy
from shared.ports import (
    Accepted,
    Ambiguous,
    Cancelled,
    Done,
    Item,
    Key,
    Page,
    Put,
    Query,
    QueueName,
    Refused,
    SendOutcome,
    SendRefused,
    SmsMessage,
    Table,
    Throttled,
    Update,
    Write,
)
from shared.store.suppressions import CHANNELS
from tests.integration.ledger_builder import POLICY, target_status
from tests.property.ledger_history import Move, WireCall, Worker
from tests.property.ledger_turns import Killed

if TYPE_CHECKING:
    from tests.property.ledger_world import World

Made = TypeVar("Made")

READ_FAULTS = ("fail before", "crash before", "crash after", "pause", "slow")
WRITE_FAULTS = (*READ_FAULTS, "fail after", "reply lost, sent again", "lands late")
STORE_TIMEOUT_S = 5.0
WIRE_TIMEOUT_S = 10.0


class Gate:
    """One worker's way to everything that is not its own memory."""

    def __init__(self, world: World, worker: Worker) -> None:
        self.world = world
        self.worker = worker

    def call(self, name: str, act: Callable[[], Made], *, is_write: bool) -> Made:
        world = self.world
        self._spend(world.chance.uniform(0.002, 0.05))
        if world.chance.random() < world.trouble.overtake_rate:
            world.overtake(self.worker)
        if world.chance.random() < world.trouble.dally_rate:
            self._spend(world.chance.uniform(0.5, 15))
        if world.in_storm() and world.chance.random() < 0.5:
            world.fault("store throttled", self.worker, name)
            raise StoreBusy("throttled")
        if world.chance.random() >= world.fault_rate:
            return act()
        kind = world.chance.choice(WRITE_FAULTS if is_write else READ_FAULTS)
        world.fault(kind, self.worker, name)
        return self._fail(kind, act)

    def _fail(self, kind: str, act: Callable[[], Made]) -> Made:
        self._fail_before(kind, act)
        done = act()
        if kind == "pause":
            self._spend(self.world.chance.uniform(0, 20))
        if kind == "crash after":
            raise Killed
        if kind == "fail after":
            self._spend(STORE_TIMEOUT_S)
            raise StoreBusy("reply lost")
        if kind == "reply lost, sent again":
            self._spend(STORE_TIMEOUT_S)
            return act()
        return done

    def _fail_before(self, kind: str, act: Callable[[], Any]) -> None:
        chance = self.world.chance
        if kind == "fail before":
            raise StoreBusy("by chance")
        if kind == "crash before":
            raise Killed
        if kind == "pause":
            self._spend(chance.uniform(5, 60))
        if kind == "slow":
            self._spend(chance.uniform(0.5, 5))
        if kind == "lands late":
            self.world.turns.after(chance.uniform(0.1, 90), act)
            self._spend(STORE_TIMEOUT_S)
            if chance.random() < 0.5:
                raise StoreBusy("no reply")  # else the store's client asks again meanwhile

    def _spend(self, seconds: float) -> None:
        """Others come between; and the runtime ends what takes too long."""
        world, worker = self.world, self.worker
        world.turns.sleep(seconds)
        if world.is_killed_in_time and world.turns.now > worker.deadline:
            raise Killed

    # --- items -----------------------------------------------------------------------------------------------

    def get(self, key: Key) -> Item | None:
        return self.call("get", lambda: self.world.items.get(key), is_write=False)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        return self.call("batch_get", lambda: self.world.items.batch_get(keys), is_write=False)

    def query(self, query: Query) -> Page:
        if query.index is not None and not self.world.is_due(query.pk) and self.world.chance.random() < 0.9:
            return Page(())  # most shards are empty in most minutes: no time is spent on them
        return self.call("query", lambda: self._lag(query), is_write=False)

    def _lag(self, query: Query) -> Page:
        """An index tells what was so a moment ago: some rows are not in it yet, some no longer should be."""
        world, page = self.world, self.world.items.query(query)
        if query.index is None or world.chance.random() > 0.1:
            return page
        fresh = world.turns.now - timedelta(seconds=3)
        kept = [item for item in page.items if world.written_at.get(str(item["contact_id"]), fresh) <= fresh]
        gone = [item for item in world.seen_in_index[-2:] if item.get("due_shard") == query.pk]
        world.seen_in_index.extend(page.items)
        if gone or len(kept) < len(page.items):
            world.fault("index lag", self.worker, "query")
        return Page((*kept, *gone), page.next)

    def scan(self, table: Table) -> Iterator[Item]:
        raise AssertionError("no function scans")

    def put_if(self, write: Put) -> Done | Refused:
        done: Done | Refused = self._write([write], lambda: self.world.items.put_if(write))
        return done

    def update_if(self, write: Update) -> Done | Refused:
        done: Done | Refused = self._write([write], lambda: self.world.items.update_if(write))
        return done

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        done: Done | Cancelled = self._write(writes, lambda: self.world.items.transact(writes))
        return done

    def _write(self, writes: Sequence[Write], act: Callable[[], Any]) -> Any:
        # What a worker knows of the time, it read before the call.
        asked_at = self.now()
        name = next(filter(None, map(target_status, writes)), "") or type(writes[0]).__name__
        return self.call(name, lambda: self._commit(writes, act, asked_at), is_write=True)

    def _commit(self, writes: Sequence[Write], act: Callable[[], Any], asked_at: datetime) -> Any:
        done = act()
        if isinstance(done, Done):
            self.worker.order, self.worker.at = self.world.tick(), asked_at
            for write in writes:
                self._note(write, asked_at)
        return done

    def _note(self, write: Write, asked_at: datetime) -> None:
        world, worker = self.world, self.worker
        if isinstance(write, Put) and write.table is Table.CONTACTS:
            world.made(world.contacts[str(write.item["contact_id"])])
        if isinstance(write, Update) and write.key.table is Table.SUPPRESSIONS and write.key.pk in CHANNELS:
            world.note("suppressed", (write.key.pk, world.addresses[str(write.key.sk)]), "yes")
        status = target_status(write)
        if status is None or not isinstance(write, Update):
            return
        world.moves.append(Move(worker.order, asked_at, write.key.pk, status, worker.number))
        world.committed(write.key.pk, worker, status, write.set)

    # --- queues and time -------------------------------------------------------------------------------------

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        self.call("post", lambda: self.world.enqueue(queue, bodies), is_write=True)

    def now(self) -> datetime:
        return self.world.turns.now + self.worker.skew

    def time_left_s(self) -> float:
        return (self.worker.deadline - self.world.turns.now).total_seconds()

    # --- the wire --------------------------------------------------------------------------------------------

    def send(self, message: Any) -> SendOutcome:
        """One request. What the provider makes of it and what the caller hears are two things."""
        world, worker = self.world, self.worker
        worker.wire_calls += 1
        self._spend(world.chance.uniform(0.02, 0.3))
        if world.in_storm() and world.chance.random() < 0.8:
            world.fault("provider throttled", worker, "wire")
            return self._reached(message, Throttled(world.chance.choice((1, 60))), is_delivered=False)
        if world.chance.random() >= world.fault_rate * 2:
            return self._reached(message, self._taken(), is_delivered=True)
        kind = world.chance.choice(tuple(WIRE_FAULTS))
        world.fault(kind, worker, "wire")
        return WIRE_FAULTS[kind](self, message)

    def _taken(self) -> Accepted:
        return Accepted(f"p-{len(self.world.wire)}")

    def _reached(
        self, message: Any, outcome: SendOutcome, *, is_delivered: bool, late_s: float = 0
    ) -> SendOutcome:
        world, worker = self.world, self.worker
        call = WireCall(
            order=worker.order,
            at=worker.at or self.now(),
            called_at=self.now(),
            contact_id=message.contact_id,
            to=message.to,
            outcome=outcome,
            is_delivered=is_delivered,
            worker=worker.number,
            fen=_price(message),
        )
        world.reached(call, late_s)
        return outcome

    def _reply_lost(self, message: Any) -> SendOutcome:
        outcome = self._reached(message, Ambiguous("ReadTimeoutError"), is_delivered=True)
        self._spend(WIRE_TIMEOUT_S)
        return outcome

    def _landed_late(self, message: Any) -> SendOutcome:
        late_s = self.world.chance.uniform(WIRE_TIMEOUT_S, 90)
        outcome = self._reached(message, Ambiguous("ReadTimeoutError"), is_delivered=True, late_s=late_s)
        self._spend(WIRE_TIMEOUT_S)
        return outcome

    def _server_error(self, message: Any) -> SendOutcome:
        return self._reached(message, Ambiguous("status_503"), is_delivered=False)

    def _refused(self, message: Any) -> SendOutcome:
        return self._reached(message, SendRefused("MessageRejected"), is_delivered=False)

    def _throttled(self, message: Any) -> SendOutcome:
        return self._reached(message, Throttled(60), is_delivered=False)

    def _crash_before(self, message: Any) -> SendOutcome:
        raise Killed

    def _crash_after(self, message: Any) -> SendOutcome:
        self._reached(message, self._taken(), is_delivered=True)
        raise Killed

    def _slow(self, message: Any) -> SendOutcome:
        self._spend(self.world.chance.uniform(2, WIRE_TIMEOUT_S - 1))
        return self._reached(message, self._taken(), is_delivered=True)

    def _paused(self, message: Any) -> SendOutcome:
        outcome = self._reached(message, self._taken(), is_delivered=True)
        self._spend(self.world.chance.uniform(5, 60))
        return outcome


def _price(message: Any) -> int:
    if not isinstance(message, SmsMessage):
        return POLICY.cost.email_fen
    return count_sms(message.text).segments * POLICY.cost.sms_segment_fen


WIRE_FAULTS: dict[str, Callable[[Gate, Any], SendOutcome]] = {
    "wire: reply lost": Gate._reply_lost,
    "wire: lands late": Gate._landed_late,
    "wire: 503": Gate._server_error,
    "wire: refused": Gate._refused,
    "wire: throttled": Gate._throttled,
    "wire: crash before": Gate._crash_before,
    "wire: crash after": Gate._crash_after,
    "wire: slow": Gate._slow,
    "wire: pause after": Gate._paused,
}
