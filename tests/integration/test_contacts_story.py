"""What a customer's day brings, from the records of the sources to what was sent, done or left: answers and tasks."""

from typing import Any

import pytest

from tests.integration.contact_story import (
    DAY,
    HOUR,
    a_car,
    a_customer,
    at,
    cases,
    contacts,
    customer_ids,
    decisions,
    is_due,
    live,
    messages,
    on,
    party,
    states,
    tell,
    told,
    use,
)
from tests.integration.memory_world import World

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


def a_complaint(at: str = "2026-06-30T10:00:00", **more: Any) -> dict[str, Any]:
    return told("complaint", "c1", at, **{"topic": "噪音", "stage": "待处理", "version": 1, **more})


def test_a_complaint_is_acknowledged_at_once_and_owed_a_person_within_two_hours(world: World) -> None:
    tell(world, *a_customer(uses=[]), a_complaint())
    assert states(world, "complaint") == [("email", "SENT"), ("call", "SENT")]
    (case,) = cases(world, "complaint")
    assert is_due(case) == "2026-06-30 12:00"
    assert [mail.to for mail in world.email.accepted] == ["k1@example.com"]


@pytest.mark.parametrize(
    ("in_working_hours", "due"),
    [
        pytest.param(False, "2026-07-03 19:30", id="elapsed"),
        pytest.param(True, "2026-07-06 10:30", id="working"),
    ],
)
def test_a_complaint_late_on_friday(
    world: World, monkeypatch: pytest.MonkeyPatch, in_working_hours: bool, due: str
) -> None:
    at(world, "2026-07-03T17:30")
    use(monkeypatch, playbooks__complaint__steps__1__in_working_hours=in_working_hours)
    tell(world, *a_customer(), a_complaint("2026-07-03T17:30:00"))
    assert [is_due(case) for case in cases(world, "complaint")] == [due]


def test_a_complaint_dated_by_day_alone_has_its_hours_from_when_it_came(world: World) -> None:
    """Its hours of the night before would be over before anybody knew of it."""
    tell(world, *a_customer(), a_complaint("2026-06-30"))
    assert [is_due(case) for case in cases(world, "complaint")] == ["2026-06-30 12:00"]


def test_a_complaint_of_this_morning_that_comes_late_starts_no_two_hours(world: World) -> None:
    tell(world, *a_customer(), a_complaint("2026-06-30T07:00:00"))
    (case,) = cases(world, "complaint")
    assert is_due(case) == "2026-06-30 18:00"
    assert case.brief.get("deadline") is None


def test_old_and_closed_complaints_owe_nothing(world: World) -> None:
    tell(world, *a_customer(), a_complaint("2026-06-20T10:00:00"))
    tell(world, a_complaint(stage="已解决") | {"id": "c2"})
    assert contacts(world, "complaint") == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"stage": "处理中"}, id="stage"),
        pytest.param({"stage": "处理中", "event_at": "2026-06-30T10:05:00+08:00"}, id="minutes later"),
        pytest.param({"stage": "处理中", "event_at": "2026-07-01T10:00:00+08:00"}, id="dated by its change"),
    ],
)
def test_a_second_version_of_a_complaint_is_not_answered_a_second_time(
    world: World, changes: dict[str, str]
) -> None:
    tell(world, *a_customer(), a_complaint())
    live(world, 1)
    tell(world, {**a_complaint(), "version": 2, **changes})
    live(world, 1)
    assert messages(world) == ["complaint_received"]
    assert len(cases(world, "complaint")) == 1


def test_an_answer_goes_by_email_to_whoever_wants_no_sms(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, playbooks__complaint__steps__0__channels=["sms", "email"])
    stop = told("consent", "stop", "2026-06-29T10:00:00", channel="sms", purpose="any", action="objection")
    tell(world, *a_customer(), stop, a_complaint())
    assert states(world, "complaint") == [("email", "SENT"), ("call", "SENT")]
    (ack, _) = decisions(world, "complaint")
    assert ack["why"]["tried"].startswith("sms:")


