"""What the plan and the playbooks ask for: one wish is one contact that somebody wants, before anybody decides."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from shared.model.contact import Channel, ContactClass

NOTHING: Mapping[str, str | int] = MappingProxyType({})


class Span(NamedTuple):
    """When a step of a playbook is wanted. Days are the recipient's where a message is meant."""

    opens_on: date
    last_on: date
    at: datetime | None = None
    """The instant of the occasion, where it has one."""
    within_hours: int | None = None
    in_working_hours: bool = False


class Wish(NamedTuple):
    """One contact that an occasion asks for."""

    plan_step: str
    occasion_on: date
    channel: Channel
    template: str | None
    task: str | None
    after_working_days: int = 0
    within_working_days: int | None = None
    """A task with a deadline of its own."""
    priority: int = 0
    """1 goes first."""
    others: tuple[Channel, ...] = ()
    """Channels to fall back on, in this order, where there is no address or consent (never after a send)."""
    source: ContactClass | None = None
    """The class of its playbook; None: of the matrix, chosen by tags."""
    playbook: str | None = None
    rule: str = "R24"
    by_tags: bool = True
    """Chosen by what was computed about the customer: nothing for whom personalisation is off."""
    is_once: bool = False
    """About one event: its id does not hold the day, which the source may correct."""
    span: Span | None = None
    values: Mapping[str, str | int] = NOTHING
    about: str | None = None
    owner: str | None = None
    combines: str | None = None
    why: Mapping[str, str | int | None] = NOTHING
    """Of a playbook: the inputs that made the occasion."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self.channel, *self.others)

    @property
    def contact_class(self) -> ContactClass:
        """A task is for a person, but what answers the customer's own doing stays service."""
        if self.source is ContactClass.SERVICE:
            return ContactClass.SERVICE
        if self.channel.is_task:
            return ContactClass.TASK
        return self.source or ContactClass.CARE

    @property
    def purpose(self) -> str:
        """What the contact is for: care, marketing or service."""
        return (self.source or ContactClass.CARE).value


class Occasion(NamedTuple):
    """One reason for a playbook to do something."""

    on: date
    """What the contact id is made from: it does not move when the day is estimated anew."""
    day: date
    """The day that the steps count from."""
    values: Mapping[str, str | int] = NOTHING
    why: Mapping[str, str | int | None] = NOTHING
    about: str | None = None
    at: datetime | None = None
    key: str | None = None
    """What tells it from others of the same day, where that is not `about`: an asset by its number."""


BY_TAGS = frozenset({"stage", "anniversary"})
"""Triggers that ask what was computed about the customer."""
