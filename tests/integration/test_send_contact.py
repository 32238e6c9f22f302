"""One attempt to send, row by row of docs/send-ledger.md, over memory."""

from datetime import datetime, timedelta

import pytest

from shared.flows.send_contact import send_message
from shared.memory.clock import ManualClock
from shared.model.contact import Status
from shared.ports import (
    Table,
    Throttled,
    Update,
)
from shared.store.control import lift_hold, set_hold
from shared.store.customers import PROFILE, count_against_cap, customer_key, put_consent
from tests.integration.ledger_builder import (
    EMAIL,
    NOW,
    PHONE,
    POLICY,
    Interposed,
    LedgerWorld,
    assert_terminal_row_left_the_index,
    granted_for,
    outcome,
    wire_calls,
)
from tests.unit.care_builder import at


@pytest.fixture
def world() -> LedgerWorld:
    return LedgerWorld()


# --- the way it should go ------------------------------------------------------------------------------------


def test_a_due_contact_is_sent_once_and_recorded(world: LedgerWorld) -> None:
    world.add_contact()
    attempt = world.send()
    assert (attempt.status, attempt.reason) == (Status.SENT, "")
    row = world.row()
    assert row.status is Status.SENT
    assert row.provider_id == "memory-M1-1"
    assert row.sent_at == NOW
    assert row.attempts == ("2026-06-30T02:00:00.000Z accepted",)
    assert [message.to for message in world.email.accepted] == [EMAIL]
    assert world.counted() == 1
    assert_terminal_row_left_the_index(world)


def test_an_sms_is_sent_with_its_segments_and_lives_until_its_end(world: LedgerWorld) -> None:
    world.add_contact(channel="sms", not_after=NOW + timedelta(hours=1))
    world.send()
    (message,) = world.sms.accepted
    assert message.to == PHONE
    assert message.time_to_live_s == 3600
    assert (world.row().segments or 0) >= 1


def test_every_move_keeps_status_and_rank_together(world: LedgerWorld) -> None:
    world.add_contact()
    seen: list[tuple[object, object]] = []

    def look() -> None:
        seen.append((world.item()["status"], world.item()["rank"]))

    world.send(items=Interposed(world.items, after=dict.fromkeys(("CLAIMED", "SENDING", "SENT"), look)))
    assert seen == [("CLAIMED", 1), ("SENDING", 2), ("SENT", 5)]


# --- T2: pick ------------------------------------------------------------------------------------------------


def test_a_wake_up_for_no_row_is_done(world: LedgerWorld) -> None:
    assert world.send("nobody").status == "ABSENT"


@pytest.mark.parametrize("body", ["", "{", "[]", '{"contact_id": 7}', '{"contact_id": ""}', '{"mid": "M1"}'])
def test_a_malformed_wake_up_is_quarantined(world: LedgerWorld, body: str) -> None:
    assert send_message(body, world.sending()).status == "MALFORMED"
    (item,) = world.items.scan(Table.CONTROL)
    assert item["reason"] == "malformed_wake_up"


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PENDING])
def test_a_row_that_is_not_pending_is_left_alone(world: LedgerWorld, status: Status) -> None:
    world.add_contact(status=status)
    before = world.item()
    assert world.send().status == "TAKEN"
    assert world.item() == before
    assert wire_calls(world) == 0


def test_after_its_end_a_contact_expires(world: LedgerWorld) -> None:
    world.add_contact(not_after=NOW - timedelta(seconds=1))
    world.send()
    assert outcome(world) == ("EXPIRED", "past_not_after")
    assert wire_calls(world) == 0
    assert_terminal_row_left_the_index(world)


def test_at_the_very_instant_of_its_end_nothing_goes_out(world: LedgerWorld) -> None:
    world.add_contact(not_after=NOW)
    world.send()
    assert outcome(world) == ("EXPIRED", "past_not_after")
    assert wire_calls(world) == 0


