"""Completion, timeliness, satisfaction and what is overdue: every row in exactly one part (R28..R30)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.insight.kpi_view import draw_timeliness, kpi_parts
from shared.insight.kpis import (
    Completion,
    Satisfaction,
    Timeliness,
    add_timeliness,
    last_months,
    months_before,
    tally_completion,
    tally_overdue,
    tally_satisfaction,
    tally_timeliness,
    timing_of,
)
from shared.insight.reconcile import run_checks
from shared.insight.snapshot import ContactLine, CustomerLine, Snapshot, TalkLine
from shared.model.case import Case, CaseStatus, Finish, Outcome
from shared.model.contact import Status
from shared.policy.load import load_policy

POLICY = load_policy()
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = NOW - 5 * DAY


def a_case(name: str = "T", due_at: datetime = DUE, kind: str = "complaint", **changes: Any) -> Case:
    begun = due_at - 2 * DAY
    case = Case(
        name, "c-1", kind, "call", "Sales lead", "first_response", begun, due_at, begun, {"level": "core"}
    )
    return replace(case, **changes)


def over(outcome: Outcome, at: datetime) -> dict[str, Any]:
    status = CaseStatus.DONE if outcome is Outcome.DONE else CaseStatus.CLOSED
    return {"status": status, "finish": Finish(outcome, at, "Ms Wu", "", (), "r")}


def a_line(name: str, channel: str = "sms", status: str = Status.SENT, **changes: Any) -> ContactLine:
    line = ContactLine(
        name, "c-1", "matrix.core.high.1", date(2026, 6, 25), channel, "care", "greeting", status, DUE, DUE,
        NOW + DAY, why={"cell": "core.high"},
    )  # fmt: skip
    return replace(line, **changes)


def a_snapshot(**parts: Any) -> Snapshot:
    return Snapshot(NOW, NOW.date(), **parts)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(over(Outcome.DONE, DUE), "on_time", id="done at the deadline"),
        pytest.param(over(Outcome.DONE, DUE + timedelta(seconds=1)), "missed", id="done a second late"),
        pytest.param(over(Outcome.REFUSED, DUE), "on_time", id="the customer refused, but was answered"),
        pytest.param(over(Outcome.NO_ANSWER, DUE), "missed", id="nobody was reached"),
        pytest.param({}, "missed", id="still open past due"),
        pytest.param({"due_at": NOW}, "not_due", id="due right now"),
        pytest.param({"status": CaseStatus.CANCELLED}, "cancelled", id="cancelled"),
    ],
)
def test_a_response_is_on_time_late_or_not_due(changes: dict[str, Any], expected: str) -> None:
    assert timing_of(a_case(**changes), NOW) == expected


def test_the_month_of_a_response_is_the_one_in_which_it_is_due_where_the_tenant_is() -> None:
    last_evening = datetime(2026, 5, 31, 16, 30, tzinfo=UTC)  # 1 June in Shanghai
    found = tally_timeliness(a_snapshot(cases=(a_case(due_at=last_evening),)), ZONE)
    assert found == {("2026-06", "complaint"): Timeliness(missed=1)}


@pytest.mark.parametrize(
    ("line", "case", "expected"),
    [
        pytest.param(a_line("T", status=Status.SENT), None, Completion(done=1), id="sent"),
        pytest.param(a_line("T", status=Status.DELIVERED), None, Completion(done=1), id="delivered"),
        pytest.param(a_line("T", status=Status.BOUNCED), None, Completion(missed=1), id="bounced"),
        pytest.param(a_line("T", status=Status.EXPIRED), None, Completion(missed=1), id="expired"),
        pytest.param(a_line("T", status=Status.PENDING), None, Completion(under_way=1), id="pending"),
        pytest.param(a_line("T", status=Status.PENDING, not_after=DUE), None, Completion(missed=1), id="pending too long"),
        pytest.param(a_line("T", "call"), a_case(**over(Outcome.DONE, NOW)), Completion(done=1), id="done, though late"),
        pytest.param(a_line("T", "call"), a_case(**over(Outcome.REFUSED, DUE)), Completion(missed=1), id="refused"),
        pytest.param(a_line("T", "call"), a_case(), Completion(missed=1), id="open past due"),
        pytest.param(a_line("T", "visit"), a_case(due_at=NOW + DAY), Completion(under_way=1), id="open"),
        pytest.param(a_line("T", "call"), None, Completion(missed=1), id="no case at all"),
    ],
)  # fmt: skip
def test_a_planned_contact_is_done_missed_or_under_way(
    line: ContactLine, case: Case | None, expected: Completion
) -> None:
    snapshot = a_snapshot(contacts=(line,), cases=(case,) if case else ())
    assert tally_completion(snapshot) == {("2026-06", "core"): expected}


def test_a_contact_counts_for_the_level_it_was_planned_for_else_for_the_customers() -> None:
    lines = (a_line("a"), a_line("b", why={}), a_line("c", why={}, customer_id="c-gone"))
    customers = (CustomerLine("c-0", aliases=("c-1",), level="basic"),)
    found = tally_completion(a_snapshot(contacts=lines, customers=customers))
    assert set(found) == {("2026-06", "core"), ("2026-06", "basic"), ("2026-06", "other")}


def a_talk(days: float, score: int | None = None) -> TalkLine:
    return TalkLine("sales#1", DUE + days * DAY, score)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([(-30, 5), (0, None), (3, 3)], Satisfaction(1, 1), id="lower"),
        pytest.param([(-30, 3), (0, None), (3, 3)], Satisfaction(1, 0), id="the same"),
        pytest.param(
            [(-30, 2), (-1, 5), (0, None), (3, 4), (4, 5)], Satisfaction(1, 1), id="last before, first after"
        ),
        pytest.param([(-200, 5), (0, None), (3, 1)], Satisfaction(), id="too long before"),
        pytest.param([(-30, 5), (0, None), (31, 1)], Satisfaction(), id="too long after"),
        pytest.param([(-30, 5), (0, None)], Satisfaction(), id="no answer after"),
        pytest.param([(-30, 5), (0, None), (1, None), (3, 1)], Satisfaction(2, 2), id="two talks"),
    ],
)
def test_satisfaction_compares_the_last_score_before_with_the_first_after(
    lines: list[tuple[float, int | None]], expected: Satisfaction
) -> None:
    snapshot = a_snapshot(
        talks=tuple(a_talk(*line) for line in reversed(lines)), source_records={"sales#1": "c-1"}
    )
    found = tally_satisfaction(snapshot, ZONE, before_months=6, after_days=30)
    assert add(found.values()) == expected


def add(parts: Iterable[Satisfaction]) -> Satisfaction:
    found = list(parts)
    return Satisfaction(sum(one.compared for one in found), sum(one.lower for one in found))


def test_what_is_overdue_is_classed_by_age_and_owner() -> None:
    ages = (0.5, 1, 1.5, 3, 8, 30)
    late = [a_case(str(age), NOW - age * DAY) for age in ages]
    other = replace(a_case("x", NOW + DAY), owner="Care desk")
    (first, second) = tally_overdue(a_snapshot(cases=(*late, other, a_case("d", **over(Outcome.DONE, NOW)))))
    assert (first.owner, first.open, first.ages, first.oldest_due_at) == (
        "Sales lead",
        6,
        (2, 2, 0, 1, 1),
        NOW - 30 * DAY,
    )
    assert (second.owner, second.open, second.late, second.oldest_due_at) == ("Care desk", 1, 0, None)


CASES = st.builds(
    lambda name, days, kind, ended, later: a_case(
        name, NOW + days * DAY, kind, **(over(ended, NOW + (days + later) * DAY) if ended else {})
    ),
    st.uuids().map(str),
    st.integers(-400, 30),
    st.sampled_from(["task", "complaint", "point", "verification", "cause_analysis"]),
    st.sampled_from([None, *Outcome]),
    st.integers(-2, 2),
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    cases=st.lists(CASES, max_size=20),
    lines=st.lists(
        st.builds(
            lambda name, status, channel, days: a_line(
                name, channel, status, occasion_on=NOW.date() + days * DAY
            ),
            st.uuids().map(str),
            st.sampled_from(list(Status)),
            st.sampled_from(["sms", "email", "call", "visit"]),
            st.integers(-400, 30),
        ),
        max_size=20,
    ),
)
def test_the_parts_sum_to_the_whole(cases: list[Case], lines: list[ContactLine]) -> None:
    snapshot = a_snapshot(cases=tuple(cases), contacts=tuple(lines))
    assert sum(part.planned for part in tally_completion(snapshot).values()) == len(lines)
    assert sum(map(sum, tally_timeliness(snapshot, ZONE).values())) == len(cases)
    late = sum(case.status is CaseStatus.OPEN and case.due_at < NOW for case in cases)
    assert sum(row.late for row in tally_overdue(snapshot)) == late
    checks = {check.name: check for check in run_checks(snapshot)}
    assert checks["completion"].holds
    assert checks["timeliness"].holds


def test_the_section_leaves_no_month_of_the_report_out_and_flags_what_misses_the_target() -> None:
    good = [a_case(str(n), **over(Outcome.DONE, DUE)) for n in range(19)]
    parts = kpi_parts(a_snapshot(cases=(*good, a_case("late"))), POLICY)
    (row,) = parts["timeliness"]
    assert (row.month, row.cells[0].text, row.cells[0].is_below) == ("2026-06", "95.0 %", False)
    parts = kpi_parts(a_snapshot(cases=(*good[1:], a_case("late"))), POLICY)
    assert parts["timeliness"][0].cells[0].is_below
    assert [bar.month for bar in parts["chart"].bars] == [m[2:] for m in last_months(NOW.date(), 12)]


def test_bars_stand_on_the_axis_and_as_high_as_their_share() -> None:
    chart = draw_timeliness([("2026-05", Timeliness()), ("2026-06", Timeliness(3, 1))], 95)
    empty, bar = chart.bars
    assert (empty.height, empty.text, empty.is_below) == (0.0, "", False)
    assert bar.y + bar.height == chart.base
    assert bar.height / (chart.base - chart.target_y) == pytest.approx(75 / 95, rel=0.01)
    assert bar.is_below


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert last_months(date(2026, 2, 28), 3) == ["2025-12", "2026-01", "2026-02"]
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 1) == date(2025, 12, 15)


def test_no_cases_make_no_percentage() -> None:
    assert add_timeliness([]).percent is None
    assert Completion(under_way=1).percent is None
    assert kpi_parts(a_snapshot(), POLICY)["timeliness"] == []
