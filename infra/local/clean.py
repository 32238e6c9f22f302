"""`guanxi clean`: JSON lines in and out, one answer for each line, whatever the line is."""

from collections.abc import Iterable
from datetime import date
from typing import BinaryIO

from infra.local.json_lines import answer_lines
from shared.cleaning.answer import Answer, answer_line, to_plain
from shared.cleaning.match_key import KEYS
from shared.model.issues import Issue, Severity
from shared.policy.load import load_policy


def clean_lines(
    field: str, lines: Iterable[bytes], out: BinaryIO, *, is_plain: bool = False, today: date | None = None
) -> int:
    """One answer for each line: the value cleaned, and why, or why not."""
    most_characters = load_policy().cleaning.max_field_characters
    on = today or date.today()  # noqa: DTZ011 the operator's own day

    def ask(line: object) -> dict[str, object]:
        return answer_line(field, line, today=on, most_characters=most_characters)

    return answer_lines(lines, out, ask, _refuse, is_plain=is_plain)


def print_match_keys(kind: str, lines: Iterable[bytes], out: BinaryIO, *, is_plain: bool = False) -> int:
    """For each line its value and the key under which other spellings of the same thing are equal."""

    def ask(line: object) -> dict[str, object]:
        raw = line.get("value") if isinstance(line, dict) else line
        return {"input": raw, "key": KEYS[kind](raw)}

    return answer_lines(lines, out, ask, lambda line: {"input": line, "key": None}, is_plain=is_plain)


def _refuse(line: str) -> dict[str, object]:
    return to_plain(line, Answer("refused", issues=(Issue("", "bad_json", Severity.REFUSED),)))
