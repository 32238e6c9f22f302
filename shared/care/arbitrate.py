"""One person, one day: every wish ends in exactly one decision, with its rule and numbers (requirements 10.1, 10.7).

Order: already made, consent and objections, hours, room of the first import, cap by priority.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from shared.care.consent import find_refusal
from shared.care.plan import Wish, cell_name
from shared.care.state import Candidate, CareState, Ledger, Why
from shared.care.times import Clocks, Times, find_times
from shared.model.contact import Channel, Decision, make_contact_id
from shared.policy.matrix import Cell
from shared.policy.schema import Policy

PURPOSE = "care"
NO_CAP = "none"
# Of two tasks for one day: a visit says more than a call; else the order of the steps decides.
PRIORITIES = {Channel.VISIT: 0, Channel.CALL: 1}
LOWEST_PRIORITY = 2

Taken = Counter[tuple[str, date]]


class Draft(NamedTuple):
    """A wish with its id and its window."""

    wish: Wish
    contact_id: str
    is_made: bool
    times: Times


class Ruling(NamedTuple):
    decision: Decision
    rule: str
    why: Why


def arbitrate(
    wishes: Sequence[Wish], state: CareState, ledger: Ledger, policy: Policy, clocks: Clocks
) -> tuple[Candidate, ...]:
    """The candidates in the order of the wishes, each decided once."""
    cell = policy.plan[state.level][state.risk]
    drafts = [_draft(wish, state, cell, policy, clocks) for wish in wishes]
    taken: Taken = Counter()
    rulings: dict[str, Ruling] = {}
    for draft in sorted(drafts, key=_priority):
        ruling = _rule_alone(draft, state, ledger, policy) or _rule_cap(draft, state, policy, clocks, taken)
        rulings[draft.contact_id] = ruling
    common = _common_why(state, ledger, cell, policy)
    return tuple(_candidate(draft, rulings[draft.contact_id], common, policy, clocks) for draft in drafts)


def needs_room(state: CareState, ledger: Ledger, policy: Policy) -> bool:
    """The first contact ever counts against the daily limit of the first import, but for exempt risks."""
    return not ledger.first_contact_made and state.risk not in policy.first_import.exempt_risks


def _draft(wish: Wish, state: CareState, cell: Cell, policy: Policy, clocks: Clocks) -> Draft:
    ids = [_contact_id(wish, state, customer_id) for customer_id in (state.customer_id, *state.aliases)]
    is_made = not state.made.isdisjoint(ids)
    return Draft(wish, ids[0], is_made, find_times(wish, cell.every, policy, clocks))


def _contact_id(wish: Wish, state: CareState, customer_id: str) -> str:
    return make_contact_id(
        tenant=state.tenant_id,
        customer_id=customer_id,
        plan_step=wish.plan_step,
        occasion_on=wish.occasion_on,
        channel=wish.channel,
    )


def _priority(draft: Draft) -> int:
    return PRIORITIES.get(draft.wish.channel, LOWEST_PRIORITY)


def _rule_alone(draft: Draft, state: CareState, ledger: Ledger, policy: Policy) -> Ruling | None:
    """What holds a draft whatever else is planned; None: only the cap is left to ask."""
    if draft.is_made:
        return Ruling(Decision.ALREADY_MADE, "X1", {})
    refusal = find_refusal(state, draft.wish.contact_class, draft.wish.channel, policy)
    if refusal:
        return Ruling(*refusal)
    if not draft.times.decision.makes_contact:
        return _ruling_of(draft.times)
    if needs_room(state, ledger, policy) and not state.first_import_open:
        limit = policy.first_import.daily_limit
        return Ruling(Decision.STAGGERED, "first_import.daily_limit", {"limit": limit})
    return None


def _rule_cap(draft: Draft, state: CareState, policy: Policy, clocks: Clocks, taken: Taken) -> Ruling:
    """Planned while the recipient's day has room; a planned one takes it from those of lower priority."""
    cap = policy.classes[draft.wish.contact_class].cap
    if cap == NO_CAP:
        return _ruling_of(draft.times)
    day = clocks.cap_day(draft.times.not_before)
    counted = state.counted.get(cap, {}).get(day.isoformat(), 0) + taken[cap, day]
    limit: int = getattr(policy.caps, cap)
    if counted >= limit:
        why: Why = {"cap_on": day.isoformat(), "counted": counted, "limit": limit}
        return Ruling(Decision.CAPPED, f"caps.{cap}", why)
    taken[cap, day] += 1
    return _ruling_of(draft.times)


def _ruling_of(times: Times) -> Ruling:
    return Ruling(times.decision, times.rule, times.why)


def _common_why(state: CareState, ledger: Ledger, cell: Cell, policy: Policy) -> Why:
    return {
        "cell": cell_name(state),
        "goal": cell.goal,
        "every": f"{cell.every.count} {cell.every.unit}",
        "due_on": _iso(ledger.plan_due_on),
        "last_contact_on": _iso(ledger.last_contact_on),
        "cell_since_on": _iso(ledger.cell_since_on),
        "policy": policy.version,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _candidate(draft: Draft, ruling: Ruling, common: Why, policy: Policy, clocks: Clocks) -> Candidate:
    wish, times = draft.wish, draft.times
    goes = ruling.decision.makes_contact
    is_capped = policy.classes[wish.contact_class].cap != NO_CAP
    return Candidate(
        contact_id=draft.contact_id,
        plan_step=wish.plan_step,
        occasion_on=wish.occasion_on,
        channel=wish.channel,
        contact_class=wish.contact_class,
        purpose=PURPOSE,
        template=wish.template,
        task=wish.task,
        not_before=times.not_before,
        not_after=times.not_after,
        decision=ruling.decision,
        rule=ruling.rule,
        why={**common, **ruling.why},
        cost_fen=_cost_fen(wish.channel, policy) if goes else 0,
        minutes=_minutes(wish.channel, policy) if goes else 0,
        cap_on=clocks.cap_day(times.not_before) if goes and is_capped else None,
    )


def _cost_fen(channel: Channel, policy: Policy) -> int:
    # One segment for each sms: the text is not written yet, the sender knows the true number.
    return {Channel.SMS: policy.cost.sms_segment_fen, Channel.EMAIL: policy.cost.email_fen}.get(channel, 0)


def _minutes(channel: Channel, policy: Policy) -> int:
    return {Channel.CALL: policy.cost.call_minutes, Channel.VISIT: policy.cost.visit_minutes}.get(channel, 0)
