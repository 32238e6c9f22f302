"""What a deleted source record refused still holds for its addresses, for whoever is reached there."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.flows.decide_identity import merge_customers, undo_verdict
from shared.flows.read_base import read_base
from shared.flows.view_customer import view_customer
from shared.memory.items import MemoryItems
from shared.ports import Items
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    CountingItems,
    Raw,
    a_consent,
    a_profile,
    ingest,
    ingest_all,
    of_customer,
    partition,
    review,
    source,
)
from tests.property.identity_history import deciding

PHONE, EMAIL = "13800001234", "li.lei@example.com"
USE = "email|care"
ONE = a_profile("1", name="李雷", phone=PHONE, email=EMAIL, version=1)
OTHER = a_profile("2", "web", name="李雷", phone=PHONE, email=EMAIL)
GRANT = a_consent("2", "g", "2026-05-01", system="web")
REFUSAL = a_consent("1", "w", "2026-06-02", "withdraw")
GONE = {**ONE, "version": 2, "deleted": True}


def stands(items: Items, record_id: str, use: str = USE) -> str:
    """How the customer of a record stands, after a review, in the words of the sender."""
    customer_id = source(items, record_id)["customer_id"]
    review(items, customer_id, may_plan=False)
    return str((of_customer(items, customer_id, "CONSENT") or {}).get(use, "")).partition("#")[0]


def projected(items: Items, record_id: str) -> str:
    """The same before any review."""
    found = of_customer(items, source(items, record_id)["customer_id"], "CONSENT") or {}
    return str(found.get(USE, "")).partition("#")[0]


def test_a_withdrawal_outlives_the_record_that_carried_it_for_the_others_of_the_customer() -> None:
    items = ingest_all([ONE, OTHER, GRANT, REFUSAL])
    assert stands(items, "web#2") == "withdrawn"
    ingest(items, GONE)
    assert partition(items) == {frozenset({"sales#1"}), frozenset({"web#2"})}
    assert projected(items, "web#2") == "withdrawn"
    assert stands(items, "web#2") == "withdrawn"


@pytest.mark.parametrize(
    "order",
    [
        pytest.param((ONE, REFUSAL, GONE, OTHER, GRANT), id="the other comes after the deletion"),
        pytest.param((ONE, REFUSAL, OTHER, GRANT, GONE), id="the other comes before it"),
        pytest.param((GRANT, GONE, REFUSAL, ONE, OTHER), id="the deletion comes before what it deletes"),
        pytest.param((OTHER, GRANT, ONE, GONE, REFUSAL), id="the refusal comes after the deletion"),
    ],
)
def test_whatever_comes_first_the_refusal_holds(order: Sequence[Raw]) -> None:
    assert stands(ingest_all(order), "web#2") == "withdrawn"


def test_a_later_grant_restores_and_an_earlier_one_does_not() -> None:
    items = ingest_all([ONE, OTHER, GRANT, REFUSAL, GONE])
    ingest(items, a_consent("2", "g2", "2026-06-01", system="web"))
    assert stands(items, "web#2") == "withdrawn"
    ingest(items, a_consent("2", "g3", "2026-06-03", system="web"))
    assert stands(items, "web#2") == "granted"


def test_a_record_that_comes_back_takes_its_word_back_to_itself() -> None:
    items = ingest_all([ONE, a_profile("2", "web", name="韩梅梅", phone="13900001234", email=EMAIL), GRANT])
    ingest(items, REFUSAL)
    assert stands(items, "web#2") == "granted"
    ingest(items, GONE)
    assert stands(items, "web#2") == "withdrawn"
    ingest(items, {**ONE, "version": 3})
    assert stands(items, "web#2") == "granted"


def test_another_address_is_not_concerned() -> None:
    items = ingest_all([ONE, REFUSAL, GONE])
    ingest(items, a_profile("2", "web", name="李雷", phone=PHONE, email="other@example.com"))
    ingest(items, GRANT)
    assert stands(items, "web#2") == "granted"


@pytest.mark.parametrize("reach", [{"phone": PHONE}, {"email": EMAIL}], ids=["phone", "mailbox"])
def test_an_objection_holds_at_every_address_of_the_deleted_record(reach: dict[str, str]) -> None:
    objection = a_consent("1", "o", "2026-06-02", "object", channel="sms")
    items = ingest_all([ONE, objection, GONE, a_profile("2", "web", name="李雷", **reach)])
    stands(items, "web#2")
    told = view_customer(source(items, "web#2")["customer_id"], items=items, key=KEY, policy=POLICY, now=NOW)
    assert told is not None
    assert ("sms|objection", "objected") in [(line.use, line.state) for line in told.consents]


def test_forecasts_read_the_same_refusals_as_a_review() -> None:
    items = ingest_all([ONE, REFUSAL, GONE, OTHER, GRANT])
    (known,) = [one for one in read_base(items, NOW.date()) if one.profile.members == ("web#2",)]
    assert [(use, one.state) for uses in known.refused.values() for use, one in uses.items()] == [
        (USE, "withdrawn")
    ]


def test_joining_and_parting_others_at_the_address_leaves_the_refusal_where_it_is() -> None:
    third = a_profile("3", name="张伟", phone="13700001234")
    items = ingest_all([ONE, REFUSAL, GONE, OTHER, GRANT, third])
    assert stands(items, "web#2") == "withdrawn"
    homes = [source(items, name)["customer_id"] for name in ("web#2", "sales#3")]
    decided = merge_customers(homes[0], homes[1], deciding(items))
    assert not decided.error
    assert projected(items, "sales#3") == stands(items, "sales#3") == "withdrawn"
    undo_verdict(decided.verdict_id, deciding(items))
    assert stands(items, "web#2") == "withdrawn"
    assert stands(items, "sales#3") == ""


def test_a_review_that_read_before_the_deletion_looks_again() -> None:
    inner = MemoryItems()
    other = a_profile("2", "web", name="韩梅梅", phone="13900001234", email=EMAIL)
    for raw in (ONE, other, GRANT, REFUSAL):
        ingest(inner, raw)
    waiting: list[Any] = [GONE]

    def come_between(call: str) -> None:
        if call == "transact" and waiting:
            ingest(inner, waiting.pop())

    one = source(inner, "web#2")["customer_id"]
    review(CountingItems(inner, before=come_between), one, may_plan=False)
    assert projected(inner, "web#2") == "withdrawn"


def test_who_refused_nothing_costs_nothing_more_when_deleted() -> None:
    inner = ingest_all([ONE, OTHER])
    counted = CountingItems(inner)
    ingest(counted, GONE)
    refusing = CountingItems(ingest_all([ONE, OTHER, REFUSAL]))
    ingest(refusing, GONE)
    assert len(refusing.calls) - len(counted.calls) == 2
