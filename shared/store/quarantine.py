"""Access patterns of quarantine: what is open, what a replay has claimed, and what became of it (R2).

A row is never deleted. `claim` names the one message that may end it; `replayed_at` and `outcome` say that it has ended,
`resolved_by` that a later import of the same file no longer has it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from shared.model.instants import to_iso
from shared.model.issues import Issue, issue_to_plain
from shared.ports import (
    Absent,
    All,
    AnyOf,
    Exists,
    Is,
    Item,
    Items,
    Key,
    Put,
    Query,
    Table,
    Update,
    query_all,
)

SYSTEMS = "QUARANTINES"
QUARANTINE = "QUARANTINE#"
_ROW_DIGITS: Final = 9
_ROWS: Final = 10**_ROW_DIGITS
_PAGE: Final = 100
_SYSTEM = re.compile(r"[\w.-]{1,40}")
_LONG_NUMBER = re.compile(r"\d{7}")


def quarantine_key(system: str, digest: str) -> Key:
    return Key(Table.CONTROL, f"{QUARANTINE}{system}", digest)


def put_quarantine(
    *,
    system: str,
    reason: str,
    issues: Iterable[Issue],
    raw: str,
    content: str,
    at: datetime,
    origin: Mapping[str, Any] | None,
) -> Put:
    """Keeps what could not be used, whole, with the reason: visible, and replayable after a fix (R2).

    The id is the content (`raw` without what differs between two deliveries) with its place, so that reading a file
    again keeps one row for one row. A row that was resolved and is refused once more is open again.
    """
    place = {name: (origin or {}).get(name) for name in ("file", "row")}
    item: Item = {
        "name": f"{QUARANTINE}{system}",
        "sk": row_id(place["file"], place["row"], content),
        "reason": reason,
        "issues": [issue_to_plain(issue) for issue in issues],
        "raw": raw,
        "at": to_iso(at),
        **{name: value for name, value in place.items() if value is not None},
    }
    return Put(Table.CONTROL, item, AnyOf((Absent("name"), Exists("resolved_by"))))


def row_id(file: object, row: object, content: str) -> str:
    """The id of a row: the rows of a file stand together and in its order."""
    digest = _digest(json.dumps([{"file": file, "row": row}, content], sort_keys=True))
    if not isinstance(file, str) or type(row) is not int or not 0 <= row < _ROWS:
        return digest[:32]
    return f"{_digest(file)[:12]}-{row:0{_ROW_DIGITS}d}-{digest[:24]}"


def rows_of_file(system: str, file: str) -> Query:
    """The rows of a file (and sheet), in its order, open or not."""
    return Query(Table.CONTROL, f"{QUARANTINE}{system}", begins_with=f"{_digest(file)[:12]}-", limit=_PAGE)


def message_content(raw: object) -> str:
    """A message as text, without where it came from: the same content again is the same row."""
    whole: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    return canonical({name: value for name, value in whole.items() if name != "origin"} or raw)


def canonical(content: object) -> str:
    """JSON in which equal things are equal, of characters that any store takes."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    # JSON may escape half a character (a lone surrogate), which no store takes.
    return text.encode("utf-8", "backslashreplace").decode()


def system_name(claimed: object) -> str:
    """What a message says its system is, where it looks like the name of one: it becomes part of a key (P1)."""
    text = str(claimed or "")
    return text if _SYSTEM.fullmatch(text) and not _LONG_NUMBER.search(text) else "unknown"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def note_system(system: str) -> Put:
    """Notes that a system has something in quarantine: without it, finding the systems would take a scan."""
    return Put(Table.CONTROL, {"name": SYSTEMS, "sk": system}, Absent("name"))


def read_systems(items: Items) -> tuple[str, ...]:
    """The systems that ever had something in quarantine, by name."""
    return tuple(str(item["sk"]) for item in query_all(items, Query(Table.CONTROL, SYSTEMS)))


def read_quarantined(items: Items, system: str, *, after: str = "") -> Iterator[Item]:
    """The rows of a system that are still open, by id, from the one behind `after` on."""
    query = Query(Table.CONTROL, f"{QUARANTINE}{system}", at_least=after or None)
    for item in query_all(items, query):
        if item["sk"] != after and is_open(item):
            yield item


def is_open(item: Item) -> bool:
    return "replayed_at" not in item and "resolved_by" not in item


def claim_row(key: Key, claim: str, at: datetime) -> Update:
    """Lets one message, by its digest, end a row; refused when it has ended. The last replay asked for wins."""
    return Update(
        key,
        set={"claim": claim, "claimed_at": to_iso(at)},
        condition=All((Exists("name"), Absent("replayed_at"), Absent("resolved_by"))),
    )


def keep_row(key: Key, claim: str, *, reason: str, issues: Iterable[Issue], raw: str, at: datetime) -> Update:
    """A replayed message that is still refused stays the same row, with its reason of today."""
    return Update(
        key,
        set={
            "reason": reason,
            "issues": [issue_to_plain(issue) for issue in issues],
            "raw": raw,
            "tried_at": to_iso(at),
        },
        remove=("claim", "claimed_at"),
        condition=Is("claim", "=", claim),
    )


def end_row(key: Key, claim: str, *, outcome: str, at: datetime) -> Update:
    """A replayed message was taken in."""
    return Update(
        key,
        set={"replayed_at": to_iso(at), "outcome": outcome},
        remove=("claim", "claimed_at"),
        condition=All((Is("claim", "=", claim), Absent("replayed_at"))),
    )


def resolve_row(key: Key, *, by: str, at: datetime) -> Update:
    """A later import, by its job, has what the row kept aside in good order, or refused it as another row."""
    return Update(
        key,
        set={"resolved_by": by, "resolved_at": to_iso(at)},
        remove=("claim", "claimed_at"),
        condition=All((Exists("name"), Absent("replayed_at"), Absent("resolved_by"))),
    )
