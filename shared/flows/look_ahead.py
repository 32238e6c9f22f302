"""The outlook of a base under a policy, from the reviews that are foreseen."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.care.state import Candidate
from shared.flows.decide_review import Known
from shared.flows.foresee import Foreseen, Span, foresee
from shared.insight.mask import mask
from shared.insight.outlook import ForeseenCandidate, Outlook, Placed, PlanDiff, compare
from shared.model.instants import local_day
from shared.policy.schema import Policy


def plan_policy(base: Iterable[Known], old: Policy, new: Policy, key: bytes, at: datetime) -> PlanDiff:
    """What publishing a policy at an instant would change over the days that the new policy looks ahead."""
    known = tuple(base)
    span = Span(at, at + timedelta(days=new.forecast.days))
    before = make_outlook(foresee(known, old, key, span), old, at)
    return compare(before, make_outlook(foresee(known, new, key, span), new, at), new.forecast)


def make_outlook(steps: Iterable[Foreseen], policy: Policy, start: datetime) -> Outlook:
    """What foreseen reviews come to: cells at the start, and the last word on each candidate."""
    outlook = Outlook(policy.version)
    for step in steps:
        if step.at == start:
            outlook.customers.setdefault(step.before.profile.customer_id, _placed(step))
        for candidate in step.decided.care.candidates if step.decided.care else ():
            known = outlook.candidates.get(candidate.contact_id)
            if known is None or not known.is_made:
                outlook.candidates[candidate.contact_id] = _foreseen(step, candidate, policy)
    return outlook


def _placed(step: Foreseen) -> Placed:
    tags, golden = step.decided.tags.tags, step.decided.golden.fields
    name = mask("name", golden.get("name", "")) or mask("company", golden.get("company", ""))
    return Placed(f"{tags.level}.{tags.risk}" if tags else "", name or step.before.profile.customer_id)


def _foreseen(step: Foreseen, candidate: Candidate, policy: Policy) -> ForeseenCandidate:
    return ForeseenCandidate(
        customer_id=step.before.profile.customer_id,
        on=local_day(candidate.not_before, policy.tenant.tz),
        channel=candidate.channel.value,
        decision=candidate.decision.value,
        is_made=candidate.decision.makes_contact,
        cost_fen=candidate.cost_fen,
        minutes=candidate.minutes,
    )
