"""One person, one day: every wish ends in exactly one decision, with its rule and numbers (requirements 10.1, 10.7).

Order: already made, consent and objections, do-not-contact, suppression, hours, holdout, room of the first import; then by
priority: combined with a message that goes, or the cap. What the cap holds is tried again while it is worth something.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.care.combine import Loads, items_of, join, offer
from shared.care.draft import Draft, Ruling, make_draft
from shared.care.plan import cell_name, counts_as_first
from shared.care.state import Candidate, CareState, Ledger, Why
from shared.care.times import Clocks, Times
from shared.care.wishes import Wish
from shared.model.contact import Channel, ContactClass, Decision
from shared.policy.matrix import Cell
from shared.policy.schema import Policy

NO_CAP = "none"
# Of two tasks of one priority: a visit says more than a call; else the order of the steps decides.
RANKS = {Channel.VISIT: 0, Channel.CALL: 1}
LOWEST_RANK = 2


@dataclass(slots=True)
class Taken:
    """What the contacts that go have taken so far, those of higher priority first."""

    places: Counter[tuple[str, date]] = field(default_factory=Counter)
    loads: Loads = field(default_factory=dict)


def arbitrate(
    wishes: Sequence[Wish], state: CareState, ledger: Ledger, policy: Policy, clocks: Clocks
) -> tuple[Candidate, ...]:
    """The candidates in the order of the wishes, each decided once."""
    cell = policy.plan[state.level][state.risk]
    drafts = [make_draft(wish, cell.every, state, policy, clocks) for wish in wishes]
    taken = Taken()
    rulings: dict[str, Ruling] = {}
    for draft in sorted(drafts, key=_priority):
        ruling = _rule_alone(draft, state, ledger, policy) or _rule_together(
            draft, state, policy, clocks, taken
        )
        rulings[draft.contact_id] = ruling
    cell_why = _cell_why(state, ledger, cell, policy)
    return tuple(
        _candidate(draft, rulings[draft.contact_id], taken.loads, cell_why, policy, clocks)
        for draft in drafts
    )


def needs_room(state: CareState, ledger: Ledger, policy: Policy) -> bool:
    """The first contact ever counts against the daily limit of the first import, but for exempt risks."""
    return not ledger.first_contact_made and state.risk not in policy.first_import.exempt_risks


def _priority(draft: Draft) -> tuple[int, int]:
    return draft.wish.priority, RANKS.get(draft.wish.channel, LOWEST_RANK)


def _rule_alone(draft: Draft, state: CareState, ledger: Ledger, policy: Policy) -> Ruling | None:
    """What holds a draft whatever else is planned; None: only the others are left to ask."""
    if draft.is_made:
        return Ruling(Decision.ALREADY_MADE, "X1", {})
    if draft.refusal:
        return Ruling(*draft.refusal)
    if not draft.times.decision.makes_contact:
        return _ruling_of(draft.times, draft.wish)
    if _is_held_out(draft.wish, state, policy):
        why: Why = {"share": state.holdout_share, "percent": policy.holdout.percent}
        return Ruling(Decision.HOLDOUT, "holdout.percent", why)
    if needs_room(state, ledger, policy) and not state.first_import_open and counts_as_first(draft.wish):
        limit = policy.first_import.daily_limit
        return Ruling(Decision.STAGGERED, "first_import.daily_limit", {"limit": limit})
    return None


def _is_held_out(wish: Wish, state: CareState, policy: Policy) -> bool:
    """Marketing always, its calls too; care messages where the policy says so; an answer never."""
    if state.holdout_share is None or state.holdout_share >= policy.holdout.percent:
        return False
    is_care = wish.contact_class is ContactClass.CARE
    return wish.source is ContactClass.MARKETING or (is_care and policy.holdout.care)


def _rule_together(draft: Draft, state: CareState, policy: Policy, clocks: Clocks, taken: Taken) -> Ruling:
    """Carried by a message that goes, else planned while there is room under the cap."""
    ruling = join(draft, taken.loads) or _rule_cap(draft, state, policy, clocks, taken)
    offer(draft, ruling, taken.loads)
    return ruling


def _rule_cap(draft: Draft, state: CareState, policy: Policy, clocks: Clocks, taken: Taken) -> Ruling:
    """Planned while the recipient's day has room; a planned one takes it from those of lower priority."""
    cap = policy.classes[draft.wish.contact_class].cap
    if cap == NO_CAP:
        return _ruling_of(draft.times, draft.wish)
    day = clocks.cap_day(draft.times.not_before)
    counted = state.counted.get(cap, {}).get(day.isoformat(), 0) + taken.places[cap, day]
    limit: int = getattr(policy.caps, cap)
    if counted >= limit:
        why: Why = {"cap_on": day.isoformat(), "counted": counted, "limit": limit}
        return Ruling(Decision.CAPPED, f"caps.{cap}", why)
    taken.places[cap, day] += 1
    return _ruling_of(draft.times, draft.wish)


