"""Writes down what the wire said of a marked message (step T6 of docs/send-ledger.md)."""

from collections.abc import Sequence
from datetime import datetime

from shared.flows.sending import Attempt, Sending, apply, soon
from shared.model.contact import Contact, Status
from shared.model.instants import to_iso
from shared.ports import Accepted, Ambiguous, SendOutcome, SendRefused, Throttled
from shared.store import contacts as rows
from shared.store.budgets import Spending
from shared.store.contacts import reconcile_after


def record_outcome(
    contact: Contact,
    outcome: SendOutcome,
    sending: Sending,
    *,
    segments: int | None = None,
    spent: Sequence[Spending] = (),
) -> Attempt:
    """Where the row stands now. What surely was not sent gives back what it spent; what may have been sent does not."""
    now = sending.clock.now()
    match outcome:
        case Accepted(provider_id):
            write = rows.record_sent(
                contact,
                provider_id=provider_id,
                at=now,
                attempt=_line(now, "accepted", ""),
                segments=segments,
            )
            # Refused: an event of a higher rank was faster, which says the same.
            sending.items.update_if(write)
            return Attempt(contact.contact_id, Status.SENT)
        case SendRefused(reason):
            line = _line(now, "refused", reason)
            write = rows.end(contact, Status.FAILED, reason=reason, attempt=line)
            return apply(write, contact, sending, spent)
        case Throttled(retry_after_s):
            return _try_later(contact, "throttled", retry_after_s, sending, spent)
        case Ambiguous(reason):
            write = rows.record_unknown(
                contact,
                reconcile_at=now + reconcile_after(contact, sending.policy),
                attempt=_line(now, "ambiguous", reason),
                reason=reason,
            )
            return apply(write, contact, sending)


def _try_later(
    contact: Contact, reason: str, retry_after_s: int, sending: Sending, spent: Sequence[Spending]
) -> Attempt:
    """Surely unsent: waits again; after too many tries it ends."""
    line = _line(sending.clock.now(), "given_back", reason)
    if len(contact.attempts) + 1 >= sending.policy.sending.max_attempts:
        write = rows.end(contact, Status.FAILED, reason=reason, attempt=line)
        return apply(write, contact, sending, spent)
    check_at = soon(contact, sending, after_s=retry_after_s)
    write = rows.give_back(contact, check_at=check_at, attempt=line, reason=reason)
    return apply(write, contact, sending, spent)


def _line(at: datetime, outcome: str, reason: str) -> str:
    return f"{to_iso(at)} {outcome} {reason}".rstrip()
