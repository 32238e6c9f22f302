"""A send ledger over memory: customers, contacts and attempts in one line each, and writes that go wrong on request."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.flows.send_contact import send_contact
from shared.flows.sending import Attempt, Senders, Sending
from shared.flows.sweep_contacts import Swept, sweep_contacts
from shared.flows.wake import CHANNEL_QUEUES
from shared.matching.keys import address_hashes
from shared.memory.clock import ManualClock
from shared.memory.items import MemoryItems
from shared.memory.queue import MemoryQueue
from shared.memory.senders import MemoryEmailSender, MemorySmsSender
from shared.model.contact import Channel, Contact, ContactClass
from shared.model.source import CustomerProfile
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
    Refused,
    SendOutcome,
    Table,
    Update,
    Write,
)
from shared.store.contacts import contact_from_item, contact_key, put_contact
from shared.store.customers import cap_key, put_consent, put_profile, withdraw_now

POLICY = load_policy()
KEY = b"a key for tests, nothing else...."
NOW = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai, a Tuesday."""
EMAIL, PHONE = "lilei@example.com", "+447700900123"
USES = ("email|care", "email|marketing", "sms|care", "sms|marketing")
PLENTY_S = 30.0


class Crash(BaseException):
    """The process is gone: nothing after this line ran."""


@dataclass
class LedgerWorld:
    """One customer `c-1` in Shanghai with every consent, unless said otherwise."""

    policy: Policy = POLICY
    email_script: Sequence[SendOutcome] = ()
    sms_script: Sequence[SendOutcome] = ()
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    items: MemoryItems = field(default_factory=MemoryItems)

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.clock, visibility_s=180)
        self.email = MemoryEmailSender(self.email_script)
        self.sms = MemorySmsSender(self.sms_script)
        self.attempts = 0
        self.add_customer()

    def add_customer(
        self,
        customer_id: str = "c-1",
        *,
        golden: Mapping[str, str] | None = None,
        consents: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> None:
        """`consents`: use -> what stands in the projection; default: all granted for the addresses of `golden`."""
        found = {"name": "李雷", "email": EMAIL, "phone": PHONE, "country": "CN", "province": "上海市"}
        fields = found if golden is None else dict(golden)
        profile = CustomerProfile(customer_id, 1, ("crm#1",), NOW, fields, **changes)
        self.items.put_if(put_profile(profile, seen_ver=None))
        granted = granted_for(fields)
        self.items.put_if(put_consent(customer_id, dict(granted if consents is None else consents)))

    def add_contact(self, contact_id: str = "M1", **changes: Any) -> str:
        contact = a_contact(contact_id, self.clock.now(), **changes)
        self.items.put_if(put_contact(contact, expires_at=2_000_000_000))
        return contact_id

    def row(self, contact_id: str = "M1") -> Contact:
        item = self.items.get(contact_key(contact_id))
        assert item is not None
        return contact_from_item(item)

    def item(self, contact_id: str = "M1") -> Item:
        return self.items.get(contact_key(contact_id)) or {}

    def send(
        self,
        contact_id: str = "M1",
        *,
        items: Items | None = None,
        time_left: Callable[[], float] | None = None,
    ) -> Attempt:
        return send_contact(contact_id, self.sending(items=items, time_left=time_left))

    def sending(self, *, items: Items | None = None, time_left: Callable[[], float] | None = None) -> Sending:
        self.attempts += 1
        return Sending(
            items=items or self.items,
            policy=self.policy,
            key=KEY,
            clock=self.clock,
            senders=Senders(email=lambda: self.email, sms=lambda: self.sms),
            owner=f"attempt-{self.attempts}",
            time_left_s=time_left or (lambda: PLENTY_S),
        )

    def sweep(self, *, items: Items | None = None) -> Swept:
        return sweep_contacts(
            items=items or self.items, queue=self.queue, policy=self.policy, now=self.clock.now()
        )

    def advance(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))

    def posted(self, channel: str = "email") -> list[str]:
        return [message.body for message in self.queue.waiting(CHANNEL_QUEUES[channel])]

    def withdraw(self, *uses: str, customer_id: str = "c-1") -> None:
        self.items.update_if(withdraw_now(customer_id, uses or USES))

    def suppress(self, channel: str = "email", address: str = EMAIL) -> None:
        self.items.put_if(suppression(channel, address))

    def counted(self, customer_id: str = "c-1", day: str = "2026-06-30") -> int:
        item = self.items.get(cap_key(customer_id, date.fromisoformat(day), "messages_per_day"))
        return int(str(item["n"])) if item else 0


