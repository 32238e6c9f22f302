"""The pace of a provider: each container keeps its share of the requests a second that all of them may make.

At most `SEND_CONCURRENCY` containers send on a channel at once (the event source's MaximumConcurrency), so each may make
rate / concurrency requests a second. That costs no request to the table, where a shared bucket would cost one write for each
message on one hot row. The price: a container that just began may send at once, so a burst of one message for each is
possible; and shares of idle containers are not lent. What is still too fast the provider throttles, and that is surely unsent.
"""

import time
from collections.abc import Callable
from typing import Final

MOST_WAIT_S: Final = 3.0
"""A turn that comes later gives the message back: waiting costs money, too."""

_next_turn_s: dict[str, float] = {}


def wait_for_turn(
    channel: str,
    rate_per_s: int,
    concurrency: int,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    turns: dict[str, float] = _next_turn_s,  # noqa: B006 (what this container remembers)
) -> float:
    """0.0 when the turn has come, after a short wait; else the seconds until it comes, and nothing is taken."""
    if rate_per_s == 0:
        return 0.0
    now_s = clock()
    turn_s = max(turns.get(channel, now_s), now_s)
    if turn_s - now_s > MOST_WAIT_S:
        return turn_s - now_s
    turns[channel] = turn_s + concurrency / rate_per_s
    if turn_s > now_s:
        sleep(turn_s - now_s)
    return 0.0
