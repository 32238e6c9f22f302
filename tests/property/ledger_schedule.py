"""Random schedules of the send ledger: real flows over memory, with a fault possible at every call of a port.

One seed is one schedule. Each call may fail before its effect or after it, lose its reply, end the process, or be
overtaken by anything else that happens: a withdrawal, a merge, another worker, a sweep, time. What happened is
written down in one order of commits; `ledger_oracle` judges it without looking at the protocol.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Literal

from shared.flows.send_contact import Senders, Sending, send_contact
from shared.flows.sweep_contacts import sweep_contacts
from shared.memory.clock import ManualClock
from shared.memory.items import MemoryItems
from shared.model.contact import Contact, ContactClass
from shared.model.errors import RetryError
from shared.model.source import CustomerProfile
from shared.ports import (
    Done,
    Item,
    Key,
    QueueName,
    Table,
    Write,
)
from shared.store.contacts import contact_from_item, put_contact
from shared.store.customers import (
    CONSENT,
    customer_key,
    put_consent,
    put_profile,
    withdraw_now,
)
from tests.integration.ledger_builder import (
    KEY,
    POLICY,
    USES,
    Crash,
    a_contact,
    granted_for,
    suppression,
)
from tests.property.ledger_faults import FaultyItems, Move, Wire, WireCall, Worker
from tests.unit.care_builder import at

FUNCTION_TIMEOUT = timedelta(seconds=POLICY.sending.function_timeout_s)
PROVINCES = ("上海市", "新疆")
STARTS = ("10:00", "10:00", "14:30", "19:59:40", "19:59:50", "21:59:50", "07:40", "02:00")


@dataclass(frozen=True, slots=True)
class Fact:
    """What is so from a commit on."""

    order: int
    kind: Literal["consent", "suppressed", "merged"]
    subject: tuple[str, ...]
    value: str


@dataclass
class Schedule:
    """A ledger of a few customers and contacts, run by chance until the calm at the end."""

    seed: int
    fault_rate: float = 0.04
    overtake_rate: float = 0.1
    is_killed_in_time: bool = True
    order: int = 0
    moves: list[Move] = field(default_factory=list)
    wire: list[WireCall] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    faults: int = 0
    messages: list[str] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    depth: int = 0
    is_calm: bool = False

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.clock = ManualClock(at("2026-06-30", self.chance.choice(STARTS)))
        self.items = MemoryItems()
        self.contacts: dict[str, Contact] = {}
        self.profiles: dict[str, CustomerProfile] = {}
        for number in range(self.chance.randint(1, 3)):
            self.add_customer(f"c-{number}")
        for number in range(self.chance.randint(2, 8)):
            self.add_contact(f"M{number}")

    # --- the course of a schedule ----------------------------------------------------------------------------

    def run(self) -> None:
        """Some chaos, then calm and sweeps until every row is terminal or time enough has passed."""
        for _ in range(self.chance.randint(10, 50)):
            self.happen()
        self.is_calm = True
        self.fault_rate = 0
        for _ in range(400):
            self.sweep()
            while self.messages:
                self.wake()
            waiting = [row.check_at for row in self.rows() if "due_shard" in self.stored(row.contact_id)]
            if not waiting:
                return
            self.clock.move_to(max(self.clock.now() + timedelta(seconds=60), min(waiting)))

    def happen(self) -> None:
        event: Callable[[], None] = self.chance.choices(
            (self.wake, self.sweep, self.wait, self.withdraw, self.suppress, self.merge, self.move_house),
            weights=(40, 12, 20, 3, 2, 5, 3),
        )[0]
        event()

    def overtake(self) -> None:
        """Something else happens while a call is under way."""
        self.depth += 1
        event: Callable[[], None] = self.chance.choices(
            (self.wake, self.sweep, self.pause, self.withdraw, self.suppress, self.merge, self.move_house),
            weights=(25, 10, 25, 10, 4, 15, 4),
        )[0]
        event()
        self.depth -= 1

    # --- events ----------------------------------------------------------------------------------------------

    def wait(self) -> None:
        seconds = self.chance.choice((1, 3, 8, 20, 60, 100, 300, 1000, 4000, 40_000))
        self.clock.advance(timedelta(milliseconds=self.chance.randint(0, 1000 * seconds)))

    def pause(self) -> None:
        self.clock.advance(timedelta(seconds=self.chance.choice((1, 3, 8, 15, 40, 120, 1200))))

    def wake(self) -> None:
        """Wakes a sender with a message of the queue, or with one that nobody posted (doubled, redriven)."""
        if self.messages and (self.is_calm or self.chance.random() < 0.8):
            contact_id = self.messages.pop(self.chance.randrange(len(self.messages)))
        else:
            contact_id = self.chance.choice(sorted(self.contacts))
        worker = self.hire()
        sending = Sending(
            items=FaultyItems(self, worker),
            policy=POLICY,
            key=KEY,
            clock=self.clock,
            senders=Senders(email=lambda: Wire(self, worker), sms=lambda: Wire(self, worker)),
            owner=f"worker-{worker.number}",
            time_left_s=lambda: (worker.deadline - self.clock.now()).total_seconds(),
        )
        try:
            send_contact(contact_id, sending)
        except RetryError:
            worker.is_broken = True
            self.messages.append(contact_id)
        except Crash:
            worker.is_broken = True
            if self.chance.random() < 0.5:
                self.messages.append(contact_id)

    def sweep(self) -> None:
        worker = self.hire()
        try:
            swept = sweep_contacts(
                items=FaultyItems(self, worker), queue=self, policy=POLICY, now=self.clock.now()
            )
        except Crash:
            return
        assert all(isinstance(error, RetryError) for error in swept.errors), swept.errors

    def hire(self) -> Worker:
        worker = Worker(len(self.workers), self.clock.now() + FUNCTION_TIMEOUT)
        self.workers.append(worker)
        return worker

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        """The queue: wake-ups get lost and doubled."""
        for body in bodies:
            copies = 1 if self.is_calm else self.chance.choices((1, 0, 2), weights=(8, 1, 1))[0]
            self.messages += [body.split('"')[3]] * copies

    # --- customers -------------------------------------------------------------------------------------------

    def add_customer(self, customer_id: str) -> None:
        golden = {"name": "李雷", "country": "CN", "province": self.chance.choice(PROVINCES)}
        golden |= {"email": f"{customer_id}@example.com", "phone": f"+44770090{100 + int(customer_id[2:])}"}
        founded_at = self.clock.now()
        profile = CustomerProfile(customer_id, 1, (f"crm#{customer_id}",), founded_at, golden)
        self.profiles[customer_id] = profile
        self.items.put_if(put_profile(profile, seen_ver=None))
        uses = [use for use in USES if self.chance.random() < 0.9]
        granted = {use: value for use, value in granted_for(golden).items() if use in uses}
        self.items.put_if(put_consent(customer_id, granted))
        for use in uses:
            self.note("consent", (customer_id, use), golden[_field(use)])

    def add_contact(self, contact_id: str) -> None:
        chance, now = self.chance, self.clock.now()
        kind = chance.choice(("care", "care", "marketing", "service", "service"))
        not_before = now + timedelta(seconds=chance.choice((0, 0, 0, 600, 50_000)))
        valid_s = chance.choice((4, 10, 120, 600, 3600, 40_000, 200_000))
        contact = a_contact(
            contact_id,
            now,
            customer_id=chance.choice(sorted(self.profiles)),
            channel=chance.choice(("email", "sms")),
            contact_class=kind,
            not_before=not_before,
            not_after=not_before + timedelta(seconds=valid_s),
        )
        self.contacts[contact_id] = contact
        self.items.put_if(put_contact(contact, expires_at=2_000_000_000))
        if chance.random() < 0.9:
            self.messages.append(contact_id)

    def withdraw(self) -> None:
        customer_id, use = self.somebody(), self.chance.choice(USES)
        self.items.update_if(withdraw_now(customer_id, [use]))
        self.note("consent", (customer_id, use), "")

    def suppress(self) -> None:
        use, profile = self.chance.choice(USES), self.profiles[self.somebody()]
        channel, address = use.partition("|")[0], profile.golden[_field(use)]
        self.items.put_if(suppression(channel, address))
        self.note("suppressed", (channel, address), "yes")

    def move_house(self) -> None:
        """A new address; the consents given for the old one do not stand for it."""
        customer_id = self.somebody()
        before = self.profiles[customer_id]
        golden = {**before.golden, "email": f"new{self.order}-{customer_id}@example.com"}
        consent = self.items.get(customer_key(customer_id, CONSENT)) or {}
        kept: Item = {use: value for use, value in consent.items() if use in USES}
        gone = [use for use in kept if use.startswith("email|") and str(kept[use]).startswith("granted")]
        renewed = granted_for(golden) if self.chance.random() < 0.3 else {}
        kept |= {use: renewed.get(use, "granted#") for use in gone}
        after = replace(before, ver=before.ver + 1, golden=golden)
        self.profiles[customer_id] = after
        self.items.transact([put_profile(after, seen_ver=before.ver), put_consent(customer_id, kept)])
        for use in gone:
            self.note("consent", (customer_id, use), golden["email"] if use in renewed else "")

    def merge(self) -> None:
        """The loser becomes an alias; what it had withdrawn ends for the survivor too (as join_customer does)."""
        living = [name for name, profile in self.profiles.items() if profile.alias_of is None]
        if len(living) < 2:
            return
        survivor, loser = (self.profiles[name] for name in self.chance.sample(living, 2))
        stood = self.items.get(customer_key(loser.customer_id, CONSENT)) or {}
        withdrawn = [use for use in USES if stood.get(use) == "withdrawn"]
        aliases = tuple(sorted({*survivor.aliases, loser.customer_id, *loser.aliases}))
        joined = replace(survivor, ver=survivor.ver + 1, aliases=aliases)
        alias = replace(loser, ver=loser.ver + 1, alias_of=survivor.customer_id)
        writes: list[Write] = [
            put_profile(joined, seen_ver=survivor.ver),
            put_profile(alias, seen_ver=loser.ver),
        ]
        if withdrawn:
            writes.append(withdraw_now(survivor.customer_id, withdrawn))
        assert isinstance(self.items.transact(writes), Done)
        self.profiles |= {joined.customer_id: joined, alias.customer_id: alias}
        self.note("merged", (loser.customer_id,), survivor.customer_id)
        for use in withdrawn:
            self.note("consent", (survivor.customer_id, use), "")

    def somebody(self) -> str:
        return self.chance.choice([name for name, one in self.profiles.items() if one.alias_of is None])

    # --- notes -----------------------------------------------------------------------------------------------

    def tick(self) -> int:
        self.order += 1
        return self.order

    def note(
        self, kind: Literal["consent", "suppressed", "merged"], subject: tuple[str, ...], value: str
    ) -> None:
        self.facts.append(Fact(self.tick(), kind, subject, value))

    def stored(self, contact_id: str) -> Item:
        return self.items.get(Key(Table.CONTACTS, contact_id)) or {}

    def rows(self) -> list[Contact]:
        return [contact_from_item(item) for item in self.items.scan(Table.CONTACTS)]


def _field(use: str) -> str:
    return "email" if use.startswith("email") else "phone"


def is_counted(contact: Contact) -> bool:
    return contact.contact_class in (ContactClass.CARE, ContactClass.MARKETING)
