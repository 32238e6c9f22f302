"""Customers that turn out one: who survives, what moves, and what nobody may forget."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.matching.keys import identity_keys
from shared.matching.weights import load_weights
from shared.memory.items import MemoryItems
from shared.model.instants import to_iso
from shared.ports import Is, Key, Query, Table, Update
from shared.store.customers import follow_alias, plan_memory_from_item
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    CountingItems,
    TornItems,
    a_consent,
    a_profile,
    an_event,
    ingest,
    ingest_all,
    of_customer,
    partition,
    review,
    rows,
    source,
)

PHONE, EMAIL = "13800001234", "li.lei@example.com"
OLD = a_profile("1", name="李雷", phone=PHONE, province="上海市")
YOUNG = a_profile("9", "web", name="李雷", email=EMAIL)
BRIDGE = a_profile("5", "service", name="李雷", phone=PHONE, email=EMAIL)
LATER = NOW + timedelta(minutes=1)
SILENT = [
    an_event("order", "1", "o1", "2026-03-01"),
    a_consent("1", "c1", "2026-06-01", channel="sms"),
    an_event("order", "9", "o9", "2026-03-01", "web"),
    a_consent("9", "c9", "2026-06-01", system="web"),
]
"""Both were silent for long, so that both are due for a message each."""


def two_customers(*more: dict[str, Any]) -> tuple[MemoryItems, str, str]:
    """Two customers of one person, the first founded earlier; both reviewed, so that both have a plan."""
    items = ingest_all([OLD])
    ingest(items, YOUNG, LATER)
    for raw in more:
        ingest(items, raw, LATER)
    ids = (source(items, "sales#1")["customer_id"], source(items, "web#9")["customer_id"])
    for customer_id in ids:
        review(items, customer_id, LATER)
    return items, *ids


def due_ids(items: MemoryItems) -> set[str]:
    found = set()
    for shard in range(POLICY.due.shards):
        query = Query(Table.CUSTOMERS, f"2026-06-30#{shard:02d}", index="due", at_most=to_iso(LATER))
        found |= {str(item["customer_id"]) for item in items.query(query).items}
    return found


def test_a_third_record_joins_two_customers_and_the_older_id_survives() -> None:
    items, old, young = two_customers()
    assert partition(items) == {frozenset({"sales#1"}), frozenset({"web#9"})}
    assert ingest(items, BRIDGE, LATER).customer_id == old
    assert partition(items) == {frozenset({"sales#1", "web#9", "service#5"})}
    survivor, alias = of_customer(items, old, "PROFILE"), of_customer(items, young, "PROFILE")
    assert survivor["aliases"] == [young]
    assert (alias["alias_of"], alias["members"]) == (old, [])
    found = follow_alias(items, young)
    assert found is not None
    assert found.customer_id == old


def test_the_joined_customer_alone_is_due_and_the_other_leaves_the_index() -> None:
    items, old, _ = two_customers()
    ingest(items, an_event("interaction", "9", "i1", "2026-06-29", "web"), LATER)
    assert len(due_ids(items)) == 1
    ingest(items, BRIDGE, LATER)
    assert due_ids(items) == {old}
    assert review(items, old, LATER).outcome == "reviewed"
    assert of_customer(items, old, "PROFILE")["golden"]["email"] == EMAIL


def test_the_journal_keeps_the_evidence_of_a_join() -> None:
    items, old, young = two_customers()
    ingest(items, BRIDGE, LATER)
    (line,) = rows(items, Table.CUSTOMERS, "LINK#")
    evidence = json.loads(line["evidence"])
    assert (evidence["record"], evidence["customers"]) == ("service#5", [old, young])
    assert evidence["homes"] == dict.fromkeys(("sales#1", "service#5", "web#9"), old)
    names = {"given": "equal", "surname": "equal"}
    links = [(link["record"], link["same"], link["keys"], link["levels"]) for link in evidence["links"]]
    assert links == [
        ("sales#1", True, ["phone"], names | {"phone": "equal"}),
        ("web#9", True, ["email"], names | {"email": "equal"}),
    ]
    assert all(float(link["bits"]) >= POLICY.matching.link_bits for link in evidence["links"])
    assert evidence["weights"] == load_weights().version


def test_names_in_conflict_are_journalled_and_stay_apart() -> None:
    items = ingest_all([OLD, a_profile("2", name="韩梅梅", phone=PHONE)])
    assert len(partition(items)) == 2
    (line,) = rows(items, Table.CUSTOMERS, "LINK#")
    (link,) = json.loads(line["evidence"])["links"]
    assert (link["same"], link["levels"]["given"], link["levels"]["surname"]) == (False, "differs", "differs")


def test_a_chain_of_joins_leads_every_id_to_the_oldest_customer() -> None:
    said = {"name": "李雷", "company": "远洋贸易", "birthday": "1990-01-02"}
    items = ingest_all([a_profile("1", name="李雷", phone=PHONE)])
    old = source(items, "sales#1")["customer_id"]
    young = ingest(items, a_profile("9", "web", name="李雷", email=EMAIL), LATER).customer_id
    third = ingest(items, a_profile("7", "erp", **said), LATER).customer_id
    assert len(partition(items)) == 3
    ingest(items, a_profile("6", "app", **said, email=EMAIL), LATER)
    assert len(partition(items)) == 2
    ingest(items, BRIDGE, LATER)
    assert len(partition(items)) == 1
    for customer_id in (old, young, third):
        found = follow_alias(items, customer_id)
        assert found is not None
        assert found.customer_id == old
    assert len(of_customer(items, old, "PROFILE")["aliases"]) == 2


def test_events_of_a_joined_record_count_for_the_survivor() -> None:
    items, old, _ = two_customers()
    ingest(items, BRIDGE, LATER)
    review(items, old, LATER)
    assert of_customer(items, old, "TAGS")["level"] == "basic"
    event = an_event("order", "9", "o1", "2026-06-29", "web", amount="2000000")
    assert ingest(items, event, LATER).customer_id == old
    assert due_ids(items) == {old}
    review(items, old, LATER)
    assert of_customer(items, old, "TAGS")["level"] == "core"


def test_a_review_asked_for_by_the_old_name_reviews_the_survivor() -> None:
    items, old, young = two_customers()
    ingest(items, BRIDGE, LATER)
    assert review(items, young, LATER).customer_id == old
    assert review(items, young, LATER).outcome == "not_due"


# --- what was planned and refused ----------------------------------------------------------------------------


def test_what_both_were_planned_is_remembered_and_nothing_is_planned_anew() -> None:
    items, old, young = two_customers(*SILENT)
    memories = [plan_memory_from_item(of_customer(items, name, "LEDGER")) for name in (old, young)]
    assert all(memory.made for memory in memories)
    contacts = len(rows(items, Table.CONTACTS))
    ingest(items, BRIDGE, LATER)
    memory = plan_memory_from_item(of_customer(items, old, "LEDGER"))
    assert set(memory.made) == {name for one in memories for name in one.made}
    days = {day: n for one in memories for day, n in one.counted.get("messages_per_day", {}).items()}
    assert memory.counted["messages_per_day"].keys() == days.keys()
    assert sum(memory.counted["messages_per_day"].values()) == len(memory.made)
    assert memory.ledger.first_contact_made
    review(items, old, LATER)
    assert len(rows(items, Table.CONTACTS)) == contacts


def test_what_one_of_two_withdrew_is_withdrawn_for_both_at_once_and_after_the_review() -> None:
    items, old, _ = two_customers(
        a_consent("1", "c1", "2026-06-01", channel="sms"),
        a_consent("9", "c9", "2026-06-20", "withdraw", channel="any", purpose="any", system="web"),
    )
    assert of_customer(items, old, "CONSENT")["sms|care"].startswith("granted#")
    ingest(items, BRIDGE, LATER)
    assert of_customer(items, old, "CONSENT")["sms|care"] == "withdrawn"
    review(items, old, LATER)
    assert of_customer(items, old, "CONSENT")["sms|care"] == "withdrawn"


# --- races ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["survivor", "loser"])
@pytest.mark.parametrize("at_request", range(1, 16))
def test_a_review_that_plans_while_its_customer_is_joined_is_not_forgotten(at_request: int, who: str) -> None:
    """The review of either customer comes in before any one of the join's requests, also inside a batch read."""
    inner = ingest_all([OLD])
    for raw in (YOUNG, *SILENT):
        ingest(inner, raw, LATER)
    records = {"survivor": "sales#1", "loser": "web#9"}
    for record_id in records.values():
        # Tagged while the plan was on hold: the next review plans and leaves the profile as it is.
        review(inner, source(inner, record_id)["customer_id"], LATER, may_plan=False)
    customer_id = source(inner, records[who])["customer_id"]
    items = TornItems(inner)

    def come_in_between(_: str) -> None:
        if len(items.calls) == at_request:
            review(inner, customer_id, LATER)

    items.before = come_in_between
    survivor = ingest(items, BRIDGE, LATER).customer_id
    assert len(items.calls) >= at_request
    made = {str(contact["contact_id"]) for contact in rows(inner, Table.CONTACTS)}
    remembered = plan_memory_from_item(of_customer(inner, survivor, "LEDGER")).made
    assert made
    assert set(remembered) == made


