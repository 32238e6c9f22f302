"""JSON Lines: one object on each line."""

import json
from collections.abc import Iterator
from io import BufferedReader
from typing import NoReturn

from shared.importing.limits import Limits
from shared.importing.lines import Line, read_lines
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Row


def read_jsonl(stream: BufferedReader, limits: Limits) -> Iterator[Row | RowProblem]:
    """One row for each object; a line that is none is a problem. Blank lines are nothing."""
    for line in read_lines(stream, limits):
        if isinstance(line, RowProblem):
            yield line
        elif line.text.strip():
            yield _read_object(line)


def _read_object(line: Line) -> Row | RowProblem:
    try:
        # Not all of what Python reads is JSON: NaN and Infinity are refused.
        value = json.loads(line.text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return RowProblem(line.number, ProblemCode.BAD_JSON)
    if not isinstance(value, dict):
        return RowProblem(line.number, ProblemCode.NOT_AN_OBJECT)
    return Row(line.number, None, value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
