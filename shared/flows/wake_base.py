"""Wakes the whole base after a change of policy: in bounded pages over as many sweeps as it takes, each customer once.

Every customer who was ever reviewed stands in the due index (LATEST_DUE), so that the walk over its days ahead meets
everybody. Who has been reviewed under the new policy meanwhile is not reviewed again.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from shared.flows.wake import customer_body
from shared.model.instants import to_iso
from shared.policy.schema import Policy
from shared.ports import Items, Query, Queue, QueueName, Table
from shared.store.customers import LATEST_DUE
from shared.store.policies import Place, Pointer, Walk, put_walk, read_walk

FOLLOWED_AFTER: Final = timedelta(minutes=2)
"""A function looks at the pointer every half minute (shared/runtime/wiring.py), and a review that has begun takes a
minute at most: by then nobody writes tags under the policy of before."""


REQUEST_COSTS: Final = 10
"""A request to the index, of which most find nobody, takes about as long as posting ten ids: a wave bounds both."""


class Woken(NamedTuple):
    customers: int = 0
    goes_on: bool = False
    """The next sweep wakes more of them."""


def wake_base(*, items: Items, queue: Queue, policy: Policy, now: datetime) -> Woken:
    """Posts the ids of the next customers whom a change of policy concerns."""
    pointer, walk = read_walk(items)
    name = f"{pointer.number if pointer else 0}#{policy.version}"
    if pointer is None and walk is None:
        items.put_if(put_walk(Walk(name, None)))  # a base that begins knows one policy only
        return Woken()
    if not _is_followed(pointer, policy, now):
        return Woken()
    today = date.fromisoformat(to_iso(now)[:10])
    place = walk.place if walk is not None and walk.name == name else Place(today)
    if place is None:
        return Woken()
    return _walk_on(place, name, items=items, queue=queue, policy=policy, today=today)


def _is_followed(pointer: Pointer | None, policy: Policy, now: datetime) -> bool:
    """Whether every function has the policy of the pointer. Nobody is woken for a policy that the code refuses."""
    if pointer is None:
        return True
    # A clock that stands still (the embedded stack's) would never be late enough.
    since = now - pointer.at
    return pointer.version == policy.version and not timedelta(0) < since < FOLLOWED_AFTER


class _Lot(NamedTuple):
    """The customers of one page, and where the walk goes on after it (None: nowhere)."""

    customer_ids: list[str]
    after: Place | None


def _walk_on(place: Place, name: str, *, items: Items, queue: Queue, policy: Policy, today: date) -> Woken:
    """Goes on for one wave, and notes where it stands after each day, and where it stops."""
    woken = spent = 0
    for lot in _lots(place, today + LATEST_DUE, items, policy):
        if lot.customer_ids:
            queue.post(QueueName.CUSTOMERS_DUE, list(map(customer_body, lot.customer_ids)))
        woken += len(lot.customer_ids)
        spent += len(lot.customer_ids) + REQUEST_COSTS
        is_over = spent >= policy.due.wave
        if lot.after is None or is_over or lot.after == Place(lot.after.day):
            items.put_if(put_walk(Walk(name, lot.after)))
        if is_over:
            return Woken(woken, lot.after is not None)
    return Woken(woken)


def _lots(place: Place, last: date, items: Items, policy: Policy) -> Iterator[_Lot]:
    goes_on: Place | None = place
    while goes_on is not None:
        partition = f"{goes_on.day.isoformat()}#{goes_on.shard:02d}"
        page = items.query(
            Query(Table.CUSTOMERS, partition, index="due", limit=policy.due.page, start=goes_on.start)
        )
        after = (
            _next_partition(goes_on, last, policy.due.shards)
            if page.next is None
            else Place(goes_on.day, goes_on.shard, page.next)
        )
        yield _Lot([str(item["customer_id"]) for item in page.items], after)
        goes_on = after


def _next_partition(place: Place, last: date, shards: int) -> Place | None:
    if place.shard + 1 < shards:
        return Place(place.day, place.shard + 1)
    return Place(place.day + timedelta(days=1)) if place.day < last else None
