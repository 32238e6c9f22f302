"""What an operator may ask of a running system: `{"action": ..., ...}` in, plain JSON out."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.flows.explain import explain
from shared.flows.finish_task import Desk, finish_task
from shared.flows.import_progress import import_progress
from shared.flows.list_tasks import operate_tasks
from shared.flows.mark_customer import mark_customer
from shared.flows.operate_identity import IDENTITY_ACTIONS, operate_identity
from shared.flows.operate_ledger import LEDGER_ACTIONS, operate_ledger
from shared.flows.operate_receipts import RECEIPT_ACTIONS, operate_receipts
from shared.flows.prove_consent import proof_to_plain, prove_consent
from shared.flows.publish_policy import POLICY_ACTIONS, operate_policy
from shared.flows.replay import Wanted, read_corrections, replay
from shared.flows.settle_replies import decide_reply, list_replies
from shared.flows.sweep_due import sweep_due
from shared.flows.view_customer import view_customer
from shared.insight.customer_view import view_to_plain
from shared.model.instants import to_iso
from shared.policy.schema import Policy
from shared.ports import Items, Queue
from shared.store.control import lift_hold, read_holds, set_hold

Answer = dict[str, Any]
REPLAYED_AT_ONCE = 1000
"""Rows that one call replays; the answer's `next` goes on. Far below what fits into the function's time."""


@dataclass(frozen=True, slots=True)
class Operator:
    """What the actions work on. `redrive` moves at most so many messages of a queue's dead letters back."""

    items: Items
    queue: Queue
    policy: Policy
    key: bytes
    now: datetime
    redrive: Callable[[str, int], int]


def operate(request: Mapping[str, Any], operator: Operator) -> Answer:
    """The answer to a request; one that is not understood is answered with what is."""
    action = ACTIONS.get(str(request.get("action")))
    if action is None:
        return {"error": "unknown_action", "actions": sorted(ACTIONS)}
    try:
        return action(request, operator)
    except KeyError as error:
        return {"error": "missing_argument", "argument": str(error.args[0])}


def _explain(request: Mapping[str, Any], operator: Operator) -> Answer:
    found = explain(
        str(request["reference"]),
        items=operator.items,
        key=operator.key,
        policy=operator.policy,
        now=operator.now,
    )
    return {"error": "not_found"} if found is None else {"explanation": asdict(found)}


def _customer(request: Mapping[str, Any], operator: Operator) -> Answer:
    view = view_customer(
        str(request["reference"]),
        items=operator.items,
        key=operator.key,
        policy=operator.policy,
        now=operator.now,
    )
    return {"error": "not_found"} if view is None else {"customer": view_to_plain(view)}


def _consent(request: Mapping[str, Any], operator: Operator) -> Answer:
    proof = prove_consent(
        str(request["reference"]),
        items=operator.items,
        key=operator.key,
        policy=operator.policy,
        now=operator.now,
    )
    return {"error": "not_found"} if proof is None else {"consent": proof_to_plain(proof)}


def _replies(request: Mapping[str, Any], operator: Operator) -> Answer:
    return list_replies(operator.items)


def _decide_reply(request: Mapping[str, Any], operator: Operator) -> Answer:
    return decide_reply(request, items=operator.items, queue=operator.queue, now=operator.now)


def _mark(request: Mapping[str, Any], operator: Operator) -> Answer:
    return mark_customer(request, items=operator.items, policy=operator.policy, now=operator.now)


def _finish_task(request: Mapping[str, Any], operator: Operator) -> Answer:
    return finish_task(request, Desk(operator.items, operator.queue, operator.policy, operator.now))


def _tasks(request: Mapping[str, Any], operator: Operator) -> Answer:
    return operate_tasks(request, items=operator.items, policy=operator.policy, now=operator.now)


def _identity(request: Mapping[str, Any], operator: Operator) -> Answer:
    return operate_identity(
        request, items=operator.items, policy=operator.policy, key=operator.key, now=operator.now
    )


def _ledger(request: Mapping[str, Any], operator: Operator) -> Answer:
    return operate_ledger(request, items=operator.items, policy=operator.policy, now=operator.now)


def _receipts(request: Mapping[str, Any], operator: Operator) -> Answer:
    return operate_receipts(
        request, items=operator.items, policy=operator.policy, key=operator.key, now=operator.now
    )


def _policy(request: Mapping[str, Any], operator: Operator) -> Answer:
    return operate_policy(request, items=operator.items, now=operator.now)


def _sweep(request: Mapping[str, Any], operator: Operator) -> Answer:
    swept = sweep_due(items=operator.items, queue=operator.queue, policy=operator.policy, now=operator.now)
    return asdict(swept)


def _hold(request: Mapping[str, Any], operator: Operator) -> Answer:
    reason = str(request.get("reason", "operator"))
    operator.items.put_if(set_hold(str(request["name"]), reason=reason, at=operator.now))
    return _holds(request, operator)


def _lift(request: Mapping[str, Any], operator: Operator) -> Answer:
    operator.items.transact([lift_hold(str(request["name"]))])
    return _holds(request, operator)


def _holds(request: Mapping[str, Any], operator: Operator) -> Answer:
    return {"holds": sorted(read_holds(operator.items)), "at": to_iso(operator.now)}


def _jobs(request: Mapping[str, Any], operator: Operator) -> Answer:
    return {
        "jobs": [
            {
                "job_id": progress.job.job_id,
                "file": progress.job.file,
                "total": progress.total,
                "outcomes": progress.outcomes,
                "is_open": progress.job.is_open,
            }
            for progress in import_progress(operator.items)
        ]
    }


def _redrive(request: Mapping[str, Any], operator: Operator) -> Answer:
    return {"moved": operator.redrive(str(request["queue"]), int(request.get("limit", 100)))}


def _replay(request: Mapping[str, Any], operator: Operator) -> Answer:
    """Quarantined messages once more: all, those of a `reason` or `source`, or those that `corrected` names."""
    wanted = Wanted(
        reason=_text(request, "reason"),
        source=_text(request, "source"),
        corrected=read_corrections(request.get("corrected")),
        after=_text(request, "after") or "",
    )
    limit = int(request.get("limit", REPLAYED_AT_ONCE))
    return asdict(replay(wanted, items=operator.items, queue=operator.queue, now=operator.now, limit=limit))


def _text(request: Mapping[str, Any], name: str) -> str | None:
    return str(request[name]) if request.get(name) else None


ACTIONS: dict[str, Callable[[Mapping[str, Any], Operator], Answer]] = {
    "explain": _explain,
    "customer": _customer,
    "consent": _consent,
    "replies": _replies,
    "decide_reply": _decide_reply,
    "mark": _mark,
    "sweep": _sweep,
    "hold": _hold,
    "lift": _lift,
    "holds": _holds,
    "jobs": _jobs,
    "redrive": _redrive,
    "replay": _replay,
    "finish_task": _finish_task,
    "tasks": _tasks,
    "task": _tasks,
    **dict.fromkeys(IDENTITY_ACTIONS, _identity),
    **dict.fromkeys(RECEIPT_ACTIONS, _receipts),
    **dict.fromkeys(POLICY_ACTIONS, _policy),
    **dict.fromkeys(LEDGER_ACTIONS, _ledger),
}
