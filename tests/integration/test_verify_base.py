"""A pass over the whole base finds what differs from the stored events, mends it, and stops at nothing."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from shared.flows.sweep_due import sweep_due
from shared.flows.verify_base import Verified, verify_base
from shared.memory.items import MemoryItems
from shared.model.instants import to_iso
from shared.ports import Key, Table, Update
from shared.store.customers import due_shard, mark_due
from shared.store.rfm_cuts import read_cuts
from shared.tagging.rfm import Cuts
from tests.integration.identity_world import (
    NOW,
    POLICY,
    CountingItems,
    ListQueue,
    Raw,
    a_profile,
    an_event,
    ingest,
    ingest_all,
    of_customer,
    review,
    source,
)

PEOPLE = ("1", "2", "3", "4")


def a_base() -> tuple[MemoryItems, list[str]]:
    """Four customers, reviewed, of whom nothing is due."""
    raws: list[Raw] = []
    for index, ref in enumerate(PEOPLE):
        raws += [
            a_profile(ref, name=f"客户{ref}", phone=f"1380000100{ref}"),
            an_event("order", ref, f"o{ref}", f"2026-0{index + 2}-01"),
            an_event("need", ref, f"n{ref}", "2026-06-01", need_type="price"),
        ]
    items = ingest_all(raws)
    ids = [str(source(items, f"{raws[0]['system']}#{ref}")["customer_id"]) for ref in PEOPLE]
    for customer_id in ids:
        review(items, customer_id)
    return items, ids


def verify(items: MemoryItems, *, is_repairing: bool = False, now: datetime = NOW) -> Verified:
    found = verify_base(items=items, policy=POLICY, now=now, is_repairing=is_repairing)
    assert found.customers == found.equal + found.due + found.differing + len(found.unreadable)
    return found


def change(items: MemoryItems, customer_id: str, **attributes: Any) -> None:
    items.update_if(Update(Key(Table.CUSTOMERS, customer_id, "TAGS"), set=attributes))


def test_a_reviewed_base_differs_nowhere_and_those_to_be_reviewed_are_told_apart() -> None:
    items, ids = a_base()
    assert verify(items).equal == len(ids)
    items.update_if(mark_due(ids[0], at=NOW, shards=POLICY.due.shards))
    assert (verify(items).equal, verify(items).due) == (len(ids) - 1, 1)


def break_history(items: MemoryItems, customer_id: str) -> None:
    record_id = of_customer(items, customer_id, "PROFILE")["members"][0]
    history = json.loads(source(items, record_id)["history"])
    history["days"][0][4] += 100
    items.update_if(Update(Key(Table.RECORDS, record_id, "RECORD"), set={"history": json.dumps(history)}))


def break_level(items: MemoryItems, customer_id: str) -> None:
    change(items, customer_id, level="strategic")


def break_traits(items: MemoryItems, customer_id: str) -> None:
    change(items, customer_id, traits="[]")


def break_schedule(items: MemoryItems, customer_id: str) -> None:
    late = NOW + timedelta(days=3650)
    change(items, customer_id, due_at=to_iso(late), due_shard=due_shard(customer_id, late, POLICY.due.shards))


def break_shard(items: MemoryItems, customer_id: str) -> None:
    change(items, customer_id, due_shard="2026-06-30#99")


def age_policy(items: MemoryItems, customer_id: str) -> None:
    change(items, customer_id, policy_version="old")


@pytest.mark.parametrize(
    ("break_it", "what"),
    [
        pytest.param(break_history, "history", id="days that no event explains"),
        pytest.param(break_level, "tags", id="a tag that the days do not give"),
        pytest.param(break_traits, "traits", id="lost traits"),
        pytest.param(break_schedule, "due", id="due too late"),
        pytest.param(break_shard, "due", id="in a shard that nobody looks into"),
        pytest.param(age_policy, "policy", id="judged by another policy"),
    ],
)
def test_what_differs_is_reported_and_mended_by_the_next_review(break_it: Any, what: str) -> None:
    items, ids = a_base()
    before = {sk: of_customer(items, ids[1], sk) for sk in ("TAGS", "PROFILE")}
    break_it(items, ids[1])
    found = verify(items)
    assert {(one.customer_id, one.what) for one in found.differences} == {(ids[1], what)}
    assert verify(items) == found, "a report changes nothing"
    assert verify(items, is_repairing=True).repaired == 1
    assert swept(items) == [ids[1]]
    review(items, ids[1])
    assert verify(items).equal == len(ids)
    assert of_customer(items, ids[1], "TAGS")["reasons"] == before["TAGS"]["reasons"]
    assert of_customer(items, ids[1], "PROFILE") == before["PROFILE"]


def swept(items: MemoryItems, now: datetime = NOW) -> list[str]:
    queue = ListQueue()
    sweep_due(items=items, queue=queue, policy=POLICY, now=now)
    return [json.loads(body)["customer_id"] for _, body in queue.posted]


def test_a_customer_who_cannot_be_read_stops_no_pass() -> None:
    items, ids = a_base()
    record_id = of_customer(items, ids[0], "PROFILE")["members"][0]
    items.update_if(Update(Key(Table.RECORDS, record_id, "RECORD"), set={"history": "{"}))
    break_level(items, ids[3])
    found = verify(items, is_repairing=True)
    assert found.unreadable == (ids[0],)
    assert (found.equal, found.repaired) == (2, 1)


def test_who_changes_while_being_mended_is_left_alone() -> None:
    items, ids = a_base()
    break_level(items, ids[1])

    def come_in_between(call: str) -> None:
        if call == "transact":
            items.update_if(mark_due(ids[1], at=NOW, shards=POLICY.due.shards))

    moving = CountingItems(items, before=come_in_between)
    assert verify_base(items=moving, policy=POLICY, now=NOW, is_repairing=True).repaired == 0


def test_a_repair_stores_the_cut_points_of_the_base() -> None:
    items, _ = a_base()
    assert read_cuts(items) == Cuts()
    assert verify(items, is_repairing=True).cuts == read_cuts(items)
    assert read_cuts(items).orders == (1, 1, 1, 1)


def test_an_amount_without_a_rate_is_folded_again_like_any_other() -> None:
    raws = [
        a_profile("1", name="李雷", phone="13800001001"),
        an_event("order", "1", "o1", "2026-05-01", amount="9000", currency="CHF"),
        an_event("order", "1", "o2", "2026-05-02", version=1),
    ]
    items = ingest_all(raws)
    assert ingest(items, an_event("order", "1", "o2", "2026-05-03", version=2)).outcome == "updated"
    review(items, str(source(items, "sales#1")["customer_id"]))
    assert verify(items).equal == 1


def test_who_changes_while_being_read_differs_from_nothing() -> None:
    items, ids = a_base()
    numbers = count()

    def come_in_between(call: str) -> None:
        if call == "query":
            for ref in PEOPLE:
                ingest(items, an_event("order", ref, f"late{next(numbers)}", "2026-06-29"))

    found = verify_base(items=CountingItems(items, before=come_in_between), policy=POLICY, now=NOW)
    assert (found.differing, found.due) == (0, len(ids))


# --- the backlog ---------------------------------------------------------------------------------------------


def test_a_backlog_of_days_is_woken_day_by_day() -> None:
    items, ids = a_base()
    for days, customer_id in zip((3, 0, 2, 1), ids, strict=True):
        items.update_if(mark_due(customer_id, at=NOW - timedelta(days=days), shards=POLICY.due.shards))
    assert swept(items) == [ids[0], ids[2], ids[3], ids[1]]


def test_a_customer_who_cannot_be_reviewed_holds_up_nobody() -> None:
    items, ids = a_base()
    record_id = of_customer(items, ids[0], "PROFILE")["members"][0]
    items.update_if(Update(Key(Table.RECORDS, record_id, "RECORD"), set={"history": "{"}))
    for customer_id in ids:
        items.update_if(mark_due(customer_id, at=NOW - timedelta(days=2), shards=POLICY.due.shards))
    assert list(reviewed(items)) == [False, True, True, True]
    # Later sweeps wake the one that is left, and whoever became due since.
    items.update_if(mark_due(ids[2], at=NOW, shards=POLICY.due.shards))
    assert swept(items) == [ids[0], ids[2]]


def reviewed(items: MemoryItems) -> Iterator[bool]:
    for customer_id in sorted(swept(items), key=lambda one: source_index(items, one)):
        try:
            review(items, customer_id)
        except ValueError:
            yield False
        else:
            yield True


def source_index(items: MemoryItems, customer_id: str) -> str:
    return str(of_customer(items, customer_id, "PROFILE")["members"][0])
