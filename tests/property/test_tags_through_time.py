"""Stored tags equal a recomputation from the raw events at every instant, and change exactly when announced."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import pytest

from shared.model.history import History
from shared.model.instants import TICK, to_tick
from shared.model.tags import Level, TagReview
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.tagging.fold import Happening, Kind, add_events, fold_histories, prune
from shared.tagging.review import review_tags, tag
from tests.property.tagging_oracle import Event, Oracle, midnights

CUSTOMERS = int(os.environ.get("GUANXI_TAG_CUSTOMERS", "20"))
SEED = int(os.environ.get("GUANXI_TAG_SEED", "2026"))
ZONES = ("Asia/Shanghai", "America/New_York", "America/Santiago", "UTC")
KINDS: dict[str, Kind] = {
    "order": "order",
    "refund": "refund",
    "interaction": "interaction",
    "complaint": "complaint",
    "letter": "complaint",
}
# Sums fall below, between and exactly on the bounds of 10, 50 and 100万.
TICKETS_FEN = (1_000_000, 2_500_000, 5_000_000, 10_000_000, 40_000_000)
# Sums of these often meet a decline of exactly 30 % (7 against 50) or a growth of exactly 20 % (6 against 5).
ROUND_FEN = (600_000, 700_000, 1_000_000, 5_000_000, 50_000_000)


@dataclass
class Arrival:
    event: Event
    recorded_at: datetime
    part: int


@dataclass
class Customer:
    policy: Policy
    first_cooperation_on: date | None
    arrivals: list[Arrival]
    begins_at: datetime
    ends_at: datetime


def a_policy(zone: str, random: Random) -> Policy:
    policy = load_policy()
    risk = policy.risk.model_copy(update={"order_is_interaction": random.random() < 0.2})
    level = policy.level.model_copy(update={"big_but_new": random.choice([Level.CORE, Level.BASIC])})
    tenant = policy.tenant.model_copy(update={"zone": zone})
    return policy.model_copy(update={"tenant": tenant, "risk": risk, "level": level})


def a_customer(zone: str, random: Random) -> Customer:
    days = sorted(midnights(zone))
    start = days.index(date(2023, 1, 1)) + random.randrange(400)
    policy = a_policy(zone, random)
    active_days = random.choice([30, 300, 900])
    count = random.choice([0, 1, 2, 5, 15, 40, 60])
    span = days[start : start + active_days]
    is_round = random.random() < 0.3
    events = [an_event(random, span, zone, is_round=is_round) for _ in range(count)]
    has_first_date = random.random() < 0.6
    first_on = days[start + random.randrange(-700, 120)] if has_first_date else None
    dawn = midnights(zone)
    return Customer(
        policy=policy,
        first_cooperation_on=first_on,
        arrivals=sorted((an_arrival(random, event) for event in events), key=lambda a: a.recorded_at),
        begins_at=dawn[span[0]],
        ends_at=dawn[days[start + active_days + 420]],
    )


def an_event(random: Random, span: list[date], zone: str, *, is_round: bool) -> Event:
    kind = random.choices(list(KINDS), weights=[45, 6, 30, 5, 14])[0]
    sign = {"order": 1, "refund": -1}.get(kind, 0)
    return Event(an_instant(random, span, zone), kind, sign * an_amount_fen(random, is_round=is_round))


def an_amount_fen(random: Random, *, is_round: bool) -> int:
    if is_round:
        return random.choice(ROUND_FEN)
    return random.choice(TICKETS_FEN) * random.choice([100, random.randrange(1, 200)]) // 100


def an_instant(random: Random, span: list[date], zone: str) -> datetime:
    """Often in the first or last millisecond of a day, often at a month's end."""
    day = random.choice(span)
    if random.random() < 0.3:
        ends = [on for on in span if (on + timedelta(days=2)).day <= 3]
        day = random.choice(ends or span)
    dawn = midnights(zone)
    begin, end = dawn[day], dawn[day + timedelta(days=1)]
    somewhere = to_tick(begin + random.random() * (end - begin))
    return random.choice([begin, end - TICK, begin + TICK, somewhere, somewhere, somewhere])


