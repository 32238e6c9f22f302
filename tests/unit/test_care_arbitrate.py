"""All playbooks meet on one day of one person: order, fallback, combining, holdout (requirements 10.1, 10.7)."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.care.care_day import care_day
from shared.care.state import Candidate, CareDay, CareState
from shared.model.contact import Channel, ContactClass, Decision, make_contact_id
from shared.policy.playbooks import Holdout, Playbook
from shared.policy.schema import Policy
from tests.unit.care_builder import POLICY, a_due_state, a_reach, at
from tests.unit.test_care_playbooks import EVERY_CONSENT, a_car, a_fact, a_person, name_of

DAY = "2026-03-02"


def decided(day: CareDay) -> dict[str, str]:
    return {name_of(one): one.decision.value for one in day.candidates}


def one_of(day: CareDay, name: str) -> Candidate:
    (found,) = [one for one in day.candidates if name_of(one) == name]
    return found


def policy_with(**sections: Any) -> Policy:
    return POLICY.model_copy(update=sections)


def only(*names: str, **changes: dict[str, Any]) -> Policy:
    """The default policy with these playbooks alone, some of them changed."""
    books: dict[str, Playbook] = {
        name: POLICY.playbooks[name].model_copy(update=changes.get(name, {})) for name in names
    }
    return policy_with(playbooks=books)


INSURED = a_car(insurance_ends_on=date(2026, 4, 1))  # 30 days ahead of 1 April is 2 March
BOTH = a_car(insurance_ends_on=date(2026, 4, 1), inspection_due_on=date(2026, 4, 10))


# --- channels ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "channel", "decision", "tried"),
    [
        pytest.param({}, "sms", "planned", "", id="the first one"),
        pytest.param({"reach": a_reach(sms=False)}, "email", "planned", "sms:no_address", id="no phone"),
        pytest.param(
            {"consents": {"email|care": "granted"}}, "email", "planned", "sms:no_consent", id="no consent for sms"
        ),
        pytest.param(
            {"objections": frozenset({"sms"})}, "email", "planned", "sms:objected", id="sms was stopped"
        ),
        pytest.param(
            {"suppressed": frozenset({Channel.SMS})}, "email", "planned", "sms:suppressed", id="texts bounce"
        ),
        pytest.param(
            {"suppressed": frozenset({Channel.SMS, Channel.EMAIL})},
            "sms",
            "suppressed",
            "sms:suppressed,email:suppressed",
            id="everything bounces",
        ),
        pytest.param(
            {"consents": {"sms|care": "withdrawn"}},
            "sms",
            "withdrawn",
            "sms:withdrawn,email:no_consent",
            id="neither: the first one says why",
        ),
    ],
)  # fmt: skip
def test_a_message_goes_by_the_first_channel_that_may_be_used(
    changes: dict[str, Any], channel: str, decision: str, tried: str
) -> None:
    day = care_day(a_person(INSURED, **changes), only("insurance_renewal"), at(DAY))
    (candidate,) = day.candidates
    assert (candidate.channel, candidate.decision) == (Channel(channel), Decision(decision))
    assert candidate.why.get("tried", "") == tried


def test_what_went_by_one_channel_is_not_sent_by_another() -> None:
    """Never after a send that may have arrived: the occasion is done, whatever channel may be used today."""
    policy = only("insurance_renewal")
    (sent,) = care_day(a_person(INSURED), policy, at(DAY)).contacts
    no_sms = a_person(INSURED, made=frozenset({sent.contact_id}), reach=a_reach(sms=False))
    assert care_day(no_sms, policy, at("2026-03-03")).candidates == ()


def test_what_was_made_under_a_merged_id_is_not_made_again() -> None:
    policy = only("insurance_renewal")
    (sent,) = care_day(a_person(INSURED, customer_id="C-0"), policy, at(DAY)).contacts
    merged = a_person(INSURED, aliases=("C-0",), made=frozenset({sent.contact_id}))
    assert care_day(merged, policy, at("2026-03-03")).candidates == ()


def test_two_cars_with_one_day_are_two_occasions_in_one_message() -> None:
    other = INSURED._replace(fact_id="shop#van", asset_id="A2", product="V8")
    day = care_day(a_person(INSURED, other), only("insurance_renewal"), at(DAY))
    assert [one.decision.value for one in day.candidates] == ["planned", "merged"]
    assert len({one.contact_id for one in day.candidates}) == 2
    (contact,) = day.contacts
    assert contact.values["item1_product"] == "V8"


# --- combining -----------------------------------------------------------------------------------------------


def test_compatible_reminders_become_one_message_that_carries_the_others() -> None:
    day = care_day(a_person(BOTH), POLICY, at("2026-03-03"))
    carrier, carried = one_of(day, "insurance_renewal.1"), one_of(day, "inspection_due.1")
    assert (carrier.decision, carried.decision) == (Decision.PLANNED, Decision.MERGED)
    assert (carried.rule, carried.why["merged_into"]) == ("combines", carrier.contact_id)
    (contact,) = day.contacts
    assert {name: value for name, value in contact.values.items() if name.startswith("item")} == {
        "items": 1,
        "item1": "inspection_due",
        "item1_on": "2026-04-10",
        "item1_product": "X3",
    }
    assert carried.cost_fen == 0


def test_a_message_carries_three_others_at_most() -> None:
    cars = [INSURED._replace(fact_id=f"shop#{n}", asset_id=str(n)) for n in range(6)]
    day = care_day(a_person(*cars), only("insurance_renewal"), at(DAY))
    assert [one.decision.value for one in day.candidates] == ["planned", *["merged"] * 3, *["capped"] * 2]


def test_what_a_message_carries_may_leave_its_favourite_channel() -> None:
    email_first = (
        POLICY.playbooks["insurance_renewal"].steps[0].model_copy(update={"channels": [Channel.EMAIL]})
    )
    policy = only("insurance_renewal", "inspection_due", insurance_renewal={"steps": [email_first]})
    day = care_day(a_person(BOTH), policy, at("2026-03-03"))
    assert [(one.channel.value, one.decision.value) for one in day.candidates] == [
        ("email", "planned"),
        ("sms", "merged"),
    ]


def test_messages_of_other_kinds_are_not_combined() -> None:
    state = a_person(INSURED, birthday_on=date(1990, 3, 2))
    assert decided(care_day(state, POLICY, at(DAY))) == {
        "birthday.1": "planned",
        "insurance_renewal.1": "capped",
    }


def test_nothing_is_merged_into_what_does_not_go() -> None:
    counted = {"messages_per_day": {"2026-03-03": 1}}
    day = care_day(a_person(BOTH, counted=counted), POLICY, at("2026-03-03"))
    assert set(decided(day).values()) == {"capped"}


# --- priority and cap ----------------------------------------------------------------------------------------


def test_the_cap_goes_to_the_higher_priority_and_the_other_waits_for_tomorrow() -> None:
    state = a_due_state("basic", "low", DAY, consents=EVERY_CONSENT, facts=(INSURED,))
    day = care_day(state, POLICY, at(DAY))
    assert [(one.playbook, one.decision.value) for one in day.candidates] == [
        (None, "capped"),
        ("insurance_renewal", "planned"),
    ]
    assert day.ledger.plan_due_on == date(
        2026, 9, 2
    )  # a contact of the same kind stands in for the regular one


def test_a_message_of_a_playbook_is_no_visit_that_the_cell_asks_for() -> None:
    state = a_due_state("strategic", "low", DAY, consents=EVERY_CONSENT, facts=(INSURED,))
    day = care_day(state, POLICY, at(DAY))
    assert {one.decision.value for one in day.candidates} == {"planned"}
    early = a_due_state("strategic", "low", "2026-03-20", consents=EVERY_CONSENT, facts=(INSURED,))
    assert care_day(early, POLICY, at(DAY)).ledger.plan_due_on == date(2026, 3, 20)


def test_a_task_of_a_playbook_moves_the_regular_call() -> None:
    car = a_car(insurance_ends_on=date(2026, 3, 2))
    state = a_due_state("core", "low", "2026-03-20", consents=EVERY_CONSENT, facts=(car,))
    day = care_day(state, POLICY, at(DAY))
    assert decided(day) == {"insurance_renewal.3": "planned"}
    assert day.ledger.plan_due_on == date(2026, 5, 2)


def test_an_answer_to_a_complaint_is_no_regular_contact_and_takes_no_place() -> None:
    state = a_due_state("basic", "low", DAY, consents=EVERY_CONSENT, facts=(a_fact("complaint", "c1", DAY),))
    day = care_day(state, POLICY, at(DAY))
    assert [(one.playbook, one.decision.value) for one in day.candidates] == [
        (None, "planned"),
        ("complaint", "planned"),
        ("complaint", "planned"),
    ]


def test_a_held_step_is_tried_the_next_day_while_it_is_valid() -> None:
    full = {"messages_per_day": {DAY: 1}}
    day = care_day(a_person(INSURED, counted=full), only("insurance_renewal"), at(DAY))
    assert day.next_due_at == at("2026-03-03", "00:00")
    lapsing = a_person(birthday_on=date(1990, 3, 2), counted=full)
    day = care_day(lapsing, only("birthday"), at(DAY))
    assert day.next_due_at == at("2026-05-02", "00:00")  # the regular call


# --- who may not be contacted --------------------------------------------------------------------------------


def test_without_personalisation_only_what_follows_from_the_own_purchase_goes() -> None:
    state = a_due_state(
        "core",
        "high",
        DAY,
        consents=EVERY_CONSENT,
        personalisation_off=True,
        facts=(INSURED,),
        first_order_on=date(2023, 3, 2),
        stage="decline",
        stage_since_on=date(2026, 3, 1),
    )
    day = care_day(state, POLICY, at(DAY))
    by_name = {one.playbook or one.channel.value: one.decision.value for one in day.candidates}
    assert by_name == {
        "call": "planned",  # a person decides
        "email": "personalisation_off",
        "stage_decline": "personalisation_off",
        "loyal_care": "personalisation_off",
        "insurance_renewal": "planned",
    }


def test_do_not_contact_leaves_only_answers() -> None:
    facts = (BOTH, a_fact("complaint", "c1", "2026-03-03", "09:59"))
    state = a_person(*facts, do_not_contact=True, birthday_on=date(1990, 3, 3))
    going = [
        one.playbook
        for one in care_day(state, POLICY, at("2026-03-03")).candidates
        if one.decision.makes_contact
    ]
    assert going == ["complaint", "complaint"]


HOLDOUT = Holdout(percent=10, care=False)


@pytest.mark.parametrize(
    ("share", "care", "expected"),
    [
        pytest.param(9, False, {"birthday.1": "holdout", "insurance_renewal.1": "planned"}, id="marketing"),
        pytest.param(9, True, {"birthday.1": "holdout", "insurance_renewal.1": "holdout"}, id="care too"),
        pytest.param(10, True, {"birthday.1": "planned", "insurance_renewal.1": "capped"}, id="not held out"),
        pytest.param(None, True, {"birthday.1": "planned", "insurance_renewal.1": "capped"}, id="off"),
    ],
)
def test_who_is_held_out_gets_no_row(share: int | None, expected: dict[str, str], *, care: bool) -> None:
    policy = policy_with(holdout=HOLDOUT.model_copy(update={"care": care}))
    state = a_person(INSURED, birthday_on=date(1990, 3, 2), holdout_share=share)
    day = care_day(state, policy, at(DAY))
    assert decided(day) == expected
    held = [one for one in day.candidates if one.decision is Decision.HOLDOUT]
    assert all(
        (one.rule, one.why["share"], one.why["percent"]) == ("holdout.percent", share, 10) for one in held
    )
    assert not {one.contact_id for one in held} & {row.contact_id for row in day.contacts}


def test_who_has_no_consent_is_not_part_of_the_experiment() -> None:
    state = a_person(birthday_on=date(1990, 3, 2), holdout_share=0, consents={})
    assert decided(care_day(state, policy_with(holdout=HOLDOUT), at(DAY))) == {"birthday.1": "no_consent"}


def test_a_call_for_marketing_is_held_out_and_one_for_care_is_not() -> None:
    left = a_person(stage="left", stage_since_on=date(2026, 1, 1), holdout_share=0)  # 60 days before
    policy = policy_with(holdout=Holdout(percent=50, care=True))
    assert decided(care_day(left, policy, at(DAY))) == {"win_back.3": "holdout"}
    car = a_car(insurance_ends_on=date(2026, 3, 2))
    assert decided(care_day(a_person(car, holdout_share=0), policy, at(DAY))) == {
        "insurance_renewal.3": "planned"
    }


# --- hours and owners ----------------------------------------------------------------------------------------


def test_hours_may_be_stricter_for_one_channel() -> None:
    late = POLICY.hours.message.windows[0].model_copy(update={"start": "10:00", "end": "18:00"})
    sms = POLICY.hours.message.model_copy(update={"windows": [late]})
    policy = policy_with(hours=POLICY.hours.model_copy(update={"sms": sms}))
    by_sms = care_day(a_person(INSURED), policy, at(DAY, "09:00")).contacts[0]
    assert (by_sms.not_before, by_sms.not_after.astimezone(policy.tenant.tz).hour) == (at(DAY, "10:00"), 18)
    by_email = care_day(a_person(INSURED, reach=a_reach(sms=False)), policy, at(DAY, "09:00")).contacts[0]
    assert by_email.not_before == at(DAY, "09:00")


@pytest.mark.parametrize(("owner", "expected"), [("level", "Sales lead"), ("basic", "Care desk")])
def test_a_task_belongs_to_the_level_of_the_customer_or_to_a_fixed_owner(owner: str, expected: str) -> None:
    policy = only("insurance_renewal", insurance_renewal={"owner": owner})
    (case,) = care_day(a_person(a_car(insurance_ends_on=date(2026, 3, 2))), policy, at(DAY)).cases
    assert case.owner == expected


def test_purpose_and_class_are_those_of_the_playbook() -> None:
    state = a_person(
        INSURED, a_fact("complaint", "c1", DAY), birthday_on=date(1990, 3, 2), first_order_on=date(2026, 3, 2)
    )
    found = {
        name_of(one): (one.contact_class, one.purpose) for one in care_day(state, POLICY, at(DAY)).candidates
    }
    assert found == {
        "complaint.1": (ContactClass.SERVICE, "service"),
        "complaint.2": (ContactClass.SERVICE, "service"),
        "first_purchase.1": (ContactClass.TASK, "care"),
        "birthday.1": (ContactClass.MARKETING, "marketing"),
        "insurance_renewal.1": (ContactClass.CARE, "care"),
    }


def test_a_first_contact_needs_room_but_an_answer_does_not() -> None:
    state: CareState = a_person(
        INSURED, a_fact("complaint", "c1", DAY), first_import_open=False, ledger=a_person().ledger.__class__()
    )
    day = care_day(state, POLICY, at(DAY))
    names = {one.playbook: one.decision.value for one in day.candidates if one.playbook}
    assert names == {"complaint": "planned", "insurance_renewal": "staggered"}
    assert not day.uses_first_import_room
    assert not day.ledger.first_contact_made


def test_a_step_belongs_to_its_occasion_whatever_the_day_on_which_it_goes() -> None:
    policy = only("insurance_renewal")
    ids = {
        care_day(a_person(INSURED), policy, at(DAY) + timedelta(days=n)).contacts[0].contact_id
        for n in range(14)
    }
    (contact,) = care_day(a_person(INSURED), policy, at(DAY)).contacts
    assert ids == {
        make_contact_id(
            tenant=POLICY.tenant.id,
            customer_id="C-1",
            plan_step=contact.plan_step,
            occasion_on=date(2026, 4, 1),
            channel=Channel.SMS,
        )
    }
