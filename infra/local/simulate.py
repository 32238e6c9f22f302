"""`guanxi simulate`: a span of care over customers who are not there, by the code that runs; the same seed, the same year."""

from datetime import date, timedelta
from functools import partial
from pathlib import Path

from infra.local.present import as_language
from infra.local.simulated_customers import answers, habit_of, habitual_events, simulated_base
from shared.flows.foresee import Span
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
        (name, event)
        for number, (name, habit) in enumerate(habits.items())
        for event in habitual_events(habit, number, seed, start, span.end)
    ]
    respond = partial(answers, seed=seed, habits=habits)
    reviews = simulate_span(base, policy, _KEY, span, respond=respond, happenings=happenings)
    return gather(Year(customers, days), reviews)
