"""A source record: what one system says about one of its customers, with the events it reported.

The unit of identity: a customer is a set of source records (members), and everything about a customer is a
fold over its members, so that merge and unmerge change a list and move no data (docs/decisions.md).
"""

from dataclasses import dataclass, field
from datetime import datetime

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
