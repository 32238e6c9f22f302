"""Access patterns of the `records` table: RECORD (one source record) and the EVENT# and CONSENT# rows under it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.model.history import Day, History, Pending, Voice
from shared.model.instants import from_iso, to_iso
from shared.model.issues import Issue, issue_to_plain
from shared.model.record import Record
from shared.model.source import Said, SourceRecord, Standing
from shared.ports import Absent, Is, Item, Items, Key, Put, Query, Table, Value, query_all
from shared.store.facts import facts_from_text, facts_to_text

RECORD, HOME = "RECORD", "HOME"


def record_key(record_id: str) -> Key:
    return Key(Table.RECORDS, record_id, RECORD)


def entry_key(record_id: str, record: Record) -> Key:
    """The row under the source record that keeps this one record."""
    prefix = "CONSENT" if record.kind == "consent" else "EVENT"
    return Key(Table.RECORDS, record_id, f"{prefix}#{record.kind}#{record.id}")


def home_key(record: Record) -> Key:
    """Where a record of a source without customer ids lives, by its own id."""
    return Key(Table.RECORDS, f"HOME#{record.system}#{record.kind}#{record.id}", HOME)


def put_home(record: Record, record_id: str) -> Put:
    """Notes the source record that the first version of a record was stored under."""
    key = home_key(record)
    return Put(Table.RECORDS, {"record_id": key.pk, "sk": HOME, "home": record_id}, Absent("record_id"))


# --- one source record ---------------------------------------------------------------------------------------


def source_to_item(source: SourceRecord) -> Item:
    item: Item = {
        "record_id": source.record_id,
        "sk": RECORD,
        "system": source.system,
        "customer_id": source.customer_id,
        "ver": source.ver,
        "party": _said_to_plain(source.party),
        "history": json.dumps(history_to_plain(source.history), separators=(",", ":")),
        "consents": {
            name: [standing.state, to_iso(standing.at)] for name, standing in source.consents.items()
        },
        "deleted": source.deleted,
    }
    if source.verified:
        item["verified"] = _said_to_plain(source.verified)
    if source.facts:
        item["facts"] = facts_to_text(source.facts, source.system)
    return item


def _said_to_plain(said: Mapping[str, Said]) -> Value:
    return {name: [one.value, one.version] for name, one in said.items()}


def _said_from_plain(stored: dict[str, Any]) -> dict[str, Said]:
    return {name: Said(value, version) for name, (value, version) in stored.items()}


def source_from_item(item: Item) -> SourceRecord:
    stored: Any = item
    return SourceRecord(
        record_id=stored["record_id"],
        system=stored["system"],
        customer_id=stored["customer_id"],
        ver=stored["ver"],
        party=_said_from_plain(stored["party"]),
        history=history_from_plain(json.loads(stored["history"])),
        consents={name: Standing(state, from_iso(at)) for name, (state, at) in stored["consents"].items()},
        deleted=stored["deleted"],
        verified=_said_from_plain(stored.get("verified", {})),
        facts=facts_from_text(stored.get("facts", ""), stored["system"]),
    )


def read_sources(items: Items, record_ids: Iterable[str]) -> dict[str, SourceRecord]:
    """The source records that exist, by id."""
    found = items.batch_get([record_key(record_id) for record_id in record_ids])
    return {key.pk: source_from_item(item) for key, item in found.items()}


def put_source(source: SourceRecord, *, seen_ver: int | None) -> Put:
    """Writes a source record that was read at `seen_ver` (None: there was none)."""
    guard = Absent("record_id") if seen_ver is None else Is("ver", "=", seen_ver)
    return Put(Table.RECORDS, source_to_item(source), guard)


def history_to_plain(history: History) -> dict[str, Any]:
    """Plain JSON values: days and pendings as short lists."""
    return {
        "days": [[day.on.isoformat(), *day[1:]] for day in history.days],
        "pending": [[to_iso(pending.at), *pending[1:]] for pending in history.pending],
        "first_cooperation_on": _text(history.first_cooperation_on),
        "first_order_on": _text(history.first_order_on),
        "has_interaction_ever": history.has_interaction_ever,
        "has_order_ever": history.has_order_ever,
        "needs": [[to_iso(voice.at), voice.word] for voice in history.needs],
        "answers": [[to_iso(voice.at), voice.word] for voice in history.answers],
    }


def history_from_plain(plain: dict[str, Any]) -> History:
    return History(
        days=tuple(Day(date.fromisoformat(on), *counts) for on, *counts in plain["days"]),
        pending=tuple(Pending(from_iso(at), *counts) for at, *counts in plain["pending"]),
        first_cooperation_on=_day(plain["first_cooperation_on"]),
        first_order_on=_day(plain["first_order_on"]),
        has_interaction_ever=plain["has_interaction_ever"],
        has_order_ever=plain["has_order_ever"],
        needs=tuple(Voice(from_iso(at), word) for at, word in plain.get("needs", ())),
        answers=tuple(Voice(from_iso(at), word) for at, word in plain.get("answers", ())),
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


# --- one record under it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as stored: what came, what was made of it, and which version of it counts."""

    record_id: str
    customer_id: str
    record: Record
    content_hash: str
    raw: str
    issues: tuple[Issue, ...]
    recorded_at: str
    superseded: tuple[str, ...] = ()
    """Content hashes that stood here before: one of them coming again is a late copy, not news."""

    @property
    def order(self) -> tuple[int, str]:
        """The higher one counts; ties fall to the content, so that the order of arrival does not matter."""
        return (self.record.version, self.content_hash)


def put_entry(entry: Entry, *, seen: tuple[int, str] | None) -> Put:
    """Writes an entry in place of the one seen (None: there was none)."""
    guard = Absent("record_id") if seen is None else Is("content_hash", "=", seen[1])
    item: Item = {
        "record_id": entry.record_id,
        "sk": entry_key(entry.record_id, entry.record).sk,
        "customer_id": entry.customer_id,
        "kind": entry.record.kind,
        "event_at": to_iso(entry.record.event_at),
        "version": entry.record.version,
        "content_hash": entry.content_hash,
        "deleted": entry.record.deleted,
        "body": entry.record.model_dump_json(exclude_none=True),
        "raw": entry.raw,
        "recorded_at": entry.recorded_at,
    }
    if entry.superseded:
        item["superseded"] = list(entry.superseded)
    if entry.issues:
        item["issues"] = [issue_to_plain(issue) for issue in entry.issues]
    if entry.record.origin is None:
        # The stream wakes a review at once; what comes in files is reviewed when the files are in, once.
        item["wake"] = "now"
    else:
        item["file"], item["row"] = entry.record.origin.file, entry.record.origin.row
    return Put(Table.RECORDS, item, guard)


def read_events(items: Items, record_id: str, kind: str = "") -> Iterable[Item]:
    """Every EVENT# row under a source record, as stored; of one kind of record, or of all."""
    prefix = f"EVENT#{kind}#" if kind else "EVENT#"
    return query_all(items, Query(Table.RECORDS, record_id, begins_with=prefix))
