from typing import Any

import pytest

from shared.care.consent import find_refusal
from shared.model.contact import Channel, ContactClass, Decision
from tests.unit.care_builder import POLICY, a_reach, a_state

NONE: dict[str, str] = {}
EMAIL_BOUNCED = frozenset({Channel.EMAIL})
EVERY_ADDRESS_MISSING = a_reach(email=False, sms=False, phone=False)


@pytest.mark.parametrize(
    ("contact_class", "channel", "changes", "expected"),
    [
        pytest.param("care", "email", {}, None, id="care with consent"),
        pytest.param("care", "email", {"consents": NONE}, "no_consent", id="absence says nothing"),
        pytest.param(
            "care", "email", {"consents": {"sms|care": "granted"}}, "no_consent", id="consent for another"
        ),
        pytest.param(
            "care", "email", {"consents": {"email|marketing": "granted"}}, "no_consent", id="other purpose"
        ),
        pytest.param("care", "sms", {"consents": {"sms|care": "withdrawn"}}, "withdrawn", id="withdrawn"),
        pytest.param("care", "sms", {"objections": frozenset({"sms"})}, "objected", id="opt-out of sms"),
        pytest.param("care", "email", {"objections": frozenset({"sms"})}, None, id="only on its channel"),
        pytest.param("care", "email", {"objections": frozenset({"any"})}, "objected", id="objection to all"),
        pytest.param("care", "email", {"personalisation_off": True}, "personalisation_off", id="PIPL 24"),
        pytest.param("care", "email", {"reach": EVERY_ADDRESS_MISSING}, "no_address", id="no email"),
        pytest.param("care", "email", {"do_not_contact": True}, "do_not_contact", id="care held"),
        pytest.param("care", "email", {"suppressed": EMAIL_BOUNCED}, "suppressed", id="the email bounced"),
        pytest.param("care", "sms", {"suppressed": EMAIL_BOUNCED}, None, id="its phone did not"),
        pytest.param("legal", "email", {"suppressed": EMAIL_BOUNCED}, "suppressed", id="nobody reads it"),
        pytest.param("task", "call", {"suppressed": frozenset({Channel.SMS})}, None, id="a call is no text"),
        pytest.param(
            "care",
            "email",
            {"suppressed": EMAIL_BOUNCED, "consents": {"email|care": "withdrawn"}},
            "withdrawn",
            id="what the customer said comes first",
        ),
        pytest.param(
            "care",
            "email",
            {"consents": NONE, "objections": frozenset({"email"})},
            "no_consent",
            id="consent is asked first",
        ),
        pytest.param("marketing", "email", {}, "no_consent", id="care is not marketing"),
        pytest.param(
            "marketing",
            "email",
            {"consents": {"email|marketing": "granted"}, "objections": frozenset({"sms"})},
            "objected",
            id="an opt-out stops all marketing",
        ),
        pytest.param("service", "sms", {"consents": NONE}, None, id="service needs no consent"),
        pytest.param("service", "sms", {"objections": frozenset({"sms"})}, "objected", id="STOP stops SMS"),
        pytest.param("service", "email", {"objections": frozenset({"any"})}, None, id="service by email"),
        pytest.param("service", "email", {"do_not_contact": True}, None, id="an answer is not held"),
        pytest.param("legal", "email", {"objections": frozenset({"any", "email"})}, None, id="legal goes"),
        pytest.param("legal", "email", {"reach": EVERY_ADDRESS_MISSING}, "no_address", id="legal, no email"),
        pytest.param("task", "call", {"consents": NONE}, None, id="a call needs no consent"),
        pytest.param("task", "call", {"objections": frozenset({"phone"})}, "objected", id="phone objection"),
        pytest.param("task", "visit", {"objections": frozenset({"phone"})}, None, id="visit despite it"),
        pytest.param("task", "visit", {"objections": frozenset({"any"})}, "objected", id="no visit at all"),
        pytest.param("task", "call", {"do_not_contact": True}, "do_not_contact", id="call held"),
        pytest.param("task", "visit", {"do_not_contact": True}, "do_not_contact", id="visit held"),
        pytest.param("task", "call", {"reach": EVERY_ADDRESS_MISSING}, "no_address", id="no number"),
        pytest.param("task", "visit", {"reach": EVERY_ADDRESS_MISSING}, None, id="a visit needs no number"),
        pytest.param("task", "call", {"personalisation_off": True}, None, id="a person decides in a call"),
    ],
)
def test_each_class_and_channel_is_held_by_what_the_table_says(
    contact_class: str, channel: str, changes: dict[str, Any], expected: str | None
) -> None:
    state = a_state(**changes)
    refusal = find_refusal(state, ContactClass(contact_class), Channel(channel), POLICY)
    assert (refusal.decision if refusal else None) == (Decision(expected) if expected else None)


def test_a_refusal_says_what_was_needed_and_what_was_there() -> None:
    state = a_state(consents={"email|care": "withdrawn"})
    refusal = find_refusal(state, ContactClass.CARE, Channel.EMAIL, POLICY)
    assert refusal
    assert refusal.why == {"needs": "email|care", "has": "withdrawn"}
