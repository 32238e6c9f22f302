"""`guanxi clean`: JSON lines in and out, one answer for each line, whatever the line is."""

import json
import math
from collections.abc import Callable, Iterable
from datetime import date
from typing import BinaryIO

from shared.cleaning.answer import Answer, answer_line, to_plain
from shared.cleaning.match_key import KEYS
from shared.model.issues import Issue, Severity
from shared.policy.load import load_policy

Ask = Callable[[object], dict[str, object]]


def clean_lines(
    field: str, lines: Iterable[bytes], out: BinaryIO, *, is_plain: bool = False, today: date | None = None
) -> int:
    """One answer for each line: the value cleaned, and why, or why not."""
    most_characters = load_policy().cleaning.max_field_characters
    on = today or date.today()  # noqa: DTZ011 the operator's own day

    def ask(line: object) -> dict[str, object]:
        return answer_line(field, line, today=on, most_characters=most_characters)

    return _answer_lines(lines, out, ask, _refuse, is_plain=is_plain)


def print_match_keys(kind: str, lines: Iterable[bytes], out: BinaryIO, *, is_plain: bool = False) -> int:
    """For each line its value and the key under which other spellings of the same thing are equal."""

    def ask(line: object) -> dict[str, object]:
        raw = line.get("value") if isinstance(line, dict) else line
        return {"input": raw, "key": KEYS[kind](raw)}

    return _answer_lines(lines, out, ask, lambda line: {"input": line, "key": None}, is_plain=is_plain)


def _answer_lines(
    lines: Iterable[bytes],
    out: BinaryIO,
    ask: Ask,
    refuse: Callable[[str], dict[str, object]],
    *,
    is_plain: bool,
) -> int:
    for line in lines:
        # Only the line's own end: a tab or a space may be what is asked about.
        text = line.decode("utf-8-sig", errors="replace").removesuffix("\n").removesuffix("\r")
        try:
            answer = ask(text if is_plain else _parse(text))
        except (ValueError, RecursionError):
            answer = refuse(text)
        out.write(_write(answer))
    out.flush()
    return 0


def _refuse(line: str) -> dict[str, object]:
    return to_plain(line, Answer("refused", issues=(Issue("", "bad_json", Severity.REFUSED),)))


def _parse(text: str) -> object:
    return json.loads(text, parse_float=_read_float, parse_constant=_refuse_constant)


def _read_float(text: str) -> float | str:
    """1e999 is JSON, and no float."""
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse_constant(text: str) -> object:
    raise ValueError(text)


def _write(answer: dict[str, object]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can say and UTF-8 cannot
        return json.dumps(answer).encode() + b"\n"
