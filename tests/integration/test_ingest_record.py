"""What becomes of one message: its outcome, its cost in requests, and the state it leaves."""

import json
from typing import Any

import pytest

from shared.flows.ingest_message import ingest_message, record_progress
from shared.memory.items import MemoryItems
from shared.model.instants import from_iso
from shared.policy.schema import Policy
from shared.ports import Table
from shared.store.records import source_from_item
from shared.store.reviews import open_reviews
from shared.tagging.review import tag
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    CountingItems,
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
    state,
)
from tests.integration.progress_facts import outcomes_by_seq

PHONE, EMAIL = "13800001234", "li.lei@example.com"


def a_policy(**matching: int) -> Policy:
    return POLICY.model_copy(update={"matching": POLICY.matching.model_copy(update=matching)})


def history_of(items: MemoryItems, record_id: str) -> Any:
    return source_from_item(source(items, record_id)).history


def said(items: MemoryItems, record_id: str) -> dict[str, str]:
    return {name: value for name, (value, _) in source(items, record_id)["party"].items()}


# --- outcomes and their cost ---------------------------------------------------------------------------------


def test_a_new_customer_costs_two_reads_and_one_transaction() -> None:
    items = CountingItems(MemoryItems())
    assert ingest(items, a_profile("1", name="李雷", phone=PHONE)).outcome == "new"
    assert items.calls == ["batch_get", "batch_get", "transact"]


def test_a_new_event_of_a_known_customer_costs_one_read_and_one_transaction() -> None:
    items = CountingItems(MemoryItems())
    ingest(items, a_profile("1", name="李雷", phone=PHONE))
    items.calls.clear()
    assert ingest(items, an_event("order", "1", "o1", "2026-06-02")).outcome == "new"
    assert items.calls == ["batch_get", "transact"]


def test_an_unchanged_record_costs_one_read_and_no_write() -> None:
    items = CountingItems(MemoryItems())
    raws = [a_profile("1", name="李雷"), an_event("order", "1", "o1", "2026-06-02")]
    for raw in raws:
        ingest(items, raw)
    before = state(items)
    for raw in raws:
        items.calls.clear()
        again = {**raw, "origin": {"file": "b.csv", "row": 7, "job_id": "j", "seq": 0}, "received_at": "x"}
        assert ingest(items, again).outcome == "unchanged"
        assert items.calls == ["batch_get"]
    assert state(items) == before


@pytest.mark.parametrize(
    ("change", "reads"),
    [
        pytest.param({"title": "经理"}, 1, id="nothing that tells who it is"),
        pytest.param({"city": "上海"}, 3, id="what it is compared by: its keys and its customer are read"),
    ],
)
def test_a_changed_profile_costs_one_read_unless_identity_compares_by_it(
    change: dict[str, str], reads: int
) -> None:
    items = CountingItems(MemoryItems())
    ingest(items, a_profile("1", name="李雷", phone=PHONE, version=1))
    items.calls.clear()
    changed = a_profile("1", name="李雷", phone=PHONE, version=2, **change)
    assert ingest(items, changed).outcome == "updated"
    assert items.calls == ["batch_get"] * reads + ["transact"]


def test_a_corrected_event_costs_one_query_more() -> None:
    items = CountingItems(MemoryItems())
    ingest(items, an_event("order", "1", "o1", "2026-06-02", version=1))
    items.calls.clear()
    ingest(items, an_event("order", "1", "o1", "2026-06-02", version=2, amount="5"))
    assert items.calls == ["batch_get", "query", "transact"]


