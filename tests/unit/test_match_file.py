"""A whole file: trains itself, tells relations from one person with a wrong name, and does not depend on order."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import log2
from random import Random

import pytest

from infra.local.person_columns import choose_columns, to_party
from shared.matching.match_file import Matched, match_file
from shared.matching.profile import Profile, make_profile
from shared.matching.two_people import have_two_birthdays, have_two_names
from shared.matching.weights import load_weights
from tests.bench.bench_identity import judge
from tests.bench.identity_chains import CHAINS
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
        pytest.param(
            [
                a_row(name="John Johnson", phone=f"07700{n}", birthday_on="1968-07-03", address="11 Elm Lane")
                for n in range(900_000, 900_150)
            ],
            [0] * 150,
            id="a file about one person, with more rows than a key may have",
        ),
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


def make_switchboards(firms: int, colleagues: int) -> tuple[list[Profile], list[int]]:
    """Colleagues on one line, every second of them twice; and who each row is."""
    rows, who = [], []
    for firm in range(firms):
        for place in range(colleagues):
            number = firm * colleagues + place
            name = (
                "王李张刘陈杨赵黄"[number % 8] + "伟芳敏静丽强磊军"[number // 8 % 8] + "波涛明超"[number % 4]
            )
            row = a_row(name=name, phone=f"86102{firm:07}", company=f"{'恒鑫宏博天云'[firm % 6]}{firm}机械")
            again = 1 + number % 2
            rows += [row, replace(row, email=f"u{number}@example.com")][:again]
            who += [number] * again
    return rows, who


def test_colleagues_on_a_switchboard_are_not_learned_as_one_person() -> None:
    rows, who = make_switchboards(12, 30)
    found = matched(rows)
    people: dict[int, set[int]] = {}
    for cluster, person in zip(found.clusters, who, strict=True):
        people.setdefault(cluster, set()).add(person)
    assert all(len(persons) == 1 for persons in people.values())


@pytest.mark.parametrize(
    ("days", "others", "are_two"),
    [
        pytest.param(["19500311"] * 2, ["19800925"] * 2, True, id="father and son, each said twice"),
        pytest.param(["19500311"] * 2, ["19800925"], False, id="a birthday said once may be wrong"),
        pytest.param(["19500311"] * 2, ["19500312"] * 2, False, id="one digit off"),
        pytest.param(["19500311"] * 2, ["", ""], False, id="nothing said"),
    ],
)
def test_two_birthdays_that_were_each_said_twice_are_two_people(
    days: list[str], others: list[str], are_two: bool
) -> None:
    ones = [a_row(name="John Smith", birthday_on=day) for day in days]
    assert have_two_birthdays(ones, [a_row(name="John Smith", birthday_on=day) for day in others]) is are_two


def test_father_and_son_of_one_name_and_address_stay_two() -> None:
    home = {"name": "Zebediah Quartermaine", "address": "105 George Street", "city": "Leeds"}
    father, son = a_row(**home, birthday_on="19500311"), a_row(**home, birthday_on="19800925")
    assert matched([father, son, father, son]).clusters == [0, 1, 0, 1]


def test_any_order_of_the_rows_gives_the_same_clusters() -> None:
    profiles = profiles_of(make_chinese(10, 80))
    order = list(range(80))
    Random(2).shuffle(order)
    straight, shuffled = matched(profiles).clusters, matched([profiles[place] for place in order]).clusters
    groups = {frozenset(place for place in range(80) if straight[place] == name) for name in straight}
    again = {frozenset(order[place] for place in range(80) if shuffled[place] == name) for name in shuffled}
    assert groups == again


@pytest.mark.parametrize(
    ("names", "others", "are_two"),
    [
        pytest.param(["志军", "志军"], ["志明", "志明"], True, id="siblings, each said twice"),
        pytest.param(["志军", "志军"], ["志明"], False, id="a name said once may be a slip"),
        pytest.param(["志军", "志军"], ["志君", "志君"], False, id="a homophone is how one name is heard"),
        pytest.param(["jon", "jon"], ["john", "john"], False, id="Western names have nick names"),
    ],
)
def test_two_like_names_that_were_each_said_twice_are_two_people(
    names: list[str], others: list[str], are_two: bool
) -> None:
    ones = [a_row(given_name=name, surname="张") for name in names]
    assert have_two_names(ones, [a_row(given_name=name, surname="张") for name in others]) is are_two


def test_a_row_without_a_birthday_that_fits_father_and_son_alike_joins_neither() -> None:
    home = {"name": "Ebenezer Quill", "address": "105 George Street", "city": "Leeds", "phone": PHONE}
    father, son = a_row(**home, birthday_on="19500311"), a_row(**home, birthday_on="19800925")
    found = matched([father, father, son, son, a_row(**home)])
    assert found.clusters == [0, 0, 1, 1, 2]
    asked = {frozenset((one, other)) for one, other, _ in found.review}
    assert asked >= {frozenset((0, 4)), frozenset((2, 4))}


LEAST_PRECISION = {"switchboard": 0.95, "likenesses": 0.8, "chains": 0.9, "bridges": 0.98}


@pytest.mark.parametrize("name", LEAST_PRECISION)
def test_one_wrong_link_does_not_pull_others_after_it(name: str) -> None:
    labelled = CHAINS[name](12, 300)
    assert judge(matched(profiles_of(labelled)).clusters, labelled.truth).precision >= LEAST_PRECISION[name]
