"""Who is the same person, pair by pair."""

import pytest

from shared.matching.link import Features, KeyMatch, decide_links, fold_name, make_features, names_conflict

BOTH = frozenset({"phone", "email"})
PHONE = frozenset({"phone"})


@pytest.mark.parametrize(
    ("one", "other", "is_conflict"),
    [
        pytest.param("张伟", "李娜", True, id="two people of one family phone"),
        pytest.param("张伟", "张伟", False, id="same Chinese name"),
        pytest.param("张 伟", "张伟", False, id="space inside a name"),
        pytest.param("张伟", "张娜", True, id="same surname, other person"),
        pytest.param("欧阳小明", "欧阳小明", False, id="long name"),
        pytest.param("王小明", "小明", False, id="without surname"),
        pytest.param("张伟", "Zhang Wei", False, id="characters and pinyin are not compared"),
        pytest.param("Zhang Wei", "wei zhang", False, id="order and case"),
        pytest.param("Li Na", "Zhang Wei", True, id="two pinyin names"),
        pytest.param("José García", "Jose Garcia", False, id="accents"),
        pytest.param("John Smith", "Jon Smith", False, id="a typo in one word"),
        pytest.param("J. Smith", "John Smith", False, id="an initial"),
        pytest.param("J. Doe", "J. Smith", True, id="an initial alone is nothing in common"),
        pytest.param("Mary Smith", "John Smith", False, id="surname in common"),
        pytest.param("ＪＯＨＮ　ＳＭＩＴＨ", "john smith", False, id="full width"),
        pytest.param("", "张伟", False, id="one is unknown"),
        pytest.param("", "", False, id="both are unknown"),
        pytest.param("A", "A", False, id="one letter"),
        pytest.param("A", "B", True, id="two letters"),
    ],
)
def test_names_conflict_only_in_one_script_with_nothing_in_common(
    one: str, other: str, is_conflict: bool
) -> None:
    assert names_conflict(fold_name(one), fold_name(other)) is is_conflict
    assert names_conflict(fold_name(other), fold_name(one)) is is_conflict


@pytest.mark.parametrize(
    ("own", "other", "kinds", "is_same", "rule"),
    [
        pytest.param("张伟", "李娜", PHONE, False, "names_conflict", id="family phone"),
        pytest.param("前台", "张伟", PHONE, False, "names_conflict", id="switchboard"),
        pytest.param("张伟", "Zhang Wei", PHONE, True, "one_key", id="pinyin and characters"),
        pytest.param("John Smith", "Jon Smith", PHONE, True, "one_key", id="typo"),
        pytest.param("张伟", "李娜", BOTH, True, "two_keys", id="two keys outweigh a name"),
        pytest.param("", "李娜", PHONE, True, "one_key", id="no name says nothing against it"),
    ],
)
def test_a_shared_key_links_unless_the_names_speak_against_it(
    own: str, other: str, kinds: frozenset[str], is_same: bool, rule: str
) -> None:
    match = KeyMatch("sales#2", Features(fold_name(other)), kinds)
    (decision,) = decide_links(Features(fold_name(own)), {"sales#2": match})
    assert (decision.is_same, decision.rule) == (is_same, rule)
    assert decision.kinds == tuple(sorted(kinds))


def test_every_pair_is_decided_alone_in_id_order() -> None:
    matches = {
        "web#9": KeyMatch("web#9", Features("李娜"), PHONE),
        "sales#2": KeyMatch("sales#2", Features("张伟"), PHONE),
    }
    decided = [(link.record_id, link.is_same) for link in decide_links(Features("张伟"), matches)]
    assert decided == [("sales#2", True), ("web#9", False)]


def test_features_are_folded_and_empty_when_nothing_is_said() -> None:
    assert make_features({"name": "  Wei ZHANG ", "company": "Far Sea Ltd."}) == Features(
        "wei zhang", "far ltd sea"
    )
    assert make_features({}) == Features("", "")
