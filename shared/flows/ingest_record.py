"""Takes one message of an upstream system in: clean, find the customer, store in one transaction.

Read, decide, write; on a lost race read again. An unchanged record costs one read and no write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal

from shared.cleaning.identity import DERIVED_REF
from shared.cleaning.record import Cleaned, clean_record
from shared.flows.join_customer import Placement, place_source, settle_weakened
from shared.flows.keep_consent import keep_word
from shared.flows.keep_facts import FACT_KINDS, facts_after
from shared.matching.absorb import (
    Tie,
    absorb_consent,
    absorb_party,
    channels,
    plain_party,
    purposes,
    state_after,
)
from shared.matching.keys import address_hashes, keyed_hash
from shared.model.errors import LostRace
from shared.model.history import History
from shared.model.instants import TICK, from_iso, to_iso
from shared.model.record import Consent, Record, record_adapter
from shared.model.source import SourceRecord
from shared.policy.schema import Policy
from shared.ports import Done, Item, Items, Key, Put, Write
from shared.store.customers import mark_due, withdraw_now
from shared.store.quarantine import canonical, message_content, note_system, put_quarantine, system_name
from shared.store.records import (
    Entry,
    entry_key,
    home_key,
    put_entry,
    put_home,
    put_source,
    read_events,
    record_key,
    source_from_item,
)
from shared.tagging.fold import add_events, happening_of, prune

Outcome = Literal["new", "updated", "unchanged", "quarantined"]
SUPERSEDED_KEPT = 20
"""Earlier contents of one record that are remembered."""
_HISTORIC = ("order", "refund", "interaction", "complaint", "need")
_NOT_CONTENT = frozenset({"origin", "received_at"})
"""Where and when a message came in: the same content again is the same record."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ingested:
    outcome: Outcome
    reason: str = ""
    """Why it was quarantined."""
    customer_id: str = ""
    issues: tuple[str, ...] = ()
    """Codes of what cleaning found."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood in the store before."""

    source: SourceRecord | None
    order: tuple[int, str] | None
    """Version and content of the same record, if it came before."""
    superseded: tuple[str, ...] = ()
    """Contents that stood there earlier."""
    home: Put | None = None
    """Notes where the record lives, if nobody has yet."""


def ingest_record(
    raw: object, *, items: Items, policy: Policy, key: bytes, received_at: datetime
) -> Ingested:
    """What became of one message. Raises only RetryError: the message should come again."""
    if not isinstance(raw, Mapping):
        return quarantine(raw, "not_an_object", items=items, at=received_at)
    cleaned = clean_record(raw, policy=policy, received_at=received_at, key=key)
    codes = tuple(issue.code for issue in cleaned.issues)
    if cleaned.record is None:
        refusal = cleaned.refusal or "unusable"
        return quarantine(raw, refusal, items=items, at=received_at, cleaned=cleaned)
    taken = _Taken(raw, cleaned.record, cleaned, received_at)
    for _ in range(policy.matching.retries):
        ingested = _try_once(taken, items=items, policy=policy, key=key)
        if ingested is not None:
            return replace(ingested, issues=codes)
    raise LostRace("the record's items kept changing")


def quarantine(
    raw: object, reason: str, *, items: Items, at: datetime, cleaned: Cleaned | None = None
) -> Ingested:
    """Keeps a message that cannot be used, whole, with its reason."""
    whole: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    origin, system = whole.get("origin"), system_name(whole.get("system"))
    if whole:
        items.put_if(note_system(system))
    items.put_if(
        put_quarantine(
            system=system,
            reason=reason,
            issues=cleaned.issues if cleaned else (),
            raw=canonical(raw),
            content=message_content(raw),
            at=at,
            origin=origin if isinstance(origin, Mapping) else None,
        )
    )
    return Ingested("quarantined", reason)


@dataclass(frozen=True, slots=True)
class _Taken:
    raw: Mapping[str, Any]
    record: Record
    cleaned: Cleaned
    received_at: datetime