@pytest.mark.parametrize("change", [{"stage": "已解决"}, {"deleted": True}], ids=["closed", "deleted"])
def test_an_acknowledgement_that_waits_for_the_morning_goes_with_the_complaint(
    world: World, change: dict[str, Any]
) -> None:
    at(world, "2026-06-30T22:00")
    tell(world, *a_customer(), a_complaint("2026-06-30T22:00:00"))
    assert states(world, "complaint")[0] == ("email", "PENDING")
    tell(world, {**a_complaint("2026-06-30T22:00:00"), "version": 2, **change})
    live(world, 1)
    assert states(world, "complaint")[0] == ("email", "CANCELLED")
    assert messages(world) == []


def test_whoever_does_not_want_calls_is_answered_in_person(world: World) -> None:
    no_calls = told(
        "consent", "stop", "2026-06-29T10:00:00", channel="phone", purpose="any", action="objection"
    )
    tell(world, *a_customer(), no_calls, a_complaint())
    assert [case.channel for case in cases(world, "complaint")] == ["visit"]


# --- reminders -----------------------------------------------------------------------------------------------


def test_an_insurance_is_reminded_of_twice_and_then_somebody_calls(world: World) -> None:
    tell(world, *a_customer(), a_car(insurance_ends_on=on(31)))
    live(world, 33, step=6 * HOUR)
    made = [(str(row["created_at"])[:10], row["channel"]) for row in contacts(world, "insurance_renewal")]
    assert [channel for _, channel in made] == ["sms", "sms", "call"]
    assert messages(world) == ["insurance_renewal", "insurance_renewal"]
    assert [case.title for case in cases(world, "task")] == ["renewal_call"]


def test_a_renewed_insurance_is_not_reminded_of_again(world: World) -> None:
    tell(world, *a_customer(), a_car(insurance_ends_on=on(31), version=1))
    live(world, 2, step=6 * HOUR)
    assert messages(world) == ["insurance_renewal"]
    tell(world, a_car(insurance_ends_on=on(31 + 365), told_at="2026-07-02T08:00:00", version=2))
    live(world, 40, step=12 * HOUR)
    assert messages(world) == ["insurance_renewal"]
    assert cases(world, "task") == []


def test_a_reminder_that_waits_is_cancelled_when_its_occasion_is_gone(world: World) -> None:
    at(world, "2026-06-30T21:00")
    tell(world, *a_customer(), a_car(insurance_ends_on=on(30), version=1))
    assert states(world, "insurance_renewal") == [("sms", "PENDING")]
    tell(world, a_car(insurance_ends_on=on(395), told_at="2026-06-30T21:30:00", version=2))
    live(world, 1)
    (row,) = contacts(world, "insurance_renewal")
    assert (row["status"], row["reason"]) == ("CANCELLED", "occasion_withdrawn")
    assert messages(world) == []


def test_a_task_whose_occasion_is_gone_is_taken_back(world: World) -> None:
    tell(world, *a_customer(), a_car(insurance_ends_on=on(0), version=1))
    (case,) = cases(world, "task")
    assert (case.title, case.status) == ("renewal_call", "open")
    tell(world, a_car(insurance_ends_on=on(365), told_at="2026-06-30T09:00:00", version=2))
    assert [case.status for case in cases(world, "task")] == ["cancelled"]
    world.clock.advance(14 * DAY)
    assert world.invoke("SweepCases", {}) == {}


def test_a_message_that_carries_another_stays_when_its_own_occasion_is_gone(world: World) -> None:
    """What it carries has no row of its own, and would be lost with it."""
    at(world, "2026-06-30T21:00")
    both: dict[str, Any] = {"inspection_due_on": on(45), "version": 1}
    tell(world, *a_customer(), a_car(insurance_ends_on=on(30), **both))
    (held,) = decisions(world, "inspection_due")
    assert held["decision"] == "merged"
    renewed: dict[str, Any] = {**both, "version": 2}
    tell(world, a_car(insurance_ends_on=on(395), told_at="2026-06-30T21:30:00", **renewed))
    live(world, 1)
    assert messages(world) == ["insurance_renewal"]


def test_whom_personalisation_is_off_for_gets_reminders_and_no_plan(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, hours__work__calendar="US")  # it ends in a year that China has not announced
    tell(world, *a_customer())
    (customer_id,) = customer_ids(world)
    off = {"action": "mark", "customer_id": customer_id, "name": "personalisation_off", "by": "anna"}
    assert "error" not in world.invoke("Operate", off)
    world.clock.advance(190 * DAY)
    tell(world, a_car(insurance_ends_on=on(219), told_at="2027-01-05T10:00:00"))
    held = {one["decision"] for one in decisions(world) if one["plan_step"].startswith("matrix.")}
    assert held == {"personalisation_off"}
    live(world, 1)
    assert messages(world) == ["insurance_renewal"]


