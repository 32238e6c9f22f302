"""What events of providers write: moves of the send ledger (T7), counts of the reputation fuse, events put aside."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from shared.care.holds import all_hold, marketing_hold
from shared.care.receipts import Kind, Receipt
from shared.care.reputation import Counts, Fuse
from shared.model.contact import RANKS, Channel, Status
from shared.model.instants import to_iso
from shared.ports import (
    Absent,
    Condition,
    Exists,
    Is,
    Item,
    Items,
    Key,
    Put,
    Query,
    Table,
    Update,
    Value,
    query_all,
)
from shared.store.contacts import contact_key
from shared.store.control import HOLD

SHARDS = 8
"""Of the fuse's counters; a constant of the data: with fewer, counts of the last day are not found."""
PARKED, FUSE = "PARKED_RECEIPT", "FUSE"
STATUSES = {
    Kind.ACCEPTED: Status.SENT,
    Kind.DELAYED: Status.SENT,
    Kind.DELIVERED: Status.DELIVERED,
    Kind.BOUNCED: Status.BOUNCED,
    Kind.COMPLAINED: Status.COMPLAINED,
}
_COUNTED = {"accepted": "counted_accepted", "bounced": "counted_bounced", "complained": "counted_complained"}


def by_provider(provider_id: str) -> Query:
    return Query(Table.CONTACTS, provider_id, index="by_provider", limit=1)


# --- T7 ------------------------------------------------------------------------------------------------------


def raise_status(row: Item, receipt: Receipt, grade: Kind, at: datetime) -> Update:
    """T7: refused where the row says as much already (O1), or has ended unsent."""
    status = STATUSES[grade]
    attempts: Any = row.get("attempts", [])
    line = f"{to_iso(at)} event {grade} {receipt.bounce_type}".rstrip()
    attributes: dict[str, Value] = {
        "status": status.value,
        "rank": RANKS[status],
        "attempts": [*attempts, line],
        "reason": _reason(receipt, grade),
    }
    first: dict[str, Value] = {"sent_at": to_iso(at)}
    if receipt.provider_id:
        first["provider_id"] = receipt.provider_id
    if receipt.segments:
        first["segments"] = receipt.segments
    return Update(
        contact_key(str(row["contact_id"])),
        set=attributes,
        set_if_absent=first,
        remove=("due_shard", "check_at"),
        condition=_below(status),
    )


def _below(status: Status) -> Condition:
    return Is("rank", "<", RANKS[status])


def _reason(receipt: Receipt, grade: Kind) -> str:
    return {Kind.DELAYED: "delayed", Kind.BOUNCED: f"bounced_{receipt.bounce_type.lower()}"}.get(grade, "")


def fail_row(row: Item, reason: str, at: datetime) -> Update:
    """The provider took it and then surely did not send it; refused once something better is known."""
    attempts: Any = row.get("attempts", [])
    return Update(
        contact_key(str(row["contact_id"])),
        set={
            "status": Status.FAILED.value,
            "rank": RANKS[Status.FAILED],
            "attempts": [*attempts, f"{to_iso(at)} event {reason}"],
            "reason": reason,
        },
        remove=("due_shard", "check_at"),
        condition=_below(Status.DELIVERED),
    )


# --- events put aside ----------------------------------------------------------------------------------------


def park(receipt: Receipt, *, reason: str, raw: str, at: datetime, expires_at: int) -> Put:
    """Keeps an event for a person; its key and codes name nobody. Refused when it is there already."""
    item: Item = {
        "name": PARKED,
        "sk": receipt.event_id,
        "reason": reason,
        "kind": receipt.kind.value,
        "at": to_iso(at),
        "event": raw,
        "expires_at": expires_at,
    }
    return Put(Table.CONTROL, item, Absent("name"))


def read_parked(items: Items) -> Iterator[Item]:
    return query_all(items, Query(Table.CONTROL, PARKED, limit=100))


def end_parked(event_id: str, *, by: str, at: datetime) -> Update:
    """A person has seen to it."""
    return Update(
        Key(Table.CONTROL, PARKED, event_id),
        set={"ended_by": by, "ended_at": to_iso(at)},
        condition=Exists("name"),
    )


# --- the fuse ------------------------------------------------------------------------------------------------


def _hour(at: datetime) -> str:
    return to_iso(at)[:13]


def _counter(channel: str, shard: int) -> str:
    return f"{FUSE}#{channel}#{shard}"


def count_once(row: Item, name: str, at: datetime, expires_at: int) -> list[Update]:
    """For one transaction: a message counts once for each of accepted, bounced and complained."""
    contact_id, channel = str(row["contact_id"]), str(row["channel"])
    shard = hashlib.sha256(contact_id.encode()).digest()[0] % SHARDS
    mark = _COUNTED[name]
    return [
        Update(contact_key(contact_id), set={mark: True}, condition=Absent(mark)),
        Update(
            Key(Table.CONTROL, _counter(channel, shard), _hour(at)),
            set={"expires_at": expires_at},
            add={name: 1},
        ),
    ]


def is_counted(row: Item, name: str) -> bool:
    return _COUNTED[name] in row


def read_counts(items: Items, channel: str, *, since: datetime, until: datetime | None = None) -> Counts:
    """What was counted in the hours from the one of `since` on."""
    counts, last = Counts(), None if until is None else _hour(until)
    for shard in range(SHARDS):
        query = Query(Table.CONTROL, _counter(channel, shard), at_least=_hour(since), at_most=last)
        for item in query_all(items, query):
            found = [int(str(item.get(name, 0))) for name in Counts._fields]
            counts = counts.plus(Counts(*found))
    return counts


def fuse_key(channel: str) -> Key:
    return Key(Table.CONTROL, FUSE, channel)


def reopened(channel: str, *, by: str, reason: str, at: datetime, forgiven: Counts) -> Put:
    """A person takes the fuse back: what was counted until now counts no more."""
    item: Item = {"name": FUSE, "sk": channel, "by": by, "reason": reason, "at": to_iso(at)}
    return Put(Table.CONTROL, item | {name: int(value) for name, value in forgiven._asdict().items()})


def counts_in_window(items: Items, channel: str, now: datetime, hours: int) -> Counts:
    """The counts that the fuse judges: of so many hours, and only since a person reopened it."""
    begin = now - timedelta(hours=hours)
    state: Any = items.get(fuse_key(channel)) or {}
    if state and str(state["at"])[:13] >= _hour(begin):
        reopened_at = datetime.fromisoformat(state["at"])
        now_counted = read_counts(items, channel, since=reopened_at)
        return Counts(*(one - state[name] for name, one in now_counted._asdict().items()))
    return read_counts(items, channel, since=begin)


def fuse_holds(channel: Channel, fuse: Fuse) -> tuple[str, ...]:
    """The holds that a fuse sets, by name."""
    holds = ((Fuse.STOP_MARKETING, marketing_hold(channel)), (Fuse.STOP_ALL, all_hold(channel)))
    return tuple(name for step, name in holds if fuse >= step)


def blow(name: str, counts: Counts, at: datetime) -> Put:
    """Sets a hold, unless it stands."""
    item: Item = {"name": HOLD, "sk": name, "reason": "fuse", "at": to_iso(at)}
    return Put(
        Table.CONTROL, item | {key: int(value) for key, value in counts._asdict().items()}, Absent("name")
    )
