"""Access patterns of quarantine: what is open, what a replay has claimed, and what became of it (R2).

A row is never deleted. `claim` names the one message that may end it; `replayed_at` and `outcome` say that it has ended.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

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
from shared.store.control import CHUNK

SYSTEMS = "QUARANTINES"
QUARANTINE = "QUARANTINE#"


def quarantine_key(system: str, digest: str) -> Key:
    return Key(Table.CONTROL, f"{QUARANTINE}{system}", digest)


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
    return "replayed_at" not in item


def claim_row(key: Key, claim: str, at: datetime) -> Update:
    """Lets one message, by its digest, end a row; refused when it has ended. The last replay asked for wins."""
    return Update(
        key,
        set={"claim": claim, "claimed_at": to_iso(at)},
        condition=All((Exists("name"), Absent("replayed_at"))),
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


def move_outcome(job_id: str, seq: int, outcome: str) -> Update:
    """A record of a job that was quarantined has another outcome now: the sum of the job stays."""
    name = f"s{seq}"
    return Update(
        Key(Table.CONTROL, f"PROGRESS#{job_id}", f"{seq // CHUNK:08d}"),
        set={name: outcome},
        condition=AnyOf((Absent(name), Is(name, "=", "quarantined"))),
    )
