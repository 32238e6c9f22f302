"""What an operator asks of the send ledger: cancel planned contacts, recover after a restore, look at budgets."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args

from shared.flows.cancel_contacts import Reason, cancel_planned
from shared.flows.recover import Restored, recover
from shared.model.instants import from_iso, local_day
from shared.policy.schema import Policy
from shared.ports import Items
from shared.store.budgets import period_of, spent_of

LEDGER_ACTIONS = ("cancel", "recover", "budgets")


def operate_ledger(
    request: Mapping[str, Any], *, items: Items, policy: Policy, now: datetime
) -> dict[str, Any]:
    """The answer to one of LEDGER_ACTIONS; KeyError names an argument that is missing."""
    match request["action"]:
        case "cancel":
            return _cancel(request, items, policy)
        case "recover":
            return _recover(request, items, policy, now)
        case _:
            return {"budgets": _budgets(items, policy, now)}


def _cancel(request: Mapping[str, Any], items: Items, policy: Policy) -> dict[str, Any]:
    customer_id, told = str(request["customer_id"]), str(request.get("reason", "operator"))
    reasons: tuple[Reason, ...] = get_args(Reason)
    reason = next((one for one in reasons if one == told), None)
    if reason is None:
        return {"error": "unknown_reason", "reasons": sorted(reasons)}
    about = str(request["about"]) if request.get("about") else None
    return asdict(cancel_planned(customer_id, reason, items=items, policy=policy, about=about))


def _recover(request: Mapping[str, Any], items: Items, policy: Policy, now: datetime) -> dict[str, Any]:
    """`restored_to` and `stopped_at` are instants; without them nothing was lost, as after a stop."""
    try:
        stopped_at = _instant(request.get("stopped_at"), now)
        restored = Restored(_instant(request.get("restored_to"), stopped_at), stopped_at)
    except ValueError:
        return {"error": "bad_instant"}
    if restored.to > stopped_at or stopped_at > now:
        return {"error": "restored_to <= stopped_at <= now must hold"}
    return asdict(recover(restored, items=items, policy=policy, now=now))


def _instant(told: object, otherwise: datetime) -> datetime:
    return from_iso(str(told)) if told else otherwise


def _budgets(items: Items, policy: Policy, now: datetime) -> list[dict[str, Any]]:
    """What was spent of each budget in the period that runs."""
    today = local_day(now, policy.tenant.tz)
    found = []
    for name, budget in sorted(policy.limits.budgets.items()):
        period = period_of(budget, today)
        messages, fen = spent_of(items, name, period)
        limits = {"most_messages": budget.most_messages, "most_fen": budget.most_fen}
        found.append({"name": name, "period": period, "messages": messages, "fen": fen, **limits})
    return found
