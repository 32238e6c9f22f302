"""Customer-days on which the tags that the system stores were compared with the rules read literally.

Each world is a system of its own in memory: messages go through `ingest_record`, who is due through `sweep_due` and
`review_customer`, merges and unmerges through the operator's door. Compared is every customer at every local midnight,
and whoever something happens to at that instant. In three of five worlds levels are steadied (exit band, confirmation).

Run: python -m tests.bench.bench_exactness [customer-days] [seed]
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import pairwise
from random import Random
from time import process_time
from typing import Any

from infra.local.in_processes import map_in_processes
from shared.flows.operate_identity import operate_identity
from shared.flows.review_customer import review_message
from shared.flows.sweep_due import sweep_due
from shared.memory.items import MemoryItems
from shared.model.instants import TICK, to_iso, to_tick
from shared.model.tags import Level
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.ports import QueueName
from shared.store.customers import tags_from_item
from tests.integration.identity_world import (
    KEY,
    ListQueue,
    a_profile,
    an_event,
    ingest,
    of_customer,
    review,
    source,
)
from tests.property.steadied_oracle import SteadiedOracle, oracle_for
from tests.property.tag_lines import ZONES
from tests.property.tagging_oracle import Event, Oracle, midnights

CUSTOMERS, DAYS = 40, 730
FIRST_DAY = date(2024, 1, 5)  # from here on there are tables of working days; 29 February lies ahead
HYSTERESIS = (
    (0, 0),
    (10, 0),
    (0, 0),
    (0, 14),
    (20, 30),
)  # (exit_percent, confirm_days): not as many as zones
KINDS = {"order": 45, "refund": 7, "interaction": 29, "complaint": 6, "letter": 13}
# Sums fall below, between and exactly on the bounds of 10, 50 and 100万, and on declines of 30 % and growth of 20 %.
AMOUNTS_YUAN = (6_000, 7_000, 10_000, 25_000, 50_000, 100_000, 400_000, 500_000)
EVENTS_A_YEAR = (2, 6, 15, 40)
LATE, AHEAD, CORRECTED, DELETED = 0.11, 0.05, 0.07, 0.04
MERGES_A_DAY = 0.03
SHOWN = 5
write = sys.stdout.write


@dataclass
class Known:
    """One source record, as the world tells it."""

    first_on: date | None
    active_until: date
    a_day: float
    """Events."""
    raws: dict[str, Any] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)


@dataclass
class World:
    random: Random
    policy: Policy
    items: MemoryItems = field(default_factory=MemoryItems)
    records: dict[str, Known] = field(default_factory=dict)
    together: dict[str, frozenset[str]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Of each record that was merged into another customer: its own customer id."""
    oracles: dict[frozenset[str], Oracle] = field(default_factory=dict)
    ahead: list[tuple[datetime, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    number: int = 0

    @property
    def zone(self) -> str:
        return self.policy.tenant.zone

    # --- what comes in

    def found(self, ref: str, at: datetime, today: date) -> None:
        """A person like no other, so that nothing is joined by itself."""
        has_first = self.random.random() < 0.6
        first_on = today - timedelta(days=self.random.randrange(900)) if has_first else None
        said = {"first_cooperation": first_on.isoformat()} if first_on else {}
        self._ingest(a_profile(ref, name=f"N{ref}", email=f"p{ref}@example.com", **said), at)
        until = today + timedelta(days=self.random.choice([60, 300, 900]))
        self.records[ref] = Known(first_on, until, self.random.choice(EVENTS_A_YEAR) / 365)
        self.together[ref] = frozenset({ref})

    def happen(self, ref: str, now: datetime) -> None:
        """Something new of a record, or something else about what was told before."""
        record, chance = self.records[ref], self.random.random()
        if record.events and chance < CORRECTED + DELETED:
            name = self.random.choice(list(record.events))
            self.change(ref, name, now, is_deleted=chance < DELETED)
            return
        self.number += 1
        kind = self.random.choices(list(KINDS), weights=list(KINDS.values()))[0]
        self.tell(ref, f"e{self.number}", kind, self.an_instant(now), now)

    def change(self, ref: str, name: str, now: datetime, *, is_deleted: bool) -> None:
        record = self.records[ref]
        before = record.events[name]
        self.number += 1
        if not is_deleted:
            at = before.at if self.random.random() < 0.5 else self.an_instant(now)
            self.counts["corrected"] += 1
            self.tell(ref, name, before.kind, at, now)
            return
        self.counts["deleted"] += 1
        self._ingest({**record.raws[name], "version": self.number + 1, "deleted": True}, now)
        del record.events[name]
        self.learn(ref, before.at)

    def tell(self, ref: str, name: str, kind: str, at: datetime, now: datetime) -> None:
        """An event in its latest version."""
        record, yuan = self.records[ref], self.random.choice(AMOUNTS_YUAN)
        sign = {"order": 1, "refund": -1}.get(kind, 0)
        extra: dict[str, Any] = {"amount": str(yuan)} if sign else {}
        if kind == "letter":
            extra["is_interaction"] = "false"
        word = "complaint" if kind == "letter" else kind
        raw = an_event(word, ref, name, to_iso(at), version=self.number + 1, **extra)
        self._ingest(raw, now)
        before = record.events.get(name)
        record.raws[name], record.events[name] = raw, Event(at, kind, sign * yuan * 100)
        self.learn(ref, min(at, before.at) if before else at)
        if at >= now:
            heappush(self.ahead, (at + TICK, ref))
        self.counts["events"] += 1

    def an_instant(self, now: datetime) -> datetime:
        """Just now, or at an edge of the day; a tenth of all late by up to 100 days, some known up to 8 days ahead."""
        chance = self.random.random()
        if chance < LATE:
            self.counts["late"] += 1
            at = now - timedelta(hours=self.random.randrange(1, 2400))
        elif chance < LATE + AHEAD:
            self.counts["ahead"] += 1
            at = now + timedelta(minutes=self.random.randrange(0, 11_000))
        else:
            at = now - self.random.choice([timedelta(0), TICK, timedelta(seconds=2)])
        if self.random.random() < 0.5:
            return to_tick(at)
        dawn = midnights(self.zone)[at.astimezone(self.policy.tenant.tz).date()]
        edge = self.random.choice([-TICK, timedelta(0), TICK])
        # What lies ahead may not become what is past: the sweep that follows comes at its own instant.
        return to_tick(at if chance >= LATE and chance < LATE + AHEAD else dawn + edge)

    def merge(self, now: datetime) -> None:
        """Two customers of one record each are said to be one; or one of them is parted again."""
        if self.aliases and self.random.random() < 0.5:
            ref = self.random.choice(list(self.aliases))
            answer = self._operate(now, action="unmerge", customer=self.aliases.pop(ref))
            for one in self.together[ref]:
                self._gather(frozenset({one}))
                self.check(one, now)
            self.counts["unmerged"] += 1
            return
        singles = [ref for ref, group in self.together.items() if len(group) == 1]
        if len(singles) < 2:
            return
        one, other = self.random.sample(singles, 2)
        ids = {ref: str(source(self.items, f"sales#{ref}")["customer_id"]) for ref in (one, other)}
        answer = self._operate(now, action="merge", one=ids[one], other=ids[other])
        (kept,) = answer["customers"]
        ref = next(ref for ref, customer_id in ids.items() if customer_id != kept)
        self.aliases[ref] = ids[ref]
        self._gather(frozenset({one, other}))
        self.counts["merged"] += 1
        self.check(one, now)

    def _gather(self, group: frozenset[str]) -> None:
        self.together |= dict.fromkeys(group, group)
        # What was known of them when they were last one customer is no longer all.
        self.oracles.pop(group, None)

    def _operate(self, now: datetime, **request: Any) -> dict[str, Any]:
        answer = operate_identity(
            {**request, "by": "anna"}, items=self.items, policy=self.policy, key=KEY, now=now
        )
        assert answer["error"] == "", answer
        for customer_id in answer["customers"]:  # what the stream of the table wakes
            review(self.items, customer_id, now, self.policy)
        return answer

    def _ingest(self, raw: dict[str, Any], at: datetime) -> None:
        outcome = ingest(self.items, raw, at, self.policy).outcome
        assert outcome in ("new", "updated"), (outcome, raw)

    def learn(self, ref: str, since: datetime) -> None:
        """The oracle of a record's customer hears of it: the days before are as they were."""
        group = self.together[ref]
        before = self.oracles.pop(group, None)
        if isinstance(before, SteadiedOracle):
            self.oracles[group] = before.knowing(self._events(group), before.local_day(since))

    # --- what is stored, and what ought to be

    def run(self, now: datetime) -> None:
        """Sweeps until nobody is due."""
        for _ in range(3):
            queue = ListQueue()
            if sweep_due(items=self.items, queue=queue, policy=self.policy, now=now).customers == 0:
                return
            for body in queue.take(QueueName.CUSTOMERS_DUE):
                review_message(body, items=self.items, policy=self.policy, key=KEY, now=now, may_plan=True)
                self.counts["reviews"] += 1
        self.faults.append(f"{now}: somebody is due again and again")

    def check(self, ref: str, now: datetime) -> None:
        group = self.together[ref]
        customer_id = str(source(self.items, f"sales#{ref}")["customer_id"])
        members = of_customer(self.items, customer_id, "PROFILE")["members"]
        stored = tags_from_item(of_customer(self.items, customer_id, "TAGS"))
        wanted = self.oracle(group).vector(now)
        self.counts["compared"] += 1
        is_same = stored.tags is not None and stored.tags.vector == wanted
        if not is_same or set(members) != {f"sales#{one}" for one in group}:
            found = stored.tags.vector if stored.tags else None
            self.faults.append(f"{self.zone} {now}: {sorted(group)} {found} instead of {wanted}")

    def oracle(self, group: frozenset[str]) -> Oracle:
        if group not in self.oracles:
            firsts = [on for ref in group if (on := self.records[ref].first_on)]
            self.oracles[group] = oracle_for(self.policy, self._events(group), min(firsts, default=None))
        return self.oracles[group]

    def _events(self, group: frozenset[str]) -> list[Event]:
        return [event for ref in group for event in self.records[ref].events.values()]


def a_policy(number: int, random: Random) -> Policy:
    policy = load_policy()
    exit_percent, confirm_days = HYSTERESIS[number % len(HYSTERESIS)]
    level = {
        "exit_percent": exit_percent,
        "confirm_days": confirm_days,
        "big_but_new": random.choice([Level.CORE, Level.BASIC]),
    }
    return policy.model_copy(
        update={
            "tenant": policy.tenant.model_copy(update={"zone": ZONES[number % len(ZONES)]}),
            "risk": policy.risk.model_copy(update={"order_is_interaction": random.random() < 0.2}),
            "level": policy.level.model_copy(update=level),
            # The days of a steadied level look at the windows of a year before.
            "history": policy.history.model_copy(update={"buckets_months": 25}),
        }
    )


def live(number: int, seed: int) -> tuple[Counter[str], list[str], float]:
    """Two years of one world: what was counted, what differed, and the processor time in seconds."""
    began, random = process_time(), Random(f"{seed} {number}")
    world = World(random, a_policy(number, random))
    start = FIRST_DAY + timedelta(days=random.randrange(200))
    dawns = [midnights(world.zone)[start + timedelta(days=day)] for day in range(DAYS + 1)]
    for ref in map(str, range(CUSTOMERS)):
        world.found(ref, dawns[0], start)
    for begin, end in pairwise(dawns):
        live_day(world, begin, end)
        world.run(end)
        for ref in world.records:
            if ref == min(world.together[ref]):
                world.check(ref, end)
                # A customer of two records is one customer.
                world.counts["customer-days"] += 1
    return world.counts, world.faults, process_time() - began


def live_day(world: World, begin: datetime, end: datetime) -> None:
    """What happens in the order of time, each reviewed and compared at once."""
    random, today = world.random, begin.astimezone(world.policy.tenant.tz).date()
    queue = [
        (to_tick(begin + random.random() * (end - begin)), ref)
        for ref, record in world.records.items()
        if today <= record.active_until and random.random() < record.a_day
    ]
    for at, ref in sorted(queue):
        come_true(world, at)
        world.happen(ref, at)
        world.run(at)
        world.check(ref, at)
    if random.random() < MERGES_A_DAY:
        come_true(world, end - TICK)
        world.merge(end - TICK)
    come_true(world, end)


def come_true(world: World, until: datetime) -> None:
    """What was known ahead begins to count at its own instant."""
    while world.ahead and world.ahead[0][0] <= until:
        at, ref = heappop(world.ahead)
        world.run(at)
        world.check(ref, at)


def main(customer_days: int, seed: int) -> None:
    # Two who are one customer count once.
    worlds = -(-customer_days // (CUSTOMERS * DAYS * 37 // 40))
    counts, faults, seconds = Counter[str](), list[str](), 0.0
    for number, (told, found, spent) in enumerate(map_in_processes(partial(live, seed=seed), range(worlds))):
        counts, faults, seconds = counts + told, faults + found, seconds + spent
        write(f"world {number}: {told['customer-days']:,} customer-days, {len(found)} mismatches\n")
        sys.stdout.flush()
    for fault in faults[:SHOWN]:
        write(f"differs: {fault}\n")
    write(
        f"{counts['customer-days']:,} customer-days of {worlds * CUSTOMERS} records in {worlds} worlds,"
        f" {counts['compared']:,} comparisons: {len(faults)} mismatches\n"
        f"  {', '.join(f'{count:,} {name}' for name, count in sorted(counts.items()))}\n"
        f"  {seconds:.0f} s of processor time\n"
    )


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    main(*asked, *(20_000, 2026)[len(asked) :])