def test_a_contact_that_is_too_early_moves_and_is_woken_later(world: LedgerWorld) -> None:
    later = NOW + timedelta(hours=3)
    world.add_contact(not_before=later, check_at=NOW)
    assert world.send().reason == "not_before"
    assert (world.row().status, world.row().check_at) == (Status.PENDING, later)
    assert world.sweep().moves == {}
    world.clock.move_to(later)
    assert world.sweep().moves == {"woken": 1}
    assert world.send().status is Status.SENT


def test_a_channel_on_hold_waits_and_goes_on_when_it_is_lifted(world: LedgerWorld) -> None:
    world.items.put_if(set_hold("channel#email", reason="bounces", at=NOW))
    world.add_contact()
    world.add_contact("M2", channel="sms", contact_class="service")
    assert world.send().reason == "on_hold"
    assert world.row().check_at == NOW + timedelta(seconds=POLICY.sending.recheck_s)
    assert world.send("M2").status is Status.SENT
    world.items.transact([lift_hold("channel#email")])
    world.advance(seconds=POLICY.sending.recheck_s)
    assert world.send().status is Status.SENT


def test_another_worker_that_moved_the_row_first_is_no_error(world: LedgerWorld) -> None:
    world.add_contact(not_after=NOW - timedelta(seconds=1))

    def sweep() -> None:
        assert world.sweep().moves == {"expired": 1}

    items = Interposed(world.items, before={"EXPIRED": sweep})
    assert world.send(items=items).status == "TAKEN"
    assert outcome(world) == ("EXPIRED", "past_not_after")


# --- quiet hours ---------------------------------------------------------------------------------------------


def local(text: str) -> datetime:
    day, clock = text.split()
    return at(day, clock)


@pytest.mark.parametrize(
    ("golden", "now", "opens"),
    [
        pytest.param({"province": "上海市"}, "2026-06-30 20:00", "2026-07-01 08:00", id="the end is quiet"),
        pytest.param({"province": "上海市"}, "2026-06-30 07:59", "2026-06-30 08:00", id="before the start"),
        pytest.param({"province": "新疆"}, "2026-06-30 09:00", "2026-06-30 10:00", id="Urumqi opens later"),
        pytest.param(
            {"country": "US"}, "2026-06-30 10:00", "2026-07-01 02:00", id="all zones of the country"
        ),
    ],
)
def test_in_quiet_hours_a_contact_waits_for_the_recipients_opening(
    golden: dict[str, str], now: str, opens: str
) -> None:
    clock = ManualClock(local(now))
    world = LedgerWorld(clock=clock)
    world.add_customer("c-2", golden={"email": EMAIL, "country": "CN"} | golden)
    world.add_contact(customer_id="c-2")
    assert world.send().reason == "quiet_hours"
    assert world.row().check_at == local(opens)
    assert wire_calls(world) == 0
    clock.move_to(world.row().check_at)
    assert world.send().status is Status.SENT


def test_quiet_hours_beyond_the_end_expire_a_contact(world: LedgerWorld) -> None:
    world.clock.move_to(at("2026-06-30", "20:30"))
    world.add_contact(not_after=at("2026-07-01", "07:00"))
    world.send()
    assert outcome(world) == ("EXPIRED", "quiet_hours")


def test_quiet_hours_that_begin_between_claim_and_mark_hold_the_message_back(world: LedgerWorld) -> None:
    world.clock.move_to(at("2026-06-30", "19:59:58"))
    world.add_contact()
    world.send(items=Interposed(world.items, after={"CLAIMED": lambda: world.advance(seconds=3)}))
    assert wire_calls(world) == 0
    assert outcome(world) == ("PENDING", "quiet_hours")
    assert world.row().check_at == at("2026-07-01", "08:00")


# --- address, consent, suppression ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("customer_id", "golden"),
    [("c-2", {"phone": PHONE}), ("c-2", {"email": "", "phone": PHONE}), ("c-3", {"email": EMAIL})],
    ids=["no email", "empty email", "no customer"],
)
def test_without_an_address_a_contact_fails(
    world: LedgerWorld, customer_id: str, golden: dict[str, str]
) -> None:
    world.add_customer("c-2", golden=golden)
    world.add_contact(customer_id=customer_id)
    world.send()
    assert outcome(world) == ("FAILED", "no_address")


