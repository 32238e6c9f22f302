"""Access patterns of the `identities` table: versioned key items shared by nature.

A key item is `{members: {record id: features}, ver, hot}`. Every writer guards the version it read, so that of two
writers who saw the same state one must look again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from shared.matching.link import Features, KeyMatch
from shared.ports import Absent, Check, Condition, Is, Item, Items, Key, Put, Table


@dataclass(frozen=True, slots=True)
class KeyItem:
    id_key: str
    ver: int = 0
    """0: not stored yet."""
    hot: bool = False
    """More members than a key can stand for: it finds nobody any more and takes no more members."""
    members: dict[str, Features] = field(default_factory=dict)


def read_keys(items: Items, id_keys: Iterable[str]) -> dict[str, KeyItem]:
    """Every key asked for; one that is not stored yet has version 0."""
    wanted = tuple(id_keys)
    found = items.batch_get([Key(Table.IDENTITIES, id_key) for id_key in wanted]) if wanted else {}
    stored = {key.pk: _from_item(item) for key, item in found.items()}
    return {id_key: stored.get(id_key, KeyItem(id_key)) for id_key in wanted}


def find_matches(keys: Iterable[KeyItem], *, besides: str) -> dict[str, KeyMatch]:
    """The records that share a key that is not hot, with the kinds of keys they share."""
    matches: dict[str, KeyMatch] = {}
    for key in keys:
        if key.hot:
            continue
        kind = key.id_key.partition("#")[0]
        for record_id, features in key.members.items():
            if record_id != besides:
                known = matches.get(record_id)
                kinds = frozenset({kind}) | (known.kinds if known else frozenset())
                matches[record_id] = KeyMatch(record_id, features, kinds)
    return matches


def guard_key(key: KeyItem) -> Check | None:
    """Holds only while the key is as it was read; None for a key that never changes again."""
    return None if key.hot else Check(Key(Table.IDENTITIES, key.id_key), _guard(key))


def put_member(key: KeyItem, record_id: str, features: Features, *, most: int) -> Put | None:
    """Writes the key with one member more (None: the key is hot, or holds the member as it is)."""
    if key.hot or key.members.get(record_id) == features:
        return None
    members = {**key.members, record_id: features}
    if len(members) > most:
        return Put(Table.IDENTITIES, _to_item(replace(key, hot=True, ver=key.ver + 1)), _guard(key))
    return Put(Table.IDENTITIES, _to_item(replace(key, members=members, ver=key.ver + 1)), _guard(key))


def _guard(key: KeyItem) -> Condition:
    return Absent("id_key") if key.ver == 0 else Is("ver", "=", key.ver)


def _to_item(key: KeyItem) -> Item:
    return {
        "id_key": key.id_key,
        "ver": key.ver,
        "hot": key.hot,
        "members": {record_id: [item.name, item.company] for record_id, item in key.members.items()},
    }


def _from_item(item: Item) -> KeyItem:
    stored: Any = item
    members = {record_id: Features(*features) for record_id, features in stored["members"].items()}
    return KeyItem(stored["id_key"], stored["ver"], stored["hot"], members)
