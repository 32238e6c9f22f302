"""Records what a provider tells of our messages (T7 of docs/send-ledger.md, docs/receipts.md).

The address first, whatever became of the row: a complaint is honoured even if nobody knows the message. Then the row,
which no event creates, the fuse, and the customer, whose next review sees the address suppressed. Every step may be
repeated: an event that fails half-way comes again and changes nothing twice.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from shared.care.receipts import NOT_SPAM, Kind, Receipt, bare_address, concerns_addressee, parse_receipts
from shared.care.reputation import Fuse, judge
from shared.matching.keys import address_hashes
from shared.model.contact import RANKS, Channel, Status
from shared.model.errors import RetryError
from shared.model.instants import local_day
from shared.policy.schema import Policy
from shared.ports import Cancelled, Item, Items, Refused, Update
from shared.store import receipts as rows
from shared.store.contacts import contact_key
from shared.store.customers import follow_alias, mark_due
from shared.store.suppressions import count_soft_day, suppress

MOST_KEPT = 100_000
"""Characters of an event that is put aside."""
_UNSENT = RANKS[Status.FAILED]
_BY_EVENT = frozenset({Kind.REJECTED.value, Kind.RENDERING_FAILED.value})


class RecordMissing(RetryError):
    """There is no contact for an event yet: the queue gives it back."""

    code = "record_missing"


@dataclass(frozen=True, slots=True)
class Recording:
    """`age_s`: for how long the queue has had the message."""

    items: Items
    policy: Policy
    key: bytes
    now: datetime
    age_s: float

    @property
    def expires_at(self) -> int:
        return int(self.now.timestamp()) + self.policy.sending.row_days * 86_400


def record_message(body: str, at: Recording) -> Counter[str]:
    """How many events of a message came to which end. Raises only RetryError."""
    ends: Counter[str] = Counter()
    is_missing = False
    for receipt in parse_receipts(body):
        end = _record(receipt, body, at, ends)
        is_missing = is_missing or end == "missing"
        ends[end] += 1
    if is_missing:
        raise RecordMissing("no contact for an event")
    return ends


def _record(receipt: Receipt, body: str, at: Recording, ends: Counter[str]) -> str:
    if receipt.kind is Kind.NOTED:
        return "noted"
    if receipt.kind is Kind.UNKNOWN or receipt.channel is None:
        return _park(receipt, "unknown_event", body, at)
    is_suppressed = _suppress(receipt, receipt.channel, at)
    row = _find_row(receipt, at.items)
    if row is None:
        is_late = at.age_s >= at.policy.reputation.record_wait_s
        return _park(receipt, "no_record", body, at) if is_late else "missing"
    end = _move(row, receipt, at)
    if end != "final" and _count(row, receipt, at):
        ends.update(check_fuse(receipt.channel, at))
    if is_suppressed:
        _wake_review(row, at)
    return end


def _park(receipt: Receipt, reason: str, body: str, at: Recording) -> str:
    at.items.put_if(
        rows.park(
            receipt,
            reason=reason,
            raw=body[:MOST_KEPT].encode("utf-8", "backslashreplace").decode(),
            at=at.now,
            expires_at=at.expires_at,
        )
    )
    return "parked"


# --- the address (E2, E3, E4) --------------------------------------------------------------------------------


def _suppress(receipt: Receipt, channel: Channel, at: Recording) -> bool:
    """Whether the addresses that the event names are suppressed by it."""
    if receipt.kind not in (Kind.BOUNCED, Kind.COMPLAINED) or receipt.feedback_type == NOT_SPAM:
        return False
    return sum(_suppress_one(text, receipt, channel, at) for text in receipt.recipients) > 0


def _suppress_one(text: str, receipt: Receipt, channel: Channel, at: Recording) -> bool:
    party = {"email": bare_address(text)} if channel is Channel.EMAIL else {"phone": text}
    address_hash = address_hashes(party, at.key).get(channel)
    if address_hash is None:
        return False
    told_at = _told_at(receipt, at)
    reason = "complaint" if receipt.kind is Kind.COMPLAINED else "hard_bounce"
    if receipt.kind is Kind.BOUNCED and not receipt.is_hard_bounce:
        reason, most = "soft_bounces", at.policy.reputation.soft_days
        day = local_day(told_at, at.policy.tenant.tz)
        if count_soft_day(channel, address_hash, day, most=most, items=at.items) < most:
            return False
    at.items.update_if(suppress(channel, address_hash, reason=reason, at=told_at))
    return True


def _told_at(receipt: Receipt, at: Recording) -> datetime:
    return min(receipt.at or at.now, at.now)


# --- the row (T7, O1) ----------------------------------------------------------------------------------------


def _find_row(receipt: Receipt, items: Items) -> Item | None:
    if receipt.contact_id:
        return items.get(contact_key(receipt.contact_id))
    if receipt.provider_id:
        found = items.query(rows.by_provider(receipt.provider_id)).items
        return items.get(contact_key(str(found[0]["contact_id"]))) if found else None
    return None


def _move(row: Item, receipt: Receipt, at: Recording) -> str:
    grade = receipt.grade
    if not concerns_addressee(receipt) and grade in (Kind.BOUNCED, Kind.COMPLAINED):
        grade = Kind.ACCEPTED  # somebody else's copy: of ours it says only that the provider took it
    done = at.items.update_if(_write(row, receipt, grade, at))
    if not isinstance(done, Refused):
        return str(grade)
    return "final" if _ended_unsent(done.old) else "known"


def _write(row: Item, receipt: Receipt, grade: Kind, at: Recording) -> Update:
    told_at = _told_at(receipt, at)
    if grade in (Kind.REJECTED, Kind.RENDERING_FAILED):
        return rows.fail_row(row, grade.value, told_at)
    return rows.raise_status(row, receipt, grade, told_at)


def _ended_unsent(old: Item | None) -> bool:
    """The row says "not sent", and not because an event said so."""
    return old is not None and old.get("rank") == _UNSENT and old.get("reason") not in _BY_EVENT


# --- the fuse (B1) -------------------------------------------------------------------------------------------


def _count(row: Item, receipt: Receipt, at: Recording) -> bool:
    """Counts a message, once for each of the three; whether the fuse must look."""
    names = ["accepted"]
    if receipt.is_hard_bounce:
        names.append("bounced")
    if receipt.is_complaint:
        names.append("complained")
    told_at = _told_at(receipt, at)
    for name in names:
        if not rows.is_counted(row, name):
            done = at.items.transact(rows.count_once(row, name, told_at, at.expires_at))
            if isinstance(done, Cancelled) and "conflict" in done.reasons:
                raise RecordMissing("the counters were busy")
    return len(names) > 1


def check_fuse(channel: Channel, at: Recording) -> list[str]:
    """Sets the holds that the counts ask for, which a person alone takes back; what is to be told of it."""
    counts = rows.counts_in_window(at.items, channel, at.now, at.policy.reputation.hours)
    fuse = judge(counts, at.policy.reputation)
    told = ["fuse_warned"] if fuse is Fuse.WARN else []
    for name in rows.fuse_holds(channel, fuse):
        if not isinstance(at.items.put_if(rows.blow(name, counts, at.now)), Refused):
            told.append("fuse_blown")
    return told


# --- the customer --------------------------------------------------------------------------------------------


def _wake_review(row: Item, at: Recording) -> None:
    """The next review sees the address suppressed, and may choose another channel."""
    profile = follow_alias(at.items, str(row["customer_id"]))
    if profile is not None:
        at.items.update_if(mark_due(profile.customer_id, at=at.now, shards=at.policy.due.shards))
