"""The weights that are shipped: learned where a table can teach, stated where it cannot, and safe at the rare levels."""

from itertools import pairwise
from math import log2

import pytest

from shared.matching.compare import CLOSE, DIFFERS, EQUAL, PART
from shared.matching.weights import Weights, load_weights, read_weights, write_weights
from tests.bench.learn_weights import LEARNED, LEAST_WRONG, SHIPPED, START, VERSION

LEVELS = (DIFFERS, PART, CLOSE, EQUAL)


def stated() -> Weights:
    return read_weights(START.read_text(encoding="utf-8"))


def test_what_is_shipped_is_named_by_the_version_that_learned_it() -> None:
    assert load_weights().version == VERSION
    assert SHIPPED.read_text(encoding="utf-8") == write_weights(load_weights()) + "\n"


def test_only_what_one_person_does_to_names_birthday_and_phone_is_learned() -> None:
    shipped, start = load_weights(), stated()
    assert (shipped.terms, shipped.rare, shipped.records) == (start.terms, start.rare, start.records)
    assert shipped.chances.keys() == start.chances.keys()
    for name, chances in shipped.chances.items():
        world = [(one.related, one.random) for one in chances]
        assert world == [(one.related, one.random) for one in start.chances[name]], name
        is_changed = [one.same for one in chances] != [one.same for one in start.chances[name]]
        assert is_changed is (name in LEARNED), name


@pytest.mark.parametrize("name", LEARNED)
def test_learned_levels_add_up_stand_in_order_and_are_never_hopeless(name: str) -> None:
    chances = load_weights().chances[name]
    assert sum(chances[level].same for level in LEVELS) == pytest.approx(1, abs=1e-4)
    assert chances[DIFFERS].same >= LEAST_WRONG - 1e-6
    bits = [log2(chances[level].same / chances[level].random) for level in LEVELS]
    assert all(one <= other for one, other in pairwise(bits))
