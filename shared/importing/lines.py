"""Numbered lines of text from bytes of unknown encoding, in bounded memory."""

import codecs
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper
from typing import NamedTuple

from shared.importing.limits import Limits
from shared.importing.problems import ProblemCode, RowProblem

HEAD_BYTES = 65_536
UTF8 = "utf-8"
GB18030 = "gb18030"  # holds GBK and GB2312
_BOMS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BOM = "\ufeff"
_REPLACEMENT = "\ufffd"
# In UTF-16 every ASCII character (separators, digits) brings a NUL on one side only.
_NUL_SHARE = 20
_LEAD_OF_THREE = 0xE0  # UTF-8: first byte of a character of three bytes


class Line(NamedTuple):
    number: int
    text: str
    """Without its line break."""


def find_encoding(head: bytes) -> str | None:
    """The encoding of a file by its first bytes; None while they are plain ASCII."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    return _find_utf16(head) or _find_multibyte(head)


def _find_utf16(head: bytes) -> str | None:
    low, high = head[1::2].count(0), head[0::2].count(0)
    enough = len(head) // _NUL_SHARE
    if low > enough and high * _NUL_SHARE < low:
        return "utf-16-le"
    if high > enough and low * _NUL_SHARE < high:
        return "utf-16-be"
    return None


def _find_multibyte(head: bytes) -> str | None:
    # By lines, so that one damaged line does not turn a whole UTF-8 file into mojibake. The last
    # line of the head may be cut inside a character.
    lines = head.splitlines()
    whole = lines[:-1] if len(head) >= HEAD_BYTES and len(lines) > 1 else lines
    beyond_ascii = [line for line in whole if not line.isascii()]
    if not beyond_ascii:
        return None
    valid = [line for line in beyond_ascii if _is_utf8(line)]
    invalid = len(beyond_ascii) - len(valid)
    # Short GBK lines may pass as UTF-8 of two bytes a character (联通); of three, as Chinese has, hardly.
    strong = sum(max(line) >= _LEAD_OF_THREE for line in valid)
    return UTF8 if not invalid or strong > invalid else GB18030


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def read_lines(stream: BufferedReader, limits: Limits) -> Iterator[Line | RowProblem]:
    """Every line; one that cannot be read is a problem with its number. The stream is left open."""
    encoding = find_encoding(stream.peek(HEAD_BYTES))
    if encoding is not None and encoding.startswith("utf-16"):
        return _read_wide(stream, encoding, limits)
    return _read_narrow(stream, encoding, limits)


def _read_wide(stream: BufferedReader, encoding: str, limits: Limits) -> Iterator[Line | RowProblem]:
    for number, text in _physical_lines(stream, encoding, limits):
        if text is None:
            yield RowProblem(number, ProblemCode.OVERSIZED_ROW)
        else:
            yield _checked(number, None if _REPLACEMENT in text else text)


def _read_narrow(stream: BufferedReader, encoding: str | None, limits: Limits) -> Iterator[Line | RowProblem]:
    # latin-1 keeps every byte, so that lines are cut first (no trail byte of UTF-8 or GB18030 is
    # a line break) and each is decoded by itself.
    for number, text in _physical_lines(stream, "latin-1", limits):
        if text is None:
            yield RowProblem(number, ProblemCode.OVERSIZED_ROW)
            continue
        if text.isascii():
            yield _checked(number, text)
            continue
        raw = text.encode("latin-1")
        # The head was plain ASCII: the first line that is not decides.
        encoding = encoding or (UTF8 if _is_utf8(raw) else GB18030)
        yield _checked(number, _decode(raw, encoding))


def _decode(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _checked(number: int, text: str | None) -> Line | RowProblem:
    if text is None:
        return RowProblem(number, ProblemCode.UNDECODABLE)
    if "\0" in text:
        return RowProblem(number, ProblemCode.NUL_CHARACTER)
    return Line(number, text.removeprefix(_BOM) if number == 1 else text)


def _physical_lines(
    stream: BufferedReader, encoding: str, limits: Limits
) -> Iterator[tuple[int, str | None]]:
    """Lines without their breaks (CR, LF or CRLF); None for one that is too long."""
    text = TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    number = 0
    try:
        while line := text.readline(limits.line_characters):
            number += 1
            is_whole = line[-1] in "\r\n" or len(line) < limits.line_characters
            if not is_whole:
                _skip_rest(text, limits)
            yield number, line.rstrip("\r\n") if is_whole else None
    finally:
        text.detach()


def _skip_rest(text: TextIOWrapper, limits: Limits) -> None:
    while (rest := text.readline(limits.line_characters)) and rest[-1] not in "\r\n":
        pass
