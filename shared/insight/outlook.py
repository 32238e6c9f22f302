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

    def __add__(self, other: tuple[int, ...]) -> "Load":  # type: ignore[override]
        return Load(*(one + more for one, more in zip(self, other, strict=True)))


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


@dataclass(frozen=True, slots=True)
class Difference:
    """Two outlooks on some customers of a base: sums that add up over the customers."""

    customers: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    weeks_before: Counter[tuple[date, str]] = field(default_factory=Counter)
    weeks_after: Counter[tuple[date, str]] = field(default_factory=Counter)
    loads_before: Mapping[date, Load] = field(default_factory=dict)
    """Monday -> what the week costs."""
    loads_after: Mapping[date, Load] = field(default_factory=dict)
    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    held_before: Counter[str] = field(default_factory=Counter)
    held_after: Counter[str] = field(default_factory=Counter)
    affected: tuple[Affected, ...] = ()

    def __add__(self, other: "Difference") -> "Difference":
        return Difference(
            self.customers + other.customers,
            self.moves + other.moves,
            self.weeks_before + other.weeks_before,
            self.weeks_after + other.weeks_after,
            _added_loads(self.loads_before, other.loads_before),
            _added_loads(self.loads_after, other.loads_after),
            self.added + other.added,
            self.removed + other.removed,
            self.held_before + other.held_before,
            self.held_after + other.held_after,
            self.affected + other.affected,
        )


def compare(before: Outlook, after: Outlook, budgets: Forecast) -> PlanDiff:
    """The difference between two outlooks on the same customers and the same span."""
    return conclude([differ(before, after)], (before.policy_version, after.policy_version), budgets)


def differ(before: Outlook, after: Outlook) -> Difference:
    """What the customers of a part of the base add to the difference."""
    old, new = before.made, after.made
    added = [each for name, each in new.items() if name not in old]
    removed = [each for name, each in old.items() if name not in new]
    return Difference(
        customers=len(before.customers),
        moves=Counter((placed.cell, after.customers[name].cell) for name, placed in before.customers.items()),
        weeks_before=_weekly_contacts(old.values()),
        weeks_after=_weekly_contacts(new.values()),
        loads_before=_weekly_loads(old.values()),
        loads_after=_weekly_loads(new.values()),
        added=Counter(each.channel for each in added),
        removed=Counter(each.channel for each in removed),
        held_before=held_of(before),
        held_after=held_of(after),
        affected=tuple(_affected(before, after, added, removed)),
    )


def conclude(parts: Iterable[Difference], versions: tuple[str, str], budgets: Forecast) -> PlanDiff:
    """The difference over a whole base, from those of its parts in any order."""
    total = sum(parts, start=Difference())
    return PlanDiff(
        before=versions[0],
        after=versions[1],
        customers=total.customers,
        moves=total.moves,
        weeks=tuple(_weeks(total.weeks_before, total.weeks_after)),
        added=total.added,
        removed=total.removed,
        load_before=sum(total.loads_before.values(), start=Load()),
        load_after=sum(total.loads_after.values(), start=Load()),
        held_before=total.held_before,
        held_after=total.held_after,
        affected=tuple(sorted(total.affected)),
        breaches=tuple(_find_breaches(total.loads_after, budgets)),
    )


def load_of(contacts: Iterable[ForeseenCandidate]) -> Load:
    """The sums over some contacts."""
    return sum(map(_load, contacts), start=Load())


def _load(each: ForeseenCandidate) -> Load:
    is_task = each.channel in TASKS
    return Load(1, int(not is_task), int(is_task), each.cost_fen, each.minutes)


def held_of(outlook: Outlook) -> Counter[str]:
    """decision -> candidates that end in it and make no contact."""
    return Counter(each.decision for each in outlook.candidates.values() if not each.is_made)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _find_breaches(loads: Mapping[date, Load], budgets: Forecast) -> Iterable[Breach]:
    """The weeks that go over a budget, in order."""
    for begins_on, load in sorted(loads.items()):
        for name, foreseen in (
            ("most_messages_per_week", load.messages),
            ("most_cost_fen_per_week", load.cost_fen),
            ("most_task_minutes_per_week", load.task_minutes),
        ):
            if foreseen > (most := getattr(budgets, name)):
                yield Breach(begins_on, f"forecast.{name}", foreseen, most)


def _weekly_contacts(contacts: Iterable[ForeseenCandidate]) -> Counter[tuple[date, str]]:
    return Counter((monday_of(each.on), each.channel) for each in contacts)


def _weekly_loads(contacts: Iterable[ForeseenCandidate]) -> dict[date, Load]:
    loads: dict[date, Load] = {}
    for each in contacts:
        begins_on = monday_of(each.on)
        loads[begins_on] = loads.get(begins_on, Load()) + _load(each)
    return loads


def _added_loads(one: Mapping[date, Load], other: Mapping[date, Load]) -> dict[date, Load]:
    return {week: one.get(week, Load()) + other.get(week, Load()) for week in one.keys() | other.keys()}


def _weeks(before: Counter[tuple[date, str]], after: Counter[tuple[date, str]]) -> Iterable[Week]:
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
