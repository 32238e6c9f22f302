"""One JSON array of objects, on one line or on many, read element by element."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader

from shared.importing.limits import Limits
from shared.importing.lines import REPLACEMENT, read_text
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.read_jsonl import read_object
from shared.importing.row import Row

_OUTSIDE = re.compile(r'["\[\]{},]')
_IN_STRING = re.compile(r'["\\]')
_Element = str | None
"""The text of an element; None when it is too long."""


def read_json_array(stream: BufferedReader, encoding: str, limits: Limits) -> Iterator[Row | RowProblem]:
    """One row for each element, numbered from 1; what is no object, or cannot be read, is a problem."""
    cutter = _Cutter(limits.line_characters)
    number = 0
    for piece in read_text(stream, encoding, limits):
        for element in cutter.cut(piece):
            number += 1
            yield _read(number, element)
        if cutter.is_closed:
            return
    yield RowProblem(number + 1, ProblemCode.BAD_JSON, "the array is not closed")


def _read(number: int, element: _Element) -> Row | RowProblem:
    if element is None:
        return RowProblem(number, ProblemCode.OVERSIZED_ROW)
    if REPLACEMENT in element:
        return RowProblem(number, ProblemCode.UNDECODABLE)
    return read_object(number, element)


@dataclass(slots=True)
class _Cutter:
    """Cuts the elements out of pieces of an array; holds the text of one element at most."""

    most: int
    depth: int = 0
    in_string: bool = False
    is_escaped: bool = False
    is_closed: bool = False
    held: list[str] = field(default_factory=list)
    size: int = 0

    def cut(self, piece: str) -> Iterator[_Element]:
        start = 0 if self.depth else len(piece)
        for mark, at in self._marks(piece):
            if mark in "[{":
                self.depth += 1
                start = at + 1 if self.depth == 1 else start
            elif mark in "]}" and self.depth > 1:
                self.depth -= 1
            elif self.depth == 1:
                self._hold(piece[start:at])
                start = at + 1
                self.is_closed = mark != ","
                yield from self._take()
                if self.is_closed:
                    return
        self._hold(piece[start:])

    def _marks(self, piece: str) -> Iterator[tuple[str, int]]:
        """The brackets and commas outside of strings, with their places."""
        place = 0
        while place < len(piece):
            if self.is_escaped:
                self.is_escaped, place = False, place + 1
                continue
            found = (_IN_STRING if self.in_string else _OUTSIDE).search(piece, place)
            if found is None:
                return
            place = found.end()
            if found[0] == "\\":
                self.is_escaped = True
            elif found[0] == '"':
                self.in_string = not self.in_string
            else:
                yield found[0], found.start()

    def _hold(self, text: str) -> None:
        self.size += len(text)
        if self.size > self.most:
            self.held.clear()
        else:
            self.held.append(text)

    def _take(self) -> Iterator[_Element]:
        element = "".join(self.held)
        if self.size > self.most:
            yield None
        elif (
            element.strip() or not self.is_closed
        ):  # [] holds no element, and a comma may stand before the end
            yield element
        self.held.clear()
        self.size = 0
