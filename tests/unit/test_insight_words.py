"""Every code has words in both languages, and the words are right for what a tag or a decision says."""

import re
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import pytest

import shared.care
import shared.matching
import shared.messaging
import shared.tagging
from shared.insight.explain_decision import explain_decision
from shared.insight.explain_tag import explain_change, explain_tag
from shared.insight.reconcile import run_checks
from shared.insight.snapshot import Words
from shared.insight.words import (
    ACTIVITIES,
    CASE_STATUSES,
    CHANNELS,
    CHECKS,
    CLASSES,
    DECISIONS,
    FIELDS,
    FLAGS,
    GOALS,
    LEVELS,
    LINK_RULES,
    OUTCOMES,
    PROVENANCE,
    RISKS,
    RULES,
    SEND_REASONS,
    SEVERITIES,
    SOURCES,
    STANDINGS,
    STATUSES,
    STEPS,
    TAG_CODES,
    TAGS,
    TASKS,
    TEMPLATES,
    Language,
    Table,
    display_width,
    explain_why,
    interval,
    step_words,
    task_title,
    word,
    yuan,
)
from shared.model.case import CaseStatus
from shared.model.contact import Channel, ContactClass, Decision, Status
from shared.model.history import Day, History
from shared.model.issues import Severity
from shared.model.record import ConsentChannel, Party
from shared.model.tags import Activity, Level, Reason, Risk
from shared.tagging.review import tag
from tests.unit.insight_base import NOW, POLICY, a_candidate, a_snapshot

TABLES = {
    "levels": LEVELS, "risks": RISKS, "activities": ACTIVITIES, "tags": TAGS, "flags": FLAGS, "tag codes": TAG_CODES,
    "decisions": DECISIONS, "statuses": STATUSES, "send reasons": SEND_REASONS, "rules": RULES,
    "channels": CHANNELS, "classes": CLASSES, "goals": GOALS, "tasks": TASKS, "templates": TEMPLATES, "steps": STEPS,
    "link rules": LINK_RULES, "provenance": PROVENANCE, "standings": STANDINGS, "cases": CASE_STATUSES,
    "severities": SEVERITIES, "outcomes": OUTCOMES, "sources": SOURCES, "fields": FIELDS, "checks": CHECKS,
}  # fmt: skip
ENUMS: list[tuple[type[StrEnum], Table]] = [
    (Level, LEVELS),
    (Risk, RISKS),
    (Activity, ACTIVITIES),
    (Decision, DECISIONS),
    (Status, STATUSES),
    (Channel, CHANNELS),
    (ConsentChannel, CHANNELS),
    (ContactClass, CLASSES),
    (CaseStatus, CASE_STATUSES),
    (Severity, SEVERITIES),
]
HAN = re.compile("[㐀-鿿]")


def sources_of(package: object) -> str:
    folder = Path(str(package.__file__)).parent  # type: ignore[attr-defined]
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py")))


# --- coverage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("enum", "table"), ENUMS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_member_of_an_enum_has_words(enum: type[StrEnum], table: Table) -> None:
    assert {*enum} <= {*table}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_words_are_chinese_and_english(table: dict[str, Words]) -> None:
    assert [code for code, (zh, en) in table.items() if not HAN.search(zh) or HAN.search(en) or not en] == []


@pytest.mark.parametrize("table", [DECISIONS, STATUSES, LEVELS, RISKS, FLAGS], ids=str)
@pytest.mark.parametrize("place", [0, 1], ids=["zh", "en"])
def test_two_codes_never_read_the_same(table: Table, place: int) -> None:
    words = [pair[place] for pair in table.values()]
    assert len(words) == len(set(words))


def test_every_rule_that_tags_and_plans_name_has_words() -> None:
    source = sources_of(shared.tagging) + sources_of(shared.care)
    named = set(re.findall(r'"((?:[RQXC]\d+)|(?:first_import\.\w+))"', source))
    named |= {f"caps.{cap}" for cap in type(POLICY.caps).model_fields}
    assert len(named) > 10
    assert named <= {*RULES}


def test_every_reason_code_of_a_tag_has_words() -> None:
    source = sources_of(shared.tagging)
    tables = re.findall(r"^_(?:RULES|RISKS) = \{(.*?)\}", source, re.DOTALL | re.MULTILINE)
    codes = {code for table in tables for code in re.findall(r'"([a-z_]+)":', table)} | {*Activity}
    assert len(codes) >= 15
    assert codes <= {*TAG_CODES}


def test_every_reason_of_the_sender_has_words() -> None:
    flows = Path(str(shared.care.__file__)).parents[1] / "flows"
    files = ("send_contact.py", "record_outcome.py")
    source = "".join((flows / name).read_text(encoding="utf-8") for name in files)
    ends = re.findall(r'(?:\bend|\bwait|_try_later)\([^"\n]*"(\w+)"', source)
    assert len(ends) >= 7
    refusals = re.findall(r'MessageInvalid\(\s*"(\w+)"', sources_of(shared.messaging))
    assert len(refusals) >= 10
    assert {*ends, *refusals} <= {*SEND_REASONS}


