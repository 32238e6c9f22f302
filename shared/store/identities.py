"""Access patterns of the `identities` table: versioned key items shared by nature.

A key item is `{members: {record id: packed profile}, ver, hot}`. Every writer guards the version it read, so that of
two writers who saw the same state one must look again. A hot key finds nobody; its members are those who have not
been looked at again since it became hot.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.ports import Absent, Check, Condition, Is, Item, Items, Key, Put, Table

Packed = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyItem:
    id_key: str
    ver: int = 0
    """0: not stored yet."""
    hot: bool = False
    """More members than a key can stand for: it finds nobody any more and takes no more members."""
    members: dict[str, Packed] = field(default_factory=dict)


def read_keys(items: Items, id_keys: Iterable[str]) -> dict[str, KeyItem]:
    """Every key asked for; one that is not stored yet has version 0."""
    wanted = tuple(id_keys)
    found = items.batch_get([Key(Table.IDENTITIES, id_key) for id_key in wanted]) if wanted else {}
    stored = {key.pk: _from_item(item) for key, item in found.items()}
    return {id_key: stored.get(id_key, KeyItem(id_key)) for id_key in wanted}


def count_hot(items: Items) -> dict[str, int]:
    """Hot keys by kind, such as `phone`. Reads the whole table: for reports."""
    hot = (str(item["id_key"]) for item in items.scan(Table.IDENTITIES) if item.get("hot"))
    return dict(sorted(Counter(id_key.partition("#")[0] for id_key in hot).items()))


def is_full(key: KeyItem, record_id: str, *, most: int) -> bool:
    """One member more would make the key hot, or it is."""
    return key.hot or len(key.members) + (record_id not in key.members) > most


def write_key(key: KeyItem, record_id: str, packed: Packed | None, *, most: int) -> Put | Check | None:
    """What the key says of a record from now on (None: nothing); a guard where that is what it says already.

    None: a hot key that says nothing of the record never changes again.
    """
    members = _members_after(key.members, record_id, packed)
    if key.hot or len(members) > most:
        members = {name: known for name, known in members.items() if name != record_id}
        if key.hot and members == key.members:
            return None
        return _put(replace(key, hot=True, members=members))
    return guard_key(key) if members == key.members else _put(replace(key, members=members))


def guard_key(key: KeyItem) -> Check:
    """Holds only while the key is as it was read."""
    return Check(Key(Table.IDENTITIES, key.id_key), _guard(key))


def _members_after(members: Mapping[str, Packed], record_id: str, packed: Packed | None) -> dict[str, Packed]:
    others = {name: known for name, known in members.items() if name != record_id}
    if packed is None:
        return others
    # In place where it stood: an unchanged member must not look like a change.
    return {**members, record_id: packed}


def _put(key: KeyItem) -> Put:
    return Put(Table.IDENTITIES, _to_item(replace(key, ver=key.ver + 1)), _guard(key))


def _guard(key: KeyItem) -> Condition:
    return Absent("id_key") if key.ver == 0 else Is("ver", "=", key.ver)


def _to_item(key: KeyItem) -> Item:
    return {
        "id_key": key.id_key,
        "ver": key.ver,
        "hot": key.hot,
        "members": {record_id: list(packed) for record_id, packed in key.members.items()},
    }


def _from_item(item: Item) -> KeyItem:
    stored: Any = item
    members = {record_id: tuple(packed) for record_id, packed in stored["members"].items()}
    return KeyItem(stored["id_key"], stored["ver"], stored["hot"], members)
