"""Two outlooks differ in what they say they differ in, and every sum holds."""

import json
from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shared.insight.outlook import ForeseenCandidate, Outlook, Placed, compare, held_of, load_of
from shared.insight.outlook_text import diff_lines, diff_plain
from shared.policy.load import load_policy

BUDGETS = load_policy().forecast
MONDAY = date(2026, 6, 29)


def a_candidate(customer_id: str = "c-1", **changes: object) -> ForeseenCandidate:
    base = ForeseenCandidate(customer_id, date(2026, 7, 1), "sms", "planned", True, 5, 0)
    return base._replace(**changes)  # type: ignore[arg-type]


def an_outlook(candidates: dict[str, ForeseenCandidate], cell: str = "basic.low") -> Outlook:
    names = {each.customer_id for each in candidates.values()} | {"c-1"}
    return Outlook("v1", {name: Placed(cell, "张*") for name in names}, candidates)


candidates = st.dictionaries(
    st.sampled_from([f"k{n}" for n in range(12)]),
    st.builds(
        lambda who, day, channel, made: ForeseenCandidate(
            who, date(2026, 7, day), channel, "planned" if made else "no_consent", made, 5 * made, 15 * made
        ),
        st.sampled_from(["c-1", "c-2"]),
        st.integers(1, 28),
        st.sampled_from(["email", "sms", "call"]),
        st.booleans(),
    ),
)


@given(candidates, candidates)
def test_before_and_the_difference_give_after(old: dict, new: dict) -> None:  # type: ignore[type-arg]
    before, after = an_outlook(old), an_outlook(new)
    after.customers.update(before.customers)
    before.customers.update(after.customers)
    diff = compare(before, after, BUDGETS)
    kept = sum(name in before.made for name in after.made)
    assert sum(diff.added.values()) == len(after.made) - kept
    assert sum(diff.removed.values()) == len(before.made) - kept
    assert sum(week.before for week in diff.weeks) == diff.load_before.contacts == len(before.made)
    assert sum(week.after for week in diff.weeks) == diff.load_after.contacts == len(after.made)
    assert sum(each.added for each in diff.affected) == sum(diff.added.values())
    assert sum(diff.moves.values()) == diff.customers
    json.dumps(diff_plain(diff))


@given(candidates)
def test_an_outlook_differs_in_nothing_from_itself(same: dict) -> None:  # type: ignore[type-arg]
    diff = compare(an_outlook(same), an_outlook(same), BUDGETS)
    assert diff.is_empty
    assert "nothing changes" in "\n".join(
        diff_lines(diff, begins_on="2026-06-30", days=90, shown=3, language="en")
    )


def test_who_stays_in_the_cell_and_loses_a_contact_is_affected() -> None:
    diff = compare(an_outlook({"a": a_candidate()}), an_outlook({}), BUDGETS)
    assert [(each.customer_id, each.added, each.removed) for each in diff.affected] == [("c-1", 0, 1)]
    assert diff.removed == {"sms": 1}


def test_loads_tell_messages_from_tasks() -> None:
    load = load_of([a_candidate(), a_candidate(channel="call", cost_fen=0, minutes=15)])
    assert (load.contacts, load.messages, load.tasks, load.cost_fen, load.task_minutes) == (2, 1, 1, 5, 15)


def test_a_held_candidate_costs_nothing_and_is_counted_by_its_reason() -> None:
    outlook = an_outlook({"a": a_candidate(is_made=False, decision="no_consent")})
    assert not outlook.made
    assert held_of(outlook) == Counter({"no_consent": 1})


def test_a_week_at_the_budget_is_within_it_and_one_more_is_not() -> None:
    tight = BUDGETS.model_copy(update={"most_messages_per_week": 2})
    two = {"a": a_candidate(), "b": a_candidate(on=date(2026, 7, 5))}
    assert not compare(an_outlook({}), an_outlook(two), tight).breaches
    three = {**two, "c": a_candidate(on=MONDAY), "d": a_candidate(on=date(2026, 7, 6))}
    (breach,) = compare(an_outlook({}), an_outlook(three), tight).breaches
    assert (breach.begins_on, breach.budget, breach.foreseen, breach.most) == (
        MONDAY,
        "forecast.most_messages_per_week",
        3,
        2,
    )


def test_the_text_names_moves_weeks_and_budgets_in_both_languages() -> None:
    tight = BUDGETS.model_copy(update={"most_messages_per_week": 0})
    old, new = an_outlook({}, "potential.low"), an_outlook({"a": a_candidate()}, "core.low")
    diff = compare(old, new, tight)
    english = "\n".join(diff_lines(diff, begins_on="2026-06-30", days=90, shown=3, language="en"))
    chinese = "\n".join(diff_lines(diff, begins_on="2026-06-30", days=90, shown=3, language="zh"))
    assert "potential, risk low -> core, risk low  1" in english
    assert "over budget: week of 2026-06-29, forecast.most_messages_per_week = 1, at most 0" in english
    assert "潜力·风险低 -> 核心·风险低  1" in chinese
    assert "超出预算" in chinese
