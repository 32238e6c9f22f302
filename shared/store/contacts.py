"""Access patterns of the `contacts` table: the send ledger's rows and the conditions of its protocol.

States, ranks and conditions follow the send ledger's protocol (docs/send-ledger.md): the row is the queue, a
message on a queue is only a wake-up, and no state is left without a condition on status and fence.
"""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from shared.model.contact import OPEN, RANKS, Channel, Contact, ContactClass, Status
from shared.model.instants import from_iso, to_iso
from shared.policy.schema import Policy
from shared.ports import Absent, All, Condition, Is, Item, Key, Put, Query, Table, Update, Value

SHARDS = 16
"""Of the `due` index; a constant of the data, not a policy: changing it loses open rows."""

_INSTANTS = (
    "created_at",
    "not_before",
    "not_after",
    "check_at",
    "lease_until",
    "mark_at",
    "reconcile_at",
    "sent_at",
)
_PLAIN = (
    "fence",
    "owner",
    "provider_id",
    "reason",
    "segments",
    "plan_step",
    "purpose",
    "template",
    "locale",
    "about",
)


def reconcile_after(contact: Contact, policy: Policy) -> timedelta:
    """How long an event of the provider may take to tell what became of a message."""
    is_email = contact.channel is Channel.EMAIL
    return timedelta(seconds=policy.sending.reconcile_email_s if is_email else policy.sending.reconcile_sms_s)


def contact_key(contact_id: str) -> Key:
    return Key(Table.CONTACTS, contact_id)


def open_shard(contact_id: str) -> str:
    """The hash key of the due index, on rows that are not terminal."""
    return f"DUE#{hashlib.sha256(contact_id.encode()).digest()[0] % SHARDS:02d}"


def put_contact(contact: Contact, *, expires_at: int) -> Put:
    """Makes the row; refused when the occasion has one already (X1), which is as good."""
    item: Item = {
        "contact_id": contact.contact_id,
        "customer_id": contact.customer_id,
        "status": contact.status.value,
        "rank": RANKS[contact.status],
        "channel": contact.channel.value,
        "contact_class": contact.contact_class.value,
        "occasion_on": contact.occasion_on.isoformat(),
        "why": dict(contact.why),
        "attempts": list(contact.attempts),
        "expires_at": expires_at,
    }
    item |= {name: value for name in _PLAIN if (value := getattr(contact, name)) is not None}
    item |= {name: to_iso(at) for name in _INSTANTS if (at := getattr(contact, name)) is not None}
    if contact.cap_on is not None:
        item["cap_on"] = contact.cap_on.isoformat()
    if contact.values:
        item["values"] = dict(contact.values)
    if contact.status in OPEN:
        item["due_shard"] = open_shard(contact.contact_id)
    else:
        del item["check_at"]
    return Put(Table.CONTACTS, item, Absent("contact_id"))


def contact_from_item(item: Item) -> Contact:
    stored: Any = item
    created_at = from_iso(stored["created_at"])
    rest: dict[str, Any] = {name: stored[name] for name in _PLAIN if name in stored}
    rest |= {name: from_iso(stored[name]) for name in _INSTANTS if name in stored}
    return Contact(
        contact_id=stored["contact_id"],
        customer_id=stored["customer_id"],
        status=Status(stored["status"]),
        channel=Channel(stored["channel"]),
        contact_class=ContactClass(stored["contact_class"]),
        occasion_on=date.fromisoformat(stored["occasion_on"]),
        why=stored["why"],
        values=stored.get("values", {}),
        attempts=tuple(stored["attempts"]),
        cap_on=date.fromisoformat(stored["cap_on"]) if "cap_on" in stored else None,
        **{"check_at": created_at, **rest},
    )


def open_contacts(shard: int, *, until: datetime, page: int) -> Query:
    """Rows of one shard whose time to be looked at has come."""
    return Query(Table.CONTACTS, f"DUE#{shard:02d}", index="due", at_most=to_iso(until), limit=page)


def contacts_of(customer_id: str) -> Query:
    """Every row made under one customer id, oldest first."""
    return Query(Table.CONTACTS, customer_id, index="by_customer")


# --- moves of the protocol -----------------------------------------------------------------------------------

_ATTEMPT = ("owner", "lease_until", "mark_at")
"""What a row holds only while somebody works on it."""


def _stands(contact: Contact) -> Condition:
    """The row still is as it was read: same status, same fence."""
    return All((Is("status", "=", contact.status.value), Is("fence", "=", contact.fence)))


def _move(
    contact: Contact,
    to: Status,
    attributes: dict[str, Value],
    *,
    condition: Condition | None = None,
    add: dict[str, int] | None = None,
    remove: tuple[str, ...] = (),
) -> Update:
    gone = remove
    if to not in OPEN:
        gone = (*remove, "due_shard", "check_at")
    return Update(
        contact_key(contact.contact_id),
        set={"status": to.value, "rank": RANKS[to], **attributes},
        add=add or {},
        remove=gone,
        condition=condition or _stands(contact),
    )


