"""Which budgets a message spends, and another shard where the first one has no room."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from shared.model.contact import Channel, Contact
from shared.model.instants import local_day
from shared.policy.limits import Budget
from shared.policy.schema import Policy
from shared.ports import Items, Update, Write
from shared.store.budgets import Spending, give_back, period_of, shard_of, shards_with_room, spend


def spendings_of(
    contact: Contact, segments: int | None, now: datetime, policy: Policy
) -> tuple[Spending, ...]:
    """One for each budget that the message falls under, in the tenant's day and month."""
    return tuple(_spendings(contact, cost_fen(contact.channel, segments, policy), now, policy))


def cost_fen(channel: Channel, segments: int | None, policy: Policy) -> int:
    if channel is Channel.SMS:
        return policy.cost.sms_segment_fen * (segments or 1)
    return policy.cost.email_fen


def _spendings(contact: Contact, cost: int, now: datetime, policy: Policy) -> Iterator[Spending]:
    today = local_day(now, policy.tenant.tz)
    is_bound = contact.contact_class in policy.limits.bound_classes
    for name, budget in sorted(policy.limits.budgets.items()):
        if _covers(budget, contact):
            shard = shard_of(contact.contact_id, contact.fence)
            yield Spending(name, budget, period_of(budget, today), shard, cost, is_bound)


def _covers(budget: Budget, contact: Contact) -> bool:
    is_channel = budget.channel in (None, contact.channel.value)
    return is_channel and contact.plan_step.startswith(budget.plan or "")


def spend_writes(spendings: Sequence[Spending]) -> dict[str, Write]:
    """By label, for the transaction that marks the message."""
    return {f"budget#{one.name}": spend(one) for one in spendings}


def give_back_writes(spendings: Sequence[Spending]) -> list[Update]:
    """For the transaction that says that the message surely was not sent."""
    return [give_back(one) for one in spendings]


def try_elsewhere(
    spendings: Sequence[Spending], full: frozenset[str], tried: int, items: Items
) -> tuple[Spending, ...] | None:
    """The same with other shards in place of those that were full; None: a budget is spent.

    `tried` spreads senders that look at the same moment over the shards that have room.
    """
    moved: list[Spending] = []
    for one in spendings:
        if f"budget#{one.name}" not in full:
            moved.append(one)
            continue
        rooms = shards_with_room(one, items)
        if not rooms:
            return None
        moved.append(replace(one, shard=rooms[(one.shard + tried) % len(rooms)]))
    return tuple(moved)
