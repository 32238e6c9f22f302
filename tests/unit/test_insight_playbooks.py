"""Every playbook and every decision about it can be read in Chinese and English."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.care.care_day import care_day
from shared.care.state import Candidate
from shared.flows.review_customer import plain_candidate
from shared.flows.take_snapshot import day_candidates
from shared.insight.explain_decision import explain_decision
from shared.insight.playbook_words import ASKED, FESTIVALS, INPUTS, PLAY_RULES, PLAYBOOKS, SENT
from shared.insight.reconcile import find_breaks
from shared.insight.snapshot import DayCandidate
from shared.insight.summary import describe_break
from shared.insight.words import RULES, TASKS, TEMPLATES, Language, explain_why, step_words
from shared.model.contact import Channel, Decision
from shared.policy.playbooks import TEMPLATE_VALUES
from tests.unit.care_builder import POLICY, a_reach, at
from tests.unit.insight_base import a_snapshot
from tests.unit.test_care_arbitrate import BOTH
from tests.unit.test_care_playbooks import a_fact, a_person

DAY = "2026-03-03"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def stored(candidate: Candidate) -> DayCandidate:
    """As a day's item keeps it and the report reads it."""
    decisions = json.dumps([plain_candidate(candidate)])
    (line,) = day_candidates({"customer_id": "C-1", "sk": f"DAY#{DAY}", "decisions": decisions})
    return line


def a_candidate() -> Candidate:
    (candidate,) = [
        one
        for one in care_day(a_person(BOTH), POLICY, at(DAY)).candidates
        if one.playbook == "insurance_renewal"
    ]
    return candidate


def test_every_playbook_template_task_rule_and_festival_has_words() -> None:
    steps = [step for book in POLICY.playbooks.values() for step in book.steps]
    assert POLICY.playbooks.keys() <= PLAYBOOKS.keys()
    assert {step.template for step in steps} - {None} <= TEMPLATES.keys()
    assert TEMPLATE_VALUES.keys() <= TEMPLATES.keys()
    assert {step.task for step in steps} - {None} <= TASKS.keys()
    assert {book.rule for book in POLICY.playbooks.values()} <= RULES.keys()
    tables = (PLAYBOOKS, SENT, ASKED, PLAY_RULES, FESTIVALS, INPUTS)
    for words in (words for table in tables for words in table.values()):
        assert all(words)
        assert any("一" <= char <= "鿿" for char in words[0])
        assert words[1].isascii()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", POLICY.playbooks)
def test_every_playbook_with_every_decision_can_be_explained(name: str, language: Language) -> None:
    base, rule = a_candidate(), POLICY.playbooks[name].rule
    why = {**base.why, "playbook": name, "merged_into": "OTHER", "share": 3, "percent": 10, "counted": 1}
    for decision in Decision:
        step = f"play.{name}.1"
        candidate = replace(base, plan_step=step, playbook=name, decision=decision, rule=rule, why=why)
        for text in (explain_decision(stored(candidate), language), step_words(step, language)):
            assert "{" not in text
            assert not re.search(r"[a-z]_[a-z]", text)  # a code
            assert any("一" <= char <= "鿿" for char in text) is (language == "zh")


def test_an_explanation_says_why_now_why_this_channel_and_what_carries_it() -> None:
    day = care_day(a_person(BOTH, reach=a_reach(sms=False)), POLICY, at(DAY))
    carrier, carried = day.candidates
    assert explain_decision(stored(carrier), "zh") == (
        "已安排：保险续保，日期 2026-04-01，有效至 2026-03-15，不用短信（没有联系方式）（续保提醒）"
    )
    assert explain_decision(stored(carrier), "en") == (
        "planned: insurance renewal, day 2026-04-01, valid until 2026-03-15, not by SMS (no address) "
        "(insurance renewal)"
    )
    merged = explain_decision(stored(carried), "en")
    assert merged.startswith(
        f"merged into another contact: carried by contact {carrier.contact_id}; inspection"
    )


def test_the_inputs_of_an_occasion_are_told() -> None:
    facts = (
        a_fact("asset", "a", "2026-02-09", asset_id="A1", bought_on=date(2026, 1, 10), mileage_km=1500),
        a_fact("score", "s1", "2026-01-20", score=5),
        a_fact("talk", "t1", "2026-04-01"),
        a_fact("score", "s2", "2026-04-06", score=2),
    )
    day = care_day(a_person(*facts, lunar_birthday="02-19"), POLICY, at("2026-04-06") + timedelta(hours=1))
    said = {one.playbook: explain_why(one.why, "en") for one in day.candidates}
    assert "by mileage, 50 km a day, at 5000 km" in said["first_service"]
    assert "score before 5, score after 2, touched on 2026-04-01" in said["cause_analysis"]
    assert said["birthday"].startswith("birthday, lunar")
    assert {one.channel for one in day.candidates} == {Channel.SMS, Channel.CALL}


@pytest.mark.parametrize(("carrier", "breaks"), [("first", set()), ("gone", {"merged_have_carriers"})])
def test_a_merged_candidate_without_its_carrier_is_a_break(carrier: str, breaks: set[str]) -> None:
    snapshot = a_snapshot()
    into = snapshot.contacts[0].contact_id if carrier == "first" else "NOBODY"
    merged = replace(snapshot.candidates[0], decision="merged", why={"merged_into": into})
    changed = replace(snapshot, candidates=(merged, *snapshot.candidates[1:]))
    assert {check.name for check in find_breaks(changed)} == breaks
    assert all(describe_break(check, language) for check in find_breaks(changed) for language in LANGUAGES)
