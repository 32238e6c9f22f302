"""CSV as people really save it: any separator, any of the usual encodings, headings not always on top."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import BufferedReader
from itertools import chain, islice

from shared.importing.columns import count_recognised
from shared.importing.limits import Limits
from shared.importing.lines import Line, read_lines
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Row
from shared.importing.table import Cells, to_rows

DELIMITERS = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)  # Excel's own hint, as the first line
_AS_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
"""How exports keep Excel from taking a number for a number: ="00123"."""


def read_csv(stream: BufferedReader, limits: Limits) -> Iterator[Row | RowProblem]:
    """The rows of a text table; memory is bounded by the limits, whatever the length of the file."""
    lines = read_lines(stream, limits)
    head = list(islice(lines, limits.header_rows))
    hint = _read_hint(head)
    delimiter = hint or find_delimiter([line.text for line in head if isinstance(line, Line)])
    body = chain(head[1:] if hint else head, lines)
    return to_rows(_read_cells(body, delimiter, limits), sheet=None, limits=limits)


def _read_hint(head: Sequence[Line | RowProblem]) -> str | None:
    if not head or isinstance(head[0], RowProblem):
        return None
    match = _SEP_LINE.match(head[0].text)
    return match[1] if match else None


def find_delimiter(lines: Sequence[str]) -> str:
    """The separator under which some line holds the most known headings; else the most cells."""
    return max(DELIMITERS, key=lambda delimiter: _score(lines, delimiter))


def _score(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    parsed = [_parse_or_nothing(line, delimiter) for line in lines]
    known = max(map(count_recognised, parsed), default=0)
    return known, max(map(len, parsed), default=0)


def _parse_or_nothing(text: str, delimiter: str) -> list[str]:
    try:
        return _parse_leniently(text, delimiter)
    except csv.Error:  # a cell beyond what the csv module takes
        return []


def _read_cells(
    lines: Iterator[Line | RowProblem], delimiter: str, limits: Limits
) -> Iterator[Cells | RowProblem]:
    waiting: list[Line | RowProblem] = []
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        if isinstance(line, RowProblem):
            yield line
        elif '"' not in line.text:
            yield Cells(line.number, line.text.split(delimiter))
        else:
            yield _read_quoted(line, lines, waiting, delimiter, limits)


def _read_quoted(
    first: Line,
    lines: Iterator[Line | RowProblem],
    waiting: list[Line | RowProblem],
    delimiter: str,
    limits: Limits,
) -> Cells | RowProblem:
    """A row whose quoted cells may run over several lines. If one is never closed, only its first line is
    given up: the lines read ahead go to `waiting`, to be read again as rows of their own."""
    text, taken = first.text, 0
    while _is_open(text, delimiter):
        if taken == len(waiting):
            waiting.extend(islice(lines, 1))
        ahead = waiting[taken] if taken < len(waiting) else None
        if not isinstance(ahead, Line) or taken == limits.quoted_lines:
            return RowProblem(first.number, ProblemCode.UNCLOSED_QUOTE)
        text, taken = f"{text}\n{ahead.text}", taken + 1
    if taken and not _parses(text, delimiter):
        # The quotation mark that ended it begins a cell of another row.
        return RowProblem(first.number, ProblemCode.UNCLOSED_QUOTE)
    del waiting[:taken]
    if len(text) > limits.line_characters:
        return RowProblem(first.number, ProblemCode.OVERSIZED_ROW)
    try:
        return Cells(first.number, _parse_leniently(text, delimiter), taken + 1)
    except csv.Error:
        return RowProblem(first.number, ProblemCode.OVERSIZED_CELL)


def _is_open(text: str, delimiter: str) -> bool:
    """A quoted cell is open at the end: one more quotation mark would complete the row."""
    return not _parses(text, delimiter) and _parses(text + '"', delimiter)


def _parses(text: str, delimiter: str) -> bool:
    try:
        next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return False
    return True


def _parse_leniently(text: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([text], delimiter=delimiter), [])
    return [_AS_TEXT.sub(r"\1", cell) for cell in cells] if '="' in text else cells
