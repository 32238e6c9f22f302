from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.memory.clock import ManualClock
from shared.memory.queue import MemoryQueue
from shared.memory.senders import MemoryEmailSender, MemorySmsSender
from shared.ports import (
    Accepted,
    Ambiguous,
    EmailMessage,
    EmailSender,
    Queue,
    QueueName,
    SmsMessage,
    SmsSender,
    Throttled,
)

START = datetime(2026, 6, 30, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def queue(clock: ManualClock) -> MemoryQueue:
    return MemoryQueue(clock, visibility_s=180)


def bodies(queue: MemoryQueue, most: int = 10) -> list[str]:
    return [message.body for message in queue.receive(QueueName.RECORDS, most)]


def test_messages_come_in_the_order_of_posting_and_up_to_the_number_asked(queue: MemoryQueue) -> None:
    queue.post(QueueName.RECORDS, ["a", "b", "c"])
    assert bodies(queue, 2) == ["a", "b"]
    assert bodies(queue) == ["c"]
    assert bodies(queue) == []


def test_queues_are_apart(queue: MemoryQueue) -> None:
    queue.post(QueueName.CONTACTS_SMS, ["a"])
    assert bodies(queue) == []
    assert [message.body for message in queue.waiting(QueueName.CONTACTS_SMS)] == ["a"]


def test_a_delayed_message_is_hidden_until_its_delay_has_passed(
    queue: MemoryQueue, clock: ManualClock
) -> None:
    queue.post(QueueName.RECORDS, ["late"], delay_s=60)
    clock.advance(MINUTE - timedelta(milliseconds=1))
    assert bodies(queue) == []
    clock.advance(timedelta(milliseconds=1))
    assert bodies(queue) == ["late"]


def test_a_message_that_is_not_deleted_comes_back(queue: MemoryQueue, clock: ManualClock) -> None:
    queue.post(QueueName.RECORDS, ["a"])
    (first,) = queue.receive(QueueName.RECORDS)
    clock.advance(3 * MINUTE)
    (second,) = queue.receive(QueueName.RECORDS)
    assert (first.message_id, first.receives) == (second.message_id, 1)
    assert (second.body, second.receives, second.posted_at) == ("a", 2, START)


def test_a_deleted_message_never_comes_back(queue: MemoryQueue, clock: ManualClock) -> None:
    queue.post(QueueName.RECORDS, ["a"])
    (message,) = queue.receive(QueueName.RECORDS)
    assert queue.delete(QueueName.RECORDS, message.receipt)
    assert not queue.delete(QueueName.RECORDS, message.receipt)
    clock.advance(3 * MINUTE)
    assert bodies(queue) == []
    assert queue.waiting(QueueName.RECORDS) == ()


def test_an_old_receipt_does_not_delete_what_another_holds(queue: MemoryQueue, clock: ManualClock) -> None:
    queue.post(QueueName.RECORDS, ["a"])
    (slow,) = queue.receive(QueueName.RECORDS)
    clock.advance(3 * MINUTE)
    (quick,) = queue.receive(QueueName.RECORDS)
    assert not queue.delete(QueueName.RECORDS, slow.receipt)
    assert queue.delete(QueueName.RECORDS, quick.receipt)


def test_the_clock_moves_forward_only() -> None:
    clock = ManualClock(datetime(2026, 6, 30, 10, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == START
    assert clock.now().tzinfo is UTC
    assert clock.advance(MINUTE) == START + MINUTE
    assert clock.move_to(START + 2 * MINUTE) == clock.now()
    with pytest.raises(ValueError):
        clock.advance(-MINUTE)
    with pytest.raises(ValueError):
        clock.move_to(START)
    with pytest.raises(ValueError):
        ManualClock(datetime(2026, 6, 30))  # noqa: DTZ001 - the fault under test


SMS = SmsMessage(contact_id="C1", to="+12025550123", text="您好", time_to_live_s=60)
EMAIL = EmailMessage("C2", "a@example.com", "b@example.com", "B", "Hi", "text", "<p>html</p>")


def test_a_sender_follows_its_script_and_then_accepts() -> None:
    sender = MemorySmsSender([Throttled(30), Ambiguous("timeout")])
    outcomes = [sender.send(SMS) for _ in range(4)]
    assert outcomes[:2] == [Throttled(30), Ambiguous("timeout")]
    assert all(isinstance(outcome, Accepted) for outcome in outcomes[2:])
    assert outcomes[2] != outcomes[3]
    assert sender.attempts == [(SMS, outcome) for outcome in outcomes]
    assert sender.accepted == (SMS, SMS)


def test_the_fakes_fit_their_ports(queue: MemoryQueue) -> None:
    # mypy checks the assignments.
    email: EmailSender = MemoryEmailSender()
    sms: SmsSender = MemorySmsSender()
    port: Queue = queue
    port.post(QueueName.RECORDS, [])
    assert email.send(EMAIL) != sms.send(SMS)
