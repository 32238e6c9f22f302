"""The HTML table that many Chinese systems hand out under the name .xls; Excel opens it, so people never notice."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BufferedReader

from shared.importing.limits import Limits
from shared.importing.lines import REPLACEMENT, read_text
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Cell, Row
from shared.importing.table import Cells, to_rows
from shared.importing.unreadable import Unreadable

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_EXACT_NUMBER = "x:num"
"""Excel's own exports keep the exact number here when the cell shows 1.38E+10."""


def declared_charset(head: bytes) -> str | None:
    """The encoding that a page says it is in."""
    found = _CHARSET.search(head)
    return found[1].decode("ascii", "replace").lower() if found else None


def read_html(stream: BufferedReader, encoding: str, limits: Limits) -> Iterator[Row | RowProblem]:
    """The rows of all tables of a page, one below the other, as Excel shows them."""
    return to_rows(_read_cells(stream, encoding, limits), sheet=None, limits=limits)


def _read_cells(stream: BufferedReader, encoding: str, limits: Limits) -> Iterator[Cells | RowProblem]:
    page = _Page(limits)
    number = 0
    for cells in _rows(page, read_text(stream, encoding, limits), limits):
        number += 1
        yield _check(number, cells, limits)
    if not number:
        raise Unreadable(ProblemCode.UNKNOWN_FORMAT)


def _rows(page: "_Page", pieces: Iterator[str], limits: Limits) -> Iterator[list[str]]:
    for piece in pieces:
        page.feed(piece)
        if len(page.rawdata) > limits.markup_bytes:
            raise Unreadable(ProblemCode.MARKUP_BROKEN, "a tag or a text without an end")
        yield from page.take()
    page.close()
    yield from page.take(is_end=True)


def _check(number: int, cells: list[str], limits: Limits) -> Cells | RowProblem:
    if len(cells) > limits.columns:
        return RowProblem(number, ProblemCode.TOO_MANY_COLUMNS, f"columns={len(cells)}")
    if any(REPLACEMENT in cell for cell in cells):
        return RowProblem(number, ProblemCode.UNDECODABLE)
    if any("\0" in cell for cell in cells):
        return RowProblem(number, ProblemCode.NUL_CHARACTER)
    values: list[Cell] = [cell or None for cell in cells]
    return Cells(number, values)


class _Page(HTMLParser):
    """Collects rows of cells. End tags may be missing; a table within a cell begins rows of its own."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self._limits = limits
        self._rows: list[list[str]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._size = 0
        self._span = 1
        self._exact = ""
        self._hidden = 0
        self._below: dict[int, int] = {}
        """Column -> rows that a cell above still covers."""

    def take(self, *, is_end: bool = False) -> list[list[str]]:
        if is_end:
            self._end_row()
        taken, self._rows = self._rows, []
        return taken

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            self._begin_cell(dict(attrs))
        elif tag in ("br", "p", "div") and self._cell:
            self._cell.append("\n")
        elif tag in ("script", "style"):
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "table"):
            self._end_row()
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is None or self._hidden:
            return
        self._size += len(data)
        if self._size <= self._limits.cell_characters + 1:
            self._cell.append(data)
        elif self._size - len(data) <= self._limits.cell_characters:
            # One character too many is kept: the table reports the cell, whatever its length.
            self._cell.append(data[: self._limits.cell_characters + 1])

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        if self._row is None:
            self._row = []
        self._skip_covered()
        self._cell, self._size = [], 0
        self._span = _span(attributes.get("colspan"), self._limits)
        self._exact = attributes.get(_EXACT_NUMBER) or ""
        rows = _span(attributes.get("rowspan"), self._limits)
        if rows > 1:
            for column in range(len(self._row), len(self._row) + self._span):
                self._below[column] = rows

    def _skip_covered(self) -> None:
        while self._row is not None and self._below.get(len(self._row), 0):
            self._row.append("")

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        lines = (_SPACES.sub(" ", line).strip() for line in "".join(self._cell).split("\n"))
        text = self._exact or "\n".join(line for line in lines if line)
        # Far more columns than a table may have are counted, not kept.
        room = max(0, self._limits.columns + 1 - len(self._row))
        self._row.extend([text, *[""] * (self._span - 1)][:room])
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is None:
            return
        self._rows.append(self._row)
        self._row = None
        self._below = {column: left - 1 for column, left in self._below.items() if left > 1}


def _span(value: str | None, limits: Limits) -> int:
    return min(int(value), limits.columns + 1) if value and value.isascii() and value.isdigit() else 1
