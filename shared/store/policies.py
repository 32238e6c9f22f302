"""Policy versions in the `control` table: each stored once and for ever, and a pointer to the one in force.

POLICY_VERSION/<version> (text, who, why) · POLICY/IN_FORCE (the pointer) · POLICY_MOVE/<number> (each move of it) ·
POLICY/WALK (how far the sweep is with waking everybody after a move).
"""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from shared.model.instants import from_iso, to_iso
from shared.ports import Absent, Condition, Is, Item, Items, Key, Put, Query, Table, query_all

POLICY, IN_FORCE, WALK = "POLICY", "IN_FORCE", "WALK"
VERSION, MOVE = "POLICY_VERSION", "POLICY_MOVE"
PLAIN_BYTES: Final = 300_000
"""Longer texts are packed: an item holds 400 KB."""
MOST_BYTES: Final = 350_000
_UNPACKED_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Version:
    """One policy as it was published; never changed."""

    version: str
    text: str
    by: str
    note: str
    at: datetime

    @property
    def digest(self) -> str:
        """Of the text: 16 hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version is in force since when, and by whom."""

    version: str
    number: int
    """Counts the moves: two operators at once see that one of them has moved it."""
    previous: str
    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk over the due index goes on."""

    day: date
    shard: int = 0
    start: Item | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """How far everybody was woken after a change of policy; no place: to the end."""

    name: str
    """The change: number of the move and version."""
    place: Place | None


# --- versions ------------------------------------------------------------------------------------------------


def put_version(version: Version) -> Put:
    """Refused where the version exists; ValueError for a text that no item can hold."""
    item: Item = {
        "name": VERSION,
        "sk": version.version,
        "digest": version.digest,
        "by": version.by,
        "note": version.note,
        "at": to_iso(version.at),
        **_pack(version.text),
    }
    return Put(Table.CONTROL, item, Absent("name"))


def _pack(text: str) -> Item:
    raw = text.encode()
    if len(raw) <= PLAIN_BYTES:
        return {"text": text}
    packed = base64.b64encode(zlib.compress(raw, 9)).decode()
    if len(packed) > MOST_BYTES or len(raw) > _UNPACKED_BYTES:
        raise ValueError("too large")
    return {"packed": packed}


def _unpack(stored: dict[str, Any]) -> str:
    if "text" in stored:
        return str(stored["text"])
    raw = zlib.decompressobj().decompress(base64.b64decode(stored["packed"]), _UNPACKED_BYTES)
    return raw.decode()


def read_version(items: Items, version: str) -> Version | None:
    item = items.get(Key(Table.CONTROL, VERSION, version))
    return None if item is None else _version_from_item(item)


def read_versions(items: Items) -> tuple[Version, ...]:
    """Every version, the oldest first."""
    found = map(_version_from_item, query_all(items, Query(Table.CONTROL, VERSION)))
    return tuple(sorted(found, key=lambda one: (one.at, one.version)))


def _version_from_item(item: Item) -> Version:
    stored: Any = item
    return Version(stored["sk"], _unpack(stored), stored["by"], stored["note"], from_iso(stored["at"]))


# --- the pointer ---------------------------------------------------------------------------------------------


def read_pointer(items: Items) -> Pointer | None:
    """None: nothing was ever published, the packaged policy is in force."""
    item = items.get(Key(Table.CONTROL, POLICY, IN_FORCE))
    return None if item is None else _pointer_from_item(item)


def move_pointer(to: Pointer, *, seen: Pointer | None) -> tuple[Put, Put]:
    """The move and its line in the journal; refused where another move came in between."""
    condition: Condition = Absent("name") if seen is None else Is("number", "=", seen.number)
    return (
        Put(Table.CONTROL, _pointer_item(to, POLICY, IN_FORCE), condition),
        Put(Table.CONTROL, _pointer_item(to, MOVE, f"{to.number:06d}"), Absent("name")),
    )


def read_moves(items: Items) -> tuple[Pointer, ...]:
    """Every move of the pointer, the oldest first."""
    return tuple(map(_pointer_from_item, query_all(items, Query(Table.CONTROL, MOVE))))


def _pointer_item(pointer: Pointer, name: str, sk: str) -> Item:
    return {
        "name": name,
        "sk": sk,
        "version": pointer.version,
        "number": pointer.number,
        "previous": pointer.previous,
        "by": pointer.by,
        "note": pointer.note,
        "at": to_iso(pointer.at),
    }


def _pointer_from_item(item: Item) -> Pointer:
    stored: Any = item
    names = ("version", "number", "previous", "by", "note")
    return Pointer(**{name: stored[name] for name in names}, at=from_iso(stored["at"]))


# --- the walk that wakes everybody after a move --------------------------------------------------------------


def read_walk(items: Items) -> tuple[Pointer | None, Walk | None]:
    """The pointer, and how far the walk is."""
    keys = [Key(Table.CONTROL, POLICY, sk) for sk in (IN_FORCE, WALK)]
    found = items.batch_get(keys)
    pointer, walk = (found.get(key) for key in keys)
    return (
        None if pointer is None else _pointer_from_item(pointer),
        None if walk is None else _walk_from_item(walk),
    )


def put_walk(walk: Walk) -> Put:
    item: Item = {"name": POLICY, "sk": WALK, "walk": walk.name}
    if walk.place is not None:
        item |= {"day": walk.place.day.isoformat(), "shard": walk.place.shard}
        if walk.place.start is not None:
            item["start"] = walk.place.start
    return Put(Table.CONTROL, item)


def _walk_from_item(item: Item) -> Walk:
    stored: Any = item
    if "day" not in stored:
        return Walk(stored["walk"], None)
    return Walk(
        stored["walk"],
        Place(date.fromisoformat(stored["day"]), stored["shard"], stored.get("start")),
    )