def test_a_record_that_links_to_another_costs_four_reads_and_one_transaction() -> None:
    items = CountingItems(MemoryItems())
    ingest(items, a_profile("1", name="李雷", phone=PHONE))
    items.calls.clear()
    ingest(items, a_profile("9", "web", name="李雷", phone=PHONE))
    assert items.calls == ["batch_get"] * 4 + ["transact"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(["a list"], "not_an_object", id="not an object"),
        pytest.param(a_profile("1", schema=9), "unknown_schema", id="another schema"),
        pytest.param({**a_profile("1"), "party": {}}, "no_identity", id="nobody"),
        pytest.param(an_event("order", "1", "o1", "no day"), "no_event_date", id="no day"),
    ],
)
def test_what_cannot_be_used_is_quarantined_whole_once_and_nothing_else_is_written(
    raw: Any, reason: str
) -> None:
    items = CountingItems(MemoryItems())
    for _ in range(2):
        items.calls.clear()
        ingested = ingest(items, raw)
        assert (ingested.outcome, ingested.reason) == ("quarantined", reason)
        assert {*items.calls} == {"put_if"}
    (row,) = (row for row in rows(items, Table.CONTROL) if "raw" in row)
    assert json.loads(row["raw"]) == raw
    assert not rows(items, Table.RECORDS)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{not json", id="no JSON"),
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param('{"a": "\\ud800"}', id="half a character"),
        pytest.param('"\\ud800"', id="half a character alone"),
        pytest.param("null", id="null"),
    ],
)
def test_a_malformed_message_is_quarantined_and_never_raises(body: str) -> None:
    items = MemoryItems()
    received = ingest_message(body, items=items, policy=POLICY, key=KEY, received_at=NOW)
    assert received.outcome == "quarantined"
    assert len([row for row in rows(items, Table.CONTROL) if "raw" in row]) == 1


def test_half_a_character_inside_a_good_record_does_not_stop_it() -> None:
    items = MemoryItems()
    body = json.dumps(a_profile("1", name="李雷\ud800", topic="\udfff"))
    received = ingest_message(body, items=items, policy=POLICY, key=KEY, received_at=NOW)
    assert received.outcome == "new"


def test_records_in_are_new_and_updated_and_unchanged_and_quarantined() -> None:
    items = MemoryItems()
    order = an_event("order", "1", "o1", "2026-06-02", version=1)
    raws = [order, order, {**order, "version": 2, "amount": "7"}, order, "nonsense", a_profile("1")]
    job = {"file": "a.csv", "row": 1, "job_id": "j1"}
    received = []
    for seq, raw in enumerate(raws):
        body = json.dumps({**raw, "origin": {**job, "seq": seq}} if isinstance(raw, dict) else raw)
        received.append(ingest_message(body, items=items, policy=POLICY, key=KEY, received_at=NOW))
    outcomes = [one.outcome for one in received]
    assert outcomes == ["new", "unchanged", "updated", "unchanged", "quarantined", "new"]
    record_progress(received, items)
    assert outcomes_by_seq(items, "j1") == {0: "new", 1: "unchanged", 2: "updated", 3: "unchanged", 5: "new"}


# --- versions ------------------------------------------------------------------------------------------------


def test_explicit_versions_count_whatever_order_they_arrive_in() -> None:
    first = an_event("order", "1", "o1", "2026-06-02", version=1, amount="1")
    second = an_event("order", "1", "o1", "2026-06-03", version=2, amount="2")
    early, late = ingest_all([first, second]), ingest_all([second, first])
    for items in (early, late):
        (row,) = rows(items, Table.RECORDS, "EVENT#")
        assert (row["version"], row["event_at"]) == (2, "2026-06-02T16:00:00.000Z")
        assert [day.fen for day in history_of(items, "sales#1").days] == [200]


def test_what_only_an_older_version_says_of_a_person_counts_though_it_comes_late() -> None:
    first = a_profile("1", name="李", phone="13800000009", email=EMAIL, version=1)
    second = a_profile("1", name="李雷", phone="13800000001", version=2)
    other = a_profile("9", "web", name="李雷", email=EMAIL)
    early, late = ingest_all([other, first, second]), ingest_all([other, second])
    assert ingest(late, first).outcome == "updated"
    assert said(early, "sales#1") == said(late, "sales#1")
    assert said(late, "sales#1")["phone"] == "+8613800000001"
    assert partition(early) == partition(late) == {frozenset({"sales#1", "web#9"})}
    before = state(late)
    items = CountingItems(late)
    assert ingest(items, first).outcome == "unchanged"
    assert items.calls == ["batch_get"]
    assert state(late) == before


