"""Senders that keep what they are given and answer from a script."""

from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

from shared.ports import Accepted, EmailMessage, SendOutcome, SmsMessage

Message = TypeVar("Message", EmailMessage, SmsMessage)


class MemorySender(Generic[Message]):
    """Answers with the outcomes of the script, one for each call, and accepts when the script has ended."""

    def __init__(self, script: Iterable[SendOutcome] = ()) -> None:
        self.attempts: list[tuple[Message, SendOutcome]] = []
        """Every call, with its answer."""
        self._script = deque(script)

    def send(self, message: Message) -> SendOutcome:
        """The next outcome of the script, else Accepted with an id that no other call got."""
        outcome: SendOutcome = Accepted(f"memory-{message.contact_id}-{len(self.attempts) + 1}")
        if self._script:
            outcome = self._script.popleft()
        self.attempts.append((message, outcome))
        return outcome

    @property
    def accepted(self) -> tuple[Message, ...]:
        """The messages that were accepted, in order."""
        return tuple(message for message, outcome in self.attempts if isinstance(outcome, Accepted))


MemoryEmailSender = MemorySender[EmailMessage]
MemorySmsSender = MemorySender[SmsMessage]
