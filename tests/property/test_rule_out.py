"""Whoever is ruled out without a comparison could not have been linked or asked about."""

from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.matching.profile import Profile, pack, unpack
from shared.matching.rule_out import make_rule_out
from shared.matching.score import score_pair
from shared.matching.weights import load_weights

VALUES = {
    "given": ("", "雷", "磊", "lei", "john", "jon"),
    "surname": ("", "李", "li", "smith", "smyth"),
    "generation": ("", "", "jr", "sr"),
    "birthday": ("", "19800203", "19800302", "19800101", "1980", "19991224"),
    "identity": ("", "", "aaaa1111", "aaaa1112", "bbbb9999"),
    "phone": ("", "5f0c77aa", "5f0c77ab", "99887766", "5f0c77aa 99887766"),
    "email": ("", "lei@example.com", "lei@example.org", "0a1b2c3d", "info@example.net"),
    "company": ("", "远洋贸易", "acme"),
    "number": ("", "", "12", "21", "12 3", "88"),
    "street": ("", "high st", "mill lane"),
    "building": ("", "", "", "mill lane", "rose house"),
    "place": ("", "北京", "york"),
    "postcode": ("", "", "100022", "100023", "200000", "2600"),
    "region": ("", "nsw", "上海"),
}
PROFILES = st.builds(Profile, **{name: st.sampled_from(values) for name, values in VALUES.items()})
WEIGHTS = load_weights()


@settings(max_examples=2000, derandomize=True, deadline=None)
@given(one=PROFILES, other=PROFILES, review_bits=st.sampled_from((0.0, -0.49, 2.0, -0.5, -8.0)))
def test_a_pair_that_is_ruled_out_scores_below_review(
    one: Profile, other: Profile, review_bits: float
) -> None:
    if make_rule_out(one, review_bits)(pack(other)):
        assert score_pair(one, other, WEIGHTS).total < review_bits


@settings(max_examples=500, derandomize=True, deadline=None)
@given(one=PROFILES, other=PROFILES)
def test_it_does_not_matter_which_of_two_is_the_new_one(one: Profile, other: Profile) -> None:
    assert make_rule_out(one, 0.0)(pack(other)) == make_rule_out(other, 0.0)(pack(one))


@settings(max_examples=300, derandomize=True, deadline=None)
@given(profile=PROFILES)
def test_a_packed_profile_is_read_as_it_was(profile: Profile) -> None:
    assert unpack(pack(profile)) == profile


def test_namesakes_of_one_firm_with_different_phones_are_ruled_out() -> None:
    one = Profile(given="雷", surname="李", company="远洋贸易", phone="5f0c77aa")
    other = Profile(given="雷", surname="李", company="远洋贸易", phone="99887766")
    assert make_rule_out(one, 0.0)(pack(other))


def test_who_states_nothing_narrow_or_agrees_in_it_is_compared() -> None:
    one = Profile(given="雷", surname="李", phone="5f0c77aa", birthday="19800203")
    for other in (Profile(given="雷", surname="李"), Profile(phone="99887766", birthday="19800302")):
        assert not make_rule_out(one, 0.0)(pack(other))


def test_a_policy_that_asks_about_unlikely_pairs_has_all_of_them_compared() -> None:
    one, other = Profile(phone="5f0c77aa"), Profile(phone="99887766")
    assert not make_rule_out(one, -1.0)(pack(other))


def test_every_field_of_a_profile_is_tried() -> None:
    assert {field.name for field in fields(Profile)} - VALUES.keys() == {"sex", "extras"}
