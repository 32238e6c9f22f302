"""Playbooks from what sources report to the rows of the ledger; and what is foreseen of them is what then happens."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.flows.decide_review import MADE_KEPT
from shared.flows.foresee import Span, foresee
from shared.flows.look_ahead import make_outlook
from shared.flows.read_base import read_base
from shared.flows.sweep_due import sweep_due
from shared.memory.items import MemoryItems
from shared.model.instants import from_iso, local_day
from shared.policy.playbooks import Holdout
from shared.policy.schema import Policy
from shared.ports import QueueName, Table
from shared.store.customers import plan_memory_from_item, put_plan_memory
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    ListQueue,
    a_consent,
    a_profile,
    an_event,
    ingest,
    of_customer,
    review,
    rows,
)

DAY = timedelta(days=1)
ZONE = POLICY.tenant.tz
TODAY = date(2026, 6, 30)
USES = [(channel, purpose) for channel in ("email", "sms") for purpose in ("care", "marketing")]
QUARTER_S = 900


def iso(days: int) -> str:
    return (TODAY + days * DAY).isoformat()


def told(number: int, **profile: Any) -> Iterator[dict[str, Any]]:
    """A customer with every consent and a first order long ago."""
    ref = f"K{number}"
    known = {
        "name": "李雷",
        "phone": f"1380013{number:04d}",
        "email": f"k{number}@example.com",
        "country": "CN",
    }
    yield a_profile(ref, **{**known, **profile})
    yield an_event("order", ref, f"o{number}", "2024-05-01T02:00:00Z", amount="3000")
    yield an_event("interaction", ref, f"i{number}", "2026-06-20T02:00:00Z", channel="chat")
    for channel, purpose in USES:
        yield a_consent(
            ref, f"{number}-{channel}-{purpose}", "2026-01-01T00:00:00Z", channel=channel, purpose=purpose
        )


def a_car(number: int, asset: str, **days: Any) -> dict[str, Any]:
    return an_event(
        "asset", f"K{number}", asset, "2026-06-29T02:00:00Z", asset_id=asset, product="X3", **days
    )


def stored(*messages: dict[str, Any], at: datetime = NOW) -> MemoryItems:
    items = MemoryItems()
    for message in messages:
        assert ingest(items, message, at).outcome == "new"
    return items


def customers(items: MemoryItems) -> list[str]:
    return sorted(row["customer_id"] for row in rows(items, Table.CUSTOMERS, "PROFILE"))


def reviewed(items: MemoryItems, at: datetime = NOW, policy: Policy = POLICY) -> list[dict[str, Any]]:
    """The contacts that a review of the only customer makes."""
    (customer_id,) = customers(items)
    before = {row["contact_id"] for row in rows(items, Table.CONTACTS)}
    review(items, customer_id, at, policy)
    return [row for row in rows(items, Table.CONTACTS) if row["contact_id"] not in before]


def decided(items: MemoryItems, day: date = TODAY) -> dict[str, str]:
    (customer_id,) = customers(items)
    item = of_customer(items, customer_id, f"DAY#{day.isoformat()}") or {"decisions": "[]"}
    return {one["plan_step"].split(".")[1]: one["decision"] for one in json.loads(item["decisions"])}


def test_what_a_source_reports_of_a_car_becomes_a_message_about_it() -> None:
    items = stored(*told(1), a_car(1, "A1", insurance_ends_on=iso(30)))
    (row,) = reviewed(items)
    assert row["template"] == "insurance_renewal"
    assert row["about"] == "sales#A1"
    assert (row["values"]["product"], row["values"]["due_on"]) == ("X3", iso(30))
    assert reviewed(items, NOW + DAY) == []


def test_a_complaint_is_answered_in_the_review_that_it_wakes() -> None:
    items = stored(*told(1))
    reviewed(items)
    ingest(items, an_event("complaint", "K1", "c1", "2026-06-30T03:00:00Z"), NOW + timedelta(hours=1))
    made = reviewed(items, NOW + timedelta(hours=1, minutes=1))
    assert {(row["template"], row["channel"]) for row in made} == {
        ("complaint_received", "email"),
        ("", "call"),
    }
    (case,) = rows(items, Table.CASES)
    assert (case["kind"], case["title"], case["due_at"]) == (
        "complaint",
        "first_response",
        "2026-06-30T05:00:00.000Z",
    )


def test_one_car_that_two_systems_report_is_one_car() -> None:
    web = a_profile(
        "W1", system="web", name="李雷", phone="13800130001", email="k1@example.com", country="CN"
    )
    other = an_event(
        "asset", "W1", "w-7", "2026-06-28T02:00:00Z", system="web", asset_id="A1", insurance_ends_on=iso(30)
    )
    items = stored(*told(1), a_car(1, "A1", insurance_ends_on=iso(30)), web, other)
    (customer_id,) = customers(items)
    assert len(of_customer(items, customer_id, "PROFILE")["members"]) == 2
    assert [row["template"] for row in reviewed(items)] == ["insurance_renewal"]


@pytest.mark.parametrize(
    ("birthday", "expected"),
    [pytest.param("1990-06-30", ["birthday"], id="solar"), pytest.param("1990-06-29", [], id="yesterday")],
)
def test_the_birthday_is_that_of_the_golden_record(birthday: str, expected: list[str]) -> None:
    assert [row["template"] for row in reviewed(stored(*told(1, birthday=birthday)))] == expected


def test_a_first_import_sends_nothing_old() -> None:
    """Years of complaints, services, scores and expired insurances: none of it is news."""
    history = [
        an_event("complaint", "K1", "c1", "2026-05-01T02:00:00Z"),
        an_event("satisfaction", "K1", "s1", "2026-04-01T02:00:00Z", score=5),
        an_event("service", "K1", "v1", "2026-03-01T02:00:00Z", asset_id="A1", service_type="repair"),
        a_car(1, "A1", bought_on="2023-02-01", insurance_ends_on=iso(-40), warranty_ends_on=iso(-200)),
    ]
    items = stored(*told(1), *history)
    assert reviewed(items) == []
    assert decided(items) == {}


def test_old_orders_that_come_late_enter_no_stage() -> None:
    """The stage changes because the past became known, not because the customer did something."""
    items = stored(a_profile("K1", name="李雷", email="k1@example.com"))
    for channel, purpose in USES:
        ingest(
            items,
            a_consent("K1", f"{channel}{purpose}", "2026-01-01T00:00:00Z", channel=channel, purpose=purpose),
        )
    reviewed(items)
    for month in range(1, 7):
        at = f"2026-{month:02d}-03T02:00:00Z"
        ingest(items, an_event("order", "K1", f"o{month}", at, amount="9000"), NOW + DAY)
    reviewed(items, NOW + DAY)
    reviewed(items, NOW + 2 * DAY)
    assert not [name for day in range(3) for name in decided(items, TODAY + day * DAY) if "stage" in name]


def test_a_customer_who_leaves_is_asked_back() -> None:
    items = stored(*told(1))
    steps = list(foresee(list(read_base(items, TODAY)), POLICY, KEY, Span(NOW, NOW + 460 * DAY)))
    made = [
        (one.plan_step, local_day(one.not_before, ZONE))
        for step in steps
        for one in (step.decided.care.candidates if step.decided.care else ())
        if (one.playbook or "").startswith(("win_back", "stage_")) and one.decision.makes_contact
    ]
    changed = {
        change["new"]: local_day(from_iso(change["at"]), ZONE)
        for step in steps
        for change in step.decided.tags.changes
        if change["tag"] == "stage"
    }
    assert [step for step, _ in made if step.startswith("play.win_back")] == [
        f"play.win_back.{number}" for number in (1, 2, 3)
    ]
    (first, *_) = [on for step, on in made if step.startswith("play.win_back")]
    assert timedelta(days=1) <= first - changed["left"] <= timedelta(days=3)


def test_who_is_held_out_stays_so_and_the_share_is_kept() -> None:
    policy = POLICY.model_copy(update={"holdout": Holdout(percent=30, care=False)})
    greeted = 0
    for number in range(60):
        items = stored(*told(number, birthday="1990-06-30"))
        made = reviewed(items, policy=policy)
        greeted += bool(made)
        assert decided(items)["birthday"] == ("planned" if made else "holdout")
    assert 30 <= greeted <= 52  # 42 expected


def some_base() -> MemoryItems:
    messages: list[dict[str, Any]] = []
    for number in range(12):
        messages += told(number, birthday=f"198{number % 10}-07-{number + 5:02d}")
        messages.append(
            a_car(
                number,
                f"A{number}",
                bought_on=iso(-150 - 9 * number),
                mileage_km=3000 + 150 * number,
                insurance_ends_on=iso(20 + 3 * number),
                inspection_due_on=iso(40 + number),
            )
        )
        at = (NOW + number * DAY / 5).strftime("%Y-%m-%dT%H:%M:%SZ")
        messages.append(an_event("satisfaction", f"K{number}", f"s{number}", at, score=number % 5 + 1))
    return stored(*messages)


def live(items: MemoryItems, until: datetime) -> None:
    """A sweep at each quarter of an hour at which somebody is due, and the reviews that it wakes."""
    now = NOW
    while True:
        due = [
            from_iso(str(row["due_at"])) for row in rows(items, Table.CUSTOMERS, "TAGS") if "due_at" in row
        ]
        first = max(min(due), now)
        now = datetime.fromtimestamp(-(-first.timestamp() // QUARTER_S) * QUARTER_S, UTC)
        if now >= until:
            return
        queue = ListQueue()
        sweep_due(items=items, queue=queue, policy=POLICY, now=now)
        for body in sorted(set(queue.take(QueueName.CUSTOMERS_DUE))):
            review(items, json.loads(body)["customer_id"], now)
        now += timedelta(seconds=1)


def test_every_contact_of_the_playbooks_is_foreseen() -> None:
    items, until = some_base(), NOW + 150 * DAY
    steps = list(foresee(list(read_base(items, TODAY)), POLICY, KEY, Span(NOW, until)))
    live(items, until)
    made = {str(row["contact_id"]) for row in rows(items, Table.CONTACTS)}
    books = {str(row["plan_step"]).split(".")[1] for row in rows(items, Table.CONTACTS)}
    assert set(make_outlook(steps, POLICY, NOW).made) == made
    assert {"insurance_renewal", "inspection_due", "birthday", "festival", "first_service"} <= books
    merged = [one for step in steps for one in (step.decided.care.candidates if step.decided.care else ())]
    assert any(one.decision == "merged" for one in merged)


def test_an_id_is_remembered_as_long_as_its_occasion_may_come_again() -> None:
    """A service date moves with the mileage: what was sent for it half a year ago is not sent again."""
    items = stored(*told(1), a_car(1, "A1", bought_on=iso(-170)))
    (customer_id,) = customers(items)
    (sent,) = reviewed(items)
    assert sent["template"] == "service_due"
    memory = plan_memory_from_item(of_customer(items, customer_id, "LEDGER"))
    many = tuple(f"{number:032d}" for number in range(2 * MADE_KEPT))
    items.put_if(put_plan_memory(customer_id, replace(memory, made=(*memory.made, *many))))
    reviewed(items, NOW + 100 * DAY)
    made = plan_memory_from_item(of_customer(items, customer_id, "LEDGER")).made
    assert made[0] == sent["contact_id"]
    assert MADE_KEPT < len(made) <= MADE_KEPT + 1
