"""A row of a file under its headings."""

from typing import NamedTuple

Cell = str | int | float | bool | None


class Row(NamedTuple):
    row: int
    """1-based line or sheet row, as the person sees it."""
    sheet: str | None
    cells: dict[str, object]
    """By heading, as found; a workbook's dates are ISO text, a JSON line may hold objects."""
    epoch: int | None = None
    """1900 or 1904: from when a workbook counts the days of a date that is a plain number."""
