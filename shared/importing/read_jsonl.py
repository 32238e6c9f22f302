"""JSON Lines: one object on each line."""

import json
from collections.abc import Iterator
from io import BufferedReader
from typing import NoReturn

from shared.importing.limits import Limits
from shared.importing.lines import read_lines
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Row


def read_jsonl(stream: BufferedReader, limits: Limits) -> Iterator[Row | RowProblem]:
    """One row for each object; a line that is none is a problem. Blank lines are nothing."""
    for line in read_lines(stream, limits):
        if isinstance(line, RowProblem):
            yield line
        elif line.text.strip():
            yield read_object(line.number, line.text)


def read_object(number: int, text: str) -> Row | RowProblem:
    """The object that a text is, as a row."""
    try:
        # Not all of what Python reads is JSON: NaN and Infinity are refused.
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return RowProblem(number, ProblemCode.BAD_JSON)
    if not isinstance(value, dict):
        return RowProblem(number, ProblemCode.NOT_AN_OBJECT)
    return Row(number, None, value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
