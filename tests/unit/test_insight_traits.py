"""More tags in words, and what time alone makes of a customer (R23)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.cleaning.regions import region_of_province
from shared.cleaning.tables import read_table
from shared.insight.explain_tag import explain_first
from shared.insight.explain_trait import REGIONS, explain_trait, trait_label, trait_value
from shared.insight.words import RULES
from shared.model.history import Day, History
from shared.model.tags import Mark, Reason
from shared.policy.load import load_policy
from shared.tagging.ahead import look_ahead
from shared.tagging.fold import Happening, add_events
from shared.tagging.review import review_tags, tag
from shared.tagging.traits import Background, judge_traits

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = load_policy()
AS_OF = datetime(2026, 6, 30, tzinfo=SHANGHAI)
NAMED = Background(
    {"name": "张三", "province": "广东", "email": "a@example.com"},
    "华南",
    marks=[Mark("do_not_contact", "Ms Wu", AS_OF - timedelta(days=3), AS_OF + timedelta(days=4))],
)


def traits(*happenings: Happening, background: Background = NAMED) -> dict[str, Reason]:
    history = add_events(History(), happenings, AS_OF, SHANGHAI)
    found = judge_traits(history, review_tags(history, POLICY, AS_OF).tags, background, POLICY, AS_OF)
    return {trait.tag: trait for trait in found}


def ago(days: int, hour: int = 9) -> datetime:
    return AS_OF - timedelta(days=days) + timedelta(hours=hour)


LIVELY = [
    Happening("need", ago(9), word="price"),
    Happening("need", ago(8), word="price"),
    Happening("need", ago(7), word="service"),
    *(Happening("interaction", ago(days, 20), word="chat") for days in (5, 6, 7)),
    Happening("order", ago(20), 5_000_000),
]


@pytest.mark.parametrize(
    ("tag_", "en", "zh"),
    [
        pytest.param(
            "need",
            "price: named most often (price 2, service 1 in 12 months)",
            "价格：最常提出（12 个月内 价格 2、服务 1）",
            id="need",
        ),
        pytest.param(
            "stage",
            "acquisition: first order not long ago (first order 2026-06-10, new for 3 months)",
            "获取期：首单不久（首单 2026-06-10，3 个月内算新客户）",
            id="stage",
        ),
        pytest.param("service_class", "household: has no company", "家庭客户：没有公司名称", id="class"),
        pytest.param("region", "South China: by province", "华南：按省份", id="region"),
        pytest.param("industry", "unknown: no record tells it", "未知：记录未提供", id="industry"),
        pytest.param(
            "channel",
            "chat: most often (3 of 3 contact(s) in 12 months)",
            "在线聊天：最常见（12 个月内 3 次联系中 3 次）",
            id="channel",
        ),
        pytest.param(
            "hour",
            "20:00: most often (3 of 3 contact(s) in 12 months)",
            "20:00：最常见（12 个月内 3 次联系中 3 次）",
            id="hour",
        ),
        pytest.param("quality:no_phone", "no phone", "没有电话", id="quality"),
        pytest.param(
            "mark:do_not_contact",
            "do not contact: set by a person (Ms Wu on 2026-06-27, until 2026-07-04T00:00:00+08:00)",
            "请勿联系：由人设定（Ms Wu 于 2026-06-27，至 2026-07-04T00:00:00+08:00）",
            id="mark",
        ),
    ],
)
def test_a_trait_is_said_with_its_evidence(tag_: str, en: str, zh: str) -> None:
    told = traits(*LIVELY)[tag_]
    assert explain_trait(told, "en") == en
    assert explain_trait(told, "zh") == zh


@pytest.mark.parametrize("happenings", [[], LIVELY, [Happening("order", ago(500), 1)]])
def test_every_trait_has_words_for_name_value_and_rule(happenings: list[Happening]) -> None:
    for background in (NAMED, Background(), Background({"company": "甲"})):
        for told in traits(*happenings, background=background).values():
            assert told.rule in RULES
            assert trait_label(told.tag, "en") != told.tag or told.tag in (
                "industry",
                "size",
                "region",
                "need",
            )
            assert "_" not in explain_trait(told, "en") + trait_value(told.tag, told.value, "zh")


def test_every_region_has_words() -> None:
    assert {region_of_province(province) for province in read_table("provinces")} == {*REGIONS}


# --- ahead ---------------------------------------------------------------------------------------------------

STEADY = History(
    days=(Day(date(2025, 9, 2), orders=1, fen=50_000_000), Day(date(2026, 6, 20), 2, 1, 0, 48_600_000))
)


def test_the_first_change_of_each_tag_is_what_the_tags_say_then() -> None:
    ahead = look_ahead(STEADY, POLICY, AS_OF)
    for change in ahead.first:
        before = tag(STEADY, POLICY, change.at - timedelta(milliseconds=1))
        after = tag(STEADY, POLICY, change.at)
        assert (change.old, change.new) == (getattr(before, change.tag), getattr(after, change.tag))
    assert {change.tag for change in ahead.first} == {"level", "risk", "activity"}
    assert ahead.next[0].at == review_tags(STEADY, POLICY, AS_OF).next_change_at


def test_a_reason_that_alone_changes_is_told_with_the_value_that_stays() -> None:
    new = History(
        days=(Day(date(2025, 9, 2), orders=1, fen=60_000_000), Day(date(2026, 6, 20), 1, 1, 0, 50_000_000))
    )
    ahead = look_ahead(new, POLICY, datetime(2026, 8, 25, tzinfo=SHANGHAI))
    changed = {change.tag: change for change in ahead.next}
    assert (changed["level"].old, changed["level"].new, changed["level"].code) == ("core", "core", "core")


@pytest.mark.parametrize(
    ("old", "new", "en", "zh"),
    [
        (
            "core",
            "potential",
            "would drop to potential on 2026-09-03 without a new order",
            "若无新订单，2026-09-03 起降为潜力",
        ),
        (
            "core",
            "strategic",
            "rises to strategic on 2026-09-03 by time alone",
            "若无新事，2026-09-03 起升为战略",
        ),
    ],
)
def test_what_time_makes_of_a_level_is_said_with_its_day(old: str, new: str, en: str, zh: str) -> None:
    assert explain_first("level", old, new, date(2026, 9, 3), "en") == en
    assert explain_first("level", old, new, date(2026, 9, 3), "zh") == zh


def test_a_risk_rises_towards_high() -> None:
    said = explain_first("risk", "low", "high", date(2026, 9, 3), "en")
    assert said == "would rise to high on 2026-09-03 without a new contact or order"
    assert explain_first("risk", "medium", "low", date(2026, 9, 3), "en").startswith("falls to low")


@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [
        ("industry", "C", ("C 制造业", "C manufacturing")),
        ("industry", "C39", ("C39 制造业", "C39 manufacturing")),
        ("industry", "Shipping", ("Shipping", "Shipping")),
        ("size", "micro", ("微型", "micro")),
        ("size", "unknown", ("未知", "unknown")),
    ],
)
def test_codes_of_companies_are_words(tag: str, value: str, words: tuple[str, str]) -> None:
    assert (trait_value(tag, value, "zh"), trait_value(tag, value, "en")) == words
