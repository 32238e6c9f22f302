"""Replies to SMS: what ends, what is restored, what waits for a person, and what a repeat does (K1..K4, R74)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.flows.read_reply import Replying, parse_inbound, take_reply
from shared.matching.keys import keyed_hash
from shared.memory.items import MemoryItems
from shared.model.errors import LostRace
from shared.ports import Cancelled, Key, Put, QueueName, Table, Write
from shared.store.customers import CONSENT
from shared.store.replies import all_held
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    ListQueue,
    a_consent,
    a_profile,
    ingest,
    ingest_all,
    of_customer,
    review,
    rows,
    source,
)

NUMBER = "+8613900000001"
HASH = keyed_hash("phone", NUMBER, KEY)


def inbound(text: str, inbound_id: str = "in-1", number: str = NUMBER, **more: object) -> str:
    told = {
        "originationNumber": number,
        "destinationNumber": "+8610000000",
        "messageKeyword": "KEYWORD_GUANXI",
        "messageBody": text,
        "inboundMessageId": inbound_id,
        "previousPublishedMessageId": "out-1",
        **more,
    }
    return json.dumps(told)


class World:
    """A customer with a number who allowed care by SMS and email, and marketing by SMS."""

    def __init__(self) -> None:
        self.items: MemoryItems = ingest_all(
            [
                a_profile("1", name="李雷", email="li.lei@example.com", phone=NUMBER),
                *(
                    a_consent("1", f"k{n}", "2026-06-01T00:00:00Z", purpose=purpose, channel=channel)
                    for n, (channel, purpose) in enumerate(
                        (("sms", "care"), ("sms", "marketing"), ("email", "care"))
                    )
                ),
            ]
        )
        self.queue = ListQueue()
        self.now = NOW
        self.customer_id = str(source(self.items, "sales#1")["customer_id"])
        review(self.items, self.customer_id)

    def reply(self, text: str, inbound_id: str = "in-1", **more: str) -> str:
        return self.take(inbound(text, inbound_id, **more))

    def take(self, body: str) -> str:
        at = Replying(self.items, self.queue, POLICY, KEY, self.now)
        return str(take_reply(body, self.now, at).outcome)

    def settle(self) -> None:
        for body in self.queue.take(QueueName.RECORDS):
            assert ingest(self.items, json.loads(body)).outcome in ("new", "updated", "unchanged")
        review(self.items, self.customer_id)

    def consent(self) -> dict[str, str]:
        item = of_customer(self.items, self.customer_id, CONSENT)
        return {use: str(state).partition("#")[0] for use, state in item.items() if "|" in use}

    def suppression(self, digest: str = HASH) -> dict[str, Any]:
        return dict(self.items.get(Key(Table.SUPPRESSIONS, "sms", digest)) or {})

    def later(self, minutes: int = 1) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def world() -> World:
    return World()


BEFORE = {"sms|care": "granted", "sms|marketing": "granted", "email|care": "granted"}
STOPPED = {"sms|care": "withdrawn", "sms|marketing": "withdrawn", "email|care": "granted"}


@pytest.mark.parametrize("word", ["R", "Ｔ", "退订", "stop!", "TD", "please stop texting me"])
def test_a_stop_ends_every_sms_at_once_and_for_good(world: World, word: str) -> None:
    assert world.consent() == BEFORE
    assert world.reply(word) == "opt_out"
    assert world.consent() == STOPPED
    assert world.suppression()["reason"] == "reply"
    world.settle()
    assert world.consent() == STOPPED


def test_a_stop_of_a_number_that_nobody_has_meets_a_later_import(world: World) -> None:
    stranger = "+8613900000777"
    assert world.reply("退订", number=stranger) == "opt_out"
    assert world.queue.posted == []
    assert world.suppression(keyed_hash("phone", stranger, KEY))["reason"] == "reply"
    assert stranger not in json.dumps(list(world.items.scan(Table.SUPPRESSIONS)))
    ingest(world.items, a_profile("9", name="韩梅", phone=stranger))
    ingest(world.items, a_consent("9", "k9", "2026-06-02T00:00:00Z", channel="sms"))
    customer_id = str(source(world.items, "sales#9")["customer_id"])
    review(world.items, customer_id)
    assert of_customer(world.items, customer_id, CONSENT)["sms|care"] == "withdrawn"


def test_a_start_restores_what_a_stop_ended_and_nothing_else(world: World) -> None:
    ingest(
        world.items,
        a_consent("1", "k7", "2026-06-05T00:00:00Z", purpose="marketing", channel="sms", action="withdraw"),
    )
    review(world.items, world.customer_id)
    world.reply("STOP", "in-1")
    world.settle()
    world.later()
    assert world.reply("START", "in-2") == "opt_in"
    world.settle()
    assert world.consent() == {"sms|care": "granted", "sms|marketing": "withdrawn", "email|care": "granted"}
    assert world.suppression() == {}


def test_a_start_right_after_a_stop_holds(world: World) -> None:
    world.reply("STOP", "in-1")
    world.later()
    world.reply("START", "in-2")
    world.settle()
    assert world.consent() == BEFORE


def test_a_start_grants_nothing_that_was_never_granted(world: World) -> None:
    ingest(world.items, a_profile("5", name="王五", phone="+8613900000555"))
    assert world.reply("START", number="+8613900000555") == "opt_in"
    assert world.queue.posted == []


def test_a_start_lifts_no_bounce(world: World) -> None:
    bounced = {"channel": "sms", "address_hash": HASH, "reason": "bounce"}
    world.items.put_if(Put(Table.SUPPRESSIONS, dict(bounced)))
    world.reply("STOP", "in-1")
    world.later()
    world.reply("START", "in-2")
    assert world.suppression()["reason"] == "bounce"


def test_a_call_for_help_is_answered_once(world: World) -> None:
    assert world.reply("HELP") == "help"
    assert world.reply("HELP") == "repeated"
    (row,) = [row for row in world.items.scan(Table.CONTACTS) if row["template"] == "reply_help"]
    assert (row["channel"], row["contact_class"], row["status"]) == ("sms", "service", "PENDING")
    assert world.reply("INFO", "in-2") == "help"
    assert len([row for row in world.items.scan(Table.CONTACTS) if row["template"] == "reply_help"]) == 2


def test_an_angry_reply_waits_for_a_person_with_its_text(world: World) -> None:
    assert world.reply("你们再骚扰我就投诉") == "review"
    (held,) = all_held(world.items)
    assert (held.place, held.text) == (f"phone#{HASH}", "你们再骚扰我就投诉")
    assert world.consent() == BEFORE


def test_another_reply_is_an_interaction_of_the_customer(world: World) -> None:
    assert world.reply("好的，谢谢") == "none"
    ((_, body),) = world.queue.posted
    told = json.loads(body)
    assert (told["kind"], told["channel"], told["party"]) == ("interaction", "sms", {"ref": "1"})
    assert "谢谢" not in body
    world.settle()


def test_a_repeat_does_nothing_even_after_a_change_of_mind(world: World) -> None:
    world.reply("STOP", "in-1")
    world.settle()
    world.later()
    world.reply("START", "in-2")
    world.settle()
    assert world.reply("STOP", "in-1") == "repeated"
    world.settle()
    assert world.consent() == BEFORE


def test_what_is_posted_twice_is_taken_in_once(world: World) -> None:
    """The queue took the records, the rows were refused: the message comes again."""
    transact = world.items.transact
    refusing = [Cancelled(("conflict",))]

    def flaky(writes: list[Write]) -> object:
        return refusing.pop() if refusing else transact(writes)

    world.items.transact = flaky  # type: ignore[method-assign,assignment]
    with pytest.raises(LostRace):
        world.reply("STOP")
    assert world.reply("STOP") == "opt_out"
    world.settle()
    assert world.consent() == STOPPED
    assert len([row for row in rows(world.items, Table.RECORDS, "CONSENT#") if "reply" in row["sk"]]) == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("not json", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="nothing in it"),
        pytest.param(inbound("STOP", number="12"), id="a short number"),
        pytest.param(inbound("STOP", number="+1234567890; DROP"), id="no number"),
        pytest.param(inbound("STOP", messageBody=5), id="no text"),
        pytest.param(inbound("STOP", inboundMessageId=""), id="no id"),
        pytest.param(json.dumps({"Type": "Notification", "Message": "x"}), id="an envelope of nothing"),
        pytest.param(json.dumps({"notificationType": "Bounce"}), id="another event"),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_what_is_no_reply_is_kept_aside(world: World, body: str) -> None:
    assert world.take(body) == "parked"
    (kept,) = [item for item in world.items.scan(Table.CONTROL) if item.get("reason") == "malformed_reply"]
    assert kept["raw"] == body
    assert world.consent() == BEFORE


def test_an_envelope_of_sns_says_when() -> None:
    body = json.dumps(
        {"Type": "Notification", "Message": inbound("退订"), "Timestamp": "2026-06-30T01:00:00.123Z"}
    )
    found = parse_inbound(body, NOW)
    assert found is not None
    assert (found.number, found.text, found.previous_id) == (NUMBER, "退订", "out-1")
    assert found.at == datetime(2026, 6, 30, 1, 0, 0, 123_000, tzinfo=UTC)


def test_a_reply_of_a_number_that_two_customers_share_ends_both(world: World) -> None:
    ingest(world.items, a_profile("2", system="service", name="Bob Stone", phone=NUMBER))
    other = str(source(world.items, "service#2")["customer_id"])
    world.reply("STOP")
    for body in world.queue.take(QueueName.RECORDS):
        ingest(world.items, json.loads(body))
    for customer_id in {world.customer_id, other}:
        review(world.items, customer_id)
        assert of_customer(world.items, customer_id, CONSENT)["sms|care"] == "withdrawn"
