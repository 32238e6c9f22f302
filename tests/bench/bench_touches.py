"""Reviews of a base through a year beside a nightly scan, and what is kept of each customer.

Run: python -m tests.bench.bench_touches [customers] [--log FILE]

FILE is a public purchase log, CDNOW_sample.txt or CDNOW_master.txt: customer, day, items, dollars. Without it the one of the
installed package `lifetimes` is read (its wheel is a zip that holds it), if there is one.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, process_time

from infra.local.in_processes import map_in_processes
from shared.model.history import History
from shared.model.instants import TICK, start_of_day
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.store.customers import TagState, put_tags
from shared.store.records import history_to_plain
from shared.tagging.fold import Happening, add_events, prune
from shared.tagging.review import review_tags, tag
from shared.tagging.traits import Background, judge_traits, next_trait_change

BEGIN = datetime(2025, 7, 1, tzinfo=UTC)
DAYS = 365
PAST_DAYS = 730
CHANNELS = ("call", "email", "web", "chat")
NAMED = Background({"name": "N", "email": "n@example.com", "country": "CN"})


PART = 500
# Dollars as yuan, and as if each dollar were a thousand: then levels matter.
SCALES = (1, 1000)


@dataclass
class Sum:
    days: int = 0
    """Customer-days: what a nightly scan touches."""
    counts: Counter[str] = field(default_factory=Counter)
    """Reviews by what they came from: `first sight`, `event`, `tag`, `trait`."""
    sizes: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def reviews(self) -> int:
        return sum(self.counts.values())

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(
            self.days + other.days,
            self.counts + other.counts,
            self.sizes + other.sizes,
            self.seconds + other.seconds,
        )


def a_customer(random: Random) -> list[Happening]:
    """Three years: a rate of orders between one in two years and one a week, who then may leave; contacts, needs."""
    gap_days = random.choice([7, 30, 60, 90, 180, 400, 700])
    joined = BEGIN - timedelta(days=random.randrange(PAST_DAYS + DAYS))
    left = joined + timedelta(days=random.expovariate(1 / 500))
    found: list[Happening] = []
    for kind, mean_days in (
        ("order", gap_days),
        ("interaction", gap_days * 2),
        ("complaint", 900),
        ("need", 500),
    ):
        at = max(joined, BEGIN - timedelta(days=PAST_DAYS))
        while (at := at + timedelta(days=random.expovariate(1 / mean_days))) < min(
            left, BEGIN + timedelta(days=DAYS)
        ):
            word = random.choice(CHANNELS) if kind == "interaction" else "price" if kind == "need" else None
            fen = int(random.lognormvariate(13, 1)) if kind == "order" else None
            found.append(Happening(kind, at, fen, word=word))  # type: ignore[arg-type]
    return sorted(found, key=lambda one: one.at)


def live(
    events: list[Happening], policy: Policy, begin: datetime, end: datetime
) -> tuple[History, TagState, Counter[str]]:
    """What the reviews of a span store at last, and what they came from."""
    zone, months, counts = policy.tenant.tz, policy.history.buckets_months, Counter({"first sight": 1})
    history = add_events(History(), [one for one in events if one.at < begin], begin, zone)
    ahead = [one for one in events if one.at >= begin][::-1]
    now, state = begin, TagState()
    while now < end:
        history = prune(history, now, zone, months)
        review = review_tags(history, policy, now)
        trait_at = next_trait_change(history, review.tags, NAMED, policy, now, review.next_change_at)
        traits = judge_traits(history, review.tags, NAMED, policy, now)
        due = trait_at or review.next_change_at or end
        state = replace(
            state, ver=state.ver + 1, tags=review.tags, traits=traits, evaluated_at=now, due_at=due
        )
        if ahead and ahead[-1].at < due:
            now, cause = ahead[-1].at + TICK, "event"
            history = add_events(history, [ahead.pop()], now, zone)
        else:
            now, cause = due, "trait" if trait_at else "tag"
        counts[cause] += now < end
    return history, state, counts


def live_all(customers: Iterable[list[Happening]], policy: Policy, begin: datetime, end: datetime) -> Sum:
    """Customers one after the other; who comes later is there from the first event on."""
    told, started = Sum(), process_time()
    for events in customers:
        since = max(begin, min((one.at for one in events), default=begin) + TICK)
        history, state, counts = live(events, policy, since, end)
        told += Sum((end - since).days + 1, counts, [size(history, state)])
    return replace(told, seconds=process_time() - started)


def live_synthetic(numbers: range, policy: Policy) -> Sum:
    customers = [a_customer(Random(number)) for number in numbers]
    return live_all(customers, policy, BEGIN, BEGIN + timedelta(days=DAYS))


# --- a public purchase log -----------------------------------------------------------------------------------


def find_log(given: Path | None) -> Path | None:
    spec = None if given else find_spec("lifetimes")
    if spec is not None and spec.origin is not None:
        given = Path(spec.origin).parent / "datasets" / "CDNOW_sample.txt"
    return given if given and given.exists() else None


def read_log(file: Path, policy: Policy, scale: int) -> tuple[list[list[Happening]], datetime]:
    """Each customer's purchases as orders at noon, and the end of the log."""
    zone, found = policy.tenant.tz, dict[str, list[Happening]]()
    for line in file.read_text(encoding="ascii").splitlines():
        customer, *_, day, _, dollars = line.split()
        at = start_of_day(date.fromisoformat(day), zone) + timedelta(hours=12)
        fen = round(float(dollars) * 100) * scale
        found.setdefault(customer, []).append(Happening("order", at, fen))
    customers = [sorted(events, key=lambda one: one.at) for events in found.values()]
    return customers, max(events[-1].at for events in customers) + timedelta(hours=12)


