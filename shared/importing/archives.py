"""Compressed files: unpacked in passing, in bounded memory, and given up where they grow like a bomb."""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from shared.importing.limits import Limits
from shared.importing.problems import ProblemCode
from shared.importing.unreadable import Unreadable
from shared.importing.zip_directory import ENCRYPTED, overlap

GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib: a gzip header, the largest window
_PIECE_BYTES = 65_536
_UTF8_NAME = 0x800
_END = b"PK\x05\x06"
_END_BYTES = 22
_COMMENT_BYTES = 65_535
_END_64 = b"PK\x06\x07"
_NOT_FOR_US = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)")


class Gunzip:
    """The plain bytes of a gzip file, also of several packed one after another."""

    def __init__(self, packed: BufferedReader, limits: Limits) -> None:
        self._packed, self._limits = packed, limits
        self._inflate = zlib.decompressobj(_GZIP_WINDOW)
        self._waiting = b""
        self._taken = self._given = 0

    def read(self, size: int = _PIECE_BYTES) -> bytes:
        """At most so many bytes; none at the end. Unreadable when it is damaged or grows too much."""
        while True:
            if self._inflate.eof and not self._begin_next():
                return b""
            found = self._unpack(size)
            if found:
                self._given += len(found)
                check_growth(self._given, self._taken, self._limits)
                return found

    def _begin_next(self) -> bool:
        rest = (self._inflate.unused_data or self._take()).lstrip(b"\0")  # tapes were padded
        if not rest.startswith(GZIP):
            return False
        self._inflate, self._waiting = zlib.decompressobj(_GZIP_WINDOW), rest
        return True

    def _unpack(self, size: int) -> bytes:
        piece = self._waiting or self._take()
        try:
            found = self._inflate.decompress(piece, size)
        except zlib.error:
            raise Unreadable(ProblemCode.ARCHIVE_BROKEN, "gzip") from None
        self._waiting = self._inflate.unconsumed_tail
        if not piece and not found and not self._inflate.eof:
            raise Unreadable(ProblemCode.ARCHIVE_BROKEN, "cut off")
        return found

    def _take(self) -> bytes:
        piece = self._packed.read(_PIECE_BYTES)
        self._taken += len(piece)
        return piece


def check_growth(unpacked: int, packed: int, limits: Limits) -> None:
    """Raises Unreadable when so much from so little cannot be a table."""
    if unpacked > limits.stream_bytes:
        raise Unreadable(ProblemCode.ARCHIVE_UNSAFE, f"more than {limits.stream_bytes} bytes")
    if unpacked > limits.stream_free_bytes and unpacked > limits.stream_ratio * packed:
        raise Unreadable(ProblemCode.ARCHIVE_UNSAFE, f"ratio={unpacked // max(packed, 1)}")


class Member(NamedTuple):
    name: str
    stream: BinaryIO


def open_zip(stream: BinaryIO, limits: Limits) -> ZipFile:
    """A zip whose directory was judged and is harmless; Unreadable for any other."""
    check_directory(stream, limits)
    try:
        archive = ZipFile(stream)
    except (BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise Unreadable(ProblemCode.ARCHIVE_BROKEN, type(error).__name__) from None
    _judge(archive.infolist(), limits)
    return archive


def check_directory(stream: BinaryIO, limits: Limits) -> None:
    """Looks at how long the directory says it is, before anything of it is held in memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _END_BYTES - _COMMENT_BYTES))
    tail = stream.read(_END_BYTES + _COMMENT_BYTES)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise Unreadable(ProblemCode.ARCHIVE_BROKEN, "no directory")
    if tail.find(_END_64) >= 0:
        raise Unreadable(ProblemCode.ARCHIVE_UNSAFE, "zip64")
    (directory_bytes,) = struct.unpack_from("<I", tail, at + 12)
    if directory_bytes > limits.zip_directory_bytes:
        raise Unreadable(ProblemCode.ARCHIVE_UNSAFE, f"directory={directory_bytes}")


def _judge(entries: Sequence[ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.zip_entries:
        raise Unreadable(ProblemCode.ARCHIVE_UNSAFE, f"entries={len(entries)}")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise Unreadable(ProblemCode.ARCHIVE_ENCRYPTED)
    if overlap(entries):
        raise Unreadable(ProblemCode.ARCHIVE_UNSAFE, "overlap")
    for entry in entries:
        check_growth(entry.file_size, entry.compress_size, limits)
    total = sum(entry.file_size for entry in entries)
    check_growth(total, sum(entry.compress_size for entry in entries), limits)


def is_workbook(archive: ZipFile) -> bool:
    """Holds the parts of an Excel workbook."""
    return any(name.startswith("xl/") for name in archive.namelist())


def read_members(archive: ZipFile) -> Iterator[Member]:
    """The files within, in the order of the directory, without folders and what systems leave behind."""
    for entry in archive.infolist():
        name = _member_name(entry)
        if not entry.is_dir() and not _NOT_FOR_US.search(name):
            with _open_member(archive, entry) as part:
                yield Member(PurePosixPath(name).name, part)


def _open_member(archive: ZipFile, entry: ZipInfo) -> BinaryIO:
    try:
        return cast("BinaryIO", archive.open(entry))
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise Unreadable(ProblemCode.ARCHIVE_BROKEN, type(error).__name__) from None


def _member_name(entry: ZipInfo) -> str:
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        # Without the flag a name is in the encoding of its maker's Windows; zipfile takes it for CP437.
        try:
            return name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            return name
    return name
