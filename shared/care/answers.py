"""Occasions of what a customer did: complaints, talks, scores, a first order, a new stage (R7, R27, R29, R30, R51, R53)."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from shared.care.dates import add_months, iso
from shared.care.state import CareState
from shared.care.wishes import Occasion
from shared.model.facts import Fact, FactKind
from shared.model.instants import local_day
from shared.policy.playbooks import (
    ComplaintMade,
    FirstOrder,
    HighScore,
    MinutesWritten,
    ScoreDrop,
    StageEntered,
)

MINUTED = "minuted"
"""Stage of a talk whose minutes are written."""
TALKS = frozenset({FactKind.TALK, FactKind.SERVICE})


def complaints(state: CareState, trigger: ComplaintMade, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R30: each open complaint."""
    for fact in _of_kind(state, FactKind.COMPLAINT):
        if fact.stage not in trigger.closed:
            yield _at_instant(fact, zone, {})


def minutes(state: CareState, trigger: MinutesWritten, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R27: each talk that has minutes."""
    for fact in _of_kind(state, FactKind.TALK):
        if fact.stage == MINUTED:
            yield _at_instant(fact, zone, {"talk_on": iso(local_day(fact.at, zone))})


def high_scores(state: CareState, trigger: HighScore, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R51: a good score, and then none for `rest_days`."""
    rest_until = date.min
    for fact in _of_kind(state, FactKind.SCORE):
        day = local_day(fact.at, zone)
        if (fact.score or 0) >= trigger.at_least and day >= rest_until:
            rest_until = day + timedelta(days=trigger.rest_days)
            yield Occasion(on=day, day=day, why={"score": fact.score}, about=fact.fact_id)


def score_drops(state: CareState, trigger: ScoreDrop, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R29: the last score before a talk or service against the first one after it."""
    scores = _of_kind(state, FactKind.SCORE)
    found: dict[str, Occasion] = {}
    for touch in state.facts:
        if touch.kind not in TALKS:
            continue
        before, after = _around(scores, touch, trigger, zone)
        if before and after and (after.score or 0) < (before.score or 0):
            day = local_day(after.at, zone)
            why = {"before": before.score, "after": after.score, "touch_on": iso(local_day(touch.at, zone))}
            found.setdefault(after.fact_id, Occasion(on=day, day=day, why=why, about=after.fact_id))
    yield from found.values()


def first_orders(state: CareState, trigger: FirstOrder, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R7."""
    day = state.first_order_on
    if day is not None:
        yield Occasion(on=day, day=day, values={"stage": "acquisition"}, why={"first_order_on": iso(day)})


def stages(state: CareState, trigger: StageEntered, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R53: while the customer is in the stage, since the day of the change."""
    day = state.stage_since_on
    if day is not None and state.stage == trigger.stage:
        yield Occasion(on=day, day=day, values={"stage": trigger.stage}, why={"since_on": iso(day)})


def _of_kind(state: CareState, kind: FactKind) -> list[Fact]:
    """Oldest first."""
    found = (fact for fact in state.facts if fact.kind is kind)
    return sorted(found, key=lambda fact: (fact.at, fact.fact_id))


def _at_instant(fact: Fact, zone: ZoneInfo, values: dict[str, str | int]) -> Occasion:
    day = local_day(fact.at, zone)
    return Occasion(on=day, day=day, values=values, about=fact.fact_id, at=fact.at)


def _around(
    scores: list[Fact], touch: Fact, trigger: ScoreDrop, zone: ZoneInfo
) -> tuple[Fact | None, Fact | None]:
    on = local_day(touch.at, zone)
    first_on, last_on = add_months(on, -trigger.before_months), on + timedelta(days=trigger.after_days)
    before = [one for one in scores if one.at < touch.at and local_day(one.at, zone) >= first_on]
    after = [one for one in scores if one.at > touch.at and local_day(one.at, zone) <= last_on]
    return (before[-1] if before else None, after[0] if after else None)
