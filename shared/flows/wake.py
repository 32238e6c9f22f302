"""Wake-ups: what a stream saw becomes a message that names who must be looked at. The tables decide, not these."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.ports import Items, Queue, QueueName
from shared.store.quarantine import put_quarantine

CHANNEL_QUEUES: Mapping[str, QueueName] = {"email": QueueName.CONTACTS_EMAIL, "sms": QueueName.CONTACTS_SMS}
"""Channels that a message goes out on; tasks for people need no queue."""


def customer_body(customer_id: str) -> str:
    """Wakes a review: an id, no personal data (P1)."""
    return json.dumps({"customer_id": customer_id})


def contact_body(contact_id: str) -> str:
    """Wakes a sender: an id, no personal data (P1)."""
    return json.dumps({"contact_id": contact_id})


def parse_wake(body: str, name: str) -> str | None:
    """The id that a wake-up carries; None for a message that is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) and value else None


def quarantine_wake(body: str, *, items: Items, at: datetime) -> None:
    """Keeps a message that is no wake-up: it is not retried, and nothing is lost."""
    items.put_if(
        put_quarantine(
            system="queues", reason="malformed_wake_up", issues=(), raw=body, content=body, at=at, origin=None
        )
    )


def wake_reviews(changes: Iterable[Mapping[str, Any]], queue: Queue) -> int:
    """Wakes one review for each customer whom the stream's changes name; returns how many."""
    customer_ids = sorted({text for change in changes if (text := _attribute(change, "customer_id"))})
    if customer_ids:
        queue.post(QueueName.CUSTOMERS_DUE, [customer_body(customer_id) for customer_id in customer_ids])
    return len(customer_ids)


def wake_senders(changes: Iterable[Mapping[str, Any]], queue: Queue) -> int:
    """Wakes a sender for each new contact of a message channel; returns how many."""
    bodies: dict[QueueName, list[str]] = {}
    for change in changes:
        channel, contact_id = _attribute(change, "channel"), _attribute(change, "contact_id")
        name = CHANNEL_QUEUES.get(channel or "")
        if name is not None and contact_id:
            bodies.setdefault(name, []).append(contact_body(contact_id))
    for name, found in sorted(bodies.items()):
        queue.post(name, found)
    return sum(map(len, bodies.values()))


def _attribute(change: Mapping[str, Any], name: str) -> str | None:
    """A text attribute of the new image of a stream record."""
    value = change.get("dynamodb", {}).get("NewImage", {}).get(name, {}).get("S")
    return value if isinstance(value, str) else None
