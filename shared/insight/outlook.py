"""What a policy will do to a base in the coming weeks, and how two policies differ: plain sums over foreseen days."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from shared.policy.schema import Forecast

TASKS = frozenset({"call", "visit"})


class ForeseenCandidate(NamedTuple):
    """The last word on one candidate of the span."""

    customer_id: str
    on: date
    """The tenant's day on which it may go at the earliest."""
    channel: str
    decision: str
    is_made: bool
    cost_fen: int
    minutes: int


class Placed(NamedTuple):
    """Where a customer stands under a policy at the start, masked for people who read the plan."""

    cell: str
    """`<level>.<risk>`."""
    shown: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """One policy over one base and span."""

    policy_version: str
    customers: dict[str, Placed] = field(default_factory=dict)
    candidates: dict[str, ForeseenCandidate] = field(default_factory=dict)
    """By contact id."""

    @property
    def made(self) -> dict[str, ForeseenCandidate]:
        return {name: each for name, each in self.candidates.items() if each.is_made}


class Load(NamedTuple):
    """What a span costs."""

    contacts: int = 0
    messages: int = 0
    tasks: int = 0
    cost_fen: int = 0
    task_minutes: int = 0


class Week(NamedTuple):
    begins_on: date
    """A Monday."""
    channel: str
    before: int
    after: int


class Breach(NamedTuple):
    """A week that goes over a budget of the policy under test."""

    begins_on: date
    budget: str
    """Path in the policy, such as `forecast.most_messages_per_week`."""
    foreseen: int
    most: int


class Affected(NamedTuple):
    customer_id: str
    shown: str
    cell_before: str
    cell_after: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """Two outlooks on one base, the second under the policy that is tried."""

    before: str
    after: str
    customers: int
    moves: Mapping[tuple[str, str], int]
    """(cell before, cell after) -> customers, those who stay included."""
    weeks: tuple[Week, ...]
    added: Mapping[str, int]
    """Channel -> contacts that only the new policy makes."""
    removed: Mapping[str, int]
    load_before: Load
    load_after: Load
    held_before: Mapping[str, int]
    held_after: Mapping[str, int]
    affected: tuple[Affected, ...]
    """Every customer with another cell or other contacts, in the order of ids."""
    breaches: tuple[Breach, ...]

    @property
    def is_empty(self) -> bool:
        return not self.affected and self.held_before == self.held_after


def compare(before: Outlook, after: Outlook, budgets: Forecast) -> PlanDiff:
    """The difference between two outlooks on the same customers and the same span."""
    old, new = before.made, after.made
    added = {name: each for name, each in new.items() if name not in old}
    removed = {name: each for name, each in old.items() if name not in new}
    return PlanDiff(
        before=before.policy_version,
        after=after.policy_version,
        customers=len(before.customers),
        moves=Counter((placed.cell, after.customers[name].cell) for name, placed in before.customers.items()),
        weeks=tuple(_weeks(old.values(), new.values())),
        added=Counter(each.channel for each in added.values()),
        removed=Counter(each.channel for each in removed.values()),
        load_before=load_of(old.values()),
        load_after=load_of(new.values()),
        held_before=held_of(before),
        held_after=held_of(after),
        affected=tuple(_affected(before, after, added.values(), removed.values())),
        breaches=tuple(find_breaches(new.values(), budgets)),
    )


def load_of(contacts: Iterable[ForeseenCandidate]) -> Load:
    """The sums over some contacts."""
    load = Load()
    for each in contacts:
        is_task = each.channel in TASKS
        load = Load(
            load.contacts + 1,
            load.messages + (not is_task),
            load.tasks + is_task,
            load.cost_fen + each.cost_fen,
            load.task_minutes + each.minutes,
        )
    return load


def held_of(outlook: Outlook) -> Counter[str]:
    """decision -> candidates that end in it and make no contact."""
    return Counter(each.decision for each in outlook.candidates.values() if not each.is_made)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def find_breaches(contacts: Iterable[ForeseenCandidate], budgets: Forecast) -> Iterable[Breach]:
    """The weeks that go over a budget, in order."""
    weeks: dict[date, list[ForeseenCandidate]] = {}
    for each in contacts:
        weeks.setdefault(monday_of(each.on), []).append(each)
    for begins_on in sorted(weeks):
        load = load_of(weeks[begins_on])
        for name, foreseen in (
            ("most_messages_per_week", load.messages),
            ("most_cost_fen_per_week", load.cost_fen),
            ("most_task_minutes_per_week", load.task_minutes),
        ):
            if foreseen > (most := getattr(budgets, name)):
                yield Breach(begins_on, f"forecast.{name}", foreseen, most)


def _weeks(old: Iterable[ForeseenCandidate], new: Iterable[ForeseenCandidate]) -> Iterable[Week]:
    before = Counter((monday_of(each.on), each.channel) for each in old)
    after = Counter((monday_of(each.on), each.channel) for each in new)
    for begins_on, channel in sorted(before.keys() | after.keys()):
        yield Week(begins_on, channel, before[begins_on, channel], after[begins_on, channel])


def _affected(
    before: Outlook,
    after: Outlook,
    added: Iterable[ForeseenCandidate],
    removed: Iterable[ForeseenCandidate],
) -> Iterable[Affected]:
    more, fewer = (Counter(each.customer_id for each in side) for side in (added, removed))
    for customer_id, placed in sorted(before.customers.items()):
        cell = after.customers[customer_id].cell
        if placed.cell != cell or more[customer_id] or fewer[customer_id]:
            yield Affected(
                customer_id, placed.shown, placed.cell, cell, more[customer_id], fewer[customer_id]
            )
