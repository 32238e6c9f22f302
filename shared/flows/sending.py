"""What one attempt to send works with, and what comes of it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.flows.move_contact import move_contact
from shared.model.contact import Channel, Contact, Status
from shared.policy.schema import Policy
from shared.ports import Clock, EmailSender, Items, SmsSender, Update
from shared.store import contacts as rows
from shared.store.budgets import Spending


@dataclass(frozen=True, slots=True)
class Senders:
    """Built when a message needs them."""

    email: Callable[[], EmailSender]
    sms: Callable[[], SmsSender]


def at_once(channel: Channel) -> float:
    """The pace of a provider that may be asked as fast as we like."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Sending:
    """What every step needs. `owner` is one attempt's own name; `time_left_s` what the runtime still grants."""

    items: Items
    policy: Policy
    key: bytes
    clock: Clock
    senders: Senders
    owner: str
    time_left_s: Callable[[], float]
    unsubscribe_url: str = ""
    """Where the links of emails lead, without the token; empty: there is no such address yet."""
    pace: Callable[[Channel], float] = at_once
    """Waits for the next turn at the provider; seconds until it comes where that is longer than a message may wait."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended: the status the row was left in, and the code why."""

    contact_id: str
    status: Status | Literal["ABSENT", "TAKEN", "MALFORMED"]
    reason: str = ""


def apply(write: Update, contact: Contact, sending: Sending, spent: Sequence[Spending] = ()) -> Attempt:
    """Moves the row, with what it gives back; somebody else having moved it is their story."""
    moved = move_contact(write, contact, items=sending.items, policy=sending.policy, spent=spent)
    if not moved:
        return Attempt(contact.contact_id, "TAKEN", "moved")
    return Attempt(contact.contact_id, Status(str(write.set["status"])), str(write.set.get("reason", "")))


def end(contact: Contact, status: Status, reason: str, sending: Sending) -> Attempt:
    return apply(rows.end(contact, status, reason=reason), contact, sending)


def wait(
    contact: Contact, at: datetime, reason: str, sending: Sending, spent: Sequence[Spending] = ()
) -> Attempt:
    """Waits until an instant, or ends where that lies past the end of its validity (X2)."""
    is_over = at > contact.not_after
    late = rows.end(contact, Status.EXPIRED, reason=reason)
    return apply(late if is_over else rows.wait_until(contact, at, reason), contact, sending, spent)


def soon(contact: Contact, sending: Sending, *, after_s: int = 0) -> datetime:
    """A little apart from others."""
    jitter_s = hashlib.sha256(f"{contact.contact_id}{contact.fence}".encode()).digest()[0]
    wait_s = after_s + jitter_s % sending.policy.sending.throttle_jitter_s
    return sending.clock.now() + timedelta(seconds=wait_s)
