"""The outlook of a base under a policy, from the reviews that are foreseen."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import BaseModel

from shared.care.state import Candidate
from shared.flows.decide_review import Known
from shared.flows.foresee import Foreseen, Seen, Span, foresee
from shared.flows.judge_days import Judged
from shared.insight.mask import mask
from shared.insight.outlook import Difference, ForeseenCandidate, Outlook, Placed, PlanDiff, conclude, differ
from shared.model.instants import local_day
from shared.policy.schema import Policy
from shared.tagging.review import review_tags

Part = tuple[Known, ...]
ForeseePart = Callable[[Part], Difference]
# Enough to make the way to another process and back worth it, few enough to be held at once.
_PART: Final = 1000
# Sections of a policy: what portraits are drawn by, what days are judged by, and all that a span of care comes from.
_OF_PORTRAITS: Final = frozenset({"tenant", "cleaning", "matching"})
_OF_DAYS: Final = _OF_PORTRAITS | {"level", "risk", "activity", "traits", "history"}
_OF_CARE: Final = frozenset(Policy.model_fields) - {"version", "forecast"}
# Values of levels that stages of life depend on too, also those of days before the span.
_OF_STAGES: Final = frozenset({"amount_months", "growth_months", "growth_percent"})


def plan_policy(
    base: Iterable[Known],
    old: Policy,
    new: Policy,
    key: bytes,
    at: datetime,
    foresee_all: Callable[[ForeseePart, Iterator[Part]], Iterable[Difference]] = map,
) -> PlanDiff:
    """What publishing a policy at an instant would change over the days that the new policy looks ahead.

    The base is read once and never held as a whole; `foresee_all` may give its parts to other processes.
    """
    foresee_part = partial(differ_over, old=old, new=new, key=key, at=at)
    parts = foresee_all(foresee_part, independent_parts(base))
    return conclude(parts, (old.version, new.version), new.forecast)


def independent_parts(base: Iterable[Known]) -> Iterator[Part]:
    """A base in parts of which no customer can hold up one of another part.

    The one thing that customers compete for is the room of a day for first contacts: who never had a contact is in
    the last part, which is as large as need be.
    """
    newcomers: list[Known] = []
    settled: list[Known] = []
    for known in base:
        (settled if known.memory.ledger.first_contact_made else newcomers).append(known)
        if len(settled) == _PART:
            yield tuple(settled)
            settled = []
    yield tuple(settled)
    yield tuple(newcomers)


def differ_over(part: Part, *, old: Policy, new: Policy, key: bytes, at: datetime) -> Difference:
    """What a part of the base adds to the difference."""
    span = Span(at, at + timedelta(days=new.forecast.days))
    seen = Seen()
    before = make_outlook(foresee(part, old, key, span, seen=seen), old, at)
    touched = _who_may_differ(part, old, new, seen)
    again = Seen(
        seen.portraits if _agree(old, new, _OF_PORTRAITS) else {},
        seen.judged if _agree(old, new, _OF_DAYS) else {},
    )
    after = make_outlook(foresee(touched, new, key, span, seen=again), new, at)
    return differ(before, _with_the_rest(after, before, {known.profile.customer_id for known in touched}))


def _agree(old: BaseModel, new: BaseModel, fields: Iterable[str]) -> bool:
    return all(getattr(old, name) == getattr(new, name) for name in fields)


def _who_may_differ(part: Part, old: Policy, new: Policy, seen: Seen) -> Part:
    """The customers of a part whose span may be another under the new policy, as everything is judged the same.

    Where policies differ in the bounds of levels only, whoever has the same tags at each review until the same instants
    has the same reviews: by induction nothing else can differ. Newcomers compete: all may differ, or none.
    """
    if _agree(old, new, _OF_CARE):
        return ()
    if not _agree(old, new, _OF_CARE - {"level"}) or not _agree(old.level, new.level, _OF_STAGES):
        return part
    names = _retagged(seen, new)
    if names and any(not known.memory.ledger.first_contact_made for known in part):
        return part
    return tuple(known for known in part if known.profile.customer_id in names)


def _retagged(seen: Seen, new: Policy) -> set[str]:
    """Who has other tags, or keeps them for another time, at a review that was foreseen under the old policy."""
    names, latest = set[str](), dict[str, Judged]()
    for (name, at), judged in seen.judged.items():
        if name in names:
            continue
        # Tags that were the same for the same time are the same until then.
        if name in latest and latest[name].holds(judged.members, at):
            continue
        latest[name] = judged
        review = review_tags(judged.history, new, at)
        if (review.tags.vector, review.next_change_at) != (
            judged.review.tags.vector,
            judged.review.next_change_at,
        ):
            names.add(name)
    return names


def _with_the_rest(after: Outlook, before: Outlook, touched: set[str]) -> Outlook:
    """An outlook on some customers, completed by those for whom nothing differs."""
    customers = {name: placed for name, placed in before.customers.items() if name not in touched}
    rest = {name: each for name, each in before.candidates.items() if each.customer_id not in touched}
    return Outlook(after.policy_version, after.customers | customers, after.candidates | rest)


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
