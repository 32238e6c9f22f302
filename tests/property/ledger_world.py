"""A send ledger under everything that can happen to it: the real flows over memory, one seed, one history.

Reviews plan, the stream and the queues wake, senders send, the sweeper sweeps, the provider tells; the gate of
`ledger_gate` lies between each of them and the rest. What happened is written down in one order of commits, and
`ledger_oracle` judges it without looking at the protocol.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shared.flows.send_contact import send_message
from shared.flows.sending import Senders, Sending
from shared.flows.sweep_contacts import sweep_contacts
from shared.flows.wake import contact_body, parse_wake, wake_senders
from shared.model.contact import Contact
from shared.model.errors import RetryError
from shared.model.instants import from_iso, to_iso
from shared.policy.limits import Budget
from shared.policy.schema import Policy
from shared.ports import Item, QueueName, Update
from shared.store.contacts import SHARDS, open_shard, put_contact
from shared.store.control import lift_hold, set_hold
from shared.store.customers import TAGS, customer_key
from tests.integration.ledger_builder import KEY, POLICY, a_contact
from tests.property.ledger_events import tell_later
from tests.property.ledger_gate import Gate
from tests.property.ledger_history import History, WireCall, Worker
from tests.property.ledger_turns import Turns
from tests.unit.care_builder import at

LIMITS = POLICY.sending
SKEW = timedelta(seconds=LIMITS.skew_s)
STARTS = ("08:00", "10:00", "14:30", "18:30", "21:00", "05:00")
SHORT_S = 3600
SHORT_STARTS = ("10:00", "14:30", "19:59:40", "19:59:50", "21:59:45", "07:59")
"""In a short world many contacts are under way when a window of the recipients opens or closes."""
KINDS = ("care",) * 8 + ("marketing",) * 4 + ("service",) * 7 + ("legal",)
VALID_S = (8, 20, 120, 600, 3600, 3600, 40_000, 40_000, 200_000, 200_000, 200_000)
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """How rough a world is."""

    fault_rate: float = 0.03
    outage: bool = True
    """A 100-minute one of all consumers, on every second seed."""
    storms: int = 2
    is_killed_in_time: bool = True
    events_lost: float = 0.01
    overtake_rate: float = 0.0
    """How often, at a call, something happens to the very customer it is about."""
    dally_rate: float = 0.0
    """How often a call takes so long that hours end and leases run low."""
    span_s: float = 12 * 3600.0
    """So long contacts are planned."""


class World(History):
    def __init__(self, seed: int, messages: int, trouble: Trouble | None = None) -> None:
        chance = Random(seed)
        is_short = trouble is not None and trouble.span_s < SHORT_S
        self.turns = Turns(at("2026-06-30", chance.choice(SHORT_STARTS if is_short else STARTS)))
        super().__init__(chance, lambda: self.turns.now)
        self.seed = seed
        self.trouble = trouble or Trouble()
        self.is_killed_in_time = self.trouble.is_killed_in_time
        self.skew = SKEW
        self.fault_rate = self.trouble.fault_rate
        self.began_at = self.turns.now
        self.policy = _policy(chance, messages)
        self.faults: Counter[str] = Counter()
        self.trace: list[tuple[datetime, int, str, str]] = []
        self.written_at: dict[str, datetime] = {}
        self.seen_in_index: list[Item] = []
        self.dead: list[tuple[QueueName, str]] = []
        self.receipts: Counter[str] = Counter()
        self.due: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.ticks: set[datetime] = set()
        self.busy: Counter[QueueName] = Counter()
        self.outage = self._span(6 * 3600, 6000) if self.trouble.outage and seed % 2 else None
        self.storms = [
            self._span(self.trouble.span_s, 60) for _ in range(chance.randint(0, self.trouble.storms))
        ]
        for number in range(max(2, messages * 2 // 3)):
            self.add_customer(number)
        for number in range(messages):
            self._plan_later(f"M{number}")
        for _ in range(messages // 6):
            self._later(
                self.trouble.span_s * 2, chance.choice((self.withdraw, self.suppress, self.move_house))
            )
        for _ in range(messages // 8):
            self._later(self.trouble.span_s * 2, self.merge)
        self._hold_something()
        for day in (2, 4):
            self.turns.after(day * DAY_S, self._redrive)

    def run(self) -> None:
        """Until nothing is left to happen: the last days are quiet."""
        self.turns.at(self.began_at + timedelta(seconds=self.trouble.span_s * 2), self._calm)
        self.turns.run(self.began_at + timedelta(days=14))

    def _calm(self) -> None:
        self.fault_rate = 0

    def _span(self, within_s: float, length_s: float) -> tuple[datetime, datetime]:
        start = self.began_at + timedelta(seconds=self.chance.uniform(0, within_s))
        return start, start + timedelta(
            seconds=length_s * self.chance.uniform(1, 4 if length_s < 1000 else 1)
        )

    def _later(self, within_s: float, do: Callable[[], None]) -> None:
        self.turns.after(self.chance.uniform(0, within_s), do)

    def in_storm(self) -> bool:
        now = self.turns.now
        return any(start <= now < end for start, end in self.storms)

    def in_outage(self) -> bool:
        return self.outage is not None and self.outage[0] <= self.turns.now < self.outage[1]

    # --- plan: the row is made with the business item's version -----------------------------------------------

    def _plan_later(self, contact_id: str) -> None:
        span_s = self.trouble.span_s
        is_soon = span_s < SHORT_S and self.chance.random() < 0.5
        planned = timedelta(seconds=self.chance.uniform(0, 25 if is_soon else span_s))
        contact = self._contact(contact_id, self.began_at + planned)
        self.contacts[contact_id] = contact
        self.turns.at(contact.created_at, lambda: self._plan(contact))
        if self.chance.random() < 0.1:
            self.faults["double schedule"] += 1
            self.turns.at(contact.created_at, lambda: self._plan(contact))

    def _contact(self, contact_id: str, now: datetime) -> Contact:
        chance = self.chance
        kind, is_short = chance.choice(KINDS), self.trouble.span_s < SHORT_S and chance.random() < 0.5
        not_before = now + timedelta(seconds=chance.choice((0, 0, 0, 0, 600, 30_000)))
        return a_contact(
            contact_id,
            now,
            customer_id=f"c-{chance.randrange(max(2, len(self.profiles)))}",
            channel="email" if kind == "legal" else chance.choice(("email", "sms")),
            contact_class=kind,
            plan_step=chance.choice(("basic.low", "core.high")),
            not_before=not_before,
            not_after=not_before + timedelta(seconds=chance.choice(VALID_S[: 6 if is_short else None])),
        )

    def _plan(self, contact: Contact) -> None:
        """A review's transaction: the version of the tags, and the row (T0). It comes again until it is in."""
        worker = self.hire(60)
        gate = Gate(self, worker)

        def review() -> None:
            version = Update(customer_key(contact.customer_id, TAGS), add={"ver": 1})
            try:
                gate.transact([version, put_contact(contact, expires_at=2_000_000_000)])
            except RetryError:
                pass
            finally:
                if not self.stored(contact.contact_id):
                    self.turns.after(60, lambda: self._plan(contact))

        self.turns.start(review)

    def committed(self, contact_id: str, worker: Worker, status: str, attributes: Mapping[str, Any]) -> None:
        """A row was moved."""
        self.written_at[contact_id] = self.turns.now
        self.tell(worker, f"{status} {attributes.get('reason', '')}", contact_id)
        open_in = self.due[open_shard(contact_id)]
        if "check_at" not in attributes:
            open_in.pop(contact_id, None)
        else:
            open_in[contact_id] = str(attributes["check_at"])
            self.sweep_at(from_iso(str(attributes["check_at"])))

    def made(self, contact: Contact) -> None:
        """A row was made: the stream sees it, and may lose it."""
        self.due[open_shard(contact.contact_id)][contact.contact_id] = to_iso(contact.check_at)
        self.sweep_at(contact.check_at)
        copies = self.chance.choices((1, 0, 2), weights=(95, 3, 2))[0]
        if copies != 1:
            self.faults["wake-up lost" if copies == 0 else "stream doubled"] += 1
        image = {"contact_id": {"S": contact.contact_id}, "channel": {"S": contact.channel.value}}
        for _ in range(copies):
            self._later(3, lambda: self._wake([{"dynamodb": {"NewImage": image}}]))

    def _wake(self, records: Sequence[Mapping[str, Any]]) -> None:
        gate = Gate(self, self.hire(30))

        def wake() -> None:
            try:
                wake_senders(records, gate)
            except RetryError:
                self.turns.after(2, lambda: self._wake(records))

        self.turns.start(wake)

    # --- queues and consumers ---------------------------------------------------------------------------------

    def enqueue(self, queue: QueueName, bodies: Sequence[str]) -> None:
        for body in bodies:
            copies = 2 if self.chance.random() < 0.02 else 1
            self.faults["queue doubled"] += copies - 1
            for _ in range(copies):
                self._later(1.5, self._delivery(queue, body, 1))

    def _delivery(self, queue: QueueName, body: str, receives: int) -> Callable[[], None]:
        return lambda: self._deliver(queue, body, receives)

    def _deliver(self, queue: QueueName, body: str, receives: int) -> None:
        if self.in_outage() or self.busy[queue] >= CONSUMERS:
            wait_s = self.chance.uniform(0.2, 2) if not self.in_outage() else 60
            self.turns.after(wait_s, self._delivery(queue, body, receives))
            return
        if receives > MOST_RECEIVES:
            self.dead.append((queue, body))
            return
        self.busy[queue] += 1
        self.turns.start(lambda: self._consume(queue, body, receives))

    def _consume(self, queue: QueueName, body: str, receives: int) -> None:
        """One invocation. A message that is not deleted comes again when its visibility ends."""
        worker = self.hire(LIMITS.function_timeout_s)
        worker.about = parse_wake(body, "contact_id") or ""
        is_done = False
        try:
            send_message(body, self.sending(worker))
            is_done = self.chance.random() > 0.01
            self.faults["delete lost"] += not is_done
        except RetryError:
            worker.is_broken = True
        except BaseException:
            worker.is_broken = True
            raise
        finally:
            self.busy[queue] -= 1
            if not is_done:
                self.turns.after(LIMITS.visibility_s, self._delivery(queue, body, receives + 1))

    def sending(self, worker: Worker) -> Sending:
        gate = Gate(self, worker)
        return Sending(
            items=gate,
            policy=self.policy,
            key=KEY,
            clock=gate,
            senders=Senders(email=lambda: gate, sms=lambda: gate),
            owner=f"worker-{worker.number}",
            time_left_s=gate.time_left_s,
        )

    def _redrive(self) -> None:
        """Days later somebody moves the dead letters back."""
        moved, self.dead = self.dead, []
        moved += [(QueueName.CONTACTS_EMAIL, contact_body(name)) for name in self._some_old_ids()]
        self.faults["redriven"] += len(moved)
        for queue, body in moved:
            self._later(60, self._delivery(queue, body, 1))

    def _some_old_ids(self) -> list[str]:
        return self.chance.sample(sorted(self.contacts), len(self.contacts) // 10)

    # --- sweeper ----------------------------------------------------------------------------------------------

    def sweep_at(self, instant: datetime) -> None:
        """The sweeper runs each minute; only those runs are run that have something to find."""
        at_least = max(instant, self.turns.now)
        tick = at_least.replace(second=0, microsecond=0) + timedelta(minutes=1)
        if tick not in self.ticks and len(self.ticks) < MOST_SWEEPS:
            self.ticks.add(tick)
            self.turns.at(tick, self._sweep)

    def _sweep(self) -> None:
        self.turns.start(self._sweep_once)
        if self.chance.random() < 0.1:
            self.faults["double schedule"] += 1
            self.turns.after(self.chance.uniform(0, 5), lambda: self.turns.start(self._sweep_once))

    def _sweep_once(self) -> None:
        worker = self.hire(50)
        gate = Gate(self, worker)
        try:
            swept = sweep_contacts(items=gate, queue=gate, policy=self.policy, now=gate.now())
            assert all(isinstance(error, RetryError) for error in swept.errors), swept.errors
        except BaseException:
            worker.is_broken = True
            raise
        finally:
            self._sweep_again_if_due()

    def _sweep_again_if_due(self) -> None:
        """What a run left behind, the next minute's finds; a clock may be behind."""
        if any(self.is_due(f"DUE#{shard:02d}") for shard in range(SHARDS)):
            self.sweep_at(self.turns.now)

    def is_due(self, shard: str) -> bool:
        """Whether a row of a shard waits to be looked at, by any clock."""
        rows = self.due[shard]
        if not rows:
            return False
        until = to_iso(self.turns.now + SKEW)
        return any(at <= until for at in rows.values())

    def overtake(self, worker: Worker) -> None:
        """Something happens to the customer whom a worker is busy with, at the worst moment."""
        contact = self.contacts.get(worker.about)
        if contact is None:
            return
        who = contact.customer_id
        while (survivor := self.profiles[who].alias_of) is not None:
            who = survivor
        self.chance.choice((self.withdraw, self.suppress, self.move_house, self.merge, self.merge))(who)

    # --- people and provider ----------------------------------------------------------------------------------

    def _hold_something(self) -> None:
        if self.chance.random() < 0.3:
            name = self.chance.choice(("channel#email", "class#care", "tenant", "plan#basic.", "all#sms"))
            start, end = self._span(self.trouble.span_s / 2, self.trouble.span_s / 3)
            self.holds.append((name, start, end))
            self.turns.at(start, lambda: self._set_hold(name))
            self.turns.at(end, lambda: self._lift(name))

    def _set_hold(self, name: str) -> None:
        self.items.put_if(set_hold(name, reason="test", at=self.turns.now))

    def _lift(self, name: str) -> None:
        self.items.transact([lift_hold(name)])

    def hire(self, timeout_s: float) -> Worker:
        skew = timedelta(seconds=self.chance.uniform(-LIMITS.skew_s, LIMITS.skew_s))
        worker = Worker(len(self.workers), self.turns.now + timedelta(seconds=timeout_s), skew=skew)
        self.workers.append(worker)
        return worker

    def reached(self, call: WireCall, late_s: float) -> None:
        self.wire.append(call)
        told = f"wire: {type(call.outcome).__name__}{', delivered' if call.is_delivered else ''}"
        self.tell(self.workers[call.worker], told, call.contact_id)
        if call.is_delivered:
            tell_later(self, call, late_s)

    # --- what happened ----------------------------------------------------------------------------------------

    def fault(self, kind: str, worker: Worker, name: str) -> None:
        self.faults[kind] += 1
        self.trace.append((self.turns.now, worker.number, f"fault: {kind} at {name}", ""))

    def tell(self, worker: Worker, text: str, contact_id: str) -> None:
        self.trace.append((self.turns.now, worker.number, text, contact_id))

    def story(self, contact_id: str) -> list[str]:
        """All that was done to a contact, and the faults of those who did it."""
        workers = {worker for _, worker, _, about in self.trace if about == contact_id}
        return [
            f"{now:%d %H:%M:%S} worker {worker}: {text}"
            for now, worker, text, about in self.trace
            if about == contact_id or (worker in workers and not about)
        ]


CONSUMERS = 4
MOST_RECEIVES = 5
MOST_SWEEPS = 2500
"""What is still open then is stuck."""


def _policy(chance: Random, messages: int) -> Policy:
    """On two seeds of three the budgets are too small for everybody."""
    if chance.random() < 0.33:
        return POLICY
    price = POLICY.cost.sms_segment_fen
    budgets = {
        "email_day": Budget(per="day", channel="email", most_messages=max(1, messages // 4)),
        "sms_month": Budget(per="month", channel="sms", most_fen=price * max(1, messages // 3)),
        "core": Budget(per="day", plan="core.", most_messages=max(1, messages // 4)),
    }
    return POLICY.model_copy(update={"limits": POLICY.limits.model_copy(update={"budgets": budgets})})
