"""`guanxi simulate`: a span of care over customers who are not there, by the code that runs; the same seed, the same year."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from infra.local.present import as_language
from infra.local.simulated_customers import Habit, answers, habit_of, habitual_events, simulated_base
from infra.local.simulated_facts import complaint_of, services
from shared.flows.foresee import Span, Told
from shared.flows.simulate_span import simulate_span
from shared.insight.year import Year, gather
from shared.insight.year_page import render_year, year_lines
from shared.model.instants import start_of_day
from shared.policy.load import load_policy
from shared.policy.schema import Policy

_KEY = b"a simulation keeps no secrets"


def simulate(days: int, customers: int, *, seed: int, begins_on: date, out: Path, language: str) -> int:
    """Prints the year in numbers and writes `simulation.html`; exit code 1 when a contact was made twice."""
    policy = load_policy()
    year = simulate_year(days, customers, seed=seed, begins_on=begins_on, policy=policy)
    told = as_language(language)
    out.mkdir(parents=True, exist_ok=True)
    page = out / "simulation.html"
    html = render_year(year, begins_on=begins_on, seed=seed, policy_version=policy.version, language=told)
    page.write_text(html, encoding="utf-8")
    print(*year_lines(year, told), page, sep="\n")
    return 1 if year.twice else 0


def simulate_year(days: int, customers: int, *, seed: int, begins_on: date, policy: Policy) -> Year:
    """The span in numbers; everything in it follows from the arguments."""
    start = start_of_day(begins_on, policy.tenant.tz)
    span = Span(start, start + timedelta(days=days))
    base = tuple(simulated_base(customers, seed=seed, start=start, policy=policy, key=_KEY))
    habits = {each.profile.customer_id: habit_of(seed, number, start) for number, each in enumerate(base)}
    happenings = [
        (name, told)
        for number, (name, habit) in enumerate(habits.items())
        for told in _told(habit, number, seed, span)
    ]
    respond = partial(answers, seed=seed, habits=habits)
    reviews = simulate_span(base, policy, _KEY, span, respond=respond, happenings=happenings)
    return gather(Year(customers, days), reviews)


def _told(habit: Habit, number: int, seed: int, span: Span) -> Iterator[Told]:
    """What happens in a span anyway, with the facts that it leaves."""
    for event in habitual_events(habit, number, seed, span.start, span.end):
        yield event
        if event.kind == "complaint":
            yield complaint_of(number, event)
    gone_at = min(habit.leaves_at or span.end, span.end)
    yield from services(number, seed, habit.since, span.start, gone_at)
