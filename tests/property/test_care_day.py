"""A year of one customer, day by day, with what was made fed back: the promises of the plan hold throughout."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.care.care_day import care_day
from shared.care.hours import last_close, next_open
from shared.care.state import CareDay, CareState
from shared.model.contact import Channel, Contact, Decision
from shared.model.tags import Level, Risk
from shared.policy.schema import Window
from tests.unit.care_builder import POLICY, SHANGHAI, a_reach, a_state

START = datetime(2025, 3, 3, 1, 17, tzinfo=UTC)
YEAR = timedelta(days=365)
ZONES = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", None)
CONSENTS = ("email|care", "sms|care")
Event = tuple[Level, Risk] | str
CELLS = st.tuples(st.sampled_from(list(Level)), st.sampled_from(list(Risk)))


def with_rows(state: CareState, day: CareDay) -> CareState:
    """The state with the rows of a day in the send ledger and in the counts of the caps."""
    counted = {name: Counter(days) for name, days in state.counted.items()}
    for candidate in day.candidates:
        if candidate.cap_on:
            cap = "tasks_per_day" if candidate.channel.is_task else "messages_per_day"
            counted.setdefault(cap, Counter())[candidate.cap_on.isoformat()] += 1
    made = state.made | {contact.contact_id for contact in day.contacts}
    return replace(state, counted=counted, made=made)


@dataclass
class Life:
    """What the flow around `care_day` keeps, in a few lines."""

    state: CareState
    contacts: list[Contact] = field(default_factory=list)
    days: list[tuple[datetime, CareState, CareDay]] = field(default_factory=list)

    def review(self, now: datetime) -> datetime:
        day = care_day(self.state, POLICY, now)
        self.days.append((now, self.state, day))
        self.contacts.extend(day.contacts)
        self.state = replace(with_rows(self.state, day), ledger=day.ledger)
        assert day.next_due_at
        return day.next_due_at


EVENTS = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=364 * 24),
        st.one_of(CELLS, st.sampled_from(CONSENTS), st.sampled_from(("interaction", "room", "objection"))),
    ),
    max_size=25,
)


def change(state: CareState, event: Event, now: datetime) -> CareState:
    if isinstance(event, tuple):
        return replace(state, level=event[0], risk=event[1])
    if event == "interaction":
        return replace(state, last_interaction_on=now.astimezone(SHANGHAI).date())
    if event == "room":
        return replace(state, first_import_open=not state.first_import_open)
    if event == "objection":
        return replace(state, objections=state.objections ^ {"phone"})
    given_now = "withdrawn" if state.consents.get(event) == "granted" else "granted"
    return replace(state, consents={**state.consents, event: given_now})


class Start(NamedTuple):
    state: CareState
    events: list[tuple[int, Event]]


def live(start: Start) -> Life:
    """Reviews at each due instant and at each event, as the sweeper and the queue would."""
    life, due_at = Life(start.state), START
    ahead = sorted(start.events, key=lambda event: event[0])
    while due_at < START + YEAR or ahead:
        if ahead and START + timedelta(hours=ahead[0][0]) <= due_at:
            hours, event = ahead.pop(0)
            now = START + timedelta(hours=hours)
            life.state = change(life.state, event, now)
            due_at = life.review(now)
        else:
            due_at = life.review(due_at)
    return life


def a_start(
    cell: tuple[Level, Risk], zone: str | None, number: int, events: list[tuple[int, Event]]
) -> Start:
    reach = a_reach(zone=zone, country="US" if number % 2 else "CN")
    consents = dict.fromkeys(CONSENTS, "granted")
    return Start(a_state(*cell, reach=reach, consents=consents, customer_id=f"C-{number}"), events)


def starts(events: st.SearchStrategy[list[tuple[int, Event]]] = EVENTS) -> st.SearchStrategy[Start]:
    return st.builds(a_start, CELLS, st.sampled_from(ZONES), st.integers(0, 99), events)


def recipient_zones_of(state: CareState) -> list[ZoneInfo]:
    if state.reach.zone:
        return [ZoneInfo(state.reach.zone)]
    names = {"CN": ("Asia/Shanghai", "Asia/Urumqi"), "US": ("America/New_York", "Pacific/Honolulu")}
    return [ZoneInfo(name) for name in names[state.reach.country or ""]]


def is_in_send_hours(instant: datetime, state: CareState) -> bool:
    return all("08:00" <= f"{instant.astimezone(z):%H:%M}" < "20:00" for z in recipient_zones_of(state))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(starts())
def test_a_year_keeps_every_promise(start: Start) -> None:
    life = live(start)
    caps: Counter[tuple[bool, date]] = Counter()
    for contact in life.contacts:
        local = contact.not_before.astimezone(recipient_zones_of(life.state)[0])
        caps[contact.channel.is_task, local.date()] += 1
    assert all(number <= 1 for number in caps.values())
    assert len({contact.contact_id for contact in life.contacts}) == len(life.contacts)
    for now, state, day in life.days:
        check_decisions(day)
        for contact in day.contacts:
            check_contact(contact, state, now)
        assert day.next_due_at is not None
        assert day.next_due_at > now


def check_decisions(day: CareDay) -> None:
    ids = [candidate.contact_id for candidate in day.candidates]
    assert len(set(ids)) == len(ids)
    going = [candidate for candidate in day.candidates if candidate.decision.makes_contact]
    assert [candidate.contact_id for candidate in going] == [contact.contact_id for contact in day.contacts]
    tasks = {contact.contact_id for contact in day.contacts if contact.channel.is_task}
    assert {case.case_id for case in day.cases} == tasks
    for candidate in day.candidates:
        assert candidate.rule
        assert candidate.why["policy"] == POLICY.version
        if candidate.decision is Decision.CAPPED:
            assert candidate.why["counted"] == candidate.why["limit"] == 1


def check_contact(contact: Contact, state: CareState, now: datetime) -> None:
    assert now <= contact.not_before + timedelta(milliseconds=1)
    assert contact.not_before < contact.not_after
    if contact.channel.is_task:
        for instant, latest in ((contact.not_before, "17:59"), (contact.not_after, "18:00")):
            local = instant.astimezone(SHANGHAI)
            assert chinese_calendar.is_workday(local.date())
            assert "09:00" <= f"{local:%H:%M}" <= latest
        assert contact.channel is not Channel.CALL or "phone" not in state.objections
    else:
        assert state.consents.get(f"{contact.channel}|care") == "granted"
        assert is_in_send_hours(contact.not_before, state)
        assert is_in_send_hours(contact.not_after - timedelta(milliseconds=1), state)
        assert not is_in_send_hours(contact.not_after, state)
        assert contact.not_after - contact.not_before <= timedelta(days=7)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(starts())
def test_planning_the_same_instant_again_makes_nothing_new(start: Start) -> None:
    life = live(start)
    for now, state, day in life.days:
        assert care_day(state, POLICY, now) == day
        stored = with_rows(state, day)
        assert care_day(stored, POLICY, now).contacts == ()
        assert care_day(replace(stored, ledger=day.ledger), POLICY, now).contacts == ()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(starts(events=st.just([])))
def test_a_reachable_customer_never_waits_longer_than_the_interval(start: Start) -> None:
    life = live(start)
    every = POLICY.plan[life.state.level][life.state.risk].every
    interval = timedelta(days=7 * every.count if every.unit == "week" else 31 * every.count)
    # The longest holidays of the year are 8 days, with two days more for a second step or a full day.
    slack = timedelta(days=10)
    days = [START, *sorted(contact.not_before for contact in life.contacts)]
    first = timedelta(days=POLICY.first_import.stagger_days) + slack
    assert days[1] - days[0] <= first
    assert all(
        later - earlier <= interval + slack for earlier, later in zip(days[1:], days[2:], strict=False)
    )
    assert START + YEAR - days[-1] <= interval + slack


WINDOWS = st.lists(
    st.builds(
        Window,
        days=st.sets(st.sampled_from("0123456"), min_size=1).map(lambda days: "".join(sorted(days))),
        start=st.sampled_from(("00:00", "00:30", "01:30", "02:30", "08:00", "22:00")),
        end=st.sampled_from(("00:00", "01:00", "02:00", "03:00", "08:00", "20:30")),
    ),
    min_size=1,
    max_size=2,
)
# Around clock changes: New York (gap, overlap), Lord Howe (half an hour), Casablanca, Santiago (midnight).
CHANGES = tuple(
    datetime(*day, tzinfo=UTC)
    for day in ((2026, 3, 8), (2026, 11, 1), (2026, 10, 3), (2026, 2, 15), (2026, 9, 6))
)
PLACES = ("America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "Asia/Shanghai")


def inside(instant: datetime, zone: str, windows: list[Window]) -> bool:
    """The rule as its words have it, in minutes of the local week."""
    local = instant.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    for window in windows:
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (window.start, window.end))
        today, yesterday = str(local.weekday()) in window.days, str((local.weekday() - 1) % 7) in window.days
        if start < end and today and start <= minute < end:
            return True
        if end <= start and ((today and minute >= start) or (yesterday and minute < end)):
            return True
    return False


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(CHANGES),
    st.integers(0, 36 * 60),
    st.sets(st.sampled_from(PLACES), min_size=1, max_size=2).map(sorted),
    WINDOWS,
)
def test_openings_and_closes_agree_with_a_search_minute_by_minute(
    day: datetime, minutes: int, places: list[str], windows: list[Window]
) -> None:
    zones = [ZoneInfo(place) for place in places]
    at, two_days = day + timedelta(minutes=minutes), 2 * 24 * 60
    states = [
        all(inside(at + timedelta(minutes=number), place, windows) for place in places)
        for number in range(two_days + 1)
    ]
    opening = next_open(at, zones, windows)
    if True in states[:-1]:
        assert opening.at == at + timedelta(minutes=states.index(True))
    elif opening.at is not None:
        assert opening.at >= at + timedelta(minutes=two_days)
    closes = [number for number in range(1, two_days + 1) if states[number - 1] and not states[number]]
    expected = at + timedelta(minutes=closes[-1] if closes else two_days)
    assert last_close(at, at + timedelta(minutes=two_days), zones, windows) == expected
