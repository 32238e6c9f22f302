"""After a restore nothing goes out twice: `recover`, and a drill from backup to the last message (docs/runbooks/recover.md)."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from shared.flows.recover import Recovered, Restored, recover
from shared.memory.items import MemoryItems
from shared.model.contact import OPEN, Status
from shared.model.instants import from_iso
from shared.ports import Accepted, Ambiguous, Put, Table, Update
from shared.store.contacts import contact_key
from tests.integration.ledger_builder import NOW, POLICY, Interposed, LedgerWorld
from tests.property.ledger_turns import Turns
from tests.property.ledger_world import Trouble, World

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> LedgerWorld:
    return LedgerWorld()


def run(world: LedgerWorld, *, to: datetime = NOW, stopped_at: datetime = NOW) -> Recovered:
    return recover(Restored(to, stopped_at), items=world.items, policy=POLICY, now=world.clock.now())


def put_in(world: LedgerWorld, status: Status, contact_id: str = "M1") -> None:
    world.items.update_if(Update(contact_key(contact_id), set={"status": status.value, "rank": 2}))


@pytest.mark.parametrize("kind", ["care", "service"])
def test_what_was_being_sent_is_unknown_and_waits_for_events(world: LedgerWorld, kind: str) -> None:
    world.add_contact(contact_class=kind)
    put_in(world, Status.SENDING)
    assert run(world).moves == {"unknown": 1}
    row = world.row()
    assert (row.status, row.reason) == (Status.UNKNOWN, "restored_while_sending")
    assert row.reconcile_at == NOW + timedelta(seconds=POLICY.sending.reconcile_email_s)
    assert world.send().status == "TAKEN"


def test_what_is_past_its_end_expires(world: LedgerWorld) -> None:
    world.add_contact(not_after=NOW + HOUR)
    world.advance(hours=2)
    assert run(world, to=NOW, stopped_at=NOW).moves == {"expired": 1}
    assert world.row().status is Status.EXPIRED


def test_what_was_due_in_the_lost_window_may_have_gone(world: LedgerWorld) -> None:
    world.add_contact("M1")
    world.add_contact("M2", not_before=NOW + 2 * HOUR)
    world.add_contact("M3", not_after=NOW + HOUR / 2)
    world.advance(hours=1)
    assert run(world, to=NOW, stopped_at=NOW + HOUR).moves == {"unknown": 2}
    assert [world.row(name).status for name in ("M1", "M2", "M3")] == [
        Status.UNKNOWN,
        Status.PENDING,
        Status.UNKNOWN,
    ]


def test_a_claim_at_the_restore_point_is_unknown_only_where_time_was_lost(world: LedgerWorld) -> None:
    world.add_contact()
    put_in(world, Status.CLAIMED)
    assert run(world).moves == {}
    assert run(world, stopped_at=NOW + HOUR).moves == {"unknown": 1}


def test_a_second_run_moves_nothing_and_one_that_broke_off_goes_on(world: LedgerWorld) -> None:
    for number in range(40):
        world.add_contact(f"M{number}")
        put_in(world, Status.SENDING, f"M{number}")

    left = iter(range(15))

    def break_off() -> None:
        if next(left, None) is None:
            raise ConnectionError

    breaks_off = Interposed(world.items, before={"UNKNOWN": break_off})
    with pytest.raises(ConnectionError):
        recover(Restored(NOW, NOW), items=breaks_off, policy=POLICY, now=NOW)
    assert run(world).moves == {"unknown": 25}
    again = run(world)
    assert (again.moves, again.rows) == ({}, 40)


# --- the drill -----------------------------------------------------------------------------------------------


def backup_of(items: MemoryItems) -> MemoryItems:
    kept = MemoryItems()
    for table in Table:
        for item in items.scan(table):
            kept.put_if(Put(table, item))
    return kept


def start_again(world: World) -> None:
    """All processes of before are gone; the sweeper finds what is open."""
    world.turns = Turns(world.turns.now)
    world.busy.clear()
    world.ticks.clear()
    world.due.clear()
    world.fault_rate = 0
    for row in world.rows():
        if row.status in OPEN:
            world.sweep_at(row.check_at)
    for item in world.items.scan(Table.CONTACTS):
        if "check_at" in item:
            world.due[str(item["due_shard"])][str(item["contact_id"])] = str(item["check_at"])
            world.sweep_at(from_iso(str(item["check_at"])))


def resent(world: World, lost_at: datetime) -> Counter[str]:
    """Contacts of which a request that may be out followed another one, the later one after the restore."""
    found: Counter[str] = Counter()
    for contact_id, contact in world.contacts.items():
        calls = [
            call
            for call in world.wire
            if call.contact_id == contact_id and isinstance(call.outcome, Accepted | Ambiguous)
        ]
        if len(calls) > 1 and calls[-1].called_at > lost_at:
            found[contact.contact_class] += 1
    return found


def drill(seed: int, *, lost: timedelta, is_recovered: bool = True) -> tuple[World, Counter[str], Recovered]:
    """Backup in full swing, damage a while later, restore, recover, and on to the end."""
    world = World(seed, 80, Trouble(span_s=6 * 3600, outage=False))
    # A backlog that begins to move a minute after the backup: what the restored ledger believes to be unsent.
    world.outage = (world.began_at + timedelta(hours=3), world.began_at + timedelta(hours=5, minutes=1))
    world.turns.run(world.began_at + timedelta(hours=5))
    backed_up_at, backup = world.turns.now, backup_of(world.items)
    world.turns.run(backed_up_at + lost)
    stopped_at = max(world.turns.now, backed_up_at + lost)
    world.items = backup
    world.turns.now = stopped_at
    done = Recovered()
    if is_recovered:
        restored = Restored(backed_up_at, stopped_at)
        done = recover(restored, items=world.items, policy=world.policy, now=stopped_at)
    start_again(world)
    world.turns.run(stopped_at + timedelta(days=14))
    return world, resent(world, stopped_at), done


@pytest.mark.parametrize("lost", [timedelta(), timedelta(minutes=5), timedelta(hours=2)], ids=str)
def test_a_restore_drill_resends_nothing(lost: timedelta) -> None:
    moved: Counter[str] = Counter()
    for seed in range(2):
        world, again, done = drill(seed, lost=lost)
        assert not again
        assert not [row for row in world.rows() if row.status in OPEN]
        moved.update(done.moves)
    assert moved or not lost


def test_without_recover_the_drill_resends() -> None:
    again = sum(
        sum(drill(seed, lost=timedelta(hours=2), is_recovered=False)[1].values()) for seed in range(2)
    )
    assert again


def test_a_redrive_two_days_later_sends_nothing_stale(world: LedgerWorld) -> None:
    for number, valid in enumerate((HOUR, 30 * HOUR)):
        world.add_contact(f"M{number}", not_after=NOW + valid)
    world.add_contact("M2", contact_class="service", not_after=NOW + HOUR)
    world.advance(days=2)
    for number in range(3):
        for _ in range(2):
            world.send(f"M{number}")
    assert [world.row(f"M{number}").status for number in range(3)] == [Status.EXPIRED] * 3
    assert not world.email.attempts
