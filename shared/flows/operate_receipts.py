"""What an operator asks about provider events: suppressed addresses, events put aside, the reputation fuse."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from shared.care.holds import all_hold, marketing_hold
from shared.flows.explain import read_address
from shared.flows.tally_receipts import fuse_line
from shared.matching.keys import address_hashes
from shared.policy.schema import Policy
from shared.ports import Items, Refused
from shared.store.control import lift_hold, read_holds
from shared.store.receipts import end_parked, read_counts, read_parked, reopened
from shared.store.suppressions import CHANNELS, lift_writes, read_suppressions, suppression_key

RECEIPT_ACTIONS = ("suppressions", "unsuppress", "parked", "seen", "fuse", "reopen")
SHOWN = 1000


def operate_receipts(
    request: Mapping[str, Any], *, items: Items, policy: Policy, key: bytes, now: datetime
) -> dict[str, Any]:
    """The answer to one of RECEIPT_ACTIONS; KeyError names an argument that is missing."""
    match request["action"]:
        case "suppressions":
            return {"suppressions": list(islice(read_suppressions(items), SHOWN))}
        case "unsuppress":
            return _unsuppress(request, items, _named(request, policy, key), now)
        case "parked":
            shown = ("sk", "kind", "reason", "at", "ended_by", "ended_at")
            rows = islice(read_parked(items), SHOWN)
            return {"parked": [{name: row[name] for name in shown if name in row} for row in rows]}
        case "seen":
            return _see(str(request["event_id"]), str(request["by"]), items, now)
        case "reopen":
            return _reopen(request, items, policy, now)
        case _:
            return {"fuse": _fuses(items, policy, now)}


def _see(event_id: str, by: str, items: Items, now: datetime) -> dict[str, Any]:
    done = items.update_if(end_parked(event_id, by=by, at=now))
    return {"error": "not_found"} if isinstance(done, Refused) else {"event_id": event_id}


def _unsuppress(
    request: Mapping[str, Any], items: Items, named: tuple[str, str], now: datetime
) -> dict[str, Any]:
    by, reason = str(request["by"]), str(request["reason"])
    channel, address_hash = named
    if channel not in CHANNELS or not address_hash:
        return {"error": "not_an_address"}
    if items.get(suppression_key(channel, address_hash)) is None:
        return {"error": "not_suppressed"}
    items.transact(lift_writes(channel, address_hash, by=by, reason=reason, at=now))
    return {"channel": channel, "address_hash": address_hash}


def _named(request: Mapping[str, Any], policy: Policy, key: bytes) -> tuple[str, str]:
    """Channel and address hash: both given, or those of the `address` itself, which is not kept."""
    if "address_hash" in request:
        return str(request["channel"]), str(request["address_hash"])
    hashes = address_hashes(read_address(str(request["address"]), policy), key)
    return next(((one.value, hashes[one]) for one in CHANNELS if one in hashes), ("", ""))


def _reopen(request: Mapping[str, Any], items: Items, policy: Policy, now: datetime) -> dict[str, Any]:
    by, reason = str(request["by"]), str(request["reason"])
    channel = next((one for one in CHANNELS if one.value == str(request["channel"])), None)
    if channel is None:
        return {"error": "unknown_channel", "channels": list(CHANNELS)}
    forgiven = read_counts(items, channel, since=now)
    opened = reopened(channel, by=by, reason=reason, at=now, forgiven=forgiven)
    items.transact([opened, lift_hold(marketing_hold(channel)), lift_hold(all_hold(channel))])
    return {"fuse": [line for line in _fuses(items, policy, now) if line["channel"] == channel]}


def _fuses(items: Items, policy: Policy, now: datetime) -> list[dict[str, Any]]:
    holds = read_holds(items)
    lines = [fuse_line(channel, items, holds, now, policy.reputation) for channel in CHANNELS]
    return [line._asdict() | {"holds": list(line.holds)} for line in lines]
