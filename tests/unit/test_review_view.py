"""Pairs that wait for a person, in words: what agrees, how strongly, what speaks against, how to decide."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.flows import decide_identity
from shared.insight import identity_words
from shared.insight.identity_words import (
    AGREEMENTS,
    COMPARED,
    KEYS,
    REFUSALS,
    STEPS_TAKEN,
    level_words,
    provenance_words,
    strength_words,
)
from shared.insight.pairs import Agreement, Pair, Pairs, Side
from shared.insight.report import render_report
from shared.insight.review_view import (
    Bounds,
    agreement_words,
    link_evidence,
    pair_lines,
    review_lines,
    review_part,
    speaks_against,
    step_of,
    sum_words,
    todays_steps,
)
from shared.insight.snapshot import Merge, MergeLink, Snapshot
from shared.insight.words import Language, Table
from shared.matching.blocking import STRONG_KINDS
from shared.matching.compare import FIELD_NAMES
from shared.matching.weights import LEVEL_NAMES
from tests.unit.insight_base import HOSTILE, NOW, POLICY, ZONE
from tests.unit.test_insight_report import Page

BOUNDS = Bounds(0.0, 4.0)
AT = datetime(2026, 6, 30, 1, tzinfo=UTC)


def a_side(record_id: str = "sales#A1", **said: str) -> Side:
    return Side(record_id, f"c-{record_id[-2:].lower()}", said or {"name": "李娜", "phone": "+8613800000004"})


def a_pair(**changes: object) -> Pair:
    pair = Pair(
        review_id="408e0b29d90fc52f",
        at=AT,
        bits=1.5,
        rule=None,
        agreements=(
            Agreement("given", "equal", 7.0),
            Agreement("surname", "close", 3.0),
            Agreement("birthday", "differs", -5.0),
        ),
        one=a_side(),
        other=a_side("web#B4", name="李那", birthday_on="1990-01-02", email="lina@example.com"),
    )
    return replace(pair, **changes)  # type: ignore[arg-type]


# --- words ---------------------------------------------------------------------------------------------------


def test_everything_that_matching_can_say_has_words() -> None:
    assert {*FIELD_NAMES} <= {*COMPARED}
    assert {level.removesuffix("_implied") for level in LEVEL_NAMES} - {"missing"} <= {*AGREEMENTS}
    assert {*STRONG_KINDS} <= {*KEYS}


@pytest.mark.parametrize(
    "table",
    [value for name, value in vars(identity_words).items() if name.isupper() and isinstance(value, dict)],
)
def test_words_stand_in_both_languages(table: Table) -> None:
    if all(isinstance(words, tuple) for words in table.values()):
        assert all(zh and en and zh != en for zh, en in table.values())
        assert len({*table.values()}) == len(table)


@pytest.mark.parametrize(
    ("bits", "en", "zh"),
    [
        pytest.param(18.4, "+18.4 strong", "+18.4 强", id="a phone"),
        pytest.param(6.0, "+6.0 strong", "+6.0 强", id="just strong"),
        pytest.param(5.99, "+6.0 clear", "+6.0 中", id="just below"),
        pytest.param(-5.0, "-5.0 clear", "-5.0 中", id="against"),
        pytest.param(-9.0, "-9.0 strong", "-9.0 强", id="strongly against"),
        pytest.param(0.04, "+0.0 weak", "+0.0 弱", id="next to nothing"),
    ],
)
def test_the_strength_of_a_field_is_a_number_and_a_word(bits: float, en: str, zh: str) -> None:
    assert (strength_words(bits, "en"), strength_words(bits, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("level", "en"),
    [("equal", "equal"), ("equal_implied", "equal (the place says so already)"), ("new_level", "new_level")],
)
def test_a_level_that_follows_from_another_field_says_so(level: str, en: str) -> None:
    assert level_words(level, "en") == en


@pytest.mark.parametrize(
    ("rule", "en", "zh"),
    [
        ("newest", "newest", "取最新"),
        ("verified", "verified by a person", "经人工核实"),
        ("trusted_then_newest", "most trusted source, then newest", "先取可信来源，再取最新"),
        ("most_complete_then_newest", "most complete, then newest", "取最完整，再取最新"),
        ("of_tomorrow", "of_tomorrow", "of_tomorrow"),
    ],
)
def test_the_rule_of_a_golden_field_reads_as_a_sentence_in_any_order(rule: str, en: str, zh: str) -> None:
    assert (provenance_words(rule, "en"), provenance_words(rule, "zh")) == (en, zh)


# --- evidence ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreement", "is_against"),
    [
        pytest.param(Agreement("given", "equal", 7.0), False, id="equal"),
        pytest.param(Agreement("birthday", "differs", -5.0), True, id="differs"),
        pytest.param(
            Agreement("generation", "part", -2.8), True, id="agrees in part, seen more in two people"
        ),
        pytest.param(Agreement("sex", "differs", 0.0), False, id="says nothing"),
        pytest.param(Agreement("sex", "differs"), True, id="differs, strength not known"),
        pytest.param(Agreement("sex", "part"), False, id="agrees in part, strength not known"),
    ],
)
def test_for_and_against_are_told_apart_by_the_evidence(agreement: Agreement, is_against: bool) -> None:
    assert speaks_against(agreement) is is_against


def test_evidence_without_known_strength_is_said_without_a_number() -> None:
    assert agreement_words(Agreement("phone", "equal"), "en") == "phone equal"
    assert agreement_words(Agreement("phone", "equal", 18.42), "zh") == "电话 相同（+18.4 强）"


def test_the_fields_and_the_rest_add_up_to_the_total() -> None:
    pair = a_pair()
    fields = sum(agreement.bits or 0 for agreement in pair.agreements)
    assert pair.rest is not None
    assert fields + pair.rest == pytest.approx(pair.bits)
    assert sum_words(pair, BOUNDS, "en").startswith(
        "total +1.50 (from 0 a person decides, from 4 records are linked); -3.5 of it"
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"rule": "birthdays_conflict"}, id="a guard decided"),
        pytest.param({"agreements": (Agreement("given", "equal"),)}, id="older weights"),
    ],
)
def test_no_rest_is_invented_where_none_is_known(changes: dict[str, object]) -> None:
    assert a_pair(**changes).rest is None
    assert "of it" not in sum_words(a_pair(**changes), BOUNDS, "en")


def test_a_pair_on_the_console_has_both_records_both_sides_and_the_command() -> None:
    lines = pair_lines(a_pair(rule="birthdays_conflict"), BOUNDS, "en", ZONE)
    assert lines == [
        "408e0b29d90fc52f  since 2026-06-30 09:00",
        "  sales#A1 (c-a1)  李娜 · +8613800000004",
        "  web#B4 (c-b4)  李那 · lina@example.com · 1990-01-02",
        "  for: given name equal (+7.0 strong); surname nearly equal (+3.0 clear)",
        "  against: birthday differs (-5.0 clear)",
        "  rule: birthdays conflict: for a person",
        "  total +1.50 (from 0 a person decides, from 4 records are linked)",
        "  guanxi review 408e0b29d90fc52f accept|reject --by NAME",
    ]


def test_what_a_record_did_stands_beside_what_it_says() -> None:
    side = replace(a_side(), orders=3, last_on=date(2026, 5, 20))
    assert (
        "李娜 · +8613800000004 · 订单 3 笔 · 最近 2026-05-20"
        in pair_lines(a_pair(one=side), BOUNDS, "zh", ZONE)[1]
    )


def test_a_record_that_is_gone_is_said_to_be_gone() -> None:
    assert "the source record is gone" in pair_lines(a_pair(one=Side("x#1", "")), BOUNDS, "en", ZONE)[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_says_how_many_wait_and_how_many_are_left_out(language: Language) -> None:
    lines = review_lines(Pairs(7, (a_pair(),)), BOUNDS, language, ZONE)
    assert "7" in lines[0]
    assert "6" in lines[-1]
    assert len(review_lines(Pairs(), BOUNDS, language, ZONE)) == 1


# --- cards ---------------------------------------------------------------------------------------------------


def test_a_card_lays_both_records_side_by_side() -> None:
    [card] = review_part(Pairs(1, (a_pair(),)), BOUNDS, ZONE).cards
    rows = {row.field[1]: row for row in card.rows}
    assert [*rows] == ["name", "phone", "email", "birthday"]
    assert (rows["name"].one, rows["name"].other, rows["name"].css) == ("李娜", "李那", "for")
    assert rows["name"].agreement[1] == "given name equal (+7.0 strong); surname nearly equal (+3.0 clear)"
    assert (rows["birthday"].css, rows["birthday"].one) == ("against", "—")
    assert rows["phone"].agreement == ("只有一方说明", "only one says it")


def test_an_identity_number_is_never_shown() -> None:
    [card] = review_part(
        Pairs(1, (a_pair(agreements=(Agreement("identity", "differs", -5.6),)),)), BOUNDS, ZONE
    ).cards
    [row] = [row for row in card.rows if row.field[1] == "identity number"]
    assert row.one == row.other == ("已登记", "on file")


def a_report(**changes: object) -> str:
    return render_report(replace(Snapshot(NOW, NOW.date()), **changes), POLICY)  # type: ignore[arg-type]


def test_hostile_names_in_a_pair_are_shown_as_text() -> None:
    nasty = a_side("<b>x</b>#1", name=HOSTILE, company='"><img src=x onerror=alert(1)>')
    text = a_report(reviews=Pairs(1, (a_pair(one=nasty, rule=HOSTILE),)))
    page = Page(text)
    assert HOSTILE in page.text
    assert "<b>x</b>#1" in page.text
    assert not {"script", "img"} & {*page.tags}
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]


def test_the_report_gives_the_commands_to_copy_and_counts_what_it_leaves_out() -> None:
    text = Page(a_report(reviews=Pairs(60, (a_pair(),)))).text
    assert "guanxi review 408e0b29d90fc52f accept --by NAME" in text
    assert "guanxi review 408e0b29d90fc52f reject --by 姓名" in text
    assert "59" in text


# --- journal -------------------------------------------------------------------------------------------------

SAME, APART = (
    MergeLink("sales#A1", True, "score", ("phone",), "10.51"),
    MergeLink("sales#A2", False, "birthdays_conflict", ("name_place",), "0.50"),
)


def a_merge(*links: MergeLink, at: datetime = AT, **changes: object) -> Merge:
    text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return replace(Merge("c-a1", text, "web#B4", ("c-a1", "c-b4"), links), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("merge", "step"),
    [
        (a_merge(SAME, APART), "joined"),
        (a_merge(APART), "kept_apart"),
        (a_merge(), "moved"),
        (a_merge(action="rejected", by="anna"), "rejected"),
        (a_merge(action="unmerged", undone=("v1",)), "unmerged"),
        (a_merge(undone=("v1",), by="anna"), "undone"),
    ],
)
def test_a_line_of_the_journal_says_what_was_done(merge: Merge, step: str) -> None:
    assert step_of(merge) == step
    assert step in STEPS_TAKEN


def test_the_strongest_comparison_stands_for_a_line() -> None:
    assert link_evidence(a_merge(APART, SAME), "en") == "by the score over all fields +10.51 (phone)"
    assert link_evidence(a_merge(APART), "zh") == "出生日期冲突，须人工判断 +0.50 (姓名与城市)"
    assert link_evidence(a_merge(), "en") == ""


def test_only_what_happened_on_the_local_day_is_listed_with_decisions_of_people_first() -> None:
    merges = [
        a_merge(SAME),
        a_merge(SAME, at=AT - timedelta(days=1)),
        a_merge(SAME, at=datetime(2026, 6, 29, 16, tzinfo=UTC)),
        a_merge(action="merged", by="anna"),
    ]
    groups = todays_steps(merges, NOW, ZoneInfo("Asia/Shanghai"), {"web#B4": "c-now"})
    assert [(group.what[1], group.number) for group in groups] == [
        ("merged by a person", 1),
        ("joined by score", 2),
    ]
    [row] = groups[0].rows
    assert (row.when, row.by, row.customers) == ("09:00", "anna", ("c-now", "c-a1", "c-b4"))


def test_every_reason_for_a_refusal_is_said_in_words() -> None:
    source = Path(decide_identity.__file__).read_text(encoding="utf-8")
    codes = {*re.findall(r'error="(\w+)"', source), *re.findall(r'return "(\w+)"', source)}
    assert len(codes) > 5
    assert codes <= {*REFUSALS}
