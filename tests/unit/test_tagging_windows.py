"""Calendar arithmetic of the windows (R17, R22)."""

from datetime import date, timedelta

import pytest

from shared.model.history import Day, History
from shared.tagging.windows import (
    NEVER,
    anniversary,
    breakpoints,
    held,
    leaves_on,
    minus,
    newest,
    past_of,
    start_of,
)

MONTHS = (1, 2, 3, 6, 12, 24)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param(date(2026, 6, 30), 2, date(2026, 4, 30), id="same day"),
        pytest.param(date(2026, 3, 31), 1, date(2026, 2, 28), id="clamped to February"),
        pytest.param(date(2024, 3, 31), 1, date(2024, 2, 29), id="clamped to a leap February"),
        pytest.param(date(2026, 1, 15), 2, date(2025, 11, 15), id="over the year"),
        pytest.param(date(2024, 2, 29), 12, date(2023, 2, 28), id="29 February a year back"),
        pytest.param(date(2026, 12, 31), 12, date(2025, 12, 31), id="from December to December"),
    ],
)
def test_minus_is_the_same_day_months_earlier_or_the_months_end(
    day: date, months: int, expected: date
) -> None:
    assert minus(day, months) == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param(date(2026, 6, 29), 2, date(2026, 8, 30), id="day after, months later"),
        pytest.param(date(2025, 2, 28), 1, date(2025, 4, 1), id="28 February, common year"),
        pytest.param(date(2024, 2, 28), 1, date(2024, 3, 29), id="28 February, leap year"),
        pytest.param(date(2024, 2, 29), 1, date(2024, 4, 1), id="29 February"),
        pytest.param(date(2025, 1, 30), 1, date(2025, 3, 1), id="30 January, February lacks the 31st"),
        pytest.param(date(2025, 1, 31), 1, date(2025, 3, 1), id="31 January"),
        pytest.param(date(2025, 1, 27), 1, date(2025, 2, 28), id="27 January"),
        pytest.param(date(2024, 2, 28), 12, date(2025, 3, 1), id="28 February of a leap year, a year on"),
        pytest.param(date(2025, 12, 30), 2, date(2026, 3, 1), id="over the year"),
        pytest.param(date(2025, 12, 31), 12, date(2027, 1, 1), id="new year"),
        pytest.param(NEVER, 1, NEVER, id="the calendar's last day"),
        pytest.param(date(9999, 6, 1), 12, NEVER, id="beyond the calendar"),
    ],
)
def test_a_day_leaves_the_window_with_the_day_after_it_months_later(
    day: date, months: int, expected: date
) -> None:
    assert leaves_on(day, months) == expected


@pytest.mark.parametrize("months", MONTHS)
def test_leaving_is_the_first_day_whose_window_begins_later(months: int) -> None:
    first = date(2023, 1, 1)
    today = first
    for offset in range(3 * 366):
        day = first + timedelta(days=offset)
        while minus(today, months) <= day:
            today += timedelta(days=1)
        assert leaves_on(day, months) == today


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        pytest.param(date(2024, 6, 30), 2, date(2026, 6, 30), id="plain"),
        pytest.param(date(2024, 2, 29), 2, date(2026, 2, 28), id="29 February to a common year"),
        pytest.param(date(2024, 2, 29), 4, date(2028, 2, 29), id="29 February to a leap year"),
        pytest.param(date(2024, 2, 28), 2, date(2026, 2, 28), id="28 February stays"),
        pytest.param(date(2026, 12, 31), 2, date(2028, 12, 31), id="new year's eve"),
        pytest.param(date(9998, 1, 1), 2, NEVER, id="beyond the calendar"),
    ],
)
def test_the_anniversary_of_29_february_is_28_february(day: date, years: int, expected: date) -> None:
    assert anniversary(day, years) == expected


HISTORY = History(
    days=(
        Day(date(2026, 1, 30), interactions=1, orders=1, fen=500),
        Day(date(2026, 1, 31), interactions=2, refunds=1, fen=-200),
        Day(date(2026, 2, 28), complaints=1),
        Day(date(2026, 3, 1), orders=2, fen=70),
    )
)


def test_a_window_holds_its_first_day_and_the_day_itself() -> None:
    past = past_of(HISTORY, order_is_interaction=False)
    assert held(past.fen, start_of(past, date(2026, 3, 1), 1)) == 70
    assert held(past.fen, start_of(past, date(2026, 3, 31), 2)) == -200 + 70
    assert held(past.contacts, start_of(past, date(2026, 3, 30), 2)) == 3


def test_orders_and_refunds_are_contacts_only_where_the_policy_says_so() -> None:
    assert past_of(HISTORY, order_is_interaction=False).contacts[-1] == 3
    assert past_of(HISTORY, order_is_interaction=True).contacts[-1] == 7


@pytest.mark.parametrize(
    ("nth", "expected"),
    [
        pytest.param(1, date(2026, 1, 31), id="newest"),
        pytest.param(2, date(2026, 1, 31), id="second of the same day"),
        pytest.param(3, date(2026, 1, 30), id="oldest"),
        pytest.param(4, None, id="there are fewer"),
    ],
)
def test_the_nth_newest_contact_has_its_day(nth: int, expected: date | None) -> None:
    past = past_of(HISTORY, order_is_interaction=False)
    assert newest(past, past.contacts, nth) == expected


def test_breakpoints_ascend_and_lie_after_the_day_asked_for() -> None:
    past = past_of(HISTORY, order_is_interaction=False)
    assert list(breakpoints(past.on, (1, 2), date(2026, 3, 1))) == [
        date(2026, 3, 31),
        date(2026, 4, 1),
        date(2026, 4, 1),
        date(2026, 4, 2),
        date(2026, 5, 1),
        date(2026, 5, 2),
    ]
