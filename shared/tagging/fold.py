"""Histories as sums: events into days, days of several source records into one customer, old days out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from shared.model.history import Day, History, Pending, Voice
from shared.model.instants import local_day, to_tick
from shared.model.record import Complaint, Interaction, Need, Order, Record, Refund
from shared.tagging.windows import minus

Kind = Literal["order", "refund", "interaction", "complaint", "need"]
ANSWERS_KEPT = 50
"""Contacts by channel that are remembered: enough to see a habit."""
_Entry = TypeVar("_Entry", Day, Pending)


def fold_histories(parts: Iterable[History]) -> History:
    """One customer's history from those of the source records, in any order and grouping; empty for none."""
    first, *others = tuple(parts) or (History(),)
    return reduce(_fold_two, others, first)


def _fold_two(one: History, other: History) -> History:
    return History(
        days=_merged((*one.days, *other.days)),
        pending=_merged((*one.pending, *other.pending)),
        first_cooperation_on=_earlier(one.first_cooperation_on, other.first_cooperation_on),
        first_order_on=_earlier(one.first_order_on, other.first_order_on),
        has_interaction_ever=one.has_interaction_ever or other.has_interaction_ever,
        has_order_ever=one.has_order_ever or other.has_order_ever,
        needs=tuple(sorted((*one.needs, *other.needs))),
        answers=tuple(sorted((*one.answers, *other.answers))[-ANSWERS_KEPT:]),
    )


class Happening(NamedTuple):
    """One event as a source tells it."""

    kind: Kind
    at: datetime
    fen: int | None = None
    """Not negative, also of a refund; None (no rate known) counts as an order or refund of 0 fen."""
    is_interaction: bool = True
    """Speaks of complaints only: a complaint is a contact too unless it says otherwise (R9)."""
    word: str | None = None
    """The type of a need, the channel of an interaction."""


def happening_of(record: Record) -> Happening | None:
    """A record as what happened; None for kinds that no history is made of, and for what was deleted."""
    if record.deleted:
        return None
    if isinstance(record, Order | Refund):
        return Happening(record.kind, record.event_at, record.amount_fen)
    if isinstance(record, Complaint):
        return Happening(record.kind, record.event_at, is_interaction=record.is_interaction)
    if isinstance(record, Interaction):
        return Happening(record.kind, record.event_at, word=record.channel)
    return (
        Happening(record.kind, record.event_at, word=record.need_type) if isinstance(record, Need) else None
    )


def add_events(history: History, told: Iterable[Happening], now: datetime, zone: ZoneInfo) -> History:
    """The history with more events, which count at once if they lie before `now`, else from their time on (R22)."""
    events = list(told)
    counted = (
        _EVENTS[event.kind](to_tick(event.at), event.fen or 0, event.is_interaction)
        for event in events
        if event.kind in _EVENTS
    )
    grown = replace(
        history,
        pending=_merged((*history.pending, *counted)),
        needs=tuple(sorted((*history.needs, *_voices("need", events)))),
        answers=tuple(sorted((*history.answers, *_voices("interaction", events)))[-ANSWERS_KEPT:]),
    )
    return settle(grown, now, zone)


def _voices(kind: Kind, events: Iterable[Happening]) -> Iterator[Voice]:
    return (Voice(to_tick(event.at), event.word) for event in events if event.kind == kind and event.word)


_EVENTS: dict[Kind, Callable[[datetime, int, bool], Pending]] = {
    "order": lambda at, fen, _: Pending(at, orders=1, fen=fen),
    "refund": lambda at, fen, _: Pending(at, refunds=1, fen=-fen),
    "interaction": lambda at, _fen, _: Pending(at, interactions=1),
    "complaint": lambda at, _fen, is_contact: Pending(at, interactions=int(is_contact), complaints=1),
}


def settle(history: History, now: datetime, zone: ZoneInfo) -> History:
    """The history with every pending event before `now` moved into its local day."""
    due = [event for event in history.pending if event.at < now]
    if not due:
        return history
    arrived = [Day(local_day(event.at, zone), *event[1:]) for event in due]
    return replace(
        history,
        days=_merged((*history.days, *arrived)),
        pending=tuple(event for event in history.pending if event.at >= now),
        first_order_on=_earlier(
            history.first_order_on, min((day.on for day in arrived if day.orders), default=None)
        ),
        has_interaction_ever=history.has_interaction_ever or any(day.interactions for day in arrived),
        has_order_ever=history.has_order_ever or any(day.orders or day.refunds for day in arrived),
    )


def prune(history: History, now: datetime, zone: ZoneInfo, months: int) -> History:
    """The history without days that no window can reach any more; what was ever is kept."""
    oldest_on = minus(local_day(now, zone), months) - timedelta(days=1)
    return replace(
        history,
        days=tuple(day for day in history.days if day.on >= oldest_on),
        needs=_since(history.needs, oldest_on, zone),
        answers=_since(history.answers, oldest_on, zone),
    )


def _since(voices: tuple[Voice, ...], oldest_on: date, zone: ZoneInfo) -> tuple[Voice, ...]:
    return tuple(voice for voice in voices if local_day(voice.at, zone) >= oldest_on)


def _merged(entries: Iterable[_Entry]) -> tuple[_Entry, ...]:
    merged: dict[date, _Entry] = {}
    for entry in entries:
        seen = merged.get(entry[0])
        merged[entry[0]] = entry if seen is None else _sum(seen, entry)
    return tuple(merged[key] for key in sorted(merged))


def _sum(one: _Entry, other: _Entry) -> _Entry:
    return one._replace(
        interactions=one.interactions + other.interactions,
        orders=one.orders + other.orders,
        refunds=one.refunds + other.refunds,
        fen=one.fen + other.fen,
        complaints=one.complaints + other.complaints,
    )


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one is not None and other is not None else one or other
