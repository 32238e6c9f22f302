"""What customers who are not there own, have serviced and complain of: the facts that playbooks start from."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from shared.model.facts import Fact, FactKind
from shared.tagging.fold import Happening

_PRODUCTS: Final = ("轿车", "SUV", "compressor", "pump")
_OWNS: Final = 0.7
_KM_A_YEAR: Final = 12_000
_REPAIRED: Final = 0.2
_WARRANTY_YEARS: Final = 2
_INSPECTION_YEARS: Final = 2
_YEAR: Final = timedelta(days=365)


def owned(number: int, seed: int, since: datetime, at: datetime) -> tuple[Fact, ...]:
    """What a customer owns, as it was last read at an instant; the ends of terms are the next ones."""
    chance = random.Random(f"{seed}|asset|{number}")
    if chance.random() >= _OWNS:
        return ()
    bought_on, years = since.date(), (at - since) / _YEAR
    asset_id = f"a{number:06d}"
    asset = Fact(
        FactKind.ASSET,
        f"simulated#{asset_id}",
        at,
        asset_id=asset_id,
        product=chance.choice(_PRODUCTS),
        bought_on=bought_on,
        warranty_ends_on=bought_on + _WARRANTY_YEARS * _YEAR,
        insurance_ends_on=_next_end(bought_on, 1, at.date()),
        inspection_due_on=_next_end(bought_on, _INSPECTION_YEARS, at.date()),
        mileage_km=int(_KM_A_YEAR * years),
    )
    return (asset,)


def services(number: int, seed: int, since: datetime, begin: datetime, end: datetime) -> Iterator[Fact]:
    """What is done on it in a span: about once a year, a repair now and then."""
    for asset in owned(number, seed, since, end):
        chance = random.Random(f"{seed}|services|{number}")
        at = since + _YEAR * chance.uniform(0.4, 1.2)
        while at < end:
            is_repair = chance.random() < _REPAIRED
            if at >= begin:
                name = f"simulated#s{number:06d}-{at:%Y%m%d}"
                km = int(_KM_A_YEAR * ((at - since) / _YEAR))
                yield Fact(
                    FactKind.SERVICE,
                    name,
                    at,
                    asset_id=asset.asset_id,
                    mileage_km=km,
                    is_repair=is_repair,
                    stage="done",
                )
            at += _YEAR * chance.uniform(0.7, 1.4)


def complaint_of(number: int, event: Happening) -> Fact:
    """The complaint that an event of a customer is."""
    return Fact(
        FactKind.COMPLAINT, f"simulated#k{number:06d}-{event.at:%Y%m%d%H%M%S}", event.at, stage="open"
    )


def birthday(number: int, seed: int) -> str:
    """ISO day."""
    days = random.Random(f"{seed}|birthday|{number}").randrange(45 * 365)
    return (date(1955, 1, 1) + timedelta(days=days)).isoformat()


def _next_end(since: date, every_years: int, today: date) -> date:
    """The first end of a term from today on."""
    ends = since + every_years * _YEAR
    while ends < today:
        ends += every_years * _YEAR
    return ends
