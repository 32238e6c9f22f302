"""Sends one contact: pick, claim, mark, wire, record (steps T2..T6 of docs/send-ledger.md).

The row decides, not the message that woke us. A state is left only under a condition on status and fence, and what
cannot be known (was it sent?) becomes UNKNOWN, never a second attempt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.flows.read_minutes import read_minutes
from shared.flows.record_outcome import record_outcome
from shared.flows.send_target import (
    Target,
    cap_day,
    closed_until,
    consent_checks,
    find_target,
    is_on_hold,
    next_day_open,
    room_under_cap,
    unchanged,
    waits_for_a_person,
)
from shared.flows.sending import Attempt, Sending, apply, end, soon, wait
from shared.flows.spend_budget import spend_writes, spendings_of, try_elsewhere
from shared.flows.wake import parse_wake, quarantine_wake
from shared.messaging.build import build_email, build_sms
from shared.messaging.errors import MessageInvalid
from shared.messaging.unsubscribe import SCOPES, Subscription, link_of
from shared.model.contact import Channel, Contact, Status
from shared.model.instants import local_day
from shared.ports import (
    Absent,
    Cancelled,
    Check,
    EmailMessage,
    Items,
    Key,
    Refused,
    SendOutcome,
    SmsMessage,
    Table,
    Write,
)
from shared.store import contacts as rows
from shared.store.budgets import Spending
from shared.store.control import read_holds
from shared.store.customers import count_against_cap

MINUTES: Final = "minutes"
TO_MARK_S: Final = 5
TO_RECORD_S: Final = 1
"""What an attempt needs besides the wire: to mark and record, to record alone (the policy asserts that both fit)."""


BUDGET_TRIES: Final = 4
"""Shards of a budget that one attempt asks before it gives way."""


@dataclass(frozen=True, slots=True)
class _Built:
    message: EmailMessage | SmsMessage
    segments: int | None


Marked = tuple[Contact, tuple[Spending, ...]]
"""A row that is marked, and what its message spent."""


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
        return end(contact, Status.FAILED, "no_address", sending)
    if waits_for_a_person(contact, target, items=sending.items, policy=sending.policy):
        return wait(contact, _recheck(sending.clock.now(), sending), "reply_review", sending)
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
        return apply(rows.expire(contact), contact, sending)
    if now < contact.not_before:
        return wait(contact, contact.not_before, "not_before", sending)
    if is_on_hold(contact, read_holds(sending.items)):
        return wait(contact, min(_recheck(now, sending), contact.not_after), "on_hold", sending)
    return None


def _recheck(now: datetime, sending: Sending) -> datetime:
    return now + timedelta(seconds=sending.policy.sending.recheck_s)


# --- T3: claim -----------------------------------------------------------------------------------------------


def _claim(contact: Contact, target: Target, sending: Sending) -> Contact | Attempt:
    """Ours until the lease ends, counted against the cap, with consent; or why not."""
    now, policy = sending.clock.now(), sending.policy
    opening = closed_until(contact, target, now, policy)
    if opening is not None:
        return wait(contact, opening, "quiet_hours", sending)
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
    ours = replace(
        contact,
        status=Status.CLAIMED,
        fence=contact.fence + 1,
        owner=sending.owner,
        cap_on=day or contact.cap_on,
    )
    if not refused or _is_own(refused.get("claim"), ours):
        return ours
    return _explain_refusal(contact, target, refused, now, sending)


def _wait_for_tomorrow(contact: Contact, target: Target, now: datetime, sending: Sending) -> Attempt:
    """The day is full."""
    return wait(contact, next_day_open(contact, target, now, sending.policy), "capped", sending)


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
        return end(contact, Status.SUPPRESSED, "suppressed_address", sending)
    if "consent" in refused:
        return end(contact, Status.SUPPRESSED, "no_consent", sending)
    return _wait_for_tomorrow(contact, target, now, sending)


# --- T4, T5: mark and wire -----------------------------------------------------------------------------------


def _send_claimed(contact: Contact, target: Target, sending: Sending) -> Attempt:
    try:
        built = _build(contact, target, sending)
        wire = _open_wire(contact, sending)
    except MessageInvalid as error:
        status = Status.EXPIRED if error.code == "expired" else Status.FAILED
        return end(contact, status, error.code, sending)
    turn_in_s = sending.pace(contact.channel)
    if turn_in_s or not _has_time(TO_MARK_S, sending):
        return wait(contact, soon(contact, sending, after_s=int(turn_in_s)), "out_of_time", sending)
    marked = _mark(contact, target, built, sending)
    if isinstance(marked, Attempt):
        return marked
    row, spent = marked
    if not _has_time(TO_RECORD_S, sending):
        return wait(row, soon(row, sending), "out_of_time", sending, spent)
    return record_outcome(row, wire(built.message), sending, segments=built.segments, spent=spent)


def _has_time(besides_s: int, sending: Sending) -> bool:
    """Whether the wire still fits in: a message that surely is unsent must not become UNKNOWN."""
    return sending.time_left_s() >= sending.policy.sending.wire_s + besides_s


def _build(contact: Contact, target: Target, sending: Sending) -> _Built:
    customer = {name: target.profile.golden.get(name) for name in ("name", "company")}
    details = _details(contact, sending.items)
    if contact.channel is Channel.EMAIL:
        email = build_email(
            contact=contact,
            to=target.address,
            customer=customer,
            policy=sending.policy,
            unsubscribe_url=_unsubscribe_link(contact, target, sending),
            details=details,
        )
        return _Built(email, None)
    sms = build_sms(
        contact=contact,
        to=target.address,
        customer=customer,
        policy=sending.policy,
        now=sending.clock.now(),
        details=details,
    )
    return _Built(sms.message, sms.count.segments)


def _details(contact: Contact, items: Items) -> dict[str, object]:
    """What a message says that its row does not keep: the minutes of a talk, whose fact bears the id of its case (R27)."""
    if contact.template != MINUTES:
        return {}
    _, _, case_id = (contact.about or "").partition("#")
    return {"points": read_minutes(items, case_id)} if case_id else {}


def _unsubscribe_link(contact: Contact, target: Target, sending: Sending) -> str:
    """The link that ends this class of messages (U1); none where they need no consent."""
    scope = sending.policy.classes[contact.contact_class].consent
    if not sending.unsubscribe_url or scope not in SCOPES:
        return ""
    tenant = sending.policy.tenant
    ends = Subscription(target.profile.customer_id, contact.channel, scope)
    today = local_day(sending.clock.now(), tenant.tz)
    return link_of(sending.unsubscribe_url, ends, tenant.id, sending.key, on=today)


def _mark(contact: Contact, target: Target, built: _Built, sending: Sending) -> Marked | Attempt:
    """The point of no return for an opt-out: one that was stored before this write is honoured.

    The same write spends the message's budgets: nothing that went this far is uncounted, nothing above a limit goes.
    """
    spendings = spendings_of(contact, built.segments, sending.clock.now(), sending.policy)
    for tried in range(BUDGET_TRIES):
        marked = _mark_once(contact, target, spendings, sending)
        if not isinstance(marked, frozenset):
            return marked
        moved = try_elsewhere(spendings, marked, tried, sending.items)
        if moved is None:
            break
        spendings = moved
    # Some of it may be given back meanwhile, and tomorrow has a budget of its own.
    later = sending.clock.now() + timedelta(seconds=sending.policy.limits.recheck_s)
    return wait(contact, min(later, contact.not_after), "no_budget", sending)


def _mark_once(
    contact: Contact, target: Target, spendings: Sequence[Spending], sending: Sending
) -> Marked | Attempt | frozenset[str]:
    """Marked, with what it spent; how the attempt ended; or the budgets that had no room in the shards asked."""
    # Read for each try: a look for another shard takes time, and the hour decides.
    now, limits = sending.clock.now(), sending.policy.sending
    opening = closed_until(contact, target, now, sending.policy)
    if opening is not None:
        return wait(contact, opening, "quiet_hours", sending)
    lease_until = now + timedelta(seconds=limits.lease_s + 2 * limits.skew_s)
    suppression = Key(Table.SUPPRESSIONS, contact.channel, target.address_hash)
    writes: dict[str, Write] = {
        "claim": rows.mark_sending(contact, now=now, check_at=lease_until),
        "suppression": Check(suppression, Absent("address_hash")),
        **consent_checks(contact, target, sending.policy),
        **spend_writes(spendings),
    }
    refused = _transact(writes, sending)
    marked = replace(contact, status=Status.SENDING, mark_at=now)
    if not refused or _is_own(refused.get("claim"), marked):
        return marked, tuple(spendings)
    if all(label.startswith("budget#") and reason != "conflict" for label, reason in refused.items()):
        return frozenset(refused)
    if _is_own(refused.get("claim"), contact):
        # Still as we claimed it: what the mark found wrong is the hour (X2).
        return apply(rows.expire(contact), contact, sending)
    return _explain_refusal(contact, target, refused, now, sending)


def _open_wire(contact: Contact, sending: Sending) -> Callable[[Any], SendOutcome]:
    """The channel's sender, built while the contact is surely unsent: one that cannot be built loses nothing."""
    if contact.channel is Channel.EMAIL:
        return sending.senders.email().send
    return sending.senders.sms().send
