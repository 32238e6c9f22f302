from collections import Counter
from datetime import date
from typing import Any

import pytest

from shared.care.plan import add_interval, roll_ledger
from shared.care.state import Ledger
from shared.policy.matrix import Interval
from tests.unit.care_builder import POLICY, a_ledger, a_state


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "unit", "expected"),
    [
        pytest.param("2026-01-31", 1, "month", "2026-02-28", id="clamped to February"),
        pytest.param("2024-01-31", 1, "month", "2024-02-29", id="leap year"),
        pytest.param("2026-08-31", 6, "month", "2027-02-28", id="over the year"),
        pytest.param("2026-12-15", 1, "month", "2027-01-15", id="December"),
        pytest.param("2026-11-30", 13, "month", "2027-12-30", id="more than a year"),
        pytest.param("2026-12-28", 2, "week", "2027-01-11", id="weeks"),
    ],
)
def test_intervals_are_calendar_months_or_weeks(start: str, count: int, unit: Any, expected: str) -> None:
    assert add_interval(day(start), Interval(count=count, unit=unit)) == day(expected)


TODAY = day("2026-05-20")


@pytest.mark.parametrize(
    ("ledger", "level", "risk", "interaction", "due", "last"),
    [
        pytest.param(
            a_ledger("core.low", "2026-06-10", "2026-04-10"),
            "core",
            "low",
            None,
            "2026-06-10",
            "2026-04-10",
            id="nothing happened",
        ),
        pytest.param(
            a_ledger("core.low", "2026-06-10", "2026-04-10"),
            "core",
            "low",
            "2026-05-01",
            "2026-07-01",
            "2026-05-01",
            id="a contact since moves the plan on",
        ),
        pytest.param(
            a_ledger("core.low", "2026-05-20", "2026-03-20"),
            "core",
            "low",
            "2026-05-20",
            "2026-07-20",
            "2026-05-20",
            id="a contact on the due day passes the occasion",
        ),
        pytest.param(
            a_ledger("core.low", "2026-06-10", "2026-04-10"),
            "core",
            "low",
            "2026-04-01",
            "2026-06-10",
            "2026-04-10",
            id="a late record of an older contact changes nothing",
        ),
        pytest.param(
            a_ledger("core.low", "2026-06-10", "2026-04-10"),
            "core",
            "low",
            "2026-05-21",
            "2026-06-10",
            "2026-04-10",
            id="an interaction ahead does not exist yet",
        ),
        pytest.param(
            a_ledger("core.low", "2026-06-10", "2026-04-10"),
            "core",
            "high",
            None,
            "2026-04-17",
            "2026-04-10",
            id="a shorter interval pulls earlier",
        ),
        pytest.param(
            a_ledger("core.high", "2026-05-22", "2026-05-15"),
            "core",
            "low",
            None,
            "2026-05-22",
            "2026-05-15",
            id="a longer interval does not push",
        ),
        pytest.param(
            a_ledger("core.low", "2026-06-10"),
            "core",
            "medium",
            None,
            "2026-06-10",
            None,
            id="never contacted: entry into the new cell",
        ),
        pytest.param(
            a_ledger("core.low", "2026-08-01"),
            "core",
            "low",
            None,
            "2026-07-20",
            None,
            id="a policy with a shorter interval pulls earlier",
        ),
        pytest.param(
            a_ledger("core.high", "2026-05-31", "2026-05-24"),
            "core",
            "high",
            None,
            "2026-05-31",
            "2026-05-24",
            id="a contact planned after a holiday still counts",
        ),
        pytest.param(
            Ledger(), "core", "low", "2026-05-01", "2026-07-01", "2026-05-01", id="first seen, not due"
        ),
        pytest.param(
            Ledger(), "core", "high", "2025-05-01", "2026-05-20", "2025-05-01", id="first seen, exempt risk"
        ),
        pytest.param(Ledger(), "core", "high", None, "2026-05-20", None, id="exempt, never contacted"),
    ],
)
def test_the_due_day_follows_contacts_and_cells(
    ledger: Ledger, level: str, risk: str, interaction: str | None, due: str, last: str | None
) -> None:
    interaction_on = day(interaction) if interaction else None
    state = a_state(level, risk, ledger=ledger, last_interaction_on=interaction_on)
    rolled = roll_ledger(state, POLICY, TODAY)
    assert (rolled.plan_due_on, rolled.last_contact_on) == (day(due), day(last) if last else None)
    assert rolled.cell == f"{level}.{risk}"
    assert rolled.cell_since_on == (ledger.cell_since_on if ledger.cell == rolled.cell else TODAY)


def test_a_first_import_is_spread_evenly_over_the_stagger_days() -> None:
    dues: Counter[date] = Counter()
    for number in range(1400):
        interaction_on = day("2020-01-01") if number % 2 else None
        state = a_state(customer_id=f"C-{number}", last_interaction_on=interaction_on)
        due = roll_ledger(state, POLICY, TODAY).plan_due_on
        assert due
        dues[due] += 1
    offsets = sorted((due - TODAY).days for due in dues)
    assert offsets == list(range(POLICY.first_import.stagger_days))
    assert max(dues.values()) < 2 * min(dues.values())


def test_what_is_due_on_the_day_it_is_first_seen_is_spread_too() -> None:
    dues = set()
    for number in range(30):
        state = a_state(customer_id=f"C-{number}", last_interaction_on=day("2026-03-20"))
        dues.add(roll_ledger(state, POLICY, TODAY).plan_due_on)
    assert len(dues) > 1
