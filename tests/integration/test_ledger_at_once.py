"""The send ledger under real threads: many senders and sweepers at the same rows, budgets and caps at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Lock
from typing import Any

import pytest

from shared.flows.send_contact import send_contact
from shared.flows.sending import Senders, Sending
from shared.flows.sweep_contacts import sweep_contacts
from shared.model.contact import OPEN
from shared.policy.limits import Budget
from shared.ports import Accepted, Ambiguous, SendOutcome, SendRefused, Throttled
from shared.store.budgets import spent_of
from shared.store.contacts import contact_from_item
from tests.integration.ledger_builder import KEY, POLICY, LedgerWorld

CUSTOMERS, CONTACTS, THREADS, WAKE_UPS = 20, 60, 8, 4
MOST = 12
BUDGETS = {"email_day": Budget(per="day", channel="email", most_messages=MOST)}
BOUND = ("care", "marketing")


class Provider:
    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.lock = Lock()
        self.told: list[tuple[str, SendOutcome]] = []

    def send(self, message: Any) -> SendOutcome:
        with self.lock:
            outcomes = (Accepted("p"),) * 6 + (Throttled(1), SendRefused("no"), Ambiguous("ReadTimeoutError"))
            outcome: SendOutcome = self.chance.choice(outcomes)
            self.told.append((message.contact_id, outcome))
            return outcome

    def may_be_out(self) -> Counter[str]:
        return Counter(name for name, outcome in self.told if isinstance(outcome, Accepted | Ambiguous))


def a_full_world() -> LedgerWorld:
    limits = POLICY.limits.model_copy(update={"budgets": BUDGETS})
    world = LedgerWorld(policy=POLICY.model_copy(update={"limits": limits}))
    for number in range(CUSTOMERS):
        golden = {"name": "李雷", "email": f"c{number}@example.com", "country": "CN", "province": "上海市"}
        world.add_customer(f"c-{number}", golden=golden)
    for number in range(CONTACTS):
        kind = "service" if number % 5 == 0 else BOUND[number % 2]
        world.add_contact(f"M{number}", customer_id=f"c-{number % CUSTOMERS}", contact_class=kind)
    return world


def send_once(world: LedgerWorld, provider: Provider, contact_id: str, owner: str) -> None:
    sending = Sending(
        items=world.items,
        policy=world.policy,
        key=KEY,
        clock=world.clock,
        senders=Senders(email=lambda: provider, sms=lambda: provider),
        owner=owner,
        time_left_s=lambda: 30.0,
    )
    send_contact(contact_id, sending)


@pytest.mark.parametrize("seed", range(3))
def test_many_at_once_keep_every_promise(seed: int) -> None:
    world, provider = a_full_world(), Provider(seed)
    wake_ups = [f"M{number}" for number in range(CONTACTS) for _ in range(WAKE_UPS)]
    Random(seed).shuffle(wake_ups)

    def work(numbered: tuple[int, str]) -> None:
        number, contact_id = numbered
        send_once(world, provider, contact_id, f"w{number}")
        if number % 20 == 0:
            sweep_contacts(
                items=world.items, queue=world.queue, policy=world.policy, now=world.clock.now()
            ).raise_errors()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, enumerate(wake_ups)))
    _assert_promises(world, provider)
    for round_ in range(60):
        world.advance(hours=1)
        world.sweep().raise_errors()
        for number in range(CONTACTS):
            send_once(world, provider, f"M{number}", f"late-{round_}-{number}")
    _assert_promises(world, provider, is_over=True)


def _assert_promises(world: LedgerWorld, provider: Provider, *, is_over: bool = False) -> None:
    rows = {name: world.row(name) for name in (f"M{number}" for number in range(CONTACTS))}
    out = provider.may_be_out()
    bound = [name for name in out if rows[name].contact_class in BOUND]
    assert all(out[name] == 1 for name in bound)
    if not is_over:
        by_customer = Counter(rows[name].customer_id for name in bound)
        assert max(by_customer.values()) <= POLICY.caps.messages_per_day
        assert len(bound) <= MOST
        assert spent_of(world.items, "email_day", "2026-06-30")[0] == sum(out.values())
    if is_over:
        assert not [row for row in rows.values() if row.status in OPEN]
        assert all(contact_from_item(world.item(name)).reason or name in out for name in rows)
        days = [spent_of(world.items, "email_day", f"2026-07-0{day}")[0] for day in (1, 2)]
        assert all(spent <= MOST + CONTACTS // 5 for spent in days)
        assert world.clock.now() - rows["M0"].created_at > timedelta(days=2)
