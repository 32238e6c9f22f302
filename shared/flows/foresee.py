"""What the care of a base will be: the reviews of the coming days, decided by the code that runs, writing nothing.

`plan` walks a base under two policies, `simulate` lets customers answer on the way; both step through here, so that
what the one predicts is what the other does.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

from shared.flows.decide_review import (
    Decided,
    Known,
    Learned,
    Portrait,
    decide_review,
    draw_portrait,
)
from shared.flows.judge_days import Judged, judge_days
from shared.flows.review_customer import first_import_share
from shared.model.facts import Fact
from shared.model.instants import TICK, local_day, to_tick
from shared.policy.schema import Policy
from shared.tagging.fold import Happening, add_events, prune

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Foreseen(NamedTuple):
    """One review that will happen if things go on as the answers say."""

    at: datetime
    before: Known
    decided: Decided


Respond = Callable[[Foreseen], Iterable[Happening]]
Told = Happening | Fact
Rooms = Counter[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Span:
    """From the first review, of everybody, up to an end that is not reached."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found out about customers: another look at them, by a policy that agrees on it, need not find it again."""

    portraits: dict[str, Portrait] = field(default_factory=dict)
    judged: dict[tuple[str, datetime], Judged] = field(default_factory=dict)


def foresee(
    base: Iterable[Known],
    policy: Policy,
    key: bytes,
    span: Span,
    *,
    respond: Respond | None = None,
    happenings: Iterable[tuple[str, Told]] = (),
    seen: Seen | None = None,
) -> Iterator[Foreseen]:
    """Every review of the span, in the order of time, then of customer ids.

    At the start everybody is reviewed, as after a policy was published; then who is due at a sweep, and who did
    something, at once. `respond` says what a review makes the customer do, `happenings` what comes anyway. Years
    without a working-day table go on as provisional (R39). `seen` is read, and filled for the next one. Raises nothing.
    """
    known = {each.profile.customer_id: each for each in base}
    due: dict[str, datetime | None] = dict.fromkeys(known, span.start)
    numbers, rooms, latest = count(), Rooms(), dict[str, Judged]()
    queue = _first_turns(known, happenings, span.start, numbers)
    portraits = _portraits(known, policy, key, seen or Seen())
    while queue and queue[0].at < span.end:
        at, name, _, happening = heappop(queue)
        if happening is not None:
            known[name] = _told(known[name], happening, at, policy)
        elif due[name] != at:
            continue  # reviewed since, and due at another time
        latest[name] = _judge(known[name], portraits[name], policy, at, latest.get(name), seen)
        decided = _decide(known[name], portraits[name], latest[name], policy, key, at, rooms)
        step = Foreseen(at, known[name], decided)
        known[name] = _after(step)
        due[name] = _next_review(step, policy)
        if (next_at := due[name]) is not None:
            heappush(queue, _Turn(next_at, name, next(numbers), None))
        for answer in respond(step) if respond else ():
            heappush(queue, _turn(name, answer, at, next(numbers)))
        yield step


def _portraits(known: Mapping[str, Known], policy: Policy, key: bytes, seen: Seen) -> dict[str, Portrait]:
    """What customers do changes their histories, never who they are."""
    for name in known.keys() - seen.portraits.keys():
        seen.portraits[name] = draw_portrait(known[name], policy, key)
    return seen.portraits


class _Turn(NamedTuple):
    at: datetime
    customer_id: str
    number: int
    """Two turns of one instant keep their order."""
    happening: Told | None


def _first_turns(
    known: Mapping[str, Known],
    happenings: Iterable[tuple[str, Told]],
    start: datetime,
    numbers: Iterator[int],
) -> list[_Turn]:
    """A heap: everybody's first review, and what comes anyway."""
    queue = [_Turn(start, name, next(numbers), None) for name in known]
    queue += [_turn(name, each, start, next(numbers)) for name, each in happenings if name in known]
    heapify(queue)
    return queue


def _turn(customer_id: str, happening: Told, now: datetime, number: int) -> _Turn:
    # What happens at an instant counts after it (R22).
    return _Turn(max(to_tick(happening.at) + TICK, now), customer_id, number, happening)


def _told(known: Known, happening: Told, at: datetime, policy: Policy) -> Known:
    """What a customer did reaches us through its first source record."""
    zone = policy.tenant.tz
    first, *others = known.members
    if isinstance(happening, Fact):
        return replace(known, members=(replace(first, facts=(*first.facts, happening)), *others))
    history = add_events(first.history, [happening], at, zone)
    kept = prune(history, at, zone, policy.history.buckets_months)
    return replace(known, members=(replace(first, history=kept), *others))


def _judge(
    known: Known,
    portrait: Portrait,
    policy: Policy,
    at: datetime,
    earlier: Judged | None,
    seen: Seen | None,
) -> Judged:
    """What the days say, where nobody found it out for the same members at the same instant."""
    place = (known.profile.customer_id, at)
    if seen is not None and place in seen.judged and seen.judged[place].members is known.members:
        return seen.judged[place]
    judged = judge_days(known.members, portrait.background, policy, at, earlier)
    if seen is not None:
        seen.judged[place] = judged
    return judged


def _decide(
    known: Known,
    portrait: Portrait,
    judged: Judged,
    policy: Policy,
    key: bytes,
    at: datetime,
    rooms: Rooms,
) -> Decided:
    """As `review_customer` decides: with room for a first contact, or again without it."""
    decide = partial(
        decide_review,
        policy=policy,
        key=key,
        now=at,
        may_plan=True,
        provisional=True,
        portrait=portrait,
        judged=judged,
    )
    decided = decide(known, Learned())
    if decided.care is None or not decided.care.uses_first_import_room:
        return decided
    day = local_day(at, policy.tenant.tz)
    shard, most = first_import_share(known.profile.customer_id, day, policy)
    if rooms[day, shard] < most:
        rooms[day, shard] += 1
        return decided
    return decide(known, Learned(room_is_open=False))


def _after(step: Foreseen) -> Known:
    """What is stored after a review, as the next one reads it."""
    decided = step.decided
    profile, golden = step.before.profile, decided.golden
    if profile.golden is not golden.fields:
        profile = replace(profile, golden=golden.fields, provenance=golden.provenance)
    return replace(
        step.before, profile=profile, tags=decided.tags, memory=decided.memory, consent=decided.consent
    )


def _next_review(step: Foreseen, policy: Policy) -> datetime | None:
    """The first sweep at which the customer is due; a review at that very instant does not come again."""
    due_at = step.decided.tags.due_at
    if due_at is None:
        return None
    every = timedelta(minutes=policy.due.sweep_minutes)
    sweep_at = _EPOCH + -((_EPOCH - due_at) // every) * every
    return sweep_at if sweep_at > step.at else sweep_at + every
