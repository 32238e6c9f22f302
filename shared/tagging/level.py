"""Level: what a customer is worth, from the amount of a year, its growth and the tenure (R12..R18)."""

from collections.abc import Iterable, Iterator
from datetime import date
from heapq import merge
from itertools import takewhile
from typing import NamedTuple

from shared.model.tags import Level, Reason
from shared.policy.schema import Levels
from shared.tagging.windows import Past, anniversary, breakpoints, falls_below_on, held, iso, start_of

HELD, UNCONFIRMED = "held", "unconfirmed"
"""Codes of a level that is not that of the rules (hysteresis)."""
_RULES = {
    "strategic": "R12",
    "core": "R12",
    "big_but_new": "R14",
    "potential": "R12",
    "from_zero": "R18",
    "potential_no_growth": "R16",
    "basic": "R12",
    HELD: "level.exit_percent",
    UNCONFIRMED: "level.confirm_days",
}


class LevelFacts(NamedTuple):
    level: Level
    code: str
    amount_fen: int
    """Net of refunds."""
    recent_fen: int
    """The part of the amount that falls into the growth window."""
    tenured_on: date | None

    @property
    def previous_fen(self) -> int:
        return self.amount_fen - self.recent_fen


def judge_level(past: Past, levels: Levels, day: date) -> LevelFacts:
    """The level on a local day, of all that had happened by then."""
    amount_fen = held(past.fen, start_of(past, day, levels.amount_months))
    recent_fen = held(past.fen, start_of(past, day, levels.growth_months))
    tenured_on = tenure_day(past, levels)
    growth_fen = missing_growth_fen(recent_fen, amount_fen - recent_fen, levels)
    if amount_fen >= levels.strategic_min_fen:
        is_tenured = tenured_on is not None and tenured_on <= day
        level, code = (Level.STRATEGIC, "strategic") if is_tenured else (levels.big_but_new, "big_but_new")
    elif amount_fen >= levels.core_min_fen:
        level, code = Level.CORE, "core"
    elif amount_fen < levels.potential_min_fen:
        level, code = Level.BASIC, "basic"
    elif growth_fen > 0:
        level, code = Level.BASIC, "potential_no_growth"
    else:
        level, code = Level.POTENTIAL, "potential" if amount_fen > recent_fen else "from_zero"
    return LevelFacts(level, code, amount_fen, recent_fen, tenured_on)


def tenure_day(past: Past, levels: Levels) -> date | None:
    """The anniversary from which on the cooperation is long enough (R17); None without any start."""
    if past.cooperating_since_on is None:
        return None
    return anniversary(past.cooperating_since_on, levels.strategic_tenure_years)


def days_of_level_change(past: Past, levels: Levels, facts: LevelFacts, after: date) -> Iterable[date]:
    """Later days, ascending, among them every one on which the level by the rules may differ from the day before.

    Where nothing was refunded amounts only fall: a small customer stays small, a larger one stays until a known day.
    """
    exits = breakpoints(past.paid_on, (levels.amount_months, levels.growth_months), after)
    tenured = [on for on in (facts.tenured_on,) if on is not None and on > after]
    if not past.is_unrefunded:
        return merge(tenured, exits)
    if facts.amount_fen < levels.potential_min_fen:
        return ()
    lost_on = falls_below_on(past, _band_min_fen(facts.amount_fen, levels), levels.amount_months)
    if facts.amount_fen >= levels.core_min_fen:
        return sorted((*tenured, lost_on))
    return _until_and_with(lost_on, exits)


def _band_min_fen(amount_fen: int, levels: Levels) -> int:
    bounds = (levels.strategic_min_fen, levels.core_min_fen, levels.potential_min_fen)
    return next(bound for bound in bounds if amount_fen >= bound)


def _until_and_with(last: date, days: Iterable[date]) -> Iterator[date]:
    yield from takewhile(lambda on: on < last, days)
    yield last


