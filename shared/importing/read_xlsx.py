"""Excel workbooks: the zip directory is judged before anything is unpacked, then rows are streamed."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BufferedReader, BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from shared.importing.limits import Limits
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Cell, Row
from shared.importing.table import Cells, to_rows
from shared.importing.zip_directory import ENCRYPTED, overlap

if TYPE_CHECKING:
    Sheet = Any  # openpyxl ships no types

_PROLOGUE_BYTES = 1_024
_COMMENT = re.compile(rb"<!--.*?(?:-->|$)", re.DOTALL)
_ROOT = re.compile(rb"<[A-Za-z_]")


def read_xlsx(stream: BufferedReader, limits: Limits) -> Iterator[Row | RowProblem]:
    """The rows of every visible sheet. The packed bytes are held in memory, up to the limit."""
    packed = stream.read(limits.workbook_bytes + 1)
    fault = find_zip_fault(packed, limits)
    if fault is not None:
        yield fault
        return
    last = 0
    try:
        for found in _read_sheets(BytesIO(packed), limits):
            last = found.row
            yield found
    except Exception as error:  # openpyxl raises nearly anything on a damaged file
        yield RowProblem(last + 1, ProblemCode.WORKBOOK_BROKEN, type(error).__name__)


def find_zip_fault(packed: bytes, limits: Limits) -> RowProblem | None:
    """What speaks against unpacking, from the zip directory alone (a bomb costs about 1 ms)."""
    if len(packed) > limits.workbook_bytes:
        return RowProblem(0, ProblemCode.WORKBOOK_TOO_BIG, f"more than {limits.workbook_bytes} bytes")
    try:
        with ZipFile(BytesIO(packed)) as archive:
            return _judge_entries(archive.infolist(), limits) or _find_entities(archive)
    except (BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
        return RowProblem(0, ProblemCode.WORKBOOK_BROKEN, type(error).__name__)


def _judge_entries(entries: Sequence[ZipInfo], limits: Limits) -> RowProblem | None:
    if len(entries) > limits.zip_entries:
        return _unsafe(f"entries={len(entries)}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        return RowProblem(0, ProblemCode.WORKBOOK_TOO_BIG, f"unpacked={unpacked}")
    for entry in entries:
        if entry.flag_bits & ENCRYPTED:
            return RowProblem(0, ProblemCode.OLD_EXCEL)
        if entry.file_size > limits.unpacked_ratio * max(entry.compress_size, 1):
            return _unsafe(f"ratio={entry.file_size // max(entry.compress_size, 1)}")
    return _unsafe("overlap") if overlap(entries) else None


def _find_entities(archive: ZipFile) -> RowProblem | None:
    """Office parts never declare a document type; one that does, or hides what it declares, wants to expand entities."""
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                head = part.read(_PROLOGUE_BYTES)
            prologue = _COMMENT.sub(b"", head)
            if b"<!" in prologue or b"\0" in prologue or (head and not _ROOT.search(prologue)):
                return _unsafe("doctype")
    return None


def _unsafe(detail: str) -> RowProblem:
    return RowProblem(0, ProblemCode.WORKBOOK_UNSAFE, detail)


def _read_sheets(packed: BytesIO, limits: Limits) -> Iterator[Row | RowProblem]:
    # Imported here: 0.2 s and 20 MB that a CSV does not need.
    from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]

    reader = ExcelReader(packed, read_only=True, data_only=True, keep_links=False)
    reader.read_chartsheet = lambda *_: None  # a sheet that is a chart holds no rows, and may be damaged
    reader.read()
    book, epoch = reader.wb, reader.wb.epoch.year + (reader.wb.epoch.month == 12)  # from 1899-12-30: 1900
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                for found in to_rows(_read_cells(sheet, limits), sheet=sheet.title, limits=limits):
                    yield found._replace(epoch=epoch) if isinstance(found, Row) else found
            else:
                yield RowProblem(0, ProblemCode.HIDDEN_SHEET, sheet=sheet.title)
    finally:
        book.close()


def _read_cells(sheet: "Sheet", limits: Limits) -> Iterator[Cells | RowProblem]:
    # The dimensions are only a claim: a sheet of two cells may say that it has 16,384 columns.
    sheet.reset_dimensions()
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > limits.workbook_rows:
            yield RowProblem(number, ProblemCode.TOO_MANY_ROWS)
            return
        yield Cells(number, [to_cell(value) for value in values])


def to_cell(value: object) -> Cell:
    """A typed cell as text or number: dates and times as ISO text, whole numbers without a fraction."""
    if isinstance(value, datetime):
        has_time = value.time() != time.min
        return value.isoformat(timespec="seconds") if has_time else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)
