"""JSON Lines: one object on each line."""

import json
import math
from collections.abc import Iterator
from io import BufferedReader
from typing import NoReturn

from shared.importing.limits import Limits
from shared.importing.lines import read_lines
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Row

_FLOAT_CHARACTERS = 16
"""A longer number is kept as its text: a float would change it."""


_KEY_CHARACTERS = 100


class _DuplicateKey(ValueError):
    """A name stands twice in one object: nobody can say which one counts."""


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
        value = json.loads(text, parse_constant=_refuse, parse_float=_to_number, object_pairs_hook=_to_object)
    except _DuplicateKey as fault:
        return RowProblem(number, ProblemCode.DUPLICATE_KEY, str(fault))
    except (ValueError, RecursionError):
        return RowProblem(number, ProblemCode.BAD_JSON)
    if not isinstance(value, dict):
        return RowProblem(number, ProblemCode.NOT_AN_OBJECT)
    return Row(number, None, value)


def _to_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateKey(next(name for name in names if names.count(name) > 1)[:_KEY_CHARACTERS])
    return found


def _to_number(text: str) -> float | str:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number if len(text) <= _FLOAT_CHARACTERS else text


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
