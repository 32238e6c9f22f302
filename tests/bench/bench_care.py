"""Candidates a second on one core: plan and arbitration of all playbooks over simulated customers, and how a year ends.

Run: python -m tests.bench.bench_care [customers]
"""

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from time import process_time

from shared.care.care_day import care_day
from shared.care.state import Candidate, CareState, Ledger, Reach
from shared.model.contact import Decision
from shared.model.facts import Fact, FactKind
from shared.model.tags import Level, Risk
from shared.policy.load import load_policy
from shared.policy.schema import Policy

CUSTOMERS = 100_000
AT_ONCE = 5_000
YEAR_CUSTOMERS = 300
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
USES = tuple(f"{channel}|{purpose}" for channel in ("email", "sms") for purpose in ("care", "marketing"))
PLACES = (("CN", "Asia/Shanghai", "zh"), ("CN", "Asia/Shanghai", "zh"), ("US", "America/New_York", "en"))
DONE = (Decision.PLANNED, Decision.QUIET_DEFERRED, Decision.MERGED)


def a_customer(number: int, policy: Policy) -> CareState:
    """Owns up to two cars, was served, complained or answered now and then; half of all consents are given."""
    random = Random(number)
    country, zone, language = random.choice(PLACES)
    level, risk = random.choice(list(Level)), random.choice(list(Risk))
    bought = [TODAY - timedelta(days=random.randrange(1500)) for _ in range(random.randrange(3))]
    due_on = TODAY + timedelta(days=random.randrange(-5, 5))
    return CareState(
        tenant_id=policy.tenant.id,
        customer_id=f"C-{number}",
        aliases=(),
        level=level,
        risk=risk,
        reach=Reach(
            random.random() < 0.9, random.random() < 0.9, random.random() < 0.9, country, zone, language
        ),
        consents={use: "granted" for use in USES if random.random() < 0.5},
        objections=frozenset(),
        do_not_contact=random.random() < 0.02,
        personalisation_off=random.random() < 0.02,
        last_interaction_on=None,
        ledger=Ledger(f"{level}.{risk}", TODAY, due_on, TODAY - timedelta(days=90), None, True),
        made=frozenset(),
        counted={},
        first_import_open=True,
        facts=tuple(fact for n, day in enumerate(bought) for fact in _facts(n, day, random)),
        birthday_on=date(1980, 1, 1) + timedelta(days=random.randrange(8000)),
        first_order_on=min(bought, default=None),
        stage="maturity",
    )


def _facts(number: int, bought_on: date, random: Random) -> list[Fact]:
    """A car and what happened to it."""
    asset_id, days = f"A{number}", (TODAY - bought_on).days
    at = NOW - timedelta(days=random.randrange(1, 30))
    ends_on = TODAY + timedelta(days=random.randrange(365))
    car = Fact(
        FactKind.ASSET,
        f"shop#{number}",
        at,
        asset_id=asset_id,
        product="X3",
        bought_on=bought_on,
        warranty_ends_on=bought_on + timedelta(days=1095),
        insurance_ends_on=ends_on,
        inspection_due_on=ends_on + timedelta(days=14),
        mileage_km=days * random.randrange(10, 80),
    )
    kinds = (FactKind.SERVICE, FactKind.COMPLAINT, FactKind.TALK, FactKind.SCORE)
    doings = [
        Fact(
            random.choice(kinds),
            f"desk#{number}-{n}",
            NOW - timedelta(hours=random.randrange(24 * 400)),
            asset_id=asset_id,
            mileage_km=random.randrange(30_000),
            score=random.randrange(1, 6),
        )
        for n in range(random.randrange(4))
    ]
    return [car, *doings]


def measure_day(count: int, policy: Policy) -> None:
    decisions: Counter[str] = Counter()
    seconds = 0.0
    for first in range(0, count, AT_ONCE):
        customers = [a_customer(number, policy) for number in range(first, min(first + AT_ONCE, count))]
        start = process_time()
        for customer in customers:
            decisions.update(one.decision.value for one in care_day(customer, policy, NOW).candidates)
        seconds += process_time() - start
    candidates = sum(decisions.values())
    print(f"{count:,} customers, {candidates:,} candidates in {seconds:.1f} s of one core")
    print(f"  {candidates / seconds:,.0f} candidates/s, {count / seconds:,.0f} customers/s")
    print("  " + ", ".join(f"{name} {number:,}" for name, number in decisions.most_common()))


def measure_year(count: int, policy: Policy) -> None:
    """Each review feeds the next one; every candidate of the year ends in one state."""
    ends: Counter[str] = Counter()
    reviews = rows = 0
    start = process_time()
    for number in range(count):
        state, now, words = a_customer(number, policy), NOW, dict[str, Decision]()
        while now < NOW + timedelta(days=365):
            day = care_day(state, policy, now, provisional=True)
            reviews, rows = reviews + 1, rows + len(day.contacts)
            for one in day.candidates:
                if words.get(one.contact_id) not in DONE:
                    words[one.contact_id] = one.decision
            state = _after(state, day.candidates, day.ledger, policy)
            now = day.next_due_at or NOW + timedelta(days=365)
        ends.update(words.values())
    seconds = process_time() - start
    goes = ends[Decision.PLANNED] + ends[Decision.QUIET_DEFERRED]
    print(
        f"a year of {count} customers: {reviews:,} reviews in {seconds:.1f} s, {sum(ends.values()):,} candidates"
    )
    print("  " + ", ".join(f"{name} {number:,}" for name, number in ends.most_common()))
    print(f"  planned {goes:,} = rows {rows:,}; unexplained {abs(goes - rows)}")


def _after(state: CareState, candidates: Iterable[Candidate], ledger: Ledger, policy: Policy) -> CareState:
    counted = {name: Counter(days) for name, days in state.counted.items()}
    for one in candidates:
        if one.cap_on:
            counted.setdefault(policy.classes[one.contact_class].cap, Counter())[one.cap_on.isoformat()] += 1
    made = state.made | {one.contact_id for one in candidates if one.decision in DONE}
    return replace(state, made=made, counted=counted, ledger=ledger)


if __name__ == "__main__":
    rules = load_policy()
    measure_day(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS, rules)
    measure_year(YEAR_CUSTOMERS, rules)
