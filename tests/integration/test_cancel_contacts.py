"""Planned contacts whose reason is gone are cancelled; what is under way or done stays what it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.flows.cancel_contacts import cancel_duplicates, cancel_planned, cancel_unwanted
from shared.model.contact import ContactClass, Status
from shared.model.tags import Mark
from shared.ports import Delete, Update
from shared.store.contacts import contact_key
from shared.store.customers import PROFILE, customer_key, follow_alias
from shared.tagging.traits import DO_NOT_CONTACT
from tests.integration.ledger_builder import (
    NOW,
    POLICY,
    Crash,
    Interposed,
    LedgerWorld,
    assert_terminal_row_left_the_index,
    outcome,
    raises,
    wire_calls,
)


@pytest.fixture
def world() -> LedgerWorld:
    return LedgerWorld()


def merge(world: LedgerWorld) -> None:
    """c-2 becomes an alias of c-1."""
    world.add_customer("c-2", alias_of="c-1")
    world.items.update_if(Update(customer_key("c-1", PROFILE), set={"aliases": ["c-2"]}))


def test_what_waits_is_cancelled_with_its_reason_and_never_sent(world: LedgerWorld) -> None:
    world.add_contact()
    done = cancel_planned("c-1", "do_not_contact", items=world.items, policy=POLICY)
    assert done.contact_ids == ("M1",)
    assert outcome(world) == ("CANCELLED", "do_not_contact")
    assert_terminal_row_left_the_index(world)
    assert world.send().status == "TAKEN"
    assert wire_calls(world) == 0


def test_what_is_under_way_is_left_and_told(world: LedgerWorld) -> None:
    world.add_contact("M1")
    world.add_contact("M2")
    with pytest.raises(Crash):
        world.send("M1", items=Interposed(world.items, after={"CLAIMED": raises(Crash())}))
    done = cancel_planned("c-1", "operator", items=world.items, policy=POLICY)
    assert (done.contact_ids, done.under_way) == (("M2",), 1)


def test_a_cancellation_and_a_sender_at_once_have_one_winner(world: LedgerWorld) -> None:
    world.add_contact()

    def cancel() -> None:
        cancel_planned("c-1", "operator", items=world.items, policy=POLICY)

    assert world.send(items=Interposed(world.items, before={"CLAIMED": cancel})).status == "TAKEN"
    assert outcome(world)[0] == "CANCELLED"
    assert wire_calls(world) == 0


def test_a_message_that_may_be_out_is_never_called_cancelled(world: LedgerWorld) -> None:
    world.add_contact(contact_class="service")
    world.items.update_if(Update(contact_key("M1"), set={"reconcile_at": "2026-06-30T01:00:00.000Z"}))
    cancel_planned("c-1", "operator", items=world.items, policy=POLICY)
    assert world.row().status is Status.UNCONFIRMED


def test_only_what_is_about_a_withdrawn_occasion_is_cancelled(world: LedgerWorld) -> None:
    world.add_contact("M1")
    world.add_contact("M2", about="case-7")
    done = cancel_planned("c-1", "occasion_withdrawn", items=world.items, policy=POLICY, about="case-7")
    assert done.contact_ids == ("M2",)


def test_a_merge_leaves_one_message_for_each_occasion(world: LedgerWorld) -> None:
    merge(world)
    world.add_contact("M1")
    world.add_contact("M2", customer_id="c-2", created_at=NOW - timedelta(hours=1))
    world.add_contact("M3", customer_id="c-2", channel="sms")
    assert cancel_duplicates("c-2", items=world.items, policy=POLICY).contact_ids == ("M1",)
    assert outcome(world, "M1") == ("CANCELLED", "merged_duplicate")
    assert [world.row(name).status for name in ("M2", "M3")] == [Status.PENDING] * 2
    assert cancel_duplicates("c-1", items=world.items, policy=POLICY).contact_ids == ()


def test_what_was_sent_already_makes_the_other_a_duplicate(world: LedgerWorld) -> None:
    merge(world)
    world.add_contact("M1")
    world.send("M1")
    world.add_contact("M2", customer_id="c-2", created_at=NOW - timedelta(hours=1))
    assert cancel_duplicates("c-1", items=world.items, policy=POLICY).contact_ids == ("M2",)


def test_a_cancelled_contact_that_was_counted_frees_the_day(world: LedgerWorld) -> None:
    world.add_contact("M1")
    world.add_contact("M2")
    world.send("M1", time_left=lambda: 1.0)
    assert world.counted() == 1
    assert world.send("M2").reason == "capped"
    cancel_planned("c-1", "operator", items=world.items, policy=POLICY, about=None)
    assert world.counted() == 0


@pytest.mark.parametrize(("mark", "left"), [(DO_NOT_CONTACT, "CANCELLED"), ("vip", "PENDING")])
def test_a_review_that_finds_nobody_may_contact_the_customer_cancels(
    world: LedgerWorld, mark: str, left: str
) -> None:
    world.add_contact()
    profile = follow_alias(world.items, "c-1")
    assert profile is not None
    marks = [Mark(mark, "anna", NOW, None)]
    cancel_unwanted(profile, marks, items=world.items, policy=POLICY)
    assert world.row().status == left


def test_an_answer_to_what_the_customer_asked_is_not_cancelled_by_do_not_contact(world: LedgerWorld) -> None:
    world.add_contact(contact_class=ContactClass.SERVICE)
    profile = follow_alias(world.items, "c-1")
    assert profile is not None
    marks = [Mark(DO_NOT_CONTACT, "anna", NOW, None)]
    cancel_unwanted(profile, marks, items=world.items, policy=POLICY)
    assert world.row().status == "PENDING"


def test_contacts_of_somebody_who_was_erased_are_cancelled_too(world: LedgerWorld) -> None:
    world.add_contact()
    world.items.transact([Delete(customer_key("c-1", PROFILE))])
    done = cancel_planned("c-1", "erased", items=world.items, policy=POLICY)
    assert done.contact_ids == ("M1",)
    assert replace(world.row(), attempts=()).reason == "erased"


def test_after_a_merge_a_playbook_speaks_once_by_whichever_channel(world: LedgerWorld) -> None:
    merge(world)
    world.add_contact("M1", plan_step="play.birthday.1")
    world.add_contact(
        "M2",
        plan_step="play.birthday.1",
        customer_id="c-2",
        channel="sms",
        created_at=NOW - timedelta(hours=1),
    )
    assert cancel_duplicates("c-1", items=world.items, policy=POLICY).contact_ids == ("M1",)


@pytest.mark.parametrize(("step", "left"), [("matrix.basic.low.1", ("M1",)), ("reply.help", ())])
def test_two_plans_of_one_week_are_one_and_two_answers_are_two(
    world: LedgerWorld, step: str, left: tuple[str, ...]
) -> None:
    merge(world)
    yesterday = NOW - timedelta(days=1)
    world.add_contact("M1", plan_step=step)
    world.add_contact(
        "M2", plan_step=step, customer_id="c-2", created_at=yesterday, occasion_on=yesterday.date()
    )
    assert cancel_duplicates("c-1", items=world.items, policy=POLICY).contact_ids == left