def test_inspection_and_service_of_one_day_are_one_message(world: World) -> None:
    bought = "2026-01-14"  # six months: 14 July, reminded of on 30 June
    tell(world, *a_customer(), a_car(inspection_due_on=on(45), bought_on=bought))
    live(world, 12, step=12 * HOUR)
    merged = {
        one["day"]: (one["plan_step"].split(".")[1], one["decision"])
        for one in decisions(world)
        if one["decision"] == "merged"
    }
    assert merged == {on(0): ("first_service", "merged")}
    assert messages(world)[0] == "inspection_due"
    assert "service_due" not in messages(world)[:1]
    (row,) = contacts(world, "inspection_due")
    values: Any = row["values"]
    assert values["item1"] == "service_due"


def test_of_two_messages_of_one_day_the_less_urgent_waits_for_tomorrow(world: World) -> None:
    repair = told("service", "v1", "2026-06-27T10:00:00", asset_id="A1", service_type="维修")
    tell(world, *a_customer(), a_car(insurance_ends_on=on(30)), repair)
    assert messages(world) == ["service_followup"]
    (held,) = decisions(world, "insurance_renewal")
    assert (held["decision"], held["rule"]) == ("capped", "caps.messages_per_day")
    assert (held["why"]["counted"], held["why"]["limit"]) == (1, 1)
    live(world, 1)
    assert messages(world) == ["service_followup", "insurance_renewal"]


# --- greetings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "day"),
    [pytest.param(2027, "2027-02-28", id="common"), pytest.param(2028, "2028-02-29", id="leap")],
)
def test_who_was_born_on_a_leap_day_is_greeted_every_year(
    world: World, monkeypatch: pytest.MonkeyPatch, year: int, day: str
) -> None:
    use(monkeypatch, hours__work__calendar="US")  # China's days of that year are not known yet
    at(world, f"{year}-02-20T10:00")
    tell(world, *a_customer(birthday="2000-02-29"))
    live(world, 14, step=12 * HOUR)
    assert [(one["day"], one["decision"]) for one in decisions(world, "birthday")] == [(day, "planned")]
    assert messages(world).count("birthday") == 1


def test_who_was_born_in_a_leap_month_is_greeted_in_the_month_of_that_number(world: World) -> None:
    tell(world, *a_customer(lunar_birthday="闰六月初一"))
    live(world, 20, step=12 * HOUR)
    assert [one["day"] for one in decisions(world, "birthday")] == ["2026-07-14"]
    assert messages(world) == ["birthday"]


def test_who_was_born_on_a_festival_gets_one_greeting(world: World) -> None:
    at(world, "2026-09-24T10:00")
    tell(world, *a_customer(lunar_birthday="08-15"))
    live(world, 3)
    assert messages(world) == ["birthday"]
    assert {one["decision"] for one in decisions(world, "festival")} == {"merged"}


# --- talks, first orders, stages -----------------------------------------------------------------------------


def test_the_first_order_of_a_new_customer_asks_somebody_to_verify_the_record(world: World) -> None:
    profile = told("profile", "p", "2026-06-30T09:00:00", party=party())
    tell(world, profile, told("order", "o1", "2026-06-30T09:30:00", amount="8000"))
    tell(world, told("order", "o2", "2026-06-30T09:50:00", amount="8000"))
    (case,) = cases(world, "verification")
    assert (case.title, is_due(case)) == ("verify_record", "2026-07-07 18:00")


def test_a_lower_score_after_a_talk_asks_for_its_cause(world: World) -> None:
    def score(name: str, when: str, stars: int) -> dict[str, Any]:
        return told("satisfaction", name, when, score=stars)

    talk = told("interaction", "t1", "2026-06-29T10:00:00", channel="call")
    tell(
        world,
        *a_customer(),
        score("s1", "2026-06-01T10:00:00", 5),
        talk,
        score("s2", "2026-06-30T09:00:00", 2),
    )
    (case,) = cases(world, "cause_analysis")
    assert is_due(case) == "2026-07-03 18:00"
    (why,) = [one["why"] for one in decisions(world, "cause_analysis")]
    assert (why["before"], why["after"]) == (5, 2)
