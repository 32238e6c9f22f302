"""What people decide about identity through the operator's door: merge, unmerge, for ever, never, and back again."""

from datetime import timedelta
from typing import Any

import pytest

from shared.flows.operate import Operator, operate
from shared.memory.items import MemoryItems
from shared.ports import Items, Table
from shared.store.customers import follow_alias, plan_memory_from_item
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    CountingItems,
    ListQueue,
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
LATER = NOW + timedelta(minutes=1)
MOTHER = a_profile("1", name="李雷", phone=PHONE)
SON = a_profile("9", "web", name="韩梅梅", email=EMAIL)


def ask(items: Items, action: str, **arguments: Any) -> dict[str, Any]:
    operator = Operator(items, ListQueue(), POLICY, KEY, arguments.pop("at", LATER), lambda queue, most: 0)
    return operate({"action": action, "by": "anna", **arguments}, operator)


def two_people(*more: dict[str, Any]) -> tuple[MemoryItems, str, str]:
    items = ingest_all([MOTHER, SON, *more])
    one, other = (source(items, name)["customer_id"] for name in ("sales#1", "web#9"))
    for customer_id in (one, other):
        review(items, customer_id)
    return items, one, other


def test_a_merge_by_a_person_joins_two_customers_and_says_who_and_when() -> None:
    items, one, other = two_people()
    answer = ask(items, "merge", one=one, other=other)
    (customer_id,) = answer["customers"]
    assert answer["error"] == ""
    assert partition(items) == {frozenset({"sales#1", "web#9"})}
    (verdict,) = ask(items, "verdicts")["verdicts"]
    assert (verdict["verdict"], verdict["action"], verdict["by"]) == (answer["verdict_id"], "merged", "anna")
    assert {follow_alias(items, name).customer_id for name in (one, other)} == {customer_id}  # type: ignore[union-attr]
    assert of_customer(items, customer_id, "PROFILE")["golden"]["email"] == EMAIL


def test_a_merge_wakes_a_review_by_the_stream() -> None:
    items, one, other = two_people()
    (customer_id,) = ask(items, "merge", one=one, other=other)["customers"]
    (line,) = rows(items, Table.CUSTOMERS, "LINK#")
    assert (line["customer_id"], line["wake"]) == (customer_id, "now")


@pytest.mark.parametrize("way", ["undo", "by the alias", "by its records"])
def test_what_was_merged_comes_apart_again_with_its_old_id(way: str) -> None:
    items, one, other = two_people()
    answer = ask(items, "merge", one=one, other=other)
    (kept,) = answer["customers"]
    alias = other if kept == one else one
    parted = {
        "undo": lambda: ask(items, "undo", verdict=answer["verdict_id"]),
        "by the alias": lambda: ask(items, "unmerge", customer=alias),
        "by its records": lambda: ask(items, "unmerge", customer=kept, records=["web#9"]),
    }[way]()
    assert parted["error"] == ""
    assert sorted(parted["customers"]) == sorted((one, other))
    assert parted["undone"] == (answer["verdict_id"],)
    assert source(items, "web#9")["customer_id"] == other
    (verdict,) = ask(items, "verdicts")["verdicts"]
    assert verdict["undone_by"] == "anna"


def test_what_the_scores_joined_is_parted_for_ever() -> None:
    twins = [a_profile("1", name="李雷", phone=PHONE), a_profile("2", name="李雷", phone=PHONE)]
    items = ingest_all(twins)
    assert len(partition(items)) == 1
    customer_id = source(items, "sales#1")["customer_id"]
    answer = ask(items, "unmerge", customer=customer_id, records=["sales#2"])
    assert len(partition(items)) == 2
    ingest(items, a_profile("2", name="李雷", phone=PHONE, city="上海", event_at="2026-06-02"), LATER)
    ingest(items, a_profile("1", name="李雷", phone=PHONE, email=EMAIL, event_at="2026-06-02"), LATER)
    assert len(partition(items)) == 2
    ask(items, "undo", verdict=answer["verdict_id"])
    assert len(partition(items)) == 1


def test_two_who_are_never_the_same_stay_apart_whatever_comes_in() -> None:
    items, one, other = two_people()
    ask(items, "never_same", one="sales#1", other="web#9")
    ingest(items, a_profile("1", name="韩梅梅", phone=PHONE, email=EMAIL, event_at="2026-06-02"), LATER)
    assert len(partition(items)) == 2
    assert ask(items, "merge", one=one, other=other, at=LATER + timedelta(1))["error"] == ""
    assert len(partition(items)) == 1


def test_the_same_for_ever_survives_a_change_of_every_field() -> None:
    items, *_ = two_people()
    ask(items, "always_same", one="sales#1", other="web#9")
    ingest(items, a_profile("9", "web", name="王五", phone="13900000001", event_at="2026-06-02"), LATER)
    assert len(partition(items)) == 1


def test_a_new_record_finds_its_person_within_a_merged_customer() -> None:
    items, one, other = two_people()
    answer = ask(items, "merge", one=one, other=other)
    ingest(items, a_profile("5", "service", name="韩梅梅", email=EMAIL), LATER)
    assert len(partition(items)) == 1
    ask(items, "undo", verdict=answer["verdict_id"])
    assert partition(items) == {frozenset({"sales#1"}), frozenset({"web#9", "service#5"})}
    assert source(items, "service#5")["customer_id"] == other


