"""Levels that do not flap: an exit band and a time of confirmation, both off by default (requirements 2, consequences).

Looked at day by day over the year before (`amount_months`): a past day counts as it ended, the present one as it stands.
Banded: the level of the rules, or that of the day before as far as bounds lowered by `exit_percent` still give it.
Confirmed: a banded level is taken when it has held for `confirm_days`; the first day of the year is taken as it is.
Both are functions of the history alone, so that late events and corrections give what they had given in time.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from typing import Final

from shared.model.tags import Level
from shared.policy.schema import Levels
from shared.tagging.level import HELD, UNCONFIRMED, LevelFacts, judge_level, lowered, tenure_day
from shared.tagging.windows import NEVER, Past, breakpoints, leaves_on, minus

LevelOn = Callable[[date], LevelFacts]
_UP: Final = (Level.BASIC, Level.POTENTIAL, Level.CORE, Level.STRATEGIC)
_ONE_DAY: Final = timedelta(days=1)


def is_steadied(levels: Levels) -> bool:
    """Whether either option is on."""
    return levels.exit_percent > 0 or levels.confirm_days > 0


def level_judge(past: Past, levels: Levels) -> LevelOn:
    """What gives the level on a day: the rules, steadied where the policy says so; its code says what decided."""
    if not is_steadied(levels):
        return partial(judge_level, past, levels)
    lenient, steps = lowered(levels), sorted(set(_changes(past, levels)))
    ruled = cache(lambda day: judge_level(_until(past, day), levels, day).level)
    kept = cache(lambda day: judge_level(_until(past, day), lenient, day).level)

    def judge(day: date) -> LevelFacts:
        begin = minus(day, levels.amount_months)
        inside = steps[bisect_right(steps, begin) : bisect_right(steps, day - _ONE_DAY)]
        banded, shown = _walk([*inside, day], begin, levels.confirm_days, ruled, kept)
        facts = judge_level(past, levels, day)
        if shown is not banded:
            return facts._replace(level=shown, code=UNCONFIRMED)
        return facts if banded is facts.level else facts._replace(level=banded, code=HELD)

    return judge


def _walk(
    days: list[date],
    begin: date,
    confirm_days: int,
    ruled: Callable[[date], Level],
    kept: Callable[[date], Level],
) -> tuple[Level, Level]:
    """The banded and the confirmed level on the last of the days."""
    banded = shown = ruled(begin)
    since = begin
    for on in days:
        before = banded
        banded = max(ruled(on), min(before, kept(on), key=_UP.index), key=_UP.index)
        if banded is not before:
            # It was shown if it was confirmed before the day on which it went.
            shown = before if (on - since).days > confirm_days else shown
            since = on
    return banded, banded if (days[-1] - since).days >= confirm_days else shown


def _changes(past: Past, levels: Levels) -> Iterator[date]:
    """Every day on which the level by the rules can differ from the day before."""
    if past.on:
        yield from past.on
        yield from breakpoints(past.on, (levels.amount_months, levels.growth_months), past.on[0])
    tenured_on = tenure_day(past, levels)
    if tenured_on is not None:
        yield tenured_on


def days_of_steadied_change(past: Past, levels: Levels, after: date) -> list[date]:
    """Every later day on which a steadied level can differ from the day before, ascending.

    When a level changes, when it is confirmed, and when what was long ago is left behind.
    """
    found = set[date]()
    for on in set(_changes(past, levels)):
        gone = (leaves_on(one, levels.amount_months) for one in (on - _ONE_DAY, on) if on < NEVER)
        for day in (on, *gone):
            if day < NEVER - timedelta(days=levels.confirm_days):
                found |= {day, day + timedelta(days=levels.confirm_days)}
    return sorted(day for day in found if day > after)


def _until(past: Past, day: date) -> Past:
    """What had happened by the end of a day."""
    stop = bisect_right(past.on, day)
    if stop == len(past.on):
        return past
    return replace(past, on=past.on[:stop], fen=past.fen[: stop + 1])
