"""Budgets, holds, pace and what is given back, on single contacts (docs/send-ledger.md)."""

from datetime import timedelta

import pytest

from shared.model.contact import Status
from shared.policy.limits import Budget
from shared.policy.schema import Policy
from shared.ports import Accepted, Ambiguous, SendOutcome, SendRefused, Throttled
from shared.store.budgets import spent_of
from shared.store.control import set_hold
from tests.integration.ledger_builder import NOW, POLICY, LedgerWorld, outcome, wire_calls


def with_budget(most_messages: int | None = None, most_fen: int | None = None) -> Policy:
    budgets = {"b": Budget(per="day", most_messages=most_messages, most_fen=most_fen)}
    return POLICY.model_copy(update={"limits": POLICY.limits.model_copy(update={"budgets": budgets})})


def world_with(*script: SendOutcome, **limits: int) -> LedgerWorld:
    world = LedgerWorld(policy=with_budget(**limits), email_script=script)
    world.add_customer("c-2", golden={"name": "韩梅梅", "email": "han@example.com", "country": "CN"})
    world.add_contact("M1")
    world.add_contact("M2", customer_id="c-2")
    return world


def spent(world: LedgerWorld) -> int:
    return spent_of(world.items, "b", "2026-06-30")[0]


def test_a_contact_without_budget_waits_and_goes_when_some_is_given_back() -> None:
    world = world_with(Throttled(60), most_messages=1)
    assert world.send("M1").reason == "throttled"
    assert spent(world) == 0
    assert world.send("M2").status is Status.SENT
    world.advance(seconds=100)
    assert world.send("M1").reason == "no_budget"
    row = world.row("M1")
    assert row.status is Status.PENDING
    assert row.check_at == world.clock.now() + timedelta(seconds=POLICY.limits.recheck_s)


def test_a_contact_without_budget_goes_the_next_day() -> None:
    world = world_with(most_messages=1)
    world.send("M1")
    world.send("M2")
    world.advance(hours=24)
    assert world.send("M2").status is Status.SENT


def test_a_contact_that_never_found_budget_expires_and_says_so() -> None:
    world = world_with(most_messages=1)
    world.send("M1")
    world.add_contact("M3", customer_id="c-2", not_after=NOW + timedelta(hours=2))
    assert world.send("M3").reason == "no_budget"
    world.advance(hours=3)
    assert world.sweep().moves["expired"] == 1
    assert outcome(world, "M3") == ("EXPIRED", "no_budget")
    assert wire_calls(world) == 1


def test_service_is_counted_and_not_stopped_by_a_spent_budget() -> None:
    world = world_with(most_messages=1)
    world.send("M1")
    world.add_contact("M3", customer_id="c-2", contact_class="service")
    assert world.send("M3").status is Status.SENT
    assert spent(world) == 2


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        pytest.param(Accepted("p"), 1, id="accepted"),
        pytest.param(Ambiguous("ReadTimeoutError"), 1, id="nobody knows"),
        pytest.param(SendRefused("MessageRejected"), 0, id="refused"),
        pytest.param(Throttled(60), 0, id="throttled"),
    ],
)
def test_only_what_surely_was_not_sent_gives_its_budget_back(told: SendOutcome, counted: int) -> None:
    world = world_with(told, most_messages=5)
    world.send("M1")
    assert spent(world) == counted


def test_running_out_of_time_after_the_mark_gives_its_budget_back() -> None:
    world = world_with(most_messages=5)
    left = iter((30.0, 1.0))
    assert world.send("M1", time_left=lambda: next(left)).reason == "out_of_time"
    assert spent(world) == 0


def test_money_is_spent_by_the_segments_of_a_text() -> None:
    world = LedgerWorld(policy=with_budget(most_fen=1_000))
    world.add_contact(channel="sms")
    assert world.send().status is Status.SENT
    segments = world.row().segments or 0
    assert spent_of(world.items, "b", "2026-06-30") == (1, segments * POLICY.cost.sms_segment_fen)


@pytest.mark.parametrize("name", ["tenant", "channel#email", "class#care", "plan#basic.", "all#email"])
def test_a_hold_of_any_kind_defers_until_it_is_lifted(name: str) -> None:
    world = LedgerWorld()
    world.add_contact()
    world.items.put_if(set_hold(name, reason="test", at=NOW))
    assert world.send().reason == "on_hold"
    assert world.row().status is Status.PENDING


@pytest.mark.parametrize("name", ["channel#sms", "class#marketing", "plan#core.", "plan", "class#care#sms"])
def test_a_hold_of_something_else_stops_nothing(name: str) -> None:
    world = LedgerWorld()
    world.add_contact()
    world.items.put_if(set_hold(name, reason="test", at=NOW))
    assert world.send().status is Status.SENT


def test_a_contact_held_to_its_end_expires_and_says_so() -> None:
    world = LedgerWorld()
    world.add_contact(not_after=NOW + timedelta(minutes=2))
    world.items.put_if(set_hold("tenant", reason="test", at=NOW))
    world.send()
    world.advance(minutes=3)
    world.sweep()
    assert outcome(world) == ("EXPIRED", "on_hold")


@pytest.mark.parametrize("end", ["refused", "suppressed"])
def test_a_counted_contact_that_ends_unsent_leaves_the_day_to_another(end: str) -> None:
    world = LedgerWorld(email_script=[SendRefused("MessageRejected")] if end == "refused" else ())
    world.add_contact("M1")
    world.add_contact("M2")
    if end == "suppressed":
        world.suppress()
    world.send("M1")
    assert world.row("M1").status in (Status.FAILED, Status.SUPPRESSED)
    assert world.counted() == 0
    if end == "refused":
        assert world.send("M2").status is Status.SENT


def test_what_may_have_gone_out_keeps_the_day() -> None:
    world = LedgerWorld(email_script=[Ambiguous("ReadTimeoutError")])
    world.add_contact("M1")
    world.add_contact("M2")
    world.send("M1")
    assert world.send("M2").reason == "capped"
    assert world.counted() == 1
