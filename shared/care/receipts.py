"""What a provider tells of a message, in our words (rules E1, E2, E4).

Read are events of SES (both spellings) and of End User Messaging SMS, and receipts of other gateways; bare, or in the
envelopes of SNS and EventBridge. Whatever else comes is `unknown`: it is kept for a person and never raises.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from enum import StrEnum
from typing import Any, Final

from shared.model.contact import Channel
from shared.model.instants import from_iso


class Kind(StrEnum):
    ACCEPTED = "accepted"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"
    """Taken, and then surely not sent."""
    RENDERING_FAILED = "rendering_failed"
    NOTED = "noted"
    """Known, and says nothing about delivery: opened, clicked, set up."""
    UNKNOWN = "unknown"


ORDER: Final = (Kind.ACCEPTED, Kind.DELAYED, Kind.DELIVERED, Kind.BOUNCED, Kind.COMPLAINED)
"""O1: the final status of a message is the highest of these, whatever order its events came in."""
PERMANENT: Final = "Permanent"
TRANSIENT: Final = "Transient"
UNDETERMINED: Final = "Undetermined"
_BOUNCE_TYPES: Final = frozenset({PERMANENT, TRANSIENT, UNDETERMINED})
NOT_SPAM: Final = "not-spam"
_ENVELOPES: Final = 4
_MOST_CHARACTERS: Final = 256
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One event. `recipients`: those whom it concerns, never the addressees of the message (E2)."""

    kind: Kind
    channel: Channel | None = None
    contact_id: str | None = None
    provider_id: str | None = None
    bounce_type: str = ""
    """Permanent, Transient or Undetermined."""
    bounce_subtype: str = ""
    feedback_type: str = ""
    recipients: tuple[str, ...] = ()
    sent_to: tuple[str, ...] = ()
    """The addressees of the message."""
    at: datetime | None = None
    event_id: str = ""
    segments: int | None = None

    @property
    def grade(self) -> Kind:
        """What it says of the message: somebody who says "not spam" has got it."""
        is_praise = self.kind is Kind.COMPLAINED and self.feedback_type == NOT_SPAM
        return Kind.DELIVERED if is_praise else self.kind

    @property
    def is_hard_bounce(self) -> bool:
        return self.kind is Kind.BOUNCED and self.bounce_type == PERMANENT

    @property
    def is_complaint(self) -> bool:
        return self.grade is Kind.COMPLAINED


def highest(kinds: Iterable[Kind]) -> Kind | None:
    """The final status after these events, in any order and repetition (O1)."""
    return max((kind for kind in kinds if kind in ORDER), key=ORDER.index, default=None)


def bare_address(text: str) -> str:
    """The address without display name and `<>`, its domain in small letters and in ASCII, as it is kept (E4)."""
    found = parseaddr(text)[1] or text.strip().strip("<>")
    local, at, domain = found.strip().rpartition("@")
    if not at:
        return found.strip()
    return f"{local}@{_in_ascii(domain.lower())}"


def _in_ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def concerns_addressee(receipt: Receipt) -> bool:
    """Whether the one addressee of a message is among those whom the event names (E2)."""
    named = {bare_address(one) for one in receipt.recipients}
    addressees = {bare_address(one) for one in receipt.sent_to}
    return not named or not addressees or bool(named & addressees)


def parse_receipts(body: str) -> tuple[Receipt, ...]:
    """The events of a queue message, mostly one. Raises nothing (E1)."""
    found = _unwrap(body)
    events = found if isinstance(found, list) else [found]
    return tuple(_parse(event, body) for event in events) or (_unknown(body),)


def _unwrap(body: object) -> object:
    """The event inside the envelopes of SNS (`Message`) and EventBridge (`detail`)."""
    found: object = body
    for _ in range(_ENVELOPES):
        if isinstance(found, str):
            found = _read_json(found)
        elif isinstance(found, Mapping) and isinstance(found.get("Message"), str) and "TopicArn" in found:
            found = found["Message"]
        elif isinstance(found, Mapping) and isinstance(found.get("detail"), Mapping):
            found = found["detail"]
        else:
            break
        if isinstance(found, str) and _read_json(found) is None:
            break
    return found


