"""Many workers at once on the records of a few people: as if they had come one after another."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from shared.memory.items import MemoryItems
from shared.model.errors import LostRace
from shared.ports import Items, Table
from tests.integration.identity_world import (
    Raw,
    TornItems,
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

WORKERS = 8
RECEIVES = 5
"""How often a message comes before it goes to the dead letters."""
PEOPLE = (("张伟", "1"), ("李娜", "1"), ("王芳", "2"), ("John Smith", "3"))


def some_records(random: Random) -> list[Raw]:
    """Each person is known to three systems under two keys; the first two share the family's phone."""
    raws: list[Raw] = []
    for number, (name, phone) in enumerate(PEOPLE):
        email = f"p{number}@example.com"
        said = {"name": name, "phone": f"1380000000{phone}", "email": email}
        for system, fields in (
            ("sales", ("name", "phone")),
            ("web", ("name", "email")),
            ("service", tuple(said)),
        ):
            ref = f"r{number}"
            raws.append(a_profile(ref, system, **{field: said[field] for field in fields}))
            raws += [
                an_event("order", ref, f"o{n}", f"2026-06-0{n + 1}", system, amount="1000") for n in range(3)
            ]
    random.shuffle(raws)
    return raws


def work(items: Items, raw: Raw) -> tuple[str, int]:
    """What became of a message, and how often it came."""
    for receive in range(1, RECEIVES + 1):
        try:
            return ingest(items, raw).outcome, receive
        except LostRace:
            continue
    raise AssertionError("a message would have gone to the dead letters")


@pytest.mark.parametrize("seed", range(6))
def test_workers_at_once_make_the_same_customers_as_one_and_lose_nobody(seed: int) -> None:
    random = Random(seed)
    raws = some_records(random)
    inner = MemoryItems()
    items = TornItems(inner, random=random, longest_s=0.001)
    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(lambda raw: work(items, raw), raws))
    assert Counter(outcome for outcome, _ in done) == {"new": len(raws)}
    one_by_one = ingest_all(raws)
    assert partition(inner) == partition(one_by_one)
    assert len(partition(inner)) == len(PEOPLE)
    assert len(rows(inner, Table.RECORDS, "EVENT#")) == len(raws)
    for members in partition(inner):
        customer_id = source(inner, min(members))["customer_id"]
        assert review(inner, customer_id).outcome == "reviewed"
        tags = of_customer(inner, customer_id, "TAGS")
        same = source(one_by_one, min(members))["customer_id"]
        review(one_by_one, same)
        assert tags["reasons"] == of_customer(one_by_one, same, "TAGS")["reasons"]


@pytest.mark.parametrize("seed", range(3))
def test_the_same_message_many_times_at_once_counts_once(seed: int) -> None:
    inner = MemoryItems()
    items = TornItems(inner, random=Random(seed), longest_s=0.001)
    order = an_event("order", "1", "o1", "2026-06-02", name="张伟", phone="13800000001")
    with ThreadPoolExecutor(WORKERS) as pool:
        done = [outcome for outcome, _ in pool.map(lambda raw: work(items, raw), [order] * WORKERS)]
    assert Counter(done) == {"new": 1, "unchanged": WORKERS - 1}
    assert len(rows(inner, Table.RECORDS, "EVENT#")) == 1


@pytest.mark.parametrize("seed", range(3))
def test_reviews_between_the_records_leave_nobody_with_old_tags(seed: int) -> None:
    """Reviewers run all the time; in the end everybody who is due was reviewed on all that came in."""
    random = Random(seed)
    raws = some_records(random)
    inner = MemoryItems()
    items = TornItems(inner, random=random, longest_s=0.0005)

    def ingest_and_review(raw: Raw) -> None:
        work(items, raw)
        customer_id = source(inner, f"{raw['system']}#{raw['party']['ref']}")["customer_id"]
        try:
            review(items, customer_id)
        except LostRace:
            return

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(ingest_and_review, raws))
    one_by_one = ingest_all(raws)
    for members in partition(inner):
        customer_id = source(inner, min(members))["customer_id"]
        review(inner, customer_id)
        same = source(one_by_one, min(members))["customer_id"]
        review(one_by_one, same)
        tags, expected = (of_customer(*one, "TAGS") for one in ((inner, customer_id), (one_by_one, same)))
        assert tags["reasons"] == expected["reasons"]
