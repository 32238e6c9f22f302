"""A simulated span is the same for the same seed, makes nothing twice, and is what `plan` foresees."""

from datetime import date, timedelta

import pytest

from infra.local.simulate import simulate_year
from infra.local.simulated_customers import habit_of, habitual_events, simulated_base
from infra.local.simulated_facts import complaint_of
from shared.flows.foresee import Span, foresee
from shared.flows.look_ahead import make_outlook
from shared.flows.simulate_span import simulate_span
from shared.insight.year import Year, gather
from shared.insight.year_page import render_year, year_lines
from shared.model.instants import start_of_day
from shared.policy.load import load_policy
from shared.tagging.fold import Happening

POLICY = load_policy()
BEGINS_ON = date(2026, 6, 30)
START = start_of_day(BEGINS_ON, POLICY.tenant.tz)
KEY = b"a key for tests only, 32 bytes !"


@pytest.fixture(scope="module")
def year() -> Year:
    return simulate_year(120, 60, seed=7, begins_on=BEGINS_ON, policy=POLICY)


def test_the_same_seed_gives_the_same_year_and_another_seed_another(year: Year) -> None:
    again = simulate_year(120, 60, seed=7, begins_on=BEGINS_ON, policy=POLICY)
    other = simulate_year(120, 60, seed=8, begins_on=BEGINS_ON, policy=POLICY)
    assert (again.hash, again.made, again.flips) == (year.hash, year.made, year.flips)
    assert other.hash != year.hash


def test_no_contact_is_made_twice_and_every_candidate_ends_once(year: Year) -> None:
    assert year.twice == 0
    made = sum(year.made.values())
    ends = year.ends()
    assert made == len(year.made_ids) > 20
    assert ends["planned"] + ends["quiet_deferred"] == made
    assert sum(ends.values()) == len(year.last_words) >= made


def test_what_a_customer_does_hangs_on_the_seed_and_on_nobody_else() -> None:
    few = list(simulated_base(3, seed=7, start=START, policy=POLICY, key=KEY))
    many = list(simulated_base(9, seed=7, start=START, policy=POLICY, key=KEY))
    assert few == many[:3]
    habit = habit_of(7, 2, START)
    end = START + timedelta(days=365)
    events = list(habitual_events(habit, 2, 7, START, end))
    assert events == list(habitual_events(habit, 2, 7, START, end))


def test_where_nobody_answers_the_simulated_contacts_are_the_planned_ones() -> None:
    base = list(simulated_base(50, seed=7, start=START, policy=POLICY, key=KEY))
    span = Span(START, START + timedelta(days=90))
    outlook = make_outlook(foresee(base, POLICY, KEY, span), POLICY, START)
    lived = gather(Year(50, 90), simulate_span(base, POLICY, KEY, span))
    assert outlook.made.keys() == lived.made_ids
    assert {name: each.decision for name, each in outlook.candidates.items()} == lived.last_words


def test_what_customers_own_and_complain_of_starts_playbooks(year: Year) -> None:
    base = list(simulated_base(60, seed=7, start=START, policy=POLICY, key=KEY))
    steps = list(foresee(base, POLICY, KEY, Span(START, START + timedelta(days=120))))
    playbooks = {one.playbook for step in steps if step.decided.care for one in step.decided.care.candidates}
    assert {"insurance_renewal", "inspection_due", "periodic_service", "birthday", "festival"} <= playbooks
    assert year.twice == 0


def test_a_complaint_of_the_span_is_acknowledged() -> None:
    known = next(simulated_base(1, seed=7, start=START, policy=POLICY, key=KEY))
    event = Happening("complaint", START + timedelta(days=3))
    told = [(known.profile.customer_id, one) for one in (event, complaint_of(0, event))]
    steps = foresee([known], POLICY, KEY, Span(START, START + timedelta(days=10)), happenings=told)
    playbooks = [one.playbook for step in steps if step.decided.care for one in step.decided.care.candidates]
    assert "complaint" in playbooks


def test_nobody_is_known_before_the_first_cooperation() -> None:
    for known in simulated_base(40, seed=3, start=START, policy=POLICY, key=KEY):
        history = known.members[0].history
        assert history.first_cooperation_on is not None
        assert all(day.on >= history.first_cooperation_on for day in history.days)
        assert not history.pending


@pytest.mark.parametrize(("language", "word"), [("zh", "每周联系"), ("en", "Contacts a week")])
def test_the_page_shows_the_numbers_that_the_console_tells(year: Year, language: str, word: str) -> None:
    page = render_year(year, begins_on=BEGINS_ON, seed=7, policy_version="v", language="zh")
    assert word in page
    assert "<script" not in page
    assert f"{sum(year.made.values()):,}" in page
    assert year.hash in page
    told = year_lines(year, "zh" if language == "zh" else "en")
    assert any(year.hash in line for line in told)


def test_a_year_without_customers_is_empty_and_not_an_error() -> None:
    empty = simulate_year(30, 0, seed=1, begins_on=BEGINS_ON, policy=POLICY)
    assert empty.reviews == 0
    assert empty.flips_per_customer_year == 0
    assert "0" in render_year(empty, begins_on=BEGINS_ON, seed=1, policy_version="v", language="en")