@pytest.mark.parametrize(
    ("action", "arguments", "error"),
    [
        pytest.param("merge", {"one": "c-nobody", "other": "sales#1"}, "not_found", id="nobody"),
        pytest.param("undo", {"verdict": "0" * 16}, "not_found", id="no such verdict"),
        pytest.param("undo", {"verdict": "../x"}, "not_found", id="no id of a verdict"),
        pytest.param("accept", {"review": "0" * 16}, "not_found", id="no such review"),
        pytest.param("unmerge", {"customer": "c-nobody"}, "not_found", id="unmerge nobody"),
        pytest.param("merge", {"one": "sales#1"}, "missing_argument", id="one only"),
        pytest.param(
            "never_same", {"one": "sales#1", "other": "sales#1"}, "one_customer_already", id="itself"
        ),
    ],
)
def test_what_cannot_be_decided_is_said_and_changes_nothing(
    action: str, arguments: dict[str, str], error: str
) -> None:
    items, *_ = two_people()
    before = partition(items)
    assert ask(items, action, **arguments)["error"] == error
    assert partition(items) == before


def test_a_customer_that_was_never_merged_cannot_be_unmerged_without_naming_records() -> None:
    items, one, _ = two_people()
    assert ask(items, "unmerge", customer=one)["error"] == "name_records_or_an_alias"


def test_a_decision_that_meets_another_looks_again() -> None:
    inner, one, other = two_people()
    items = CountingItems(inner)

    def come_in_between(call: str) -> None:
        if call == "transact" and items.calls.count("transact") == 1:
            ingest(inner, a_profile("5", "service", name="韩梅梅", email=EMAIL), LATER)

    items.before = come_in_between
    assert ask(items, "merge", one=one, other=other)["error"] == ""
    assert items.calls.count("transact") == 2
    assert partition(inner) == {frozenset({"sales#1", "web#9", "service#5"})}


def test_nobody_has_more_records_than_one_customer_can_have_by_a_merge_either() -> None:
    raws = [a_profile(str(n), name="李雷", phone=PHONE) for n in range(30)]
    raws += [a_profile(str(n), "web", name="韩梅梅", email=EMAIL) for n in range(30)]
    items = ingest_all(raws)
    assert sorted(map(len, partition(items))) == [30, 30]
    assert ask(items, "merge", one="sales#1", other="web#1")["error"] == "too_many_members"
    assert sorted(map(len, partition(items))) == [30, 30]


# --- what was sent and refused -------------------------------------------------------------------------------


SILENT = [
    an_event("order", "1", "o1", "2026-03-01"),
    a_consent("1", "c1", "2026-06-01", channel="sms"),
    an_event("order", "9", "o9", "2026-03-01", "web"),
    a_consent("9", "c9", "2026-06-01", system="web"),
]


def contacts(items: Items) -> set[str]:
    return {str(row["contact_id"]) for row in rows(items, Table.CONTACTS)}


def test_what_was_made_for_both_together_is_remembered_by_both_apart() -> None:
    """Merged before anything was sent, contacted as one, parted: neither is written to anew."""
    items = ingest_all([MOTHER, SON, *SILENT])
    one, other = (source(items, name)["customer_id"] for name in ("sales#1", "web#9"))
    answer = ask(items, "merge", one=one, other=other, at=NOW)
    (kept,) = answer["customers"]
    review(items, kept)
    made = contacts(items)
    assert made
    ask(items, "undo", verdict=answer["verdict_id"], at=NOW)
    for customer_id in (one, other):
        assert made <= set(plan_memory_from_item(of_customer(items, customer_id, "LEDGER")).made)
        review(items, customer_id)
    assert contacts(items) == made


def test_a_withdrawal_that_came_while_merged_holds_at_once_when_parted() -> None:
    items, one, other = two_people(*SILENT)
    assert of_customer(items, other, "CONSENT")["email|care"].startswith("granted#")
    answer = ask(items, "merge", one=one, other=other)
    ingest(items, a_consent("9", "c10", "2026-06-20", "withdraw", system="web"), LATER)
    ask(items, "undo", verdict=answer["verdict_id"])
    assert of_customer(items, other, "CONSENT")["email|care"] == "withdrawn"
    assert of_customer(items, one, "CONSENT")["sms|care"].startswith("granted#")
    assert "email|care" not in of_customer(items, one, "CONSENT")


# --- verified by a person ------------------------------------------------------------------------------------


def test_a_value_that_a_person_verified_wins_until_its_source_says_otherwise() -> None:
    items = ingest_all(
        [
            a_profile("1", name="李雷", phone=PHONE, title="经理", event_at="2026-06-01"),
            a_profile("9", "web", name="李雷", phone=PHONE, title="总监", event_at="2026-05-01"),
        ]
    )
    customer_id = source(items, "sales#1")["customer_id"]
    review(items, customer_id)
    assert of_customer(items, customer_id, "PROFILE")["golden"]["title"] == "经理"
    answer = ask(items, "verify", customer=customer_id, field="title", value="总监", at=NOW)
    assert answer == {"verified": ["web#9"]}
    review(items, customer_id)
    profile = of_customer(items, customer_id, "PROFILE")
    assert profile["golden"]["title"] == "总监"
    assert profile["provenance"]["title"][0::2] == ["web#9", "verified"]
    ingest(items, a_profile("9", "web", title="助理", event_at="2026-05-02"))
    review(items, customer_id)
    assert of_customer(items, customer_id, "PROFILE")["golden"]["title"] == "经理"
    assert ask(items, "verify", customer=customer_id, field="title", value="伦敦")["error"]
