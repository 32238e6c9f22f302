"""The consent ledger: every road leaves a word with its evidence, no word ever changes, and what stands is proved (R74)."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.local.consent import consent_lines
from shared.flows.mark_customer import mark_customer
from shared.flows.prove_consent import Proof, proof_to_plain, prove_consent
from shared.flows.read_reply import Replying, take_reply
from shared.flows.settle_replies import decide_reply, list_replies
from shared.flows.unsubscribe import Answer, Asked, Unsubscribing, answer_link
from shared.memory.items import MemoryItems
from shared.messaging.unsubscribe import Subscription, keyring_on, sign
from shared.model.contact import Channel
from shared.model.instants import local_day
from shared.ports import Delete, Put, QueueName, Table, Update, Write
from shared.store.consent_log import SAID
from shared.store.customers import CONSENT
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    ListQueue,
    a_consent,
    a_profile,
    ingest,
    of_customer,
    review,
    source,
)
from tests.integration.test_read_reply import inbound

EMAIL, NUMBER = "li.lei@example.com", "+8613900000001"
FORM = {"content-type": "application/x-www-form-urlencoded"}
TODAY = local_day(NOW, POLICY.tenant.tz)


class LedgerItems(MemoryItems):
    """A store that fails the test when a word of the ledger is written a second time, changed or deleted."""

    def put_if(self, write: Put) -> Any:
        self._check([write])
        return super().put_if(write)

    def update_if(self, write: Update) -> Any:
        self._check([write])
        return super().update_if(write)

    def transact(self, writes: Sequence[Write]) -> Any:
        self._check(writes)
        return super().transact(writes)

    def _check(self, writes: Sequence[Write]) -> None:
        for write in writes:
            if isinstance(write, Put) and str(write.item.get("sk", "")).startswith(SAID):
                assert write.condition is not None, "a word may not replace one"
                assert not self._has(write), "a word is written once"
            if isinstance(write, Update | Delete):
                assert not str(write.key.sk or "").startswith(SAID), "a word never changes"

    def _has(self, write: Put) -> bool:
        place = (write.item["record_id"], write.item["sk"])
        return place in {(item["record_id"], item.get("sk")) for item in self.scan(Table.RECORDS)}


class World:
    def __init__(self) -> None:
        self.items, self.queue, self.now = LedgerItems(), ListQueue(), NOW
        for raw in (
            a_profile("1", name="李雷", email=EMAIL, phone=NUMBER),
            a_consent("1", "k1", "2026-06-01T00:00:00Z", evidence="signed form 17"),
            a_consent("1", "k2", "2026-06-01T00:00:00Z", channel="sms", purpose="marketing"),
        ):
            ingest(self.items, raw)
        self.customer_id = str(source(self.items, "sales#1")["customer_id"])
        review(self.items, self.customer_id)

    def take(self, raw: Any) -> None:
        ingest(self.items, raw)
        review(self.items, self.customer_id)

    def settle(self) -> None:
        for body in self.queue.take(QueueName.RECORDS):
            ingest(self.items, json.loads(body))
        review(self.items, self.customer_id)

    def click(self, body: bytes, method: str = "POST", *, language: str = "en") -> Answer:
        ends = Subscription(self.customer_id, Channel.EMAIL, "care")
        token = sign(ends, POLICY.tenant.id, keyring_on(KEY, TODAY), on=TODAY)
        at = Unsubscribing(self.items, self.queue, POLICY, KEY, self.now)
        return answer_link(Asked(method, token, {**FORM, "accept-language": language}, {}, body), at)

    def reply(self, text: str, inbound_id: str) -> None:
        at = Replying(self.items, self.queue, POLICY, KEY, self.now)
        take_reply(inbound(text, inbound_id, NUMBER), self.now, at)

    def prove(self, reference: str = "") -> Proof:
        found = prove_consent(
            reference or self.customer_id, items=self.items, key=KEY, policy=POLICY, now=self.now
        )
        assert found is not None
        return found

    def stands(self) -> dict[str, tuple[str, str]]:
        return {line.use: (line.state, line.how) for line in self.prove().standing}

    def words(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {
            (str(item["record_id"]), str(item["sk"])): dict(item)
            for item in self.items.scan(Table.RECORDS)
            if str(item["sk"]).startswith(SAID)
        }

    def later(self) -> None:
        self.now += timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return World()


def test_a_word_of_each_road_is_kept_with_its_evidence(world: World) -> None:
    world.click(b"List-Unsubscribe=One-Click")
    world.settle()
    world.later()
    world.reply("退订", "in-1")
    world.settle()
    world.take(
        a_consent("1", "o1", "2026-06-30T01:30:00Z", "object", channel="phone", evidence="told on the phone")
    )
    proof = world.prove()
    assert proof.agrees
    assert world.stands()["email|care"] == ("withdrawn", "link")
    assert world.stands()["sms|marketing"] == ("withdrawn", "reply")
    assert "phone" in proof.objections
    assert [(stop.channel, stop.reason) for stop in proof.stops] == [("sms", "reply")]
    roads = {(line.how, line.evidence) for line in proof.history}
    assert ("record", "signed form 17") in roads
    assert ("reply", "reply by SMS: opt_out") in roads
    assert next(line.proof for line in proof.history if line.how == "reply") == {
        "how": "reply",
        "message_id": "out-1",
    }


def test_a_file_is_named_as_evidence(world: World) -> None:
    origin = {"file": "consents.csv", "row": 7, "job_id": "j", "seq": 0}
    world.take({**a_consent("1", "k9", "2026-06-03T00:00:00Z", purpose="marketing"), "origin": origin})
    line = next(line for line in world.prove().standing if line.use == "email|marketing")
    assert (line.how, line.proof) == ("import", {"file": "consents.csv", "row": "7"})


def test_the_page_keeps_the_hash_of_what_it_showed_and_its_language(world: World) -> None:
    world.click(b"confirm=scope&lang=zh")
    world.settle()
    line = next(line for line in world.prove().standing if line.use == "email|care")
    assert (line.state, line.how) == ("withdrawn", "page")
    assert line.proof is not None
    assert (line.proof["locale"], len(line.proof["text_sha256"])) == ("zh", 64)


def test_what_was_ended_by_a_link_can_be_wanted_again_by_its_page_alone(world: World) -> None:
    assert world.click(b"confirm=again").wanted == ()  # it stands: there is nothing to want
    world.click(b"List-Unsubscribe=One-Click")
    world.settle()
    world.later()
    assert "again" in world.click(b"", "GET").body
    first = world.click(b"confirm=again")
    assert (first.status, first.wanted) == (200, ("email|care",))
    assert not str(of_customer(world.items, world.customer_id, CONSENT)["email|care"]).startswith("granted#")
    assert world.click(b"confirm=again").wanted == ()  # asked for already
    world.settle()
    assert world.stands()["email|care"] == ("granted", "page")
    assert str(of_customer(world.items, world.customer_id, CONSENT)["email|care"]).startswith("granted#")
    world.later()
    assert world.click(b"List-Unsubscribe=One-Click").ended == ("email|care",)
    world.settle()
    assert world.stands()["email|care"] == ("withdrawn", "link")
    assert [line.state for line in world.prove().history if line.use == "email|care"] == [
        "granted", "withdrawn", "granted", "withdrawn",
    ]  # fmt: skip


def test_an_objection_is_not_lifted_by_a_link(world: World) -> None:
    world.take(a_consent("1", "o1", "2026-06-30T01:30:00Z", "object", channel="email", purpose="any"))
    answer = world.click(b"confirm=again")
    assert (answer.status, answer.wanted) == (404, ())
    assert world.queue.posted == []


def test_no_word_ever_changes_whatever_happens(world: World) -> None:
    """Corrections, repeats, files read again, merges, marks and replies: the store itself refuses a second writing."""
    kept = world.words()
    steps: list[Callable[[], object]] = [
        lambda: world.take(a_consent("1", "k1", "2026-06-01T00:00:00Z", evidence="signed form 17")),
        lambda: world.take(a_consent("1", "k1", "2026-06-02T00:00:00Z", "withdraw", evidence="corrected")),
        lambda: world.take({**a_consent("1", "k1", "2026-06-01T00:00:00Z"), "version": 1}),
        lambda: world.take({**a_consent("1", "k2", "2026-06-01T00:00:00Z", channel="sms"), "deleted": True}),
        lambda: world.take(a_profile("1", name="李雷", email="new@example.com", phone=NUMBER)),
        lambda: world.take(a_profile("7", system="service", name="李雷", email="new@example.com", phone=NUMBER)),
        lambda: world.take({**a_profile("7", system="service", name="李雷", email="new@example.com"), "deleted": True}),
        lambda: world.reply("R", "in-1"),
        world.settle,
        lambda: world.reply("R", "in-1"),
        world.settle,
        world.later,
        lambda: world.reply("START", "in-2"),
        world.settle,
        lambda: world.click(b"confirm=all"),
        world.settle,
        lambda: mark_customer(
            {"customer_id": world.customer_id, "name": "do_not_contact", "by": "wang"},
            items=world.items, policy=POLICY, now=world.now,
        ),
    ]  # fmt: skip
    for step in steps:
        step()
        now = world.words()
        assert {place: now.get(place) for place in kept} == kept
        kept = now
    assert len(kept) >= 7


def test_a_repeat_adds_no_word(world: World) -> None:
    before = len(world.words())
    world.take(a_consent("1", "k1", "2026-06-01T00:00:00Z", evidence="signed form 17"))
    assert len(world.words()) == before


def test_a_number_that_nobody_has_is_proved_by_its_hash_alone(world: World) -> None:
    stranger = "+8613900000777"
    at = Replying(world.items, world.queue, POLICY, KEY, NOW)
    take_reply(inbound("TD", "in-5", stranger), NOW, at)
    proof = world.prove(stranger)
    assert (proof.customer_id, [stop.reason for stop in proof.stops]) == (None, ["reply"])
    assert {(line.use, line.state) for line in proof.standing} == {
        ("sms|care", "withdrawn"),
        ("sms|marketing", "withdrawn"),
    }
    assert prove_consent("+8613900000778", items=world.items, key=KEY, policy=POLICY, now=NOW) is None


@pytest.mark.parametrize(("decision", "state"), [("release", "granted"), ("stop", "withdrawn")])
def test_a_person_decides_about_an_angry_reply(world: World, decision: str, state: str) -> None:
    world.reply("你们再骚扰我就投诉", "in-1")
    assert world.prove().held_text == "你们再骚扰我就投诉"
    (waiting,) = list_replies(world.items)["replies"]
    assert waiting["customers"] == [world.customer_id]
    asked = {"number": waiting["number"], "decision": decision, "by": "wang"}
    answer = decide_reply(asked, items=world.items, queue=world.queue, now=world.now)
    assert answer["customers"] == [world.customer_id]
    world.settle()
    assert world.prove().held_since is None
    line = next(line for line in world.prove().standing if line.use == "sms|marketing")
    assert line.state == state
    assert line.by == ("wang" if decision == "stop" else "")
    assert decide_reply(asked, items=world.items, queue=world.queue, now=world.now) == {"error": "not_found"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"decision": "forget"}, "unknown_decision"), ({"by": " "}, "bad_by"), ({"number": "x"}, "not_found")],
)
def test_a_decision_that_is_none_changes_nothing(world: World, changes: dict[str, str], error: str) -> None:
    world.reply("你们再骚扰我就投诉", "in-1")
    (waiting,) = list_replies(world.items)["replies"]
    asked = {"number": waiting["number"], "decision": "release", "by": "wang", **changes}
    assert decide_reply(asked, items=world.items, queue=world.queue, now=NOW)["error"] == error
    assert list_replies(world.items)["replies"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["当前状态", "邮件 · 服务关怀: 已撤回 (退订链接)", "signed form 17", "短信 · 优惠与活动: 同意"]),
        ("en", ["What stands", "email · service and care: withdrawn (unsubscribe link)", "SMS · offers and events: granted"]),
    ],
)  # fmt: skip
def test_the_proof_reads_in_chinese_and_english(world: World, language: Any, words: list[str]) -> None:
    world.click(b"List-Unsubscribe=One-Click")
    world.settle()
    text = "\n".join(consent_lines(world.prove(EMAIL), ZoneInfo("Asia/Shanghai"), language))
    for word in words:
        assert word in text
    assert json.loads(json.dumps(proof_to_plain(world.prove())))["agrees"] is True
