"""Messages that need more than their row: minutes of a talk, and texts to a number whose reply nobody has read (R27, K3)."""

from datetime import date, timedelta

import pytest

from shared.matching.keys import keyed_hash
from shared.model.case import Case, CaseStatus, Finish, Outcome, Point
from shared.model.contact import Status
from shared.store.cases import put_case
from shared.store.replies import Held, lift_held, put_held
from tests.integration.ledger_builder import KEY, NOW, PHONE, LedgerWorld, outcome, wire_calls

PLACE = f"phone#{keyed_hash('phone', PHONE, KEY)}"


@pytest.fixture
def world() -> LedgerWorld:
    return LedgerWorld()


def a_talk(*points: Point) -> Case:
    finish = Finish(Outcome.DONE, NOW, "wang", "", points, "digest")
    return Case(
        case_id="CASE1",
        customer_id="c-1",
        kind="task",
        channel="call",
        owner="Wang",
        title="deep_talk",
        start_at=NOW,
        due_at=NOW,
        opened_at=NOW,
        status=CaseStatus.DONE,
        finish=finish,
    )


def test_the_minutes_of_a_talk_go_out_with_their_points(world: LedgerWorld) -> None:
    points = (Point("补发备件。", False, "王芳", date(2026, 7, 3)), Point("价格已确认", True))
    world.items.put_if(put_case(a_talk(*points)))
    world.add_contact(
        template="minutes",
        contact_class="service",
        locale="zh",
        about="sales#CASE1",
        values={"talk_on": "2026-06-29"},
    )
    assert world.send().status is Status.SENT
    (message,) = world.email.accepted
    assert message.subject == "2026年6月29日沟通的纪要，请您过目"
    assert "· 补发备件；负责人：王芳；2026年7月3日前完成。\n· 价格已确认。" in message.text
    assert message.headers == {}


@pytest.mark.parametrize("about", [None, "sales#CASE9", "CASE1"])
def test_minutes_that_are_not_there_are_not_sent(world: LedgerWorld, about: str | None) -> None:
    world.add_contact(template="minutes", contact_class="service", about=about)
    world.send()
    assert outcome(world) == ("FAILED", "value_not_given")
    assert wire_calls(world) == 0


def test_a_text_waits_until_a_person_has_read_the_reply(world: LedgerWorld) -> None:
    world.items.put_if(put_held(Held(PLACE, "为什么一直发？", "0" * 32, NOW)))
    world.add_contact(channel="sms")
    assert world.send().reason == "reply_review"
    assert world.row().status is Status.PENDING
    assert wire_calls(world) == 0
    world.items.transact([lift_held(PLACE)])
    world.clock.advance(timedelta(seconds=world.row().check_at.timestamp() - NOW.timestamp()))
    assert world.send().status is Status.SENT


def test_neither_an_email_nor_a_service_text_waits_for_it(world: LedgerWorld) -> None:
    world.items.put_if(put_held(Held(PLACE, "为什么一直发？", "0" * 32, NOW)))
    world.add_contact()
    assert world.send().status is Status.SENT
    world.add_contact("M2", channel="sms", contact_class="service", template="reply_help")
    assert world.send("M2").status is Status.SENT