STANDING = {
    "never given": {},
    "withdrawn": {"email|care": "withdrawn"},
    "objected": {"email|care": "objected"},
    "other purpose": {"email|marketing": granted_for({"email": EMAIL})["email|marketing"]},
    "other channel": {"sms|care": granted_for({"phone": PHONE})["sms|care"]},
    "other address": granted_for({"email": "old@example.com"}),
    "no address at all": {"email|care": "granted#"},
}


@pytest.mark.parametrize("consents", STANDING.values(), ids=STANDING)
def test_without_consent_at_the_claim_a_contact_is_suppressed(
    world: LedgerWorld, consents: dict[str, str]
) -> None:
    world.add_customer("c-2", consents=consents)
    world.add_contact(customer_id="c-2")
    world.send()
    assert outcome(world) == ("SUPPRESSED", "no_consent")
    assert wire_calls(world) == 0
    assert world.counted("c-2") == 0


def test_a_service_message_needs_no_consent_and_is_not_counted(world: LedgerWorld) -> None:
    world.add_customer("c-2", consents={})
    world.add_contact(customer_id="c-2", contact_class="service")
    assert world.send().status is Status.SENT
    assert world.counted("c-2") == 0


def test_consent_withdrawn_between_claim_and_mark_is_honoured(world: LedgerWorld) -> None:
    world.add_contact()
    world.send(items=Interposed(world.items, after={"CLAIMED": world.withdraw}))
    assert outcome(world) == ("SUPPRESSED", "no_consent")
    assert wire_calls(world) == 0
    assert_terminal_row_left_the_index(world)


def test_consent_withdrawn_after_the_mark_is_too_late_for_this_message(world: LedgerWorld) -> None:
    world.add_contact()
    world.send(items=Interposed(world.items, after={"SENDING": world.withdraw}))
    assert outcome(world) == ("SENT", "")


def test_a_new_address_between_claim_and_mark_needs_consent_of_its_own(world: LedgerWorld) -> None:
    world.add_contact()

    def change() -> None:
        world.items.put_if(put_consent("c-1", granted_for({"email": "new@example.com"})))

    world.send(items=Interposed(world.items, after={"CLAIMED": change}))
    assert outcome(world) == ("SUPPRESSED", "no_consent")
    assert wire_calls(world) == 0


@pytest.mark.parametrize("contact_class", ["care", "service"])
@pytest.mark.parametrize("moment", ["before", "between"])
def test_a_suppressed_address_gets_nothing(world: LedgerWorld, contact_class: str, moment: str) -> None:
    world.add_contact(contact_class=contact_class)
    if moment == "before":
        world.suppress()
    world.send(items=Interposed(world.items, after={"CLAIMED": world.suppress}))
    assert outcome(world) == ("SUPPRESSED", "suppressed_address")
    assert wire_calls(world) == 0


# --- merged customers ----------------------------------------------------------------------------------------


def merged(world: LedgerWorld, consents: dict[str, str] | None = None) -> None:
    """`c-0` was merged into `c-9`, which has another address."""
    golden = {"email": "survivor@example.com", "phone": PHONE, "country": "CN", "province": "上海市"}
    world.add_customer("c-9", golden=golden, consents=consents, aliases=("c-0",))
    world.add_customer("c-0", alias_of="c-9")


def test_a_merged_customers_contact_goes_to_the_survivors_address(world: LedgerWorld) -> None:
    merged(world)
    world.add_contact(customer_id="c-0")
    assert world.send().status is Status.SENT
    assert [message.to for message in world.email.accepted] == ["survivor@example.com"]
    assert world.counted("c-9") == 1


def test_a_merged_customers_contact_needs_the_survivors_consent(world: LedgerWorld) -> None:
    merged(world, consents={})
    world.add_contact(customer_id="c-0")
    world.send()
    assert outcome(world) == ("SUPPRESSED", "no_consent")


