"""The receiving end of a replay: a quarantined message comes in again, and its quarantine row ends at most once."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.cleaning.record import Cleaned, clean_record
from shared.flows.ingest_record import Ingested, ingest_record
from shared.policy.schema import Policy
from shared.ports import Items, Key
from shared.store.progress import move_outcome
from shared.store.quarantine import end_row, is_open, keep_row, quarantine_key

REPLAYED = "replayed_from"
"""The name in a message that says which quarantine row it is to end."""


def make_replay(raw: Mapping[str, Any], system: str, digest: str) -> dict[str, Any]:
    """A message as `take_replayed` expects it."""
    return {**raw, REPLAYED: {"system": system, "id": digest}}


def digest_message(raw: Mapping[str, Any]) -> str:
    """Of a message without the mark: what a quarantine row is claimed for."""
    content = {name: value for name, value in raw.items() if name != REPLAYED}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def replayed_from(raw: object) -> Key | None:
    """The quarantine row that a message is to end; None for an ordinary message."""
    mark = raw.get(REPLAYED) if isinstance(raw, Mapping) else None
    if not isinstance(mark, Mapping):
        return None
    system, digest = mark.get("system"), mark.get("id")
    is_named = isinstance(system, str) and isinstance(digest, str) and system and digest
    return quarantine_key(str(system), str(digest)) if is_named else None


def take_replayed(
    raw: Mapping[str, Any], row_key: Key, *, items: Items, policy: Policy, key: bytes, received_at: datetime
) -> Ingested:
    """What became of a message that is replayed. Raises only RetryError: coming again is harmless.

    The row must be open and claimed for this very message: a copy, and a replay that another one has overtaken, change
    nothing. A message that is still refused stays the same row; nothing is counted twice.
    """
    message = {name: value for name, value in raw.items() if name != REPLAYED}
    row, claim = items.get(row_key), digest_message(message)
    if row is None:
        return ingest_record(message, items=items, policy=policy, key=key, received_at=received_at)
    if not is_open(row) or row.get("claim") != claim:
        return Ingested("unchanged")
    # Cleaned once more than needed: ingest alone would keep a refused one under a second id.
    cleaned = clean_record(message, policy=policy, received_at=received_at, key=key)
    if cleaned.record is None:
        return _still_refused(message, cleaned, row_key, claim, items, received_at)
    ingested = ingest_record(message, items=items, policy=policy, key=key, received_at=received_at)
    origin = cleaned.record.origin
    if origin is not None:
        move_outcome(items, origin.job_id, origin.seq, ingested.outcome)
    items.update_if(end_row(row_key, claim, outcome=ingested.outcome, at=received_at))
    return ingested


def _still_refused(
    message: Mapping[str, Any], cleaned: Cleaned, row_key: Key, claim: str, items: Items, at: datetime
) -> Ingested:
    reason = cleaned.refusal or "unusable"
    text = json.dumps(message, sort_keys=True)
    items.update_if(keep_row(row_key, claim, reason=reason, issues=cleaned.issues, raw=text, at=at))
    return Ingested("quarantined", reason)
