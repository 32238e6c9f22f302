"""A source record: what one system says about one of its customers, with the events it reported.

The unit of identity: a customer is a set of source records (members), and everything about a customer is a
fold over its members, so that merge and unmerge change a list and move no data (docs/decisions.md).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from shared.model.facts import Fact
from shared.model.history import History


@dataclass(frozen=True, slots=True)
class Said:
    """One field's value with the version that said it: the highest (version, value) wins, whatever came first."""

    value: str
    version: int
    """When it was said, in ms: the change time, else the event's, never after it was received."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What was last said about a consent: `granted`, `withdrawn` or `objected`."""

    state: str
    at: datetime


class Features(NamedTuple):
    """What identity compares a source record by: its packed profile, and the keys it is found under."""

    packed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided about two sets of source records: it overrides every score until it is taken back."""

    verdict_id: str
    word: Literal["same", "different"]
    left: tuple[str, ...]
    right: tuple[str, ...]
    at: datetime
    """Of two verdicts about one pair the later counts."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    record_id: str
    """`system#ref`."""
    system: str
    customer_id: str
    ver: int
    """Counts the writes to this item; every writer guards it."""
    party: dict[str, Said] = field(default_factory=dict)
    history: History = field(default_factory=History)
    consents: dict[str, Standing] = field(default_factory=dict)
    """`channel|purpose|address hash` (or `*`: any address of the customer) -> standing."""
    deleted: bool = False
    """Its profile was deleted at the source: it says nothing any more and is found by nobody."""
    verified: dict[str, Said] = field(default_factory=dict)
    """Field -> the value that a person verified, and when; it counts while the record still says so."""
    facts: tuple[Fact, ...] = ()
    """The newest of each kind, by kind and id."""


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    customer_id: str
    ver: int
    members: tuple[str, ...]
    """Source record ids, sorted."""
    founded_at: datetime
    """Of two merged customers the older id survives."""
    golden: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, list[str]] = field(default_factory=dict)
    """field -> [record id, version, rule]."""
    aliases: tuple[str, ...] = ()
    alias_of: str | None = None
    """Set: this customer was merged into another and only redirects."""
    review: tuple[str, ...] = ()
    """Codes of what a person should look at, such as `too_many_members`."""
    features: dict[str, Features] = field(default_factory=dict)
    """Of each member."""
    verdicts: tuple[Verdict, ...] = ()
    """Those that name a member."""
    kin: tuple[str, ...] = ()
    """Customers whose records look like one person with these and were kept apart: resolved together."""
    held: tuple[str, ...] = ()
    """Of an alias: the source records that it had when it was merged."""
    beside: tuple[str, ...] = ()
    """Of an alias: the source records that the survivor had then."""
