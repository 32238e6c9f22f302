"""Occasions of what a customer owns: service by mileage, dates that run out, repairs, first use, seasons (R40..R46, R48, R49)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.care.dates import MONTHS_PER_YEAR, add_months, iso, month_day, years_around
from shared.care.state import CareState
from shared.care.wishes import Occasion
from shared.model.facts import Fact, FactKind
from shared.model.instants import local_day
from shared.policy.playbooks import (
    AfterPurchase,
    AfterRepair,
    AssetAge,
    AssetDate,
    FirstService,
    PeriodicService,
    Season,
)


class Reading(NamedTuple):
    on: date
    km: int


class Start(NamedTuple):
    """What a service is counted from: the purchase, or the service before."""

    on: date
    km: int | None


class Due(NamedTuple):
    """When a service is due, and by what."""

    day: date
    by: str
    """`months` or `mileage`."""
    km_per_day: int | None
    """Mean between the last two readings; None: unknown."""


def first_services(
    state: CareState, trigger: FirstService, today: date, zone: ZoneInfo
) -> Iterator[Occasion]:
    """R40: of each asset that had no maintenance yet."""
    for asset, done in _maintained(state):
        if asset.bought_on and not done:
            yield _service(state, asset, Start(asset.bought_on, 0), trigger, zone)


def periodic_services(
    state: CareState, trigger: PeriodicService, today: date, zone: ZoneInfo
) -> Iterator[Occasion]:
    """R41: of each asset, after its last maintenance."""
    for asset, done in _maintained(state):
        if done:
            start = Start(local_day(done[-1].at, zone), done[-1].mileage_km)
            yield _service(state, asset, start, trigger, zone)


def asset_dates(state: CareState, trigger: AssetDate, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R44..R46: one for each asset whose source tells the day."""
    for asset in _assets(state):
        day: date | None = getattr(asset, trigger.of)
        if day is not None:
            yield _of_asset(asset, on=day, day=day, values={"due_on": iso(day), "days_left": 0})


def asset_ages(state: CareState, trigger: AssetAge, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R49."""
    for asset in _assets(state):
        if asset.bought_on:
            day = add_months(asset.bought_on, trigger.years * MONTHS_PER_YEAR)
            yield _of_asset(asset, on=asset.bought_on, day=day, values={"years": trigger.years})


def purchases(state: CareState, trigger: AfterPurchase, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R48."""
    for asset in _assets(state):
        if asset.bought_on:
            yield _of_asset(asset, on=asset.bought_on, day=asset.bought_on, values={})


def repairs(state: CareState, trigger: AfterRepair, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R43: in warranty as the repair says, else as the asset's warranty was on that day."""
    owned = {asset.asset_id: asset for asset in _assets(state) if asset.asset_id}
    for repair in state.facts:
        if repair.kind is FactKind.SERVICE and repair.is_repair:
            asset, day = owned.get(repair.asset_id or ""), local_day(repair.at, zone)
            is_covered = _is_covered(repair, asset, day)
            product = repair.product or (asset.product if asset else None) or ""
            yield Occasion(
                on=day,
                day=day,
                values={"product": product, "in_warranty": int(is_covered)},
                why={"repaired_on": iso(day), "in_warranty": int(is_covered)},
                about=repair.fact_id,
            )


def seasons(state: CareState, trigger: Season, today: date, zone: ZoneInfo) -> Iterator[Occasion]:
    """R42: for each asset, where its owner's place has that season."""
    place = {state.reach.country, state.reach.province}
    if place & set(trigger.never_in):
        return
    starts = trigger.south if state.reach.country in trigger.southern else trigger.north
    for asset in _assets(state):
        for year in years_around(today):
            day = month_day(starts, year)
            yield _of_asset(asset, on=day, day=day, values={"season": trigger.season})


def _assets(state: CareState) -> list[Fact]:
    return [fact for fact in state.facts if fact.kind is FactKind.ASSET]


def _of_asset(asset: Fact, *, on: date, day: date, values: dict[str, str | int]) -> Occasion:
    return Occasion(
        on=on,
        day=day,
        values={"product": asset.product or "", **values},
        about=asset.fact_id,
        key=asset.asset_id,
    )


def _is_covered(repair: Fact, asset: Fact | None, day: date) -> bool:
    if repair.in_warranty is not None:
        return repair.in_warranty
    return bool(asset and asset.warranty_ends_on and day <= asset.warranty_ends_on)


# --- service by mileage --------------------------------------------------------------------------------------


def _maintained(state: CareState) -> Iterator[tuple[Fact, list[Fact]]]:
    """Each asset with its maintenance, oldest first. A service that names no asset is of the only one."""
    assets = _assets(state)
    services = sorted(
        (fact for fact in state.facts if fact.kind is FactKind.SERVICE and not fact.is_repair),
        key=lambda fact: (fact.at, fact.fact_id),
    )
    for asset in assets:
        known = {asset.asset_id, None} if len(assets) == 1 else {asset.asset_id}
        yield asset, [fact for fact in services if fact.asset_id in known]


def _service(
    state: CareState, asset: Fact, start: Start, trigger: FirstService | PeriodicService, zone: ZoneInfo
) -> Occasion:
    due_km = start.km + trigger.km if start.km is not None else None
    due = project_service(start.on, trigger.months, due_km, _readings(state, asset, zone))
    occasion = _of_asset(
        asset,
        on=start.on,
        day=due.day,
        values={"due_on": iso(due.day), "days_left": 0, "mileage_km": due_km or 0},
    )
    return occasion._replace(
        why={"since_on": iso(start.on), "by": due.by, "km_per_day": due.km_per_day, "due_km": due_km}
    )


def project_service(start_on: date, months: int, due_km: int | None, readings: Sequence[Reading]) -> Due:
    """R52: so many months after the start, or when the mileage is reached if that comes first.

    The mileage goes on as between the last two readings. Without two readings that ascend, months alone count.
    """
    by_months = add_months(start_on, months)
    pairs = [(one, other) for one, other in pairwise(readings) if other.on > one.on and other.km > one.km]
    if due_km is None or not pairs:
        return Due(by_months, "months", None)
    before, last = pairs[-1]
    km, days = last.km - before.km, (last.on - before.on).days
    left_days = ceil(max(0, due_km - last.km) * days / km)
    by_km = last.on + timedelta(days=min(left_days, (date.max - last.on).days))
    return Due(min(by_months, by_km), "mileage" if by_km < by_months else "months", round(km / days))


def _readings(state: CareState, asset: Fact, zone: ZoneInfo) -> list[Reading]:
    """What was ever read of an asset, oldest first; it was new when it was bought."""
    services = (
        fact
        for fact in state.facts
        if fact.kind is FactKind.SERVICE and fact.asset_id is not None and fact.asset_id == asset.asset_id
    )
    read = {
        local_day(fact.at, zone): fact.mileage_km
        for fact in sorted((*services, asset), key=lambda fact: fact.at)
        if fact.mileage_km is not None
    }
    if asset.bought_on and asset.bought_on < min(read, default=date.max):
        read[asset.bought_on] = 0
    return [Reading(on, read[on]) for on in sorted(read)]
