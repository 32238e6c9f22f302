"""The latch, the flags, the margins, what is pending, and when the tags change next (R14..R23)."""

from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest

from shared.model.history import Day, History, Pending
from shared.model.instants import TICK, start_of_day
from shared.model.tags import Level, Reason, Tags
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.tagging.fold import Happening, add_events, prune
from shared.tagging.review import changes, review_tags, tag

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = load_policy()


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=SHANGHAI)


def reason_of(tags: Tags, name: str) -> Reason:
    return next(reason for reason in tags.reasons if reason.tag == name)


def code_at(history: History, at: datetime, policy: Policy = POLICY) -> str:
    return reason_of(tag(history, policy, at), "risk").code


def with_day(history: History, day: Day) -> History:
    days = {other.on: other for other in history.days} | {day.on: day}
    return History(
        days=tuple(days[on] for on in sorted(days)), first_cooperation_on=history.first_cooperation_on
    )


# Half a year of orders, then one talk in April 2026: silent and down from June on, without a base from December on.
FADING = History(
    days=(
        Day(date(2025, 6, 10), interactions=1),
        *(Day(date(2025, month, 15), orders=1, fen=1_000_000) for month in range(7, 13)),
        Day(date(2026, 4, 20), interactions=1),
    )
)


# --- latch ---------------------------------------------------------------------------------------------------


def test_silence_alone_never_lowers_a_high_risk() -> None:
    day, codes = date(2026, 4, 21), []
    while day < date(2027, 6, 1):
        codes.append(code_at(FADING, start_of_day(day, SHANGHAI)))
        day += timedelta(days=1)

    assert [code for code, _ in groupby(codes)] == ["none", "silent_and_down", "latched", "lapsed"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(Day(date(2027, 3, 1), interactions=1), "none", id="interaction"),
        pytest.param(Day(date(2027, 3, 1), orders=1), "none", id="order without an amount"),
        pytest.param(Day(date(2027, 3, 1), refunds=1, fen=-1), "none", id="refund"),
        pytest.param(Day(date(2027, 3, 1), complaints=1), "latched", id="complaint by letter"),
        pytest.param(
            Day(date(2027, 3, 1), interactions=1, complaints=1), "complaint", id="complaint by phone"
        ),
    ],
)
def test_the_latch_ends_with_the_next_interaction_order_or_refund(event: Day, expected: str) -> None:
    assert code_at(FADING, midnight(2027, 3, 2)) == "latched"
    assert code_at(with_day(FADING, event), midnight(2027, 3, 2)) == expected


def test_the_day_of_the_last_event_latches_after_that_event() -> None:
    # On the order's own day the old July still counts; at the next midnight the base is gone, the latch is not.
    history = History(
        days=(Day(date(2025, 7, 15), orders=1, fen=1_000_000), Day(date(2026, 7, 15), orders=1, fen=100)),
    )
    assert code_at(history, midnight(2026, 7, 16) - TICK) == "silent_and_down"
    assert code_at(history, midnight(2026, 7, 16)) == "latched"


# --- lapse ---------------------------------------------------------------------------------------------------


def test_a_customer_without_any_event_lapses_from_the_first_cooperation_date_on() -> None:
    history = History(first_cooperation_on=date(2025, 6, 29))
    review = review_tags(history, POLICY, midnight(2026, 6, 29))

    assert code_at(history, midnight(2026, 6, 29)) == "none"
    assert review.next_change_at == midnight(2026, 6, 30)
    assert code_at(history, midnight(2026, 6, 30)) == "lapsed"


def test_a_customer_of_whom_nothing_is_known_is_low_for_ever() -> None:
    review = review_tags(History(), POLICY, midnight(2026, 6, 30))

    assert review.tags.vector == ("basic", "low", "low", "level=basic", "risk=none", "activity=low")
    assert review.next_change_at is None


