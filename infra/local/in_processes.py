"""A costly function over parts, on all cores of this machine; small work stays in this process."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from typing import Final, TypeVar

# Fewer are done before another process has started.
_FEWEST_PARTS: Final = 4
_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


def map_in_processes(action: Callable[[_Part], _Result], parts: Iterable[_Part]) -> Iterator[_Result]:
    """The results in the order of the parts, of which a few are held at a time. What an action raises is raised."""
    rest = iter(parts)
    first, cores = list(islice(rest, _FEWEST_PARTS)), len(os.sched_getaffinity(0))
    if len(first) < _FEWEST_PARTS or cores == 1:
        yield from map(action, chain(first, rest))
        return
    # A fresh interpreter each: what runs in threads here (the local stack) must not be forked.
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[_Result]] = deque()
        for part in chain(first, rest):
            waiting.append(pool.submit(action, part))
            if len(waiting) > 2 * cores:
                yield waiting.popleft().result()
        yield from (future.result() for future in waiting)
