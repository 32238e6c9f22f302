"""Any file that people hand in: what it is decides its content first, then its name."""

from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO

from shared.importing.limits import DEFAULT_LIMITS, Limits
from shared.importing.lines import HEAD_BYTES, find_encoding
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.read_csv import read_csv
from shared.importing.read_jsonl import read_jsonl
from shared.importing.read_xlsx import read_xlsx
from shared.importing.row import Row

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")
_MARKUP = ("<html", "<!doctype", "<?xml", "<table")
_JSON_NAMES = (".jsonl", ".ndjson", ".json")


class _Source(RawIOBase):
    """Lets a stream that can only be read (an object in S3) be looked at before it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target, filled = memoryview(buffer), 0
        while filled < len(target) and (part := self._stream.read(len(target) - filled)):
            target[filled : filled + len(part)] = part
            filled += len(part)
        return filled


def read_rows(name: str, stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[Row | RowProblem]:
    """The rows of a CSV, Excel or JSON Lines file, in order; what cannot be read is a problem, nothing is
    raised. CSV and JSON Lines stream; the caller closes `stream`."""
    source: BufferedReader = BufferedReader(_Source(stream), HEAD_BYTES)
    head = source.peek(HEAD_BYTES)
    if not head:
        return iter([RowProblem(0, ProblemCode.EMPTY_FILE)])
    if head.startswith(_ZIP):
        return read_xlsx(source, limits)
    if head.startswith(_OLE):
        return iter([RowProblem(0, ProblemCode.OLD_EXCEL)])
    if head.startswith(_NOT_TABLES):
        return iter([RowProblem(0, ProblemCode.UNKNOWN_FORMAT)])
    return _read_text(name, head, source, limits)


def _read_text(name: str, head: bytes, source: BufferedReader, limits: Limits) -> Iterator[Row | RowProblem]:
    start = _first_text(head)
    if start.lower().startswith(_MARKUP):
        return iter([RowProblem(0, ProblemCode.UNKNOWN_FORMAT)])
    if start.startswith(("[{", "[")) and (start[1:].lstrip()[:1] in ("{", "]") or _is_json(name)):
        return iter([RowProblem(0, ProblemCode.JSON_ARRAY)])
    if start.startswith("{") or _is_json(name):
        return read_jsonl(source, limits)
    return read_csv(source, limits)


def _first_text(head: bytes) -> str:
    text = head.decode(find_encoding(head) or "utf-8", errors="replace")
    return text.lstrip("\ufeff \t\r\n")


def _is_json(name: str) -> bool:
    return name.lower().endswith(_JSON_NAMES)
