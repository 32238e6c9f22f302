"""What an exit band keeps, and when a new level is confirmed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.insight.explain_tag import explain_change, explain_tag
from shared.model.history import Day, History
from shared.model.tags import Reason
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.tagging.review import review_tags, tag

SHANGHAI = ZoneInfo("Asia/Shanghai")
OLD_ON = date(2020, 1, 1)


def steadied(exit_percent: int = 0, confirm_days: int = 0) -> Policy:
    default = load_policy()
    changed = {"exit_percent": exit_percent, "confirm_days": confirm_days}
    return default.model_copy(update={"level": default.level.model_copy(update=changed)})


def ordered(*orders: tuple[date, int]) -> History:
    return History(days=tuple(Day(on, orders=1, fen=fen) for on, fen in orders), first_cooperation_on=OLD_ON)


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=SHANGHAI)


def level_of(history: History, policy: Policy, at: datetime) -> Reason:
    return tag(history, policy, at).reasons[0]


# 110万 from 1 December 2025 on; the first 15万 leave on 2 June 2026.
SHRINKING = ordered((date(2025, 6, 1), 15_000_000), (date(2025, 12, 1), 95_000_000))


@pytest.mark.parametrize(
    ("exit_percent", "level", "code"),
    [(0, "core", "core"), (4, "core", "core"), (5, "strategic", "held"), (20, "strategic", "held")],
)
def test_a_level_is_kept_until_the_lowered_bound_is_missed(exit_percent: int, level: str, code: str) -> None:
    told = level_of(SHRINKING, steadied(exit_percent), midnight(2026, 6, 2))
    assert (told.value, told.code) == (level, code)
    assert level_of(SHRINKING, steadied(exit_percent), midnight(2026, 6, 1)).code == "strategic"


def test_what_is_kept_says_how_far_it_is_from_being_lost() -> None:
    told = level_of(SHRINKING, steadied(10), midnight(2026, 6, 2))
    assert (told.rule, told.margin["spare_fen"], told.margin["lost_to"]) == (
        "level.exit_percent",
        5_000_000,
        "core",
    )
    assert explain_tag(told, "en") == "strategic because 950,000 元 in 12 months, kept by the exit band"
    assert explain_change(told, "zh") == "减少超过 50,000 元，则降为核心"


def test_a_level_never_reached_is_not_kept() -> None:
    just_below = ordered((date(2026, 5, 1), 99_999_999))
    assert level_of(just_below, steadied(20), midnight(2026, 6, 2)).value == "core"


def test_a_new_level_is_taken_when_it_has_held() -> None:
    history, policy = ordered((date(2026, 6, 10), 60_000_000)), steadied(confirm_days=14)
    waiting = level_of(history, policy, midnight(2026, 6, 23))
    assert (waiting.value, waiting.code, waiting.rule) == ("basic", "unconfirmed", "level.confirm_days")
    assert level_of(history, policy, midnight(2026, 6, 24)).value == "core"
    review = review_tags(history, policy, midnight(2026, 6, 11))
    assert review.next_change_at is not None
    assert review.next_change_at <= midnight(2026, 6, 24)


def test_a_level_that_goes_before_it_is_confirmed_was_never_there() -> None:
    gone = ordered((date(2026, 6, 10), 60_000_000), (date(2026, 6, 20), -60_000_000))
    policy = steadied(confirm_days=14)
    levels = {level_of(gone, policy, midnight(2026, 6, 1) + timedelta(days=day)).value for day in range(60)}
    assert levels == {"basic"}


def test_without_options_nothing_differs() -> None:
    assert level_of(SHRINKING, steadied(), midnight(2026, 6, 2)) == level_of(
        SHRINKING, load_policy(), midnight(2026, 6, 2)
    )
