"""One record into its source record: a register for each field, a standing for each use."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from shared.matching.absorb import Tie, absorb_consent, absorb_party, plain_party
from shared.model.record import Consent, ConsentAction, ConsentChannel, Party, Purpose
from shared.model.source import Said, Standing

AT = datetime(2026, 6, 1, tzinfo=UTC)
HOME = {"email": "e1", "sms": "p1", "phone": "p1"}


def a_consent(action: str, day: int = 0, **changes: Any) -> Consent:
    values: dict[str, Any] = {"channel": ConsentChannel.EMAIL, "purpose": Purpose.CARE, **changes}
    at = AT + timedelta(days=day)
    return Consent(
        system="sales",
        id=f"c{day}",
        event_at=at,
        recorded_at=at,
        party=Party(ref="1"),
        action=ConsentAction(action),
        **values,
    )


def test_a_field_that_is_not_mentioned_stays_as_it_was() -> None:
    said = absorb_party({}, Party(ref="1", name="张伟", phone="+8613800001234"), 10)
    said = absorb_party(said, Party(ref="1", name="张伟伟"), 20)
    assert said == {"name": Said("张伟伟", 20), "phone": Said("+8613800001234", 10)}


def test_dates_are_kept_as_text_and_the_ref_is_no_field() -> None:
    said = absorb_party({}, Party(ref="1", first_cooperation_on=date(2020, 2, 29)), 10)
    assert plain_party(said) == {"first_cooperation_on": "2020-02-29"}


def test_the_order_of_arrival_does_not_matter() -> None:
    parties = [
        (Party(ref="1", name="甲", phone="+8613800000001"), 10),
        (Party(ref="1", name="乙"), 30),
        (Party(ref="1", name="丙", email="c@example.com"), 20),
        (Party(ref="1", email="a@example.com"), 20),
    ]
    outcomes = []
    for order in permutations(parties):
        said: dict[str, Said] = {}
        for party, at in order:
            said = absorb_party(said, party, at)
        outcomes.append(said)
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert plain_party(outcomes[0]) == {"name": "乙", "phone": "+8613800000001", "email": "c@example.com"}


@pytest.mark.parametrize(
    ("tie", "name"),
    [("new", "甲"), ("stored", "乙"), ("value", max("甲", "乙"))],
    ids=["new", "stored", "value"],
)
def test_a_tie_goes_to_the_later_version_and_an_older_instant_never_wins(tie: Tie, name: str) -> None:
    stored = {"name": Said("乙", 10), "city": Said("上海", 20)}
    absorbed = absorb_party(
        stored, Party(ref="1", name="甲", city="北京", email="a@example.com"), 10, tie=tie
    )
    assert plain_party(absorbed) == {"name": name, "city": "上海", "email": "a@example.com"}


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        pytest.param(["grant"], "granted", id="granted"),
        pytest.param(["grant", "withdraw"], "withdrawn", id="withdrawn later"),
        pytest.param(["withdraw", "grant"], "granted", id="granted anew"),
        pytest.param(["grant", "object"], "objected", id="objected"),
        pytest.param(["object", "grant"], "granted", id="a later grant restores"),
    ],
)
def test_the_latest_word_stands_whatever_arrives_first(said: list[str], stands: str) -> None:
    consents = [a_consent(action, day) for day, action in enumerate(said)]
    for order in permutations(consents):
        standings: dict[str, Standing] = {}
        for consent in order:
            standings = absorb_consent(standings, consent, HOME)
        assert standings["email|care|e1"].state == stands


def test_at_the_same_instant_the_more_restrictive_word_stands() -> None:
    for order in permutations(["grant", "withdraw", "object"]):
        standings: dict[str, Standing] = {}
        for action in order:
            standings = absorb_consent(standings, a_consent(action), HOME)
        assert standings["email|care|e1"].state == "objected"


def test_a_consent_binds_to_the_address_of_its_channel_and_to_any_without_one() -> None:
    assert set(absorb_consent({}, a_consent("withdraw"), HOME)) == {"email|care|e1"}
    assert set(absorb_consent({}, a_consent("withdraw"), {"sms": "p1"})) == {"email|care|*"}


def test_a_withdrawal_of_everything_names_every_use() -> None:
    everything = a_consent("withdraw", channel=ConsentChannel.ANY, purpose=Purpose.ANY)
    assert set(absorb_consent({}, everything, HOME)) == {
        "email|care|e1",
        "email|marketing|e1",
        "sms|care|p1",
        "sms|marketing|p1",
        "phone|care|p1",
        "phone|marketing|p1",
    }


def test_an_objection_is_no_matter_of_an_address_and_outlives_a_withdrawal() -> None:
    standings = absorb_consent({}, a_consent("object"), HOME)
    standings = absorb_consent(standings, a_consent("withdraw", 1), HOME)
    assert standings["email|care|e1"].state == "withdrawn"
    assert standings["email|objection|*"].state == "objected"
    standings = absorb_consent(standings, a_consent("grant", 2), HOME)
    assert standings["email|objection|*"].state == "granted"


def test_a_grant_taken_back_is_withdrawn_and_a_withdrawal_taken_back_grants_nothing() -> None:
    granted = absorb_consent({}, a_consent("grant"), HOME)
    taken_back = absorb_consent(granted, a_consent("grant", deleted=True), HOME)
    assert taken_back["email|care|e1"].state == "withdrawn"
    assert absorb_consent(taken_back, a_consent("withdraw", 1, deleted=True), HOME) == taken_back
