"""`guanxi task`: what is typed becomes what the operation is asked, and its refusals become words."""

import json
from pathlib import Path

import pytest

from infra.local.task import REFUSALS, MinutesUnreadable, Told, make_request, read_minutes_file, refusal_words

POINTS = [
    {"text": "交期说清了", "resolved": True},
    {"text": "补发两箱滤芯", "owner": "Care desk", "due_on": "2026-07-03"},
]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("交期说清了\n\n补发两箱滤芯 | Care desk | 2026-07-03\n", id="lines"),
        pytest.param("- 交期说清了\r\n* 补发两箱滤芯｜Care desk｜2026-07-03", id="a list, full-width bars"),
        pytest.param(json.dumps(POINTS), id="JSON"),
        pytest.param("\ufeff" + json.dumps({"points": POINTS}), id="an object, with mark"),
    ],
)
def test_minutes_are_read_from_lines_and_from_json(text: str, tmp_path: Path) -> None:
    file = tmp_path / "minutes.txt"
    file.write_text(text, encoding="utf-8")
    assert read_minutes_file(file) == POINTS


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"[{", id="broken JSON"),
        pytest.param(b'{"a": 1}', id="no points"),
        pytest.param(b"\xff\xfe\xff", id="no UTF-8"),
    ],
)
def test_a_file_that_is_no_minutes_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "minutes.txt"
    file.write_bytes(content)
    with pytest.raises(MinutesUnreadable):
        read_minutes_file(file)
    with pytest.raises(MinutesUnreadable):
        read_minutes_file(tmp_path / "missing")


def test_an_open_point_without_a_day_is_left_to_the_operation_to_refuse(tmp_path: Path) -> None:
    file = tmp_path / "minutes.txt"
    file.write_text("补发滤芯 | Care desk", encoding="utf-8")
    assert read_minutes_file(file) == [{"text": "补发滤芯", "owner": "Care desk"}]


def test_only_what_is_said_is_asked() -> None:
    assert make_request(Told("abc", "refused", "Ms Wu", do_not_call=True)) == {
        "action": "finish_task", "case_id": "ABC", "outcome": "refused", "by": "Ms Wu", "note": "", "do_not_call": True,
    }  # fmt: skip
    assert (
        make_request(Told("abc", "done", "Ms Wu", at="2026-07-01T10:00+08:00"))["at"]
        == "2026-07-01T10:00+08:00"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_has_words(code: str, language: str) -> None:
    assert "{" not in refusal_words({"error": code}, language)  # type: ignore[arg-type]


def test_a_refusal_names_who_may_own_a_point() -> None:
    answer = {
        "error": "bad_minutes",
        "reason": "unknown_owner",
        "point": 2,
        "people": ["Care desk", "Sales lead"],
    }
    assert refusal_words(answer, "en") == "minutes: point 2: unknown_owner (Care desk; Sales lead)"
    assert refusal_words({"error": "new_code"}, "en") == '{"error": "new_code"}'
