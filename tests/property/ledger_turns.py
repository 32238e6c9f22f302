"""Virtual time for real code: workers are threads of which one runs at a time, in the order of a heap of instants.

A worker that sleeps gives way to whatever comes first. Nothing depends on the machine: one seed is one history.
"""

import heapq
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable
from datetime import datetime, timedelta


class Killed(BaseException):
    """The process is gone: nothing after this line ran."""


class _Seat:
    """A thread that takes one body after the other."""

    def __init__(self) -> None:
        self.go = allocate_lock()
        self.go.acquire()
        self.body: Callable[[], None] = _nothing
        self.turns: Turns | None = None
        self.error: BaseException | None = None
        start_new_thread(self._live, ())

    def _live(self) -> None:
        while True:
            self.go.acquire()
            try:
                self.body()
            except Killed:
                pass
            except BaseException as error:  # noqa: BLE001 (raised again where the schedule runs)
                self.error = error
            turns = self.turns
            assert turns is not None
            _IDLE.append(self)
            turns.running = None
            turns.back.release()


_IDLE: list[_Seat] = []


class Turns:
    def __init__(self, start: datetime) -> None:
        self.now = start
        self.back = allocate_lock()
        self.back.acquire()
        self.running: _Seat | None = None
        self._heap: list[tuple[datetime, int, Callable[[], None] | _Seat]] = []
        self._count = 0
        self.steps = 0
        """Things that happened: calls of workers, deliveries, ticks."""

    def at(self, when: datetime, do: Callable[[], None]) -> None:
        """Something happens at an instant, at once and whole."""
        self._push(max(when, self.now), do)

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        self._push(self.now + timedelta(seconds=seconds), do)

    def start(self, body: Callable[[], None]) -> None:
        """A worker begins now; others may come between any two of its calls."""
        seat = _IDLE.pop() if _IDLE else _Seat()
        seat.body, seat.turns, seat.error = body, self, None
        self._push(self.now, seat)

    def sleep(self, seconds: float) -> None:
        """Only for workers: goes on when its time has come."""
        until = self.now + timedelta(seconds=seconds)
        self.steps += 1
        if not self._heap or self._heap[0][0] > until:
            self.now = until
            return
        seat = self.running
        assert seat is not None, "no worker runs"
        self._push(until, seat)
        self.running = None
        self.back.release()
        seat.go.acquire()

    def run(self, until: datetime) -> None:
        """Until nothing is left to happen, or the end."""
        while self._heap and self._heap[0][0] <= until:
            self.now, _, next_one = heapq.heappop(self._heap)
            if not isinstance(next_one, _Seat):
                next_one()
                continue
            self.running = next_one
            next_one.go.release()
            self.back.acquire()
            if next_one.error is not None:
                raise next_one.error

    def _push(self, when: datetime, what: Callable[[], None] | _Seat) -> None:
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, what))


def _nothing() -> None:
    pass
