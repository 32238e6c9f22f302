"""Matching as a function of sets: symmetric scores, groups that do not depend on order, verdicts that stand."""

from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.matching.group import join_groups
from shared.matching.profile import Profile, make_profile, pack, unpack
from shared.matching.resolve import Thresholds, Verdict, resolve
from shared.matching.score import score_pair
from shared.matching.weights import load_weights

THRESHOLDS = Thresholds(link=4.0, review=0.0)
PEOPLE = settings(derandomize=True, max_examples=60, deadline=None)

parties = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(
            ["张伟", "張偉", "Wei Zhang", "李娜", "张玮", "Ann Smith", "Tom Smith", "A. Smith Jr"]
        ),
        "phone": st.sampled_from(["+8613800000001", "+8613800000002"]),
        "email": st.sampled_from(["a@example.com", "info@example.com"]),
        "birthday_on": st.sampled_from(["1980-02-03", "1980-03-02", "1955-01-01"]),
        "city": st.sampled_from(["深圳", "Leeds"]),
        "company": st.sampled_from(["华信", "Acme"]),
    },
)
profiles = parties.map(lambda party: make_profile(party, b"key"))
sets = st.lists(profiles, min_size=2, max_size=7).map(
    lambda found: {str(n): one for n, one in enumerate(found)}
)


@PEOPLE
@given(profiles, profiles)
def test_a_score_is_symmetric_and_survives_packing(one: Profile, other: Profile) -> None:
    weights = load_weights()
    assert score_pair(one, other, weights) == score_pair(other, one, weights)
    assert score_pair(unpack(pack(one)), unpack(pack(other)), weights) == score_pair(one, other, weights)


@PEOPLE
@given(sets, st.randoms(use_true_random=False), st.data())
def test_groups_are_a_function_of_the_set_and_verdicts_stand(
    people: dict[str, Profile], random: Random, data: st.DataObject
) -> None:
    pairs = [frozenset(pair) for pair in combinations(people, 2)]
    verdicts: dict[frozenset[str], Verdict] = data.draw(
        st.dictionaries(st.sampled_from(pairs), st.sampled_from(["same", "different"]), max_size=2)
    )
    names = list(people)
    random.shuffle(names)
    one = resolve(people, verdicts, load_weights(), THRESHOLDS)
    other = resolve({name: people[name] for name in names}, verdicts, load_weights(), THRESHOLDS)
    assert one == other
    assert sorted(name for group in one.groups for name in group) == sorted(people)
    different = {pair for pair, verdict in verdicts.items() if verdict == "different"}
    assert not any(pair <= group for pair in different for group in one.groups)
    if not different:
        assert all(any(pair <= group for group in one.groups) for pair in verdicts)


nodes = st.integers(3, 7)


def naive_groups(size: int, totals: dict[tuple[int, int], int]) -> set[frozenset[int]]:
    """The pair of groups with the highest mean joins first, until no mean is positive: by trying all."""
    groups = [[node] for node in range(size)]
    while True:
        means = [
            (
                -sum(totals[min(a, b), max(a, b)] for a in one for b in other) / (len(one) * len(other)),
                one,
                other,
            )
            for one, other in combinations(groups, 2)
        ]
        best = min(means, default=(1.0, [], []))
        if best[0] > 0:
            return set(map(frozenset, groups))
        groups = sorted([group for group in groups if group not in best[1:]] + [sorted(best[1] + best[2])])


@settings(derandomize=True, max_examples=150, deadline=None)
@given(nodes, st.randoms(use_true_random=False))
def test_groups_are_those_of_trying_all_pairs_of_groups(size: int, random: Random) -> None:
    pairs = list(combinations(range(size), 2))
    # Scores without ties, so that the order of joining is the same for both.
    values = [value * 2 + 1 for value in random.sample(range(-400, 400), len(pairs))]
    totals = {pair: value / 32 for pair, value in zip(pairs, values, strict=True)}
    found = join_groups(range(size), totals, lambda one, other: totals[(one, other)], 0.0)
    assert set(found) == naive_groups(size, {pair: round(total * 32) for pair, total in totals.items()})
