"""JSON lines in and out: one answer for each line, whatever the line is."""

import json
import math
from collections.abc import Callable, Iterable
from typing import BinaryIO, Final

Answer = dict[str, object]

_LINE_ENDS: Final = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}
"""Many readers of lines end one at these, which JSON leaves as they are."""


class BadLine(ValueError):
    """What was asked cannot be answered; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def answer_lines(
    lines: Iterable[bytes],
    out: BinaryIO,
    ask: Callable[[object], Answer],
    refuse: Callable[[str], Answer] = lambda _: {"error": "bad_json"},
    *,
    is_plain: bool = False,
    fault: Callable[[str], Answer] = lambda code: {"error": code},
) -> int:
    """Writes what `ask` says of each line; `refuse` of one that is no JSON, `fault` of the code of a BadLine."""
    for line in lines:
        # Only the line's own end: a tab or a space may be what is asked about.
        text = line.decode("utf-8-sig", errors="replace").removesuffix("\n").removesuffix("\r")
        try:
            answer = ask(text if is_plain else _parse(line))
        except BadLine as bad:
            answer = fault(bad.code)
        except (ValueError, RecursionError):
            answer = refuse(text)
        out.write(to_line(answer))
    out.flush()
    return 0


def text_of(line: object) -> str:
    """The text that is asked about: `{"text": "..."}` or a string alone."""
    text = line.get("text") if isinstance(line, dict) else line
    if not isinstance(text, str):
        raise BadLine("no_text")
    return text


def _parse(line: bytes) -> object:
    # Strictly: an answer about a text with signs in place of what was sent would be about another text (S5).
    return json.loads(line.decode("utf-8-sig"), parse_float=_read_float, parse_constant=_refuse_constant)


def _read_float(text: str) -> float | str:
    """1e999 is JSON, and no float."""
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse_constant(text: str) -> object:
    raise ValueError(text)


def to_line(answer: Answer) -> bytes:
    """One line of JSON in UTF-8, whatever its texts hold."""
    try:
        return json.dumps(answer, ensure_ascii=False).translate(_LINE_ENDS).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can say and UTF-8 cannot
        return json.dumps(answer).encode() + b"\n"
