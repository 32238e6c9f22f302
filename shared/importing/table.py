"""A table of cells, from a text file or a sheet, turned into rows under their headings."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from shared.importing.columns import count_recognised, duplicated_headers, is_total
from shared.importing.limits import Limits
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Cell, Row

_FIGURE = re.compile(r"^[\d\s.,%¥￥$€+\-=]*[元万千亿笔单条个件]*$")


class Cells(NamedTuple):
    row: int
    values: Sequence[Cell]
    lines: int = 1
    """Physical lines that the row takes up."""


def to_rows(
    table: Iterable[Cells | RowProblem], *, sheet: str | None, limits: Limits
) -> Iterator[Row | RowProblem]:
    """The rows below the headings. Every row that is not read is a problem; empty ones count as one each run."""
    for found in _rows(iter(table), sheet, limits):
        yield found if isinstance(found, Row) else found._replace(sheet=sheet)


def _rows(
    table: Iterator[Cells | RowProblem], sheet: str | None, limits: Limits
) -> Iterator[Row | RowProblem]:
    head = list(islice(_take_filled(table, limits.header_rows), limits.header_lines))
    at = _find_header(head)
    if at is None:
        yield from _without_header(head)
        return
    for above in head[:at]:
        yield from _as_above(above)
    header = head[at]
    if isinstance(header, RowProblem):  # never: only cells are chosen
        return
    names = name_headers(header.values)
    fault = _find_header_fault(names, header, limits)
    if fault is not None:
        yield fault
        return
    is_empty = True
    for found in _read_body(chain(head[at + 1 :], table), names, sheet, limits):
        is_empty = False
        yield found
    if is_empty:
        yield RowProblem(header.row, ProblemCode.NO_ROWS)


def _take_filled(table: Iterator[Cells | RowProblem], count: int) -> Iterator[Cells | RowProblem]:
    """So many filled rows from the top, and what stands between them."""
    left = count
    while left:
        item = next(table, None)
        if item is None:
            return
        if isinstance(item, Cells) and is_blank_row(item.values):
            item = item._replace(values=())  # a line of separators may be long
        elif isinstance(item, Cells):
            left -= 1
        yield item


def _find_header(head: Sequence[Cells | RowProblem]) -> int | None:
    counts = [count_recognised(item.values) if isinstance(item, Cells) else 0 for item in head]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def _without_header(head: Sequence[Cells | RowProblem]) -> Iterator[RowProblem]:
    """Damaged lines may be why no heading was found: they are told first."""
    damaged = [item for item in head if isinstance(item, RowProblem)]
    filled = [item for item in head if isinstance(item, Cells) and not is_blank_row(item.values)]
    yield from damaged
    if filled or damaged:
        yield RowProblem(head[0].row, ProblemCode.NO_HEADER)
    else:
        yield RowProblem(0, ProblemCode.EMPTY_FILE)


def _as_above(item: Cells | RowProblem) -> Iterator[RowProblem]:
    if isinstance(item, RowProblem):
        yield item
    elif not is_blank_row(item.values):
        yield RowProblem(item.row, ProblemCode.ABOVE_HEADER)


def name_headers(values: Sequence[Cell]) -> list[str]:
    """A name for each column: its heading, else `#n`. Later columns with the same heading get `#n` added."""
    names: list[str] = []
    for position, value in enumerate(_trimmed(values), start=1):
        text = str(value).strip() if value is not None else ""
        names.append(f"{text}#{position}" if not text or text in names else text)
    return names


def _find_header_fault(names: Sequence[str], header: Cells, limits: Limits) -> RowProblem | None:
    if len(names) > limits.columns:
        return RowProblem(header.row, ProblemCode.TOO_MANY_COLUMNS, f"columns={len(names)}")
    twice = duplicated_headers([str(value) for value in _trimmed(header.values) if value is not None])
    if twice:
        return RowProblem(header.row, ProblemCode.DUPLICATE_HEADER, ", ".join(twice))
    return None


def _read_body(
    table: Iterable[Cells | RowProblem], names: list[str], sheet: str | None, limits: Limits
) -> Iterator[Row | RowProblem]:
    for item in _find_cut_rows(_merge_empty(table), len(names)):
        if isinstance(item, RowProblem):
            yield item
        else:
            yield _check_row(item, names, limits) or _to_row(item, names, sheet)


def _merge_empty(table: Iterable[Cells | RowProblem]) -> Iterator[Cells | RowProblem]:
    """One problem for each run of empty rows; none for those at the end, which nobody sees."""
    first, count = 0, 0
    for item in table:
        if isinstance(item, Cells) and is_blank_row(item.values):
            first, count = first or item.row, count + 1
            continue
        if count:
            yield RowProblem(first, ProblemCode.EMPTY_ROW, f"rows={count}")
        first, count = 0, 0
        yield item


def _find_cut_rows(table: Iterable[Cells | RowProblem], width: int) -> Iterator[Cells | RowProblem]:
    """Rows that lack cells at their end are whole (Excel leaves out trailing separators), unless two of
    them in a row make up one: then a line break cut a cell in two."""
    held: Cells | None = None
    for item in table:
        if held is not None and isinstance(item, Cells) and _make_up_one(held, item, width):
            yield RowProblem(held.row, ProblemCode.CUT_ROW)
            yield RowProblem(item.row, ProblemCode.CUT_ROW)
            held = None
            continue
        if held is not None:
            yield held
        held = item if isinstance(item, Cells) and len(item.values) < width else None
        if held is None:
            yield item
    if held is not None:
        yield held


def _make_up_one(first: Cells, second: Cells, width: int) -> bool:
    return len(second.values) < width and len(first.values) + len(second.values) == width + 1


def _check_row(item: Cells, names: list[str], limits: Limits) -> RowProblem | None:
    extra = len(_trimmed(item.values)) - len(names) if len(item.values) > len(names) else 0
    if extra > 0:
        detail = f"cells={len(names) + extra}, headings={len(names)}"
        lines = f", lines={item.lines}" if item.lines > 1 else ""
        return RowProblem(item.row, ProblemCode.RAGGED_ROW, detail + lines)
    for place, value in enumerate(item.values[: len(names)]):
        if isinstance(value, str) and len(value) > limits.cell_characters:
            return RowProblem(item.row, ProblemCode.OVERSIZED_CELL, names[place])
    if item.values and item.values[0] == names[0] and _trimmed(item.values) == names:
        return RowProblem(item.row, ProblemCode.REPEATED_HEADER)
    return RowProblem(item.row, ProblemCode.TOTAL_ROW) if _is_total_row(item.values) else None


def _is_total_row(values: Sequence[Cell]) -> bool:
    """合计 and numbers: a firm that is called Total has a name or an address beside it."""
    label = next((value for value in values if not _is_blank(value)), None)
    if not is_total(label):
        return False
    _, *rest = (value for value in values if not _is_blank(value))
    return all(_FIGURE.match(str(value)) for value in rest)


def _to_row(item: Cells, names: list[str], sheet: str | None) -> Row:
    missing = len(names) - len(item.values)
    values = chain(item.values, [None] * missing) if missing > 0 else islice(item.values, len(names))
    return Row(item.row, sheet, dict(zip(names, values, strict=True)))


def _trimmed(values: Sequence[Cell]) -> Sequence[Cell]:
    end = len(values)
    while end and _is_blank(values[end - 1]):
        end -= 1
    return values[:end]


def _is_blank(value: Cell) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def is_blank_row(values: Sequence[Cell]) -> bool:
    """Holds nothing but blanks."""
    return all(map(_is_blank, values))
