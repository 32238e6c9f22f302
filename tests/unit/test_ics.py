"""Calendar files written by hand, read back by a calendar library (RFC 5545)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from shared.insight.ics import LINE_OCTETS, Entry, escape, fold, make_ics

START = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
END = datetime(2026, 7, 3, 10, 0, tzinfo=UTC)


def an_entry(
    summary: str = "回访电话：张伟", description: str = "+8613900010001", owner: str = "Ms Wu"
) -> Entry:
    return Entry("CASE1", START, END, summary, description, owner, "wu@guanxi.example")


def read_back(text: str) -> list[dict[str, str]]:
    calendar = Calendar.from_ical(text)
    assert str(calendar["version"]) == "2.0"
    return [
        {name: str(event[name]) for name in ("uid", "summary", "description")}
        for event in calendar.walk("VEVENT")
    ]


def test_an_event_is_the_window_of_its_task() -> None:
    (event,) = Calendar.from_ical(make_ics([an_entry()], name="任务", made_at=START)).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (START, END)
    assert str(event["organizer"]) == "mailto:wu@guanxi.example"
    assert event["organizer"].params["CN"] == "Ms Wu"
    assert str(event["transp"]) == "TRANSPARENT"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a;b,c\\d", id="signs with a meaning"),
        pytest.param("line 1\nline 2", id="lines"),
        pytest.param("END:VEVENT\nBEGIN:VEVENT\nUID:evil", id="an event of its own"),
        pytest.param("长" * 200, id="long Chinese"),
        pytest.param("👩‍👩‍👧" * 40, id="long emoji"),
        pytest.param("x" * 75, id="just a line"),
        pytest.param(" leading and trailing ", id="spaces"),
    ],
)
def test_a_value_comes_back_as_it_was(value: str) -> None:
    (event,) = read_back(make_ics([an_entry(value, value)], name="n", made_at=START))
    assert (event["summary"], event["description"]) == (value, value)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param("a\r\nb", "a\\nb", id="CRLF"),
        pytest.param("a\rb", "a\\nb", id="CR"),
        pytest.param("a\x00b\x07\x7f", "ab", id="controls"),
        pytest.param("a\ud800b", "ab", id="half a surrogate pair"),
    ],
)
def test_what_no_calendar_can_hold_is_flattened(value: str, kept: str) -> None:
    assert escape(value) == kept


def test_an_owner_with_a_quote_or_a_line_end_adds_no_parameter() -> None:
    (event,) = Calendar.from_ical(make_ics([an_entry(owner='W";X="1\nu')], name="n", made_at=START)).walk(
        "VEVENT"
    )
    assert set(event["organizer"].params) == {"CN"}


@settings(derandomize=True, max_examples=150, deadline=None)
@given(values=st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_no_value_adds_a_line_and_no_line_is_too_long(values: list[str]) -> None:
    text = make_ics([an_entry(value, value, value) for value in values], name=values[0], made_at=START)
    lines = text.encode().split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= LINE_OCTETS for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert len(read_back(text)) == len(values)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_folding_is_undone_by_joining(line: str) -> None:
    first, *others = fold(line)
    assert first + "".join(piece[1:] for piece in others) == line
    assert all(piece[0] == " " for piece in others)