@pytest.mark.parametrize("step", ["CLAIMED", "SENDING"])
def test_a_merge_in_the_middle_sends_nothing_on_the_old_customers_consent(
    world: LedgerWorld, step: str
) -> None:
    world.add_customer("c-9", consents={})
    world.add_customer("c-0")
    world.add_contact(customer_id="c-0")

    def merge() -> None:
        set_alias = Update(customer_key("c-0", PROFILE), set={"alias_of": "c-9"}, add={"ver": 1})
        world.items.update_if(set_alias)

    assert world.send(items=Interposed(world.items, before={step: merge})).reason == "lost_race"
    assert wire_calls(world) == 0
    world.advance(seconds=200)
    world.sweep()
    world.send()
    assert outcome(world) == ("SUPPRESSED", "no_consent")


# --- cap -----------------------------------------------------------------------------------------------------


def test_a_full_day_moves_a_contact_to_the_opening_of_the_recipients_next_day(world: LedgerWorld) -> None:
    world.add_contact("M1")
    world.add_contact("M2", not_after=at("2026-07-01", "09:00"))
    world.send("M1")
    assert world.send("M2").reason == "capped"
    assert world.row("M2").check_at == at("2026-07-01", "08:00")
    assert world.counted() == 1
    world.clock.move_to(at("2026-07-01", "08:00"))
    assert world.send("M2").status is Status.SENT
    assert world.counted(day="2026-07-01") == 1


def test_a_full_day_expires_a_contact_that_cannot_wait(world: LedgerWorld) -> None:
    world.add_contact("M1")
    world.add_contact("M2", not_after=at("2026-06-30", "19:00"))
    world.send("M1")
    world.send("M2")
    assert outcome(world, "M2") == ("EXPIRED", "capped")


def test_marketing_and_care_share_the_day_and_service_does_not(world: LedgerWorld) -> None:
    for contact_id, kind in (("M1", "marketing"), ("M2", "care"), ("M3", "service"), ("M4", "service")):
        world.add_contact(contact_id, contact_class=kind)
    assert [world.send(f"M{n}").reason for n in (1, 2, 3, 4)] == ["", "capped", "", ""]


def test_a_contact_counts_once_a_day_however_often_it_is_claimed() -> None:
    world = LedgerWorld(email_script=[Throttled(60), Throttled(60)])
    world.add_contact()
    for _ in range(3):
        world.send()
    assert world.row().status is Status.SENT
    assert world.counted() == 1


def test_a_contact_that_goes_on_another_day_counts_on_that_day_too() -> None:
    world = LedgerWorld(email_script=[Throttled(60)])
    world.add_contact()
    world.send()
    world.advance(days=1)
    world.send()
    assert world.row().status is Status.SENT
    assert (world.counted(), world.counted(day="2026-07-01")) == (1, 1)


@pytest.mark.parametrize("own", [0, 1], ids=["none of its own", "one of its own"])
def test_what_was_counted_under_a_merged_id_fills_the_day(world: LedgerWorld, own: int) -> None:
    merged(world)
    cap = "messages_per_day"
    for customer_id in ("c-0", "c-9")[: own + 1]:
        world.items.update_if(count_against_cap(customer_id, NOW.date(), cap, most=1))
    world.add_contact(customer_id="c-0")
    assert world.send().reason == "capped"
    assert wire_calls(world) == 0


def test_a_merge_that_brings_a_count_along_is_not_overtaken(world: LedgerWorld) -> None:
    world.add_contact()

    def merge() -> None:
        profile = Update(customer_key("c-1", PROFILE), set={"aliases": ["c-0"]}, add={"ver": 1})
        world.items.transact([profile, count_against_cap("c-0", NOW.date(), "messages_per_day", most=1)])

    assert world.send(items=Interposed(world.items, before={"CLAIMED": merge})).reason == "lost_race"
    assert world.send().reason == "capped"