def _ruling_of(times: Times, wish: Wish) -> Ruling:
    """A contact that simply goes names the requirement that asked for it."""
    rule = wish.rule if times.decision is Decision.PLANNED else times.rule
    return Ruling(times.decision, rule, times.why)


def _cell_why(state: CareState, ledger: Ledger, cell: Cell, policy: Policy) -> Why:
    return {
        "cell": cell_name(state),
        "goal": cell.goal,
        "every": f"{cell.every.count} {cell.every.unit}",
        "due_on": _iso(ledger.plan_due_on),
        "last_contact_on": _iso(ledger.last_contact_on),
        "cell_since_on": _iso(ledger.cell_since_on),
        "policy": policy.version,
    }


def _play_why(wish: Wish, cell_why: Why) -> Why:
    known = {name: cell_why[name] for name in ("cell", "last_contact_on", "policy")}
    return {"playbook": wish.playbook, "asked_by": wish.rule, "priority": wish.priority, **known, **wish.why}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _candidate(
    draft: Draft, ruling: Ruling, loads: Loads, cell_why: Why, policy: Policy, clocks: Clocks
) -> Candidate:
    wish, times = draft.wish, draft.times
    goes = ruling.decision.makes_contact
    is_capped = policy.classes[wish.contact_class].cap != NO_CAP
    asked = cell_why if wish.playbook is None else _play_why(wish, cell_why)
    tried: Why = {"tried": draft.tried} if draft.tried else {}
    return Candidate(
        contact_id=draft.contact_id,
        plan_step=wish.plan_step,
        occasion_on=wish.occasion_on,
        channel=wish.channel,
        contact_class=wish.contact_class,
        purpose=wish.purpose,
        template=wish.template,
        task=wish.task,
        not_before=times.not_before,
        not_after=times.not_after,
        decision=ruling.decision,
        rule=ruling.rule,
        why={**asked, **tried, **ruling.why},
        cost_fen=_cost_fen(wish.channel, policy) if goes else 0,
        minutes=_minutes(wish.channel, policy) if goes else 0,
        cap_on=clocks.cap_day(times.not_before) if goes and is_capped else None,
        priority=wish.priority,
        playbook=wish.playbook,
        values={**_values(draft, clocks), **items_of(draft.contact_id, loads)},
        about=wish.about,
        owner=wish.owner,
        last_on=wish.span.last_on if wish.span else clocks.today,
    )


def _values(draft: Draft, clocks: Clocks) -> dict[str, str | int]:
    """Days are counted from the day on which the message goes, at its recipient."""
    values = dict(draft.wish.values)
    if "days_left" in values:
        due_on = date.fromisoformat(str(values["due_on"]))
        values["days_left"] = max(0, (due_on - clocks.cap_day(draft.times.not_before)).days)
    return values


def _cost_fen(channel: Channel, policy: Policy) -> int:
    # One segment for each sms: the text is not written yet, the sender knows the true number.
    return {Channel.SMS: policy.cost.sms_segment_fen, Channel.EMAIL: policy.cost.email_fen}.get(channel, 0)


def _minutes(channel: Channel, policy: Policy) -> int:
    return {Channel.CALL: policy.cost.call_minutes, Channel.VISIT: policy.cost.visit_minutes}.get(channel, 0)
