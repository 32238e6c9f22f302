"""Budgets of messages and money: what was spent in a day or month, in shards of the `control` table.

Each shard holds a share of the limit and no write takes one above its share: the sum is never overspent, and no
counter is hot. What a share is too small for stays unspent: less than the price of one message for each shard.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from shared.policy.limits import Budget
from shared.ports import (
    Absent,
    All,
    AnyOf,
    Condition,
    Exists,
    Is,
    Item,
    Items,
    Key,
    Query,
    Table,
    Update,
    query_all,
)


class Share(NamedTuple):
    """What one shard may hold; None: that is not limited."""

    messages: int | None
    fen: int | None


SHARDS = 8
"""Of each budget; a constant of the data, not a policy: changing it overspends the periods that run."""


@dataclass(frozen=True, slots=True)
class Spending:
    """One message's claim on one shard of one budget."""

    name: str
    budget: Budget
    period: str
    """Of the tenant: `2026-06-30` or `2026-06`."""
    shard: int
    cost_fen: int
    is_bound: bool
    """Not bound: it is counted, and a spent budget does not stop it."""


def period_of(budget: Budget, day: date) -> str:
    return day.isoformat() if budget.per == "day" else day.isoformat()[:7]


def shard_of(contact_id: str, fence: int) -> int:
    """The shard that an attempt tries first: another one for each attempt."""
    return int.from_bytes(hashlib.sha256(f"{contact_id}|{fence}".encode()).digest()[:4], "big") % SHARDS


def share_of(budget: Budget, shard: int) -> Share:
    """All shares together are the limit."""

    def part(limit: int | None) -> int | None:
        return None if limit is None else limit * (shard + 1) // SHARDS - limit * shard // SHARDS

    return Share(part(budget.most_messages), part(budget.most_fen))


def budget_pk(name: str, period: str) -> str:
    return f"BUDGET#{name}#{period}"


def spend(spending: Spending) -> Update:
    """Counts one message and its cost; refused where the shard has no room and the message is bound."""
    return Update(_key(spending), add={"n": 1, "fen": spending.cost_fen}, condition=_room(spending))


def give_back(spending: Spending) -> Update:
    """Takes back what was counted for a message that surely was not sent; once, with the move of its row."""
    return Update(_key(spending), add={"n": -1, "fen": -spending.cost_fen}, condition=Exists("n"))


def _key(spending: Spending) -> Key:
    return Key(Table.CONTROL, budget_pk(spending.name, spending.period), f"{spending.shard:02d}")


def _room(spending: Spending) -> Condition | None:
    if not spending.is_bound:
        return None
    share = share_of(spending.budget, spending.shard)
    fits: list[Condition] = []
    if share.messages is not None:
        fits.append(Is("n", "<=", share.messages - 1))
    if share.fen is not None:
        fits.append(Is("fen", "<=", share.fen - spending.cost_fen))
    room = All(tuple(fits))
    return AnyOf((Absent("n"), room)) if _fits_alone(share, spending.cost_fen) else room


def _fits_alone(share: Share, cost_fen: int) -> bool:
    """Whether an empty shard has room for one message."""
    return share.messages != 0 and (share.fen is None or cost_fen <= share.fen)


def shards_with_room(spending: Spending, items: Items) -> list[int]:
    """The shards of a budget that have room for a message, the emptiest first; a moment old."""
    query = Query(Table.CONTROL, budget_pk(spending.name, spending.period))
    spent = {int(str(item["sk"])): item for item in query_all(items, query)}
    rooms = [(_left(spending, shard, spent.get(shard, {})), shard) for shard in range(SHARDS)]
    return [shard for left, shard in sorted(rooms, reverse=True) if left > 0]


def _left(spending: Spending, shard: int, item: Item) -> int:
    """Messages of this cost that still fit."""
    share = share_of(spending.budget, shard)
    n, fen = (int(str(item.get(name, 0))) for name in ("n", "fen"))
    fits = [share.messages - n] if share.messages is not None else []
    if share.fen is not None and spending.cost_fen:
        fits.append((share.fen - fen) // spending.cost_fen)
    return min(fits, default=1)


def spent_of(items: Items, name: str, period: str) -> tuple[int, int]:
    """Messages and fen that were counted against a budget in a period."""
    return total(query_all(items, Query(Table.CONTROL, budget_pk(name, period))))


def total(found: Iterable[Item]) -> tuple[int, int]:
    rows = [(int(str(item["n"])), int(str(item["fen"]))) for item in found]
    return sum(n for n, _ in rows), sum(fen for _, fen in rows)
