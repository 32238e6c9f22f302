"""Sent once, on the deployed stack: many wake-ups, sweeps and faults at a time, and what the receiving sides then hold."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import pytest

from infra.local.session import stack_items
from shared.aws.items import DynamoItems
from shared.matching.keys import address_hashes
from shared.model.contact import Channel, Contact, Status
from shared.model.source import CustomerProfile
from shared.policy.load import DEFAULT, load_policy
from shared.ports import Item, Put, Table
from shared.store.budgets import spent_of
from shared.store.contacts import contact_from_item, contact_key, put_contact
from shared.store.customers import cap_key, put_consent, put_profile, withdraw_now
from tests.e2e.conftest import NOW, World, eventually
from tests.e2e.faulty_texts import Answer
from tests.integration.ledger_builder import USES, a_contact

pytestmark = pytest.mark.e2e

POLICY = load_policy()
TIGHT = '[limits.budgets.once_tight]\nper = "day"\nplan = "once.tight."\nmost_messages = 1\n\n[reputation]'
TEXT = DEFAULT.read_text(encoding="utf-8").replace(f'version = "{POLICY.version}"', 'version = "sent-once"')
TODAY = NOW.date()
WAKE_UPS, SWEEPS = 3, 4
GATE, STOP = "plan#once.gate.", "plan#once.held."
OUT = ("SENT", "UNKNOWN")
SENT, CAPPED, POOR = "SENT", "PENDING capped", "PENDING no_budget"
NO_CONSENT = "SUPPRESSED no_consent"


class Case(NamedTuple):
    """One contact: how it may end, as `STATUS reason`, and what makes it end so."""

    contact_id: str
    channel: str
    kind: str
    ends: tuple[str, ...]
    step: str = "once.plain."
    answers: tuple[Answer, ...] = ()
    customer_id: str = ""
    consents: str = "all"
    has_address: bool = True
    is_over: bool = False

    @property
    def customer(self) -> str:
        return self.customer_id or f"once-{self.contact_id}"


KINDS = ("care", "service", "marketing")
CASES = (
    *(Case(f"mail{n}", "email", KINDS[n % 3], (SENT,)) for n in range(6)),
    *(Case(f"text{n}", "sms", KINDS[n % 3], (SENT,)) for n in range(6)),
    *(Case(f"cap{n}", "email", KINDS[n * 2], (SENT, CAPPED), customer_id="once-cap") for n in range(2)),
    *(Case(f"poor{n}", "email", "care", (SENT, POOR), step="once.tight.") for n in range(3)),
    Case("suppressed", "email", "service", ("SUPPRESSED suppressed_address",)),
    Case("held", "email", "service", ("PENDING on_hold",), step="once.held."),
    Case("never", "email", "marketing", (NO_CONSENT,), consents="none"),
    Case("nowhere", "email", "service", ("FAILED no_address",), has_address=False),
    Case("late", "email", "care", ("EXPIRED past_not_after",), is_over=True),
    Case("gonemail", "email", "care", (NO_CONSENT,), step="once.gate."),
    Case("gonetext", "sms", "marketing", (NO_CONSENT,), step="once.gate."),
    Case("opened", "sms", "care", (SENT,), step="once.gate."),
    Case("race0", "email", "care", (SENT, NO_CONSENT)),
    Case("race1", "sms", "marketing", (SENT, NO_CONSENT)),
    Case("busy2", "sms", "care", (SENT,), answers=("busy", "busy", "accept")),
    Case("busy", "sms", "service", ("PENDING throttled", "FAILED throttled"), answers=("busy",)),
    Case("fail0", "sms", "care", ("UNKNOWN status_500",), answers=("fail",)),
    Case("fail1", "sms", "service", ("UNKNOWN status_500",), answers=("fail", "accept")),
    Case("close0", "sms", "marketing", ("UNKNOWN ConnectionClosedError",), answers=("close", "accept")),
    Case("close1", "sms", "service", ("UNKNOWN ConnectionClosedError",), answers=("close", "accept")),
    Case("hang", "sms", "care", ("UNKNOWN ReadTimeoutError",), answers=("hang", "accept")),
    Case(
        "refused",
        "sms",
        "care",
        ("FAILED ConflictException:DESTINATION_PHONE_NUMBER_OPTED_OUT",),
        answers=("refuse", "accept"),
    ),
)
QUEUES = {"email": "ContactsEmailQueueUrl", "sms": "ContactsSmsQueueUrl"}
DEAD = ("ContactsEmailDeadUrl", "ContactsSmsDeadUrl", "StreamsFailedUrl")


@dataclass(frozen=True, slots=True)
class Ledger:
    world: World
    items: DynamoItems
    key: bytes

    def row(self, case: Case) -> Contact:
        item = self.items.get(contact_key(case.contact_id))
        assert item is not None
        return contact_from_item(item)

    def counted(self, customer_id: str) -> int:
        item = self.items.get(cap_key(customer_id, TODAY, "messages_per_day"))
        return int(str(item["n"])) if item else 0

    def spent(self, budget: str) -> int:
        return spent_of(self.items, budget, TODAY.isoformat())[0]


def address_of(case: Case) -> dict[str, str]:
    number = next(number for number, other in enumerate(CASES) if other.customer == case.customer)
    if not case.has_address:
        return {}
    return {"email": f"{case.customer}@buyer.example", "phone": f"+447700900{number:03}"}


def plant_customer(ledger: Ledger, case: Case) -> None:
    address = address_of(case)
    golden = {"name": "李雷", "country": "CN", "province": "上海市", **address}
    ledger.items.put_if(put_profile(CustomerProfile(case.customer, 1, (), NOW, golden), seen_ver=None))
    hashes = address_hashes(address, ledger.key)
    granted: Item = {use: f"granted#{hashes.get(use.partition('|')[0], '')}" for use in USES}
    ledger.items.put_if(put_consent(case.customer, granted if case.consents == "all" else {}))
    if case.contact_id == "suppressed":
        suppressed: Item = {"channel": "email", "address_hash": hashes[Channel.EMAIL]}
        ledger.items.put_if(Put(Table.SUPPRESSIONS, suppressed))
    if case.answers:
        ledger.world.texts.misbehave(address["phone"], case.answers)


def plant(ledger: Ledger) -> None:
    """Rows of the ledger as a review makes them; their stream wakes the senders at once."""
    for case in CASES:
        plant_customer(ledger, case)
    for case in CASES:
        changes = (
            {"not_before": NOW - timedelta(days=2), "not_after": NOW - timedelta(1)} if case.is_over else {}
        )
        contact = a_contact(
            case.contact_id,
            NOW,
            customer_id=case.customer,
            channel=case.channel,
            contact_class=case.kind,
            plan_step=f"{case.step}{case.contact_id}",
            **changes,
        )
        ledger.items.put_if(put_contact(contact, expires_at=2_000_000_000))


def wake_all(world: World) -> None:
    for case in CASES:
        world.post(QUEUES[case.channel], {"contact_id": case.contact_id})


def withdraw(ledger: Ledger, *contact_ids: str) -> None:
    for case in CASES:
        if case.contact_id in contact_ids:
            ledger.items.update_if(withdraw_now(case.customer, USES))


def settle_at_once(ledger: Ledger, *withdrawn: str) -> None:
    """Everything at the same time, and then until no queue holds anything."""
    world = ledger.world
    with ThreadPoolExecutor(WAKE_UPS + SWEEPS + 1) as pool:
        waking = [pool.submit(wake_all, world) for _ in range(WAKE_UPS)]
        waking.append(pool.submit(withdraw, ledger, *withdrawn))
        sweeping = [pool.submit(world.invoke, "SweepContacts", {}) for _ in range(SWEEPS)]
    for done in [*waking, *sweeping]:
        done.result()
    eventually(lambda: not set(world.waiting()) & set(QUEUES.values()))


@contextmanager
def holds_and_budget(world: World) -> Iterator[None]:
    toml = TEXT.replace("[reputation]", TIGHT, 1)
    published = world.invoke("Operate", {"action": "publish_policy", "by": "e2e", "toml": toml})
    assert published["in_force"] == "sent-once", published
    for name in (GATE, STOP):
        world.invoke("Operate", {"action": "hold", "name": name})
    try:
        yield
    finally:
        for name in (GATE, STOP):
            world.invoke("Operate", {"action": "lift", "name": name})
        world.invoke("Operate", {"action": "roll_back_policy", "by": "e2e", "version": POLICY.version})


def test_what_is_woken_swept_and_answered_badly_at_once_is_sent_once(world: World) -> None:
    secret = world.stack.client("secretsmanager").get_secret_value(
        SecretId=world.stack.outputs["IdentityKeyArn"]
    )
    ledger = Ledger(world, stack_items(world.stack), secret["SecretString"].encode())
    before = {channel: ledger.spent(f"{channel}_day") for channel in QUEUES}
    with holds_and_budget(world):
        plant(ledger)
        settle_at_once(ledger, "race0", "race1")
        assert_on_hold(ledger, "gonemail", "gonetext", "opened", "held")
        withdraw(ledger, "gonemail", "gonetext")
        world.invoke("Operate", {"action": "lift", "name": GATE})
        settle_at_once(ledger)
    rows = {case: ledger.row(case) for case in CASES}
    assert_ends(rows)
    assert_wire(world, rows)
    assert_sums(ledger, rows, before)
    assert not set(world.waiting()) & set(DEAD)


def assert_on_hold(ledger: Ledger, *contact_ids: str) -> None:
    held = {case.contact_id: ledger.row(case) for case in CASES if case.contact_id in contact_ids}
    assert {(row.status, row.reason) for row in held.values()} == {(Status.PENDING, "on_hold")}


def assert_ends(rows: dict[Case, Contact]) -> None:
    ends = {case: f"{row.status} {row.reason}".strip() for case, row in rows.items()}
    assert {case.contact_id: end for case, end in ends.items() if end not in case.ends} == {}
    grouped = Counter((case.contact_id[:-1], end) for case, end in ends.items() if len(case.ends) > 1)
    assert (grouped["cap", SENT], grouped["cap", CAPPED]) == (1, 1)
    assert (grouped["poor", SENT], grouped["poor", POOR]) == (1, 2)


def assert_wire(world: World, rows: dict[Case, Contact]) -> None:
    """One request for each attempt that the ledger tells of, and none that it does not."""
    journal = [wire for wire in world.texts.journal if wire.contact_id in {case.contact_id for case in CASES}]
    mails = Counter(file.stem.partition("-")[2] for file in (world.outbox / "mail").glob("*.eml"))
    requests = Counter(wire.contact_id for wire in journal)
    may_be_out = Counter(wire.contact_id for wire in journal if wire.answer not in ("busy", "refuse"))
    for case, row in rows.items():
        sent, asked = (mails, mails) if case.channel == "email" else (may_be_out, requests)
        assert asked[case.contact_id] == len(row.attempts), case
        assert sent[case.contact_id] == (row.status in OUT), case
    kept = [
        json.loads(line) for line in (world.outbox / "sms.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    told = {(line["contact_id"], line["message_id"]) for line in kept}
    known = {(case.contact_id, row.provider_id) for case, row in rows.items() if row.status is Status.SENT}
    assert {one for one in known if one[0] in requests} <= told


def assert_sums(ledger: Ledger, rows: dict[Case, Contact], before: dict[str, int]) -> None:
    """Budgets and caps counted exactly what may have gone out; the totals fit."""
    for channel in QUEUES:
        out = sum(row.channel == channel and row.status in OUT for row in rows.values())
        assert ledger.spent(f"{channel}_day") - before[channel] == out
    assert ledger.spent("once_tight") == 1
    ended = (Status.FAILED, Status.SUPPRESSED, Status.EXPIRED)
    counting = Counter(
        case.customer for case, row in rows.items() if row.cap_on == TODAY and row.status not in ended
    )
    assert {case.customer: ledger.counted(case.customer) for case in rows} == {
        case.customer: counting[case.customer] for case in rows
    }
    assert max(counting.values()) == POLICY.caps.messages_per_day
