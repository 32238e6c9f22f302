"""What a person reports is read strictly: each fault is answered with its reason, none is stored."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.flows.read_report_back import ReportBack, read_report_back
from shared.model.case import Point
from shared.policy.load import load_policy

POLICY = load_policy()
NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
OPEN = {"text": "给出报价", "owner": "Sales lead", "due_on": "2026-07-03"}


def read(**told: Any) -> Any:
    request = {"case_id": "T", "outcome": "done", "by": "Ms Wu", **told}
    return read_report_back(request, POLICY, NOW)


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        pytest.param({"outcome": "maybe"}, {"error": "unknown_outcome"}, id="outcome"),
        pytest.param({"by": "  "}, {"error": "bad_by"}, id="nobody"),
        pytest.param({"note": "x" * 2001}, {"error": "bad_note", "reason": "too_long"}, id="long note"),
        pytest.param({"at": "yesterday"}, {"error": "bad_at"}, id="no instant"),
        pytest.param({"at": "2026-07-01T09:00:00"}, {"error": "bad_at"}, id="no offset"),
        pytest.param({"at": "2026-07-01T02:00:01Z"}, {"error": "bad_at", "reason": "ahead"}, id="ahead"),
        pytest.param({"do_not_call": True}, {"error": "do_not_call_without_refusal"}, id="done, but no calls"),
        pytest.param({"outcome": "no_answer", "minutes": [OPEN]}, {"error": "minutes_without_talk"}, id="no talk"),
        pytest.param({"minutes": "text"}, {"reason": "not_a_list"}, id="minutes are a text"),
        pytest.param({"minutes": [OPEN] * 21}, {"reason": "too_many", "most": 20}, id="too many points"),
        pytest.param({"minutes": ["text"]}, {"reason": "not_an_object", "point": 1}, id="a point is a text"),
        pytest.param({"minutes": [OPEN, {"text": " "}]}, {"reason": "no_text", "point": 2}, id="empty point"),
        pytest.param({"minutes": [{"text": "x" * 2001}]}, {"reason": "too_long"}, id="long point"),
        pytest.param({"minutes": [{"text": "a"}]}, {"reason": "no_owner", "point": 1}, id="open without owner"),
        pytest.param({"minutes": [{**OPEN, "owner": "王工"}]}, {"reason": "unknown_owner"}, id="stranger"),
        pytest.param({"minutes": [{**OPEN, "due_on": None}]}, {"reason": "no_due_day"}, id="open without day"),
        pytest.param({"minutes": [{**OPEN, "due_on": "Friday"}]}, {"reason": "bad_due_day"}, id="day in words"),
        pytest.param({"minutes": [{**OPEN, "due_on": "2026-06-30"}]}, {"reason": "due_in_the_past"}, id="past"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_with_its_reason(told: dict[str, Any], refusal: dict[str, Any]) -> None:
    answer = read(**told)
    assert isinstance(answer, dict)
    assert refusal.items() <= answer.items()


def test_a_stranger_is_answered_with_who_is_known() -> None:
    answer = read(minutes=[{**OPEN, "owner": "王工"}])
    assert "Sales lead" in answer["people"]
    assert "Head of customer care" in answer["people"]


def test_points_are_read_with_the_owners_own_name() -> None:
    told: ReportBack = read(
        minutes=[{"text": " 说清了 ", "resolved": True}, {**OPEN, "owner": "SALES@guanxi.example"}]
    )
    assert told.points == (
        Point("说清了", True),
        Point("给出报价", False, "Sales lead", datetime(2026, 7, 3).date()),  # noqa: DTZ001
    )


def test_the_same_report_is_known_again_and_another_is_not() -> None:
    one: ReportBack = read(note="a")
    later = read_report_back(
        {"case_id": "T", "outcome": "done", "by": "Ms Wu", "note": "a"}, POLICY, NOW.replace(hour=9)
    )
    assert isinstance(later, ReportBack)
    assert one.request == later.request
    others = [
        read(note="b"),
        read(by="Mr Li", note="a"),
        read(outcome="refused", note="a"),
        read(note="a", minutes=[OPEN]),
    ]
    assert len({one.request, *(other.request for other in others)}) == 5


def test_two_calls_of_one_day_are_two_tries_only_when_their_time_is_told() -> None:
    again: ReportBack = read(outcome="no_answer")
    assert again.request == read(outcome="no_answer").request
    assert again.request != read(outcome="no_answer", at="2026-07-01T01:00:00Z").request


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(KeyError, match="outcome"):
        read_report_back({"case_id": "T", "by": "x"}, POLICY, NOW)
