"""When each playbook wants what, written down by hand from the requirements."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.care.care_day import care_day
from shared.care.greetings import read_lunar
from shared.care.lunar import LunarDay
from shared.care.state import Candidate, CareState
from shared.model.contact import Decision
from shared.model.facts import Fact, FactKind
from tests.unit.care_builder import POLICY, a_ledger, a_reach, a_state, at

EVERY_CONSENT = {
    f"{channel}|{purpose}": "granted" for channel in ("email", "sms") for purpose in ("care", "marketing")
}
LATER = a_ledger("core.low", "2027-06-01", "2025-12-01")


def a_fact(kind: str, fact_id: str, day: str, clock: str = "09:30", **values: Any) -> Fact:
    return Fact(FactKind(kind), f"shop#{fact_id}", at(day, clock), **values)


def a_car(**values: Any) -> Fact:
    return a_fact("asset", "car", "2025-01-10", asset_id="A1", product="X3", **values)


def a_person(*facts: Fact, **changes: Any) -> CareState:
    """Reachable, with every consent; nothing of the matrix is due."""
    values = {"consents": EVERY_CONSENT, "ledger": LATER, "facts": facts, **changes}
    return a_state(**values)


def wanted(state: CareState, day: str, clock: str = "10:00") -> list[str]:
    """`birthday.1` for each candidate of a day."""
    return [name_of(one) for one in care_day(state, POLICY, at(day, clock)).candidates]


def name_of(candidate: Candidate) -> str:
    return ".".join(candidate.plan_step.split(".")[1:3])


def days_of(state: CareState, name: str, first: str, last: str) -> list[str]:
    """On which days a step is wanted, asked for each day by itself."""
    day, found = date.fromisoformat(first), []
    while day <= date.fromisoformat(last):
        if name in wanted(state, day.isoformat()):
            found.append(day.isoformat())
        day += timedelta(days=1)
    return found


def span(days: list[str]) -> tuple[str, str]:
    return days[0], days[-1]


# --- what a customer owns ------------------------------------------------------------------------------------


def test_the_first_service_is_asked_for_twice_and_then_by_a_person() -> None:
    state = a_person(a_car(bought_on=date(2026, 1, 10)))  # due on 2026-07-10
    assert span(days_of(state, "first_service.1", "2026-06-01", "2026-08-31")) == ("2026-06-26", "2026-07-05")
    assert span(days_of(state, "first_service.2", "2026-06-01", "2026-08-31")) == ("2026-07-10", "2026-07-19")
    assert span(days_of(state, "first_service.3", "2026-06-01", "2026-08-31")) == ("2026-07-24", "2026-08-06")
    (task,) = care_day(state, POLICY, at("2026-07-24")).cases
    assert (task.title, task.brief["about"], task.brief["rule"]) == ("service_call", "shop#car", "R40")


def test_a_maintenance_ends_the_first_service_and_begins_the_next() -> None:
    done = a_fact("service", "s1", "2026-06-20", asset_id="A1", mileage_km=4800, is_repair=False)
    state = a_person(a_car(bought_on=date(2026, 1, 10)), done)
    assert not days_of(state, "first_service.1", "2026-06-21", "2026-07-30")
    # 4,800 km in 161 days: 10,000 more take 336 days, which is before 12 months.
    assert span(days_of(state, "periodic_service.1", "2027-04-20", "2027-06-30")) == (
        "2027-05-08",
        "2027-05-17",
    )


def test_a_service_date_that_moves_is_still_one_occasion() -> None:
    """What was sent for an estimate is not sent again for a better one."""
    car = a_car(bought_on=date(2026, 1, 10))
    first = care_day(a_person(car), POLICY, at("2026-06-26"))
    (sent,) = first.contacts
    read = car._replace(
        at=at("2026-06-27"), mileage_km=4000
    )  # 24 km a day: due 41 days later by mileage, 07-10 by months
    again = a_person(read, made=frozenset({sent.contact_id}))
    assert "first_service.1" not in wanted(again, "2026-06-28")
    assert "first_service.2" in wanted(again, "2026-07-10")


def test_the_message_says_when_and_at_how_many_km() -> None:
    read = a_car(bought_on=date(2026, 1, 10), mileage_km=1500)._replace(at=at("2026-02-09"))
    (contact,) = care_day(a_person(read), POLICY, at("2026-04-06")).contacts  # due on 2026-04-20
    assert contact.values == {
        "product": "X3",
        "due_on": "2026-04-20",
        "days_left": 14,
        "mileage_km": 5000,
        "items": 0,
    }
    assert contact.about == "shop#car"


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        pytest.param(
            {"insurance_ends_on": date(2026, 9, 1)}, "insurance_renewal.1", "2026-08-02", id="30 days"
        ),
        pytest.param(
            {"insurance_ends_on": date(2026, 9, 1)}, "insurance_renewal.2", "2026-08-25", id="7 days"
        ),
        pytest.param(
            {"insurance_ends_on": date(2026, 9, 1)}, "insurance_renewal.3", "2026-09-01", id="a person"
        ),
        pytest.param({"inspection_due_on": date(2026, 9, 1)}, "inspection_due.1", "2026-07-18", id="45 days"),
        pytest.param({"warranty_ends_on": date(2026, 9, 1)}, "warranty_end.1", "2026-08-02", id="warranty"),
        pytest.param({"bought_on": date(2026, 7, 1)}, "usage_tips.1", "2026-07-08", id="first tip"),
        pytest.param({"bought_on": date(2026, 7, 1)}, "usage_tips.2", "2026-08-15", id="second tip"),
        pytest.param({"bought_on": date(2022, 8, 31)}, "trade_in.1", "2026-08-31", id="four years old"),
    ],
)
def test_a_day_of_an_asset_opens_its_steps(values: dict[str, Any], name: str, expected: str) -> None:
    days = days_of(a_person(a_car(**values)), name, "2026-07-01", "2026-09-20")
    assert days[0] == expected


@pytest.mark.parametrize(
    ("repair", "expected"),
    [
        pytest.param({"in_warranty": True}, 1, id="the repair says so"),
        pytest.param({"in_warranty": False}, 0, id="the repair says no"),
        pytest.param({}, 1, id="the asset was in warranty"),
    ],
)
def test_a_repair_is_followed_up_by_warranty(repair: dict[str, Any], expected: int) -> None:
    done = a_fact("service", "r1", "2026-03-02", asset_id="A1", is_repair=True, **repair)
    state = a_person(a_car(warranty_ends_on=date(2026, 3, 2)), done)
    (contact,) = care_day(state, POLICY, at("2026-03-05")).contacts
    assert contact.values == {"product": "X3", "in_warranty": expected}


@pytest.mark.parametrize(
    ("reach", "summer", "winter"),
    [
        pytest.param({}, "2026-06-01", "2026-11-15", id="China"),
        pytest.param(
            {"country": "AU", "zone": "Australia/Sydney"}, "2026-12-01", "2026-05-15", id="Australia"
        ),
        pytest.param({"province": "海南"}, "2026-06-01", None, id="Hainan has no winter"),
        pytest.param({"country": "SG", "zone": "Asia/Singapore"}, "2026-06-01", None, id="nor has Singapore"),
    ],
)
def test_seasons_follow_the_place(reach: dict[str, Any], summer: str, winter: str | None) -> None:
    state = a_person(a_car(), reach=a_reach(**reach))
    assert days_of(state, "summer_care.1", "2026-03-01", "2026-12-31")[:1] == [summer]
    assert days_of(state, "winter_care.1", "2026-03-01", "2026-12-31")[:1] == ([winter] if winter else [])


# --- greetings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "year", "expected"),
    [
        pytest.param({"birthday_on": date(1990, 5, 7)}, 2026, ["2026-05-07"], id="solar"),
        pytest.param({"birthday_on": date(1992, 2, 29)}, 2026, ["2026-02-28"], id="29 February"),
        pytest.param({"birthday_on": date(1992, 2, 29)}, 2028, ["2028-02-29"], id="29 February in a leap year"),
        pytest.param({"lunar_birthday": "08-15"}, 2026, ["2026-09-25"], id="lunar"),
        pytest.param(
            {"lunar_birthday": "08-15", "birthday_on": date(1990, 5, 7)}, 2026, ["2026-09-25"], id="lunar wins"
        ),
        pytest.param({"lunar_birthday": "L06-03"}, 2025, ["2025-07-27"], id="in a year with the leap month"),
        pytest.param({"lunar_birthday": "L06-03"}, 2026, ["2026-07-16"], id="in a year without it"),
        pytest.param({"lunar_birthday": "12-20"}, 2026, ["2026-02-07"], id="of the lunar year before"),
        pytest.param({"lunar_birthday": "13-01"}, 2026, [], id="no lunar day"),
    ],
)  # fmt: skip
def test_birthdays_are_kept_on_their_day(changes: dict[str, Any], year: int, expected: list[str]) -> None:
    state = a_person(**changes)
    assert days_of(state, "birthday.1", f"{year}-01-01", f"{year}-12-31") == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("zh", ["2026-02-17", "2026-02-18", "2026-09-25", "2026-09-26"], id="Chinese"),
        pytest.param("en", ["2026-01-01", "2026-01-02", "2026-12-25", "2026-12-26"], id="others"),
    ],
)
def test_festivals_follow_the_language(language: str, expected: list[str]) -> None:
    state = a_person(reach=a_reach(language=language))
    assert days_of(state, "festival.1", "2026-01-01", "2026-12-31") == expected


def test_a_greeting_to_new_york_goes_on_the_day_that_it_is_there() -> None:
    reach = a_reach(country="US", zone="America/New_York", language="en")
    state = a_person(reach=reach, birthday_on=date(1990, 5, 7))
    (contact,) = care_day(state, POLICY, at("2026-05-07", "00:00")).contacts  # still the 6th in New York
    assert contact.not_before == at("2026-05-07", "20:00")  # 08:00 there
    assert contact.not_after == at("2026-05-08", "08:00")  # 20:00 there


def test_a_lunar_birthday_reads_as_the_golden_record_writes_it() -> None:
    assert read_lunar("L04-08") == LunarDay(0, 4, 8, is_leap=True)
    assert read_lunar("04-08") == LunarDay(0, 4, 8)
    assert [read_lunar(text) for text in ("", "4-8", "00-10", "13-01", "04-31", "X04-08")] == [None] * 6


@pytest.mark.parametrize(("level", "expected"), [("strategic", ["2026-03-05"]), ("potential", [])])
def test_upgraded_care_is_for_high_levels_each_full_year(level: str, expected: list[str]) -> None:
    state = a_person(level=level, first_order_on=date(2023, 3, 5))
    assert days_of(state, "loyal_care.1", "2026-03-01", "2026-03-31")[:1] == expected
    assert not days_of(
        a_person(level="core", first_order_on=date(2026, 3, 1)), "loyal_care.1", "2026-03-01", "2026-04-01"
    )


# --- what a customer did -------------------------------------------------------------------------------------


def test_a_complaint_is_acknowledged_at_once_and_answered_by_a_person_within_two_hours() -> None:
    made_at = at("2026-03-07", "21:30")  # a Saturday evening
    state = a_person(a_fact("complaint", "c1", "2026-03-07", "21:30", stage="open"), consents={})
    day = care_day(state, POLICY, made_at + timedelta(minutes=3))
    message, task = day.contacts
    assert (message.contact_class, message.template, message.values) == (
        "service",
        "complaint_received",
        {"within_hours": 2},
    )
    assert message.not_before == at("2026-03-08", "08:00")  # quiet hours hold for service too
    (case,) = day.cases
    assert (case.title, case.due_at) == ("first_response", made_at + timedelta(hours=2))
    assert (case.start_at, case.brief["deadline"]) == (made_at + timedelta(minutes=3), "R30")
    assert task.contact_class == "service"


def test_the_two_hours_can_be_working_hours() -> None:
    book = POLICY.playbooks["complaint"]
    steps = [book.steps[0], book.steps[1].model_copy(update={"in_working_hours": True})]
    policy = POLICY.model_copy(update={"playbooks": {"complaint": book.model_copy(update={"steps": steps})}})
    state = a_person(
        a_fact("complaint", "c1", "2026-03-06", "17:30")
    )  # a Friday, half an hour before the close
    (case,) = care_day(state, policy, at("2026-03-06", "17:31")).cases
    assert case.due_at == at("2026-03-09", "10:30")


def test_a_complaint_that_was_late_when_first_seen_starts_no_deadline() -> None:
    state = a_person(a_fact("complaint", "c1", "2026-03-02", "06:00"))
    (case,) = care_day(state, POLICY, at("2026-03-02", "10:00")).cases
    assert (case.brief["deadline"], case.due_at) == (None, at("2026-03-02", "18:00"))


@pytest.mark.parametrize(
    ("fact", "day"),
    [
        pytest.param(a_fact("complaint", "c1", "2026-03-02", stage="resolved"), "2026-03-02", id="closed"),
        pytest.param(
            a_fact("complaint", "c1", "2026-01-02", stage="open"), "2026-03-02", id="of an old import"
        ),
        pytest.param(a_fact("talk", "t1", "2026-03-02"), "2026-03-02", id="a talk without minutes"),
        pytest.param(
            a_fact("talk", "t1", "2026-02-27", stage="minuted"), "2026-03-02", id="minutes of last week"
        ),
        pytest.param(
            a_fact("score", "s1", "2026-03-02", score=4), "2026-03-05", id="a score that is not high"
        ),
        pytest.param(a_car(bought_on=date(2019, 1, 1)), "2026-03-02", id="a car bought long ago"),
        pytest.param(a_car(insurance_ends_on=date(2026, 2, 1)), "2026-03-02", id="an insurance that ended"),
    ],
)
def test_what_is_over_or_old_starts_nothing(fact: Fact, day: str) -> None:
    assert wanted(a_person(fact), day) == []


def test_minutes_go_within_24_hours_of_the_talk_or_not_at_all() -> None:
    state = a_person(a_fact("talk", "t1", "2026-03-02", "17:00", stage="minuted"), consents={})
    (contact,) = care_day(state, POLICY, at("2026-03-02", "19:00")).contacts
    assert (contact.about, contact.values) == ("shop#t1", {"talk_on": "2026-03-02"})
    (late,) = care_day(state, POLICY, at("2026-03-02", "21:00")).candidates
    assert (late.decision, late.not_before, late.not_after) == (
        Decision.QUIET_DEFERRED,
        at("2026-03-03", "08:00"),
        at("2026-03-03", "17:00"),
    )
    (over,) = care_day(state, POLICY, at("2026-03-03", "17:00")).candidates
    assert (over.decision, over.rule) == (Decision.STALE, "X2")


@pytest.mark.parametrize(
    ("before", "after", "days", "expected"),
    [
        pytest.param(5, 3, 10, True, id="lower"),
        pytest.param(4, 4, 10, False, id="the same"),
        pytest.param(3, 5, 10, False, id="higher"),
        pytest.param(5, 3, 31, False, id="too long after the talk"),
    ],
)
def test_a_lower_score_after_a_talk_is_analysed(
    before: int, after: int, days: int, *, expected: bool
) -> None:
    told = date(2026, 3, 2) + timedelta(days=days)
    state = a_person(
        a_fact("score", "s1", "2026-01-15", score=before),
        a_fact("talk", "t1", "2026-03-02"),
        a_fact("score", "s2", told.isoformat(), score=after),
    )
    assert ("cause_analysis.1" in wanted(state, told.isoformat())) is expected


def test_a_friend_is_asked_for_once_in_half_a_year() -> None:
    scores = [
        a_fact("score", f"s{n}", day, score=5)
        for n, day in enumerate(("2026-01-05", "2026-04-01", "2026-07-10"))
    ]
    days = days_of(a_person(*scores), "referral.1", "2026-01-01", "2026-08-01")
    assert sorted({day[:7] for day in days}) == ["2026-01", "2026-07"]


def test_a_first_order_is_verified_by_a_person_and_welcomed() -> None:
    state = a_person(first_order_on=date(2026, 3, 2))
    (task,) = care_day(state, POLICY, at("2026-03-02")).candidates
    assert (name_of(task), task.task, task.not_after) == (
        "first_purchase.1",
        "verify_record",
        at("2026-03-09", "18:00"),
    )
    assert "welcome.1" in wanted(state, "2026-03-03")


@pytest.mark.parametrize(
    ("stage", "name", "template"),
    [
        ("growth", "stage_growth.1", "stage_welcome"),
        ("maturity", "stage_maturity.1", "stage_welcome"),
        ("decline", "stage_decline.1", "win_back"),
        ("left", "win_back.1", "win_back"),
    ],
)
def test_each_stage_that_a_customer_enters_has_its_playbook(stage: str, name: str, template: str) -> None:
    state = a_person(stage=stage, stage_since_on=date(2026, 3, 2))
    (candidate,) = care_day(state, POLICY, at("2026-03-03")).candidates
    assert (name_of(candidate), candidate.template, candidate.values["stage"]) == (name, template, stage)
    assert wanted(replace(state, stage_since_on=None), "2026-03-03") == []


def test_a_fact_ahead_does_not_exist_yet_but_its_instant_is_remembered() -> None:
    state = a_person(a_fact("complaint", "c1", "2026-03-02", "12:00"))
    day = care_day(state, POLICY, at("2026-03-02", "10:00"))
    assert day.candidates == ()
    assert day.next_due_at == at("2026-03-02", "12:00") + timedelta(milliseconds=1)
