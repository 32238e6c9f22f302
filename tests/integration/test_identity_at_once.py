"""Many writers on the records of the same people: never two customers where one after another there would be one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from infra.local.emulator import running_emulator
from shared.flows.decide_identity import merge_customers
from shared.memory.items import MemoryItems
from shared.model.errors import LostRace
from shared.ports import Items
from shared.store.reviews import all_decisions
from tests.integration.identity_world import (
    NOW,
    Raw,
    TornItems,
    a_profile,
    ingest,
    partition,
    source,
)
from tests.integration.take_turns import take_turns
from tests.integration.test_ingest_at_once import RECEIVES
from tests.integration.test_items_contract import dynamo_items
from tests.property.identity_history import WIDE, deciding, some_people

WORKERS = 32
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴", ("伟", "芳", "娜", "敏", "静", "建国", "秀英", "小明", "志强", "丽")


def work(items: Items, raw: Raw) -> str:
    """What became of a message that comes again as often as the queue lets it."""
    for _ in range(RECEIVES):
        try:
            return ingest(items, raw, NOW, WIDE).outcome
        except LostRace:
            continue
    raise AssertionError("a message would have gone to the dead letters")


def some_crowd(random: Random, people: int) -> list[Raw]:
    """Three records of each person back to back, as they come from three systems; families share a phone."""
    raws: list[Raw] = []
    for number in range(people):
        name = random.choice(SURNAMES) + random.choice(GIVEN)
        phone = f"1380000{number // random.choice((1, 1, 2)):04d}"
        said = {"name": name, "phone": phone, "email": f"p{number}@example.com"}
        for system, fields in (
            ("sales", ("name", "phone")),
            ("web", ("name", "email")),
            ("service", tuple(said)),
        ):
            raws.append(a_profile(str(number), system, **{field: said[field] for field in fields}))
    return raws


def one_by_one(raws: Sequence[Raw]) -> set[frozenset[str]]:
    items = MemoryItems()
    for raw in raws:
        work(items, raw)
    return partition(items)


def pairs_together(groups: set[frozenset[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


@pytest.mark.parametrize("seed", range(3))
def test_thirty_two_writers_split_nobody_that_one_would_not(seed: int) -> None:
    random = Random(seed)
    raws = some_crowd(random, 60)
    inner = MemoryItems()
    items = TornItems(inner, random=random, longest_s=0.0005)
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(lambda raw: work(items, raw), raws))
    assert set(outcomes) == {"new"}
    assert partition(inner) == one_by_one(raws)


@pytest.mark.parametrize("seed", range(30))
def test_whoever_comes_in_between_at_any_step_of_the_store_nobody_is_split(seed: int) -> None:
    """Each worker brings the records of some of the same few people; all interleavings lead to the same customers."""
    random = Random(seed)
    raws = some_people(random, 6)
    raws += [dict(raw, version=2, party={**raw["party"], "city": "北京"}) for raw in raws[:2]]
    inner, workers = MemoryItems(), random.randint(2, 4)
    take_turns(inner, [raws[number::workers] for number in range(workers)], work, random)
    assert partition(inner) == one_by_one(raws)


@pytest.mark.parametrize("seed", range(10))
def test_a_person_who_merges_while_records_come_in_is_obeyed(seed: int) -> None:
    random = Random(seed)
    first = [
        a_profile("1", name="李雷", phone="13800000001"),
        a_profile("9", "web", name="韩梅梅", email="h@example.com"),
    ]
    later = [
        a_profile("2", name="李雷", phone="13800000001"),
        a_profile("8", "web", name="韩梅梅", email="h@example.com"),
        a_profile("1", name="李雷", phone="13800000002", event_at="2026-06-02"),
    ]
    inner = MemoryItems()
    for raw in first:
        work(inner, raw)
    one, other = (source(inner, name)["customer_id"] for name in ("sales#1", "web#9"))

    def do(items: Items, piece: Raw | None) -> str:
        return work(items, piece) if piece else merge_customers(one, other, deciding(items)).error

    pieces: list[list[Raw | None]] = [[raw] for raw in later]
    take_turns(inner, [*pieces, [None]], do, random)
    together = next(group for group in partition(inner) if "sales#1" in group)
    assert {"sales#1", "web#9", "web#8"} <= together
    # Who had joined when the person decided was meant as well; who came later stays where the evidence puts him.
    [decision] = all_decisions(inner)
    assert ("sales#2" in together) is ("sales#2" in {*decision.verdict.left, *decision.verdict.right})


def test_writers_at_once_on_dynamodb_s_own_protocol_split_nobody(tmp_path: Path) -> None:
    raws = some_crowd(Random(5), 8)
    with (
        running_emulator(tmp_path, persist=False) as emulator,
        dynamo_items(endpoint_url=emulator.endpoint_url) as items,
    ):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda raw: work(items, raw), raws))
        found = partition(items)
    assert pairs_together(one_by_one(raws)) == pairs_together(found)
