"""What care puts into a contact is what its template needs: every playbook, channel and language is written out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest

from shared.care.care_day import care_day
from shared.care.greetings import festival_day
from shared.insight.playbook_words import FESTIVALS
from shared.messaging.build import build_email, build_sms
from shared.messaging.catalogue import needs_of
from shared.model.contact import Channel, Contact
from shared.policy.playbooks import TEMPLATE_VALUES, FestivalName
from tests.unit.care_builder import POLICY, a_reach, at
from tests.unit.test_care_playbooks import a_car, a_fact, a_person

UNCAPPED = POLICY.model_copy(update={"caps": POLICY.caps.model_copy(update={"messages_per_day": 99})})
PERSON = {"name": "李雷", "company": None}
OWNED = a_car(
    bought_on=date(2026, 1, 2),
    warranty_ends_on=date(2026, 11, 11),
    insurance_ends_on=date(2026, 12, 20),
    inspection_due_on=date(2026, 12, 30),
)
FACTS = (
    OWNED,
    OWNED._replace(fact_id="shop#old", asset_id="A0", bought_on=date(2022, 2, 10), product=None),
    a_fact("service", "r1", "2026-02-20", asset_id="A1", is_repair=True),
    a_fact("complaint", "c1", "2026-02-25", stage="open"),
    a_fact("score", "s1", "2026-02-26", score=5),
)


def made(language: str) -> list[Contact]:
    """The messages of a year for somebody who has everything, each stage in turn."""
    found: dict[str, Contact] = {}
    stages = ("growth", "maturity", "decline", "left")
    for number in range(366):
        day = date(2026, 1, 1) + timedelta(days=number)
        state = a_person(
            *FACTS,
            reach=a_reach(language=language),
            birthday_on=date(1990, 5, 7),
            first_order_on=date(2026, 1, 2) if number < 200 else date(2024, 9, 1),
            stage=stages[number % 4],
            stage_since_on=day - timedelta(days=1 if number < 300 else 30),
        )
        for contact in care_day(state, UNCAPPED, at(day.isoformat()), provisional=True).contacts:
            found.setdefault(f"{contact.template}{contact.plan_step.split('.')[2]}", contact)
    return [contact for contact in found.values() if not contact.channel.is_task]


ZH, EN = made("zh"), made("en")


def test_the_year_has_a_message_of_every_template_of_the_playbooks() -> None:
    asked = {step.template for book in POLICY.playbooks.values() for step in book.steps} - {None, "minutes"}
    assert {contact.template for contact in ZH} >= asked


def channels_of(contact: Contact) -> list[Channel]:
    """Those by which a step may send the template."""
    steps = [step for book in POLICY.playbooks.values() for step in book.steps]
    return sorted({one for step in steps if step.template == contact.template for one in step.channels})


def written(contact: Contact) -> str:
    if contact.channel is Channel.EMAIL:
        return build_email(contact=contact, to="li.lei@example.com", customer=PERSON, policy=POLICY).text
    sent = build_sms(
        contact=contact, to="+8613800130001", customer=PERSON, policy=POLICY, now=contact.not_before
    )
    return sent.message.text


@pytest.mark.parametrize(
    "contact",
    [
        pytest.param(replace(contact, channel=channel), id=f"{contact.locale}-{contact.plan_step}-{channel}")
        for contact in (*ZH, *EN)
        for channel in channels_of(contact)
    ],
)
def test_every_message_can_be_written(contact: Contact) -> None:
    text = written(contact)
    assert "None" not in text
    assert "{" not in text


def test_what_a_template_needs_is_always_given() -> None:
    for name, given in TEMPLATE_VALUES.items():
        assert needs_of(name).always - {"points"} <= set(given), name


def test_every_festival_has_a_day_and_words() -> None:
    names = get_args(FestivalName)
    assert all(festival_day(name, 2026) for name in names)
    assert set(names) == FESTIVALS.keys()
