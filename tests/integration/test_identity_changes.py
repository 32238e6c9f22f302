"""What belongs together changes: links are undone, keys lose their strength, questions come and go."""

import json
from typing import Any

import pytest

from shared.memory.items import MemoryItems
from shared.ports import Items, Table
from shared.store.reviews import OpenReview, all_decisions, open_reviews
from tests.integration.identity_world import (
    POLICY,
    CountingItems,
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
from tests.integration.test_decide_identity import ask

PHONE, OTHER_PHONE, EMAIL = "13800001234", "13800004321", "li.lei@example.com"


def groups(items: Items) -> set[frozenset[str]]:
    return partition(items)


def apart(*records: str) -> set[frozenset[str]]:
    return {frozenset({record_id}) for record_id in records}


# --- links are undone ----------------------------------------------------------------------------------------


def test_a_record_whose_phone_changes_leaves_the_customer_that_only_the_phone_tied_it_to() -> None:
    twins = [a_profile(str(n), name="李雷", phone=PHONE) for n in (1, 2)]
    items = ingest_all([*twins, an_event("order", "2", "o1", "2026-06-02")])
    kept = source(items, "sales#1")["customer_id"]
    assert len(groups(items)) == 1
    ingest(items, a_profile("2", phone=OTHER_PHONE, event_at="2026-06-03"))
    assert groups(items) == apart("sales#1", "sales#2")
    gone = source(items, "sales#2")["customer_id"]
    assert source(items, "sales#1")["customer_id"] == kept != gone
    review(items, kept)
    review(items, gone)
    assert of_customer(items, gone, "PROFILE")["golden"]["phone"] == f"+86{OTHER_PHONE}"
    assert json.loads(of_customer(items, gone, "TAGS")["reasons"]) != json.loads(
        of_customer(items, kept, "TAGS")["reasons"]
    )


def test_back_under_the_old_phone_the_record_is_its_customer_again() -> None:
    items = ingest_all([a_profile(str(n), name="李雷", phone=PHONE) for n in (1, 2)])
    kept = source(items, "sales#1")["customer_id"]
    for day, phone in enumerate((OTHER_PHONE, PHONE, OTHER_PHONE)):
        ingest(items, a_profile("2", phone=phone, event_at=f"2026-06-0{day + 3}"))
        expected = {frozenset({"sales#1", "sales#2"})} if phone == PHONE else apart("sales#1", "sales#2")
        assert groups(items) == expected
    alone = source(items, "sales#2")["customer_id"]
    assert kept != alone
    profiles = rows(items, Table.CUSTOMERS, "PROFILE")
    assert {row["customer_id"] for row in profiles} == {kept, alone}


def test_a_name_that_is_learned_later_parts_a_family_that_shares_a_phone() -> None:
    items = ingest_all([a_profile("1", name="李雷", phone=PHONE), a_profile("2", "web", phone=PHONE)])
    assert len(groups(items)) == 1
    ingest(items, a_profile("2", "web", name="韩梅梅", event_at="2026-06-03"))
    assert groups(items) == apart("sales#1", "web#2")


def test_whoever_looks_like_two_people_is_a_question_and_belongs_to_nobody() -> None:
    items = ingest_all(
        [
            a_profile("1", name="李雷", phone=PHONE),
            a_profile("2", name="韩梅梅", phone=PHONE),
            a_profile("3", "web", phone=PHONE),
        ]
    )
    assert groups(items) == apart("sales#1", "sales#2", "web#3")
    asked = {frozenset(found.records) for found in open_reviews(items)}
    assert asked == {frozenset({"sales#1", "web#3"}), frozenset({"sales#2", "web#3"})}


def test_a_deleted_source_record_leaves_the_golden_record_and_its_keys_and_the_customer_stays() -> None:
    items = ingest_all(
        [
            a_profile("1", name="李雷", phone=PHONE, city="上海", version=1),
            a_profile("2", "web", name="李雷", phone=PHONE, email=EMAIL),
        ]
    )
    kept = source(items, "sales#1")["customer_id"]
    ingest(items, a_profile("1", version=2, deleted=True))
    assert groups(items) == apart("sales#1", "web#2")
    assert source(items, "web#2")["customer_id"] == kept
    review(items, kept)
    assert "city" not in of_customer(items, kept, "PROFILE")["golden"]
    keys: list[Any] = list(items.scan(Table.IDENTITIES))
    assert all("sales#1" not in key["members"] for key in keys)
    ingest(items, a_profile("1", name="李雷", phone=PHONE, version=3))
    assert groups(items) == {frozenset({"sales#1", "web#2"})}


# --- hot keys ------------------------------------------------------------------------------------------------


def few(**matching: Any) -> Any:
    return POLICY.model_copy(update={"matching": POLICY.matching.model_copy(update=matching)})


def test_a_key_that_becomes_hot_loses_its_strength_for_those_who_hang_on_it_alone() -> None:
    policy = few(members_per_key=3)
    raws = [
        a_profile("1", name="李雷", phone=PHONE),
        a_profile("2", name="李雷", phone=PHONE),
        a_profile("3", name="李雷", phone=PHONE, email=EMAIL),
        a_profile("4", "web", name="李雷", email=EMAIL),
    ]
    items = ingest_all(raws, policy=policy)
    assert len(groups(items)) == 1
    ingest(items, a_profile("5", name="王五", phone=PHONE), policy=policy)
    assert groups(items) == apart("sales#1", "sales#2", "sales#5") | {frozenset({"sales#3", "web#4"})}
    (hot,) = [key for key in items.scan(Table.IDENTITIES) if key["hot"]]
    assert hot["members"] == {}
    assert all("LINK#" in str(row["sk"]) for row in rows(items, Table.CUSTOMERS, "LINK#"))


def test_the_order_in_which_a_key_becomes_hot_does_not_matter() -> None:
    policy = few(members_per_key=3, comparisons=20)
    raws = [
        *(a_profile(str(n), name="李雷", phone=PHONE) for n in range(4)),
        a_profile("8", name="李雷", phone=PHONE, email=EMAIL),
        a_profile("9", "web", name="李雷", email=EMAIL),
    ]
    found = [groups(ingest_all(order, policy=policy)) for order in (raws, raws[::-1], raws[3:] + raws[:3])]
    assert found[0] == found[1] == found[2]
    assert frozenset({"sales#8", "web#9"}) in found[0]


def test_what_a_crash_left_under_a_hot_key_is_looked_at_by_whoever_meets_it_next() -> None:
    policy = few(members_per_key=3)
    inner = ingest_all([a_profile(str(n), name="李雷", phone=PHONE) for n in range(3)], policy=policy)
    items = CountingItems(inner)

    def die(call: str) -> None:
        if call == "transact" and items.calls.count("transact") == 3:
            raise ConnectionError

    items.before = die
    with pytest.raises(ConnectionError):
        ingest(items, a_profile("3", name="李雷", phone=PHONE), policy=policy)
    assert len(groups(inner)) < 4
    ingest(inner, a_profile("4", name="王五", phone=PHONE), policy=policy)
    assert groups(inner) == apart(*(f"sales#{n}" for n in range(5)))


# --- questions for people ------------------------------------------------------------------------------------


def a_question() -> tuple[MemoryItems, OpenReview]:
    """Two of one name and mailbox, with birthdays that conflict: for a person to decide."""
    items = ingest_all(
        [
            a_profile("1", name="李雷", email=EMAIL, birthday="1990-01-02"),
            a_profile("9", "web", name="李雷", email=EMAIL, birthday="1975-11-30"),
        ]
    )
    (found,) = open_reviews(items)
    return items, found


def test_a_pair_in_the_grey_zone_is_a_question_with_its_evidence() -> None:
    items, found = a_question()
    assert groups(items) == apart("sales#1", "web#9")
    assert found.records == ("sales#1", "web#9")
    assert (found.rule, found.levels["birthday"], found.levels["email"]) == (
        "birthdays_conflict",
        "differs",
        "equal",
    )
    assert POLICY.matching.review_bits <= float(found.bits) < POLICY.matching.link_bits
    answer = ask(items, "reviews")
    (question,) = answer["reviews"]
    assert (answer["open"], question["review_id"]) == (1, found.review_id)
    assert [side["said"]["birthday_on"] for side in question["sides"]] == ["1990-01-02", "1975-11-30"]
    assert [side["customer_id"] for side in question["sides"]] == [
        source(items, record_id)["customer_id"] for record_id in found.records
    ]


@pytest.mark.parametrize(("action", "customers"), [("accept", 1), ("reject", 2)])
def test_an_answer_closes_the_question_and_taking_it_back_asks_again(action: str, customers: int) -> None:
    items, found = a_question()
    answer = ask(items, action, review=found.review_id)
    assert answer["error"] == ""
    assert len(groups(items)) == customers
    assert open_reviews(items) == []
    (decision,) = all_decisions(items)
    assert (decision.by, decision.note and decision.note["rule"]) == ("anna", "birthdays_conflict")
    assert ask(items, action, review=found.review_id)["error"] == "not_found"
    ask(items, "undo", verdict=answer["verdict_id"])
    assert len(groups(items)) == 2
    assert [again.records for again in open_reviews(items)] == [found.records]
    (decision,) = all_decisions(items)
    assert decision.undone_by == "anna"


@pytest.mark.parametrize(
    ("change", "customers"),
    [
        pytest.param({"birthday": "1990-01-02"}, 1, id="the birthday was a slip: they are one"),
        pytest.param({"email": "other@example.com"}, 2, id="the mailbox was another's: nothing is left"),
        pytest.param({"name": "王五", "birthday": "1960-05-05"}, 2, id="another name: two people"),
    ],
)
def test_a_question_disappears_when_its_records_change(change: dict[str, str], customers: int) -> None:
    items, _ = a_question()
    ingest(items, a_profile("9", "web", event_at="2026-06-02", **change))
    assert open_reviews(items) == []
    assert len(groups(items)) == customers


def test_a_question_disappears_when_a_third_record_answers_it() -> None:
    items = ingest_all(
        [a_profile("1", name="李雷", city="上海"), a_profile("9", "web", name="李雷", city="上海")]
    )
    before = {frozenset(found.records) for found in open_reviews(items)}
    ingest(items, a_profile("1", phone=PHONE, event_at="2026-06-02"))
    ingest(items, a_profile("9", "web", email=EMAIL, event_at="2026-06-02"))
    ingest(items, a_profile("5", "service", name="李雷", phone=PHONE, email=EMAIL, city="上海"))
    assert len(groups(items)) == 1
    assert before <= {frozenset({"sales#1", "web#9"})}
    assert open_reviews(items) == []


def test_nothing_readable_stands_in_keys_and_questions() -> None:
    items, _ = a_question()
    for table in (Table.IDENTITIES, Table.CONTROL):
        text = json.dumps(list(items.scan(table)), ensure_ascii=False)
        assert EMAIL not in text
