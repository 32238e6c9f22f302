"""`guanxi clean`: one line out for each line in, whatever the line is."""

import io
import json
import sys
from datetime import date
from typing import Any

import pytest

from infra.local.clean import clean_lines, print_match_keys
from infra.local.command import main
from shared.cleaning.answer import FIELDS

GARBAGE = [
    b"",
    b"{",
    b"not json",
    b"[" * 100_000,
    b"9" * 10_000,
    b"NaN",
    b"1e999",
    b'"\\ud800"',
    b"\xff\xfe\x00",
    b'{"value": {"a": [1e999]}}',
    b'{"value": "1", "region": [], "day_first": {}, "epoch": "x", "today": 5, "locale": 7, "kind": [], "zone": "../x"}',
    b'"' + b"\\u0000" * 50 + b'"',
    b"{}",
    b"[]",
    b"true",
    "\u2028\u0085".encode(),
]


def run(field: str, *lines: bytes, is_plain: bool = False) -> list[dict[str, Any]]:
    out = io.BytesIO()
    source = [line + b"\n" for line in lines]
    assert clean_lines(field, source, out, is_plain=is_plain, today=date(2026, 6, 30)) == 0
    return [json.loads(line) for line in out.getvalue().split(b"\n")[:-1]]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("is_plain", [True, False], ids=["plain", "JSON"])
def test_garbage_gets_one_answer_for_each_line(field: str, is_plain: bool) -> None:
    answers = run(field, *GARBAGE, is_plain=is_plain)
    assert len(answers) == len(GARBAGE)
    keys = "input status value values suggestion extension flags issues".split()
    assert all(list(answer) == keys for answer in answers)


def test_what_is_no_json_is_refused_with_its_code() -> None:
    (answer,) = run("phone", b"13812345678x")
    assert (answer["input"], answer["status"]) == ("13812345678x", "refused")
    assert answer["issues"] == [{"code": "bad_json", "severity": "refused"}]


def test_strings_objects_and_plain_lines_ask_the_same() -> None:
    asked = [run("phone", b'"020 7946 0018"'), run("phone", b'{"value": "020 7946 0018", "region": "CN"}')]
    asked.append(run("phone", b"020 7946 0018\r", is_plain=True))
    assert asked[0] == asked[1] == asked[2]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert run("phone", b"\xef\xbb\xbf13812345678", is_plain=True)[0]["input"] == "13812345678"


@pytest.mark.parametrize("kind", ["name", "company", "address"])
def test_match_keys_are_printed_for_each_line(kind: str) -> None:
    out = io.BytesIO()
    lines = ['"張三有限公司"'.encode(), '{"value": "张三有限公司"}'.encode(), *GARBAGE]
    print_match_keys(kind, lines, out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(answers) == len(lines)
    assert answers[0]["key"] == answers[1]["key"] is not None


class _Streams(io.StringIO):
    """A standard stream with its bytes below."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__()
        self.bytes = io.BytesIO(content)

    @property
    def buffer(self) -> io.BytesIO:
        return self.bytes


def test_the_command_reads_its_input_and_prints_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    out = _Streams()
    monkeypatch.setattr(sys, "stdin", _Streams(b"13812345678\n"))
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["clean", "phone", "--plain"]) == 0
    assert json.loads(out.bytes.getvalue())["value"] == "+8613812345678"


@pytest.mark.parametrize("arguments", [["clean"], ["clean", "phone", "--match-key", "name"]])
def test_a_field_or_a_key_is_asked_for_never_both(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "either FIELD or --match-key" in capsys.readouterr().err


def test_the_command_knows_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["clean", "--help"])
    printed = capsys.readouterr().out
    assert all(field in printed for field in FIELDS)