def a_contact(contact_id: str, now: datetime, **changes: Any) -> Contact:
    """A care email that may go now and for two days."""
    channel = Channel(changes.pop("channel", "email"))
    kind = ContactClass(changes.pop("contact_class", "care"))
    values: dict[str, Any] = {
        "customer_id": "c-1",
        "plan_step": "basic.low",
        "occasion_on": now.date(),
        "purpose": "care",
        "template": "service_news" if channel is Channel.EMAIL else "greeting",
        "locale": "zh",
        "created_at": now,
        "not_before": now,
        "not_after": now + timedelta(days=2),
    }
    values |= changes
    values.setdefault("check_at", values["not_before"])
    return Contact(contact_id=contact_id, channel=channel, contact_class=kind, **values)


def granted_for(fields: Mapping[str, str]) -> Item:
    hashes = address_hashes(fields, KEY)
    return {use: f"granted#{hashes.get(use.partition('|')[0], '')}" for use in USES}


def suppression(channel: str, address: str) -> Put:
    party = {"email" if channel == "email" else "phone": address}
    address_hash = address_hashes(party, KEY)[channel]
    return Put(Table.SUPPRESSIONS, {"channel": channel, "address_hash": address_hash})


def outcome(world: LedgerWorld, contact_id: str = "M1") -> tuple[str, str]:
    row = world.row(contact_id)
    return row.status.value, row.reason


def assert_terminal_row_left_the_index(world: LedgerWorld) -> None:
    item = world.item()
    assert "due_shard" not in item
    assert "check_at" not in item


def wire_calls(world: LedgerWorld) -> int:
    return len(world.email.attempts) + len(world.sms.attempts)


# --- writes that go wrong ------------------------------------------------------------------------------------

Step = Callable[[], None]


def target_status(write: Write) -> str | None:
    """The status that a write moves a contact to."""
    if not isinstance(write, Update) or write.key.table is not Table.CONTACTS or "status" not in write.set:
        return None
    return str(write.set["status"])


@dataclass
class Interposed:
    """Items on which something happens around the write that moves a contact to a status.

    `again`: the reply is lost and the store's client writes once more, which is what the caller hears of.
    """

    inner: Items
    before: Mapping[str, Step] = field(default_factory=dict)
    after: Mapping[str, Step] = field(default_factory=dict)
    again: frozenset[str] = frozenset()

    def get(self, key: Key) -> Item | None:
        return self.inner.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        return self.inner.batch_get(keys)

    def query(self, query: Query) -> Page:
        return self.inner.query(query)

    def scan(self, table: Table) -> Iterator[Item]:
        return self.inner.scan(table)

    def put_if(self, write: Put) -> Done | Refused:
        return self.inner.put_if(write)

    def update_if(self, write: Update) -> Done | Refused:
        done: Done | Refused = self._around([write], lambda: self.inner.update_if(write))
        return done

    def transact(self, writes: Sequence[Write]) -> Done | Cancelled:
        done: Done | Cancelled = self._around(writes, lambda: self.inner.transact(writes))
        return done

    def _around(self, writes: Sequence[Write], call: Callable[[], Any]) -> Any:
        status = next(filter(None, map(target_status, writes)), "")
        self.before.get(status, _nothing)()
        done = call()
        if status in self.again:
            done = call()
        self.after.get(status, _nothing)()
        return done


def _nothing() -> None:
    pass


def raises(error: BaseException) -> Step:
    def step() -> None:
        raise error

    return step
