"""The ledger of mails to staff, in the `control` table: one row for each mail of a day, claimed before it goes (R38).

(absent) ─▶ claimed (lease) ─▶ sent | failed        a lease that is over may be claimed again: at least once
"""

from datetime import date, datetime
from typing import NamedTuple

from shared.model.instants import to_iso
from shared.ports import Absent, All, AnyOf, Is, Item, Key, Table, Update

STAFF_MAIL = "STAFF_MAIL#"
CLAIMED, SENT, FAILED = "claimed", "sent", "failed"


class MailKey(NamedTuple):
    """One mail: the day it belongs to, and its name there; neither names a person."""

    day: date
    name: str

    @property
    def row(self) -> Key:
        return Key(Table.CONTROL, f"{STAFF_MAIL}{self.day.isoformat()}", self.name)


def claim_mail(key: MailKey, *, now: datetime, lease_until: datetime, expires_at: int) -> Update:
    """Takes a mail for one attempt; refused while another has it, and for ever once it is sent or given up."""
    is_over = All((Is("status", "=", CLAIMED), Is("lease_until", "<=", to_iso(now))))
    return Update(
        key.row,
        set={"status": CLAIMED, "lease_until": to_iso(lease_until), "expires_at": expires_at},
        add={"attempts": 1},
        condition=AnyOf((Absent("status"), is_over)),
    )


def end_mail(key: MailKey, *, status: str, reason: str, at: datetime, attempts: int) -> Update:
    """Sent, or failed for good; refused when another attempt has begun."""
    ours = All((Is("status", "=", CLAIMED), Is("attempts", "=", attempts)))
    return Update(key.row, set={"status": status, "reason": reason, "at": to_iso(at)}, condition=ours)


def give_mail_back(key: MailKey, *, reason: str, now: datetime, attempts: int) -> Update:
    """Surely unsent: the next sweep may claim it at once."""
    ours = All((Is("status", "=", CLAIMED), Is("attempts", "=", attempts)))
    return Update(key.row, set={"lease_until": to_iso(now), "reason": reason}, condition=ours)


def status_of(row: Item | None) -> str:
    return "" if row is None else str(row.get("status", ""))
