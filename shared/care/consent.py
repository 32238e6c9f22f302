"""Who may be contacted in which class on which channel (table of classes in docs/decisions.md; R74)."""

from typing import NamedTuple

from shared.care.state import CareState, Why
from shared.model.contact import Channel, ContactClass, Decision
from shared.policy.schema import Policy

ANY = "any"
# What a consent or an objection about a channel is called.
CONSENT_CHANNELS = {
    Channel.EMAIL: "email",
    Channel.SMS: "sms",
    Channel.CALL: "phone",
    Channel.VISIT: "visit",
}
# Nobody must receive these; service answers the customer's own doing, legal is a duty.
OPTIONAL = frozenset({ContactClass.MARKETING, ContactClass.CARE, ContactClass.TASK})
# STOP ends every SMS, and whoever does not want to be called is not, whatever the call answers: somebody writes or comes.
HEEDED = frozenset({Channel.SMS, Channel.CALL})
# Messages chosen by tags; in a task a person decides (PIPL 24).
PERSONALISED = frozenset({ContactClass.MARKETING, ContactClass.CARE})


class Refusal(NamedTuple):
    decision: Decision
    rule: str
    why: Why


def find_refusal(
    state: CareState, contact_class: ContactClass, channel: Channel, policy: Policy, *, by_tags: bool = True
) -> Refusal | None:
    """Why a customer may not be contacted so, the first reason in the order of requirements 10.7; None: may be.

    `by_tags`: what is said was chosen by tags, which a customer can refuse (PIPL 24).
    """
    return (
        _consent_refusal(state, contact_class, channel, policy)
        or _objection(state, contact_class, channel)
        or _do_not_contact(state, contact_class)
        or (_personalisation(state, contact_class) if by_tags else None)
        or _suppression(state, channel)
        or _missing_address(state, channel)
    )


def _do_not_contact(state: CareState, contact_class: ContactClass) -> Refusal | None:
    if state.do_not_contact and contact_class in OPTIONAL:
        return Refusal(Decision.DO_NOT_CONTACT, "R74", {})
    return None


def _consent_refusal(
    state: CareState, contact_class: ContactClass, channel: Channel, policy: Policy
) -> Refusal | None:
    purpose = policy.classes[contact_class].consent
    if purpose == "none":
        return None
    needed = f"{CONSENT_CHANNELS[channel]}|{purpose}"
    given = state.consents.get(needed)
    if given == "granted":
        return None
    decision = Decision.WITHDRAWN if given == "withdrawn" else Decision.NO_CONSENT
    return Refusal(decision, "R74", {"needs": needed, "has": given})


def _objection(state: CareState, contact_class: ContactClass, channel: Channel) -> Refusal | None:
    found = sorted(state.objections & _objections_that_hold(state, contact_class, channel))
    return Refusal(Decision.OBJECTED, "R74", {"objection": ",".join(found)}) if found else None


def _objections_that_hold(state: CareState, contact_class: ContactClass, channel: Channel) -> frozenset[str]:
    if contact_class is ContactClass.MARKETING:
        return state.objections  # an opt-out on one channel stops it on all
    if contact_class in OPTIONAL or (contact_class is ContactClass.SERVICE and channel in HEEDED):
        return frozenset({CONSENT_CHANNELS[channel], ANY})
    return frozenset()


def _personalisation(state: CareState, contact_class: ContactClass) -> Refusal | None:
    if state.personalisation_off and contact_class in PERSONALISED:
        return Refusal(Decision.PERSONALISATION_OFF, "R74", {})
    return None


def _suppression(state: CareState, channel: Channel) -> Refusal | None:
    """As the sender refuses it, whatever the class: nobody is reached there, or somebody called it spam."""
    if channel not in state.suppressed:
        return None
    return Refusal(Decision.SUPPRESSED, "C5", {"address": CONSENT_CHANNELS[channel]})


def _missing_address(state: CareState, channel: Channel) -> Refusal | None:
    reach = state.reach
    usable = {Channel.EMAIL: reach.email, Channel.SMS: reach.sms, Channel.CALL: reach.phone}
    if usable.get(channel, True):
        return None
    return Refusal(Decision.NO_ADDRESS, "R2", {"needs": CONSENT_CHANNELS[channel]})
