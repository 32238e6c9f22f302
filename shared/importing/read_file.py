"""Any file that people hand in: what it is decides its content first, then its name."""

import zlib
from collections.abc import Iterator
from io import BufferedReader, BytesIO, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast
from zipfile import BadZipFile, ZipFile

from shared.importing.archives import GZIP, Gunzip, is_workbook, open_zip, read_members
from shared.importing.encodings import BIG5, GB18030, HEAD_BYTES, UTF8, WESTERN, find_encoding
from shared.importing.limits import DEFAULT_LIMITS, Limits
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.read_csv import read_csv
from shared.importing.read_html import declared_charset, read_html
from shared.importing.read_json_array import read_json_array
from shared.importing.read_jsonl import read_jsonl
from shared.importing.read_xlsx import read_xlsx
from shared.importing.read_xml_sheets import NAMESPACE, read_xml_sheets
from shared.importing.row import Row
from shared.importing.unreadable import Unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"{\\rtf", b"\x28\xb5\x2f\xfd", b"BZh",
    b"\xfd7zXZ")  # fmt: skip
_MARKUP = (
    "<html",
    "<!doctype",
    "<?xml",
    "<table",
    "<meta",
    "<head",
    "<style",
    "<body",
    "<div",
    "<tr",
    "<!--",
)
_JSON_NAMES = (".jsonl", ".ndjson", ".json")
_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xltx")
_DECLARED = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), GB18030),
    **dict.fromkeys(("big5", "big5-hkscs"), BIG5),
    **dict.fromkeys(("iso-8859-1", "windows-1252"), WESTERN),
}

Found = Iterator[Row | RowProblem]


class Readable(Protocol):
    """A stream of bytes; one that can also `seek` lets a zip be read where it lies."""

    def read(self, size: int = ..., /) -> bytes: ...


class _Source(RawIOBase):
    """Lets a stream that can only be read (an object in S3) be looked at before it is read."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target, filled = memoryview(buffer), 0
        while filled < len(target) and (part := self._stream.read(len(target) - filled)):
            target[filled : filled + len(part)] = part
            filled += len(part)
        return filled


def read_rows(name: str, stream: Readable, limits: Limits = DEFAULT_LIMITS) -> Found:
    """The rows of a table file, in order; what cannot be read is a problem, nothing is raised.

    CSV, JSON Lines, a JSON array, Excel workbooks, HTML and XML under the name .xls; each also in a .gz or, with
    others, in a .zip. All but workbooks stream. The caller closes `stream`.
    """
    return _guarded(_read_any(name, stream, limits), None)


def _guarded(rows: Found, member: str | None) -> Found:
    """The rows, and the reason where they break off. In an archive the file's name stands before the sheet's."""
    last, sheet = 0, None
    try:
        for found in rows:
            last, sheet = found.row, found.sheet
            yield found if member is None else found._replace(sheet=_join(member, sheet))
    except Unreadable as fault:
        at = last + 1 if last else 0
        yield RowProblem(at, fault.code, fault.detail, sheet if member is None else _join(member, sheet))
    except (BadZipFile, zlib.error, EOFError) as error:
        at = last + 1 if last else 0
        yield RowProblem(at, ProblemCode.ARCHIVE_BROKEN, type(error).__name__, member)


def _join(member: str, sheet: str | None) -> str:
    return member if sheet is None else f"{member}#{sheet}"


def _read_any(name: str, stream: Readable, limits: Limits) -> Found:
    source = _look_ahead(stream)
    head = source.peek(HEAD_BYTES)
    if head.startswith(GZIP):
        plain = _look_ahead(Gunzip(source, limits))
        yield from _read_plain(name.lower().removesuffix(".gz"), plain, limits)
    elif head.startswith(_ZIP) and not name.lower().endswith(_WORKBOOK_NAMES):
        yield from _read_zip(_rewound(stream) or _held(source, limits), limits)
    else:
        yield from _read_plain(name, source, limits)


def _look_ahead(stream: Readable) -> BufferedReader:
    source: BufferedReader = BufferedReader(_Source(stream), HEAD_BYTES)
    return source


def _rewound(stream: Readable) -> BinaryIO | None:
    seekable = getattr(stream, "seekable", None)
    if seekable is None or not seekable():
        return None
    found = cast("BinaryIO", stream)
    found.seek(0)
    return found


def _held(source: BufferedReader, limits: Limits) -> BinaryIO:
    """A zip is read from its end: one that can only be read forwards is held in memory."""
    packed = source.read(limits.workbook_bytes + 1)
    if len(packed) > limits.workbook_bytes:
        raise Unreadable(ProblemCode.WORKBOOK_TOO_BIG, f"more than {limits.workbook_bytes} bytes")
    return BytesIO(packed)


def _read_zip(stream: BinaryIO, limits: Limits) -> Found:
    with open_zip(stream, limits) as archive:
        if is_workbook(archive):
            stream.seek(0)
            yield from read_xlsx(_look_ahead(stream), limits)
        else:
            yield from _read_archive(archive, limits)


def _read_archive(archive: ZipFile, limits: Limits) -> Found:
    is_empty = True
    for member in read_members(archive):
        is_empty = False
        yield from _guarded(_lazily(member.name, _look_ahead(member.stream), limits), member.name)
    if is_empty:
        yield RowProblem(0, ProblemCode.EMPTY_FILE)


def _lazily(name: str, source: BufferedReader, limits: Limits) -> Found:
    """Looks at the file only when its first row is asked for: what it raises then is its own fault."""
    yield from _read_plain(name, source, limits)


def _read_plain(name: str, source: BufferedReader, limits: Limits) -> Found:
    """A file that is not packed; archives within archives are refused."""
    head = source.peek(HEAD_BYTES)
    if not head:
        return iter([RowProblem(0, ProblemCode.EMPTY_FILE)])
    if head.startswith(_ZIP) and name.lower().endswith(_WORKBOOK_NAMES):
        return read_xlsx(source, limits)
    if head.startswith((*_ZIP, GZIP)):
        return iter([RowProblem(0, ProblemCode.NESTED_ARCHIVE)])
    if head.startswith(_OLE):
        return iter([RowProblem(0, ProblemCode.OLD_EXCEL)])
    if head.startswith(_NOT_TABLES):
        return iter([RowProblem(0, ProblemCode.UNKNOWN_FORMAT)])
    return _read_text(name, head, source, limits)


def _read_text(name: str, head: bytes, source: BufferedReader, limits: Limits) -> Found:
    encoding = find_encoding(head) or UTF8
    start = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    if start.lower().startswith(_MARKUP):
        return _read_markup(head, start.lower(), source, limits)
    if start.startswith("[") and (start[1:].lstrip()[:1] in ("{", "]") or _is_json(name)):
        return read_json_array(source, encoding, limits)
    if start.startswith("{") or _is_json(name):
        return read_jsonl(source, limits)
    return read_csv(source, limits)


def _read_markup(head: bytes, start: str, source: BufferedReader, limits: Limits) -> Found:
    encoding = find_encoding(head)
    if encoding is None or not encoding.startswith("utf"):
        # UTF-8 and UTF-16 show in the bytes; between GBK, Big5 and Western a page knows best.
        encoding = _DECLARED.get(declared_charset(head) or "") or encoding or UTF8
    if NAMESPACE in start:
        return read_xml_sheets(source, encoding, limits)
    if start.startswith("<?xml") and "<html" not in start:
        return iter([RowProblem(0, ProblemCode.UNKNOWN_FORMAT)])
    return read_html(source, encoding, limits)


def _is_json(name: str) -> bool:
    return name.lower().endswith(_JSON_NAMES)
