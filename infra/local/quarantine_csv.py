"""What was refused, as a table that the owner of the data opens in Excel, mends and hands to `guanxi replay` (R2)."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from infra.local.mail_drop import write_whole
from infra.local.outbox import original_cell, safe_cell
from shared.insight.snapshot import FieldIssue, QuarantinedRow, Snapshot, Words
from shared.model.issues import Severity

COLUMNS: Final = (
    "source", "file", "row", "field", "value", "reason_code", "severity", "原因", "reason_in_words", "quarantine_id",
)  # fmt: skip
_MISSING: Final[Mapping[str, tuple[str, ...]]] = {
    "no_identity": ("party.ref", "party.name", "party.company", "party.phone", "party.email"),
    "no_event_date": ("event_at",),
    "no_amount": ("amount",),
    "unknown_currency": ("currency",),
    "no_score": ("score",),
    "no_action": ("action",),
    "no_channel": ("channel",),
    "no_purpose": ("purpose",),
    "unknown_kind": ("kind",),
    "missing_system": ("system",),
    "unknown_schema": ("schema",),
    "bad_id": ("id",),
}
"""Fields that mend a reason, offered empty where the message does not have them."""
_FILL_IN: Final[Words] = ("可在“value”栏填写", "may be filled in, in column `value`")
_AS_IT_CAME: Final[Words] = ("原值；可在“value”栏更正", "as it came; may be corrected in column `value`")
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_DELIMITERS: Final = ",;\t"
_Cell = str | int


class _Line(NamedTuple):
    place: QuarantinedRow | FieldIssue
    field: str
    value: str
    code: str
    severity: str
    words: Words
    quarantine_id: str


def write_quarantine(snapshot: Snapshot, file: Path) -> int:
    """Writes whole rows that were refused and single fields that were; returns how many lines.

    A whole row has a line without `field` for its reason, then one for each of its values: it is for the owner of the
    data, who corrects the values in place. No cell can run as a formula (F1); `read_corrected` undoes that (F3).
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    lines = list(_lines(snapshot))
    for line in lines:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in _cells(line)])
    # The byte order mark: without it Excel reads Chinese as something else.
    write_whole(file, text.getvalue().encode("utf-8-sig", errors="replace"))
    return len(lines)


def _cells(line: _Line) -> list[_Cell]:
    place = line.place
    row: _Cell = "" if place.row is None else place.row
    where: list[_Cell] = [place.system, place.file or "", row]
    return [*where, line.field, line.value, line.code, line.severity, *line.words, line.quarantine_id]


def _lines(snapshot: Snapshot) -> Iterator[_Line]:
    for row in snapshot.quarantined:
        yield _issue_line(row, "", row.reason, "", row.quarantine_id, snapshot)
        yield from _field_lines(row, snapshot)
    for issue in _refused(snapshot.issues):
        yield _issue_line(issue, issue.field, issue.code, "", "", snapshot)


def _field_lines(row: QuarantinedRow, snapshot: Snapshot) -> Iterator[_Line]:
    """The reason of the row may be a finding in one of its fields; the other values help to mend it."""
    values = dict(row.cells)
    for issue in _refused(row.issues):
        value = values.pop(issue.field, "")
        yield _issue_line(row, issue.field, issue.code, value, row.quarantine_id, snapshot)
    for field, value in values.items():
        yield _Line(row, field, value, "", "", _AS_IT_CAME, row.quarantine_id)
    named = {issue.field for issue in _refused(row.issues)} | values.keys()
    if row.quarantine_id:
        for field in _MISSING.get(row.reason, ()):
            if field not in named:
                yield _Line(row, field, "", "", "", _FILL_IN, row.quarantine_id)


def _refused(issues: tuple[FieldIssue, ...]) -> Iterator[FieldIssue]:
    return (issue for issue in issues if issue.severity == Severity.REFUSED)


def _issue_line(
    place: QuarantinedRow | FieldIssue, field: str, code: str, value: str, row_id: str, snapshot: Snapshot
) -> _Line:
    words = snapshot.code_words.get(code, (code, code))
    return _Line(place, field, value, code, Severity.REFUSED.value, words, row_id)


# --- and back ------------------------------------------------------------------------------------------------


def read_corrected(file: Path) -> dict[str, dict[str, str]]:
    """The values of a corrected `quarantine.csv`, by quarantine id and field; ValueError where it is none.

    Order of lines and columns does not matter, and lines may be left out. Where a field stands there twice, the first
    line counts.
    """
    lines = _decode(file.read_bytes())
    header = lines.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.DictReader(io.StringIO(lines, newline=""), delimiter=delimiter)
    if not {"quarantine_id", "field", "value"} <= {*(reader.fieldnames or ())}:
        raise ValueError("the columns quarantine_id, field and value are needed: is this a quarantine.csv?")
    corrected: dict[str, dict[str, str]] = {}
    for row in reader:
        name, field = original_cell(row["quarantine_id"] or ""), original_cell(row["field"] or "")
        if name and field:
            corrected.setdefault(name, {}).setdefault(field, original_cell(row["value"] or ""))
    return corrected


def _decode(content: bytes) -> str:
    """Excel saves as UTF-8 or, on a Chinese Windows, as GBK."""
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor GBK: save the table as CSV (UTF-8)")
