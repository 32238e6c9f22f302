"""One review: what it costs, what it stores, and what it does when the world moves under it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.flows.review_customer import review_message
from shared.matching.keys import address_hashes
from shared.memory.items import MemoryItems
from shared.model.errors import LostRace
from shared.model.instants import from_iso
from shared.ports import Delete, Item, Key, Put, Query, Table
from shared.store.customers import mark_due
from shared.store.suppressions import suppress
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    CountingItems,
    Raw,
    TornItems,
    a_consent,
    a_profile,
    an_event,
    ingest,
    ingest_all,
    of_customer,
    review,
    rows,
    source,
)

PHONE, EMAIL = "13800001234", "li.lei@example.com"
TODAY = "DAY#2026-06-30"
SILENT: list[Raw] = [
    a_profile("1", name="李雷", phone=PHONE, email=EMAIL, province="上海市"),
    an_event("order", "1", "o1", "2026-03-01"),
    a_consent("1", "c1", "2026-06-01", channel="sms"),
    a_consent("1", "c2", "2026-06-01", channel="email"),
]
"""A customer of the cell basic.high: an SMS today and an email two working days later."""
CALM = [a_profile("1", name="李雷", phone=PHONE), an_event("order", "1", "o1", "2026-06-20")]


def a_world(raws: list[Raw]) -> tuple[MemoryItems, str]:
    items = ingest_all(raws)
    return items, str(source(items, f"{raws[0]['system']}#1")["customer_id"])


def decisions(items: MemoryItems, customer_id: str, day: str = TODAY) -> dict[str, str]:
    found = json.loads(of_customer(items, customer_id, day)["decisions"])
    return {one["plan_step"]: one["decision"] for one in found}


def mark(items: MemoryItems, customer_id: str) -> None:
    items.update_if(mark_due(customer_id, at=NOW, shards=POLICY.due.shards))


# --- cost ----------------------------------------------------------------------------------------------------


def test_a_review_costs_two_reads_and_one_transaction() -> None:
    inner, customer_id = a_world(SILENT)
    items = CountingItems(inner)
    assert review(items, customer_id).outcome == "reviewed"
    assert items.calls == ["batch_get", "batch_get", "transact"]


def test_a_customer_who_is_not_due_costs_one_read() -> None:
    inner, customer_id = a_world(SILENT)
    review(inner, customer_id)
    items = CountingItems(inner)
    assert review(items, customer_id).outcome == "not_due"
    assert items.calls == ["batch_get"]


def test_nobody_of_that_id_costs_one_read_and_is_said() -> None:
    items = CountingItems(MemoryItems())
    assert review(items, "c-nobody").outcome == "unknown_customer"
    assert items.calls == ["batch_get"]


@pytest.mark.parametrize("body", ["{", "[]", '{"customer_id": 7}', '{"customer_id": ""}', "[" * 100_000])
def test_a_wake_up_that_is_none_is_quarantined(body: str) -> None:
    items = MemoryItems()
    found = review_message(body, items=items, policy=POLICY, key=KEY, now=NOW, may_plan=True)
    assert found.outcome == "malformed"
    (row,) = rows(items, Table.CONTROL)
    assert row["reason"] == "malformed_wake_up"


# --- what it stores ------------------------------------------------------------------------------------------


def test_tags_contacts_decisions_and_memory_are_stored_together() -> None:
    items, customer_id = a_world(SILENT)
    found = review(items, customer_id)
    assert (found.planned, found.held) == (2, 0)
    assert decisions(items, customer_id) == {
        "matrix.basic.high.1": "planned",
        "matrix.basic.high.2": "planned",
    }
    contacts = {row["contact_id"]: row for row in rows(items, Table.CONTACTS)}
    assert set(of_customer(items, customer_id, "LEDGER")["made"]) == set(contacts)
    assert {row["channel"] for row in contacts.values()} == {"sms", "email"}
    tags = of_customer(items, customer_id, "TAGS")
    assert (tags["level"], tags["risk"]) == ("basic", "high")
    assert [change["tag"] for change in json.loads(tags["changes"])][:3] == ["level", "risk", "activity"]
    assert from_iso(tags["due_at"]) > NOW


def test_the_consent_projection_binds_a_grant_to_the_address_in_use() -> None:
    items, customer_id = a_world(
        [*SILENT, a_consent("1", "c3", "2026-06-02", "withdraw", purpose="marketing")]
    )
    review(items, customer_id)
    hashes = address_hashes({"phone": f"+86{PHONE}", "email": EMAIL}, KEY)
    stored = of_customer(items, customer_id, "CONSENT")
    assert {name: state for name, state in stored.items() if "|" in name} == {
        "email|care": f"granted#{hashes['email']}",
        "email|marketing": "withdrawn",
        "sms|care": f"granted#{hashes['sms']}",
    }


def test_a_consent_that_no_longer_fits_the_address_leaves_the_projection() -> None:
    items, customer_id = a_world(SILENT)
    review(items, customer_id)
    ingest(items, a_profile("1", name="李雷", email="new@example.com", event_at="2026-06-20"))
    review(items, customer_id)
    assert "email|care" not in of_customer(items, customer_id, "CONSENT")


def test_an_objection_holds_though_a_withdrawal_follows() -> None:
    calls = a_consent("1", "c4", "2026-06-10", "object", channel="phone")
    weaker = a_consent("1", "c5", "2026-06-11", "withdraw", channel="phone")
    orders = [an_event("order", "1", f"o{n}", "2026-03-01", amount="150000") for n in range(2)]
    items, customer_id = a_world([*SILENT, *orders, calls, weaker])
    review(items, customer_id)
    assert decisions(items, customer_id) == {"matrix.potential.high.1": "objected"}


def test_a_second_run_of_a_day_keeps_what_the_first_decided() -> None:
    items, customer_id = a_world(SILENT)
    review(items, customer_id)
    ingest(
        items, an_event("order", "1", "big", "2026-01-01", amount="3000000", first_cooperation="2020-01-01")
    )
    review(items, customer_id)
    found = decisions(items, customer_id)
    assert {step: found[step] for step in ("matrix.basic.high.1", "matrix.basic.high.2")} == {
        "matrix.basic.high.1": "planned",
        "matrix.basic.high.2": "planned",
    }
    assert found["entry.strategic.high"] == "planned"


def test_the_last_interaction_is_what_still_stands() -> None:
    gone = an_event("interaction", "1", "i1", "2026-06-29", version=1)
    items, customer_id = a_world([*SILENT, gone])
    ingest(items, {**gone, "version": 2, "deleted": True})
    assert review(items, customer_id).planned == 2


def test_an_interaction_ahead_counts_from_its_day_on() -> None:
    ahead = an_event("interaction", "1", "i1", "2026-07-03T10:00:00+08:00")
    items, customer_id = a_world([*CALM, ahead])
    review(items, customer_id)
    later = from_iso("2026-07-04T00:00:00Z")
    mark(items, customer_id)
    review(items, customer_id, later)
    assert of_customer(items, customer_id, "LEDGER")["last_contact_on"] == "2026-07-03"


def suppress_email(items: MemoryItems, email: str = EMAIL) -> None:
    address_hash = address_hashes({"email": email}, KEY)["email"]
    items.update_if(suppress("email", address_hash, reason="hard_bounce", at=NOW))


def test_nothing_is_planned_for_an_address_that_bounced() -> None:
    inner, customer_id = a_world(SILENT)
    suppress_email(inner)
    items = CountingItems(inner)
    assert review(items, customer_id).planned == 1
    assert items.calls == ["batch_get", "batch_get", "transact"]
    assert decisions(inner, customer_id)["matrix.basic.high.2"] == "suppressed"
    assert {row["channel"] for row in rows(inner, Table.CONTACTS)} == {"sms"}


@pytest.mark.parametrize("bounced", [EMAIL, "new@example.com"])
def test_the_address_in_use_is_the_one_that_counts(bounced: str) -> None:
    consent = a_consent("1", "c9", "2026-06-21", channel="email", email="new@example.com")
    items, customer_id = a_world([*SILENT, a_profile("1", email="new@example.com", event_at="2026-06-20")])
    ingest(items, consent)
    suppress_email(items, bounced)
    review(items, customer_id)
    expected = "planned" if bounced == EMAIL else "suppressed"
    assert decisions(items, customer_id)["matrix.basic.high.2"] == expected


# --- holds and room ------------------------------------------------------------------------------------------


def test_on_hold_there_are_tags_but_no_plan_and_the_customer_stays_due() -> None:
    items, customer_id = a_world(SILENT)
    assert review(items, customer_id, may_plan=False).planned == 0
    assert of_customer(items, customer_id, "TAGS")["risk"] == "high"
    assert of_customer(items, customer_id, "LEDGER") is None
    assert not rows(items, Table.CONTACTS)
    assert from_iso(of_customer(items, customer_id, "TAGS")["due_at"]) == NOW
    assert review(items, customer_id).planned == 2


def test_when_the_days_room_for_first_contacts_is_gone_the_rest_waits_a_day() -> None:
    first_import = POLICY.first_import.model_copy(
        update={"daily_limit": 1, "exempt_risks": [], "stagger_days": 1}
    )
    due = POLICY.due.model_copy(update={"shards": 1})
    policy = POLICY.model_copy(update={"first_import": first_import, "due": due})
    items = MemoryItems()
    found = []
    for n in range(3):
        for raw in SILENT:
            party = {**raw["party"], "ref": str(n)}
            party |= {"phone": f"1380012340{n}", "email": f"p{n}@example.com"} if "phone" in party else {}
            ingest(items, {**raw, "party": party, "id": f"{raw['id']}-{n}"}, policy=policy)
        found.append(review(items, source(items, f"sales#{n}")["customer_id"], policy=policy))
    assert [(one.planned, one.held) for one in found] == [(2, 0), (0, 2), (0, 2)]
    late = found[2].customer_id
    assert set(decisions(items, late).values()) == {"staggered"}
    assert of_customer(items, late, "TAGS")["due_at"] == "2026-06-30T16:00:00.000Z"
    assert review(items, late, NOW + timedelta(hours=2), policy).outcome == "not_due"
    tomorrow = from_iso("2026-06-30T16:00:00Z")
    assert review(items, late, tomorrow, policy).planned == 2
    assert review(items, found[1].customer_id, tomorrow, policy).held == 2


@pytest.mark.parametrize("limit", [1, 10, 16, 20])
def test_first_contacts_of_a_day_never_exceed_the_limit_and_all_come_in_the_end(limit: int) -> None:
    first_import = POLICY.first_import.model_copy(
        update={"daily_limit": limit, "exempt_risks": [], "stagger_days": 1}
    )
    policy = POLICY.model_copy(update={"first_import": first_import})
    items, waiting = MemoryItems(), []
    for n in range(25):
        for raw in (SILENT[0], SILENT[1], SILENT[3]):
            party = {"ref": str(n), **({"email": f"p{n}@example.com"} if "email" in raw["party"] else {})}
            ingest(items, {**raw, "party": party, "id": f"{raw['id']}-{n}"}, policy=policy)
        waiting.append(source(items, f"sales#{n}")["customer_id"])
    now = NOW
    while waiting:
        planned = {one for one in waiting if review(items, one, now, policy).planned}
        assert len(planned) <= limit
        waiting = [one for one in waiting if one not in planned]
        now += timedelta(days=1)
        assert now < NOW + timedelta(days=120)


# --- when the world moves ------------------------------------------------------------------------------------


def test_a_contact_that_exists_already_is_not_made_twice() -> None:
    items, customer_id = a_world(SILENT)
    review(items, customer_id)
    before = sorted(map(repr, items.scan(Table.CONTACTS)))
    # The memory is lost, the ledger is not.
    items.transact([Delete(Key(Table.CUSTOMERS, customer_id, sk)) for sk in ("LEDGER", TODAY)])
    mark(items, customer_id)
    assert review(items, customer_id).planned == 0
    assert sorted(map(repr, items.scan(Table.CONTACTS))) == before
    assert set(decisions(items, customer_id).values()) == {"already_made"}
    assert from_iso(of_customer(items, customer_id, "TAGS")["due_at"]) > NOW


def test_who_was_planned_today_stays_planned_today_when_a_later_run_finds_it_made() -> None:
    items, customer_id = a_world(SILENT)
    review(items, customer_id)
    items.transact([Delete(Key(Table.CUSTOMERS, customer_id, "LEDGER"))])
    mark(items, customer_id)
    assert review(items, customer_id).planned == 0
    assert set(decisions(items, customer_id).values()) == {"planned"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("at_request", range(1, 12))
def test_a_review_of_old_data_looks_again_whenever_something_comes_in(at_request: int, seed: int) -> None:
    """The event comes in before any one of the review's requests, also inside a batch read."""
    inner, customer_id = a_world(CALM)
    review(inner, customer_id)
    mark(inner, customer_id)
    items = TornItems(inner)
    items.random.seed(seed)

    def come_in_between(_: str) -> None:
        if len(items.calls) == at_request:
            # Another record of the same person, and nothing that shows in the golden record.
            ingest(inner, a_profile("9", "web", phone=PHONE))
            ingest(inner, an_event("order", "9", "o9", "2026-06-21", "web", amount="2000000"))

    items.before = come_in_between
    review(items, customer_id)
    if len(items.calls) < at_request:
        return
    if from_iso(of_customer(inner, customer_id, "TAGS")["due_at"]) <= NOW:
        # It came in after the last read: due still, for the next review.
        review(inner, customer_id)
    assert of_customer(inner, customer_id, "TAGS")["level"] == "core"


