"""`plan` over a large base and a simulated year: wall and processor time, memory, reviews a second.

`python -m tests.bench.bench_forecast [customers to plan] [customers to simulate]`.
"""

import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter, process_time

from infra.local.in_processes import map_in_processes
from infra.local.simulate import simulate_year
from infra.local.simulated_customers import simulated_base
from shared.care.state import Ledger
from shared.flows.decide_review import Known
from shared.flows.foresee import Span, foresee
from shared.flows.look_ahead import plan_policy
from shared.model.instants import start_of_day
from shared.policy.change import change_policy
from shared.policy.load import DEFAULT, check_policy, load_policy, read_tables
from shared.store.customers import PlanMemory

POLICY = load_policy()
BEGINS_ON = date(2026, 6, 30)
START = start_of_day(BEGINS_ON, POLICY.tenant.tz)
KEY = b"a key for benches only, 32 bytes"
SAMPLE = 1000
write = sys.stdout.write


def measure_reviews() -> None:
    base = tuple(simulated_base(SAMPLE, seed=1, start=START, policy=POLICY, key=KEY))
    begin = process_time()
    reviews = sum(1 for _ in foresee(base, POLICY, KEY, Span(START, START + timedelta(days=90))))
    spent = process_time() - begin
    write(
        f"reviews: {reviews / spent:,.0f} a second of one core"
        f" ({reviews / SAMPLE:.1f} for each customer in 90 days)\n"
    )


def standing_base(customers: int) -> Iterator[Known]:
    """Customers who had their first contact long ago: a base that a policy is changed for."""
    for known in simulated_base(customers, seed=1, start=START, policy=POLICY, key=KEY):
        yield replace(known, memory=PlanMemory(Ledger(first_contact_made=True)))


def measure_plan(customers: int, *settings: str) -> None:
    new = check_policy(change_policy(read_tables(DEFAULT.read_text(encoding="utf-8")), settings))
    begin, begin_cpu = perf_counter(), cpu_seconds()
    diff = plan_policy(standing_base(customers), POLICY, new, KEY, START, foresee_all=map_in_processes)
    write(
        f"plan {' '.join(settings)}: {customers:,} customers, 90 days, two policies:"
        f" {perf_counter() - begin:.0f} s, {cpu_seconds() - begin_cpu:.0f} s of processor time,"
        f" {len(diff.affected):,} affected, {diff.load_after.contacts:,} contacts,"
        f" peak {_peak_mib():,.0f} MiB here, {_peak_mib(resource.RUSAGE_CHILDREN):,.0f} MiB in the largest process\n"
    )


def cpu_seconds() -> float:
    """Of this process and of those that it has waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def measure_year(customers: int) -> None:
    begin = perf_counter()
    year = simulate_year(365, customers, seed=1, begins_on=BEGINS_ON, policy=POLICY)
    write(
        f"simulate: {customers:,} customers, 365 days: {perf_counter() - begin:.0f} s, {year.reviews:,} reviews,"
        f" {sum(year.made.values()):,} contacts, twice {year.twice},"
        f" {year.flips_per_customer_year:.2f} flips a customer-year, hash {year.hash}\n"
    )


def _peak_mib(whose: int = resource.RUSAGE_SELF) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


if __name__ == "__main__":
    measure_reviews()
    planned = int(sys.argv[1]) if len(sys.argv) > 1 else 8_000
    measure_plan(planned, "level.core_min_fen=40_000_000")
    measure_plan(planned, "caps.messages_per_day=2")
    measure_plan(planned, "version=renamed")
    measure_year(int(sys.argv[2]) if len(sys.argv) > 2 else 500)
