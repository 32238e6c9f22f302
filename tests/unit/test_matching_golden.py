"""The golden record and the consents as folds over the members."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.matching.golden import fold_consents, fold_golden
from shared.model.source import Said, SourceRecord, Standing

TRUST = {"sales": 30, "service": 20, "web": 10, "other": 0}
RULES = {
    "default": ["verified", "trust", "recency"],
    "phone": ["verified", "recency"],
    "email": ["verified", "recency"],
    "title": ["completeness", "recency"],
}
AT = datetime(2026, 6, 1, tzinfo=UTC)


def a_member(record_id: str, **changes: Any) -> SourceRecord:
    system = record_id.partition("#")[0]
    return SourceRecord(record_id, system, customer_id="c-1", ver=1, **changes)


def consents(**standings: tuple[str, int]) -> dict[str, Standing]:
    return {
        name.replace("__", "|"): Standing(state, AT + timedelta(days=day))
        for name, (state, day) in standings.items()
    }


def test_a_trusted_source_beats_a_newer_one_and_each_field_says_why() -> None:
    golden = fold_golden(
        [
            a_member("web#9", party={"name": Said("小张", 50), "city": Said("上海", 50)}),
            a_member("sales#1", party={"name": Said("张伟", 10)}),
        ],
        TRUST,
        RULES,
    )
    assert golden.fields == {"city": "上海", "name": "张伟"}
    assert golden.provenance == {
        "city": ["web#9", "50", "trusted_then_newest"],
        "name": ["sales#1", "10", "trusted_then_newest"],
    }


def test_the_newest_phone_and_email_win_whoever_says_them() -> None:
    golden = fold_golden(
        [
            a_member(
                "sales#1", party={"phone": Said("+8613800000001", 10), "email": Said("a@example.com", 30)}
            ),
            a_member(
                "web#9", party={"phone": Said("+8613800000002", 20), "email": Said("b@example.com", 20)}
            ),
        ],
        TRUST,
        RULES,
    )
    assert golden.fields == {"email": "a@example.com", "phone": "+8613800000002"}
    assert golden.provenance["phone"] == ["web#9", "20", "newest"]


def test_a_verified_value_beats_trust_while_its_source_still_says_so() -> None:
    checked = {"name": Said("张卫", 20)}
    said = a_member("web#9", party={"name": Said("张卫", 5)}, verified=checked)
    trusted = a_member("sales#1", party={"name": Said("张伟", 10)})
    assert fold_golden([said, trusted], TRUST, RULES).provenance["name"] == ["web#9", "5", "verified"]
    changed = a_member("web#9", party={"name": Said("章卫", 30)}, verified=checked)
    assert fold_golden([changed, trusted], TRUST, RULES).fields == {"name": "张伟"}


def test_of_two_verified_values_the_one_checked_last_wins() -> None:
    members = [
        a_member("web#9", party={"phone": Said("1", 90)}, verified={"phone": Said("1", 100)}),
        a_member("sales#1", party={"phone": Said("2", 10)}, verified={"phone": Said("2", 200)}),
    ]
    assert fold_golden(members, TRUST, RULES).fields == {"phone": "2"}


def test_the_more_complete_value_wins_where_the_policy_says_so() -> None:
    members = [
        a_member("web#9", party={"title": Said("Head of purchasing", 1)}),
        a_member("sales#1", party={"title": Said("Head", 9)}),
    ]
    assert fold_golden(members, TRUST, RULES).provenance["title"] == [
        "web#9",
        "1",
        "most_complete_then_newest",
    ]


def test_a_system_without_a_trust_of_its_own_counts_as_other() -> None:
    members = [
        a_member("erp#1", party={"name": Said("甲", 99)}),
        a_member("web#9", party={"name": Said("乙", 1)}),
    ]
    assert fold_golden(members, TRUST, RULES).fields == {"name": "乙"}
    assert fold_golden(members, {"other": 11, "web": 10}, RULES).fields == {"name": "甲"}


def test_a_deleted_member_says_nothing_and_nobody_left_is_an_empty_record() -> None:
    gone = a_member("sales#1", party={"name": Said("张伟", 10)}, deleted=True)
    assert fold_golden([gone], TRUST, RULES).fields == {}
    assert fold_golden([], TRUST, RULES).provenance == {}


_fields = st.dictionaries(
    st.sampled_from(["name", "phone", "email", "city"]),
    st.builds(Said, st.sampled_from(["a", "b", "c"]), st.integers(0, 3)),
)
_members = st.dictionaries(
    st.sampled_from(["sales#1", "sales#2", "service#1", "web#1", "erp#1"]), _fields, min_size=1
)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(_members, st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter_and_every_value_is_some_members_own(
    parties: dict[str, dict[str, Said]], random: Any
) -> None:
    members = [a_member(record_id, party=party) for record_id, party in parties.items()]
    golden = fold_golden(members, TRUST, RULES)
    random.shuffle(members)
    assert fold_golden(members, TRUST, RULES) == golden
    assert set(golden.fields) == {name for party in parties.values() for name in party}
    for name, value in golden.fields.items():
        record_id, version, _ = golden.provenance[name]
        assert parties[record_id][name] == Said(value, int(version))


# --- consents ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standings", "expected"),
    [
        pytest.param(consents(email__care__e1=("granted", 0)), "granted", id="for this address"),
        pytest.param(consents(**{"email__care__*": ("granted", 0)}), "granted", id="for any address"),
        pytest.param(consents(email__care__e2=("granted", 0)), None, id="for another address"),
        pytest.param(consents(sms__care__p1=("granted", 0)), None, id="for another channel"),
        pytest.param(
            consents(email__care__e2=("withdrawn", 5), email__care__e1=("granted", 0)),
            "granted",
            id="withdrawn for an old address",
        ),
        pytest.param(
            consents(**{"email__care__*": ("withdrawn", 5), "email__care__e1": ("granted", 0)}),
            "withdrawn",
            id="withdrawn for any address",
        ),
    ],
)
def test_a_consent_counts_for_the_address_that_is_used_now(
    standings: dict[str, Standing], expected: str | None
) -> None:
    found, _ = fold_consents([a_member("sales#1", consents=standings)], {"email": "e1", "sms": "p1"})
    assert (found["email|care"].state if "email|care" in found else None) == expected


def test_the_latest_word_of_any_member_counts_and_at_one_instant_the_stricter() -> None:
    members = [
        a_member("sales#1", consents=consents(email__care__e1=("granted", 3), sms__care__p1=("granted", 1))),
        a_member(
            "web#9", consents=consents(email__care__e1=("withdrawn", 2), sms__care__p1=("withdrawn", 1))
        ),
    ]
    for order in permutations(members):
        found, objected = fold_consents(order, {"email": "e1", "sms": "p1"})
        assert {use: standing.state for use, standing in found.items()} == {
            "email|care": "granted",
            "sms|care": "withdrawn",
        }
        assert objected == frozenset()


def test_an_objection_of_one_member_holds_for_the_customer_and_is_no_use() -> None:
    members = [
        a_member("sales#1", consents=consents(**{"email__objection__*": ("objected", 2)})),
        a_member("web#9", consents=consents(**{"email__objection__*": ("granted", 1)})),
    ]
    found, objected = fold_consents(members, {"email": "e1"})
    assert objected == {"email"}
    assert found == {}


def test_an_objection_to_every_channel_is_one_to_any_until_one_is_lifted() -> None:
    every = {f"{channel}__objection__*": ("objected", 0) for channel in ("email", "sms", "phone")}
    _, objected = fold_consents([a_member("sales#1", consents=consents(**every))], {})
    assert objected == {"email", "sms", "phone", "any"}
    lifted = {**every, "email__objection__*": ("granted", 1)}
    _, objected = fold_consents([a_member("sales#1", consents=consents(**lifted))], {})
    assert objected == {"sms", "phone"}
