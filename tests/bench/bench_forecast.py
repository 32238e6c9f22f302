"""`plan` over a large base and a simulated year: wall and processor time, memory, reviews a second.

`python -m tests.bench.bench_forecast [customers to plan] [customers to simulate]`.
"""

import resource
import sys
from datetime import date, timedelta
from time import perf_counter, process_time

from infra.local.simulate import simulate_year
from infra.local.simulated_customers import simulated_base
from shared.flows.foresee import Span, foresee
from shared.flows.look_ahead import plan_policy
from shared.model.instants import start_of_day
from shared.policy.change import change_policy
from shared.policy.load import DEFAULT, check_policy, load_policy, read_tables

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


def measure_plan(customers: int) -> None:
    base = tuple(simulated_base(customers, seed=1, start=START, policy=POLICY, key=KEY))
    new = check_policy(
        change_policy(read_tables(DEFAULT.read_text(encoding="utf-8")), ["level.core_min_fen=40_000_000"])
    )
    begin = perf_counter()
    diff = plan_policy(base, POLICY, new, KEY, START)
    write(
        f"plan: {customers:,} customers, 90 days, two policies: {perf_counter() - begin:.0f} s,"
        f" {len(diff.affected):,} affected, {diff.load_after.contacts:,} contacts, peak {_peak_mib():,.0f} MiB\n"
    )


def measure_year(customers: int) -> None:
    begin = perf_counter()
    year = simulate_year(365, customers, seed=1, begins_on=BEGINS_ON, policy=POLICY)
    write(
        f"simulate: {customers:,} customers, 365 days: {perf_counter() - begin:.0f} s, {year.reviews:,} reviews,"
        f" {sum(year.made.values()):,} contacts, twice {year.twice},"
        f" {year.flips_per_customer_year:.2f} flips a customer-year, hash {year.hash}\n"
    )


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    measure_reviews()
    measure_plan(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
    measure_year(int(sys.argv[2]) if len(sys.argv) > 2 else 500)
