from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.care.care_day import care_day
from shared.care.state import CareDay, CareState, Ledger
from shared.model.contact import Channel, Decision, Status, make_contact_id
from shared.model.tags import Level, Risk
from shared.policy.schema import Policy
from tests.unit.care_builder import POLICY, SHANGHAI, a_due_state, a_ledger, a_reach, a_state, at

MONDAY = "2026-03-02"


def decisions(day: CareDay) -> list[str]:
    return [candidate.decision.value for candidate in day.candidates]


def changed(section: str, **values: Any) -> Policy:
    return POLICY.model_copy(update={section: getattr(POLICY, section).model_copy(update=values)})


# R24 as the requirement words it, not as the policy file does: (channel, working days later) and the next due day.
CELLS = {
    "strategic.low": ([("visit", 0)], "2026-04-02"),
    "strategic.medium": ([("visit", 0)], "2026-04-02"),
    "strategic.high": ([("call", 0)], "2026-03-09"),
    "core.low": ([("call", 0)], "2026-05-02"),
    "core.medium": ([("call", 0)], "2026-04-02"),
    "core.high": ([("call", 0), ("email", 0)], "2026-03-09"),
    "potential.low": ([("email", 0)], "2026-06-02"),
    "potential.medium": ([("email", 0), ("call", 2)], "2026-05-02"),
    "potential.high": ([("call", 0)], "2026-03-16"),
    "basic.low": ([("sms", 0)], "2026-09-02"),
    "basic.medium": ([("sms", 0), ("email", 2)], "2026-09-02"),
    "basic.high": ([("sms", 0), ("email", 2)], "2026-06-02"),
}


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("risk", list(Risk))
def test_each_cell_gets_its_contacts_and_its_next_day(level: Level, risk: Risk) -> None:
    name = f"{level}.{risk}"
    steps, next_due = CELLS[name]
    day = care_day(a_due_state(level, risk, MONDAY), POLICY, at(MONDAY))
    assert [candidate.channel.value for candidate in day.candidates] == [channel for channel, _ in steps]
    assert [candidate.plan_step for candidate in day.candidates] == [
        f"matrix.{name}.{number}" for number, _ in enumerate(steps, start=1)
    ]
    assert set(decisions(day)) == {"planned"}
    days = [candidate.not_before.astimezone(SHANGHAI).date().isoformat() for candidate in day.candidates]
    assert days == ["2026-03-04" if later else MONDAY for _, later in steps]
    assert day.ledger.plan_due_on == date.fromisoformat(next_due)
    assert day.ledger.last_contact_on == date.fromisoformat(MONDAY)
    assert day.next_due_at == at(next_due, "00:00")


def test_nothing_is_wanted_before_the_due_day() -> None:
    state = a_due_state("core", "low", "2026-03-03")
    day = care_day(state, POLICY, at(MONDAY, "23:59"))
    assert (day.candidates, day.ledger, day.next_due_at) == ((), state.ledger, at("2026-03-03", "00:00"))


def test_a_message_becomes_a_pending_row_and_a_task_a_sent_one_with_its_case() -> None:
    day = care_day(a_due_state("core", "high", MONDAY), POLICY, at(MONDAY))
    call, email = day.contacts
    assert (email.status, email.sent_at, email.cap_on) == (Status.PENDING, None, None)
    assert (email.template, email.locale, email.purpose) == ("service_news", "zh", "care")
    assert email.check_at == email.not_before == at(MONDAY)
    assert (call.status, call.sent_at, call.cap_on) == (Status.SENT, at(MONDAY), date.fromisoformat(MONDAY))
    (case,) = day.cases
    assert (case.case_id, case.owner, case.title) == (call.contact_id, "Sales lead", "retain_call")
    assert (case.start_at, case.due_at) == (at(MONDAY), at("2026-03-06", "18:00"))
    assert call.contact_id == make_contact_id(
        tenant="guanxi-demo",
        customer_id="C-1",
        plan_step="matrix.core.high.1",
        occasion_on=date.fromisoformat(MONDAY),
        channel=Channel.CALL,
    )


def test_every_candidate_says_why() -> None:
    (candidate,) = care_day(a_due_state("core", "low", MONDAY), POLICY, at(MONDAY)).candidates
    assert candidate.rule == "R24"
    assert candidate.why == {
        "cell": "core.low",
        "goal": "keep_in_touch",
        "every": "2 month",
        "due_on": MONDAY,
        "last_contact_on": None,
        "cell_since_on": "2025-01-01",
        "policy": POLICY.version,
    }


def test_an_unknown_language_falls_back_to_the_tenant_s_first() -> None:
    state = a_due_state("potential", "low", MONDAY, reach=a_reach(language="fr"))
    assert care_day(state, POLICY, at(MONDAY)).contacts[0].locale == "zh"


