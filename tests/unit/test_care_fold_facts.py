from datetime import date, timedelta
from itertools import permutations

import pytest

from shared.care.fold_facts import fold_facts
from shared.model.facts import Fact, FactKind
from tests.unit.care_builder import at

EARLY, LATE = at("2026-03-01"), at("2026-03-02")
SALES = Fact(FactKind.ASSET, "sales#9", EARLY, asset_id="A1", product="X3", bought_on=date(2025, 1, 2))
DESK = Fact(FactKind.ASSET, "desk#7", LATE, asset_id="A1", mileage_km=900, bought_on=date(2025, 1, 3))
OTHER = Fact(FactKind.ASSET, "desk#8", LATE, asset_id="A2")
VISIT = Fact(FactKind.SERVICE, "desk#1", EARLY, asset_id="A1", mileage_km=500)


@pytest.mark.parametrize("told", list(permutations((SALES, DESK, OTHER, VISIT))))
def test_one_asset_is_told_of_once_in_whatever_order(told: tuple[Fact, ...]) -> None:
    joined = DESK._replace(product="X3")  # the newest of each value, the first id by letter
    assert fold_facts(told) == (joined, OTHER, VISIT)


def test_a_value_that_only_the_older_report_has_is_kept_and_a_newer_one_wins() -> None:
    late = SALES._replace(at=LATE + timedelta(days=1), product=None, bought_on=date(2025, 1, 4))
    (asset,) = fold_facts((SALES, late))
    assert (asset.product, asset.bought_on, asset.at) == ("X3", date(2025, 1, 4), late.at)


def test_what_has_no_number_of_its_own_stays_apart() -> None:
    unnamed = [SALES._replace(asset_id=None), DESK._replace(asset_id=None)]
    assert {fact.fact_id for fact in fold_facts(unnamed)} == {"sales#9", "desk#7"}


def test_a_visit_is_what_its_newest_version_says() -> None:
    again = VISIT._replace(at=LATE, mileage_km=None)
    assert fold_facts((again, VISIT)) == (again,)