def missing_growth_fen(recent_fen: int, previous_fen: int, levels: Levels) -> int:
    """The least further amount with which the growth suffices; 0 where it does (R18)."""
    if previous_fen <= 0:
        return max(1 - recent_fen, 0)
    # recent * 100 >= previous * (100 + percent), in whole fen, rounded up
    needed_fen = -(-previous_fen * (100 + levels.growth_percent) // 100)
    return max(needed_fen - recent_fen, 0)


def explain_level(facts: LevelFacts, past: Past, levels: Levels, day: date) -> Reason:
    """The reason; its margin says what is missing to the level above, and what can be lost before the one below."""
    return Reason(
        tag="level",
        value=facts.level,
        rule=_RULES[facts.code],
        code=facts.code,
        inputs={
            "amount_fen": facts.amount_fen,
            "recent_fen": facts.recent_fen,
            "previous_fen": facts.previous_fen,
            "growth": _growth_word(facts, levels),
            "cooperating_since_on": iso(past.cooperating_since_on),
        },
        threshold={
            "strategic_min_fen": levels.strategic_min_fen,
            "core_min_fen": levels.core_min_fen,
            "potential_min_fen": levels.potential_min_fen,
            "amount_months": levels.amount_months,
            "growth_months": levels.growth_months,
            "growth_percent": levels.growth_percent,
            "strategic_tenure_years": levels.strategic_tenure_years,
        },
        margin=_margin(facts, levels, day),
    )


def _margin(facts: LevelFacts, levels: Levels, day: date) -> dict[str, int | str | None]:
    if facts.code == UNCONFIRMED:
        return {"to": None}
    if facts.code == HELD:
        return {"to": None} | _downward(facts, lowered(levels))
    return _upward(facts, levels, day) | _downward(facts, levels)


def lowered(levels: Levels) -> Levels:
    """The bounds by which a level is kept (exit band), rounded up."""
    percent = 100 - levels.exit_percent
    return levels.model_copy(
        update={
            name: -(-getattr(levels, name) * percent // 100)
            for name in ("strategic_min_fen", "core_min_fen", "potential_min_fen", "growth_percent")
        }
    )


def _growth_word(facts: LevelFacts, levels: Levels) -> str:
    if missing_growth_fen(facts.recent_fen, facts.previous_fen, levels) > 0:
        return "not_enough"
    return "enough" if facts.previous_fen > 0 else "from_zero"


def _upward(facts: LevelFacts, levels: Levels, day: date) -> dict[str, int | str | None]:
    if facts.level is Level.STRATEGIC:
        return {"to": None}
    if facts.amount_fen >= levels.core_min_fen:
        return {
            "to": Level.STRATEGIC,
            "missing_fen": max(levels.strategic_min_fen - facts.amount_fen, 0),
            "missing_days": None if facts.tenured_on is None else max((facts.tenured_on - day).days, 0),
        }
    to_core_fen = levels.core_min_fen - facts.amount_fen
    to_potential_fen = max(
        levels.potential_min_fen - facts.amount_fen,
        missing_growth_fen(facts.recent_fen, facts.previous_fen, levels),
    )
    # Where the growth lags far behind, the next order lifts to core first.
    if facts.level is Level.POTENTIAL or to_potential_fen >= to_core_fen:
        return {"to": Level.CORE, "missing_fen": to_core_fen}
    return {"to": Level.POTENTIAL, "missing_fen": to_potential_fen}


def _downward(facts: LevelFacts, levels: Levels) -> dict[str, int | str | None]:
    if facts.level is Level.STRATEGIC:
        return {"lost_to": Level.CORE, "spare_fen": facts.amount_fen - levels.strategic_min_fen}
    if facts.level is Level.CORE:
        spare_fen = facts.amount_fen - levels.core_min_fen
        left_fen = facts.recent_fen - spare_fen - 1
        grows = missing_growth_fen(left_fen, facts.previous_fen, levels) == 0
        return {"lost_to": Level.POTENTIAL if grows else Level.BASIC, "spare_fen": spare_fen}
    if facts.level is Level.POTENTIAL:
        return {"lost_to": Level.BASIC, "spare_fen": _spare_of_potential_fen(facts, levels)}
    return {}


def _spare_of_potential_fen(facts: LevelFacts, levels: Levels) -> int:
    """How much of the recent amount can be refunded today before amount or growth is too small."""
    spare_fen = facts.amount_fen - levels.potential_min_fen
    enough_fen = missing_growth_fen(0, facts.previous_fen, levels)
    return min(spare_fen, facts.recent_fen - enough_fen)
