"""The next opening, against a walk from minute to minute that shares no code with it (Q1, Q2)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
from hypothesis import example, given, settings

from shared.care.hours import Opening, Verdict, next_open
from shared.policy.schema import Window

MINUTE = timedelta(minutes=1)
WALK = 15 * 24 * 60
# Clock changes at midnight, of half an hour, of a whole day, without summer time, with it the other way round.
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Africa/Cairo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Pacific/Chatham",
    "America/Asuncion",
    "Asia/Gaza",
)
Row = tuple[str, str, str]

CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 0, 0, 10, 30, 59)))
DAYS = st.lists(st.sampled_from("0123456"), min_size=1, max_size=7, unique=True).map("".join)
ROWS = st.lists(st.tuples(DAYS, CLOCK, CLOCK), min_size=1, max_size=3)


def instants() -> st.SearchStrategy[datetime]:
    """Near a clock change of the zones above, as often as not."""
    changes = (
        datetime(2011, 12, 30, 10, tzinfo=UTC),
        datetime(2016, 10, 16, 3, tzinfo=UTC),
        datetime(2018, 3, 25, 1, tzinfo=UTC),
        datetime(2019, 3, 30, 22, tzinfo=UTC),
        datetime(2024, 4, 25, 22, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 3, 15, tzinfo=UTC),
        datetime(2026, 11, 1, 6, tzinfo=UTC),
    )
    anywhere = st.integers(0, 40 * 365 * 24 * 60).map(lambda n: datetime(1990, 1, 1, tzinfo=UTC) + n * MINUTE)
    near = st.tuples(st.sampled_from(changes), st.integers(-9000, 3000)).map(lambda t: t[0] + t[1] * MINUTE)
    return st.one_of(near, near, anywhere)


def is_inside(at: datetime, zone: ZoneInfo, rows: list[Row]) -> bool:
    wall = at.astimezone(zone)
    minute, today, yesterday = (
        wall.hour * 60 + wall.minute,
        str(wall.weekday()),
        str((wall.weekday() - 1) % 7),
    )
    for days, start_text, end_text in rows:
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (start_text, end_text))
        if start < end:
            if today in days and start <= minute < end:
                return True
        elif (today in days and minute >= start) or (yesterday in days and minute < end):
            return True
    return False


def walk(at: datetime, zone: ZoneInfo, rows: list[Row]) -> Opening:
    if is_inside(at, zone, rows):
        return Opening(Verdict.SEND, at)
    minutes = (at + number * MINUTE for number in range(1, WALK))
    found = next((minute for minute in minutes if is_inside(minute, zone, rows)), None)
    return Opening(Verdict.DEFER, found) if found else Opening(Verdict.NEVER, None)


@settings(max_examples=250, derandomize=True, deadline=None)
@given(instants(), st.sampled_from(ZONES).map(ZoneInfo), ROWS)
@example(datetime(2011, 12, 30, 9, 59, tzinfo=UTC), ZoneInfo("Pacific/Apia"), [("4", "08:00", "20:00")])
@example(datetime(2018, 11, 4, 2, 0, tzinfo=UTC), ZoneInfo("America/Sao_Paulo"), [("6", "00:00", "00:00")])
def test_the_next_opening_is_the_first_open_minute(at: datetime, zone: ZoneInfo, rows: list[Row]) -> None:
    windows = [Window(days=days, start=start, end=end) for days, start, end in rows]
    assert next_open(at, [zone], windows) == walk(at, zone, rows)
