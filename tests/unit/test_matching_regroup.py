"""Groups of source records from keys, scores and verdicts; where many are the same, a set decides, not an order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Literal

import pytest

from shared.matching.describe import Described, rank_candidates, weaken
from shared.matching.profile import Profile, make_profile, pack
from shared.matching.regroup import (
    Judge,
    Member,
    connect,
    features_of,
    join_verdicts,
    member_from,
    pair_words,
    regroup,
)
from shared.matching.resolve import Thresholds
from shared.matching.weights import load_weights
from shared.model.source import Verdict

AT = datetime(2026, 6, 1, tzinfo=UTC)
KEY = b"a key for tests, nothing else...."
JUDGE = Judge(load_weights(), Thresholds(4.0, 0.0))


def a_member(*keys: str, **said: str) -> Member:
    return Member(make_profile(said, KEY), frozenset(keys))


def a_verdict(word: Literal["same", "different"], left: str, right: str, day: int = 0) -> Verdict:
    return Verdict(f"{word}{left}{right}{day}", word, tuple(left), tuple(right), AT + timedelta(day))


LI = {"name": "李雷", "phone": "+8613800001234", "email": "li@example.com"}


def test_records_that_share_no_key_are_not_compared_however_alike() -> None:
    found = regroup({"a": a_member("k1", **LI), "b": a_member("k2", **LI)}, (), JUDGE)
    assert found.groups == (frozenset("a"), frozenset("b"))
    found = regroup({"a": a_member("k1", **LI), "b": a_member("k1", **LI)}, (), JUDGE)
    assert found.groups == (frozenset("ab"),)
    assert found.open == {}


def test_a_verdict_parts_what_scores_join_and_they_stay_kin_without_a_question() -> None:
    members = {"a": a_member("k", **LI), "b": a_member("k", **LI)}
    found = regroup(members, [a_verdict("different", "a", "b")], JUDGE)
    assert found.components == ((frozenset("a"), frozenset("b")),)
    assert found.open == {}


def test_a_verdict_joins_strangers() -> None:
    members = {"a": a_member("k1", **LI), "b": a_member("k2", name="韩梅梅")}
    assert regroup(members, [a_verdict("same", "a", "b")], JUDGE).groups == (frozenset("ab"),)


def test_the_later_of_two_verdicts_about_a_pair_counts() -> None:
    verdicts = [a_verdict("same", "ab", "cd", 1), a_verdict("different", "a", "c", 2)]
    for order in permutations(verdicts):
        words = pair_words(order, "abcd")
        assert words[frozenset("ac")] == "different"
        assert words[frozenset("bd")] == "same"


def test_a_group_that_would_hold_a_pair_kept_apart_is_not_made() -> None:
    groups = [frozenset("ab"), frozenset("c"), frozenset("d")]
    joined = join_verdicts(groups, [("a", "c"), ("c", "d")], {frozenset("bd")})
    assert joined == (frozenset("abc"), frozenset("d"))


def test_what_hangs_together_by_links_is_one_part() -> None:
    links = [frozenset("ab"), frozenset("cd"), frozenset("bc")]
    for order in permutations(links):
        assert connect("abcde", order) == [frozenset("abcd"), frozenset("e")]


def test_a_member_is_stored_and_read_as_it_is() -> None:
    member = a_member("k2", "k1", **LI)
    assert member_from(features_of(member)) == member


# --- candidates ----------------------------------------------------------------------------------------------


def test_a_hot_key_takes_its_value_out_of_the_profile() -> None:
    profile = make_profile(LI, KEY)
    phone = f"phone#{profile.phone}"
    member = weaken(Described(profile, (phone, "email#x")), {phone})
    assert (member.profile.phone, member.profile.email) == ("", profile.email)
    assert member.keys == {"email#x"}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param({"name": "李雷"}, {"name": "韩梅梅"}, id="the same name before another"),
        pytest.param({"name": ""}, {"name": "韩梅梅"}, id="no name before another name"),
        pytest.param({"name": "李磊"}, {"name": ""}, id="a name that sounds the same before none"),
    ],
)
def test_the_likeliest_candidate_comes_first(better: dict[str, str], worse: dict[str, str]) -> None:
    packed = {name: tuple(pack(make_profile(said, KEY))) for name, said in (("x", worse), ("y", better))}
    found = rank_candidates(make_profile(LI, KEY), {"phone#1": packed}, "own", 0.0)
    assert [one.records for one in found] == [("y",), ("x",)]


def test_records_that_say_the_same_are_compared_once_and_the_record_itself_never() -> None:
    packed = tuple(pack(Profile(given="雷", surname="李")))
    members = {"phone#1": {"a": packed, "b": packed, "own": packed}, "name_place#2": {"c": packed}}
    found = rank_candidates(make_profile(LI, KEY), members, "own", 0.0)
    assert [(one.records, one.kinds) for one in found] == [
        (("a", "b"), frozenset({"phone"})),
        (("c",), frozenset({"name_place"})),
    ]