def test_an_older_version_does_not_bring_back_what_was_deleted() -> None:
    profile = a_profile("1", name="李雷", phone=PHONE, version=1)
    items = ingest_all([{**profile, "version": 2, "deleted": True}, profile])
    assert source(items, "sales#1")["deleted"] is True


def test_two_versions_of_a_consent_end_the_same_in_either_order() -> None:
    profile = a_profile("1", name="李雷", email=EMAIL)
    refused = a_consent("1", "c1", "2026-06-10", "withdraw", version=1)
    granted = a_consent("1", "c1", "2026-06-05", "grant", version=2)
    ends = [ingest_all([profile, *order]) for order in ([refused, granted], [granted, refused])]
    standings = [source(items, "sales#1")["consents"] for items in ends]
    assert standings[0] == standings[1]
    assert {name: state for name, (state, _) in standings[0].items() if "care" in name}.popitem()[
        1
    ] == "withdrawn"


def test_one_version_with_two_contents_ends_the_same_in_either_order() -> None:
    one = an_event("order", "1", "o1", "2026-06-02", version=1, amount="1", name="甲")
    other = an_event("order", "1", "o1", "2026-06-02", version=1, amount="2", name="乙")
    ends = [ingest_all(order) for order in ([one, other], [other, one])]
    amounts = [history_of(items, "sales#1").days[0].fen for items in ends]
    assert amounts[0] == amounts[1]
    assert said(ends[0], "sales#1") == said(ends[1], "sales#1")


@pytest.mark.parametrize(("first", "second"), [("甲", "乙"), ("乙", "甲")])
def test_a_source_without_versions_is_taken_at_its_last_word(first: str, second: str) -> None:
    items = MemoryItems()
    old = an_event("order", "1", "o1", "2026-06-02", amount="9", name=first, phone="13800000009")
    new = an_event("order", "1", "o1", "2026-06-02", amount="3", name=second, phone="13800000001")
    assert [ingest(items, raw).outcome for raw in (old, new)] == ["new", "updated"]
    assert [day.fen for day in history_of(items, "sales#1").days] == [300]
    assert said(items, "sales#1") == {"name": second, "phone": "+8613800000001"}
    # The content that was taken back comes again, as when both stand in one file that is read twice.
    before = state(items)
    assert [ingest(items, raw).outcome for raw in (old, new, old)] == ["unchanged"] * 3
    assert state(items) == before


def test_version_numbers_of_one_record_mean_nothing_beside_those_of_another() -> None:
    order = an_event("order", "1", "o1", "2026-05-01", phone="13800000001")
    profile = a_profile("1", phone="13800000002", version=3)
    late_order = an_event("order", "1", "o2", "2026-04-01", phone="13800000003", version=99)
    for raws in ([order, profile, late_order], [late_order, profile, order]):
        assert said(ingest_all(raws), "sales#1")["phone"] == "+8613800000002"


def test_a_date_ahead_does_not_make_an_address_the_newest_for_ever() -> None:
    slip = an_event("interaction", "1", "i1", "2062-06-01", phone="13800000001")
    items = ingest_all([slip])
    ingest(
        items, a_profile("1", phone="13800000002", event_at="2026-07-02"), from_iso("2026-07-02T02:00:00Z")
    )
    assert said(items, "sales#1")["phone"] == "+8613800000002"


# --- events --------------------------------------------------------------------------------------------------


def test_a_deleted_or_corrected_event_leaves_the_history_of_a_world_without_it() -> None:
    stays = [
        an_event("order", "1", "o1", "2026-06-02", amount="10"),
        an_event("interaction", "1", "i1", "2026-06-02", channel="call"),
        an_event("refund", "1", "r1", "2026-06-05", amount="2"),
    ]
    wrong = [
        an_event("order", "1", "o2", "2023-01-01", amount="500", version=1),
        an_event("interaction", "1", "i2", "2026-06-20", version=1),
        an_event("complaint", "1", "k1", "2026-06-21", version=1),
    ]
    items = ingest_all([*stays, *wrong])
    for raw in wrong:
        assert ingest(items, {**raw, "version": 2, "deleted": True}).outcome == "updated"
    assert history_of(items, "sales#1") == history_of(ingest_all(stays), "sales#1")
    assert len(rows(items, Table.RECORDS, "EVENT#")) == 6


