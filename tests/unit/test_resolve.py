"""Groups of records: a function of the set, tamed transitive closure, verdicts, nameless records."""

from collections.abc import Mapping
from itertools import permutations

import pytest

from shared.matching.group import join_groups
from shared.matching.profile import Profile, make_profile
from shared.matching.resolve import Resolution, Thresholds, Verdict, resolve
from shared.matching.weights import load_weights

THRESHOLDS = Thresholds(link=4.0, review=0.0)
KEY = b"test"


def a_profile(**party: str) -> Profile:
    return make_profile(party, KEY)


ZHANG = {
    "crm": a_profile(name="张伟", phone="+8613800000001", birthday_on="1980-02-03", city="深圳"),
    "web": a_profile(name="Wei Zhang", phone="+8613800000001", birthday_on="1980-02-03"),
    "shop": a_profile(name="張偉", birthday_on="1980-02-03", phone="+8613800000001"),
}
WIFE = {"wife": a_profile(name="李娜", phone="+8613800000001", city="深圳")}
ORDER = {"order": a_profile(phone="+8613800000001")}


def resolved(
    profiles: Mapping[str, Profile], verdicts: Mapping[frozenset[str], Verdict] | None = None
) -> Resolution:
    return resolve(profiles, verdicts or {}, load_weights(), THRESHOLDS)


def groups(
    profiles: Mapping[str, Profile], verdicts: Mapping[frozenset[str], Verdict] | None = None
) -> set[frozenset[str]]:
    return set(resolved(profiles, verdicts).groups)


def test_one_person_in_three_spellings_is_one_group() -> None:
    assert groups(ZHANG) == {frozenset(ZHANG)}


def test_a_couple_on_one_phone_stays_two_people() -> None:
    assert groups(ZHANG | WIFE) == {frozenset(ZHANG), frozenset({"wife"})}


def test_an_order_with_only_a_phone_joins_the_one_who_has_it() -> None:
    assert groups(ZHANG | ORDER) == {frozenset({*ZHANG, "order"})}


def test_an_order_with_only_a_phone_does_not_choose_within_a_family_and_is_reviewed() -> None:
    resolution = resolved(ZHANG | WIFE | ORDER)
    assert frozenset({"order"}) in resolution.groups
    assert {frozenset(pair[:2]) for pair in resolution.review} >= {frozenset({"order", "wife"})}


def test_never_the_same_parts_a_group_and_is_not_asked_again() -> None:
    pair = frozenset({"crm", "web"})
    resolution = resolved(ZHANG, {pair: "different"})
    assert not any(pair <= group for group in resolution.groups)
    assert pair not in {frozenset(found[:2]) for found in resolution.review}


def test_always_the_same_joins_whatever_the_score() -> None:
    pair = frozenset({"crm", "wife"})
    assert any(pair <= group for group in groups(ZHANG | WIFE, {pair: "same"}))


def test_any_order_of_the_records_gives_the_same_groups() -> None:
    everybody = ZHANG | WIFE | ORDER
    answers = {
        resolved({record_id: everybody[record_id] for record_id in order}).groups
        for order in permutations(everybody)
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        pytest.param({(1, 2): 5, (2, 3): 5}, {frozenset({1, 2}), frozenset({3})}, id="a chain breaks"),
        pytest.param(
            {(1, 2): 5, (2, 3): 5, (1, 3): -2}, {frozenset({1, 2, 3})}, id="a small doubt is outvoted"
        ),
        pytest.param({(1, 2): 3}, {frozenset({1}), frozenset({2}), frozenset({3})}, id="too little"),
    ],
)
def test_groups_join_by_the_mean_over_all_cross_pairs(
    totals: dict[tuple[int, int], float], expected: set[frozenset[int]]
) -> None:
    found = join_groups([1, 2, 3], totals, lambda _one, _other: -20.0, 1.0 if len(totals) > 1 else 4.0)
    assert set(found) == expected
