"""Workers that take turns at the store: real threads of which one runs at a time, chosen by chance at every request.

One seed is one interleaving, at every step of the store, the single items of a batch read among them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Condition
from typing import TypeVar

from shared.ports import Items
from tests.integration.identity_world import TornItems

Work = TypeVar("Work")
Found = TypeVar("Found")


class _Turns:
    def __init__(self, random: Random, workers: int) -> None:
        self.random = random
        self.working = workers
        self.waiting: set[int] = set()
        self.turn: int | None = None
        self.changed = Condition()

    def wait(self, me: int) -> None:
        """Goes on when it is this worker's turn: somebody is chosen as soon as all who still work wait."""
        with self.changed:
            self.waiting.add(me)
            self._choose()
            self.changed.wait_for(lambda: self.turn == me)
            self.turn = None
            self.waiting.discard(me)

    def leave(self) -> None:
        with self.changed:
            self.working -= 1
            self._choose()

    def _choose(self) -> None:
        if self.turn is None and self.waiting and len(self.waiting) == self.working:
            self.turn = self.random.choice(sorted(self.waiting))
            self.changed.notify_all()


def take_turns(
    inner: Items, work: Sequence[Sequence[Work]], do: Callable[[Items, Work], Found], random: Random
) -> list[Found]:
    """What came of the work of each worker, done by all of them in turns."""
    # Drawn before the threads start: who starts first is not ours to choose.
    torn = [TornItems(inner, random=Random(random.random())) for _ in work]
    turns = _Turns(random, len(work))

    def run(me: int) -> list[Found]:
        items, pieces = torn[me], work[me]
        items.before = lambda _: turns.wait(me)
        try:
            return [do(items, piece) for piece in pieces]
        finally:
            turns.leave()

    with ThreadPoolExecutor(len(work)) as pool:
        return [found for each in pool.map(run, range(len(work))) for found in each]