def test_prices_are_of_what_goes() -> None:
    day = care_day(a_due_state("basic", "medium", MONDAY), POLICY, at(MONDAY))
    assert [(one.cost_fen, one.minutes) for one in day.candidates] == [(5, 0), (1, 0)]
    day = care_day(a_due_state("strategic", "low", MONDAY), POLICY, at(MONDAY))
    assert [(one.cost_fen, one.minutes) for one in day.candidates] == [(0, 120)]
    day = care_day(a_due_state("basic", "medium", MONDAY, consents={}), POLICY, at(MONDAY))
    assert [(one.cost_fen, one.minutes) for one in day.candidates] == [(0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("clock", "zone", "decision", "not_before", "not_after"),
    [
        pytest.param(
            at(MONDAY, "10:00"),
            "Asia/Shanghai",
            "planned",
            at(MONDAY, "10:00"),
            at("2026-03-08", "20:00"),
            id="inside",
        ),
        pytest.param(
            at(MONDAY, "00:00"),
            "Asia/Shanghai",
            "quiet_deferred",
            at(MONDAY, "08:00"),
            at("2026-03-08", "20:00"),
            id="at midnight",
        ),
        pytest.param(
            at(MONDAY, "21:00"),
            "Asia/Shanghai",
            "quiet_deferred",
            at("2026-03-03", "08:00"),
            at("2026-03-09", "20:00"),
            id="in the evening",
        ),
        pytest.param(
            at(MONDAY, "10:00"),
            "America/New_York",
            "quiet_deferred",
            datetime(2026, 3, 2, 13, tzinfo=UTC),
            datetime(2026, 3, 9, 0, tzinfo=UTC),
            id="the recipient's night, and a clock change before the end",
        ),
    ],
)
def test_messages_keep_the_recipient_s_hours(
    clock: datetime, zone: str, decision: str, not_before: datetime, not_after: datetime
) -> None:
    state = a_due_state("potential", "low", MONDAY, reach=a_reach(zone=zone))
    (candidate,) = care_day(state, POLICY, clock).candidates
    assert (candidate.decision, candidate.not_before, candidate.not_after) == (
        Decision(decision),
        not_before,
        not_after,
    )


def test_a_later_step_opens_on_the_recipient_s_day() -> None:
    zone = ZoneInfo("America/New_York")
    state = a_due_state("basic", "medium", MONDAY, reach=a_reach(zone=zone.key))
    _, email = care_day(state, POLICY, at(MONDAY)).candidates
    assert (email.decision, email.not_before) == (Decision.PLANNED, at("2026-03-04", "08:00", zone))


def test_a_country_whose_zones_share_no_hour_has_no_window() -> None:
    windows = [POLICY.hours.message.windows[0].model_copy(update={"start": "09:00", "end": "12:00"})]
    message = POLICY.hours.message.model_copy(update={"windows": windows})
    state = a_due_state("potential", "low", MONDAY, reach=a_reach(zone=None, country="RU"))
    day = care_day(state, changed("hours", message=message), at(MONDAY))
    assert decisions(day) == ["no_window"]
    assert day.ledger.plan_due_on == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        pytest.param({"consents": {}}, "no_consent", id="no consent"),
        pytest.param({"consents": {"email|care": "withdrawn"}}, "withdrawn", id="withdrawn"),
        pytest.param({"objections": frozenset({"email"})}, "objected", id="objected"),
        pytest.param({"reach": a_reach(email=False)}, "no_address", id="no address"),
        pytest.param({"do_not_contact": True}, "do_not_contact", id="do not contact"),
        pytest.param({"personalisation_off": True}, "personalisation_off", id="personalisation off"),
    ],
)
def test_an_occasion_held_for_a_lasting_reason_is_passed(changes: dict[str, Any], decision: str) -> None:
    state = a_due_state("potential", "low", MONDAY, **changes)
    day = care_day(state, POLICY, at(MONDAY))
    assert (decisions(day), day.contacts, day.cases) == ([decision], (), ())
    assert (day.ledger.plan_due_on, day.ledger.last_contact_on) == (date(2026, 6, 2), None)


def test_an_occasion_that_made_one_of_two_contacts_is_done() -> None:
    state = a_due_state("potential", "medium", MONDAY, consents={})
    day = care_day(state, POLICY, at(MONDAY))
    assert decisions(day) == ["no_consent", "planned"]
    assert day.ledger.last_contact_on == date(2026, 3, 4)
    assert day.ledger.plan_due_on == date(2026, 5, 4)


