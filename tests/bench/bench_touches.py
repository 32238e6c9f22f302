"""Reviews of a base through a year beside a nightly scan, and what is kept of each customer.

Run: python -m tests.bench.bench_touches [customers]
"""

import json
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import quantiles
from time import process_time

from shared.model.history import History
from shared.model.instants import TICK
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


@dataclass
class Sum:
    reviews: int = 0
    events: int = 0
    by_tags: int = 0
    """Woken because a tag changes by time."""
    by_traits: int = 0


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


def live(events: list[Happening], policy: Policy, told: Sum) -> tuple[History, TagState]:
    """What a year of reviews stores at last."""
    zone, months, end = policy.tenant.tz, policy.history.buckets_months, BEGIN + timedelta(days=DAYS)
    history = add_events(History(), [one for one in events if one.at < BEGIN], BEGIN, zone)
    ahead = [one for one in events if one.at >= BEGIN][::-1]
    now, state = BEGIN, TagState()
    while now < end:
        history = prune(history, now, zone, months)
        review = review_tags(history, policy, now)
        trait_at = next_trait_change(history, review.tags, NAMED, policy, now, review.next_change_at)
        traits = judge_traits(history, review.tags, NAMED, policy, now)
        due = trait_at or review.next_change_at or end
        state = replace(
            state, ver=state.ver + 1, tags=review.tags, traits=traits, evaluated_at=now, due_at=due
        )
        told.reviews += 1
        if ahead and ahead[-1].at < due:
            event = ahead.pop()
            now = event.at + TICK
            history = add_events(history, [event], now, zone)
            told.events += 1
        else:
            now = due
            told.by_traits += now < end and trait_at is not None
            told.by_tags += now < end and trait_at is None
    return history, state


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


def main(customers: int) -> None:
    policy, told, sizes, begin = load_policy(), Sum(), list[int](), process_time()
    for number in range(customers):
        sizes.append(size(*live(a_customer(Random(number)), policy, told)))
    seconds, days = process_time() - begin, customers * DAYS
    print(
        f"{customers} customers, {days} customer-days: {told.reviews} reviews in {seconds:.0f} s of processor time"
    )
    print(
        f"  {told.events} by events, {told.by_tags} by tags, {told.by_traits} by traits, {customers} at first sight"
    )
    print(
        f"  {told.reviews / days:.4f} touches per customer-day; a nightly scan touches {days / told.reviews:.0f} times more"
    )
    woken = told.by_tags + told.by_traits
    print(f"  woken by time alone: {woken / customers:.1f} times per customer-year")
    print(f"  {told.reviews / seconds:.0f} reviews/s/core (tags, traits, next change of both)")
    cuts = quantiles(sizes, n=100)
    print(
        f"  kept per customer: {sum(sizes) / customers:.0f} bytes, median {cuts[49]:.0f}, p95 {cuts[94]:.0f}, p99 {cuts[98]:.0f}"
    )
    for exit_percent, confirm_days in ((0, 0), (10, 0), (0, 14)):
        flips = level_changes_a_year(exit_percent, confirm_days, customers=2)
        print(
            f"  a stable customer of 105万 changes level {flips:.1f} times a year with an exit band of {exit_percent} %"
            f" and {confirm_days} days of confirmation"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
