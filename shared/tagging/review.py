"""All tags of a customer at an instant, and the first instant at which they change by themselves (R22, R23)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from shared.model.history import History
from shared.model.instants import TICK, local_day, start_of_day, to_tick
from shared.model.tags import Reason, Risk, TagReview, Tags
from shared.policy.schema import Policy
from shared.tagging.activity import ActivityFacts, day_of_activity_change, explain_activity, judge_activity
from shared.tagging.fold import settle
from shared.tagging.hysteresis import LevelOn, days_of_steadied_change, is_steadied, level_judge
from shared.tagging.level import LevelFacts, days_of_level_change, explain_level
from shared.tagging.risk import (
    RiskFacts,
    days_of_risk_change,
    explain_flags,
    explain_risk,
    is_latched,
    judge_risk,
)
from shared.tagging.windows import NEVER, Past, past_of

_ONE_DAY = timedelta(days=1)


class Change(NamedTuple):
    """One tag or flag that differs (R23). A flag's value is its own name, None where it is not set."""

    tag: str
    old: str | None
    new: str | None
    rule: str
    code: str
    at: datetime


class _Verdict(NamedTuple):
    level: LevelFacts
    risk: RiskFacts
    activity: ActivityFacts

    @property
    def vector(self) -> tuple[object, ...]:
        """Differs exactly when `Tags.vector` does, and costs no reasons."""
        level, risk = self.level, self.risk
        return (level.level, level.code, risk.risk, risk.code, risk.flags, self.activity.activity)


def tag(history: History, policy: Policy, at: datetime) -> Tags:
    """The tags at an instant: what happens at `at` or later does not exist yet (R22)."""
    zone = policy.tenant.tz
    day = local_day(at, zone)
    past = _past(settle(history, at, zone), policy)
    return _explain(_judge_afresh(past, policy, day), past, policy, day)


def review_tags(history: History, policy: Policy, at: datetime) -> TagReview:
    """The tags at an instant, and the first later one at which `Tags.vector` differs if nothing else happens."""
    zone = policy.tenant.tz
    day = local_day(at, zone)
    settled = settle(history, at, zone)
    past = _past(settled, policy)
    verdict = _judge_afresh(past, policy, day)
    tags = _explain(verdict, past, policy, day)
    return TagReview(tags, at, _next_change_at(settled, past, policy, verdict, day))


def changes(before: Tags | None, after: Tags, at: datetime) -> tuple[Change, ...]:
    """What differs between two taggings, in the order of the reasons; all is new where none was before (R23)."""
    return changes_of(before.reasons if before else (), after.reasons, at)


def changes_of(before: Sequence[Reason], after: Sequence[Reason], at: datetime) -> tuple[Change, ...]:
    """What differs between two lists of reasons, of which each tag has one at most."""
    # Most reviews find what they found before.
    if [(old.tag, old.value) for old in before] == [(new.tag, new.value) for new in after]:
        return ()
    old, new = ({reason.tag: reason for reason in reasons} for reasons in (before, after))
    # A flag that went away has no reason any more: its old one says which rule it was.
    return tuple(
        Change(name, _value(old, name), _value(new, name), told.rule, told.code, at)
        for name, told in (old | new).items()
        if _value(old, name) != _value(new, name)
    )


def _value(reasons: dict[str, Reason], name: str) -> str | None:
    return reasons[name].value if name in reasons else None


def _past(settled: History, policy: Policy) -> Past:
    return past_of(settled, order_is_interaction=policy.risk.order_is_interaction)


def _judge_afresh(past: Past, policy: Policy, day: date) -> _Verdict:
    level_on = level_judge(past, policy.level)
    return _judge(past, policy, day, level_on, was_high=is_latched(past, policy.risk, day))


def _judge(past: Past, policy: Policy, day: date, level_on: LevelOn, *, was_high: bool) -> _Verdict:
    return _Verdict(
        level_on(day),
        judge_risk(past, policy.risk, day, was_high=was_high),
        judge_activity(past, policy.activity, day),
    )


def _explain(verdict: _Verdict, past: Past, policy: Policy, day: date) -> Tags:
    level, risk, activity = verdict
    reasons = (
        explain_level(level, past, policy.level, day),
        explain_risk(risk, past, policy.risk),
        explain_activity(activity, past, policy.activity),
        *explain_flags(risk, past, policy.risk),
    )
    return Tags(level.level, risk.risk, activity.activity, risk.flags, reasons)


# --- the first change without further input ------------------------------------------------------------------


def _next_change_at(
    settled: History, past: Past, policy: Policy, verdict: _Verdict, day: date
) -> datetime | None:
    """Walks from one pending event to the next; between two of them only local midnights can change anything."""
    zone = policy.tenant.tz
    vector = verdict.vector
    for event in (*_instants(settled), None):
        until = NEVER if event is None else local_day(event, zone)
        changed_on = _first_change_on(past, policy, verdict, day, until)
        if changed_on is not None:
            return start_of_day(changed_on, zone)
        if event is None:
            return None
        now = to_tick(event) + TICK
        settled, day = settle(settled, now, zone), local_day(now, zone)
        past = _past(settled, policy)
        verdict = _judge_afresh(past, policy, day)
        if verdict.vector != vector:
            return now
    return None


def _instants(settled: History) -> list[datetime]:
    return sorted({event.at for event in settled.pending})


def _first_change_on(past: Past, policy: Policy, verdict: _Verdict, day: date, until: date) -> date | None:
    """The first day after `day`, up to `until`, at whose first instant the vector differs.

    Each tag has its own days; none is looked at beyond the first change of another one.
    """
    level, risk, activity = verdict
    level_on, was_high = level_judge(past, policy.level), risk.risk is Risk.HIGH
    end = NEVER if until == NEVER else until + _ONE_DAY
    found_on = min(day_of_activity_change(past, policy.activity, activity) or end, end)
    found_on = _first_where(
        lambda on: judge_risk(past, policy.risk, on, was_high=was_high)[:3] != risk[:3],
        days_of_risk_change(past, policy.risk, risk, day),
        found_on,
    )
    found_on = _first_where(
        lambda on: level_on(on)[:2] != level[:2], _days_of_level(past, policy, level, day), found_on
    )
    return found_on if found_on < end else None


def _first_where(differs: Callable[[date], bool], days: Iterable[date], end: date) -> date:
    """The first of ascending days before `end` on which something differs, else `end`."""
    return next((on for on in takewhile(lambda on: on < end, days) if differs(on)), end)


def _days_of_level(past: Past, policy: Policy, facts: LevelFacts, after: date) -> Iterable[date]:
    if is_steadied(policy.level):
        return days_of_steadied_change(past, policy.level, after)
    return days_of_level_change(past, policy.level, facts, after)
