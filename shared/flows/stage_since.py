"""Since when a customer is in their stage of life, where something made them enter it (R53)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from shared.model.history import History
from shared.model.instants import TICK, from_iso, local_day, start_of_day
from shared.policy.playbooks import StageEntered
from shared.policy.schema import Policy
from shared.tagging.traits import stage_at

STAGE = "stage"
ONE_DAY = timedelta(days=1)


def stage_since(
    stage: str | None,
    changes: Sequence[Mapping[str, Any]],
    history: History,
    policy: Policy,
    today: date,
) -> date | None:
    """The day of the change; None: it was so at first sight, or long ago, or only the past became known.

    Long ago is what no playbook asks for any more: also None where none asks for that stage.

    What a customer did before that day may have come in later: if it makes the same stage of the day before, nothing
    was entered. `history` is settled.
    """
    last = next((change for change in reversed(changes) if change["tag"] == STAGE), None)
    if stage is None or last is None or last["new"] != stage:
        return None
    since_on = local_day(from_iso(last["at"]), policy.tenant.tz)
    if (today - since_on).days > _longest_days(stage, policy):
        return None
    return None if _stage_on(since_on - ONE_DAY, history, policy) == stage else since_on


def _longest_days(stage: str, policy: Policy) -> int:
    """How long after a customer entered a stage a playbook may still want something; -1: none ever does."""
    steps = (
        step
        for playbook in policy.playbooks.values()
        if playbook.enabled and isinstance(playbook.trigger, StageEntered) and playbook.trigger.stage == stage
        for step in playbook.steps
    )
    return max((step.days + step.valid_days for step in steps), default=-1)


def _stage_on(day: date, history: History, policy: Policy) -> str:
    """The stage at the end of a day, by all that is known now of the time before."""
    at = start_of_day(day + ONE_DAY, policy.tenant.tz) - TICK
    then = _until(day, history)
    return stage_at(then, policy, at)


def _until(day: date, history: History) -> History:
    days = tuple(one for one in history.days if one.on <= day)
    first = history.first_order_on
    had_order = first is not None and first <= day
    return replace(
        history,
        days=days,
        pending=(),
        first_order_on=first if had_order else None,
        has_order_ever=had_order or any(one.orders or one.refunds for one in days),
        has_interaction_ever=any(one.interactions for one in days),
    )