def test_every_word_of_the_default_plan_has_words() -> None:
    cells = [cell for row in POLICY.plan.values() for cell in row.values()]
    steps = [step for cell in cells for step in cell.steps]
    tasks = {step.task for step in steps if step.task} | {
        cell.on_entry.task for cell in cells if cell.on_entry
    }
    assert {cell.goal for cell in cells} <= {*GOALS}
    assert tasks <= {*TASKS}
    assert {step.template for step in steps if step.template} <= {*TEMPLATES}


def test_link_rules_and_fields_have_words() -> None:
    # What a guard says, and what an open question or a line of the journal says where none did.
    linked = set(re.findall(r'"(\w+_(?:conflict|only|alone))"', sources_of(shared.matching))) | {"score"}
    assert len(linked) > 5
    assert linked <= {*LINK_RULES}
    assert {*Party.model_fields} - {"ref"} <= {*FIELDS}


def test_every_check_has_words() -> None:
    assert {check.name for check in run_checks(a_snapshot())} == {*CHECKS}


# --- small words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0 元"), (755, "7.55 元"), (98_600_000, "986,000 元"), (5, "0.05 元"), (-120_050, "-1,200.50 元")],
)
def test_money_is_in_yuan_with_separators(fen: int, text: str) -> None:
    assert yuan(fen) == text


@pytest.mark.parametrize(
    ("every", "zh", "en"),
    [
        ("1 week", "每 1 周", "every week"),
        ("2 month", "每 2 个月", "every 2 months"),
        pytest.param("soon", "soon", "soon", id="not an interval"),
    ],
)
def test_intervals_read_as_people_say_them(every: str, zh: str, en: str) -> None:
    assert (interval(every, "zh"), interval(every, "en")) == (zh, en)


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert word(GOALS, "own_goal", "zh") == "own_goal"
    assert task_title("gm_visit", "en") == "general manager's visit"
    assert step_words("odd", "en") == "odd"
    assert step_words("matrix.core.high.2", "en") == "regular contact 2 (core, risk high)"


def test_wide_characters_take_two_columns() -> None:
    assert display_width("导入 a") == 6


# --- tags ----------------------------------------------------------------------------------------------------


def reason(history: History, name: str) -> Reason:
    return next(one for one in tag(history, POLICY, NOW).reasons if one.tag == name)


def ordered(yuan_amount: int, days_ago: int = 20, orders: int = 1) -> Day:
    return Day(NOW.date() - timedelta(days=days_ago), orders=orders, fen=yuan_amount * 100)


def in_touch(days_ago: int, *, complaints: int = 0, times: int = 1) -> Day:
    return Day(NOW.date() - timedelta(days=days_ago), interactions=times, complaints=complaints)


def past(*days: Day, first_on: date | None = None) -> History:
    return History(
        days=tuple(sorted(days)),
        first_cooperation_on=first_on,
        has_interaction_ever=any(day.interactions for day in days),
        has_order_ever=any(day.orders for day in days),
    )


