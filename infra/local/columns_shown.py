"""Shows how the columns of a file were read, before anything is imported."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from shared.importing.columns import map_columns
from shared.importing.problems import RowProblem
from shared.importing.read_file import read_rows

ROWS_LOOKED_AT = 200


def column_lines(file: Path) -> list[str]:
    """One line for each table of a file: what each heading was taken for, and which ones are not read."""
    return [f"columns  {file.name}", *_tables(file)]


def _tables(file: Path) -> Iterator[str]:
    for sheet, headers in sorted(_headers(file).items()):
        mapping = map_columns(tuple(headers))
        fields = {column.header: column.field for column in mapping.recognised}
        read = ", ".join(f"{header} -> {fields[header]}" for header in headers if header in fields)
        yield f"  {sheet + ': ' if sheet else ''}{read or 'no heading was recognised'}"
        if mapping.unrecognised:
            yield f"  not read: {', '.join(mapping.unrecognised)}"


def _headers(file: Path) -> dict[str, dict[str, None]]:
    """sheet -> its headings, in order; JSON lines may each have others."""
    found: dict[str, dict[str, None]] = {}
    with file.open("rb") as stream:
        for row in islice(read_rows(file.name, stream), ROWS_LOOKED_AT):
            if not isinstance(row, RowProblem):
                found.setdefault(row.sheet or "", {}).update(dict.fromkeys(row.cells))
    return found
