"""The ports of one worker in a random schedule: every call may fail, and what is committed is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

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
    Refused,
    SendOutcome,
    SendRefused,
    Table,
    Throttled,
    Update,
    Write,
)
from tests.integration.ledger_builder import Crash, target_status

if TYPE_CHECKING:
    from tests.property.ledger_schedule import Schedule

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Move:
    """A contact's row was moved to a status."""

    order: int
    at: datetime
    contact_id: str
    status: str
    worker: int


@dataclass(frozen=True, slots=True)
class WireCall:
    """A request that reached the provider. `order`, `at`: of the last write its worker made before it."""

    order: int
    at: datetime
    called_at: datetime
    contact_id: str
    to: str
    outcome: SendOutcome
    is_delivered: bool
    worker: int


@dataclass
class Worker:
    """One run of the sender or the sweeper."""

    number: int
    deadline: datetime
    order: int = 0
    at: datetime | None = None
    is_broken: bool = False


# --- the ports, with faults ----------------------------------------------------------------------------------


def gate(schedule: Schedule, worker: Worker, call: Callable[[], Made], *, is_write: bool) -> Made:
    """One call of a port: overtaken, refused, doubled or cut off by chance, and by the function's timeout."""
    chance = schedule.chance
    _take_time(schedule)
    _kill_late(schedule, worker)
    fault = "none"
    if chance.random() < schedule.fault_rate:
        kinds = ("busy", "crash", "busy_after", "crash_after", "again") if is_write else ("busy", "crash")
        fault = chance.choice(kinds)
        schedule.faults += 1
    _break(fault, "")
    done = call()
    if fault == "again":
        done = call()
    _break(fault, "_after")
    _take_time(schedule)
    _kill_late(schedule, worker)
    return done


def _take_time(schedule: Schedule) -> None:
    """A call takes a while, and others do not wait for it."""
    if schedule.is_calm:
        return
    if schedule.chance.random() < 0.2:
        schedule.clock.advance(timedelta(milliseconds=schedule.chance.randint(20, 4000)))
    if schedule.depth < 2 and schedule.chance.random() < schedule.overtake_rate:
        schedule.overtake()


def _kill_late(schedule: Schedule, worker: Worker) -> None:
    if schedule.is_killed_in_time and schedule.clock.now() > worker.deadline:
        raise Crash


def _break(fault: str, suffix: str) -> None:
    if fault == f"busy{suffix}":
        raise StoreBusy("by chance")
    if fault == f"crash{suffix}":
        raise Crash


@dataclass
class FaultyItems:
    """The item port of one worker."""

    schedule: Schedule
    worker: Worker

    def get(self, key: Key) -> Item | None:
        return self._read(lambda: self.schedule.items.get(key))

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        return self._read(lambda: self.schedule.items.batch_get(keys))

    def query(self, query: Query) -> Page:
        return self._read(lambda: self.schedule.items.query(query))

    def scan(self, table: Table) -> Iterator[Item]:
        raise AssertionError("no function scans")

    def put_if(self, write: Put) -> Done | Refused:
        done: Done | Refused = self._write([write], lambda: self.schedule.items.put_if(write))
        return done

    def update_if(self, write: Update) -> Done | Refused:
        done: Done | Refused = self._write([write], lambda: self.schedule.items.update_if(write))
        return done

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        done: Done | Cancelled = self._write(writes, lambda: self.schedule.items.transact(writes))
        return done

    def _read(self, call: Callable[[], Made]) -> Made:
        return gate(self.schedule, self.worker, call, is_write=False)

    def _write(self, writes: Sequence[Write], call: Callable[[], Any]) -> Any:
        # What a worker knows of the time, it read before the call.
        asked_at = self.schedule.clock.now()
        return gate(self.schedule, self.worker, lambda: self._commit(writes, call, asked_at), is_write=True)

    def _commit(self, writes: Sequence[Write], call: Callable[[], Any], asked_at: datetime) -> Any:
        done = call()
        if isinstance(done, Done):
            self.worker.order, self.worker.at = self.schedule.tick(), asked_at
            for write in writes:
                status = target_status(write)
                if status is not None and isinstance(write, Update):
                    move = Move(self.worker.order, asked_at, write.key.pk, status, self.worker.number)
                    self.schedule.moves.append(move)
        return done


OUTCOMES: tuple[tuple[Callable[[], SendOutcome], bool], ...] = (
    (lambda: Accepted("p"), True),
    (lambda: Accepted("p"), True),
    (lambda: SendRefused("MessageRejected"), False),
    (lambda: Throttled(60), False),
    (lambda: Throttled(1), False),
    (lambda: Ambiguous("ReadTimeoutError"), True),
    (lambda: Ambiguous("ReadTimeoutError"), False),
)


@dataclass
class Wire:
    """Both senders: keeps each call with the truth about it."""

    schedule: Schedule
    worker: Worker

    def send(self, message: Any) -> SendOutcome:
        schedule, worker = self.schedule, self.worker
        if not schedule.is_calm and schedule.chance.random() < schedule.fault_rate:
            raise Crash
        make, is_delivered = OUTCOMES[0 if schedule.is_calm else schedule.chance.randrange(len(OUTCOMES))]
        outcome = make()
        if isinstance(outcome, Accepted):
            outcome = Accepted(f"p-{len(schedule.wire)}")
        schedule.wire.append(
            WireCall(
                order=worker.order,
                at=worker.at or schedule.clock.now(),
                called_at=schedule.clock.now(),
                contact_id=message.contact_id,
                to=message.to,
                outcome=outcome,
                is_delivered=is_delivered,
                worker=worker.number,
            )
        )
        if not schedule.is_calm and schedule.chance.random() < schedule.fault_rate:
            raise Crash
        return outcome
