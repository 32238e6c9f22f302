"""The property of design 5, end to end: stored tags equal a recomputation from the raw events, day after day.

Records, events, corrections, deletions and joins come in over the days; only who is due is reviewed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from shared.flows.review_customer import review_message
from shared.flows.sweep_due import sweep_due
from shared.memory.items import MemoryItems
from shared.model.instants import TICK, from_iso, to_iso
from shared.ports import Query, QueueName, Table, query_all
from shared.store.customers import tags_from_item
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    ListQueue,
    Raw,
    a_profile,
    an_event,
    ingest,
    of_customer,
    rows,
)
from tests.property.tagging_oracle import Event, Oracle

CUSTOMERS = 120
STEPS = 12
KINDS = ("order", "order", "order", "refund", "interaction", "interaction", "complaint", "letter")
AMOUNTS = ("60000", "100000", "500000", "700000", "1200000")


def a_phone(number: int) -> str:
    return f"1391234{number:04d}"


def an_email(number: int) -> str:
    return f"p{number}@example.com"


@dataclass
class Days:
    """What arrives at the system in the course of the days."""

    random: Random
    items: MemoryItems = field(default_factory=MemoryItems)
    sent: list[Raw] = field(default_factory=list)

    def found(self, number: int, now: datetime) -> None:
        """A person with a phone and an address; some come with a date of first cooperation."""
        # Half of them are known by a phone alone, half by a mailbox alone: a third record may tie two together.
        address = {"phone": a_phone(number)} if number % 2 else {"email": an_email(number)}
        said = {"name": "李雷", **address}
        if self.random.random() < 0.4:
            said["first_cooperation"] = str(date(2023, 6, 1) + timedelta(days=self.random.randrange(1100)))
        self.send(a_profile(str(number), self.random.choice(("sales", "web")), **said), now)

    def join(self, number: int, now: datetime) -> None:
        """A record with the phone of one person and the address of another: the two were one all along."""
        one, other = (self.random.randrange(half, CUSTOMERS, 2) for half in (1, 0))
        said = {"name": "李雷", "phone": a_phone(one), "email": an_email(other)}
        self.send(a_profile(str(number), "service", **said), now)

    def event(self, number: int, now: datetime, serial: int) -> None:
        kind = self.random.choice(KINDS)
        extra: Raw = {"amount": self.random.choice(AMOUNTS)} if kind in ("order", "refund") else {}
        if kind == "letter":
            kind, extra = "complaint", {"is_interaction": "false"}
        raw = an_event(
            kind, str(number), f"e{serial}", to_iso(self.an_instant(now)), "sales", version=1, **extra
        )
        self.send(raw, now)

    def an_instant(self, now: datetime) -> datetime:
        """Up to 30 months ago, sometimes lately, sometimes up to ten days ahead, often at the edge of a day."""
        day = self.random.choices(
            [self.random.randrange(900), self.random.randrange(40), -self.random.randrange(10)], [6, 3, 1]
        )[0]
        midnight = NOW.replace(hour=16, minute=0) + (now - NOW) // timedelta(days=1) * timedelta(days=1)
        edge = self.random.choice([timedelta(0), -TICK, TICK, timedelta(hours=5, milliseconds=7)])
        return midnight - timedelta(days=day) + edge

    def change(self, now: datetime) -> None:
        """An earlier event is corrected or taken back."""
        events = [raw for raw in self.sent if raw["kind"] != "profile"]
        raw = self.random.choice(events)
        changed = {**raw, "version": len(self.sent) + 2}
        if self.random.random() < 0.5:
            changed["deleted"] = True
        else:
            changed["event_at"] = to_iso(self.an_instant(now))
        self.send(changed, now)

    def send(self, raw: Raw, now: datetime) -> None:
        assert ingest(self.items, raw, now).outcome in ("new", "updated")
        self.sent.append(raw)

    def run(self, now: datetime) -> int:
        """Sweeps until nobody is due; how many reviews that took."""
        reviewed = 0
        for _ in range(3):
            queue = ListQueue()
            swept = sweep_due(items=self.items, queue=queue, policy=POLICY, now=now)
            if swept.customers == 0:
                return reviewed
            for body in queue.take(QueueName.CUSTOMERS_DUE):
                found = review_message(body, items=self.items, policy=POLICY, key=KEY, now=now, may_plan=True)
                assert found.outcome == "reviewed"
                reviewed += 1
        raise AssertionError("somebody is due again and again")


def raw_events(items: MemoryItems, record_id: str) -> Iterator[Event]:
    """The stored events as they stand, without a line of the code under test."""
    for row in query_all(items, Query(Table.RECORDS, record_id, begins_with="EVENT#")):
        body: Any = json.loads(str(row["body"]))
        if row["deleted"] or row["kind"] == "profile":
            continue
        kind = "letter" if body.get("is_interaction") is False else str(row["kind"])
        fen = int(body.get("amount_fen") or 0) * (-1 if kind == "refund" else 1)
        yield Event(from_iso(str(row["event_at"])), kind, fen)


def check(items: MemoryItems, now: datetime) -> int:
    """Every customer's stored tags against the rules read literally; how many were compared."""
    compared = 0
    for profile in rows(items, Table.CUSTOMERS, "PROFILE"):
        if "alias_of" in profile:
            assert "due_at" not in of_customer(items, profile["customer_id"], "TAGS")
            continue
        events = [event for record_id in profile["members"] for event in raw_events(items, record_id)]
        oracle = Oracle(POLICY, events, first_cooperation_on(items, profile["members"]))
        stored = tags_from_item(of_customer(items, profile["customer_id"], "TAGS"))
        assert stored.tags is not None
        assert stored.due_at is None or stored.due_at > now
        assert stored.tags.vector == oracle.vector(now), profile["customer_id"]
        compared += 1
    return compared


def first_cooperation_on(items: MemoryItems, members: list[str]) -> date | None:
    said = [
        json.loads(str(row["body"]))["party"].get("first_cooperation_on")
        for record_id in members
        for row in query_all(items, Query(Table.RECORDS, record_id, begins_with="EVENT#profile"))
    ]
    return min((date.fromisoformat(text) for text in said if text), default=None)


@pytest.mark.parametrize("seed", [1, 2])
def test_stored_tags_equal_the_rules_read_literally_while_days_go_by(seed: int) -> None:
    days = Days(Random(seed))
    now, serial, compared, reviews = NOW, 0, 0, 0
    for number in range(CUSTOMERS):
        days.found(number, now)
    for step in range(STEPS):
        for _ in range(CUSTOMERS * (3 if step == 0 else 0) + 20):
            serial += 1
            days.event(days.random.randrange(CUSTOMERS), now, serial)
        for _ in range(10):
            days.change(now)
        days.join(CUSTOMERS + step, now)
        reviews += days.run(now)
        compared += check(days.items, now)
        # Hours, days, and now and then a week in which nobody swept.
        now += days.random.choice([timedelta(hours=9), timedelta(days=1), timedelta(days=5)])
    aliases = [row for row in rows(days.items, Table.CUSTOMERS, "PROFILE") if "alias_of" in row]
    assert len(aliases) > STEPS / 2
    assert compared > STEPS * CUSTOMERS
    # Only who is due is reviewed.
    assert reviews < compared
