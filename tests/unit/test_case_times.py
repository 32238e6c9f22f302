"""When a case escalates, and by which clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.care.calendar import work_time
from shared.care.case_times import (
    add_working_time,
    close_of,
    escalation_at,
    is_by_the_hour,
    is_digest_time,
    last_digest_at,
    next_try_on,
    working_time,
)
from shared.model.case import Case
from shared.model.errors import CalendarMissing
from shared.policy.load import load_policy

POLICY = load_policy()
WORK = work_time(POLICY)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def a_case(start: str, due: str, title: str = "check_in_call", kind: str = "task") -> Case:
    begun = at(start)
    return Case("T" * 32, "c-1", kind, "call", "Sales lead", title, begun, at(due), begun)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param("2026-06-30 09:00", "2026-06-30 18:00", 9, id="one whole day"),
        pytest.param("2026-06-30 08:00", "2026-06-30 20:00", 9, id="from before to after"),
        pytest.param("2026-06-30 17:00", "2026-07-01 10:00", 2, id="over night"),
        pytest.param("2026-07-03 17:00", "2026-07-06 10:00", 2, id="over a weekend"),
        pytest.param("2026-09-30 17:00", "2026-10-08 10:00", 2, id="over the week of the national day"),
        pytest.param("2026-10-09 17:00", "2026-10-10 18:00", 10, id="a Saturday that is worked"),
        pytest.param("2026-07-04 09:00", "2026-07-05 18:00", 0, id="a weekend"),
        pytest.param("2026-07-01 10:00", "2026-06-30 10:00", 0, id="end before start"),
    ],
)
def test_working_time_counts_the_hours_of_official_working_days(start: str, end: str, hours: int) -> None:
    assert working_time(at(start), at(end), WORK) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-06-30 10:00", 2, "2026-06-30 12:00", id="the same day"),
        pytest.param("2026-06-30 10:00", 8, "2026-06-30 18:00", id="exactly to the close"),
        pytest.param("2026-06-30 17:00", 2, "2026-07-01 10:00", id="over night"),
        pytest.param("2026-09-30 17:30", 1, "2026-10-08 09:30", id="over the national day"),
        pytest.param("2026-07-04 12:00", 1, "2026-07-06 10:00", id="from a weekend"),
    ],
)
def test_working_time_is_added_over_nights_and_holidays(start: str, hours: int, end: str) -> None:
    assert add_working_time(at(start), timedelta(hours=hours), WORK) == at(end)


@pytest.mark.parametrize(
    ("start", "due", "percent", "expected"),
    [
        pytest.param("2026-06-30 10:00", "2026-07-02 18:00", 50, "2026-07-01 14:00", id="half of 26 hours"),
        pytest.param(
            "2026-06-30 10:00", "2026-07-02 18:00", 100, "2026-07-02 18:00", id="the deadline itself"
        ),
        pytest.param(
            "2026-06-30 10:00", "2026-07-02 18:00", 150, "2026-07-06 13:00", id="half as much again"
        ),
        pytest.param(
            "2026-07-04 10:00", "2026-07-04 12:00", 100, "2026-07-04 12:00", id="no working hours at all"
        ),
        pytest.param(
            "2026-07-02 10:00", "2026-07-01 10:00", 50, "2026-07-02 10:00", id="due before it began"
        ),
    ],
)
def test_a_task_escalates_in_working_minutes(start: str, due: str, percent: int, expected: str) -> None:
    assert escalation_at(a_case(start, due), percent, POLICY) == at(expected)


def test_a_complaint_escalates_by_the_hour_also_at_night() -> None:
    case = a_case("2026-07-03 23:00", "2026-07-04 01:00", "first_response", "complaint")
    assert is_by_the_hour(case, POLICY)
    found = [escalation_at(case, percent, POLICY) for percent in (50, 100, 150)]
    assert found == [at("2026-07-04 00:00"), at("2026-07-04 01:00"), at("2026-07-04 02:00")]


def test_the_switch_of_the_playbook_makes_a_complaint_wait_for_working_hours() -> None:
    complaint = POLICY.playbooks["complaint"]
    steps = [
        step.model_copy(update={"in_working_hours": True}) if step.task else step for step in complaint.steps
    ]
    switched = POLICY.model_copy(
        update={"playbooks": {"complaint": complaint.model_copy(update={"steps": steps})}}
    )
    assert not is_by_the_hour(a_case("2026-07-03 23:00", "2026-07-06 11:00", "first_response"), switched)


def test_a_year_without_a_table_of_working_days_fails_loudly() -> None:
    with pytest.raises(CalendarMissing):
        escalation_at(a_case("2035-01-02 10:00", "2035-01-05 18:00"), 50, POLICY)


@pytest.mark.parametrize(
    ("now", "is_time"),
    [
        pytest.param("2026-06-30 08:29", False, id="a minute early"),
        pytest.param("2026-06-30 08:30", True, id="on time"),
        pytest.param("2026-06-30 11:59", True, id="late, after a breakdown"),
        pytest.param("2026-06-30 12:00", False, id="too late"),
        pytest.param("2026-07-04 09:00", False, id="a Saturday"),
        pytest.param("2026-10-01 09:00", False, id="a holiday on a Thursday"),
        pytest.param("2026-10-10 09:00", True, id="a Saturday that is worked"),
    ],
)
def test_digests_go_in_the_morning_of_working_days(now: str, is_time: bool) -> None:
    assert is_digest_time(at(now), POLICY) is is_time


def test_what_is_new_reaches_back_to_the_digest_of_the_working_day_before() -> None:
    assert last_digest_at(at("2026-10-08 09:00"), POLICY) == at("2026-09-30 08:30")


def test_a_call_is_tried_again_on_a_working_day() -> None:
    assert next_try_on(at("2026-09-30 16:00"), POLICY) == date(2026, 10, 8)


def test_a_point_is_due_at_the_close_of_its_day() -> None:
    assert close_of(date(2026, 7, 3), POLICY) == at("2026-07-03 18:00")