def _try_once(taken: _Taken, *, items: Items, policy: Policy, key: bytes) -> Ingested | None:
    """One attempt; None when others changed what was read."""
    record_id, seen = _find_seen(items, taken)
    entry = _make_entry(taken, record_id, key)
    is_late = _is_late(seen, entry, taken.raw)
    source = None
    if not _is_copy(seen, entry):
        source = _absorb(seen, entry, taken, is_late=is_late, items=items, policy=policy, key=key)
    if source is None or (is_late and _says_nothing_new(source, seen.source)):
        return Ingested("unchanged", customer_id=seen.source.customer_id if seen.source else "")
    placement = place_source(source, seen.source, items=items, policy=policy, key=key, at=taken.received_at)
    if placement is None:
        return None
    source = replace(source, customer_id=placement.customer_id)
    entry = replace(entry, customer_id=source.customer_id, superseded=_superseded(seen))
    writes = _writes(seen, source, entry, placement, is_late=is_late, policy=policy)
    writes += keep_word(entry, source, taken.raw, key)
    if not isinstance(items.transact(writes), Done):
        return None
    settle_weakened(placement, items=items, policy=policy, key=key, at=taken.received_at)
    outcome: Outcome = "new" if seen.order is None else "updated"
    return Ingested(outcome, customer_id=source.customer_id)


def _is_copy(seen: Seen, entry: Entry) -> bool:
    """The same content again, or one that stood there before.

    A source that gives no versions is taken at its last word, but a word it took back stays taken back: a file that
    is read again, with two rows under one id, changes nothing.
    """
    return seen.order is not None and entry.content_hash in (seen.order[1], *seen.superseded)


def _is_late(seen: Seen, entry: Entry, raw: Mapping[str, Any]) -> bool:
    """An older version than the one that stands: what only it says about the person still counts, nothing else."""
    has_version = raw.get("version") is not None or raw.get("changed_at") is not None
    return has_version and seen.order is not None and seen.order >= entry.order


def _says_nothing_new(source: SourceRecord, before: SourceRecord | None) -> bool:
    return before is not None and replace(source, ver=before.ver) == before


def _superseded(seen: Seen) -> tuple[str, ...]:
    return () if seen.order is None else (*seen.superseded, seen.order[1])[-SUPERSEDED_KEPT:]


def _make_entry(taken: _Taken, record_id: str, key: bytes) -> Entry:
    content = {name: value for name, value in taken.raw.items() if name not in _NOT_CONTENT}
    return Entry(
        record_id=record_id,
        customer_id="",
        record=taken.record,
        content_hash=keyed_hash("content", canonical(content), key),
        raw=canonical(taken.raw),
        issues=taken.cleaned.issues,
        recorded_at=to_iso(taken.received_at),
    )


def _find_seen(items: Items, taken: _Taken) -> tuple[str, Seen]:
    """The source record that a record belongs to, and what stood there.

    A source that names its records but not its customers gives no ref: ours is derived from name and addresses. A
    record of that source whose address is corrected must not become a second one, so the first place is its home.
    """
    record = taken.record
    record_id = f"{record.system}#{record.party.ref}"
    if not _is_named(taken) or not str(record.party.ref).startswith(DERIVED_REF):
        return record_id, _read_seen(items, record_id, record)
    home = home_key(record)
    found = items.batch_get([record_key(record_id), entry_key(record_id, record), home])
    seen = _seen(found, record_id, record)
    if home not in found:
        return record_id, replace(seen, home=put_home(record, record_id))
    lives_at = str(found[home]["home"])
    return lives_at, seen if lives_at == record_id else _read_seen(items, lives_at, record)


def _is_named(taken: _Taken) -> bool:
    """Whether the source names the record itself, an asset by its own number."""
    names = ("id", "asset_id") if taken.record.kind == "asset" else ("id",)
    return any(taken.raw.get(name) is not None for name in names)


def _read_seen(items: Items, record_id: str, record: Record) -> Seen:
    found = items.batch_get([record_key(record_id), entry_key(record_id, record)])
    return _seen(found, record_id, record)


def _seen(found: Mapping[Key, Item], record_id: str, record: Record) -> Seen:
    source = found.get(record_key(record_id))
    stored: Any = found.get(entry_key(record_id, record))
    return Seen(
        source=source_from_item(source) if source else None,
        order=(stored["version"], stored["content_hash"]) if stored else None,
        superseded=tuple(stored.get("superseded", ())) if stored else (),
    )


# --- decide: what the source record says now -----------------------------------------------------------------