def test_a_letter_is_no_event_that_keeps_from_lapsing() -> None:
    history = History(days=(Day(date(2026, 6, 1), complaints=1),), first_cooperation_on=date(2024, 1, 1))
    assert code_at(history, midnight(2026, 6, 30)) == "lapsed"


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(History(has_interaction_ever=True), id="interaction"),
        pytest.param(History(has_order_ever=True), id="order or refund"),
        pytest.param(
            History(has_interaction_ever=True, first_cooperation_on=date(2026, 6, 1)),
            id="a recent first date does not matter",
        ),
    ],
)
def test_events_of_days_no_longer_kept_still_make_a_lapse(history: History) -> None:
    review = review_tags(history, POLICY, midnight(2026, 6, 30))
    assert reason_of(review.tags, "risk").code == "lapsed"


def test_pruned_days_change_no_tag() -> None:
    at = midnight(2027, 4, 1)
    pruned = prune(FADING, at, SHANGHAI, POLICY.history.buckets_months)
    assert pruned.days == FADING.days
    assert prune(FADING, midnight(2027, 6, 15), SHANGHAI, 24).days[0].on == date(2025, 7, 15)
    assert tag(pruned, POLICY, at) == tag(FADING, POLICY, at)


# --- flags ---------------------------------------------------------------------------------------------------


def test_one_who_never_bought_nor_talked_is_not_watched() -> None:
    history = History(days=(Day(date(2026, 6, 1), refunds=1, fen=-5), Day(date(2026, 6, 2), complaints=1)))
    tags = tag(history, POLICY, midnight(2026, 6, 30))
    assert (tags.risk, tags.flags) == ("medium", ())


def test_flags_stand_beside_a_medium_risk() -> None:
    history = with_day(FADING, Day(date(2026, 4, 20), orders=1, fen=9_000_000, complaints=1))
    tags = tag(history, POLICY, midnight(2026, 4, 22))
    assert (tags.risk, tags.flags) == ("medium", ("watch:silent",))


def test_few_orders_in_the_base_period_make_the_evidence_thin() -> None:
    days = [Day(date(2026, 1, 5), orders=2, refunds=5, fen=900_000), Day(date(2026, 6, 20), interactions=1)]
    few, enough = History(days=tuple(days)), History(days=(Day(date(2026, 1, 4), orders=1), *days))

    assert tag(few, POLICY, midnight(2026, 6, 30)).flags == ("thin_evidence", "watch:shrinking")
    assert tag(enough, POLICY, midnight(2026, 6, 30)).flags == ("watch:shrinking",)


# --- level ---------------------------------------------------------------------------------------------------


def test_big_but_new_is_basic_where_the_policy_reads_literally() -> None:
    literal = POLICY.model_copy(
        update={"level": POLICY.level.model_copy(update={"big_but_new": Level.BASIC})}
    )
    history = History(days=(Day(date(2026, 6, 1), orders=1, fen=100_000_000),))
    level = reason_of(tag(history, literal, midnight(2026, 6, 30)), "level")
    assert (level.value, level.code, level.rule) == ("basic", "big_but_new", "R14")


def test_tenure_begins_with_the_earliest_order_where_no_first_date_is_known() -> None:
    days = (Day(date(2026, 2, 1), orders=1, fen=100_000_000),)
    history = History(days=days, first_order_on=date(2024, 2, 29), has_order_ever=True)
    review = review_tags(history, POLICY, midnight(2026, 2, 27))

    assert reason_of(review.tags, "level").margin["missing_days"] == 1
    assert review.tags.level == "core"
    assert review.next_change_at == midnight(2026, 2, 28)
    assert tag(history, POLICY, midnight(2026, 2, 28)).level == "strategic"


def test_an_amount_out_of_nothing_is_growth() -> None:
    history = History(days=(Day(date(2026, 6, 1), orders=1, fen=10_000_000),))
    level = reason_of(tag(history, POLICY, midnight(2026, 6, 30)), "level")
    assert (level.value, level.code, level.rule) == ("potential", "from_zero", "R18")


