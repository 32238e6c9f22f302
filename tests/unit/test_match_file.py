"""A whole file: trains itself, tells relations from one person with a wrong name, and does not depend on order."""

from collections.abc import Sequence
from itertools import pairwise
from math import log2
from random import Random

import pytest

from infra.local.person_columns import choose_columns, to_party
from shared.matching.match_file import Matched, match_file
from shared.matching.profile import Profile, make_profile
from shared.matching.weights import load_weights
from tests.bench.identity_sets import Labelled, make_chinese, make_households


def profiles_of(labelled: Labelled) -> list[Profile]:
    columns = choose_columns(labelled.rows)
    return [make_profile(to_party(row, columns, "CN"), None) for row in labelled.rows]


def matched(profiles: Sequence[Profile]) -> Matched:
    return match_file(profiles, load_weights(), version="test", draw=Random(1).randrange)


def a_row(**party: str) -> Profile:
    return make_profile(party, None)


PHONE = "8613800000001"


@pytest.mark.parametrize(
    ("rows", "clusters"),
    [
        pytest.param([a_row(name="张伟", phone=PHONE)] * 2, [0, 0], id="two equal rows with a phone"),
        pytest.param([a_row(name="张伟")] * 2, [0, 1], id="a name alone, however equal"),
        pytest.param(
            [a_row(name="张伟", phone=PHONE), a_row(phone=PHONE)],
            [0, 0],
            id="a row with only the phone joins",
        ),
        pytest.param(
            [a_row(name="张伟", phone=PHONE), a_row(phone=PHONE), a_row(name="李娜", phone=PHONE)],
            [0, 1, 2],
            id="a row with only the phone of two people stays alone",
        ),
        pytest.param([a_row(), a_row()], [0, 1], id="rows that say nothing"),
        pytest.param([], [], id="no rows"),
    ],
)
def test_small_files_are_decided_by_the_shipped_weights(rows: list[Profile], clusters: list[int]) -> None:
    assert matched(rows).clusters == clusters


def test_a_closer_level_never_counts_less() -> None:
    weights = matched(profiles_of(make_chinese(8, 150))).weights
    for name, chances in weights.chances.items():
        if name == "extra":
            continue
        bits = [log2(chance.same / chance.random) for chance in chances[1:5]]
        assert all(one <= other + 1e-9 for one, other in pairwise(bits)), name


def test_families_are_learned_as_relations_and_not_as_one_person() -> None:
    families = make_households(9, 240)
    found = matched(profiles_of(families))
    assert found.weights.related_per_record > 1
    joined = [
        (one, other)
        for other in range(240)
        for one in range(other)
        if found.clusters[one] == found.clusters[other]
    ]
    wrong = sum(families.truth[one] != families.truth[other] for one, other in joined)
    assert wrong <= 0.1 * len(joined)


def test_any_order_of_the_rows_gives_the_same_clusters() -> None:
    profiles = profiles_of(make_chinese(10, 80))
    order = list(range(80))
    Random(2).shuffle(order)
    straight, shuffled = matched(profiles).clusters, matched([profiles[place] for place in order]).clusters
    groups = {frozenset(place for place in range(80) if straight[place] == name) for name in straight}
    again = {frozenset(order[place] for place in range(80) if shuffled[place] == name) for name in shuffled}
    assert groups == again