def test_a_deletion_that_comes_before_its_event_deletes_it_all_the_same() -> None:
    order = an_event("order", "1", "o1", "2026-06-02", version=1)
    items = MemoryItems()
    assert ingest(items, {**order, "version": 2, "deleted": True}).outcome == "new"
    assert ingest(items, order).outcome == "unchanged"
    assert history_of(items, "sales#1").days == ()


def test_an_amount_without_a_rate_is_an_order_that_decides_no_level() -> None:
    items = ingest_all([an_event("order", "1", "o1", "2026-06-02", amount="9000000", currency="CHF")])
    (day,) = history_of(items, "sales#1").days
    assert (day.orders, day.fen) == (1, 0)
    (row,) = rows(items, Table.RECORDS, "EVENT#")
    assert "unconverted" in {issue["code"] for issue in row["issues"]}
    assert tag(history_of(items, "sales#1"), POLICY, NOW).level == "basic"


def test_a_profile_after_its_events_gives_the_stub_its_keys_and_joins_it() -> None:
    items = ingest_all(
        [
            an_event("order", "1", "o1", "2026-06-02"),
            a_profile("9", "web", name="李雷", phone=PHONE),
            a_profile("1", name="李雷", phone=PHONE),
        ]
    )
    assert partition(items) == {frozenset({"sales#1", "web#9"})}


def test_two_equal_orders_without_ids_stay_two_and_do_not_become_four() -> None:
    order = an_event("order", "1", "", "2026-06-02", amount="10")
    del order["id"]
    both = [{**order, "occurrence": 1}, {**order, "occurrence": 2}]
    items = MemoryItems()
    assert [ingest(items, raw).outcome for raw in (*both, *both)] == ["new", "new", "unchanged", "unchanged"]
    (day,) = history_of(items, "sales#1").days
    assert (day.orders, day.fen) == (2, 2000)


# --- consent -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["withdraw", "object"])
def test_a_refusal_is_felt_in_the_transaction_that_stores_it(action: str) -> None:
    items = ingest_all([a_profile("1", name="李雷", email=EMAIL), a_consent("1", "c1", "2026-06-01")])
    (profile,) = rows(items, Table.CUSTOMERS, "PROFILE")
    review(items, profile["customer_id"])
    assert of_customer(items, profile["customer_id"], "CONSENT")["email|care"].startswith("granted#")
    ingest(items, a_consent("1", "c2", "2026-06-10", action))
    assert of_customer(items, profile["customer_id"], "CONSENT")["email|care"] == "withdrawn"


def test_a_grant_taken_back_is_felt_at_once_too() -> None:
    grant = a_consent("1", "c1", "2026-06-01", version=1)
    items = ingest_all([a_profile("1", name="李雷", email=EMAIL), grant])
    (profile,) = rows(items, Table.CUSTOMERS, "PROFILE")
    review(items, profile["customer_id"])
    ingest(items, {**grant, "version": 2, "deleted": True})
    assert of_customer(items, profile["customer_id"], "CONSENT")["email|care"] == "withdrawn"
    review(items, profile["customer_id"])
    assert of_customer(items, profile["customer_id"], "CONSENT")["email|care"] == "withdrawn"


def test_a_late_consent_speaks_of_the_address_it_names_not_of_a_newer_one() -> None:
    items = ingest_all(
        [
            a_profile("1", name="李雷", email="new@example.com"),
            a_consent("1", "c1", "2026-05-01", email="old@example.com"),
        ]
    )
    (profile,) = rows(items, Table.CUSTOMERS, "PROFILE")
    review(items, profile["customer_id"])
    assert of_customer(items, profile["customer_id"], "CONSENT") is None


# --- limits --------------------------------------------------------------------------------------------------


