"""When the next service is due, reckoned by hand (R40, R41, R52)."""

from datetime import date

import pytest

from shared.care.reminders import Reading, project_service


@pytest.mark.parametrize(
    ("months", "due_km", "readings", "expected"),
    [
        pytest.param(6, 5000, [], ("2026-07-10", "months"), id="nothing read"),
        pytest.param(6, 5000, [("2026-01-10", 0), ("2026-02-09", 1500)], ("2026-04-20", "mileage"), id="50 km a day"),
        pytest.param(6, 5000, [("2026-01-10", 0), ("2026-02-09", 300)], ("2026-07-10", "months"), id="10 km a day"),
        pytest.param(
            6,
            5000,
            [("2026-01-10", 0), ("2026-02-09", 300), ("2026-02-19", 1300)],
            ("2026-03-28", "mileage"),
            id="the last two count: 100 km a day",
        ),
        pytest.param(
            6, 5000, [("2026-01-10", 0), ("2026-02-09", 6000)], ("2026-02-09", "mileage"), id="driven already"
        ),
        pytest.param(
            6,
            5000,
            [("2026-01-10", 0), ("2026-02-09", 1500), ("2026-02-19", 1400)],
            ("2026-04-20", "mileage"),
            id="a reading that falls is a slip",
        ),
        pytest.param(
            6,
            5000,
            [("2026-01-10", 0), ("2026-01-13", 1000)],
            ("2026-01-25", "mileage"),
            id="a day that has begun counts: 12 days, not 11.99",
        ),
        pytest.param(12, None, [("2026-01-10", 100), ("2026-02-09", 1500)], ("2027-01-10", "months"), id="no start"),
    ],
)  # fmt: skip
def test_a_service_is_due_by_months_or_by_mileage_whichever_is_first(
    months: int, due_km: int | None, readings: list[tuple[str, int]], expected: tuple[str, str]
) -> None:
    read = [Reading(date.fromisoformat(day), km) for day, km in readings]
    due = project_service(date(2026, 1, 10), months, due_km, read)
    assert (due.day.isoformat(), due.by) == expected
