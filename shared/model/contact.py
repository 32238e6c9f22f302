"""A contact: one planned touch of one customer on one channel, and its life in the send ledger.

Decision says what a run decided about a candidate; Status is where a row of the ledger stands. Each sum
reconciles over its own enum (docs/decisions.md).
"""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    CALL = "call"
    VISIT = "visit"

    @property
    def is_task(self) -> bool:
        """A person does it."""
        return self in (Channel.CALL, Channel.VISIT)


class ContactClass(StrEnum):
    """Decides consent, opt-out, quiet hours, cap, holdout and budget (table in docs/decisions.md)."""

    MARKETING = "marketing"
    CARE = "care"
    SERVICE = "service"
    LEGAL = "legal"
    TASK = "task"


class Decision(StrEnum):
    """What a run decided about a candidate."""

    PLANNED = "planned"
    ALREADY_MADE = "already_made"
    MERGED = "merged"
    CAPPED = "capped"
    NO_CONSENT = "no_consent"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    SUPPRESSED = "suppressed"
    DO_NOT_CONTACT = "do_not_contact"
    QUIET_DEFERRED = "quiet_deferred"
    NO_WINDOW = "no_window"
    NO_ADDRESS = "no_address"
    INVALID_ADDRESS = "invalid_address"
    NO_CALENDAR = "no_calendar"
    STAGGERED = "staggered"
    STALE = "stale"
    HOLDOUT = "holdout"
    PERSONALISATION_OFF = "personalisation_off"

    @property
    def makes_contact(self) -> bool:
        """The candidate becomes a row of the ledger."""
        return self in (Decision.PLANNED, Decision.QUIET_DEFERRED)


class Status(StrEnum):
    """Where a contact stands (send ledger)."""

    PENDING = "PENDING"
    CLAIMED = "CLAIMED"
    SENDING = "SENDING"
    UNKNOWN = "UNKNOWN"
    UNCONFIRMED = "UNCONFIRMED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    BOUNCED = "BOUNCED"
    COMPLAINED = "COMPLAINED"
    EXPIRED = "EXPIRED"
    SUPPRESSED = "SUPPRESSED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


RANKS: dict[Status, int] = {
    Status.PENDING: 0,
    Status.CLAIMED: 1,
    Status.SENDING: 2,
    Status.UNKNOWN: 3,
    Status.UNCONFIRMED: 4,
    Status.SENT: 5,
    Status.DELIVERED: 6,
    Status.BOUNCED: 7,
    Status.COMPLAINED: 8,
    # Final whatever arrives later; an event for one of these is an alarm, never a change.
    Status.EXPIRED: 9,
    Status.SUPPRESSED: 9,
    Status.FAILED: 9,
    Status.CANCELLED: 9,
}

OPEN = frozenset({Status.PENDING, Status.CLAIMED, Status.SENDING, Status.UNKNOWN})
"""Not terminal: these rows carry the keys of the `due` index, so that a sweeper finds them."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One row of the send ledger. The address is looked up when it is sent, never stored here."""

    contact_id: str
    customer_id: str
    """The customer under which the occasion was first planned; after a merge it may be an alias."""
    plan_step: str
    occasion_on: date
    channel: Channel
    contact_class: ContactClass
    purpose: str
    template: str
    locale: str
    created_at: datetime
    not_before: datetime
    not_after: datetime
    check_at: datetime
    status: Status = Status.PENDING
    fence: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    mark_at: datetime | None = None
    reconcile_at: datetime | None = None
    provider_id: str | None = None
    cap_on: date | None = None
    """The recipient's day on which this contact was counted against the cap."""
    attempts: tuple[str, ...] = ()
    """One line per attempt: instant, outcome, provider's reason code."""
    reason: str = ""
    """Why it ended where it stands, as a code."""
    why: dict[str, str | int | None] = field(default_factory=dict)
    """Why it was planned: cell, interval, rule and policy version."""
    values: dict[str, str | int] = field(default_factory=dict)
    """What its template may name beside the customer's own name: a due day, a product. Nothing that names a person."""
    about: str | None = None
    """The fact or case that it is about."""
    segments: int | None = None
    sent_at: datetime | None = None


def make_contact_id(
    *, tenant: str, customer_id: str, plan_step: str, occasion_on: date, channel: Channel
) -> str:
    """The one id of a business occasion (X1): 32 characters, also a legal provider tag."""
    text = "|".join((tenant, customer_id, plan_step, occasion_on.isoformat(), channel))
    # 20 bytes are 32 characters.
    return base64.b32encode(hashlib.sha256(text.encode()).digest()[:20]).decode()