def an_arrival(random: Random, event: Event) -> Arrival:
    """Most at once, some late by up to 100 days, some known ahead by up to 40 days, some at the very instant."""
    lag = random.choice([timedelta(seconds=2)] * 6 + [timedelta(0), TICK])
    if random.random() < 0.15:
        lag = timedelta(hours=random.randrange(1, 2400))
    elif random.random() < 0.15:
        lag = -timedelta(minutes=random.randrange(1, 60_000))
    return Arrival(event, event.at + lag, random.randrange(3))


def known_steps(customer: Customer) -> Iterator[tuple[datetime, datetime, list[Event], History]]:
    """From arrival to arrival: from when, until when, the raw events known and the history kept."""
    parts = [History(), History(), History(first_cooperation_on=customer.first_cooperation_on)]
    zone, now, known = customer.policy.tenant.tz, customer.begins_at, list[Event]()
    now = min(now, *(a.recorded_at for a in customer.arrivals)) if customer.arrivals else now
    for arrival in customer.arrivals:
        yield now, arrival.recorded_at, list(known), fold_histories(parts)
        now = arrival.recorded_at
        known.append(arrival.event)
        parts[arrival.part] = keep(parts[arrival.part], arrival.event, now, customer.policy)
    parts = [prune(part, now, zone, customer.policy.history.buckets_months) for part in parts]
    yield now, max(customer.ends_at, now), known, fold_histories(parts)


def keep(part: History, event: Event, now: datetime, policy: Policy) -> History:
    told = Happening(KINDS[event.kind], event.at, abs(event.fen), is_interaction=event.kind == "complaint")
    grown = add_events(part, [told], now, policy.tenant.tz)
    return prune(grown, now, policy.tenant.tz, policy.history.buckets_months)


def instants(begin: datetime, end: datetime, dawn: list[datetime], known: list[Event]) -> list[datetime]:
    """Every local midnight, and the instants at and just after a known event, in [begin, end)."""
    candidates = {begin, *dawn, *(e.at for e in known), *(e.at + TICK for e in known)}
    return sorted(at for at in candidates if begin <= at < end)


def check_customer(customer: Customer, random: Random) -> int:
    """The number of instants compared."""
    compared, dawn = 0, list(midnights(customer.policy.tenant.zone).values())
    for begin, end, known, history in known_steps(customer):
        oracle = Oracle(customer.policy, known, customer.first_cooperation_on)
        stored = review_tags(history, customer.policy, begin)
        steps = instants(begin, end, dawn, known)
        compared += len(steps)
        for at in steps:
            stored = review_if_due(stored, history, customer.policy, at)
            assert stored.tags.vector == oracle.vector(at), f"{at}"
        if steps:
            at = random.choice(steps) + TICK * random.randrange(3_600_000)
            assert tag(history, customer.policy, at).vector == oracle.vector(at), f"{at}"
    return compared


def review_if_due(stored: TagReview, history: History, policy: Policy, at: datetime) -> TagReview:
    if stored.next_change_at is None or at < stored.next_change_at:
        return stored
    # Midnights and events are all there is: an announced instant between two of them would be seen too late here.
    assert at == stored.next_change_at
    fresh = review_tags(history, policy, at)
    assert fresh.tags.vector != stored.tags.vector, f"nothing changed at {at}"
    return fresh


@pytest.mark.parametrize("zone", ZONES)
def test_stored_tags_equal_a_recomputation_at_every_midnight_and_change_when_announced(zone: str) -> None:
    random = Random(f"{SEED} {zone}")
    compared = sum(check_customer(a_customer(zone, random), random) for _ in range(-(-CUSTOMERS // 4)))
    print(f"{zone}: {compared} instants compared")  # noqa: T201 - shown by pytest -s in longer runs
    assert compared > 0
