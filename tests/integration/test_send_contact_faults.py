"""What an attempt to send leaves behind when something goes wrong in the middle (docs/send-ledger.md)."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from shared.model.contact import RANKS, Status
from shared.model.errors import StoreBusy
from shared.ports import (
    Accepted,
    Ambiguous,
    Cancelled,
    Delete,
    SendOutcome,
    SendRefused,
    Throttled,
    Update,
)
from shared.store.contacts import contact_key
from shared.store.customers import PROFILE, customer_key
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


def interposed(world: LedgerWorld, moment: str, step: str, error: BaseException) -> Interposed:
    trap = {step: raises(error)}
    return Interposed(world.items, before=trap) if moment == "before" else Interposed(world.items, after=trap)


# --- writes whose reply is lost, workers at once -------------------------------------------------------------


@pytest.mark.parametrize("contact_class", ["care", "service"])
@pytest.mark.parametrize("step", ["CLAIMED", "SENDING", "SENT"])
def test_a_write_that_came_twice_is_recognised_as_our_own(
    world: LedgerWorld, step: str, contact_class: str
) -> None:
    world.add_contact(contact_class=contact_class)
    attempt = world.send(items=Interposed(world.items, again=frozenset({step})))
    assert attempt.status is Status.SENT
    assert world.row().status is Status.SENT
    assert wire_calls(world) == 1
    assert world.counted() == (1 if contact_class == "care" else 0)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", ["CLAIMED", "SENDING"])
def test_a_busy_store_before_the_wire_leaves_a_row_that_recovers(
    world: LedgerWorld, step: str, moment: str
) -> None:
    world.add_contact(contact_class="service")
    items = interposed(world, moment, step, StoreBusy("busy"))
    with pytest.raises(StoreBusy):
        world.send(items=items)
    assert wire_calls(world) == 0
    finish(world)
    assert world.row().status is Status.SENT
    assert wire_calls(world) == 1


def test_a_mark_without_a_reply_at_most_once_ends_unconfirmed_not_sent_twice(world: LedgerWorld) -> None:
    world.add_contact()
    with pytest.raises(StoreBusy):
        world.send(items=Interposed(world.items, after={"SENDING": raises(StoreBusy("busy"))}))
    finish(world)
    assert outcome(world) == ("UNCONFIRMED", "no_event")
    assert wire_calls(world) == 0


def test_two_workers_at_once_make_one_wire_call(world: LedgerWorld) -> None:
    world.add_contact()
    others: list[object] = []
    items = Interposed(world.items, before={"CLAIMED": lambda: others.append(world.send().status)})
    assert world.send(items=items).reason == "lost_race"
    assert others == [Status.SENT]
    assert wire_calls(world) == 1
    assert world.counted() == 1


def test_a_worker_that_comes_while_another_works_leaves_it_alone(world: LedgerWorld) -> None:
    world.add_contact()
    others: list[object] = []
    look = {step: lambda: others.append(world.send().status) for step in ("CLAIMED", "SENDING")}
    assert world.send(items=Interposed(world.items, after=look)).status is Status.SENT
    assert others == ["TAKEN", "TAKEN"]
    assert wire_calls(world) == 1


def test_a_worker_whose_lease_is_over_sends_nothing(world: LedgerWorld) -> None:
    world.add_contact(contact_class="service")

    def sleep_long() -> None:
        world.advance(seconds=500)
        world.sweep()
        assert world.send().status is Status.SENT

    world.send(items=Interposed(world.items, after={"CLAIMED": sleep_long}))
    assert wire_calls(world) == 1


def test_conflicting_transactions_leave_the_row_to_the_sweeper(world: LedgerWorld) -> None:
    world.add_contact()

    class Contended(Interposed):
        def transact(self, writes: Any) -> Cancelled:
            return Cancelled(("conflict", *[None] * (len(writes) - 1)))

    assert world.send(items=Contended(world.items)).reason == "lost_race"
    assert world.sweep().moves == {"woken": 1}
    assert world.send().status is Status.SENT


# --- crashes -------------------------------------------------------------------------------------------------


def finish(world: LedgerWorld, contact_id: str = "M1") -> None:
    """A day of sweeps, each followed by the wake-ups that it posted."""
    for _ in range(288):
        world.advance(minutes=5)
        if world.sweep().moves.keys() & {"woken", "released", "repeated"}:
            world.send(contact_id)
        if "due_shard" not in world.item(contact_id):
            return
    raise AssertionError("the row is stuck")


def test_a_crash_after_the_claim_is_sent_once_when_the_lease_is_over(world: LedgerWorld) -> None:
    world.add_contact()
    with pytest.raises(Crash):
        world.send(items=Interposed(world.items, after={"CLAIMED": raises(Crash())}))
    assert world.row().status is Status.CLAIMED
    world.advance(seconds=POLICY.sending.lease_s)
    assert world.sweep().moves == {}
    world.advance(seconds=2 * POLICY.sending.skew_s)
    assert world.sweep().moves == {"released": 1}
    row = world.row()
    assert (row.status, row.reason, row.owner, row.lease_until) == (Status.PENDING, "lease_over", None, None)
    assert world.send().status is Status.SENT
    assert wire_calls(world) == 1
    assert world.counted() == 1


@pytest.mark.parametrize("contact_class", ["care", "marketing"])
@pytest.mark.parametrize(
    ("moment", "step", "calls"), [("after", "SENDING", 0), ("before", "SENT", 1)], ids=["no wire", "wire"]
)
def test_a_crash_after_the_mark_is_never_sent_again(
    world: LedgerWorld, moment: str, step: str, calls: int, contact_class: str
) -> None:
    world.add_contact(contact_class=contact_class)
    with pytest.raises(Crash):
        world.send(items=interposed(world, moment, step, Crash()))
    finish(world)
    assert outcome(world) == ("UNCONFIRMED", "no_event")
    assert wire_calls(world) == calls


def test_a_crash_after_the_mark_is_sent_again_where_at_least_once_is_promised(world: LedgerWorld) -> None:
    world.add_contact(contact_class="service")
    with pytest.raises(Crash):
        world.send(items=Interposed(world.items, after={"SENDING": raises(Crash())}))
    finish(world)
    assert world.row().status is Status.SENT
    assert wire_calls(world) == 1


def test_an_sms_waits_three_days_for_an_event_before_it_is_unconfirmed(world: LedgerWorld) -> None:
    world.add_contact(channel="sms", not_after=NOW + timedelta(days=7))
    with pytest.raises(Crash):
        world.send(items=Interposed(world.items, after={"SENDING": raises(Crash())}))
    world.advance(seconds=200)
    assert world.sweep().moves == {"unknown": 1}
    world.advance(hours=71)
    assert world.sweep().moves == {}
    world.advance(hours=1)
    assert world.sweep().moves == {"unconfirmed": 1}


# --- outcomes of the wire ------------------------------------------------------------------------------------


def with_script(*script: SendOutcome) -> LedgerWorld:
    world = LedgerWorld(email_script=script)
    world.add_contact()
    return world


def test_a_refusal_of_the_provider_is_final() -> None:
    world = with_script(SendRefused("MessageRejected"))
    assert world.send().status is Status.FAILED
    assert outcome(world) == ("FAILED", "MessageRejected")
    assert world.row().attempts == ("2026-06-30T02:00:00.000Z refused MessageRejected",)
    assert_terminal_row_left_the_index(world)


def test_a_throttled_message_waits_as_long_as_asked_and_a_little_more() -> None:
    world = with_script(Throttled(60))
    assert world.send().reason == "throttled"
    row = world.row()
    wait_s = (row.check_at - NOW).total_seconds()
    assert 60 <= wait_s < 60 + POLICY.sending.throttle_jitter_s
    assert (row.status, row.owner, row.lease_until, row.mark_at) == (Status.PENDING, None, None, None)


def test_a_message_throttled_too_often_fails_and_says_so() -> None:
    most = POLICY.sending.max_attempts
    world = with_script(*[Throttled(60)] * (most + 1))
    for _ in range(most):
        world.send()
    assert outcome(world) == ("FAILED", "throttled")
    assert wire_calls(world) == most
    assert len(world.row().attempts) == most


def test_an_ambiguous_answer_is_unknown_and_never_sent_again() -> None:
    world = with_script(Ambiguous("ReadTimeoutError"))
    assert world.send().status is Status.UNKNOWN
    row = world.row()
    reconcile = timedelta(seconds=POLICY.sending.reconcile_email_s)
    assert (row.reconcile_at, row.check_at) == (NOW + reconcile, NOW + reconcile)
    assert world.send().status == "TAKEN"
    finish(world)
    assert outcome(world) == ("UNCONFIRMED", "no_event")
    assert wire_calls(world) == 1


def test_an_ambiguous_answer_at_least_once_goes_again_a_few_times() -> None:
    most = POLICY.sending.max_attempts
    world = LedgerWorld(email_script=[Ambiguous("status_503")] * (most + 5))
    world.add_contact(contact_class="service", not_after=NOW + timedelta(hours=9))
    finish(world)
    assert outcome(world) == ("UNCONFIRMED", "no_event")
    assert wire_calls(world) == most


@pytest.mark.parametrize("end", ["refused", "suppressed", "past its end"])
def test_what_may_have_been_sent_never_ends_as_not_sent(end: str) -> None:
    world = LedgerWorld(email_script=[Ambiguous("status_503"), SendRefused("MessageRejected")])
    world.add_contact(contact_class="service", not_after=NOW + timedelta(hours=2))
    world.send()
    world.advance(seconds=POLICY.sending.reconcile_email_s)
    assert world.sweep().moves == {"repeated": 1}
    if end == "suppressed":
        world.suppress()
    world.advance(hours=3 if end == "past its end" else 0)
    assert world.send().status is Status.UNCONFIRMED
    assert world.row().status is Status.UNCONFIRMED
    assert world.row().reason in ("MessageRejected", "suppressed_address", "past_not_after")


def test_at_least_once_ends_unconfirmed_when_its_time_is_over() -> None:
    world = LedgerWorld(email_script=[Ambiguous("status_503")])
    world.add_contact(contact_class="service", not_after=NOW + timedelta(minutes=10))
    finish(world)
    assert outcome(world) == ("UNCONFIRMED", "no_event")
    assert wire_calls(world) == 1


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED])
def test_an_event_that_was_faster_than_our_record_stands(world: LedgerWorld, status: Status) -> None:
    world.add_contact()

    def arrive() -> None:
        event = {"status": status.value, "rank": RANKS[status]}
        world.items.update_if(Update(contact_key("M1"), set=event))

    assert world.send(items=Interposed(world.items, before={"SENT": arrive})).status is Status.SENT
    assert world.row().status is status


def test_an_answer_that_comes_after_the_sweeper_gave_up_is_still_recorded(world: LedgerWorld) -> None:
    world.add_contact()

    def be_late() -> None:
        world.advance(seconds=200)
        assert world.sweep().moves == {"unknown": 1}
        world.advance(seconds=POLICY.sending.reconcile_email_s)
        assert world.sweep().moves == {"unconfirmed": 1}

    world.send(items=Interposed(world.items, before={"SENT": be_late}))
    assert world.row().status is Status.SENT
    assert world.row().provider_id == "memory-M1-1"


# --- time that runs short ------------------------------------------------------------------------------------


def times(*seconds: float) -> Callable[[], float]:
    left: Iterable[float] = iter(seconds)
    return lambda: next(iter(left))


@pytest.mark.parametrize("left", [times(16.9), times(17, 12.9)], ids=["before the mark", "after the mark"])
def test_a_message_is_given_back_when_time_runs_short(world: LedgerWorld, left: Callable[[], float]) -> None:
    world.add_contact()
    assert world.send(time_left=left).reason == "out_of_time"
    row = world.row()
    assert (row.status, row.owner, row.lease_until, row.mark_at) == (Status.PENDING, None, None, None)
    assert row.check_at - NOW < timedelta(seconds=POLICY.sending.throttle_jitter_s)
    assert wire_calls(world) == 0
    assert world.send(time_left=times(17, 13)).status is Status.SENT


def test_running_out_of_time_is_no_attempt_of_the_wire(world: LedgerWorld) -> None:
    world.add_contact()
    for _ in range(POLICY.sending.max_attempts + 2):
        world.send(time_left=times(1))
    assert world.row().status is Status.PENDING
    assert world.row().attempts == ()
    assert world.send().status is Status.SENT


# --- messages that cannot be built ---------------------------------------------------------------------------


def test_a_message_that_cannot_be_built_fails_with_its_code(world: LedgerWorld) -> None:
    world.add_contact(template="no_such_template")
    attempt = world.send()
    assert attempt.status is Status.FAILED
    assert attempt.reason
    assert outcome(world) == ("FAILED", attempt.reason)
    assert wire_calls(world) == 0


def test_an_sms_whose_time_ends_while_it_is_built_expires(world: LedgerWorld) -> None:
    world.add_contact(channel="sms", not_after=NOW + timedelta(seconds=2))
    late = Interposed(world.items, after={"CLAIMED": lambda: world.advance(seconds=2)})
    world.send(items=late)
    assert outcome(world)[0] == "EXPIRED"
    assert wire_calls(world) == 0


def test_an_email_whose_time_ends_between_claim_and_mark_expires(world: LedgerWorld) -> None:
    world.add_contact(not_after=NOW + timedelta(seconds=2))
    world.send(items=Interposed(world.items, after={"CLAIMED": lambda: world.advance(seconds=2)}))
    assert outcome(world) == ("EXPIRED", "past_not_after")
    assert wire_calls(world) == 0


def test_a_customer_erased_before_sending_gets_nothing(world: LedgerWorld) -> None:
    world.add_contact()
    world.items.transact([Delete(customer_key("c-1", PROFILE))])
    world.send()
    assert outcome(world) == ("FAILED", "no_address")


def test_an_accepted_message_has_one_line_for_each_attempt() -> None:
    world = with_script(Throttled(60), Accepted("p-1"))
    world.send()
    world.advance(seconds=100)
    world.send()
    assert [line.split(maxsplit=1)[1] for line in world.row().attempts] == [
        "given_back throttled",
        "accepted",
    ]
