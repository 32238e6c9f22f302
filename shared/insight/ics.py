"""A calendar file written by hand (RFC 5545): small enough for a function that has no calendar library."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

LINE_OCTETS: Final = 75  # RFC 5545, 3.1
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


class Entry(NamedTuple):
    """One event: a window of time in which to call, which blocks nobody's calendar. Instants are aware."""

    uid: str
    start_at: datetime
    end_at: datetime
    summary: str
    description: str
    owner_name: str
    owner_email: str


def make_ics(entries: Iterable[Entry], *, name: str, made_at: datetime) -> str:
    """The file, in UTC, with CRLF line ends; no value can add a line or a property to it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Guanxi//Tasks//EN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{escape(name)}")
    for entry in entries:
        lines += _event(entry, made_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in fold(line))


def _event(entry: Entry, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(entry.uid)}"
    yield f"DTSTAMP:{_utc(made_at)}"
    yield f"DTSTART:{_utc(entry.start_at)}"
    # An event without length is none to some calendars.
    yield f"DTEND:{_utc(max(entry.end_at, entry.start_at))}"
    yield f"SUMMARY:{escape(entry.summary)}"
    yield f"DESCRIPTION:{escape(entry.description)}"
    yield "TRANSP:TRANSPARENT"
    if "@" in entry.owner_email:  # a group robot is no organizer
        yield f'ORGANIZER;CN="{_parameter(entry.owner_name)}":mailto:{_address(entry.owner_email)}'
    yield "END:VEVENT"


def escape(text: str) -> str:
    """A TEXT value (3.3.11): line ends become `\\n`, other controls and lone surrogates are dropped."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _without_controls(lines).translate(_ESCAPES)


def fold(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, later ones after a space; no character is cut (3.1)."""
    piece, octets = "", 0
    for char in line:
        size = len(char.encode())
        if octets + size > LINE_OCTETS:
            yield piece
            piece, octets = " ", 1
        piece, octets = piece + char, octets + size
    yield piece


def _parameter(text: str) -> str:
    """A quoted parameter: it may hold anything but controls and quotes."""
    return _without_controls(text.replace("\n", " ")).replace('"', "'")


def _address(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isprintable() and char != " ")


def _without_controls(text: str) -> str:
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
