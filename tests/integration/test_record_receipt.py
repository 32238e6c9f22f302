"""Events of providers over memory: the row, the address, the fuse, what is put aside."""

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from shared.flows.operate_receipts import operate_receipts
from shared.flows.record_receipt import Recording, RecordMissing, record_message
from shared.matching.keys import address_hashes
from shared.model.contact import Status
from shared.ports import Key, Put, Table
from shared.store.customers import TAGS, customer_key
from tests.integration.ledger_builder import EMAIL, KEY, NOW, POLICY, LedgerWorld

HASH = address_hashes({"email": EMAIL}, KEY)["email"]
PARTS: dict[str, Any] = {
    "Send": {"send": {}},
    "DeliveryDelay": {"deliveryDelay": {}},
    "Delivery": {"delivery": {"recipients": [EMAIL]}},
    "Bounce": {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": EMAIL}]}},
    "Complaint": {"complaint": {"complainedRecipients": [{"emailAddress": EMAIL}]}},
}


def event(name: str, contact_id: str = "M1", **more: Any) -> str:
    mail = {"messageId": "p-1", "destination": [EMAIL], "tags": {"contact_id": [contact_id]}}
    return json.dumps({"eventType": name, "mail": mail, **PARTS[name], **more})


def soft(day: int) -> str:
    told = {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": f"Li <{EMAIL}>"}]}
    return event("Bounce", bounce=told | {"timestamp": f"2026-06-{day}T02:00:00.000Z"})


def record(world: LedgerWorld, body: str, *, age_s: float = 0.0) -> dict[str, int]:
    return dict(record_message(body, Recording(world.items, POLICY, KEY, world.clock.now(), age_s)))


def is_suppressed(world: LedgerWorld) -> bool:
    return world.items.get(Key(Table.SUPPRESSIONS, "email", HASH)) is not None


def ask(world: LedgerWorld, **request: Any) -> dict[str, Any]:
    return operate_receipts(request, items=world.items, policy=POLICY, key=KEY, now=world.clock.now())


@pytest.fixture
def world() -> LedgerWorld:
    made = LedgerWorld()
    made.add_contact()
    return made


@pytest.mark.parametrize(
    "names", [("Send", "Delivery", "Bounce", "Complaint"), ("Send", "DeliveryDelay", "Delivery")]
)
def test_the_row_ends_the_same_in_any_order_and_repetition(names: tuple[str, ...]) -> None:
    ends = set()
    for order in permutations((*names, names[0])):
        world = LedgerWorld()
        world.add_contact()
        for name in order:
            record(world, event(name))
        ends.add(world.row().status)
        assert ask(world, action="fuse")["fuse"][0]["accepted"] == 1
    assert ends == {Status.COMPLAINED if "Complaint" in names else Status.DELIVERED}


def test_a_hard_bounce_suppresses_the_address_and_wakes_the_review(world: LedgerWorld) -> None:
    assert record(world, event("Bounce")) == {"bounced": 1}
    assert is_suppressed(world)
    assert (world.items.get(customer_key("c-1", TAGS)) or {})["due_at"]
    assert "due_shard" not in world.item()


def test_soft_bounces_suppress_after_days_not_after_events(world: LedgerWorld) -> None:
    for day in (25, 25, 26, 26):
        record(world, soft(day))
    assert not is_suppressed(world)
    record(world, soft(27))
    assert is_suppressed(world)


def test_not_spam_suppresses_nobody(world: LedgerWorld) -> None:
    told = PARTS["Complaint"]["complaint"] | {"complaintFeedbackType": "not-spam"}
    assert record(world, event("Complaint", complaint=told)) == {"delivered": 1}
    assert not is_suppressed(world)


def test_an_event_without_a_record_waits_and_is_then_put_aside(world: LedgerWorld) -> None:
    with pytest.raises(RecordMissing):
        record(world, event("Delivery", "NOBODY"), age_s=899)
    assert record(world, event("Delivery", "NOBODY"), age_s=900) == {"parked": 1}
    assert world.items.get(Key(Table.CONTACTS, "NOBODY")) is None
    (parked,) = ask(world, action="parked")["parked"]
    assert parked["reason"] == "no_record"
    assert EMAIL not in json.dumps(parked)
    assert ask(world, action="seen", event_id="nothing", by="Mei") == {"error": "not_found"}
    assert ask(world, action="seen", event_id=parked["sk"], by="Mei") == {"event_id": parked["sk"]}
    assert ask(world, action="parked")["parked"][0]["ended_by"] == "Mei"


def test_an_event_for_a_row_that_ended_unsent_changes_nothing(world: LedgerWorld) -> None:
    world.advance(days=3)
    world.send()
    assert world.row().status is Status.EXPIRED
    before = world.item()
    assert record(world, event("Delivery")) == {"final": 1}
    assert world.item() == before


def test_a_person_lifts_a_suppression_and_the_journal_stays(world: LedgerWorld) -> None:
    record(world, event("Bounce"))
    asked = {"action": "unsuppress", "by": "Mei", "reason": "new mailbox"}
    assert ask(world, **asked, address="nobody") == {"error": "not_an_address"}
    assert ask(world, **asked, channel="soft#email", address_hash=HASH) == {"error": "not_an_address"}
    assert ask(world, **asked, address=f" {EMAIL.upper()}") == {"channel": "email", "address_hash": HASH}
    assert not is_suppressed(world)
    assert ask(world, **asked, channel="email", address_hash=HASH) == {"error": "not_suppressed"}
    assert [row["by"] for row in world.items.scan(Table.SUPPRESSIONS)] == ["Mei"]


def test_the_fuse_blows_once_and_a_person_reopens_it(world: LedgerWorld) -> None:
    accepted: dict[str, Any] = {"name": "FUSE#email#0", "sk": "2026-06-30T02", "accepted": 200, "bounced": 9}
    world.items.put_if(Put(Table.CONTROL, accepted))
    assert record(world, event("Bounce")) == {"bounced": 1, "fuse_warned": 1}
    world.add_contact("M2")
    assert record(world, event("Bounce", "M2")) == {"bounced": 1, "fuse_blown": 1}
    assert record(world, event("Bounce", "M2")) == {"known": 1}
    assert ask(world, action="fuse")["fuse"][0]["holds"] == ["class#marketing#email"]
    (fuse,) = ask(world, action="reopen", channel="email", by="Mei", reason="list cleaned")["fuse"]
    assert (fuse["accepted"], fuse["bounced"], fuse["holds"]) == (0, 0, [])


def test_what_was_counted_a_day_ago_counts_no_more(world: LedgerWorld) -> None:
    record(world, event("Bounce"))
    world.clock.advance(timedelta(hours=26))
    assert ask(world, action="fuse")["fuse"][0]["bounced"] == 0
    assert world.clock.now() > NOW
