"""Replay on the deployed stack: the rights of `operate` and of `ingest_records` are enough, and the row ends once."""

from typing import Any

import pytest

from tests.e2e.conftest import World, eventually
from tests.e2e.test_deployed_stack import a_record, text

pytestmark = pytest.mark.e2e


def row_of(world: World, record_id: str) -> dict[str, Any]:
    """The quarantine row of a message; empty when there is none."""
    for item in world.items("Control"):
        if text(item, "name").startswith("QUARANTINE#") and record_id in text(item, "raw"):
            return item
    return {}


def test_a_quarantined_record_comes_in_with_its_corrected_cell_and_only_once(world: World) -> None:
    world.post(
        "RecordsQueueUrl",
        {**a_record("order", "R1", id="replayed-order", amount="5元"), "event_at": "someday"},
    )
    row = eventually(lambda: row_of(world, "replayed-order"))
    assert text(row, "reason") == "no_event_date"
    name = f"sales:{text(row, 'sk')}"
    request = {"action": "replay", "corrected": {name: {"event_at": "2026-11-11"}}}
    assert world.invoke("Operate", request)["ids"] == [name]
    eventually(lambda: text(row_of(world, "replayed-order"), "replayed_at"))
    ended = row_of(world, "replayed-order")
    assert text(ended, "outcome") == "new"
    assert world.invoke("Operate", request)["posted"] == 0
    assert name not in world.invoke("Operate", {"action": "replay", "source": "sales"})["ids"]
