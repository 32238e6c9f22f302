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
    """The headings are looked for in the first so many filled rows,"""
    header_lines: int = 1_000
    """and in no more lines than this, empty and damaged ones included: all of them are held."""
    workbook_bytes: int = 16 * 1024 * 1024
    unpacked_bytes: int = 128 * 1024 * 1024
    """All texts of a workbook stand in memory while it is read."""
    unpacked_ratio: int = 100
    zip_entries: int = 1_000
    zip_directory_bytes: int = 1024 * 1024
    workbook_rows: int = 200_000
    stream_bytes: int = 8 * 1024 * 1024 * 1024
    """What a packed text file may unpack to: it is read in passing, never held."""
    stream_ratio: int = 200
    """Tables of text shrink to a tenth, dull ones to a fiftieth; bombs to a thousandth."""
    stream_free_bytes: int = 16 * 1024 * 1024
    """So much may come out of any packed file before its ratio counts."""
    piece_bytes: int = 65_536
    """Markup and arrays are read in pieces of this size; it changes nothing but the speed."""
    markup_bytes: int = 256 * 1024
    """A tag, a comment or a text between two tags is no longer than this."""
    unnumbered_records: int = 12_000_000
    """Contents without a number of their own that are told apart within one file, at 15 bytes each."""


DEFAULT_LIMITS = Limits()
