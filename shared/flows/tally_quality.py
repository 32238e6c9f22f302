"""Counts stored rows for the data-quality report."""

import json
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from shared.flows.message_cells import message_cells, read_raw
from shared.insight.quality import (
    Finding,
    Place,
    QualityTally,
    add_quarantined,
    add_record,
    add_timing,
    is_dated,
    said_fields,
)
from shared.insight.snapshot import QuarantinedRow
from shared.model.instants import from_iso, local_day
from shared.ports import Item


def tally_entry(tally: QualityTally, item: Item, zone: ZoneInfo) -> None:
    """Counts one record as stored; what came is read only where there is something to say about it."""
    stored: Any = item
    body = json.loads(stored["body"])
    findings = [Finding(one["field"], one["code"], one["severity"]) for one in stored.get("issues", ())]
    raw = read_raw(item) if findings else None
    recorded_at = from_iso(stored["recorded_at"])
    on = local_day(recorded_at, zone)
    add_record(
        tally,
        body["system"],
        body=body,
        findings=findings,
        values=message_cells(raw) if raw else {},
        place=_place(stored.get("file"), stored.get("row")),
        on=on,
    )
    if is_dated(body["kind"], findings):
        add_timing(
            tally,
            body["system"],
            event_at=from_iso(stored["event_at"]),
            recorded_at=recorded_at,
            said=said_fields(body),
            on=on,
        )


def tally_quarantined(tally: QualityTally, rows: Iterable[QuarantinedRow]) -> None:
    """Counts the rows that are open in quarantine."""
    for row in rows:
        add_quarantined(
            tally,
            row.system,
            findings=[Finding(issue.field, issue.code, issue.severity) for issue in row.issues],
            values=dict(row.cells),
            place=_place(row.file, row.row),
            on=row.kept_on,
        )


def _place(file: str | None, row: int | None) -> Place:
    return None if file is None else (file, row or 0)
