"""Excel 2003 XML (SpreadsheetML), the other thing that hides behind the name .xls. No entity is ever expanded."""

import math
from collections import deque
from collections.abc import Iterator
from io import BufferedReader
from xml.parsers.expat import ExpatError, ParserCreate

from shared.importing.limits import Limits
from shared.importing.lines import read_text
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Cell, Row
from shared.importing.table import Cells, to_rows
from shared.importing.unreadable import Unreadable

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_MIDNIGHT = "T00:00:00"
_EXACT_DIGITS = 40  # beyond any number that a person could mean


def read_xml_sheets(stream: BufferedReader, encoding: str, limits: Limits) -> Iterator[Row | RowProblem]:
    """The rows of every sheet. Unreadable where the XML is damaged or declares a document type."""
    sheets = _Sheets(stream, encoding, limits)
    while sheets.next_sheet():
        yield from to_rows(sheets.cells(), sheet=sheets.name, limits=limits)


class _Sheets:
    """Rows of one sheet after the other, parsed as far as they are asked for."""

    def __init__(self, stream: BufferedReader, encoding: str, limits: Limits) -> None:
        self._pieces = read_text(stream, encoding, limits)
        self._limits = limits
        self._found: deque[str | Cells | RowProblem] = deque()
        """Names of sheets, each followed by its rows."""
        self._parser = ParserCreate(encoding="utf-8", namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._is_done = False
        self._fed = 0
        self.name = ""
        self._number = 0
        self._values: list[Cell] = []
        self._text: list[str] | None = None
        self._type = ""
        self._size = 0
        self._merged = 0

    def next_sheet(self) -> bool:
        """Whether there is another sheet; `name` is its name then."""
        for found in self._all():
            if isinstance(found, str):
                self.name = found
                return True
        return False

    def cells(self) -> Iterator[Cells | RowProblem]:
        """The rows of the sheet."""
        for found in self._all():
            if isinstance(found, str):
                self._found.appendleft(found)
                return
            yield found

    def _all(self) -> Iterator[str | Cells | RowProblem]:
        while True:
            while self._found:
                yield self._found.popleft()
            if self._is_done:
                return
            self._feed(next(self._pieces, None))

    def _feed(self, piece: str | None) -> None:
        raw = (piece or "").encode("utf-8", "surrogatepass")
        self._fed += len(raw)
        try:
            self._parser.Parse(raw, piece is None)
            self._is_done = piece is None
            if self._fed - self._parser.CurrentByteIndex > self._limits.markup_bytes:
                raise Unreadable(ProblemCode.MARKUP_BROKEN, "a tag without an end")
        except ExpatError as error:
            # What came before stands; the next piece would find nothing more.
            if self._found:
                self._pieces = iter([piece] if piece else ())
            else:
                raise Unreadable(ProblemCode.MARKUP_BROKEN, f"line={error.lineno}") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.removeprefix(f"{NAMESPACE} ")
        if tag == "Worksheet":
            self._found.append(attributes.get(f"{NAMESPACE} Name", ""))
            self._number = 0
        elif tag == "Row":
            index = _whole(attributes.get(f"{NAMESPACE} Index"))
            self._number = max(self._number + 1, index)
            self._values = []
        elif tag == "Cell":
            index = min(_whole(attributes.get(f"{NAMESPACE} Index")), self._limits.columns + 2)
            self._values.extend([None] * (index - 1 - len(self._values)))
            self._merged = min(_whole(attributes.get(f"{NAMESPACE} MergeAcross")), self._limits.columns + 1)
            if len(self._values) <= self._limits.columns:
                self._values.append(None)
        elif tag == "Data":
            self._text, self._size = [], 0
            self._type = attributes.get(f"{NAMESPACE} Type", "String")

    def _data(self, text: str) -> None:
        if self._text is None:
            return
        self._size += len(text)
        if self._size - len(text) <= self._limits.cell_characters:
            # One character too many is enough: the table reports the cell, whatever its length.
            self._text.append(text[: self._limits.cell_characters + 1])

    def _end(self, name: str) -> None:
        tag = name.removeprefix(f"{NAMESPACE} ")
        if tag == "Data":
            if self._values and self._text is not None:
                self._values[-1] = _to_cell("".join(self._text), self._type)
            self._text = None
        elif tag == "Cell":
            room = self._limits.columns + 1 - len(self._values)
            self._values.extend([None] * min(self._merged, max(room, 0)))
        elif tag == "Row":
            self._found.append(self._finished())

    def _finished(self) -> Cells | RowProblem:
        if len(self._values) > self._limits.columns:
            return RowProblem(self._number, ProblemCode.TOO_MANY_COLUMNS, f"columns={len(self._values)}")
        return Cells(self._number, self._values)


def _refuse(*_: object) -> None:
    raise Unreadable(ProblemCode.MARKUP_UNSAFE)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= len("1048576") else 0


def _to_cell(text: str, kind: str) -> Cell:
    if kind == "Number":
        return _to_number(text)
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "DateTime":
        return text.strip().partition(".")[0].removesuffix(_MIDNIGHT)
    return text


def _to_number(text: str) -> Cell:
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < _EXACT_DIGITS else text
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() else number