def test_a_key_shared_by_too_many_finds_nobody_any_more() -> None:
    names = ["甲一", "乙二", "丙三"]
    items = ingest_all([a_profile(str(n), name=name, phone=PHONE) for n, name in enumerate(names)])
    policy = a_policy(members_per_key=3)
    ingest(items, a_profile("3", name="丁四", phone=PHONE), policy=policy)
    (key,) = items.scan(Table.IDENTITIES)
    assert key["hot"] is True
    ingest(items, a_profile("4", name="甲一", phone=PHONE), policy=policy)
    assert list(items.scan(Table.IDENTITIES)) == [key]
    assert len(partition(items)) == 5


def test_long_names_under_one_key_do_not_make_it_too_big_to_store() -> None:
    items = MemoryItems()
    for n in range(50):
        long = {"name": f"{n} " + "名" * 1900, "company": f"{n} " + "司" * 1900}
        assert ingest(items, a_profile(str(n), phone=PHONE, **long)).outcome == "new"
    for key in items.scan(Table.IDENTITIES):
        assert len(json.dumps(key, ensure_ascii=False).encode()) < 100_000


def test_more_members_than_one_customer_can_have_are_left_to_a_person() -> None:
    policy = a_policy(members_per_customer=2)
    items = ingest_all([a_profile(str(n), name="李雷", phone=PHONE) for n in range(3)], policy=policy)
    assert sorted(map(len, partition(items))) == [1, 2]
    (flagged,) = [row for row in rows(items, Table.CUSTOMERS, "PROFILE") if row["review"]]
    assert flagged["members"] == ["sales#2"]
    assert flagged["review"] == ["too_many_members"]
    review(items, flagged["customer_id"])
    assert of_customer(items, flagged["customer_id"], "PROFILE")["review"] == ["too_many_members"]


def test_a_known_customer_who_would_grow_too_big_is_flagged_once() -> None:
    policy = a_policy(members_per_customer=2)
    raws = [a_profile(str(n), name="李雷", phone=PHONE) for n in range(2)] + [a_profile("7", name="李雷")]
    items = ingest_all(raws, policy=policy)
    for version, city in enumerate(["上海", "北京"]):
        changed = a_profile("7", name="李雷", phone=PHONE, city=city, event_at=f"2026-06-1{version}")
        ingest(items, changed, policy=policy)
    (flagged,) = [row for row in rows(items, Table.CUSTOMERS, "PROFILE") if row["review"]]
    assert (flagged["members"], flagged["review"]) == (["sales#7"], ["too_many_members"])


def test_a_phone_alone_that_fits_many_people_is_left_to_a_person() -> None:
    names = [f"{chr(0x4E00 + 16 * n)}{chr(0x5E00 + 16 * n)}" for n in range(35)]
    items = ingest_all([a_profile(str(n), name=name, phone=PHONE) for n, name in enumerate(names)])
    assert len(partition(items)) == 35
    assert ingest(items, a_profile("99", phone=PHONE)).outcome == "new"
    assert len(partition(items)) == 36
    asked = {record_id for found in open_reviews(items) for record_id in found.records}
    assert "sales#99" in asked


@pytest.mark.parametrize(
    "correction",
    [
        pytest.param({"email": "right@example.com"}, id="the email was corrected"),
        pytest.param({"phone": "13800000077"}, id="the phone was corrected"),
        pytest.param({"name": "张三丰"}, id="the name was corrected"),
    ],
)
def test_an_order_without_customer_id_stays_one_when_its_person_is_corrected(
    correction: dict[str, str],
) -> None:
    items = MemoryItems()
    person = {"name": "张三", "email": "wrong@example.com", "phone": "13800000066"}
    order = {**an_event("order", "", "W-1", "2026-05-01", amount=5000), "party": person}
    assert ingest(items, order).outcome == "new"
    assert ingest(items, {**order, "party": {**person, **correction}}).outcome == "updated"
    assert ingest(items, order).outcome == "unchanged"
    rows = [item for item in items.scan(Table.RECORDS) if str(item["sk"]).startswith("EVENT#order")]
    assert len(rows) == 1
    sources = [source_from_item(item) for item in items.scan(Table.RECORDS) if item["sk"] == "RECORD"]
    assert sum(day.fen for source in sources for day in source.history.days) == 500_000
