"""Who is two people whoever resembles both: a generation between two birthdays, and no bridge across it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import combinations, permutations
from random import Random

import pytest

from infra.local.person_columns import choose_columns, to_party
from shared.matching.group import keep_apart
from shared.matching.guards import are_born_apart
from shared.matching.match_file import Matched, match_file
from shared.matching.profile import Profile, make_profile
from shared.matching.resolve import Thresholds, resolve
from shared.matching.score import score_pair
from shared.matching.two_people import make_are_two
from shared.matching.weights import Chances, Weights, load_weights
from tests.bench.bench_identity import judge
from tests.bench.identity_chains import make_namesakes
from tests.bench.identity_sets import Labelled

THRESHOLDS = Thresholds(link=4.0, review=0.0)
GENERATION_YEARS = 13.0
KEY = b"test"
HOME = {"name": "Ebenezer Quill", "address": "105 George Street", "city": "Leeds", "phone": "+447700900001"}


def a_row(**party: str) -> Profile:
    return make_profile(party, KEY)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("19500311", "19800925", True, id="father and son"),
        pytest.param("19500311", "19630925", True, id="thirteen years"),
        pytest.param("19500311", "19620925", False, id="twelve years"),
        pytest.param("19500311", "19800311", False, id="one day of the year: the year is wrong"),
        pytest.param("18500311", "19500311", False, id="a slip of the century"),
        pytest.param("19500311", "19500925", False, id="one year"),
        pytest.param("19500311", "1980", False, id="only a year is known"),
        pytest.param("19500311", "19973061", False, id="no day: a digit too many was typed"),
        pytest.param("19500311", "", False, id="nothing is known"),
    ],
)
def test_birthdays_a_generation_apart_on_other_days_of_the_year_are_two_people(
    one: str, other: str, expected: bool
) -> None:
    first, second = a_row(**HOME, birthday_on=one), a_row(**HOME, birthday_on=other)
    assert are_born_apart(first, second, GENERATION_YEARS) is expected
    assert are_born_apart(second, first, GENERATION_YEARS) is expected


def test_who_has_one_identity_number_is_not_parted_by_birthdays() -> None:
    number = "110101199003070011"
    one, other = (a_row(**HOME, birthday_on=day, identity=number) for day in ("19500311", "19800925"))
    assert not are_born_apart(one, other, GENERATION_YEARS)


def test_groups_with_a_pair_of_foes_are_two_people() -> None:
    are_two = keep_apart([("father", "son"), ("father", "nephew")])
    assert are_two(["mother", "father"], ["cousin", "son"])
    assert are_two(["son"], ["father"])
    assert not are_two(["son"], ["nephew"])


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        pytest.param(-1.0, True, id="by themselves they are two"),
        pytest.param(5.0, False, id="by themselves they are one: the birthday is wrong"),
    ],
)
def test_an_undated_row_is_no_bridge_between_generations(score: float, expected: bool) -> None:
    units = [a_row(**HOME, birthday_on="19500311"), a_row(**HOME), a_row(**HOME, birthday_on="19800925")]
    are_two = make_are_two(units, [1, 1, 1], [], lambda _one, _other: score, GENERATION_YEARS, 0.0)
    assert are_two([0, 1], [2]) is expected
    assert not are_two([0], [1])


RECORDS: Mapping[str, Profile] = {
    "father": a_row(**HOME, birthday_on="1950-03-11"),
    "father_again": a_row(**HOME, birthday_on="1950-03-11", email="q@example.com"),
    "undated": a_row(**HOME, email="q@example.com"),
    "undated_too": a_row(**HOME),
    "son": a_row(**HOME, birthday_on="1980-09-25"),
}


def test_no_group_of_the_live_system_holds_father_and_son_whoever_resembles_both() -> None:
    for count in range(2, len(RECORDS) + 1):
        for names in combinations(RECORDS, count):
            groups = resolve({name: RECORDS[name] for name in names}, {}, load_weights(), THRESHOLDS).groups
            for group in groups:
                assert not ("son" in group and group & {"father", "father_again"})


def test_the_groups_of_father_and_son_do_not_depend_on_the_order() -> None:
    found = {
        resolve({name: RECORDS[name] for name in order}, {}, load_weights(), THRESHOLDS).groups
        for order in permutations(RECORDS)
    }
    assert len(found) == 1


def test_a_person_may_still_join_father_and_son() -> None:
    pair = frozenset({"father", "son"})
    groups = resolve(
        {name: RECORDS[name] for name in pair}, {pair: "same"}, load_weights(), THRESHOLDS
    ).groups
    assert groups == (pair,)


def test_where_many_relations_bear_one_name_a_generation_leaves_the_pair_to_a_person() -> None:
    shipped = load_weights()
    given = list(shipped.chances["given"])
    given[-6] = Chances(given[-6].same, 0.5, given[-6].random)
    namesakes = replace(shipped, chances={**shipped.chances, "given": tuple(given)})
    assert _rule_in_a_file(shipped) is None
    assert _rule_in_a_file(namesakes) == "birthdays_conflict"
    assert score_pair(RECORDS["father"], RECORDS["son"], shipped).rule == "birthdays_conflict"


def _rule_in_a_file(weights: Weights) -> str | None:
    from shared.matching.compare import compare_profiles
    from shared.matching.guards import find_rule

    one, other = RECORDS["father"], RECORDS["son"]
    return find_rule(one, other, compare_profiles(one, other), weights, is_strict=False).name


def profiles_of(labelled: Labelled) -> list[Profile]:
    columns = choose_columns(labelled.rows)
    return [make_profile(to_party(row, columns, "CN"), None) for row in labelled.rows]


matched = partial(match_file, version="test", draw=Random(1).randrange)


@pytest.fixture(scope="module")
def namesakes() -> tuple[Labelled, Matched]:
    labelled = make_namesakes(1, 300)
    return labelled, matched(profiles_of(labelled), load_weights())


def test_a_small_file_of_namesakes_does_not_teach_that_birthdays_do_not_matter(
    namesakes: tuple[Labelled, Matched],
) -> None:
    labelled, found = namesakes
    given, birthday = (found.weights.chances[name] for name in ("given", "birthday"))
    assert birthday[1].same < 0.1
    assert given[4].related > 0.3
    assert judge(found.clusters, labelled.truth).precision > 0.5


def test_no_cluster_of_a_file_of_namesakes_holds_two_dated_rows_a_generation_apart(
    namesakes: tuple[Labelled, Matched],
) -> None:
    labelled, found = namesakes
    profiles = profiles_of(labelled)
    members: dict[int, list[Profile]] = {}
    for profile, cluster in zip(profiles, found.clusters, strict=True):
        members.setdefault(cluster, []).append(profile)
    assert not any(
        are_born_apart(one, other, GENERATION_YEARS)
        for group in members.values()
        for one, other in combinations(group, 2)
    )