def _read_json(text: str) -> object:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _whole(found) if "\\ud" in text.lower() else found


def _whole(found: object) -> object:
    """Without halves of characters, which can neither be stored nor hashed."""
    told: object = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    return told


def _parse(event: object, body: str) -> Receipt:
    if isinstance(event, str) and event.startswith("Successfully validated SNS topic"):
        return Receipt(Kind.NOTED, event_id=_digest(event))
    if not isinstance(event, Mapping):
        return _unknown(body)
    try:
        return _by_shape(event) or _unknown(body)
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError):
        return _unknown(body)


def _by_shape(event: Mapping[str, Any]) -> Receipt | None:
    if isinstance(event.get("mail"), Mapping):
        return _ses(event)
    if str(event.get("eventType", "")).startswith("TEXT_"):
        return _text(event)
    if event.get("notificationType") == "AmazonSnsSubscriptionSucceeded":
        return Receipt(Kind.NOTED, event_id=_digest("subscribed"))
    if event.get("receipt") == 1:
        return _gateway(event)
    return None


def _unknown(body: str) -> Receipt:
    return Receipt(Kind.UNKNOWN, event_id=_digest(body))


def _digest(*parts: object) -> str:
    text = "|".join(str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]


# --- SES -----------------------------------------------------------------------------------------------------

_SES: Final[Mapping[str, tuple[Kind, str]]] = {
    "Send": (Kind.ACCEPTED, "send"),
    "DeliveryDelay": (Kind.DELAYED, "deliveryDelay"),
    "Delivery": (Kind.DELIVERED, "delivery"),
    "Bounce": (Kind.BOUNCED, "bounce"),
    "Complaint": (Kind.COMPLAINED, "complaint"),
    "Reject": (Kind.REJECTED, "reject"),
    "Rendering Failure": (Kind.RENDERING_FAILED, "failure"),
    "Open": (Kind.NOTED, "open"),
    "Click": (Kind.NOTED, "click"),
    "Subscription": (Kind.NOTED, "subscription"),
}
_NAMED: Final = ("bouncedRecipients", "complainedRecipients", "delayedRecipients", "recipients")


def _ses(event: Mapping[str, Any]) -> Receipt | None:
    found = _SES.get(str(event.get("eventType") or event.get("notificationType")))
    if found is None:
        return None
    kind, name = found
    mail, told = event["mail"], event.get(name) or {}
    at = _instant(told.get("timestamp") or mail.get("timestamp"))
    provider_id = _text_or_none(mail.get("messageId"))
    return Receipt(
        kind=kind,
        channel=Channel.EMAIL,
        contact_id=_first((mail.get("tags") or {}).get("contact_id")),
        provider_id=provider_id,
        bounce_type=_bounce_type(kind, told.get("bounceType")),
        bounce_subtype=str(told.get("bounceSubType") or ""),
        feedback_type=str(told.get("complaintFeedbackType") or ""),
        recipients=tuple(_addresses(told)),
        sent_to=tuple(str(one) for one in mail.get("destination") or ()),
        at=at,
        event_id=_digest(kind, provider_id, told.get("feedbackId") or at),
    )


def _bounce_type(kind: Kind, told: object) -> str:
    """One of the three words; whatever else a provider says of a bounce decides nothing."""
    if kind is not Kind.BOUNCED:
        return ""
    return told if isinstance(told, str) and told in _BOUNCE_TYPES else UNDETERMINED


def _addresses(told: Mapping[str, Any]) -> Iterable[str]:
    for name in _NAMED:
        for one in told.get(name) or ():
            yield str(one["emailAddress"] if isinstance(one, Mapping) else one)


def _first(told: object) -> str | None:
    return _text_or_none(told[0] if isinstance(told, list) and told else told)


