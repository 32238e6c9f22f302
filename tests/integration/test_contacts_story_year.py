"""A year of care for a simulated base, held to the rules of a contact by an oracle that knows nothing of the code."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.local.simulated_customers import answers, habit_of, habitual_events, simulated_base
from infra.local.simulated_facts import services
from shared.care.hours import recipient_zones
from shared.care.state import Candidate
from shared.flows.foresee import Foreseen, Span, Told, foresee
from shared.flows.review_customer import plain_candidate
from shared.flows.take_snapshot import day_candidates
from shared.insight.explain_decision import explain_decision
from shared.model.contact import ContactClass, Decision
from shared.model.instants import start_of_day
from shared.policy.load import load_policy

POLICY = load_policy()
KEY = b"a key for tests, nothing else...."
SEED, CUSTOMERS = 7, 40
OPENS, CLOSES = 8, 20


def a_year() -> Iterator[Foreseen]:
    start = start_of_day(date(2026, 1, 1), POLICY.tenant.tz)
    span = Span(start, start + timedelta(days=365))
    base = tuple(simulated_base(CUSTOMERS, seed=SEED, start=start, policy=POLICY, key=KEY))
    habits = {each.profile.customer_id: habit_of(SEED, n, start) for n, each in enumerate(base)}
    happenings: list[tuple[str, Told]] = []
    for n, (name, habit) in enumerate(habits.items()):
        happenings += [(name, told) for told in habitual_events(habit, n, SEED, span.start, span.end)]
        happenings += [(name, told) for told in services(n, SEED, habit.since, span.start, span.end)]
    return foresee(
        base, POLICY, KEY, span, respond=partial(answers, seed=SEED, habits=habits), happenings=happenings
    )


@pytest.fixture(scope="module")
def year() -> list[Foreseen]:
    return list(a_year())


def decided(year: list[Foreseen]) -> Iterator[tuple[Foreseen, Candidate]]:
    for step in year:
        for candidate in step.decided.care.candidates if step.decided.care else ():
            yield step, candidate


def test_every_candidate_of_a_year_ends_in_one_state_and_those_that_go_are_the_rows(
    year: list[Foreseen],
) -> None:
    states = Counter(one.decision for _, one in decided(year))
    going = [one.contact_id for _, one in decided(year) if one.decision.makes_contact]
    rows = [row.contact_id for step in year if step.decided.care for row in step.decided.care.contacts]
    assert sum(states.values()) > 400
    assert states[Decision.PLANNED] + states[Decision.QUIET_DEFERRED] == len(going) == len(rows)
    assert set(going) == set(rows)
    assert len(set(rows)) == len(rows)
    assert {Decision.CAPPED, Decision.MERGED, Decision.NO_CONSENT} <= set(states)


def test_no_message_of_a_year_goes_by_night_and_no_day_is_above_the_cap(year: list[Foreseen]) -> None:
    days: Counter[tuple[str, date | None, bool]] = Counter()
    for step, one in decided(year):
        if not one.decision.makes_contact or one.contact_class is ContactClass.SERVICE:
            continue
        days[step.before.profile.customer_id, one.cap_on, one.channel.is_task] += 1
        if not one.channel.is_task:
            assert all(OPENS <= hour < CLOSES for hour in hours_of(step, one.not_before))
    assert max(days.values()) == 1


def hours_of(step: Foreseen, at: datetime) -> list[int]:
    assert step.decided.state is not None
    reach = step.decided.state.reach
    zones: tuple[ZoneInfo, ...] = recipient_zones(reach.zone, reach.country, POLICY.tenant.tz)
    return [at.astimezone(zone).hour for zone in zones]


def test_every_decision_of_a_year_is_explained_in_both_languages(year: list[Foreseen]) -> None:
    kinds = {(one.decision, one.plan_step.split(".")[1], one.channel): (s, one) for s, one in decided(year)}
    for step, one in kinds.values():
        assert one.rule
        assert one.why
        plain: dict[str, Any] = {
            "customer_id": step.before.profile.customer_id,
            "decisions": json.dumps([plain_candidate(one)]),
        }
        (line,) = day_candidates(plain)
        zh, en = (explain_decision(line, language) for language in ("zh", "en"))
        assert zh != en
        assert "_" not in zh + en
