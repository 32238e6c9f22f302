"""How much of a file is read before it is refused: safety bounds, not decisions about customers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file. The defaults follow the measurements on workbook bombs (a 58 kB workbook held 208 MB)."""

    line_characters: int = 262_144
    cell_characters: int = 32_767
    """What Excel itself allows in a cell."""
    columns: int = 512
    quoted_lines: int = 64
    """A quoted cell that runs on over more lines than this was never closed."""
    header_rows: int = 20
    """The headings are looked for in the first so many filled rows."""
    workbook_bytes: int = 16 * 1024 * 1024
    unpacked_bytes: int = 128 * 1024 * 1024
    """All texts of a workbook stand in memory while it is read."""
    unpacked_ratio: int = 100
    zip_entries: int = 1_000
    workbook_rows: int = 200_000


DEFAULT_LIMITS = Limits()