def _text_or_none(told: object) -> str | None:
    """An id or a number; no store takes a key of any length."""
    return told if isinstance(told, str) and 0 < len(told) <= _MOST_CHARACTERS else None


def _instant(told: object) -> datetime | None:
    """None where nothing is told, or what no clock can have said."""
    try:
        is_number = isinstance(told, int | float) and not isinstance(told, bool)
        at = datetime.fromtimestamp(float(str(told)) / 1000, UTC) if is_number else from_iso(str(told))
    except (OSError, OverflowError, ValueError):
        return None
    return at if at >= _EARLIEST else None


# --- SMS -----------------------------------------------------------------------------------------------------

_TEXT: Final[Mapping[str, tuple[Kind, str]]] = {
    "TEXT_QUEUED": (Kind.ACCEPTED, ""),
    "TEXT_PENDING": (Kind.ACCEPTED, ""),
    "TEXT_SENT": (Kind.ACCEPTED, ""),
    # By the carrier. In some countries nothing better comes: the honest word stays "accepted".
    "TEXT_SUCCESSFUL": (Kind.ACCEPTED, ""),
    "TEXT_DELIVERED": (Kind.DELIVERED, ""),
    "TEXT_INVALID": (Kind.BOUNCED, PERMANENT),
    "TEXT_UNREACHABLE": (Kind.BOUNCED, TRANSIENT),
    "TEXT_CARRIER_UNREACHABLE": (Kind.BOUNCED, TRANSIENT),
    "TEXT_TTL_EXPIRED": (Kind.BOUNCED, TRANSIENT),
    "TEXT_BLOCKED": (Kind.BOUNCED, UNDETERMINED),
    "TEXT_CARRIER_BLOCKED": (Kind.BOUNCED, UNDETERMINED),
    "TEXT_SPAM": (Kind.BOUNCED, UNDETERMINED),
    "TEXT_UNKNOWN": (Kind.BOUNCED, UNDETERMINED),
    "TEXT_INVALID_MESSAGE": (Kind.REJECTED, ""),
    "TEXT_PROTECT_BLOCKED": (Kind.REJECTED, ""),
}


def _text(event: Mapping[str, Any]) -> Receipt | None:
    name = str(event["eventType"])
    if name not in _TEXT:
        return None
    kind, bounce_type = _TEXT[name]
    provider_id, at = _text_or_none(event.get("messageId")), _instant(event.get("eventTimestamp"))
    to, parts = _text_or_none(event.get("destinationPhoneNumber")), event.get("totalMessageParts")
    return Receipt(
        kind=kind,
        channel=Channel.SMS,
        contact_id=_text_or_none((event.get("context") or {}).get("contact_id")),
        provider_id=provider_id,
        bounce_type=bounce_type,
        bounce_subtype=name if bounce_type else "",
        recipients=(to,) if to else (),
        sent_to=(to,) if to else (),
        at=at,
        event_id=_digest(name, provider_id, at),
        segments=parts if isinstance(parts, int) and parts > 0 else None,
    )


# --- other gateways ------------------------------------------------------------------------------------------


def _gateway(event: Mapping[str, Any]) -> Receipt | None:
    """`{"receipt": 1, "channel", "status", "contact_id" or "provider_id", "recipient", "bounce_type", "at"}`."""
    status = str(event.get("status"))
    if status not in {*ORDER, Kind.REJECTED}:
        return None
    to, at = _text_or_none(event.get("recipient")), _instant(event.get("at"))
    contact_id, provider_id = (_text_or_none(event.get(name)) for name in ("contact_id", "provider_id"))
    return Receipt(
        kind=Kind(status),
        channel=Channel(str(event["channel"])),
        contact_id=contact_id,
        provider_id=provider_id,
        bounce_type=_bounce_type(Kind(status), event.get("bounce_type")),
        bounce_subtype=str(event.get("code") or ""),
        feedback_type=str(event.get("feedback_type") or ""),
        recipients=(to,) if to else (),
        at=at,
        event_id=_digest(status, contact_id, provider_id, at),
    )