def test_a_full_day_is_capped_and_tried_again_the_next_day() -> None:
    state = a_due_state("core", "low", MONDAY, counted={"tasks_per_day": {MONDAY: 1}})
    day = care_day(state, POLICY, at(MONDAY))
    (candidate,) = day.candidates
    assert (candidate.decision, candidate.rule) == (Decision.CAPPED, "caps.tasks_per_day")
    assert {key: candidate.why[key] for key in ("cap_on", "counted", "limit")} == {
        "cap_on": MONDAY,
        "counted": 1,
        "limit": 1,
    }
    assert day.next_due_at == at("2026-03-03", "00:00")
    again = care_day(replace(state, ledger=day.ledger), POLICY, at("2026-03-03"))
    assert decisions(again) == ["planned"]


def test_the_cap_counts_the_recipient_s_day() -> None:
    reach = a_reach(zone="America/Los_Angeles")
    now = at("2026-03-03", "04:00")  # noon on Monday in Los Angeles
    state = a_due_state("potential", "low", MONDAY, reach=reach)
    full = replace(state, counted={"messages_per_day": {MONDAY: 1}})
    other = replace(state, counted={"messages_per_day": {"2026-03-03": 1}})
    assert decisions(care_day(full, POLICY, now)) == ["capped"]
    assert decisions(care_day(other, POLICY, now)) == ["planned"]


def test_tasks_wait_for_working_hours_and_messages_do_not() -> None:
    saturday = a_due_state("core", "high", "2026-03-07")
    call, email = care_day(saturday, POLICY, at("2026-03-07")).candidates
    assert (call.not_before, call.not_after) == (at("2026-03-09", "09:00"), at("2026-03-13", "18:00"))
    assert email.not_before == at("2026-03-07")


def test_a_worked_saturday_is_a_day_for_tasks_and_a_festival_is_not() -> None:
    worked = care_day(a_due_state("core", "low", "2026-02-14"), POLICY, at("2026-02-14"))
    assert worked.candidates[0].not_before == at("2026-02-14")
    festival = care_day(a_due_state("strategic", "high", "2026-02-16"), POLICY, at("2026-02-16"))
    assert festival.candidates[0].not_before == at("2026-02-24", "09:00")
    # The next weekly call counts from the call, not from the festival.
    assert festival.ledger.plan_due_on == date(2026, 3, 3)


def test_a_missing_calendar_holds_tasks_until_it_is_there_but_not_messages() -> None:
    state = a_due_state("core", "low", "2099-03-02")
    day = care_day(state, POLICY, at("2099-03-02"))
    assert (decisions(day), day.candidates[0].rule) == (["no_calendar"], "R39")
    assert day.ledger.plan_due_on == date(2099, 3, 3)
    message = care_day(a_due_state("potential", "low", "2099-03-02"), POLICY, at("2099-03-02"))
    assert decisions(message) == ["planned"]
    (task,) = care_day(state, POLICY, at("2099-03-02"), provisional=True).candidates
    assert (task.decision, task.why["calendar"]) == (Decision.PLANNED, "provisional")


def entering(today: str, **changes: Any) -> CareState:
    ledger = a_ledger("strategic.low", "2026-12-01", "2026-02-27", **changes)
    return a_state("strategic", "high", ledger=ledger, last_interaction_on=date.fromisoformat(today))


def test_entering_strategic_high_asks_for_one_visit_within_two_working_days() -> None:
    day = care_day(entering("2026-03-06"), POLICY, at("2026-03-06"))
    (visit,) = day.candidates
    assert (visit.plan_step, visit.channel, visit.decision) == ("entry.strategic.high", "visit", "planned")
    assert (visit.task, day.cases[0].due_at) == ("gm_visit", at("2026-03-10", "18:00"))
    assert day.ledger.entry_step_on == date(2026, 3, 6)
    later = care_day(replace(entering("2026-03-06"), ledger=day.ledger), POLICY, at("2026-03-09"))
    assert later.candidates == ()


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [pytest.param(0, 0, id="same day"), pytest.param(89, 0, id="89"), pytest.param(90, 1, id="90 days")],
)
def test_the_entry_visit_comes_again_only_after_its_days(days_ago: int, expected: int) -> None:
    today = date(2026, 3, 6)
    state = entering(today.isoformat(), entry_step_on=today - timedelta(days=days_ago))
    assert len(care_day(state, POLICY, at(today.isoformat())).candidates) == expected


def test_a_capped_entry_visit_is_tried_again_until_its_deadline() -> None:
    state = replace(entering(MONDAY), counted={"tasks_per_day": {MONDAY: 1}})
    day = care_day(state, POLICY, at(MONDAY))
    assert (decisions(day), day.next_due_at) == (["capped"], at("2026-03-03", "00:00"))
    again = care_day(replace(state, ledger=day.ledger), POLICY, at("2026-03-03"))
    assert decisions(again) == ["planned"]
    assert again.cases[0].due_at == at("2026-03-04", "18:00")
    assert again.candidates[0].contact_id == day.candidates[0].contact_id
    evening = care_day(replace(state, ledger=day.ledger), POLICY, at("2026-03-04", "19:00"))
    assert evening.cases[0].due_at == at("2026-03-05", "18:00")
    late = care_day(replace(state, ledger=day.ledger), POLICY, at("2026-03-05"))
    assert late.candidates == ()