def report_log(file: Path) -> None:
    default = load_policy()
    for is_contact in (True, False):
        risk = default.risk.model_copy(update={"order_is_interaction": is_contact})
        policy = default.model_copy(update={"risk": risk})
        for scale in SCALES:
            customers, end = read_log(file, policy, scale)
            parts = [customers[start : start + PART] for start in range(0, len(customers), PART)]
            begin = min(events[0].at for events in customers)
            told = sum_up(map_in_processes(partial(live_all, policy=policy, begin=begin, end=end), parts))
            counted = "an order is a contact" if is_contact else "orders are no contacts"
            print(f"{file.name}, {len(customers)} customers, dollars x {scale}, {counted}:")
            report(told, len(customers))


# --- sums ----------------------------------------------------------------------------------------------------


def sum_up(parts: Iterable[Sum]) -> Sum:
    return sum(parts, start=Sum())


def size(history: History, state: TagState) -> int:
    """Bytes of the two items as JSON: the days of the source records, and TAGS."""
    item = put_tags("c-0000000000000", state, seen_ver=0, shards=16).item
    return len(json.dumps(history_to_plain(history), separators=(",", ":"))) + len(json.dumps(item))


def level_changes_a_year(exit_percent: int, confirm_days: int, customers: int) -> float:
    """Of stable customers: 105万 a year in 52 orders of random days and sizes, looked at for two years."""
    default, changes = load_policy(), 0
    steadied = {"exit_percent": exit_percent, "confirm_days": confirm_days}
    policy = default.model_copy(update={"level": default.level.model_copy(update=steadied)})
    for number in range(customers):
        random = Random(f"stable {number}")
        days = sorted(random.uniform(0, 5 * 365) for _ in range(5 * 52))
        orders = [
            Happening(
                "order", BEGIN + timedelta(days=at - 3 * 365), int(random.lognormvariate(0, 0.6) * 1_686_000)
            )
            for at in days
        ]
        first_on = (BEGIN - timedelta(days=3000)).date()
        history = add_events(History(first_cooperation_on=first_on), orders, BEGIN, policy.tenant.tz)
        changes += _level_changes(history, policy)
    return changes / customers / 2


def _level_changes(history: History, policy: Policy) -> int:
    levels = [tag(history, policy, BEGIN + timedelta(days=day)).level for day in range(2 * 365)]
    return sum(one is not other for one, other in pairwise(levels))


def report(told: Sum, customers: int) -> None:
    causes = ", ".join(f"{count:,} by {cause}" for cause, count in sorted(told.counts.items()))
    by_time, by_tags = told.counts["tag"] + told.counts["trait"], told.counts["tag"]
    years = told.days / 365.25
    print(f"  {told.days:,} customer-days, {told.reviews:,} reviews: {causes}")
    print(
        f"  {told.reviews / told.days:.4f} touches per customer-day: a nightly scan touches"
        f" {told.days / told.reviews:.0f} times more; {told.days / max(by_time, 1):.0f} times as many as are woken by"
        f" time, {told.days / max(by_tags, 1):.0f} times as many as by a change of level, risk, activity or flags"
    )
    print(
        f"  woken by time {by_time / years:.1f} times per customer-year; {told.reviews / told.seconds:,.0f}"
        f" reviews/s/core (tags, traits, next change of both)"
    )
    cuts = quantiles(told.sizes, n=100)
    print(
        f"  kept per customer: {sum(told.sizes) / customers:.0f} bytes, median {cuts[49]:.0f},"
        f" p95 {cuts[94]:.0f}, p99 {cuts[98]:.0f}"
    )


def report_synthetic(customers: int) -> None:
    parts = [range(start, min(start + PART, customers)) for start in range(0, customers, PART)]
    begin = perf_counter()
    told = sum_up(map_in_processes(partial(live_synthetic, policy=load_policy()), parts))
    print(f"{customers:,} synthetic customers, a year ({perf_counter() - begin:.0f} s on all cores):")
    report(told, customers)


def main(customers: int, log: Path | None) -> None:
    report_synthetic(customers)
    for exit_percent, confirm_days in ((0, 0), (10, 0), (0, 14)):
        flips = level_changes_a_year(exit_percent, confirm_days, customers=2)
        print(
            f"a stable customer of 105万 changes level {flips:.1f} times a year with an exit band of {exit_percent} %"
            f" and {confirm_days} days of confirmation"
        )
    file = find_log(log)
    if file is None:
        print("no purchase log: give --log CDNOW_sample.txt, or install the package lifetimes")
    else:
        report_log(file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("customers", nargs="?", type=int, default=1000)
    parser.add_argument("--log", type=Path)
    asked = parser.parse_args()
    main(asked.customers, asked.log)
