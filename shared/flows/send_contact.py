"""Sends one contact: pick, claim, mark, wire, record (steps T2..T6 of docs/send-ledger.md).

The row decides, not the message that woke us. A state is left only under a condition on status and fence, and what
cannot be known (was it sent?) becomes UNKNOWN, never a second attempt.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from shared.flows.send_target import (
    Target,
    cap_day,
    closed_until,
    consent_checks,
    find_target,
    next_day_open,
    room_under_cap,
    unchanged,
)
from shared.flows.wake import parse_wake, quarantine_wake
from shared.messaging.build import build_email, build_sms
from shared.messaging.errors import MessageInvalid
from shared.messaging.unsubscribe import SCOPES, Subscription, link_of
from shared.model.contact import Channel, Contact, Status
from shared.model.instants import local_day, to_iso
from shared.policy.schema import Policy
from shared.ports import (
    Absent,
    Accepted,
    Ambiguous,
    Cancelled,
    Check,
    Clock,
    EmailMessage,
    EmailSender,
    Items,
    Key,
    Refused,
    SendOutcome,
    SendRefused,
    SmsMessage,
    SmsSender,
    Table,
    Throttled,
    Update,
    Write,
)
from shared.store import contacts as rows
from shared.store.contacts import reconcile_after
from shared.store.control import read_holds
from shared.store.customers import count_against_cap

TO_MARK_S: Final = 5
TO_RECORD_S: Final = 1
"""What an attempt needs besides the wire: to mark and record, to record alone (the policy asserts that both fit)."""


@dataclass(frozen=True, slots=True)
class Senders:
    """Built when a message needs them."""

    email: Callable[[], EmailSender]
    sms: Callable[[], SmsSender]


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


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended: the status the row was left in, and the code why."""

    contact_id: str
    status: Status | Literal["ABSENT", "TAKEN", "MALFORMED"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Built:
    message: EmailMessage | SmsMessage
    segments: int | None


def send_message(body: str, sending: Sending) -> Attempt:
    """What came of one wake-up. A malformed one is quarantined, not retried; raises only RetryError."""
    contact_id = parse_wake(body, "contact_id")
    if contact_id is None:
        quarantine_wake(body, items=sending.items, at=sending.clock.now())
        return Attempt("", "MALFORMED")
    return send_contact(contact_id, sending)


def send_contact(contact_id: str, sending: Sending) -> Attempt:
    """How one attempt to send a contact ended. Raises only RetryError.

    Raised before the mark, the row is sent later; raised after it, the row becomes UNKNOWN: never sent a second time
    because of it.
    """
    contact = _read(contact_id, sending.items)
    if contact is None:
        return Attempt(contact_id, "ABSENT")
    if contact.status is not Status.PENDING:
        return Attempt(contact_id, "TAKEN", contact.status)
    held = _hold_back(contact, sending)
    if held is not None:
        return held
    target = find_target(contact, items=sending.items, policy=sending.policy, key=sending.key)
    if target is None:
        return _end(contact, Status.FAILED, "no_address", sending)
    claimed = _claim(contact, target, sending)
    if isinstance(claimed, Attempt):
        return claimed
    return _send_claimed(claimed, target, sending)


def _read(contact_id: str, items: Items) -> Contact | None:
    item = items.get(rows.contact_key(contact_id))
    return None if item is None else rows.contact_from_item(item)


# --- T2: pick ------------------------------------------------------------------------------------------------


def _hold_back(contact: Contact, sending: Sending) -> Attempt | None:
    """A row that must not go now moves (else it would stand there for ever); None: it may go."""
    now = sending.clock.now()
    if now > contact.not_after:
        return _apply(rows.expire(contact), contact, "past_not_after", sending)
    if now < contact.not_before:
        return _wait(contact, contact.not_before, "not_before", sending)
    if f"channel#{contact.channel}" in read_holds(sending.items):
        return _wait(contact, _recheck(now, sending), "on_hold", sending)
    return None


def _recheck(now: datetime, sending: Sending) -> datetime:
    return now + timedelta(seconds=sending.policy.sending.recheck_s)


def _wait(contact: Contact, at: datetime, reason: str, sending: Sending) -> Attempt:
    """Waits until an instant, or ends where that lies past the end of its validity (X2)."""
    if at > contact.not_after:
        return _end(contact, Status.EXPIRED, reason, sending)
    return _apply(rows.wait_until(contact, at, reason), contact, reason, sending)


def _end(contact: Contact, status: Status, reason: str, sending: Sending) -> Attempt:
    return _apply(rows.end(contact, status, reason=reason), contact, reason, sending)


def _apply(write: Update, contact: Contact, reason: str, sending: Sending) -> Attempt:
    """Moves the row; somebody else having moved it is their story."""
    if isinstance(sending.items.update_if(write), Refused):
        return Attempt(contact.contact_id, "TAKEN", "moved")
    return Attempt(contact.contact_id, Status(str(write.set["status"])), reason)


# --- T3: claim -----------------------------------------------------------------------------------------------


def _claim(contact: Contact, target: Target, sending: Sending) -> Contact | Attempt:
    """Ours until the lease ends, counted against the cap, with consent; or why not."""
    now, policy = sending.clock.now(), sending.policy
    opening = closed_until(contact, target, now, policy)
    if opening is not None:
        return _wait(contact, opening, "quiet_hours", sending)
    day = cap_day(contact, target, now, policy)
    lease_until = now + timedelta(seconds=policy.sending.lease_s)
    claim = rows.claim(
        contact,
        owner=sending.owner,
        until=lease_until,
        check_at=lease_until + timedelta(seconds=2 * policy.sending.skew_s),
        cap_on=day,
    )
    writes: dict[str, Write] = {"claim": claim} | consent_checks(contact, target, policy)
    if day is not None:
        most = room_under_cap(contact, target, day, items=sending.items, policy=policy)
        if most <= 0:
            return _wait_for_tomorrow(contact, target, now, sending)
        cap = policy.classes[contact.contact_class].cap
        writes["cap"] = count_against_cap(target.profile.customer_id, day, cap, most=most)
        writes["merge"] = unchanged(target)
    refused = _transact(writes, sending)
    ours = replace(contact, status=Status.CLAIMED, fence=contact.fence + 1, owner=sending.owner)
    if not refused or _is_own(refused.get("claim"), ours):
        return ours
    return _explain_refusal(contact, target, refused, now, sending)


def _wait_for_tomorrow(contact: Contact, target: Target, now: datetime, sending: Sending) -> Attempt:
    """The day is full."""
    return _wait(contact, next_day_open(contact, target, now, sending.policy), "capped", sending)


def _transact(writes: dict[str, Write], sending: Sending) -> dict[str, Refused | str]:
    """The writes that did not hold, by label; empty: all is in."""
    done = sending.items.transact(list(writes.values()))
    if not isinstance(done, Cancelled):
        return {}
    labelled = zip(writes, done.reasons, strict=True)
    return {label: reason for label, reason in labelled if reason is not None} or {"all": "conflict"}


def _is_own(reason: Refused | str | None, ours: Contact) -> bool:
    """The reply of our own write was lost; its effect stands."""
    return isinstance(reason, Refused) and rows.is_own_write(
        reason.old, status=ours.status, fence=ours.fence, owner=ours.owner or ""
    )


def _explain_refusal(
    contact: Contact, target: Target, refused: dict[str, Refused | str], now: datetime, sending: Sending
) -> Attempt:
    if "claim" in refused or "merge" in refused or "conflict" in refused.values():
        # Somebody moved the row or the customer under our feet: the sweeper comes back for what is still open.
        return Attempt(contact.contact_id, "TAKEN", "lost_race")
    if "suppression" in refused:
        return _end(contact, Status.SUPPRESSED, "suppressed_address", sending)
    if "consent" in refused:
        return _end(contact, Status.SUPPRESSED, "no_consent", sending)
    return _wait_for_tomorrow(contact, target, now, sending)


# --- T4, T5: mark and wire -----------------------------------------------------------------------------------


def _send_claimed(contact: Contact, target: Target, sending: Sending) -> Attempt:
    try:
        built = _build(contact, target, sending)
        wire = _open_wire(contact, sending)
    except MessageInvalid as error:
        status = Status.EXPIRED if error.code == "expired" else Status.FAILED
        return _end(contact, status, error.code, sending)
    if not _has_time(TO_MARK_S, sending):
        return _wait(contact, _soon(contact, sending), "out_of_time", sending)
    marked = _mark(contact, target, sending)
    if isinstance(marked, Attempt):
        return marked
    if not _has_time(TO_RECORD_S, sending):
        return _wait(marked, _soon(marked, sending), "out_of_time", sending)
    return _record(marked, built, wire(built.message), sending)


def _has_time(besides_s: int, sending: Sending) -> bool:
    """Whether the wire still fits in: a message that surely is unsent must not become UNKNOWN."""
    return sending.time_left_s() >= sending.policy.sending.wire_s + besides_s


def _soon(contact: Contact, sending: Sending, *, after_s: int = 0) -> datetime:
    """A little apart from others."""
    jitter_s = hashlib.sha256(f"{contact.contact_id}{contact.fence}".encode()).digest()[0]
    wait_s = after_s + jitter_s % sending.policy.sending.throttle_jitter_s
    return sending.clock.now() + timedelta(seconds=wait_s)


def _build(contact: Contact, target: Target, sending: Sending) -> _Built:
    customer = {name: target.profile.golden.get(name) for name in ("name", "company")}
    if contact.channel is Channel.EMAIL:
        email = build_email(
            contact=contact,
            to=target.address,
            customer=customer,
            policy=sending.policy,
            unsubscribe_url=_unsubscribe_link(contact, target, sending),
        )
        return _Built(email, None)
    now = sending.clock.now()
    sms = build_sms(contact=contact, to=target.address, customer=customer, policy=sending.policy, now=now)
    return _Built(sms.message, sms.count.segments)


def _unsubscribe_link(contact: Contact, target: Target, sending: Sending) -> str:
    """The link that ends this class of messages (U1); none where they need no consent."""
    scope = sending.policy.classes[contact.contact_class].consent
    if not sending.unsubscribe_url or scope not in SCOPES:
        return ""
    tenant = sending.policy.tenant
    ends = Subscription(target.profile.customer_id, contact.channel, scope)
    today = local_day(sending.clock.now(), tenant.tz)
    return link_of(sending.unsubscribe_url, ends, tenant.id, sending.key, on=today)


def _mark(contact: Contact, target: Target, sending: Sending) -> Contact | Attempt:
    """The point of no return for an opt-out: one that was stored before this write is honoured."""
    now, limits = sending.clock.now(), sending.policy.sending
    opening = closed_until(contact, target, now, sending.policy)
    if opening is not None:
        return _wait(contact, opening, "quiet_hours", sending)
    lease_until = now + timedelta(seconds=limits.lease_s + 2 * limits.skew_s)
    suppression = Key(Table.SUPPRESSIONS, contact.channel, target.address_hash)
    writes: dict[str, Write] = {
        "claim": rows.mark_sending(contact, now=now, check_at=lease_until),
        "suppression": Check(suppression, Absent("address_hash")),
        **consent_checks(contact, target, sending.policy),
    }
    refused = _transact(writes, sending)
    marked = replace(contact, status=Status.SENDING, mark_at=now)
    if not refused or _is_own(refused.get("claim"), marked):
        return marked
    if _is_own(refused.get("claim"), contact):
        # Still as we claimed it: what the mark found wrong is the hour (X2).
        return _apply(rows.expire(contact), contact, "past_not_after", sending)
    return _explain_refusal(contact, target, refused, now, sending)


def _open_wire(contact: Contact, sending: Sending) -> Callable[[Any], SendOutcome]:
    """The channel's sender, built while the contact is surely unsent: one that cannot be built loses nothing."""
    if contact.channel is Channel.EMAIL:
        return sending.senders.email().send
    return sending.senders.sms().send


# --- T6: record ----------------------------------------------------------------------------------------------


def _record(contact: Contact, built: _Built, outcome: SendOutcome, sending: Sending) -> Attempt:
    now = sending.clock.now()
    match outcome:
        case Accepted(provider_id):
            write = rows.record_sent(
                contact,
                provider_id=provider_id,
                at=now,
                attempt=_line(now, "accepted", ""),
                segments=built.segments,
            )
            # Refused: an event of a higher rank was faster, which says the same.
            sending.items.update_if(write)
            return Attempt(contact.contact_id, Status.SENT)
        case SendRefused(reason):
            line = _line(now, "refused", reason)
            write = rows.end(contact, Status.FAILED, reason=reason, attempt=line)
            return _apply(write, contact, reason, sending)
        case Throttled(retry_after_s):
            return _give_back(contact, "throttled", retry_after_s, sending)
        case Ambiguous(reason):
            write = rows.record_unknown(
                contact,
                reconcile_at=now + reconcile_after(contact, sending.policy),
                attempt=_line(now, "ambiguous", reason),
                reason=reason,
            )
            return _apply(write, contact, reason, sending)


def _give_back(contact: Contact, reason: str, retry_after_s: int, sending: Sending) -> Attempt:
    """Surely unsent: waits again; after too many tries it ends."""
    line = _line(sending.clock.now(), "given_back", reason)
    if len(contact.attempts) + 1 >= sending.policy.sending.max_attempts:
        write = rows.end(contact, Status.FAILED, reason=reason, attempt=line)
        return _apply(write, contact, reason, sending)
    check_at = _soon(contact, sending, after_s=retry_after_s)
    write = rows.give_back(contact, check_at=check_at, attempt=line, reason=reason)
    return _apply(write, contact, reason, sending)


def _line(at: datetime, outcome: str, reason: str) -> str:
    return f"{to_iso(at)} {outcome} {reason}".rstrip()
