"""Finds what fell between two steps of the send ledger and moves it on (step T8 of docs/send-ledger.md).

Every lost wake-up heals here: each row that is not terminal stands in the due index under the instant at which
somebody must look at it again.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.flows.send_contact import reconcile_after
from shared.flows.wake import CHANNEL_QUEUES, contact_body
from shared.model.contact import Contact, Status
from shared.model.instants import to_iso
from shared.policy.schema import Policy
from shared.ports import Items, Queue, Refused, Update, query_all
from shared.store import contacts as rows


@dataclass(frozen=True, slots=True)
class _Move:
    name: str
    write: Update
    is_enqueued: bool = False


def sweep_contacts(*, items: Items, queue: Queue, policy: Policy, now: datetime) -> dict[str, int]:
    """How many rows were moved, by kind of move. One row that fails does not stop the others."""
    moves: Counter[str] = Counter()
    for shard in range(rows.SHARDS):
        found = query_all(items, rows.open_contacts(shard, until=now, page=policy.sending.page))
        for contact_id in [str(item["contact_id"]) for item in found]:
            moves[_sweep_one(contact_id, items=items, queue=queue, policy=policy, now=now)] += 1
    return dict(moves)


def _sweep_one(contact_id: str, *, items: Items, queue: Queue, policy: Policy, now: datetime) -> str:
    item = items.get(rows.contact_key(contact_id))
    if item is None or str(item.get("check_at", "~")) > to_iso(now):
        return "moved_meanwhile"
    contact = rows.contact_from_item(item)
    move = decide_move(contact, policy, now)
    if move is None or isinstance(items.update_if(move.write), Refused):
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
    """No event told what became of it. At most once: it stays unconfirmed. At least once: it goes again."""
    is_repeatable = policy.classes[contact.contact_class].delivery == "at_least_once"
    if is_repeatable and now <= contact.not_after:
        return _Move("repeated", rows.look_again(contact, check_at=_recheck(policy, now)), True)
    return _Move("unconfirmed", rows.end(contact, Status.UNCONFIRMED, reason="no_event"))
