"""What `guanxi replay` asks for, page by page, and what it says."""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.local.command import _parser
from infra.local.quarantine_csv import read_corrected
from infra.local.replay import ROWS_AT_ONCE, Fixed, _ask, _describe, _requests


class Operator:
    """Answers like the function, three rows in all, one at a time."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        assert function == "Operate"
        self.asked.append(payload)
        return {"ids": [f"crm:{len(self.asked)}"], "next": "more" if len(self.asked) < 3 else ""}


def test_it_asks_until_nothing_is_left() -> None:
    operator: Any = Operator()
    answers = list(_ask(operator, {"action": "replay", "reason": None}))
    assert [answer["ids"] for answer in answers] == [["crm:1"], ["crm:2"], ["crm:3"]]
    assert [request["after"] for request in operator.asked] == ["", "more", "more"]


def a_table(folder: Path, text: str) -> Path:
    file = folder / "corrected.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_long_table_is_sent_in_parts(tmp_path: Path) -> None:
    lines = [f"crm:{number:04d},party.phone,{number}" for number in range(ROWS_AT_ONCE + 1)]
    file = a_table(tmp_path, "\n".join(["quarantine_id,field,value", *lines]))
    parts = [request["corrected"] for request in _requests(Fixed(None, "crm", file))]
    assert [len(part) for part in parts] == [ROWS_AT_ONCE, 1]
    assert parts[1] == {f"crm:{ROWS_AT_ONCE:04d}": {"party.phone": str(ROWS_AT_ONCE)}}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"a,b\n1,2\n", id="another table"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe\x00\xd8", id="no text"),
    ],
)
def test_what_is_no_quarantine_table_is_said_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with pytest.raises(SystemExit, match=r"x\.csv"):
        list(_requests(Fixed(None, None, file)))


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="gone"):
        list(_requests(Fixed(None, None, tmp_path / "gone.csv")))


def test_the_first_line_of_a_field_counts_and_lines_without_id_do_not(tmp_path: Path) -> None:
    text = "value;field;quarantine_id\n'=1;id;crm:1\n2;id;crm:1\n3;id;\n4;;crm:1\n"
    assert read_corrected(a_table(tmp_path, text)) == {"crm:1": {"id": "=1"}}


def test_what_became_of_the_rows_is_said_in_both_languages() -> None:
    outcomes = Counter(new=2, unchanged=1, refused=1)
    assert _describe(outcomes, "en") == "  3 taken in (2 new, 1 unchanged), 1 still refused"
    assert _describe(outcomes, "zh") == "  3 条已导入（2 新增, 1 未变），1 条仍被拒绝"


def test_the_command_knows_its_options() -> None:
    asked: argparse.Namespace = _parser().parse_args(
        ["replay", "--reason", "no_event_date", "--source", "crm", "--corrected", "x.csv"]
    )
    assert (asked.reason, asked.source, asked.corrected) == ("no_event_date", "crm", Path("x.csv"))