@pytest.mark.parametrize(
    ("older_fen", "recent_fen", "expected"),
    [
        pytest.param(5_000_000, 6_000_000, "potential", id="exactly 20 %"),
        pytest.param(5_000_003, 6_000_003, "basic", id="0.6 fen short"),
        pytest.param(5_000_003, 6_000_004, "potential", id="0.4 fen more"),
        pytest.param(-1, 10_000_001, "potential", id="refunds before"),
    ],
)
def test_growth_is_compared_without_rounding(older_fen: int, recent_fen: int, expected: str) -> None:
    days = (
        Day(date(2025, 12, 29), fen=older_fen, orders=1),
        Day(date(2025, 12, 30), fen=recent_fen, orders=1),
    )
    assert tag(History(days=days), POLICY, midnight(2026, 6, 30)).level == expected


@pytest.mark.parametrize(
    ("older_fen", "recent_fen"),
    [
        pytest.param(0, 0, id="nothing"),
        pytest.param(3_000_000, 2_000_000, id="basic by amount"),
        pytest.param(4_545_455, 5_454_545, id="growth short by little"),
        pytest.param(6_000_001, 5_000_000, id="growth short, rounding up"),
        pytest.param(30_000_000, 15_000_000, id="growth so short that core comes first"),
        pytest.param(-500, 100, id="refunds in the older half"),
        pytest.param(10_000_000, 20_000_000, id="potential"),
    ],
)
def test_an_order_of_the_missing_amount_lifts_and_one_fen_less_does_not(
    older_fen: int, recent_fen: int
) -> None:
    def level_with(extra_fen: int) -> Reason:
        days = (
            Day(date(2025, 9, 1), orders=1, fen=older_fen),
            Day(date(2026, 6, 1), orders=1, fen=recent_fen + extra_fen),
        )
        return reason_of(tag(History(days=days), POLICY, midnight(2026, 6, 30)), "level")

    margin = level_with(0).margin
    missing_fen = margin["missing_fen"]
    assert isinstance(missing_fen, int)
    assert level_with(missing_fen).value == margin["to"]
    assert level_with(missing_fen - 1).value == level_with(0).value


@pytest.mark.parametrize(
    ("older_fen", "recent_fen"),
    [
        pytest.param(0, 12_000_000, id="from zero"),
        pytest.param(5_000_000, 7_000_000, id="growth binds"),
        pytest.param(1_000_000, 9_500_000, id="amount binds"),
        pytest.param(0, 50_000_007, id="core"),
    ],
)
def test_a_level_is_kept_when_the_spare_amount_is_lost_and_no_fen_more(
    older_fen: int, recent_fen: int
) -> None:
    def level_without(lost_fen: int) -> Reason:
        days = (
            Day(date(2025, 9, 1), orders=1, fen=older_fen),
            Day(date(2026, 6, 1), orders=1, fen=recent_fen - lost_fen),
        )
        return reason_of(tag(History(days=days), POLICY, midnight(2026, 6, 30)), "level")

    spare_fen = level_without(0).margin["spare_fen"]
    assert isinstance(spare_fen, int)
    assert level_without(spare_fen).value == level_without(0).value
    assert level_without(spare_fen + 1).value == level_without(0).margin["lost_to"]


# --- activity ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interactions", "expected"),
    [
        pytest.param(0, "low", id="none"),
        pytest.param(1, "low", id="one"),
        pytest.param(2, "medium", id="two"),
        pytest.param(4, "medium", id="four"),
        pytest.param(5, "high", id="five"),
    ],
)
def test_activity_counts_the_interactions_of_three_months(interactions: int, expected: str) -> None:
    history = History(
        days=(
            Day(date(2026, 3, 29), interactions=9, orders=9),
            Day(date(2026, 3, 30), interactions=interactions, orders=9),
        )
    )
    assert tag(history, POLICY, midnight(2026, 6, 30)).activity == expected


