"""Moves a row of the send ledger, and in the same transaction gives back what a surely unsent message was counted for."""

from collections.abc import Sequence

from shared.flows.spend_budget import give_back_writes
from shared.model.contact import Contact, Status
from shared.policy.schema import Policy
from shared.ports import Cancelled, Items, Refused, Update, Write
from shared.store.budgets import Spending
from shared.store.customers import cap_key, follow_alias, uncount_against_cap

UNSENT = frozenset({Status.EXPIRED, Status.SUPPRESSED, Status.FAILED, Status.CANCELLED})
"""Final, and surely never sent."""
TRIES = 3
"""So often at counters that others write too; then what was counted stays counted: safe, not generous."""


def move_contact(
    write: Update, contact: Contact, *, items: Items, policy: Policy, spent: Sequence[Spending] = ()
) -> bool:
    """Whether the row was moved. Raises RetryError. What is given back is given back once, with the move or not at all."""
    budgets = give_back_writes(spent)
    for _ in range(TRIES):
        cap = _uncount(write, contact, items, policy)
        refused = _write([write, *budgets, *cap], items)
        if not refused or 0 in refused:
            return not refused
    return not _write([write], items)


def _write(writes: Sequence[Write], items: Items) -> set[int]:
    """Which writes did not hold; the row's own stands first."""
    if len(writes) == 1 and isinstance(writes[0], Update):
        return {0} if isinstance(items.update_if(writes[0]), Refused) else set()
    done = items.transact(writes)
    if not isinstance(done, Cancelled):
        return set()
    return {number for number, reason in enumerate(done.reasons) if isinstance(reason, Refused)} or {1}


def _uncount(write: Update, contact: Contact, items: Items, policy: Policy) -> list[Update]:
    """The day on which it was counted has room again: under one of the ids that count for the same customer."""
    cap = policy.classes[contact.contact_class].cap
    if contact.cap_on is None or Status(str(write.set["status"])) not in UNSENT or cap == "none":
        return []
    profile = follow_alias(items, contact.customer_id)
    if profile is None:
        return []
    ids = (profile.customer_id, *profile.aliases)
    keys = [cap_key(one, contact.cap_on, cap) for one in ids]
    counters = items.batch_get(keys)
    counted = [key for key in keys if int(str(counters.get(key, {}).get("n", 0))) > 0]
    return [uncount_against_cap(counted[0])] if counted else []
