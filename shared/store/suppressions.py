"""Access patterns of the `suppressions` table: addresses, as keyed hashes, that nobody is sent anything on a channel.

A row at (channel, address hash) is the suppression that the sending transaction looks for. Beside it, under other hash
keys: `soft#<channel>` counts the days of soft bounces, `journal#<channel>` says who lifted what. Nothing here names a
person, so that all of it survives an erasure.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from shared.model.contact import Channel
from shared.model.instants import to_iso
from shared.ports import (
    Absent,
    All,
    AnyOf,
    Delete,
    Exists,
    Is,
    Item,
    Items,
    Key,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Write,
    query_all,
)

CHANNELS = (Channel.EMAIL, Channel.SMS)
_CHANNELS_OF = {"email": Channel.EMAIL, "phone": Channel.SMS}
"""Kind of an identity key -> the channel whose messages go to such an address."""


def suppression_key(channel: str, address_hash: str) -> Key:
    return Key(Table.SUPPRESSIONS, channel, address_hash)


def suppression_keys(places: Iterable[str]) -> list[Key]:
    """Where suppressions of addresses stand; `places`: the addresses as identity keys, such as `email#5f0c...`."""
    named = (place.partition("#") for place in places)
    return [suppression_key(_CHANNELS_OF[kind], address_hash) for kind, _, address_hash in named]


def suppressed_in(found: Iterable[Key]) -> frozenset[tuple[str, str]]:
    """(channel, address hash) of the suppressions among the keys of items that were found."""
    return frozenset((key.pk, str(key.sk)) for key in found if key.table is Table.SUPPRESSIONS)


def suppress(channel: str, address_hash: str, *, reason: str, at: datetime) -> Update:
    """Suppresses an address, or says that it happened again. Repeating it changes nothing that decides."""
    return Update(
        suppression_key(channel, address_hash),
        set={"last_at": to_iso(at)},
        set_if_absent={"reason": reason, "first_at": to_iso(at)},
    )


def count_soft_day(channel: str, address_hash: str, day: date, *, most: int, items: Items) -> int:
    """On how many distinct days an address has bounced softly, this one included (E3); counts up to `most`."""
    key = Key(Table.SUPPRESSIONS, f"soft#{channel}", address_hash)
    while True:
        item: Any = items.get(key) or {}
        days = sorted({*item.get("days", ()), day.isoformat()})
        if days == item.get("days") or len(item.get("days", ())) >= most:
            return len(item["days"])
        unchanged = AnyOf((Absent("ver"), Is("ver", "=", item["ver"]))) if item else Absent("ver")
        write = Update(key, set={"days": list(days)}, add={"ver": 1}, condition=unchanged)
        if not isinstance(items.update_if(write), Refused):
            return len(days)


def lift_writes(channel: str, address_hash: str, *, by: str, reason: str, at: datetime) -> list[Write]:
    """A person says that an address may be used again: counted days are forgotten, the journal is not."""
    journal: Item = {
        "channel": f"journal#{channel}",
        "address_hash": f"{address_hash}#{to_iso(at)}",
        "by": by,
        "reason": reason,
    }
    return [
        Delete(suppression_key(channel, address_hash), Exists("address_hash")),
        Delete(Key(Table.SUPPRESSIONS, f"soft#{channel}", address_hash)),
        Put(Table.SUPPRESSIONS, journal, All((Absent("address_hash"),))),
    ]


def read_suppressions(items: Items, channels: Iterable[str] = CHANNELS) -> Iterator[Item]:
    for channel in channels:
        yield from query_all(items, Query(Table.SUPPRESSIONS, str(channel), limit=100))