def test_the_margin_names_the_day_on_which_the_activity_is_lost() -> None:
    history = History(days=(Day(date(2026, 5, 31), interactions=3), Day(date(2026, 6, 10), interactions=3)))
    activity = reason_of(tag(history, POLICY, midnight(2026, 6, 30)), "activity")
    assert activity.margin == {"to": None, "lost_to": "medium", "lost_on": "2026-09-01"}


# --- pending and next change ---------------------------------------------------------------------------------


def test_a_pending_event_counts_one_tick_after_its_time() -> None:
    at = midnight(2026, 7, 3)
    history = History(pending=(Pending(at, orders=1, fen=50_000_000),))
    review = review_tags(history, POLICY, midnight(2026, 6, 30))

    assert review.next_change_at == at + TICK
    assert tag(history, POLICY, at).level == "basic"
    assert tag(history, POLICY, at + TICK).level == "core"


def test_a_pending_event_in_a_days_last_tick_first_counts_on_the_next_day() -> None:
    at = midnight(2026, 7, 4) - TICK
    history = History(pending=(Pending(at, complaints=1),))
    review = review_tags(history, POLICY, midnight(2026, 6, 30))
    after = review_tags(history, POLICY, midnight(2026, 7, 4))

    assert review.next_change_at == midnight(2026, 7, 4)
    assert after.next_change_at == midnight(2026, 8, 4)


def test_a_pending_contact_that_comes_in_time_keeps_the_customer_from_lapsing() -> None:
    last, then = Day(date(2026, 1, 10), orders=1), Pending(midnight(2026, 12, 1), interactions=1)
    alone, with_pending = History(days=(last,)), History(days=(last,), pending=(then,))
    at = midnight(2026, 4, 1)

    assert review_tags(alone, POLICY, at).next_change_at == midnight(2027, 1, 11)
    assert review_tags(with_pending, POLICY, at).next_change_at == midnight(2026, 12, 1) + TICK


def test_local_midnight_is_the_first_instant_of_a_day_whose_midnight_does_not_exist() -> None:
    # In Santiago the clock goes from 23:59:59 on 5 September 2026 to 01:00 on the 6th.
    policy = POLICY.model_copy(
        update={"tenant": POLICY.tenant.model_copy(update={"zone": "America/Santiago"})}
    )
    history = History(days=(Day(date(2026, 8, 5), complaints=1),))
    at = datetime(2026, 8, 20, tzinfo=ZoneInfo("UTC"))
    assert review_tags(history, policy, at).next_change_at == datetime(2026, 9, 6, 4, tzinfo=ZoneInfo("UTC"))


def test_dates_at_the_calendars_end_never_come() -> None:
    history = History(first_cooperation_on=date.max)
    assert review_tags(history, POLICY, midnight(2026, 6, 30)).next_change_at is None


# --- changes -------------------------------------------------------------------------------------------------


def test_the_first_tagging_is_all_new() -> None:
    at = midnight(2026, 6, 30)
    after = tag(FADING, POLICY, at)
    assert [(change.tag, change.old, change.new) for change in changes(None, after, at)] == [
        ("level", None, "basic"),
        ("risk", None, "high"),
        ("activity", None, "low"),
    ]


def test_changes_name_what_differs_with_rule_and_code() -> None:
    at = midnight(2026, 9, 2)
    before = tag(FADING, POLICY, midnight(2026, 9, 1))
    event_at = midnight(2026, 9, 1) + timedelta(hours=9)
    talked = add_events(FADING, [Happening("interaction", event_at)], at, SHANGHAI)
    after = tag(talked, POLICY, at)

    assert changes(before, after, at) == (
        ("risk", "high", "low", "R19", "none", at),
        ("watch:shrinking", None, "watch:shrinking", "R21", "watch:shrinking", at),
    )
    assert changes(after, before, at)[1] == (
        "watch:shrinking",
        "watch:shrinking",
        None,
        "R21",
        "watch:shrinking",
        at,
    )
    assert changes(after, after, at) == ()
