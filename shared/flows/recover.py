"""After a restore, before any consumer starts: no row may stand as if nothing had happened since the backup.

A restored ledger is older than the truth. What was being sent, and what may have been sent between the restore point and
the moment when the consumers stopped, is UNKNOWN: events tell, or it ends UNCONFIRMED, and nothing goes out twice.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from shared.flows.move_contact import move_contact
from shared.model.contact import Contact, Status
from shared.model.instants import to_iso
from shared.policy.schema import Policy
from shared.ports import Items, Update, query_all
from shared.store import contacts as rows
from shared.store.contacts import reconcile_after


@dataclass(frozen=True, slots=True)
class Restored:
    """The restore point, and when the last consumer stopped; the same instant: nothing was sent between them."""

    to: datetime
    stopped_at: datetime


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many rows were moved, by what became of them, and how many were read. A second run moves none."""

    moves: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    moved_meanwhile: int = 0
    """Somebody else wrote them: a consumer runs already, which it must not."""


def recover(restored: Restored, *, items: Items, policy: Policy, now: datetime) -> Recovered:
    """Goes through every open row once. Raises RetryError; run again, it does what is left."""
    moves: Counter[str] = Counter()
    seen = lost = 0
    for contact in _open_rows(items, policy, now):
        seen += 1
        decided = _decide(contact, restored, policy, now)
        if decided is None:
            continue
        name, write = decided
        if move_contact(write, contact, items=items, policy=policy):
            moves[name] += 1
        else:
            lost += 1
    return Recovered(dict(moves), seen, lost)


def _open_rows(items: Items, policy: Policy, now: datetime) -> Iterator[Contact]:
    """Every row of the due index, whenever it is due: a row is read again before it is judged."""
    for shard in range(rows.SHARDS):
        query = rows.open_contacts(
            shard, until=datetime.max.replace(tzinfo=now.tzinfo), page=policy.sending.page
        )
        for contact_id in [str(item["contact_id"]) for item in query_all(items, query)]:
            item = items.get(rows.contact_key(contact_id))
            if item is not None:
                yield rows.contact_from_item(item)


def _decide(contact: Contact, restored: Restored, policy: Policy, now: datetime) -> tuple[str, Update] | None:
    match contact.status:
        case Status.SENDING:
            return _unknown(contact, "restored_while_sending", policy, now)
        case Status.CLAIMED if restored.to < restored.stopped_at:
            return _unknown(contact, "lost_window", policy, now)
        case Status.PENDING if contact.not_after <= restored.to:
            return "expired", rows.expire(contact)
        case Status.PENDING if _may_have_gone(contact, restored):
            return _unknown(contact, "lost_window", policy, now)
        case Status.PENDING if contact.not_after < now:
            return "expired", rows.expire(contact)
        case _:
            return None


def _may_have_gone(contact: Contact, restored: Restored) -> bool:
    """Between the restore point and the stop of the consumers it was due."""
    return restored.to < restored.stopped_at and contact.not_before < restored.stopped_at


def _unknown(contact: Contact, reason: str, policy: Policy, now: datetime) -> tuple[str, Update]:
    return "unknown", rows.record_unknown(
        contact,
        reconcile_at=now + reconcile_after(contact, policy),
        attempt=f"{to_iso(now)} unknown {reason}",
        reason=reason,
    )