RESTORED = frozenset({"lost_window", "restored_while_sending"})
"""Unknown because of a restore: an event may have been told to the ledger that is lost, so silence proves nothing."""
WAITED_FOR = frozenset({"no_budget", "on_hold"})
"""Reasons to wait that outlive the wait: whoever looks at an expired contact sees what kept it."""


def expire(contact: Contact) -> Update:
    """X2: after `not_after` nothing is sent."""
    reason = contact.reason if contact.reason in WAITED_FOR else "past_not_after"
    return _move(contact, _honest(contact, Status.EXPIRED), {"reason": reason})


def _honest(contact: Contact, status: Status) -> Status:
    """A final state that says "not sent" only fits a row that never was UNKNOWN: no fallback may follow it."""
    return status if contact.reconcile_at is None else Status.UNCONFIRMED


def wait_until(contact: Contact, at: datetime, reason: str) -> Update:
    """Not now, and surely unsent: the row moves, so that the sweeper comes back for it (T2)."""
    attributes: dict[str, Value] = {"check_at": to_iso(at), "reason": reason}
    return _move(contact, Status.PENDING, attributes, remove=_ATTEMPT)


def claim(
    contact: Contact, *, owner: str, until: datetime, check_at: datetime, cap_on: date | None
) -> Update:
    """T3: ours until the lease ends."""
    attributes: dict[str, Value] = {
        "owner": owner,
        "lease_until": to_iso(until),
        "check_at": to_iso(check_at),
    }
    if cap_on is not None:
        attributes["cap_on"] = cap_on.isoformat()
    return _move(contact, Status.CLAIMED, attributes, add={"fence": 1})


def _is_ours(contact: Contact) -> Condition:
    return All((_stands(contact), Is("owner", "=", contact.owner or "")))


def mark_sending(contact: Contact, *, now: datetime, check_at: datetime) -> Update:
    """T4: from here on nobody can say that it was not sent. Refused when it is too late to send."""
    return _move(
        contact,
        Status.SENDING,
        {"mark_at": to_iso(now), "check_at": to_iso(check_at)},
        condition=All((_is_ours(contact), Is("not_after", ">", to_iso(now)))),
    )


def give_back(contact: Contact, *, check_at: datetime, attempt: str, reason: str) -> Update:
    """Surely unsent: the row waits again."""
    return _move(
        contact,
        Status.PENDING,
        {"check_at": to_iso(check_at), "attempts": [*contact.attempts, attempt], "reason": reason},
        condition=_is_ours(contact),
        remove=_ATTEMPT,
    )


def record_sent(
    contact: Contact, *, provider_id: str, at: datetime, attempt: str, segments: int | None
) -> Update:
    """T6: refused only when something of a higher rank is known already, which is as good."""
    attributes: dict[str, Value] = {
        "provider_id": provider_id,
        "sent_at": to_iso(at),
        "attempts": [*contact.attempts, attempt],
        "reason": "",
    }
    if segments is not None:
        attributes["segments"] = segments
    below = All((Is("rank", "<", RANKS[Status.SENT]), Is("fence", "=", contact.fence)))
    return _move(contact, Status.SENT, attributes, condition=below)


def record_unknown(contact: Contact, *, reconcile_at: datetime, attempt: str, reason: str) -> Update:
    """Nobody knows whether it was sent: only an event, or the end of the wait, decides."""
    attributes: dict[str, Value] = {
        "reconcile_at": to_iso(reconcile_at),
        "check_at": to_iso(reconcile_at),
        "attempts": [*contact.attempts, attempt],
        "reason": reason,
    }
    return _move(contact, Status.UNKNOWN, attributes)


def end(contact: Contact, status: Status, *, reason: str, attempt: str | None = None) -> Update:
    """A final state other than SENT: EXPIRED, FAILED, SUPPRESSED, CANCELLED; UNCONFIRMED if it once was UNKNOWN."""
    attempts: Value = [*contact.attempts, *([attempt] if attempt else [])]
    return _move(contact, _honest(contact, status), {"reason": reason, "attempts": attempts})


def release_lease(contact: Contact, *, check_at: datetime) -> Update:
    """T8: a claim whose lease is over surely was not sent. Guarded by status and fence: no one else moved it."""
    return _move(
        contact,
        Status.PENDING,
        {"check_at": to_iso(check_at), "reason": "lease_over"},
        remove=_ATTEMPT,
    )


def look_again(contact: Contact, *, check_at: datetime) -> Update:
    """T8: a PENDING row whose wake-up may have been lost; the caller enqueues it again."""
    return _move(contact, Status.PENDING, {"check_at": to_iso(check_at)}, remove=_ATTEMPT)


def is_own_write(old: Item | None, *, status: Status, fence: int, owner: str) -> bool:
    """A refused write that was ours all along: its reply was lost, its effect stands."""
    if old is None:
        return False
    return old.get("status") == status.value and old.get("fence") == fence and old.get("owner") == owner
