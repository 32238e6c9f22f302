"""Faults in the policy of tasks are refused with their path."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.care.case_people import find_person, level_of, person_for
from shared.model.errors import PolicyInvalid
from shared.model.tags import Level
from shared.policy.load import DEFAULT, check_policy, load_policy, read_tables
from tests.unit.test_case_times import a_case

POLICY = load_policy()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda t: t["tasks"]["steps"].reverse(), "tasks: .*steps: their percents must ascend", id="order"
        ),
        pytest.param(lambda t: t["tasks"].update(steps=[]), "tasks.steps", id="no steps"),
        pytest.param(lambda t: t["tasks"].update(digest_at="12:30"), "tasks: .*digest_until", id="no time"),
        pytest.param(lambda t: t["tasks"].update(digest_at="8:30"), "tasks.digest_at", id="clock"),
        pytest.param(
            lambda t: t["tasks"]["managers"].pop("core"), "tasks.managers: missing core", id="no manager"
        ),
        pytest.param(
            lambda t: t["tasks"]["head"].update(name="Sales lead"),
            "'Sales lead' has two addresses",
            id="name",
        ),
        pytest.param(lambda t: t["tasks"]["steps"][0].update(tell="boss"), "tasks.steps.0.tell", id="role"),
        pytest.param(lambda t: t["tasks"].update(extra=1), "tasks.extra", id="unknown key"),
    ],
)
def test_a_bad_policy_of_tasks_is_refused_with_its_path(
    change: Callable[[dict[str, Any]], object], message: str
) -> None:
    tables = read_tables(DEFAULT.read_text(encoding="utf-8"))
    change(tables)
    with pytest.raises(PolicyInvalid, match=message):
        check_policy(tables)


@pytest.mark.parametrize("name", ["Sales lead", " sales LEAD ", "SALES@guanxi.example"])
def test_a_person_is_found_by_name_or_address(name: str) -> None:
    person = find_person(name, POLICY)
    assert person is not None
    assert person.email == "sales@guanxi.example"


def test_the_level_of_a_case_is_the_one_it_was_opened_for_else_its_owners() -> None:
    case = a_case("2026-06-30 10:00", "2026-07-02 18:00")
    assert level_of(case, POLICY) is Level.CORE
    assert person_for("manager", case, POLICY).email == "sales-manager@guanxi.example"
