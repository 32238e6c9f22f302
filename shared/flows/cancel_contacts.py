"""Takes planned contacts back when the reason for them is gone (CANCELLED of docs/send-ledger.md).

Only what waits is cancelled, guarded by status and fence: what is under way was decided a moment before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.care.consent import OPTIONAL
from shared.care.playbooks import PREFIX, standing_ids
from shared.care.state import CareState
from shared.flows.move_contact import move_contact
from shared.model.case import CaseKind, CaseStatus
from shared.model.contact import OPEN, Contact, Status
from shared.model.source import CustomerProfile
from shared.model.tags import Mark
from shared.policy.schema import Policy
from shared.ports import Items, query_all
from shared.store import contacts as rows
from shared.store.cases import change_case, read_cases
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


def cancel_unwanted(
    profile: CustomerProfile, marks: Iterable[Mark], *, items: Items, policy: Policy
) -> CancelledContacts:
    """What a review sees: nobody is to contact the customer, but to answer; or a merge brought one occasion twice."""
    if any(mark.name == DO_NOT_CONTACT for mark in marks):
        found = [row for row in _rows_of(profile.customer_id, items) if row.contact_class in OPTIONAL]
        return _cancel(found, "do_not_contact", items, policy)
    if profile.aliases:
        return cancel_duplicates(profile.customer_id, items=items, policy=policy)
    return CancelledContacts()


def cancel_withdrawn(
    state: CareState, *, items: Items, policy: Policy, now: datetime, is_decided_today: bool = False
) -> CancelledContacts:
    """What waits for an occasion that is none any more: a renewed insurance, a closed complaint, another birthday.

    A message that carries others stays with them: they have no row of their own. Of tasks, what the plan asks for is
    taken back; a complaint, a cause, a record are looked at by a person whatever comes. Costs a query where
    something may be waiting, else nothing. `is_decided_today`: an earlier review of the day decided something.
    """
    if not (is_decided_today or _may_wait(state, policy, now)):
        return CancelledContacts()
    standing = standing_ids(state, policy, now)
    rows_now = [row for row in _rows_of(state.customer_id, items) if row.contact_id not in standing]
    gone = [row for row in rows_now if _is_of_playbook(row) and not _carries_others(row)]
    _cancel_tasks(rows_now, items)
    return _cancel(gone, "occasion_withdrawn", items, policy)


def _cancel_tasks(found: Iterable[Contact], items: Items) -> None:
    """Closes the open tasks of these rows. Whoever reports an outcome at that moment wins."""
    names = [row.contact_id for row in found if row.channel.is_task and _is_step(row)]
    for case in read_cases(items, names):
        if case.status is CaseStatus.OPEN and case.kind == CaseKind.TASK:
            over = replace(case, status=CaseStatus.CANCELLED, check_at=None, next_try_on=None)
            items.put_if(change_case(over, seen=case))


def _may_wait(state: CareState, policy: Policy, now: datetime) -> bool:
    """Something was counted, or happened, since the oldest message that can still be worth something was planned."""
    oldest_at = now - timedelta(days=max(rules.valid_days for rules in policy.classes.values()))
    return any(state.counted.values()) or any(fact.at > oldest_at for fact in state.facts)


def _is_of_playbook(row: Contact) -> bool:
    return row.status is Status.PENDING and _is_step(row)


def _is_step(row: Contact) -> bool:
    return row.plan_step.startswith(f"{PREFIX}.")


def _carries_others(row: Contact) -> bool:
    return bool(row.values.get("items"))


def duplicates(found: Iterable[Contact]) -> Iterator[Contact]:
    """Those that repeat the occasion of an older row that stands for a message, by whatever channel that one goes."""
    seen: dict[tuple[str, str], list[Contact]] = {}
    for row in sorted(found, key=lambda one: (one.status is Status.PENDING, one.created_at, one.contact_id)):
        if row.status in UNTOUCHED:
            continue
        others = seen.setdefault(_occasion(row), [])
        if any(_is_same_time(row, other) for other in others):
            yield row
        others.append(row)


def _occasion(row: Contact) -> tuple[str, str]:
    """A step of a playbook names what it is about; of the matrix, two customers with one plan get the same message."""
    if _is_step(row):
        return row.plan_step, ""
    return f"{row.plan_step}|{row.about or ''}", row.channel.value


def _is_same_time(row: Contact, other: Contact) -> bool:
    """One occasion, or two of the plan whose messages would go in the same days; an answer is to one question alone."""
    is_planned = _is_step(row) or row.plan_step.startswith("matrix.")
    is_at_once = row.not_before <= other.not_after and other.not_before <= row.not_after
    return row.occasion_on == other.occasion_on or (is_planned and is_at_once)


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
