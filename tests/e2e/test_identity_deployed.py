"""Identity on the deployed stack: records of one person at the same time, and the rights of whoever decides."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.e2e.conftest import World, eventually
from tests.e2e.test_deployed_stack import customer_of, text

pytestmark = pytest.mark.e2e
COPIES = 4
PEOPLE = (("孙悦", "13800007771", "sun.yue@example.com"), ("周宁", "13800007772", "zhou.ning@example.com"))
REFS = [[f"AT{person}{copy}" for copy in range(COPIES)] for person in range(len(PEOPLE))]


def a_profile(ref: str, **party: str) -> dict[str, Any]:
    at = "2026-11-10T10:00:00+08:00"
    base = {"schema": "1", "kind": "profile", "system": "sales", "id": f"{ref}#p", "event_at": at}
    return {**base, "party": {"ref": ref, **party}}


def profile_of(world: World, customer_id: str) -> dict[str, Any]:
    found = (item for item in world.items("Customers") if text(item, "customer_id") == customer_id)
    return next((item for item in found if text(item, "sk") == "PROFILE"), {})


def homes(world: World, refs: list[str]) -> list[str]:
    """The customers of these records; empty until all are in."""
    found = [customer_of(world, ref) for ref in refs]
    return [home for home in found if home] if all(found) else []


def test_records_of_one_person_posted_at_once_make_one_customer_and_can_be_merged_and_parted(
    world: World,
) -> None:
    raws = [
        a_profile(f"AT{person}{copy}", name=name, phone=phone, email=email)
        for copy in range(COPIES)
        for person, (name, phone, email) in enumerate(PEOPLE)
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda raw: world.post("RecordsQueueUrl", raw), raws))
    one, other = (set(eventually(partial(homes, world, refs))) for refs in REFS)
    assert (len(one), len(other), len(one | other)) == (1, 1, 2)
    request = {"one": min(one), "other": min(other), "by": "e2e"}
    merged = world.invoke("Operate", {"action": "merge", **request})
    assert merged["error"] == ""
    (kept,) = merged["customers"]
    assert len(profile_of(world, kept)["members"]["L"]) == COPIES * len(PEOPLE)
    parted = world.invoke("Operate", {"action": "undo", "verdict": merged["verdict_id"], "by": "e2e"})
    assert set(parted["customers"]) == one | other
    assert {homes(world, ["AT00"])[0]} == one
    assert {homes(world, ["AT13"])[0]} == other
