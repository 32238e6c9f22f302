"""A policy is changed by path, and a path that is not there is refused with what is."""

import pytest

from shared.model.errors import PolicyInvalid
from shared.policy.change import change_policy
from shared.policy.load import DEFAULT, check_policy, load_policy, read_tables

TABLES = read_tables(DEFAULT.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        pytest.param("level.core_min_fen=40_000_000", 40_000_000, id="as it is written"),
        pytest.param("level.core.min_fen = 40_000_000", 40_000_000, id="dots for underscores"),
    ],
)
def test_a_value_is_changed_by_its_path(setting: str, expected: int) -> None:
    changed = check_policy(change_policy(TABLES, [setting]))
    assert changed.level.core_min_fen == expected
    assert load_policy().level.core_min_fen == 50_000_000


def test_values_are_read_as_toml_and_what_is_not_toml_is_text() -> None:
    changed = change_policy(
        TABLES,
        ["tenant.zone=Europe/Berlin", "risk.order_is_interaction=true", 'first_import.exempt_risks=["low"]'],
    )
    policy = check_policy(changed)
    assert policy.tenant.zone == "Europe/Berlin"
    assert policy.risk.order_is_interaction is True
    assert policy.first_import.exempt_risks == ["low"]


def test_a_cell_of_the_plan_is_reached_through_its_tables() -> None:
    policy = check_policy(change_policy(TABLES, ["plan.basic.low.every=7 months"]))
    assert policy.plan["basic"]["low"].every.count == 7  # type: ignore[index]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        pytest.param("level.cor.min=3", "core_min_fen", id="a slip names what is near"),
        pytest.param("nothing.here=3", "there are", id="an unknown table"),
        pytest.param("level.core_min_fen", "path=value", id="no value"),
        pytest.param("level.core_min_fen.more=3", "no such value", id="below a value"),
    ],
)
def test_a_setting_that_fits_nothing_is_refused_and_says_what_there_is(setting: str, told: str) -> None:
    with pytest.raises(PolicyInvalid, match=told):
        change_policy(TABLES, [setting])


def test_a_changed_policy_is_checked_like_any_other() -> None:
    with pytest.raises(PolicyInvalid, match="level: .*overlap"):
        check_policy(change_policy(TABLES, ["level.core_min_fen=1"]))
