"""A policy published on the deployed stack: the rights of every function are enough to follow it."""

from typing import Any

import pytest

from shared.policy.load import DEFAULT, load_policy
from tests.e2e.conftest import World, eventually
from tests.e2e.test_deployed_stack import a_record, text

pytestmark = pytest.mark.e2e

PACKAGED = load_policy().version
TEXT = DEFAULT.read_text(encoding="utf-8").replace(f'version = "{PACKAGED}"', 'version = "e2e"')


def versions(world: World) -> set[str]:
    """The policies by which customers who have tags were last reviewed."""
    return {text(item, "policy_version") for item in world.items("Customers") if "level" in item}


def ask(world: World, action: str, **arguments: Any) -> Any:
    return world.invoke("Operate", {"action": action, "by": "e2e", **arguments})


def sweep_all(world: World) -> int:
    """Wave after wave, until everybody with tags was woken or no day is left; how many were."""
    wanted = sum("level" in item for item in world.items("Customers"))
    woken, is_waking = 0, True
    while is_waking and woken < wanted:
        swept = world.invoke("SweepDue", {})
        woken, is_waking = woken + swept["woken"], swept["is_waking"]
    return woken


def test_everybody_follows_a_published_policy_and_its_roll_back(world: World) -> None:
    world.post("RecordsQueueUrl", a_record("profile", "P1", id="published-profile"))
    eventually(lambda: versions(world))
    world.invoke("SweepDue", {})
    assert ask(world, "publish_policy", toml=TEXT)["in_force"] == "e2e"
    assert sweep_all(world) > 0
    eventually(lambda: versions(world) == {"e2e"})
    world.invoke("SweepContacts", {})
    assert ask(world, "policies")["in_force"] == "e2e"
    assert ask(world, "roll_back_policy", version=PACKAGED)["moved"]
    assert sweep_all(world) > 0
    eventually(lambda: versions(world) == {PACKAGED})
