import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.care.calendar import (
    WorkTime,
    add_working_days,
    has_calendar,
    is_working_day,
    last_working_day,
    next_working,
    require_calendar,
    work_time,
    working_window,
)
from shared.model.errors import CalendarMissing
from tests.unit.care_builder import POLICY, SHANGHAI, at

ROOT = Path(__file__).parents[2]

WORK = WorkTime(SHANGHAI, time(9), time(18))


def day(text: str) -> date:
    return date.fromisoformat(text)


# State Council notices: spring festival 2026 is 15-23 February, worked are Saturdays 14 and 28 February.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-02-13", True, id="Friday before the festival"),
        pytest.param("2026-02-14", True, id="Saturday worked for the festival"),
        pytest.param("2026-02-16", False, id="Monday, eve of the new year"),
        pytest.param("2026-02-23", False, id="Monday, last day of the festival"),
        pytest.param("2026-02-28", True, id="Saturday worked after the festival"),
        pytest.param("2026-03-01", False, id="an ordinary Sunday"),
        pytest.param("2026-01-04", True, id="Sunday worked for new year"),
        pytest.param("2026-09-20", True, id="Sunday worked for national day"),
        pytest.param("2026-10-10", True, id="Saturday worked after national day"),
        pytest.param("2025-01-26", True, id="Sunday worked in 2025"),
        pytest.param("2025-10-08", False, id="Wednesday of the long national day"),
    ],
)
def test_working_days_follow_the_official_calendar(text: str, expected: bool) -> None:
    assert is_working_day(day(text)) is expected


@pytest.mark.parametrize(("year", "differing"), [(2025, 23), (2026, 25)])
def test_the_calendar_differs_from_monday_to_friday_as_published(year: int, differing: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    assert sum(is_working_day(one) != (one.weekday() < 5) for one in days) == differing


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        pytest.param("2026-03-02", 3, "2026-03-05", id="the start day does not count"),
        pytest.param("2026-03-06", 2, "2026-03-10", id="over a weekend"),
        pytest.param("2026-02-12", 2, "2026-02-14", id="a worked Saturday counts"),
        pytest.param("2026-02-14", 1, "2026-02-24", id="over the festival"),
        pytest.param("2026-02-18", 2, "2026-02-25", id="from within the festival"),
        pytest.param("2026-02-27", 1, "2026-02-28", id="to a worked Saturday"),
        pytest.param("2026-03-07", 0, "2026-03-09", id="none: the first from that day on"),
        pytest.param("2026-03-09", 0, "2026-03-09", id="none: a working day itself"),
        pytest.param("2026-09-30", 3, "2026-10-10", id="national day"),
    ],
)
def test_deadlines_count_working_days(start: str, n: int, expected: str) -> None:
    assert add_working_days(day(start), n) == day(expected)


def test_a_year_without_a_table_fails_loudly_and_says_what_to_do() -> None:
    with pytest.raises(CalendarMissing, match="2099.*chinesecalendar"):
        add_working_days(date(2099, 3, 2), 1)
    assert not has_calendar(date(2099, 3, 2))


def test_a_provisional_year_counts_monday_to_friday() -> None:
    assert add_working_days(date(2099, 3, 6), 1, provisional=True) == date(2099, 3, 9)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(at("2026-03-02", "10:00"), at("2026-03-02", "10:00"), id="inside"),
        pytest.param(at("2026-03-02", "08:00"), at("2026-03-02", "09:00"), id="before work"),
        pytest.param(at("2026-03-06", "18:00"), at("2026-03-09", "09:00"), id="the end is outside"),
        pytest.param(at("2026-02-14", "17:59"), at("2026-02-14", "17:59"), id="a worked Saturday"),
        pytest.param(at("2026-02-15", "10:00"), at("2026-02-24", "09:00"), id="the festival"),
    ],
)
def test_work_begins_in_the_next_working_hour(asked: datetime, expected: datetime) -> None:
    assert next_working(asked, WORK) == expected


def test_working_hours_that_start_in_a_gap_begin_at_its_end() -> None:
    work = WorkTime(ZoneInfo("America/Santiago"), time(0), time(8))
    start, end = working_window(date(2026, 9, 6), work)
    assert (start.hour, end - start) == (4, timedelta(hours=7))


@pytest.mark.parametrize(
    ("first", "limit", "expected"),
    [
        pytest.param("2026-03-02", "2026-03-08", "2026-03-06", id="the Friday"),
        pytest.param("2026-02-14", "2026-02-20", "2026-02-14", id="never before the first"),
        pytest.param("2026-03-02", "2026-03-01", "2026-03-02", id="a limit before the first"),
    ],
)
def test_the_last_working_day_up_to_a_limit(first: str, limit: str, expected: str) -> None:
    assert last_working_day(day(first), day(limit)) == day(expected)


@pytest.mark.parametrize(
    ("calendar", "text", "expected"),
    [
        pytest.param("DE", "2026-10-02", True, id="Germany, a Friday"),
        pytest.param("DE", "2026-12-25", False, id="Germany, Christmas"),
        pytest.param("DE", "2026-06-04", True, id="Corpus Christi is not kept in all of Germany"),
        pytest.param("DE-BY", "2026-06-04", False, id="but in Bavaria"),
        pytest.param("US-CA", "2026-07-03", False, id="Independence Day falls on a Saturday"),
        pytest.param("US-CA", "2026-07-06", True, id="the Monday after it"),
        pytest.param("EG", "2026-03-06", False, id="Egypt rests on Friday"),
        pytest.param("EG", "2026-03-08", True, id="and works on Sunday"),
        pytest.param("CN", "2026-02-14", True, id="a Saturday worked for the Spring Festival"),
    ],
)
def test_other_countries_have_their_own_days(calendar: str, text: str, *, expected: bool) -> None:
    assert is_working_day(day(text), calendar=calendar) is expected


@pytest.mark.parametrize("calendar", ["XX", "DE-XX"])
def test_a_place_without_a_calendar_fails_loudly_and_says_what_to_do(calendar: str) -> None:
    with pytest.raises(CalendarMissing, match=rf"2026.*{calendar}.*hours\.work\.calendar"):
        require_calendar(date(2026, 1, 1), date(2026, 1, 1), calendar=calendar)


def test_the_tenants_calendar_decides_its_working_time() -> None:
    hours = POLICY.hours.model_copy(
        update={"work": POLICY.hours.work.model_copy(update={"calendar": "US-CA"})}
    )
    work = work_time(POLICY.model_copy(update={"hours": hours}))
    assert next_working(at("2026-02-16"), work) == at("2026-02-17", "09:00")  # Presidents' Day
    assert next_working(at("2026-10-05"), work) == at("2026-10-05")  # a holiday in China


def test_a_chinese_tenant_never_loads_the_calendars_of_other_countries() -> None:
    asked = (
        "import sys; from datetime import date; from shared.care.care_day import care_day; "
        "from shared.care.calendar import is_working_day; is_working_day(date(2026, 10, 1)); "
        "print(sorted({'holidays', 'chinese_calendar'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
