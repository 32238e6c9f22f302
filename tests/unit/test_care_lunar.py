from datetime import date, timedelta

import chinese_calendar  # type: ignore[import-untyped]
import pytest

from shared.care.calendar import is_working_day, require_calendar
from shared.care.lunar import (
    LunarDay,
    birthday_on,
    festival_on,
    from_lunar,
    next_birthday,
    to_lunar,
)
from shared.model.errors import CalendarMissing


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "lunar"),
    [
        pytest.param("1900-01-31", LunarDay(1900, 1, 1), id="the first day of the table"),
        pytest.param("2024-02-09", LunarDay(2023, 12, 30), id="new year's eve"),
        pytest.param("2024-02-10", LunarDay(2024, 1, 1), id="new year"),
        pytest.param("2025-01-28", LunarDay(2024, 12, 29), id="eve on the 29th"),
        pytest.param("2020-05-23", LunarDay(2020, 4, 1, True), id="leap 4 of 2020"),
        pytest.param("2023-03-22", LunarDay(2023, 2, 1, True), id="leap 2 of 2023"),
        pytest.param("2025-07-25", LunarDay(2025, 6, 1, True), id="leap 6 of 2025"),
        pytest.param("2025-08-23", LunarDay(2025, 7, 1), id="after the leap month"),
        pytest.param("2033-12-22", LunarDay(2033, 11, 1, True), id="leap 11 of 2033"),
        pytest.param("1984-11-23", LunarDay(1984, 10, 1, True), id="leap 10 of 1984"),
        pytest.param("2026-06-19", LunarDay(2026, 5, 5), id="dragon boat of 2026"),
        pytest.param("2081-02-08", LunarDay(2080, 12, 30), id="the last day of the table"),
    ],
)
def test_a_date_and_its_lunar_day_are_one(text: str, lunar: LunarDay) -> None:
    assert to_lunar(day(text)) == lunar
    assert from_lunar(lunar) == day(text)


def test_each_day_of_the_table_follows_the_one_before() -> None:
    at, before = date(1900, 1, 31), LunarDay(1899, 12, 30)
    while at < date(2081, 2, 9):
        lunar = to_lunar(at)
        assert from_lunar(lunar) == at
        assert lunar.day in (1, before.day + 1)
        assert lunar.day > 1 or before.day in (29, 30)
        at, before = at + timedelta(days=1), lunar


@pytest.mark.parametrize(
    ("festival", "year", "expected"),
    [
        ("spring_festival", 2026, "2026-02-17"),
        ("spring_festival", 2027, "2027-02-06"),
        ("spring_festival", 2034, "2034-02-19"),
        ("lantern_festival", 2026, "2026-03-03"),
        ("dragon_boat", 2025, "2025-05-31"),
        ("double_seventh", 2025, "2025-08-29"),
        ("mid_autumn", 2024, "2024-09-17"),
        ("mid_autumn", 2025, "2025-10-06"),
        ("double_ninth", 2026, "2026-10-18"),
        ("laba", 2025, "2026-01-26"),
        ("new_years_eve", 2024, "2025-01-28"),
        ("new_years_eve", 2025, "2026-02-16"),
    ],
)
def test_festivals_fall_on_their_days(festival: str, year: int, expected: str) -> None:
    assert festival_on(festival, year) == day(expected)


@pytest.mark.parametrize(
    ("born", "year", "expected"),
    [
        pytest.param(LunarDay(1990, 8, 15), 2026, "2026-09-25", id="an ordinary day"),
        pytest.param(LunarDay(1979, 6, 1, True), 2025, "2025-07-25", id="a leap month that comes again"),
        pytest.param(LunarDay(1979, 6, 1, True), 2026, "2026-07-14", id="a leap month that does not"),
        pytest.param(LunarDay(1990, 6, 1), 2025, "2025-06-25", id="the first of two months of that number"),
        pytest.param(LunarDay(1985, 12, 30), 2024, "2025-01-28", id="the 30th of a month with 29 days"),
        pytest.param(LunarDay(2025, 6, 30, True), 2025, "2025-08-22", id="a day its leap month never has"),
    ],
)
def test_a_lunar_birthday_is_kept_each_year(born: LunarDay, year: int, expected: str) -> None:
    assert birthday_on(born, year) == day(expected)


@pytest.mark.parametrize(
    ("after", "expected"),
    [("2026-01-05", "2026-02-12"), ("2026-02-12", "2026-02-12"), ("2026-02-13", "2027-02-01")],
)
def test_the_next_birthday_may_be_of_the_lunar_year_before(after: str, expected: str) -> None:
    assert next_birthday(LunarDay(1990, 12, 25), day(after)) == day(expected)


@pytest.mark.parametrize("lunar", [LunarDay(2026, 6, 1, True), LunarDay(2026, 13, 1), LunarDay(2024, 12, 30)])
def test_a_lunar_day_that_there_is_not_has_no_date(lunar: LunarDay) -> None:
    assert from_lunar(lunar) is None


@pytest.mark.parametrize("text", ["1900-01-30", "2081-02-09", "2200-01-01"])
def test_outside_of_the_table_is_an_error_that_says_what_to_do(text: str) -> None:
    with pytest.raises(CalendarMissing, match=r"extend shared/care/lunar_years\.toml"):
        to_lunar(day(text))


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_the_working_days_are_those_of_the_package_that_others_keep(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [is_working_day(one) for one in days] == [chinese_calendar.is_workday(one) for one in days]


def test_a_year_that_is_not_there_fails_and_says_what_to_do() -> None:
    require_calendar(date(2024, 1, 1), date(2026, 12, 31))
    with pytest.raises(CalendarMissing, match=r"2027: add \[2027\] to shared/care/working_days\.toml"):
        require_calendar(date(2026, 11, 22), date(2027, 1, 5))