OLD = date(2020, 1, 5)
TAG_CASES = [
    pytest.param(
        past(ordered(986_000), first_on=OLD), "level",
        "core because 986,000 元 in 12 months; strategic needs 14,000 元 more",
        "核心：12 个月内 986,000 元；升战略还需再加 14,000 元", id="core",
    ),
    pytest.param(
        past(ordered(1_200_000), first_on=date(2025, 7, 1)), "level",
        "core because 1,200,000 元 in 12 months, amount of a strategic customer, but too new;"
        " strategic needs 366 more days of cooperation",
        "核心：12 个月内 1,200,000 元，金额达战略级但合作年限不足；升战略还需再合作 366 天", id="big but new",
    ),
    pytest.param(
        past(ordered(120_000, 250), ordered(30_000)), "level",
        "basic because 150,000 元 in 12 months, amount of a potential customer without the growth"
        " (last 6 months 30,000 元, before 120,000 元; needs +20 %); potential needs 114,000 元 more",
        "基础：12 个月内 150,000 元，金额达潜力级但增长不足（近 6 个月 30,000 元，此前 120,000 元，需增长 20%）"
        "；升潜力还需再加 114,000 元", id="no growth",
    ),
    pytest.param(
        past(in_touch(100), ordered(100_000, 90), ordered(200, 10)), "risk",
        "high because there was no contact for 2 months (last: 2026-03-22) and the amount is down 99 %"
        " (last 2 months 200 元, the 10 before 100,000 元; limit 30 %)",
        "高：2 个月没有联系（最后一次 2026-03-22），且金额下降 99%（近 2 个月 200 元，此前 10 个月 100,000 元，界线 30%）",
        id="silent and down",
    ),
    pytest.param(
        past(first_on=date(2025, 1, 1)), "risk",
        "high because nothing happened for 12 months (last: never)",
        "高：12 个月没有任何往来（最后一次 无记录）", id="lapsed without any event",
    ),
    pytest.param(
        past(in_touch(12, complaints=2)), "risk",
        "medium because of 2 complaint(s) in 1 month(s)", "中：近 1 个月有 2 次投诉", id="complaint",
    ),
    pytest.param(
        past(in_touch(5, times=3)), "activity",
        "medium because of 3 interaction(s) in 3 months; high needs 2 more",
        "中：3 个月内 3 次往来；升高还需 2 次", id="activity",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("history", "name", "en", "zh"), TAG_CASES)
def test_a_tag_is_explained_by_its_numbers(history: History, name: str, en: str, zh: str) -> None:
    told = reason(history, name)
    assert explain_tag(told, "en") == en
    assert explain_tag(told, "zh") == zh


def test_what_takes_a_tag_away_is_said_with_its_day_or_amount() -> None:
    history = past(ordered(986_000), in_touch(12, complaints=1), first_on=OLD)
    assert (
        explain_change(reason(history, "level"), "en")
        == "falls to potential when it loses more than 486,000 元"
    )
    assert explain_change(reason(history, "risk"), "zh").startswith("2026-07-19 起恢复为低")


@pytest.mark.parametrize(
    ("is_silent", "spare_fen", "en"),
    [
        ("yes", 100, "rises to high if silent already and the recent amount falls by 1 元 more"),
        ("no", 0, "rises to high if no contact until 2026-08-01 and the amount is down already"),
        ("no", None, ""),
    ],
    ids=["silent", "down", "nothing to fall from"],
)
def test_high_risk_needs_silence_and_decline(is_silent: str, spare_fen: int | None, en: str) -> None:
    margin: dict[str, int | str | None] = {
        "is_silent": is_silent,
        "silent_on": "2026-08-01",
        "spare_fen": spare_fen,
    }
    told = reason(past(in_touch(5)), "risk")
    assert explain_change(replace(told, margin=margin), "en") == en


def test_a_decline_from_nothing_does_not_divide_by_zero() -> None:
    told = reason(past(in_touch(5)), "risk")
    shown = explain_tag(replace(told, tag="watch:shrinking", value="watch:shrinking"), "en")
    assert "down 0 %" in shown


def test_a_stored_reason_without_numbers_is_still_words() -> None:
    bare = Reason("level", "core", "R12", "core")
    assert explain_tag(bare, "en") == "core because amount of a core customer"
    assert explain_change(bare, "en") == ""


def test_a_fall_just_short_of_the_limit_never_reads_as_the_limit() -> None:
    history = past(in_touch(3), ordered(10_000, 100), ordered(1_401, 5))
    shown = explain_tag(Reason("watch:shrinking", "x", "R21", "watch:shrinking", reason(history, "risk").inputs,
                               reason(history, "risk").threshold), "en")  # fmt: skip
    assert "down 29 %" in shown


# --- decisions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_decision_is_a_sentence_even_without_numbers(decision: Decision, language: Language) -> None:
    said = explain_decision(a_candidate(decision=decision.value), language)
    assert said.startswith(word(DECISIONS, decision, language))
    assert "None" not in said


@pytest.mark.parametrize(
    ("decision", "rule", "why", "en"),
    [
        (
            "capped", "caps.tasks_per_day", {"cap_on": "2026-06-30", "counted": 1, "limit": 1},
            "daily cap: 1 already on 2026-06-30, limit 1 (calls and visits a day)",
        ),
        (
            "no_consent", "R74", {"needs": "sms|care", "has": None},
            "no consent: needs consent to SMS for care (consent and objection)",
        ),
        (
            "quiet_deferred", "Q2", {"zone": "America/New_York"},
            "deferred by quiet hours: waits until 2026-06-29 22:00 (America/New_York); core, risk high,"
            " every week, goal: retain, last contact 2026-06-20 (quiet hours)",
        ),
        ("no_address", "R2", {"needs": "email"}, "no address: email is missing (data rules)"),
        (
            "suppressed", "C5", {"address": "email"},
            "suppressed address: the address for email bounced, complained or opted out (suppression list)",
        ),
        (
            "planned", "R24", {"last_contact_on": None},
            "planned: core, risk high, every week, goal: retain, never contacted (contact plan)",
        ),
    ],
    ids=["capped", "no consent", "quiet hours", "no address", "bounced", "never contacted"],
)  # fmt: skip
def test_a_decision_names_the_numbers_that_decided(
    decision: str, rule: str, why: dict[str, str | int | None], en: str
) -> None:
    assert explain_decision(a_candidate(decision=decision, rule=rule, why=why), "en") == en


def test_a_tasks_brief_says_why_too() -> None:
    brief: dict[str, str | int | None] = {
        "level": "core",
        "risk": "low",
        "goal": "retain",
        "last_contact_on": None,
    }
    assert explain_why(brief, "zh") == "核心·风险低，目标：挽留，从未联系"
