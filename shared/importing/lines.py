"""Numbered lines of text from bytes of unknown encoding, in bounded memory."""

import codecs
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper
from itertools import chain
from typing import NamedTuple

from shared.importing.encodings import CODECS, HEAD_BYTES, UTF8, decode, find_8bit, find_encoding
from shared.importing.limits import Limits
from shared.importing.problems import ProblemCode, RowProblem

_BOM = "\ufeff"
_BOM_BYTES = "\xef\xbb\xbf"
"""The mark of UTF-8, byte by byte: it may stand before a text in another encoding."""
_END_OF_FILE = "\x1a"
"""Programs of the days of DOS end a file with it."""
REPLACEMENT = "\ufffd"
"""What stands for bytes that are no character, in `read_text`."""

_Physical = tuple[int, str | None]


class Line(NamedTuple):
    number: int
    text: str
    """Without its line break."""


def read_lines(stream: BufferedReader, limits: Limits) -> Iterator[Line | RowProblem]:
    """Every line; one that cannot be read is a problem with its number. The stream is left open."""
    encoding = find_encoding(stream.peek(HEAD_BYTES))
    if encoding is not None and encoding.startswith("utf-16"):
        return _read_wide(stream, encoding, limits)
    return _read_narrow(stream, encoding, limits)


def read_text(stream: BufferedReader, encoding: str, limits: Limits) -> Iterator[str]:
    """All of the text in pieces; what is no character in that encoding is U+FFFD."""
    decoder = codecs.getincrementaldecoder(CODECS.get(encoding, (encoding,))[0])("replace")
    is_first = True
    while piece := stream.read(limits.piece_bytes):
        text = decoder.decode(piece)
        yield text.removeprefix(_BOM) if is_first else text
        is_first = is_first and not text
    yield decoder.decode(b"", final=True)


def _read_wide(stream: BufferedReader, encoding: str, limits: Limits) -> Iterator[Line | RowProblem]:
    for number, text in _physical_lines(stream, encoding, limits):
        if text is None:
            yield RowProblem(number, ProblemCode.OVERSIZED_ROW)
        else:
            yield _checked(number, None if REPLACEMENT in text else text)


def _read_narrow(stream: BufferedReader, encoding: str | None, limits: Limits) -> Iterator[Line | RowProblem]:
    # latin-1 keeps every byte, so that lines are cut first (no trail byte of UTF-8, GB18030 or Big5 is
    # a line break) and each is decoded by itself.
    lines: Iterator[_Physical] = _physical_lines(stream, "latin-1", limits)
    if encoding is None:
        for number, text in lines:
            if text is None or text.isascii():
                yield _read_line(number, text, UTF8)
                continue
            # The head was plain ASCII: the first piece that is not decides, not its first line alone.
            ahead = [(number, text), *_take(lines, HEAD_BYTES - len(text))]
            encoding = find_8bit("\n".join(line for _, line in ahead if line).encode("latin-1"))
            lines = chain(ahead, lines)
            break
    for number, text in lines:
        if number == 1 and text is not None:
            text = text.removeprefix(_BOM_BYTES)
        yield _read_line(number, text, encoding or UTF8)


def _take(lines: Iterator[_Physical], characters: int) -> Iterator[_Physical]:
    while characters > 0 and (line := next(lines, None)) is not None:
        characters -= len(line[1] or "") + 1
        yield line


def _read_line(number: int, text: str | None, encoding: str) -> Line | RowProblem:
    if text is None:
        return RowProblem(number, ProblemCode.OVERSIZED_ROW)
    return _checked(number, text if text.isascii() else decode(text.encode("latin-1"), encoding))


def _checked(number: int, text: str | None) -> Line | RowProblem:
    if text is None:
        return RowProblem(number, ProblemCode.UNDECODABLE)
    if "\0" in text:
        return RowProblem(number, ProblemCode.NUL_CHARACTER)
    if number == 1:
        text = text.removeprefix(_BOM)
    return Line(number, "" if text == _END_OF_FILE else text)


def _physical_lines(stream: BufferedReader, encoding: str, limits: Limits) -> Iterator[_Physical]:
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
