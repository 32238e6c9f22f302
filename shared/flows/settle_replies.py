"""Replies that a person must read: lists them, and does what the person decides (K3)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.flows.read_reply import stop_number
from shared.flows.wake import customer_body
from shared.model.instants import to_iso
from shared.model.source import SourceRecord
from shared.ports import Done, Items, Queue, QueueName, Write
from shared.store.customers import follow_alias
from shared.store.identities import read_keys
from shared.store.records import read_sources
from shared.store.replies import Held, all_held, lift_held, read_held, settle_reply

RELEASE, STOP = "release", "stop"
DECISIONS = (RELEASE, STOP)


def list_replies(items: Items) -> dict[str, Any]:
    """What waits, the oldest first: the text, and the customers whom the number belongs to."""
    found = sorted(all_held(items), key=lambda held: (held.since, held.place))
    return {
        "replies": [
            {
                "number": held.place,
                "since": to_iso(held.since),
                "text": held.text,
                "customers": _customers(held.place, items),
            }
            for held in found
        ]
    }


def decide_reply(request: Mapping[str, Any], *, items: Items, queue: Queue, now: datetime) -> dict[str, Any]:
    """`number` as it was listed, `decision` release or stop, `by` who decides. A release lets optional texts go again."""
    place, decision, by = str(request["number"]), str(request["decision"]), str(request["by"]).strip()
    if decision not in DECISIONS:
        return {"error": "unknown_decision", "decisions": list(DECISIONS)}
    if not by:
        return {"error": "bad_by"}
    held = read_held(items, place)
    if held is None:
        return {"error": "not_found"}
    customers = _customers(place, items)
    if decision == STOP:
        words = [_withdrawal(one, held, by, now) for one in _sources(place, items)]
        if words:
            queue.post(QueueName.RECORDS, words)
    writes: list[Write] = [
        lift_held(place),
        settle_reply(held.digest, decision=decision, by=by, at=now),
        *(stop_number(place, customers, now) if decision == STOP else ()),
    ]
    if not isinstance(items.transact(writes), Done):
        return {"error": "changed_meanwhile"}
    if customers:
        queue.post(QueueName.CUSTOMERS_DUE, [customer_body(one) for one in customers])
    return {"number": place, "decision": decision, "customers": customers}


def _withdrawal(source: SourceRecord, held: Held, by: str, now: datetime) -> str:
    """A word of the consent ledger: who read the reply as an end."""
    record = {
        "schema": 1,
        "system": source.system,
        "kind": "consent",
        "id": f"reply-{held.digest}-person",
        "event_at": to_iso(now),
        "party": {"ref": source.record_id.removeprefix(f"{source.system}#")},
        "channel": "sms",
        "purpose": "any",
        "action": "withdraw",
        "evidence": "reply by SMS, read by a person",
        "proof": {"how": "person", "by": by},
    }
    return json.dumps(record)


def _sources(place: str, items: Items) -> list[SourceRecord]:
    sources = read_sources(items, read_keys(items, [place])[place].members)
    return [source for _, source in sorted(sources.items()) if not source.deleted]


def _customers(place: str, items: Items) -> list[str]:
    owners = {source.customer_id for source in _sources(place, items)}
    return sorted({found.customer_id for owner in owners if (found := follow_alias(items, owner))})
