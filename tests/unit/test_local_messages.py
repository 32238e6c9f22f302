"""`guanxi hours`, `sms` and `reply`: one answer for each line, whatever the line is."""

import io
import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, BinaryIO

import pytest

from infra.local.hours import hours_lines
from infra.local.reply import reply_lines
from infra.local.sms import sms_lines
from infra.local.template_check import check_lines

Face = Callable[[Iterable[bytes], BinaryIO], int]
FACES: dict[str, Face] = {"hours": hours_lines, "reply": reply_lines, "sms": partial(sms_lines, mode="latin")}
EVERY_DAY = "0123456"
DAYTIME = [[EVERY_DAY, "08:00", "20:00"]]
GARBAGE = [
    b"",
    b"x",
    b"{",
    b"5",
    b"null",
    b"NaN",
    b"[]",
    b"{}",
    b'{"text": null, "at": null, "zone": null, "windows": null}',
    b'{"text": 5, "at": 5, "zone": 5, "windows": 5}',
    b'{"text": [], "at": [], "zone": [], "windows": [[]]}',
    b'{"at": "2026-03-02T00:00:00Z", "zone": ["UTC", 1], "windows": [["0", "08:00", 5]]}',
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"text": "\xff", "at": "\xff", "template": "\xff"}',
    b"9" * 5000,
]


def ask(face: Face, *lines: bytes) -> list[dict[str, Any]]:
    out = io.BytesIO()
    assert face([line + b"\n" for line in lines], out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("name", FACES)
def test_garbage_gets_one_error_for_each_line(name: str) -> None:
    answers = ask(FACES[name], *GARBAGE)
    assert [list(answer) for answer in answers] == [["error"]] * len(GARBAGE)


def test_a_template_is_refused_also_where_the_line_holds_none() -> None:
    answers = ask(check_lines, *GARBAGE)
    assert [(one["ok"], one["line"]) for one in answers] == [(False, 0)] * len(GARBAGE)
    assert {one["reason"] for one in answers} == {"bad_json", "not_an_object", "no_template"}


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x1e", "\v"])
def test_an_answer_is_one_line_for_any_reader_of_lines(end: str) -> None:
    out = io.BytesIO()
    sms_lines([json.dumps({"text": f"中{end}文"}).encode()], out, mode="keep")
    (line,) = out.getvalue().decode().splitlines()
    assert json.loads(line)["after"] == f"中{end}文"


def hours(**asked: object) -> dict[str, Any]:
    line = {"at": "2026-03-02T00:00:00Z", "zone": "Asia/Shanghai", "windows": DAYTIME, **asked}
    return ask(hours_lines, json.dumps(line).encode())[0]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        pytest.param({}, {"action": "send"}, id="the start is inside"),
        pytest.param(
            {"at": "2026-03-02T12:00:00Z"}, {"action": "defer", "until": "2026-03-03T00:00:00Z"}, id="the end is not"
        ),
        pytest.param({"at": "2026-03-02T19:59:59.999999+08:00"}, {"action": "send"}, id="an offset and a fraction"),
        pytest.param(
            {"windows": [["0", "22:00", "06:00"]], "at": "2026-03-02T21:59:00Z"}, {"action": "send"}, id="over midnight"
        ),
        pytest.param({"windows": [["0", "08:00", "24:00"]], "at": "2026-03-02T15:59:59Z"}, {"action": "send"}, id="24:00"),
        pytest.param(
            {"windows": [["0", "08:00", "24:00"]], "at": "2026-03-02T16:00:00Z"},
            {"action": "defer", "until": "2026-03-09T00:00:00Z"},
            id="24:00 is an end",
        ),
        pytest.param({"windows": [["0", "00:00", "24:00"]]}, {"action": "send"}, id="a whole day"),
        pytest.param({"windows": []}, {"action": "no_window"}, id="no window"),
        pytest.param(
            {"zone": ["Europe/London", "Pacific/Auckland"], "windows": [[EVERY_DAY, "09:00", "17:00"]]},
            {"action": "no_window"},
            id="no common hour",
        ),
        pytest.param(
            {"zone": None, "country": "CN", "at": "2026-03-02T00:30:00Z"},
            {"action": "defer", "until": "2026-03-02T02:00:00Z"},
            id="a country's zones together",
        ),
        pytest.param({"zone": None}, {"action": "send"}, id="the tenant's zone"),
        pytest.param({"zone": "Mars/Base"}, {"error": "bad_zone"}, id="no zone"),
        pytest.param({"zone": "../../etc/passwd"}, {"error": "bad_zone"}, id="a path"),
        pytest.param({"at": "2026-03-02T00:00:00"}, {"error": "bad_at"}, id="no offset"),
        pytest.param({"at": "2026-02-30T00:00:00Z"}, {"error": "bad_at"}, id="no day"),
        pytest.param({"at": "0001-01-01T00:00:00Z", "zone": "America/New_York"}, {"error": "bad_at"}, id="before time"),
        pytest.param({"windows": [["7", "08:00", "20:00"]]}, {"error": "bad_window"}, id="an eighth day"),
        pytest.param({"windows": [["0", "24:00", "20:00"]]}, {"error": "bad_window"}, id="24:00 is no start"),
        pytest.param({"windows": [["0", "8:00", "20:00"]]}, {"error": "bad_window"}, id="one digit"),
        pytest.param({"windows": [["0", "08:00", "20:0\u0663"]]}, {"error": "bad_window"}, id="other digits"),
        pytest.param({"windows": [["0", "08:00"]]}, {"error": "bad_window"}, id="no end"),
    ],
)  # fmt: skip
def test_hours_says_send_or_when(asked: dict[str, object], answer: dict[str, str]) -> None:
    assert hours(**asked) == answer


def test_hours_without_windows_are_the_policys() -> None:
    (answer,) = ask(hours_lines, b'{"at": "2026-03-02T13:00:00Z", "zone": "Asia/Shanghai"}')
    assert answer == {"action": "defer", "until": "2026-03-03T00:00:00Z"}


def test_sms_counts_what_the_mode_leaves() -> None:
    text = json.dumps({"text": "“Zoë”\u200b"}).encode()
    keep, latin = (ask(partial(sms_lines, mode=mode), text)[0] for mode in ("keep", "latin"))
    assert keep == {"encoding": "UCS2", "units": 6, "segments": 1, "after": "“Zoë”\u200b"}
    assert latin == {"encoding": "GSM7", "units": 5, "segments": 1, "after": '"Zoe"'}


def test_half_a_surrogate_pair_is_counted_and_answered() -> None:
    assert ask(FACES["sms"], b'{"text": "\\ud83d"}')[0]["after"] == "\ud83d"


def test_a_reply_is_a_text_or_an_object_with_one() -> None:
    assert ask(reply_lines, b'"STOP"', '{"text": "退订单"}'.encode()) == [
        {"action": "opt_out"},
        {"action": "none"},
    ]
