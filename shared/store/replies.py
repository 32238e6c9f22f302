"""Access patterns of replies to SMS, in the `control` table.

REPLY#<shard>: one row for each reply that was taken in, by its id at the provider, so that a repeat does nothing.
HELD#<shard>: numbers whose optional messages wait until a person has read a reply (K3). Addresses are keyed hashes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.model.instants import from_iso, to_iso
from shared.ports import Absent, Delete, Exists, Item, Items, Key, Put, Query, Table, Update, query_all

SHARDS: Final = 8


def reply_digest(inbound_id: str) -> str:
    return hashlib.sha256(f"reply|{inbound_id}".encode()).hexdigest()[:32]


def _key(name: str, sk: str) -> Key:
    shard = hashlib.sha256(sk.encode()).digest()[0] % SHARDS
    return Key(Table.CONTROL, f"{name}#{shard:02d}", sk)


def reply_key(digest: str) -> Key:
    return _key("REPLY", digest)


def put_reply(digest: str, *, action: str, place: str, at: datetime) -> Put:
    """Notes that a reply was taken in; refused when it was before. No word of it is kept here."""
    key = reply_key(digest)
    kept: Item = {"name": key.pk, "sk": digest, "action": action, "place": place, "at": to_iso(at)}
    return Put(Table.CONTROL, kept, Absent("name"))


def settle_reply(digest: str, *, decision: str, by: str, at: datetime) -> Update:
    """What a person made of a reply."""
    told = {"decision": decision, "decided_by": by, "decided_at": to_iso(at)}
    return Update(reply_key(digest), set=dict(told), condition=Exists("name"))


@dataclass(frozen=True, slots=True)
class Held:
    """A number that waits for a person, with the last reply that caused it."""

    place: str
    """`phone#<keyed hash>`."""
    text: str
    digest: str
    since: datetime


def held_key(place: str) -> Key:
    return _key("HELD", place)


def put_held(held: Held) -> Put:
    key = held_key(held.place)
    kept: Item = {
        "name": key.pk,
        "sk": held.place,
        "text": held.text,
        "digest": held.digest,
        "since": to_iso(held.since),
    }
    return Put(Table.CONTROL, kept)


def lift_held(place: str) -> Delete:
    return Delete(held_key(place), Exists("name"))


def read_held(items: Items, place: str) -> Held | None:
    item = items.get(held_key(place))
    return None if item is None else _held(item)


def all_held(items: Items) -> Iterator[Held]:
    for shard in range(SHARDS):
        for item in query_all(items, Query(Table.CONTROL, f"HELD#{shard:02d}")):
            yield _held(item)


def _held(item: Item) -> Held:
    stored: Any = item
    return Held(stored["sk"], stored["text"], stored["digest"], from_iso(stored["since"]))
