"""Finds what fell between two steps of the send ledger and moves it on (step T8 of docs/send-ledger.md).

Every lost wake-up heals here: each row that is not terminal stands in the due index under the instant at which
somebody must look at it again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from shared.flows.move_contact import move_contact
from shared.flows.wake import CHANNEL_QUEUES, contact_body
from shared.model.contact import Contact, Status
from shared.model.instants import to_iso
from shared.policy.schema import Policy
from shared.ports import Items, Queue, Update, query_all
from shared.store import contacts as rows
from shared.store.contacts import reconcile_after

ERRORS_SHOWN = 10
"""One cause fails many rows; the first ones tell it."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Move:
    name: str
    write: Update
    is_enqueued: bool = False


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows were moved, by kind of move, and what went wrong on the others."""

    moves: dict[str, int]
    errors: tuple[Exception, ...] = ()
    """Each with a note that names the row or the shard."""

    def raise_errors(self) -> None:
        """ExceptionGroup when a row could not be swept: it stands there until a person mends it."""
        if self.errors:
            raise ExceptionGroup(f"{len(self.errors)} not swept", self.errors[:ERRORS_SHOWN])


def sweep_contacts(*, items: Items, queue: Queue, policy: Policy, now: datetime) -> Swept:
    """Moves on all rows whose time has come. A row or shard that fails does not stop the others (X3)."""
    moves: Counter[str] = Counter()
    errors: list[Exception] = []
    for shard in _shards(now):
        found = _attempt(partial(_due_in, shard, items, policy, now), f"shard {shard}", errors)
        for contact_id in found or ():
            sweep = partial(_sweep_one, contact_id, items=items, queue=queue, policy=policy, now=now)
            move = _attempt(sweep, contact_id, errors)
            moves[move or "failed"] += 1
    return Swept(dict(moves), tuple(errors))


def _shards(now: datetime) -> list[int]:
    """All shards, beginning with another one each minute: a sweep that runs out of time starves none."""
    return [(now.minute + number) % rows.SHARDS for number in range(rows.SHARDS)]


def _due_in(shard: int, items: Items, policy: Policy, now: datetime) -> list[str]:
    query = rows.open_contacts(shard, until=now, page=policy.sending.page)
    return [str(item["contact_id"]) for item in query_all(items, query)]


def _attempt(step: Callable[[], Result], name: str, errors: list[Exception]) -> Result | None:
    """What a step returns; None when it raised, which is kept under its name."""
    try:
        return step()
    except Exception as error:
        error.add_note(name)
        errors.append(error)
        return None


def _sweep_one(contact_id: str, *, items: Items, queue: Queue, policy: Policy, now: datetime) -> str:
    item = items.get(rows.contact_key(contact_id))
    if item is None or str(item.get("check_at", "~")) > to_iso(now):
        return "moved_meanwhile"
    contact = rows.contact_from_item(item)
    move = decide_move(contact, policy, now)
    if move is None or not move_contact(move.write, contact, items=items, policy=policy):
        return "moved_meanwhile"
    if move.is_enqueued:
        queue.post(CHANNEL_QUEUES[contact.channel], [contact_body(contact_id)])
    return move.name


def decide_move(contact: Contact, policy: Policy, now: datetime) -> _Move | None:
    """What becomes of a row whose time to be looked at has come; None: nothing to do."""
    match contact.status:
        case Status.PENDING:
            return _move_pending(contact, policy, now)
        case Status.CLAIMED:
            return _Move("released", rows.release_lease(contact, check_at=_recheck(policy, now)), True)
        case Status.SENDING:
            reconcile_at = now + reconcile_after(contact, policy)
            line = f"{to_iso(now)} unknown lease_over"
            write = rows.record_unknown(
                contact, reconcile_at=reconcile_at, attempt=line, reason="lease_over_while_sending"
            )
            return _Move("unknown", write)
        case Status.UNKNOWN:
            return _move_unknown(contact, policy, now)
        case _:
            return None


def _recheck(policy: Policy, now: datetime) -> datetime:
    return now + timedelta(seconds=policy.sending.recheck_s)


def _move_pending(contact: Contact, policy: Policy, now: datetime) -> _Move:
    if now > contact.not_after:
        return _Move("expired", rows.expire(contact))
    return _Move("woken", rows.look_again(contact, check_at=_recheck(policy, now)), True)


def _move_unknown(contact: Contact, policy: Policy, now: datetime) -> _Move:
    """No event told what became of it. At most once: it stays unconfirmed. At least once: it goes again, a few times."""
    is_restored = contact.reason in rows.RESTORED
    is_repeatable = policy.classes[contact.contact_class].delivery == "at_least_once" and not is_restored
    has_tries = len(contact.attempts) < policy.sending.max_attempts
    if is_repeatable and has_tries and now <= contact.not_after:
        return _Move("repeated", rows.look_again(contact, check_at=_recheck(policy, now)), True)
    reason = contact.reason if is_restored else "no_event"
    return _Move("unconfirmed", rows.end(contact, Status.UNCONFIRMED, reason=reason))
