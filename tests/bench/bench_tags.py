"""Customers a second on one core: review_tags beside plain recomputation from the events, in the same run.

Run: python -m tests.bench.bench_tags [customers]
"""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from time import process_time
from typing import TypeVar

from shared.model.history import History
from shared.policy.load import load_policy
from shared.tagging.fold import Happening, Kind, add_events
from shared.tagging.review import review_tags, tag
from tests.property.tagging_oracle import Event, Oracle, midnights

AT = datetime(2026, 6, 29, 16, tzinfo=UTC)
KINDS: dict[str, Kind] = {"order": "order", "interaction": "interaction", "complaint": "complaint"}
EVENTS_A_CUSTOMER = (5, 20, 60, 300)
SCAN_DAYS = 366
FIRST_ON = date(2024, 1, 1)
Subject = TypeVar("Subject")


def a_customer(random: Random, count: int) -> list[Event]:
    """Events of the two years before AT."""
    kinds = random.choices(list(KINDS), weights=[50, 45, 5], k=count)
    return [
        Event(
            AT - timedelta(minutes=random.randrange(1, 730 * 24 * 60)),
            kind,
            random.randrange(20_000_000) // (1 + count // 20) if kind == "order" else 0,
        )
        for kind in kinds
    ]


def history_of(events: list[Event]) -> History:
    told = [Happening(KINDS[event.kind], event.at, event.fen) for event in events]
    return add_events(History(first_cooperation_on=FIRST_ON), told, AT, load_policy().tenant.tz)


def scan(events: list[Event]) -> None:
    """What a system without closed forms does: look at every midnight until the tags differ."""
    policy = load_policy()
    oracle, dawns = Oracle(policy, events, FIRST_ON), midnights(policy.tenant.zone)
    now = oracle.vector(AT)
    day = AT.astimezone(policy.tenant.tz).date()
    for offset in range(1, SCAN_DAYS):
        if oracle.vector(dawns[day + timedelta(days=offset)]) != now:
            return


def rate(action: Callable[[Subject], object], subjects: Sequence[Subject]) -> float:
    """Subjects a second of processor time."""
    begin = process_time()
    for subject in subjects:
        action(subject)
    return len(subjects) / (process_time() - begin)


def recompute(events: list[Event]) -> tuple[str, ...]:
    return Oracle(load_policy(), events, FIRST_ON).vector(AT)


def main(customers: int) -> None:
    policy, random = load_policy(), Random(7)
    midnights(policy.tenant.zone)
    write = sys.stdout.write
    write(f"customers/s/core, {customers} customers; next change: review_tags against a scan day by day\n")
    write("events  days        tag  review_tags  recompute  recompute until change\n")
    for count in EVENTS_A_CUSTOMER:
        raw = [a_customer(random, count) for _ in range(customers)]
        kept = [history_of(events) for events in raw]
        days = sum(len(history.days) for history in kept) / customers
        rates = (
            rate(lambda history: tag(history, policy, AT), kept),
            rate(lambda history: review_tags(history, policy, AT), kept),
            rate(recompute, raw[: -(-customers // 5)]),
            rate(scan, raw[: -(-customers // 25)]),
        )
        write(f"{count:6} {days:5.0f}  " + "  ".join(f"{value:9.0f}" for value in rates) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
