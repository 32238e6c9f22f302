"""What the provider tells of a request that it took, through the real `record_receipt`: lost, late, doubled, out of order."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.flows.record_receipt import Recording, record_message
from shared.model.errors import RetryError
from shared.model.instants import to_iso
from shared.ports import Accepted
from tests.integration.ledger_builder import KEY
from tests.property.ledger_gate import Gate
from tests.property.ledger_history import WireCall

if TYPE_CHECKING:
    from tests.property.ledger_world import World

LATE_S = 7200.0
_TEXTS = {"Send": "TEXT_SENT", "Delivery": "TEXT_DELIVERED", "Bounce": "TEXT_INVALID"}


def tell_later(world: World, call: WireCall, late_s: float) -> None:
    """Posts the events of a request, each on its own way."""
    chance = world.chance
    told = [("Send", late_s + chance.uniform(0.1, 5))]
    if chance.random() < 0.94:
        told.append(("Delivery", late_s + chance.uniform(0.5, 40)))
        if chance.random() < 0.01 and "@" in call.to:
            told.append(("Complaint", late_s + chance.uniform(60, LATE_S)))
    elif chance.random() < 0.9:
        told.append(("Bounce", late_s + chance.uniform(0.5, 600)))
    number = len(world.wire)
    for kind, in_s in told:
        _post(world, call, kind, number, in_s)


def _post(world: World, call: WireCall, kind: str, number: int, in_s: float) -> None:
    chance = world.chance
    if chance.random() < world.trouble.events_lost:
        world.faults["event lost"] += 1
        return
    if chance.random() < 0.05:
        world.faults["event late"] += 1
        in_s += chance.uniform(60, LATE_S)
    body = body_of(call, kind, number, world.turns.now)
    world.turns.after(in_s, _delivery(world, call, body, world.turns.now))
    if chance.random() < 0.05:
        world.faults["event doubled"] += 1
        in_s += chance.uniform(0, 600)
        world.turns.after(in_s, _delivery(world, call, body, world.turns.now))


def body_of(call: WireCall, kind: str, number: int, at: datetime) -> str:
    """The queue message: SNS around an event of SES or of End User Messaging."""
    outcome = call.outcome
    provider_id = outcome.provider_id if isinstance(outcome, Accepted) else f"late-{number}"
    event: dict[str, Any]
    if "@" not in call.to:
        event = {
            "eventType": _TEXTS[kind],
            "eventTimestamp": int(at.timestamp() * 1000),
            "messageId": provider_id,
            "destinationPhoneNumber": call.to,
            "context": {"contact_id": call.contact_id},
        }
    else:
        named = [{"emailAddress": call.to}]
        mail = {"messageId": provider_id, "destination": [call.to], "tags": {"contact_id": [call.contact_id]}}
        event = {
            "eventType": kind,
            "mail": {**mail, "timestamp": to_iso(at)},
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": named},
            "complaint": {"complainedRecipients": named},
        }
    return json.dumps({"TopicArn": "arn:aws:sns:us-east-1:0:events", "Message": json.dumps(event)})


def _delivery(world: World, call: WireCall, body: str, posted_at: datetime) -> Callable[[], None]:
    return lambda: world.turns.start(lambda: _record(world, call, body, posted_at))


def _record(world: World, call: WireCall, body: str, posted_at: datetime) -> None:
    """One invocation; an event that was not recorded comes again."""
    worker = world.hire(30)
    worker.about, to = call.contact_id, call.to
    gate = Gate(world, worker)
    age_s = (world.turns.now - posted_at).total_seconds()
    is_done = False
    try:
        recording = Recording(items=gate, policy=world.policy, key=KEY, now=gate.now(), age_s=age_s)
        ends = record_message(body, recording)
        world.receipts.update(ends)
        is_done = True
        if ends["bounced"] or ends["complained"]:
            world.note("suppressed", ("email" if "@" in to else "sms", to), "yes")
    except RetryError:
        pass
    finally:
        if not is_done:
            world.turns.after(180, _delivery(world, call, body, posted_at))