def test_an_event_between_read_and_write_costs_one_more_round() -> None:
    inner, customer_id = a_world(CALM)
    items = CountingItems(inner)

    def come_in_between(call: str) -> None:
        if call == "transact" and items.calls.count("transact") == 1:
            ingest(inner, an_event("order", "1", "o2", "2026-06-22", amount="2000000"))

    items.before = come_in_between
    assert review(items, customer_id).outcome == "reviewed"
    assert items.calls == ["batch_get", "batch_get", "transact"] * 2
    assert of_customer(inner, customer_id, "TAGS")["level"] == "core"


def test_a_customer_that_never_stands_still_goes_back_to_the_queue() -> None:
    inner, customer_id = a_world(CALM)
    items = CountingItems(inner)

    def come_in_between(call: str) -> None:
        if call == "transact":
            mark(inner, customer_id)

    items.before = come_in_between
    with pytest.raises(LostRace):
        review(items, customer_id)
    assert items.calls.count("transact") == POLICY.matching.retries


def test_a_day_that_was_left_behind_is_not_when_anybody_becomes_due() -> None:
    """The sweep does not come back to days that were empty: an instant in the past is now."""
    items, customer_id = a_world(SILENT)
    review(items, customer_id)
    ledger: Any = of_customer(items, customer_id, "LEDGER")
    old: Item = {**ledger, "plan_due_on": "2026-05-01", "last_contact_on": "2026-02-01", "cell": "basic.high"}
    for days in (100, 101):
        items.put_if(Put(Table.CUSTOMERS, old))
        now = NOW + timedelta(days=days)
        items.update_if(mark_due(customer_id, at=now, shards=POLICY.due.shards))
        review(items, customer_id, now)
        assert from_iso(of_customer(items, customer_id, "TAGS")["due_at"]) >= now
    page = items.query(Query(Table.CONTACTS, customer_id, index="by_customer"))
    assert len({item["contact_id"] for item in page.items}) == len(page.items)
