"""Mails to our own people: claimed in a ledger first, so that a doubled schedule sends once.

A lost reply or a crash after the wire may send one twice: for staff that is better than never.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.policy.schema import Policy
from shared.ports import Accepted, EmailMessage, Items, Refused, SendOutcome, SendRefused, Throttled
from shared.store.staff_mail import FAILED, SENT, MailKey, claim_mail, end_mail, give_mail_back, status_of

Post = Callable[[EmailMessage], SendOutcome]
BY_MAIL, BY_ROBOT = "mailto", "wecom"


class Posted(StrEnum):
    SENT = "sent"
    """By this attempt."""
    SENT_BEFORE = "sent_before"
    TAKEN = "taken"
    """Another attempt has it."""
    LATER = "later"
    """Surely unsent or unknown: the next sweep tries again."""
    FAILED = "failed"
    """For good: refused, or tried too often."""

    @property
    def is_told(self) -> bool:
        return self in (Posted.SENT, Posted.SENT_BEFORE)


@dataclass(frozen=True, slots=True)
class Mailroom:
    """What posting needs. `posts`: how a message leaves, by the scheme of the address that it goes to."""

    items: Items
    policy: Policy
    now: datetime
    posts: Mapping[str, Callable[[], Post]]
    """Each is built on first use."""


def scheme_of(address: str) -> str:
    """`wecom` for a group robot (`wecom:<name>`), else `mailto`."""
    return BY_ROBOT if address.startswith(f"{BY_ROBOT}:") else BY_MAIL


def post_once(make: Callable[[], EmailMessage], key: MailKey, mailroom: Mailroom) -> Posted:
    """Makes and sends a message unless its row says that it went, or that somebody is at it."""
    sending, now = mailroom.policy.sending, mailroom.now
    claim = claim_mail(
        key,
        now=now,
        lease_until=now + timedelta(seconds=sending.lease_s),
        expires_at=int(now.timestamp()) + sending.row_days * 86_400,
    )
    claimed = mailroom.items.update_if(claim)
    if isinstance(claimed, Refused):
        return _known(status_of(claimed.old))
    attempts = int(str((claimed.item or {})["attempts"]))
    message = make()
    open_post = mailroom.posts.get(scheme_of(message.to))
    outcome = open_post()(message) if open_post is not None else SendRefused("no_such_channel")
    return _record(outcome, key, attempts, mailroom)


def _known(status: str) -> Posted:
    if status == SENT:
        return Posted.SENT_BEFORE
    return Posted.FAILED if status == FAILED else Posted.TAKEN


def _record(outcome: SendOutcome, key: MailKey, attempts: int, mailroom: Mailroom) -> Posted:
    now = mailroom.now
    if isinstance(outcome, Accepted):
        mailroom.items.update_if(end_mail(key, status=SENT, reason="", at=now, attempts=attempts))
        return Posted.SENT
    reason = "throttled" if isinstance(outcome, Throttled) else outcome.reason
    if isinstance(outcome, SendRefused) or attempts >= mailroom.policy.tasks.mail_tries:
        mailroom.items.update_if(end_mail(key, status=FAILED, reason=reason, at=now, attempts=attempts))
        return Posted.FAILED
    mailroom.items.update_if(give_mail_back(key, reason=reason, now=now, attempts=attempts))
    return Posted.LATER
