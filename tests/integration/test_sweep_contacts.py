"""The sweeper of the send ledger (T8) over memory: whatever fell between two steps moves on."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared.memory.clock import ManualClock
from shared.model.contact import OPEN, Contact, Status
from shared.model.errors import StoreBusy
from shared.policy.schema import Policy
from shared.ports import Item, Key, Page, Query, QueueName, Table, Update
from shared.store.contacts import SHARDS, contact_key, open_shard
from tests.integration.ledger_builder import NOW, POLICY, Interposed, LedgerWorld

CHECK_AT = NOW - timedelta(seconds=1)
RECHECK = timedelta(seconds=POLICY.sending.recheck_s)


@pytest.fixture
def world() -> LedgerWorld:
    return LedgerWorld()


def one_for_each_shard() -> list[str]:
    found: dict[str, str] = {}
    number = 0
    while len(found) < SHARDS:
        number += 1
        found.setdefault(open_shard(f"M{number}"), f"M{number}")
    return list(found.values())


def row_in(world: LedgerWorld, status: str, **changes: Any) -> Contact:
    world.add_contact(status=Status(status), fence=3, check_at=CHECK_AT, **changes)
    return world.row()


MOVES = {
    "pending": ("PENDING", {}, "woken", "PENDING", 1),
    "pending, too late": ("PENDING", {"not_after": CHECK_AT}, "expired", "EXPIRED", 0),
    "pending after UNKNOWN, too late": (
        "PENDING",
        {"not_after": CHECK_AT, "reconcile_at": CHECK_AT},
        "expired",
        "UNCONFIRMED",
        0,
    ),
    "claimed": ("CLAIMED", {"owner": "gone"}, "released", "PENDING", 1),
    "claimed, too late": ("CLAIMED", {"not_after": CHECK_AT}, "released", "PENDING", 1),
    "sending": ("SENDING", {"owner": "gone"}, "unknown", "UNKNOWN", 0),
    "sending, at least once": ("SENDING", {"contact_class": "service"}, "unknown", "UNKNOWN", 0),
    "unknown care": ("UNKNOWN", {}, "unconfirmed", "UNCONFIRMED", 0),
    "unknown marketing": ("UNKNOWN", {"contact_class": "marketing"}, "unconfirmed", "UNCONFIRMED", 0),
    "unknown service": ("UNKNOWN", {"contact_class": "service"}, "repeated", "PENDING", 1),
    "unknown legal": ("UNKNOWN", {"contact_class": "legal"}, "repeated", "PENDING", 1),
    "unknown service, too late": (
        "UNKNOWN",
        {"contact_class": "service", "not_after": CHECK_AT},
        "unconfirmed",
        "UNCONFIRMED",
        0,
    ),
    "unknown service, often enough": (
        "UNKNOWN",
        {"contact_class": "service", "attempts": ("x",) * POLICY.sending.max_attempts},
        "unconfirmed",
        "UNCONFIRMED",
        0,
    ),
}


@pytest.mark.parametrize(("status", "changes", "move", "after", "woken"), MOVES.values(), ids=MOVES)
def test_each_open_row_moves_as_the_protocol_says(
    world: LedgerWorld, status: str, changes: dict[str, Any], move: str, after: str, woken: int
) -> None:
    row_in(world, status, **changes)
    assert world.sweep().moves == {move: 1}
    row = world.row()
    assert row.status.value == after
    assert row.fence == 3
    assert world.posted() == [json.dumps({"contact_id": "M1"})] * woken
    assert ("due_shard" in world.item()) == (row.status in OPEN)
    assert row.status in OPEN or row.reason


@pytest.mark.parametrize(("status", "changes", "move", "after", "woken"), MOVES.values(), ids=MOVES)
def test_nothing_moves_before_its_time(
    world: LedgerWorld, status: str, changes: dict[str, Any], move: str, after: str, woken: int
) -> None:
    world.add_contact(status=Status(status), check_at=NOW + timedelta(milliseconds=1), **changes)
    before = world.item()
    assert world.sweep().moves == {}
    assert world.item() == before


@pytest.mark.parametrize("status", [status for status in Status if status not in OPEN])
def test_a_terminal_row_is_never_swept(world: LedgerWorld, status: Status) -> None:
    world.add_contact(status=status)
    world.advance(days=10)
    assert world.sweep().moves == {}


def test_a_woken_row_is_looked_at_again_only_after_a_while(world: LedgerWorld) -> None:
    row_in(world, "PENDING")
    world.sweep()
    assert world.row().check_at == NOW + RECHECK
    world.advance(minutes=1)
    assert world.sweep().moves == {}
    world.advance(minutes=4)
    assert world.sweep().moves == {"woken": 1}
    assert len(world.posted()) == 2


@pytest.mark.parametrize(
    ("channel", "wait_s"),
    [("email", POLICY.sending.reconcile_email_s), ("sms", POLICY.sending.reconcile_sms_s)],
)
def test_an_unknown_row_waits_for_events_as_long_as_its_channel_needs(
    world: LedgerWorld, channel: str, wait_s: int
) -> None:
    row_in(world, "SENDING", channel=channel)
    world.sweep()
    assert world.row().check_at == NOW + timedelta(seconds=wait_s)
    assert world.row().reason == "lease_over_while_sending"
    assert len(world.row().attempts) == 1


def test_an_sms_is_woken_on_its_own_queue(world: LedgerWorld) -> None:
    row_in(world, "PENDING", channel="sms")
    world.sweep()
    assert len(world.posted("sms")) == 1
    assert world.posted("email") == []


def test_all_sixteen_shards_are_swept_at_any_minute(world: LedgerWorld) -> None:
    contact_ids = one_for_each_shard()
    assert len(contact_ids) == SHARDS == 16
    for contact_id in contact_ids:
        world.add_contact(contact_id)
    for minute in (0, 7, 59):
        world.clock = ManualClock(NOW + timedelta(hours=1 + minute // 7, minutes=minute))
        assert world.sweep().moves == {"woken": 16}


def test_a_sweep_begins_with_another_shard_each_minute(world: LedgerWorld) -> None:
    firsts = set()
    for minute in range(SHARDS):
        seen: list[str] = []

        class Watched(Interposed):
            def query(self, query: Query, seen: list[str] = seen) -> Page:
                seen.append(query.pk)
                return self.inner.query(query)

        world.clock = ManualClock(NOW + timedelta(minutes=minute))
        world.sweep(items=Watched(world.items))
        firsts.add(seen[0])
        assert len(set(seen)) == SHARDS
    assert len(firsts) == SHARDS


def test_a_shard_of_many_pages_is_swept_whole() -> None:
    small: Policy = POLICY.model_copy(update={"sending": POLICY.sending.model_copy(update={"page": 2})})
    world = LedgerWorld(policy=small)
    shard = open_shard("M0")
    contact_ids = [name for name in (f"M{n}" for n in range(400)) if open_shard(name) == shard]
    assert len(contact_ids) > 5
    for contact_id in contact_ids:
        world.add_contact(contact_id)
    assert world.sweep().moves == {"woken": len(contact_ids)}


def test_a_poison_row_stops_no_other_and_is_reported(world: LedgerWorld) -> None:
    contact_ids = one_for_each_shard()
    for contact_id in contact_ids:
        world.add_contact(contact_id, check_at=CHECK_AT)
    poison = contact_ids[5]
    world.items.update_if(Update(contact_key(poison), set={"status": "NO SUCH STATUS"}))
    swept = world.sweep()
    assert swept.moves == {"woken": 15, "failed": 1}
    (error,) = swept.errors
    assert error.__notes__ == [poison]
    with pytest.raises(ExceptionGroup, match="1 not swept"):
        swept.raise_errors()


def test_a_sweep_without_errors_raises_nothing(world: LedgerWorld) -> None:
    row_in(world, "PENDING")
    world.sweep().raise_errors()


def test_a_shard_that_cannot_be_read_stops_no_other(world: LedgerWorld) -> None:
    for contact_id in one_for_each_shard():
        world.add_contact(contact_id)

    class Busy(Interposed):
        def query(self, query: Query) -> Page:
            if query.pk == "DUE#03":
                raise StoreBusy("throttled")
            return self.inner.query(query)

    swept = world.sweep(items=Busy(world.items))
    assert swept.moves == {"woken": 15}
    assert [type(error) for error in swept.errors] == [StoreBusy]
    world.advance(minutes=1)
    assert world.sweep().moves == {"woken": 1}


def test_a_wake_up_that_the_queue_did_not_take_comes_again(world: LedgerWorld) -> None:
    row_in(world, "PENDING")

    class Full:
        def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
            raise StoreBusy("not taken")

    real, world.queue = world.queue, Full()  # type: ignore[assignment]
    assert world.sweep().moves == {"failed": 1}
    world.queue = real
    world.advance(seconds=POLICY.sending.recheck_s)
    assert world.sweep().moves == {"woken": 1}


@pytest.mark.parametrize("status", ["PENDING", "CLAIMED", "SENDING", "UNKNOWN"])
def test_a_row_that_moved_since_the_index_was_read_is_left_alone(world: LedgerWorld, status: str) -> None:
    row_in(world, status)
    moved: Item = {"status": "SENT", "rank": 5}

    class Late(Interposed):
        def update_if(self, write: Update) -> Any:
            self.inner.update_if(Update(contact_key("M1"), set=moved))
            return self.inner.update_if(write)

    assert world.sweep(items=Late(world.items)).moves == {"moved_meanwhile": 1}
    assert world.row().status is Status.SENT
    assert world.posted() == []


def test_an_index_that_lags_behind_moves_nothing(world: LedgerWorld) -> None:
    row_in(world, "PENDING")
    stale = world.items.query(Query(Table.CONTACTS, open_shard("M1"), index="due"))
    assert stale.items
    world.send()
    gone: Item = {"contact_id": "M2"}

    class Lagging(Interposed):
        def query(self, query: Query) -> Page:
            return Page((*stale.items, gone)) if query.pk == open_shard("M1") else Page(())

        def get(self, key: Key) -> Item | None:
            return self.inner.get(key)

    assert world.sweep(items=Lagging(world.items)).moves == {"moved_meanwhile": 2}
    assert world.row().status is Status.SENT


def test_two_sweepers_at_once_make_one_move(world: LedgerWorld) -> None:
    row_in(world, "SENDING")
    others: list[dict[str, int]] = []
    items = Interposed(world.items, before={"UNKNOWN": lambda: others.append(world.sweep().moves)})
    assert world.sweep(items=items).moves == {"moved_meanwhile": 1}
    assert others == [{"unknown": 1}]
    assert len(world.row().attempts) == 1
