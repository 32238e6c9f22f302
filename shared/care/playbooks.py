"""The playbooks of a customer on a day: which steps are wanted now, and when the next one can be (R40..R53).

Nothing is remembered between runs but the ids of what was made: occasions follow from facts, steps from the policy.
An occasion whose step is no longer valid starts nothing, so that a first import starts nothing old.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from shared.care.answers import complaints, first_orders, high_scores, minutes, score_drops, stages
from shared.care.dates import ONE_DAY
from shared.care.greetings import anniversaries, birthdays, festivals
from shared.care.reminders import (
    asset_ages,
    asset_dates,
    first_services,
    periodic_services,
    purchases,
    repairs,
    seasons,
)
from shared.care.state import CareState
from shared.care.wishes import BY_TAGS, Occasion, Span, Wish
from shared.model.contact import make_contact_id
from shared.model.instants import TICK, local_day, start_of_day
from shared.policy.playbooks import TEMPLATE_VALUES, Playbook, PlayStep
from shared.policy.schema import Policy

PREFIX: Final = "play"
_FINDERS: Final[dict[str, Callable[..., Iterable[Occasion]]]] = {
    "first_service": first_services,
    "periodic_service": periodic_services,
    "asset_date": asset_dates,
    "asset_age": asset_ages,
    "after_purchase": purchases,
    "after_repair": repairs,
    "season": seasons,
    "birthday": birthdays,
    "festival": festivals,
    "anniversary": anniversaries,
    "high_score": high_scores,
    "score_drop": score_drops,
    "complaint": complaints,
    "minutes": minutes,
    "first_order": first_orders,
    "stage": stages,
}
_ONCE: Final = frozenset({"complaint", "minutes", "score_drop", "high_score", "after_repair"})
"""Triggers about one event, told apart by its id: a correction of its day is no new occasion (X1)."""
_ONCE_ON: Final = date(1970, 1, 1)
_WITHOUT_FACTS: Final = frozenset({"birthday", "festival", "anniversary", "first_order", "stage"})


class Play(NamedTuple):
    """What the playbooks ask for."""

    wishes: list[Wish]
    """Wanted today and not made yet."""
    next_at: datetime | None
    """The first later instant at which another step is wanted, if nothing happens before."""


def find_plays(state: CareState, policy: Policy, now: datetime) -> Play:
    """The steps that are wanted now, and when to look again."""
    zone, today = policy.tenant.tz, local_day(now, policy.tenant.tz)
    known, wishes, next_on = _known_by(state, now), list[Wish](), date.max
    for book in _books_for(known, policy):
        for occasion in book.find(known, book.playbook.trigger, today, zone):
            for step in book.steps:
                opens_on = occasion.day + step.opens
                if opens_on > today:
                    next_on = min(next_on, opens_on)
                elif today <= opens_on + step.lasts and not is_made(
                    wish := _wish(book, occasion, step), known
                ):
                    wishes.append(wish)
    opens_at = start_of_day(next_on, zone) if next_on < date.max else None
    return Play(wishes, min((at for at in (opens_at, _first_ahead(state, now)) if at), default=None))


def standing_ids(state: CareState, policy: Policy, now: datetime) -> frozenset[str]:
    """The ids, on any channel and under any alias, that what is known of a customer may ever ask for again."""
    zone, today, known = policy.tenant.tz, local_day(now, policy.tenant.tz), _known_by(state, now)
    return frozenset(
        one
        for book in _books_for(known, policy)
        for occasion in book.find(known, book.playbook.trigger, today, zone)
        for step in book.steps
        for one in wish_ids(_wish(book, occasion, step), known)
    )


def is_made(wish: Wish, state: CareState) -> bool:
    """Under any id of the customer, on any channel that it may go by (X1)."""
    return bool(state.made) and any(one in state.made for one in wish_ids(wish, state))


def wish_ids(wish: Wish, state: CareState) -> Iterator[str]:
    """Its contact ids: one for each channel and each id of the customer."""
    for customer_id in (state.customer_id, *state.aliases):
        for channel in wish.channels:
            yield make_contact_id(
                tenant=state.tenant_id,
                customer_id=customer_id,
                plan_step=wish.plan_step,
                occasion_on=_ONCE_ON if wish.is_once else wish.occasion_on,
                channel=channel,
            )


def _known_by(state: CareState, now: datetime) -> CareState:
    """A fact that lies ahead does not exist yet (R22)."""
    if all(fact.at <= now for fact in state.facts):
        return state
    return replace(state, facts=tuple(fact for fact in state.facts if fact.at <= now))


def _first_ahead(state: CareState, now: datetime) -> datetime | None:
    return min((fact.at + TICK for fact in state.facts if fact.at > now), default=None)


class _Step(NamedTuple):
    number: int
    step: PlayStep
    opens: timedelta
    lasts: timedelta
    """From its first day to its last."""


class _Book(NamedTuple):
    """A playbook as every review needs it."""

    name: str
    playbook: Playbook
    find: Callable[..., Iterable[Occasion]]
    steps: tuple[_Step, ...]


class _Books(NamedTuple):
    policy: Policy
    all: tuple[_Book, ...]
    without_facts: tuple[_Book, ...]
    """Those that may find something where no fact is known."""


# Every review of a run asks for the books of one policy.
_last: list[_Books] = []


def _books_for(state: CareState, policy: Policy) -> tuple[_Book, ...]:
    if not _last or _last[0].policy is not policy:
        found = tuple(_book(name, one) for name, one in policy.playbooks.items() if one.enabled)
        few = tuple(book for book in found if book.playbook.trigger.kind in _WITHOUT_FACTS)
        _last[:] = [_Books(policy, found, few)]
    return _last[0].all if state.facts else _last[0].without_facts


def _book(name: str, playbook: Playbook) -> _Book:
    steps = tuple(
        _Step(number, step, step.days * ONE_DAY, (step.valid_days - 1) * ONE_DAY)
        for number, step in enumerate(playbook.steps, start=1)
    )
    return _Book(name, playbook, _FINDERS[playbook.trigger.kind], steps)


def _wish(book: _Book, occasion: Occasion, place: _Step) -> Wish:
    playbook, step = book.playbook, place.step
    channel, *others = step.channels
    opens_on = occasion.day + place.opens
    last_on = opens_on + place.lasts
    return Wish(
        plan_step=_step_name(book.name, place.number, occasion.key or occasion.about),
        occasion_on=occasion.on,
        channel=channel,
        template=step.template,
        task=step.task,
        within_working_days=step.within_working_days,
        priority=playbook.priority,
        others=tuple(others),
        source=playbook.contact_class,
        playbook=book.name,
        rule=playbook.rule,
        by_tags=playbook.trigger.kind in BY_TAGS,
        is_once=playbook.trigger.kind in _ONCE,
        span=Span(opens_on, last_on, occasion.at, step.within_hours, step.in_working_hours),
        values=_values(playbook, occasion, place) if step.template else {},
        about=occasion.about,
        owner=None if playbook.owner == "level" else playbook.owner,
        combines=playbook.combines if step.template else None,
        why={**occasion.why, "occasion_on": occasion.day.isoformat(), "last_on": last_on.isoformat()},
    )


def _step_name(name: str, number: int, key: str | None) -> str:
    """Two cars may have one day: what an occasion is about is part of its name."""
    mark = f".{hashlib.sha256(key.encode()).hexdigest()[:8]}" if key else ""
    return f"{PREFIX}.{name}.{number}{mark}"


def _values(playbook: Playbook, occasion: Occasion, place: _Step) -> dict[str, str | int]:
    """All that the template may name, what is not known as empty. Some of it only the step knows."""
    hours = (step.within_hours for step in playbook.steps if step.task)
    known: dict[str, str | int] = {
        "tip": place.number,
        "again": int(place.number > 1),
        "within_hours": next(filter(None, hours), 0),
        **occasion.values,
    }
    return {name: known.get(name, "") for name in TEMPLATE_VALUES[place.step.template or ""]}
