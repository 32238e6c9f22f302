"""Which group of source records an id goes to: where its records are, the oldest first."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.matching.customer_ids import Claim, claims_of, name_groups
from shared.model.source import CustomerProfile

AT = datetime(2026, 6, 1, tzinfo=UTC)


def claim(customer_id: str, records: str, day: int = 0, home: str = "") -> Claim:
    return Claim(customer_id, AT + timedelta(day), frozenset(records), home or customer_id)


def named(groups: list[str], *claims: Claim, living: str = "abcdefgh") -> dict[str, tuple[str, ...]]:
    """Group -> ids. An id `c-a` was founded by record `a`."""
    found = name_groups(
        map(frozenset, groups), claims, living=living, founds=lambda record, name: name == f"c-{record}"
    )
    return {"".join(sorted(one.members)): one.ids for one in found}


@pytest.mark.parametrize(
    ("groups", "claims", "expected"),
    [
        pytest.param(["ab"], [claim("c-a", "a"), claim("c-b", "b", 1)], {"ab": ("c-a", "c-b")}, id="merge"),
        pytest.param(
            ["ab"], [claim("c-a", "a", 1), claim("c-b", "b")], {"ab": ("c-b", "c-a")}, id="the older survives"
        ),
        pytest.param(["abc", "d"], [claim("c-d", "abcd")], {"abc": ("c-d",), "d": ()}, id="the larger part"),
        pytest.param(["a", "b"], [claim("c-b", "ab")], {"a": (), "b": ("c-b",)}, id="the founder's part"),
        pytest.param(
            ["ab", "cd"],
            [claim("c-a", "ab"), claim("c-c", "c", 1, home="c-a")],
            {"ab": ("c-a",), "cd": ("c-c",)},
            id="an alias comes back, with who joined it since",
        ),
        pytest.param(
            ["abc"],
            [claim("c-a", "ab"), claim("c-z", "", 1, home="c-a")],
            {"abc": ("c-a", "c-z")},
            id="an alias without records goes with its customer",
        ),
    ],
)
def test_ids_go_where_their_records_are(
    groups: list[str], claims: list[Claim], expected: dict[str, tuple[str, ...]]
) -> None:
    assert named(groups, *claims) == expected
    assert named(groups[::-1], *claims[::-1]) == expected


def test_a_deleted_record_weighs_less_than_one_that_says_something() -> None:
    assert named(["a", "b"], claim("c-a", "ab"), living="b") == {"a": (), "b": ("c-a",)}


def a_profile(customer_id: str, members: str = "", **changes: object) -> CustomerProfile:
    return CustomerProfile(customer_id, 1, tuple(members), AT, **changes)  # type: ignore[arg-type]


def test_of_a_chain_of_merges_every_id_claims_what_it_brought() -> None:
    survivor = a_profile("c-a", "abcx", aliases=("c-b", "c-c"))
    aliases = {
        "c-b": a_profile("c-b", alias_of="c-a", aliases=("c-c",), held=("b", "c"), beside=("a",)),
        "c-c": a_profile("c-c", alias_of="c-b", held=("c",), beside=("b",)),
    }
    assert {one.customer_id: one.records for one in claims_of(survivor, aliases)} == {
        "c-a": frozenset("a"),
        "c-b": frozenset("b"),
        "c-c": frozenset("c"),
    }


def test_a_customer_without_aliases_claims_all_its_records() -> None:
    (found,) = claims_of(a_profile("c-a", "ab"), {})
    assert (found.records, found.home) == (frozenset("ab"), "c-a")
