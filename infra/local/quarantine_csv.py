"""What was refused, as a table that the owner of the data opens in Excel, mends and imports again (R2)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra.local.mail_drop import write_whole
from infra.local.outbox import safe_cell
from shared.insight.snapshot import FieldIssue, QuarantinedRow, Snapshot
from shared.model.issues import Severity

COLUMNS: Final = (
    "source", "file", "row", "field", "reason_code", "severity", "原因", "reason_in_words",
)  # fmt: skip
_Cell = str | int


def write_quarantine(snapshot: Snapshot, file: Path) -> int:
    """Writes whole rows that were refused and single fields that were; returns how many lines.

    It holds places and reasons, never a value of a person. A whole row has an empty `field`.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    lines = list(_lines(snapshot))
    for line in lines:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in line])
    # The byte order mark: without it Excel reads Chinese as something else.
    write_whole(file, text.getvalue().encode("utf-8-sig", errors="replace"))
    return len(lines)


def _lines(snapshot: Snapshot) -> Iterator[list[_Cell]]:
    for row in snapshot.quarantined:
        yield _line(row, "", row.reason, Severity.REFUSED, snapshot)
        # The reason of the row may be a finding in one of its fields: those help to mend it.
        for issue in _refused(row.issues):
            yield _line(row, issue.field, issue.code, issue.severity, snapshot)
    for issue in _refused(snapshot.issues):
        yield _line(issue, issue.field, issue.code, issue.severity, snapshot)


def _refused(issues: tuple[FieldIssue, ...]) -> Iterator[FieldIssue]:
    return (issue for issue in issues if issue.severity == Severity.REFUSED)


def _line(
    place: QuarantinedRow | FieldIssue, field: str, code: str, severity: str, snapshot: Snapshot
) -> list[_Cell]:
    zh, en = snapshot.code_words.get(code, (code, code))
    row: _Cell = "" if place.row is None else place.row
    return [place.system, place.file or "", row, field, code, str(severity), zh, en]