def _absorb(
    seen: Seen, entry: Entry, taken: _Taken, *, is_late: bool, items: Items, policy: Policy, key: bytes
) -> SourceRecord:
    record, now = entry.record, taken.received_at
    before = seen.source or SourceRecord(entry.record_id, record.system, customer_id="", ver=0)
    tie: Tie = "value" if seen.order is None else "stored" if is_late else "new"
    party = absorb_party(before.party, record.party, _said_at_ms(taken), tie=tie)
    changed = replace(before, ver=before.ver + 1, party=party)
    if record.kind == "profile" and not is_late:
        changed = replace(changed, deleted=record.deleted)
    if isinstance(record, Consent):
        # An address that the record itself names is the one it speaks of, also when the source knows a newer one.
        own = record.party.model_dump(include={"phone", "email"}, exclude_none=True)
        hashes = address_hashes(plain_party(party) | own, key)
        changed = replace(changed, consents=absorb_consent(before.consents, record, hashes))
    history, facts = before.history, before.facts
    if not is_late:
        others = _others(seen, entry, items)
        history = _history_after(entry, history, others, policy=policy, now=now)
        facts = facts_after(facts, record, others)
    first_on = changed.party.get("first_cooperation_on")
    if first_on is not None:
        history = replace(history, first_cooperation_on=date.fromisoformat(first_on.value))
    return replace(changed, history=history, facts=facts)


def _said_at_ms(taken: _Taken) -> int:
    """When a record's party was said: its change time, else its event's, never after it was received."""
    record, received_ms = taken.record, (taken.received_at - _EPOCH) // TICK
    said_ms = record.version if taken.raw.get("version") is None else (record.event_at - _EPOCH) // TICK
    return min(said_ms, received_ms)


def _others(seen: Seen, entry: Entry, items: Items) -> list[Record] | None:
    """What stands beside a corrected or deleted record, to fold again with it; None of a new one, which is added."""
    kind = entry.record.kind
    is_new = seen.order is None and not entry.record.deleted
    if is_new or (kind not in _HISTORIC and kind not in FACT_KINDS):
        return None
    own, only = entry_key(entry.record_id, entry.record).sk, "" if kind in _HISTORIC else kind
    return [
        record_adapter.validate_json(str(item["body"]))
        for item in read_events(items, entry.record_id, only)
        if item["sk"] != own and not item["deleted"] and item["kind"] in (*_HISTORIC, kind)
    ]


def _history_after(
    entry: Entry, history: History, others: Iterable[Record] | None, *, policy: Policy, now: datetime
) -> History:
    """A new event is added; a corrected or deleted one makes the days fold again from the stored events."""
    record = entry.record
    if record.kind not in _HISTORIC:
        return history
    folded = history
    if others is not None:
        folded = History(first_cooperation_on=history.first_cooperation_on)
        for other in others:
            folded = _add(folded, other, policy, now)
    return folded if record.deleted else _add(folded, record, policy, now)


def _add(history: History, record: Record, policy: Policy, now: datetime) -> History:
    happening, zone = happening_of(record), policy.tenant.tz
    added = history if happening is None else add_events(history, [happening], now, zone)
    return prune(added, now, zone, policy.history.buckets_months)


# --- write ---------------------------------------------------------------------------------------------------


def _writes(
    seen: Seen, source: SourceRecord, entry: Entry, placement: Placement, *, is_late: bool, policy: Policy
) -> list[Write]:
    customer_id = source.customer_id
    writes: list[Write] = [
        put_source(source, seen_ver=seen.source.ver if seen.source else None),
        mark_due(
            customer_id,
            at=from_iso(entry.recorded_at),
            shards=policy.due.shards,
            seen_ver=placement.tags_ver,
        ),
        *placement.writes,
    ]
    if not is_late:
        writes.append(put_entry(entry, seen=seen.order))
    if seen.home is not None:
        writes.append(seen.home)
    withdrawn = [] if placement.has_consent else _withdrawn_uses(entry.record)
    return [*writes, withdraw_now(customer_id, withdrawn)] if withdrawn else writes


def _withdrawn_uses(record: Record) -> list[str]:
    if not isinstance(record, Consent) or state_after(record) in (None, "granted"):
        return []
    return [
        f"{channel}|{purpose}" for channel in channels(record.channel) for purpose in purposes(record.purpose)
    ]
