"""Takes planned contacts back when the reason for them is gone (CANCELLED of docs/send-ledger.md).

Only what waits is cancelled, guarded by status and fence: what is under way was decided a moment before.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from shared.flows.move_contact import move_contact
from shared.model.contact import OPEN, Contact, Status
from shared.model.source import CustomerProfile
from shared.model.tags import Mark
from shared.policy.schema import Policy
from shared.ports import Items, query_all
from shared.store import contacts as rows
from shared.store.customers import follow_alias
from shared.tagging.traits import DO_NOT_CONTACT

Reason = Literal["do_not_contact", "merged_duplicate", "occasion_withdrawn", "erased", "operator"]
UNTOUCHED = frozenset({Status.CANCELLED, Status.EXPIRED, Status.FAILED, Status.SUPPRESSED})
"""Rows that stand for no message: a twin of theirs is no duplicate."""


@dataclass(frozen=True, slots=True)
class CancelledContacts:
    """`under_way`: somebody was sending it at that moment; its end is told by its row."""

    contact_ids: tuple[str, ...] = ()
    under_way: int = 0


def cancel_planned(
    customer_id: str, reason: Reason, *, items: Items, policy: Policy, about: str | None = None
) -> CancelledContacts:
    """Cancels all that waits for a customer under every id it has or had; `about`: only what is about that fact or case."""
    found = [row for row in _rows_of(customer_id, items) if about is None or row.about == about]
    return _cancel(found, reason, items, policy)


def cancel_duplicates(customer_id: str, *, items: Items, policy: Policy) -> CancelledContacts:
    """After a merge: one message for each occasion that both had; the older one stays."""
    return _cancel(duplicates(_rows_of(customer_id, items)), "merged_duplicate", items, policy)


def cancel_after_review(
    profile: CustomerProfile, marks: Iterable[Mark], *, items: Items, policy: Policy
) -> CancelledContacts:
    """What a review has seen: nobody is to contact the customer, or a merge brought the same occasion twice."""
    if any(mark.name == DO_NOT_CONTACT for mark in marks):
        return cancel_planned(profile.customer_id, "do_not_contact", items=items, policy=policy)
    if profile.aliases:
        return cancel_duplicates(profile.customer_id, items=items, policy=policy)
    return CancelledContacts()


def duplicates(found: Iterable[Contact]) -> Iterator[Contact]:
    """Those that repeat the occasion of an older row that stands for a message."""
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for row in sorted(found, key=lambda one: (one.status is Status.PENDING, one.created_at, one.contact_id)):
        if row.status in UNTOUCHED:
            continue
        occasion = (row.plan_step, row.occasion_on.isoformat(), row.channel.value, row.about or "")
        if seen[occasion]:
            yield row
        seen[occasion] += 1


def _rows_of(customer_id: str, items: Items) -> list[Contact]:
    """Every row under every id; what seems to wait is read again, for the index may be a moment old."""
    profile = follow_alias(items, customer_id)
    ids = (customer_id,) if profile is None else (profile.customer_id, *profile.aliases)
    found = [rows.contact_from_item(item) for one in ids for item in query_all(items, rows.contacts_of(one))]
    return [_as_it_stands(row, items) if row.status in OPEN else row for row in found]


def _as_it_stands(row: Contact, items: Items) -> Contact:
    item = items.get(rows.contact_key(row.contact_id))
    return row if item is None else rows.contact_from_item(item)


def _cancel(found: Iterable[Contact], reason: Reason, items: Items, policy: Policy) -> CancelledContacts:
    cancelled: list[str] = []
    under_way = 0
    for row in found:
        if row.channel.is_task or row.status is not Status.PENDING:
            under_way += row.status in (Status.CLAIMED, Status.SENDING)
            continue
        write = rows.end(row, Status.CANCELLED, reason=reason)
        if move_contact(write, row, items=items, policy=policy):
            cancelled.append(row.contact_id)
        else:
            under_way += 1
    return CancelledContacts(tuple(cancelled), under_way)
