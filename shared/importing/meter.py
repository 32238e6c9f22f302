"""How far a file was read: bytes of it, and rows."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from shared.importing.problems import RowProblem
from shared.importing.row import Row


class Meter:
    """A stream that counts the bytes taken from it; seeking counts for nothing."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.bytes_read = 0
        self.rows = 0

    def read(self, size: int = -1, /) -> bytes:
        """What the stream gives."""
        piece = self._stream.read(size)
        self.bytes_read += len(piece)
        return piece

    def seekable(self) -> bool:
        """Whether the stream can be read from any place."""
        seekable = getattr(self._stream, "seekable", None)  # a plain HTTP body has none
        return seekable is not None and bool(seekable())

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """The new place."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self._stream.tell()

    def count(self, rows: Iterable[Row | RowProblem]) -> Iterator[Row | RowProblem]:
        """The same rows, counted."""
        for row in rows:
            self.rows += isinstance(row, Row)
            yield row
