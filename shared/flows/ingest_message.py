"""One message of the records queue, whatever it holds; and the progress of the import jobs it belongs to."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.flows.ingest_record import Ingested, ingest_record, quarantine
from shared.flows.resolve_rows import resolve_replaced
from shared.flows.take_replayed import replayed_from, take_replayed
from shared.policy.schema import Policy
from shared.ports import Items
from shared.store.progress import note_outcomes


@dataclass(frozen=True, slots=True)
class Received:
    outcome: str
    reason: str = ""
    job_id: str | None = None
    seq: int | None = None


def ingest_message(body: str, *, items: Items, policy: Policy, key: bytes, received_at: datetime) -> Received:
    """What became of a message. A malformed one is quarantined, not retried; raises only RetryError."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        ingested = quarantine(body, "bad_json", items=items, at=received_at)
        return Received(ingested.outcome, ingested.reason)
    row = replayed_from(raw)
    if row is not None:
        again = take_replayed(raw, row, items=items, policy=policy, key=key, received_at=received_at)
        return Received(again.outcome, again.reason)
    ingested = ingest_record(raw, items=items, policy=policy, key=key, received_at=received_at)
    resolve_replaced(raw, is_refused=ingested.outcome == "quarantined", items=items, at=received_at)
    return _with_job(ingested, raw)


def _with_job(ingested: Ingested, raw: object) -> Received:
    origin: Any = raw.get("origin") if isinstance(raw, Mapping) else None
    if isinstance(origin, Mapping) and isinstance(origin.get("seq"), int) and "job_id" in origin:
        return Received(ingested.outcome, ingested.reason, str(origin["job_id"]), origin["seq"])
    return Received(ingested.outcome, ingested.reason)


def record_progress(received: Iterable[Received], items: Items) -> None:
    """Notes what became of the records of import jobs: one write for each hundred records of a job touched.

    Raises RetryError: the whole batch comes again, and changes nothing that was noted.
    """
    jobs: dict[str, dict[int, str]] = {}
    for one in received:
        if one.job_id is not None and one.seq is not None:
            jobs.setdefault(one.job_id, {}).setdefault(one.seq, one.outcome)
    for job_id, outcomes in jobs.items():
        note_outcomes(items, job_id, outcomes)