def test_two_records_of_one_person_at_the_same_time_make_one_customer() -> None:
    inner = MemoryItems()
    items = CountingItems(inner)

    def come_in_between(call: str) -> None:
        if call == "transact" and items.calls.count("transact") == 1:
            ingest(inner, OLD)

    items.before = come_in_between
    assert ingest(items, BRIDGE).outcome == "new"
    assert items.calls.count("transact") == 2
    assert partition(inner) == {frozenset({"sales#1", "service#5"})}


def test_a_customer_that_is_joined_meanwhile_is_followed() -> None:
    inner, old, _ = two_customers()
    items = CountingItems(inner)

    def come_in_between(call: str) -> None:
        if call == "transact" and items.calls.count("transact") == 1:
            ingest(inner, BRIDGE, LATER)

    items.before = come_in_between
    event = an_event("order", "9", "o1", "2026-06-29", "web")
    assert ingest(items, event, LATER).customer_id == old
    assert len(partition(inner)) == 1


def test_a_change_of_a_shared_key_between_read_and_write_makes_the_writer_look_again() -> None:
    inner = ingest_all([OLD])
    items = CountingItems(inner)
    (id_key,) = identity_keys({"phone": f"+86{PHONE}"}, KEY)

    def come_in_between(call: str) -> None:
        if call == "transact" and items.calls.count("transact") == 1:
            done = inner.update_if(
                Update(Key(Table.IDENTITIES, id_key), add={"ver": 1}, condition=Is("ver", ">", 0))
            )
            assert done

    items.before = come_in_between
    ingest(items, a_profile("2", name="韩梅梅", phone=PHONE))
    assert items.calls.count("transact") == 2
