"""Posts quarantined messages once more, after a fix of policy, mapping or rules, or with corrected cells (R2).

They go through the same queue and the same ingest as everything else; `take_replayed` is the other end.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.flows.message_cells import GROUPS, message_cells, read_raw
from shared.flows.take_replayed import digest_message, make_replay
from shared.ports import Done, Item, Items, Queue, QueueName
from shared.store.quarantine import claim_row, is_open, quarantine_key, read_quarantined, read_systems

POSTED_AT_ONCE = 100
_NOT_OURS = frozenset({"malformed_wake_up"})
"""Kept aside by another queue: no record was ever in it."""

Raw = Mapping[str, Any]
Cells = Mapping[str, str]
"""Texts by path, such as `party.phone`: the cells of one message as a table shows them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows to replay. With `corrected`, only the rows it names, and only those that a cell of it changes."""

    reason: str | None = None
    source: str | None = None
    corrected: Mapping[str, Cells] | None = None
    """By quarantine id."""
    after: str = ""
    """The `next` of the answer before."""


@dataclass(slots=True)
class Replayed:
    posted: int = 0
    unreadable: int = 0
    """Rows that never became a record: their file must be mended and imported again."""
    untouched: int = 0
    """Rows of the corrected table in which nothing was changed, or that are not open (any more)."""
    next: str = ""
    """Not empty: there may be more, ask again with it."""
    ids: list[str] = field(default_factory=list)
    """Of the rows posted."""


def quarantine_id(system: str, digest: str) -> str:
    return f"{system}:{digest}"


def replay(wanted: Wanted, *, items: Items, queue: Queue, now: datetime, limit: int) -> Replayed:
    """What was posted, at most `limit` rows. Doing it again before they are taken in is harmless."""
    done = Replayed()
    batch: list[str] = []
    for item in _find(wanted, items, done):
        if len(done.ids) == limit:
            break
        system = _system(item)
        done.next = quarantine_id(system, str(item["sk"]))
        body = _message(item, wanted, done)
        if body is None or not isinstance(items.update_if(_claim(item, body, now)), Done):
            continue
        batch.append(json.dumps(make_replay(body, system, str(item["sk"]))))
        done.ids.append(done.next)
        if len(batch) == POSTED_AT_ONCE:
            queue.post(QueueName.RECORDS, batch)
            batch = []
    else:
        done.next = ""
    if batch:
        queue.post(QueueName.RECORDS, batch)
    done.posted = len(done.ids)
    return done


def _find(wanted: Wanted, items: Items, done: Replayed) -> Iterator[Item]:
    rows = _named(wanted, items, done) if wanted.corrected is not None else _open_rows(wanted, items)
    for item in rows:
        is_asked = wanted.reason in (None, item["reason"]) and wanted.source in (None, _system(item))
        if is_asked and item["reason"] not in _NOT_OURS:
            yield item


def _open_rows(wanted: Wanted, items: Items) -> Iterator[Item]:
    last_system, _, last = wanted.after.rpartition(":")
    systems = read_systems(items) if wanted.source is None else (wanted.source,)
    for system in systems:
        if system >= last_system:
            yield from read_quarantined(items, system, after=last if system == last_system else "")


def _named(wanted: Wanted, items: Items, done: Replayed) -> Iterator[Item]:
    for name in sorted(wanted.corrected or {}):
        if name <= wanted.after:
            continue
        system, _, digest = name.rpartition(":")
        item = items.get(quarantine_key(system, digest)) if system and digest else None
        if item is not None and is_open(item):
            yield item
        else:
            done.untouched += 1


def _message(item: Item, wanted: Wanted, done: Replayed) -> dict[str, Any] | None:
    raw = read_raw(item)
    if raw is None:
        done.unreadable += 1
        return None
    if wanted.corrected is None:
        return raw
    changed = correct(raw, wanted.corrected[quarantine_id(_system(item), str(item["sk"]))])
    done.untouched += changed is None
    return changed


def _claim(item: Item, body: Raw, now: datetime) -> Any:  # noqa: ANN401 (an Update)
    return claim_row(quarantine_key(_system(item), str(item["sk"])), digest_message(body), now)


def _system(item: Item) -> str:
    return str(item["name"]).partition("#")[2]


# --- corrections ----------------------------------------------------------------------------------------------


def correct(raw: Raw, cells: Cells) -> dict[str, Any] | None:
    """The message with the cells that differ put in their place, an emptied one left out; None when none differs."""
    before = message_cells(raw)
    changes = {path: text for path, text in cells.items() if _plain(text) != _plain(before.get(path, ""))}
    if not changes:
        return None
    changed = {
        name: dict(value) if name in GROUPS and isinstance(value, Mapping) else value
        for name, value in raw.items()
    }
    for path, text in changes.items():
        _put(changed, path, text)
    return changed


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _put(message: dict[str, Any], path: str, text: str) -> None:
    group, _, name = path.rpartition(".")
    if group and group not in GROUPS:
        group, name = "", path
    if group and not isinstance(message.get(group), dict):
        message[group] = {}
    target = message[group] if group else message
    if text:
        target[name] = text
    else:
        target.pop(name, None)


def read_corrections(plain: object) -> dict[str, Cells] | None:
    """Corrections of a request, `{id: {path: text}}`; None when there are none. What is not text is left out."""
    if not isinstance(plain, Mapping):
        return None
    return {str(name): dict(_texts(cells)) for name, cells in plain.items() if isinstance(cells, Mapping)}


def _texts(cells: Mapping[Any, Any]) -> Iterable[tuple[str, str]]:
    return ((path, text) for path, text in cells.items() if isinstance(path, str) and isinstance(text, str))
