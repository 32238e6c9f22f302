"""Queues in memory, with the visibility timeout and the at-least-once delivery of SQS standard queues."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from shared.ports import Clock, QueueName


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a consumer gets it."""

    message_id: str
    body: str
    posted_at: datetime
    visible_at: datetime
    receives: int = 0
    """How many times it was received, this time included."""

    @property
    def receipt(self) -> str:
        """What deletes it. A receipt is void once the message was received again."""
        return f"{self.message_id}/{self.receives}"


class MemoryQueue:
    """All queues. A received message is hidden for `visibility_s` and then comes back unless deleted."""

    def __init__(self, clock: Clock, *, visibility_s: int) -> None:
        self._clock = clock
        self._visibility = timedelta(seconds=visibility_s)
        self._lock = Lock()
        self._posted = 0
        self._messages: dict[QueueName, dict[str, Message]] = {queue: {} for queue in QueueName}

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        """Posts all bodies; each can be received after `delay_s`."""
        now = self._clock.now()
        with self._lock:
            for body in bodies:
                self._posted += 1
                message = Message(f"m{self._posted}", body, now, now + timedelta(seconds=delay_s))
                self._messages[queue][message.message_id] = message

    def receive(self, queue: QueueName, most: int = 10) -> list[Message]:
        """The oldest visible messages, hidden from now on until their visibility ends."""
        now = self._clock.now()
        with self._lock:
            waiting = self._messages[queue]
            visible = [message for message in waiting.values() if message.visible_at <= now][:most]
            taken = [
                replace(message, visible_at=now + self._visibility, receives=message.receives + 1)
                for message in visible
            ]
            waiting.update({message.message_id: message for message in taken})
        return taken

    def delete(self, queue: QueueName, receipt: str) -> bool:
        """Whether the message was taken out: False when it is gone, or was received again meanwhile."""
        message_id = receipt.partition("/")[0]
        with self._lock:
            message = self._messages[queue].get(message_id)
            if message is None or message.receipt != receipt:
                return False
            del self._messages[queue][message_id]
            return True

    def waiting(self, queue: QueueName) -> tuple[Message, ...]:
        """Every message that is not deleted, hidden ones included, oldest first."""
        with self._lock:
            return tuple(self._messages[queue].values())