def test_a_visit_wins_over_a_call_of_the_same_day() -> None:
    state = a_state("strategic", "high", ledger=a_ledger("core.low", "2026-03-10", "2026-01-10"))
    day = care_day(state, POLICY, at(MONDAY))
    assert [(one.channel.value, one.decision.value) for one in day.candidates] == [
        ("visit", "planned"),
        ("call", "capped"),
    ]
    assert day.ledger.plan_due_on == date(2026, 3, 9)


def test_a_visit_wins_also_when_its_step_comes_later() -> None:
    cell = POLICY.plan[Level.CORE][Risk.LOW]
    visit = POLICY.plan[Level.STRATEGIC][Risk.LOW].steps[0]
    cells = {**POLICY.plan[Level.CORE], Risk.LOW: cell.model_copy(update={"steps": [*cell.steps, visit]})}
    policy = POLICY.model_copy(update={"plan": {**POLICY.plan, Level.CORE: cells}})
    assert decisions(care_day(a_due_state("core", "low", MONDAY), policy, at(MONDAY))) == [
        "capped",
        "planned",
    ]


def test_planning_again_makes_the_same_ids_and_no_new_row() -> None:
    state = a_due_state("core", "high", MONDAY)
    first = care_day(state, POLICY, at(MONDAY))
    made = frozenset(contact.contact_id for contact in first.contacts)
    again = care_day(replace(state, made=made), POLICY, at(MONDAY, "15:00"))
    assert decisions(again) == ["already_made", "already_made"]
    assert (again.contacts, again.cases) == ((), ())
    assert again.ledger.plan_due_on == first.ledger.plan_due_on


def test_what_an_alias_was_sent_is_already_made() -> None:
    state = a_due_state("core", "high", MONDAY)
    made = frozenset(contact.contact_id for contact in care_day(state, POLICY, at(MONDAY)).contacts)
    survivor = replace(state, customer_id="C-0", aliases=("C-9", "C-1"), made=made)
    assert decisions(care_day(survivor, POLICY, at(MONDAY))) == ["already_made", "already_made"]
    stranger = replace(survivor, aliases=("C-9",))
    assert decisions(care_day(stranger, POLICY, at(MONDAY))) == ["planned", "planned"]


def first_seen(risk: str, *, room: bool, consents: dict[str, str]) -> CareState:
    # Staggered to its first day, so that today is its turn.
    ledger = Ledger() if risk == "high" else a_ledger(f"potential.{risk}", MONDAY, first_contact_made=False)
    return a_state("potential", risk, ledger=ledger, first_import_open=room, consents=consents)


CONSENT = {"email|care": "granted"}


@pytest.mark.parametrize(
    ("risk", "room", "consents", "decision", "uses_room", "next_due"),
    [
        pytest.param("low", True, CONSENT, "planned", True, "2026-06-02", id="takes room"),
        pytest.param("low", False, CONSENT, "staggered", False, "2026-03-03", id="no room: tomorrow"),
        pytest.param("low", False, {}, "no_consent", False, "2026-06-02", id="no room is needed to be held"),
        pytest.param("low", True, {}, "no_consent", False, "2026-06-02", id="held uses no room"),
        pytest.param("high", False, {}, "planned", False, "2026-03-16", id="exempt risks need none"),
    ],
)
def test_the_first_contact_needs_room_of_the_first_import(
    risk: str, room: bool, consents: dict[str, str], decision: str, uses_room: bool, next_due: str
) -> None:
    day = care_day(first_seen(risk, room=room, consents=consents), POLICY, at(MONDAY))
    assert decisions(day) == [decision]
    assert day.uses_first_import_room is uses_room
    assert day.ledger.plan_due_on == date.fromisoformat(next_due)
    assert day.ledger.first_contact_made is (decision == "planned")


def test_rows_hold_nothing_personal() -> None:
    day = care_day(a_due_state("core", "high", MONDAY), POLICY, at(MONDAY))
    text = repr((day.contacts, day.cases))
    assert "@" not in text
    assert "+86" not in text


def test_days_are_the_tenant_s_even_where_midnight_does_not_exist() -> None:
    policy = changed("tenant", zone="America/Santiago")
    state = a_due_state("core", "low", "2026-09-06")
    day = care_day(state, policy, datetime(2026, 9, 6, 3, 59, tzinfo=UTC))
    assert day.candidates == ()
    assert day.next_due_at == datetime(2026, 9, 6, 4, tzinfo=UTC)
    assert day.next_due_at.astimezone(ZoneInfo("America/Santiago")).date() == date(2026, 9, 6)
