"""Histories add up: in any order and grouping of source records and arrivals, the same customer comes out."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.model.history import Day, History, Pending
from shared.model.instants import local_day
from shared.tagging.fold import Happening, Kind, add_events, fold_histories, prune, settle

NEW_YORK = ZoneInfo("America/New_York")
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
KINDS: tuple[Kind, ...] = ("order", "refund", "interaction", "complaint")
instants = st.integers(0, 40 * 24 * 4).map(lambda quarter: BEGIN + timedelta(minutes=15 * quarter))
dates = st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 9))
checked = settings(derandomize=True, max_examples=80, deadline=None)


class Raw(NamedTuple):
    kind: Kind
    at: datetime
    fen: int | None
    is_interaction: bool


raws = st.builds(Raw, st.sampled_from(KINDS), instants, st.none() | st.integers(0, 10**9), st.booleans())


def history_of(events: list[Raw], now: datetime, first_on: date | None = None) -> History:
    history = History(first_cooperation_on=first_on)
    for event in events:
        history = add_events(history, [Happening(*event)], now, NEW_YORK)
    return history


histories = st.builds(history_of, st.lists(raws, max_size=8), instants, dates)


@checked
@given(histories, histories, histories)
def test_a_fold_does_not_depend_on_order_or_grouping(one: History, two: History, three: History) -> None:
    whole = fold_histories([one, two, three])
    assert fold_histories([three, one, two]) == whole
    assert fold_histories([one, fold_histories([two, three])]) == whole
    assert fold_histories([fold_histories([one, two]), three]) == whole


@checked
@given(histories)
def test_an_empty_history_adds_nothing(history: History) -> None:
    assert fold_histories([]) == History()
    assert fold_histories([history]) == fold_histories([History(), history]) == history


@checked
@given(st.lists(raws, max_size=10), st.data(), instants)
def test_the_same_events_give_the_same_history_in_any_order_and_split(
    events: list[Raw], data: st.DataObject, now: datetime
) -> None:
    shuffled = data.draw(st.permutations(events))
    cut = data.draw(st.integers(0, len(events)))
    whole = history_of(events, now)
    assert history_of(shuffled, now) == whole
    assert fold_histories([history_of(shuffled[:cut], now), history_of(shuffled[cut:], now)]) == whole


@checked
@given(st.lists(raws, max_size=10), instants, instants)
def test_waiting_is_the_same_as_knowing_later(events: list[Raw], one: datetime, two: datetime) -> None:
    early, late = sorted((one, two))
    assert settle(history_of(events, early), late, NEW_YORK) == history_of(events, late)


@checked
@given(st.lists(raws, max_size=10), instants)
def test_days_and_pending_hold_every_event_once(events: list[Raw], now: datetime) -> None:
    history = history_of(events, now)
    entries: list[Day | Pending] = [*history.days, *history.pending]
    past = [event for event in events if event.at < now]
    order_days = [local_day(event.at, NEW_YORK) for event in past if event.kind == "order"]

    assert sum(entry.orders for entry in entries) == sum(event.kind == "order" for event in events)
    assert sum(entry.complaints for entry in entries) == sum(event.kind == "complaint" for event in events)
    assert sum(entry.interactions for entry in entries) == sum(map(is_contact, events))
    assert sum(entry.fen for entry in entries) == sum(map(signed_fen, events))
    assert {day.on for day in history.days} == {local_day(event.at, NEW_YORK) for event in past}
    assert {entry.at for entry in history.pending} == {event.at for event in events if event.at >= now}
    assert history.first_order_on == min(order_days, default=None)
    assert history.has_interaction_ever == any(map(is_contact, past))
    assert history.has_order_ever == any(event.kind in ("order", "refund") for event in past)


def is_contact(event: Raw) -> bool:
    return event.kind == "interaction" or (event.kind == "complaint" and event.is_interaction)


def signed_fen(event: Raw) -> int:
    return {"order": 1, "refund": -1}.get(event.kind, 0) * (event.fen or 0)


@checked
@given(histories, instants)
def test_pruning_keeps_the_window_one_day_more_and_what_was_ever(history: History, now: datetime) -> None:
    pruned = prune(history, now, NEW_YORK, 1)
    today = local_day(now, NEW_YORK)
    # Every month before a day of March or April 2026 has 28..31 days.
    assert {day for day in history.days if (today - day.on).days <= 28} <= set(pruned.days)
    assert all((today - day.on).days <= 32 for day in pruned.days)
    assert pruned.pending == history.pending
    assert pruned.first_order_on == history.first_order_on
    assert pruned.has_order_ever == history.has_order_ever
