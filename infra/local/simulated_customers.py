"""Customers who are not there: a seeded base with a past, and how each of them buys, answers and complains.

Every draw comes from a generator seeded with what it is about, so that neither the order in which customers are
looked at nor their number changes what one of them does.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Final

from infra.local.simulated_facts import birthday, owned, services
from shared.care.state import Candidate
from shared.flows.decide_review import Known
from shared.flows.foresee import Foreseen
from shared.matching.keys import keyed_hash, make_customer_id
from shared.model.contact import Channel
from shared.model.history import History
from shared.model.source import CustomerProfile, Said, SourceRecord, Standing
from shared.policy.schema import Policy
from shared.store.customers import PlanMemory, TagState
from shared.tagging.fold import Happening, add_events

SYSTEM: Final = "simulated"
_PAST: Final = timedelta(days=365 * 2 + 31)
_MONTH_DAYS: Final = 30.4
_NAMES: Final = (
    ("王伟", "CN", "浙江", "zh"),
    ("李娜", "CN", "上海", "zh"),
    ("张敏", "CN", "四川", "zh"),
    ("刘洋", "CN", "广东", "zh"),
    ("Anna Schmidt", "DE", None, "en"),
    ("James Carter", "GB", None, "en"),
)
# How likely a contact is answered, by channel, and how long the answer takes at most.
_ANSWERS: Final = {Channel.EMAIL: 0.12, Channel.SMS: 0.08, Channel.CALL: 0.7, Channel.VISIT: 0.9}
_ANSWER_HOURS: Final = {Channel.EMAIL: 72.0, Channel.SMS: 24.0, Channel.CALL: 8.0, Channel.VISIT: 24.0}
_BUYS_AFTER_ANSWER: Final = 0.15
_COMPLAINS_AFTER_ORDER: Final = 0.02
_TELLS_BIRTHDAY: Final = 0.4
_USES: Final = ("care", "marketing")


@dataclass(frozen=True, slots=True)
class Habit:
    """How one customer behaves while there."""

    since: datetime
    orders_per_month: float
    talks_per_month: float
    typical_fen: int
    leaves_at: datetime | None
    """From then on nothing happens by itself; an answered contact may still bring an order."""


def habit_of(seed: int, number: int, start: datetime) -> Habit:
    """A skewed base: few large customers, many small ones, a quarter of whom leave within three years."""
    chance = random.Random(f"{seed}|habit|{number}")
    since = start - timedelta(days=chance.uniform(20, 365 * 5))
    leaves = chance.random() < 0.4
    return Habit(
        since=since,
        orders_per_month=chance.lognormvariate(-1.0, 0.9),
        talks_per_month=chance.lognormvariate(-1.2, 0.9),
        typical_fen=int(min(exp(chance.gauss(13.2, 1.7)), 40_000_000)),
        leaves_at=start + timedelta(days=chance.uniform(-540, 540)) if leaves else None,
    )


def simulated_base(count: int, *, seed: int, start: datetime, policy: Policy, key: bytes) -> Iterator[Known]:
    """What would be stored of so many customers, each with the past that its habit gave it."""
    for number in range(count):
        habit = habit_of(seed, number, start)
        record_id = f"{SYSTEM}#{number:06d}"
        customer_id = make_customer_id(tenant=policy.tenant.id, record_id=record_id)
        source = SourceRecord(
            record_id,
            SYSTEM,
            customer_id,
            ver=1,
            party=_party(number, habit, seed),
            history=_past(habit, number, seed, start, policy),
            consents=_consents(number, habit, seed, key),
            facts=(
                *owned(number, seed, habit.since, start),
                *services(number, seed, habit.since, start - _PAST, start),
            ),
        )
        profile = CustomerProfile(customer_id, 1, (record_id,), habit.since)
        yield Known(profile, TagState(), PlanMemory(), {}, (), (source,))


def habitual_events(
    habit: Habit, number: int, seed: int, begin: datetime, end: datetime
) -> Iterator[Happening]:
    """What a customer does by itself in a span: orders with an occasional complaint, and talks."""
    end = min(end, habit.leaves_at) if habit.leaves_at else end
    begin = max(begin, habit.since)
    chance = random.Random(f"{seed}|events|{number}|{begin.date()}")
    for at in _arrivals(chance, habit.orders_per_month, begin, end):
        yield Happening("order", at, int(habit.typical_fen * chance.lognormvariate(0, 0.5)))
        if chance.random() < _COMPLAINS_AFTER_ORDER:
            yield Happening("complaint", at + timedelta(days=chance.uniform(1, 20)))
    for at in _arrivals(chance, habit.talks_per_month, begin, end):
        yield Happening("interaction", at)


def answers(step: Foreseen, *, seed: int, habits: dict[str, Habit]) -> Iterator[Happening]:
    """What the contacts of a review make the customer do: answer or not, and sometimes buy."""
    habit = habits[step.before.profile.customer_id]
    for candidate in step.decided.care.candidates if step.decided.care else ():
        if candidate.decision.makes_contact:
            yield from _answer(candidate, habit, seed)


def _answer(candidate: Candidate, habit: Habit, seed: int) -> Iterator[Happening]:
    chance = random.Random(f"{seed}|answer|{candidate.contact_id}")
    if chance.random() >= _ANSWERS[candidate.channel]:
        return
    at = candidate.not_before + timedelta(hours=chance.uniform(0.1, _ANSWER_HOURS[candidate.channel]))
    yield Happening("interaction", at)
    if chance.random() < _BUYS_AFTER_ANSWER:
        fen = int(habit.typical_fen * chance.lognormvariate(0, 0.5))
        yield Happening("order", at + timedelta(days=chance.uniform(0, 14)), fen)


def _arrivals(chance: random.Random, per_month: float, begin: datetime, end: datetime) -> Iterator[datetime]:
    at = begin
    while (at := at + timedelta(days=chance.expovariate(per_month / _MONTH_DAYS))) < end:
        yield at


def _party(number: int, habit: Habit, seed: int) -> dict[str, Said]:
    chance = random.Random(f"{seed}|party|{number}")
    name, country, province, language = chance.choice(_NAMES)
    fields = {
        "name": name,
        "country": country,
        "province": province,
        "language": language,
        "first_cooperation_on": habit.since.date().isoformat(),
        "birthday_on": birthday(number, seed) if chance.random() < _TELLS_BIRTHDAY else None,
        "phone": f"+86139{number:08d}" if chance.random() < 0.9 else None,
        "email": f"c{number}@example.com" if chance.random() < 0.8 else None,
    }
    said_at_ms = int(habit.since.timestamp() * 1000)
    return {field: Said(value, said_at_ms) for field, value in fields.items() if value}


def _consents(number: int, habit: Habit, seed: int, key: bytes) -> dict[str, Standing]:
    chance = random.Random(f"{seed}|consent|{number}")
    addresses = {"email": f"c{number}@example.com", "sms": f"+86139{number:08d}"}
    kinds = {"email": "email", "sms": "phone"}
    return {
        f"{channel}|{use}|{keyed_hash(kinds[channel], address, key)}": Standing("granted", habit.since)
        for channel, address in addresses.items()
        for use in _USES
        if chance.random() < 0.8
    }


def _past(habit: Habit, number: int, seed: int, start: datetime, policy: Policy) -> History:
    events: Iterable[Happening] = habitual_events(habit, number, seed, start - _PAST, start)
    history = History(first_cooperation_on=habit.since.astimezone(UTC).date())
    return add_events(history, [event for event in events if event.at < start], start, policy.tenant.tz)
