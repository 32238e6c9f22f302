"""A span of time, and the first instant in it at which something is judged otherwise (R22)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.model.history import Voice
from shared.model.instants import TICK, local_day, start_of_day
from shared.tagging.windows import NEVER, leaves_on


class Span(NamedTuple):
    """From an instant on, until another: None for ever."""

    at: datetime
    until: datetime | None

    def first(self, instants: Iterable[datetime], judge: Callable[[datetime], object]) -> datetime | None:
        """The first of the instants inside at which the judgement differs from that at the beginning."""
        inside = {one for one in instants if self.at < one and (self.until is None or one < self.until)}
        if not inside:
            return None
        now = judge(self.at)
        return next((one for one in sorted(inside) if judge(one) != now), None)


def voice_instants(voices: Iterable[Voice], months: int, zone: ZoneInfo) -> Iterator[datetime]:
    """When each of them begins to count, and when it leaves the window."""
    for voice in voices:
        yield voice.at + TICK
        gone_on = leaves_on(local_day(voice.at, zone), months)
        if gone_on < NEVER:
            yield start_of_day(gone_on, zone)
