"""The faces of identity over the whole job: review list, report and whole view of customers, on the sample files."""

import json
import logging
from typing import Any

import pytest
from markupsafe import escape

from shared.flows.list_reviews import list_reviews
from shared.flows.take_snapshot import take_snapshot
from shared.flows.view_customer import view_customer
from shared.insight.customer_text import customer_lines
from shared.insight.report import render_report
from shared.insight.review_view import Bounds
from shared.insight.summary import summary_lines
from shared.insight.words import Language
from shared.policy.load import load_policy
from shared.ports import Table
from tests.integration.identity_world import a_profile, an_event
from tests.integration.memory_world import KEY, NOW, World
from tests.integration.test_whole_job import import_samples

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

POLICY = load_policy()
BOUNDS = Bounds(POLICY.matching.review_bits, POLICY.matching.link_bits)
HOSTILE = "<script>alert(1)</script>"
PHONES = ("13900000002", "13900000004")
GREY = (
    a_profile("X2", name="赵敏", phone=PHONES[0], birthday="1980-02-03", province="北京"),
    a_profile("Y2", "service", name="赵敏", phone=PHONES[0], birthday="1991-12-24", province="北京"),
    a_profile("X4", name="李娜", phone=PHONES[1], city="上海", company="北辰物流有限公司"),
    a_profile("Y4", "web", name="李娜", email="lina@example.com", city="上海", company="北辰物流有限公司"),
    an_event("order", "X4", "O9", "2026-06-01", amount="1200"),
)


def with_pairs(world: World, *more: dict[str, Any]) -> None:
    world.post_records(*GREY, *more)
    world.settle()


def decide(world: World, action: str, **arguments: str) -> Any:  # noqa: ANN401
    answer = world.invoke("Operate", {"by": "anna", **arguments, "action": action})
    world.settle()
    return answer


def home(world: World, record_id: str) -> str:
    [row] = [row for row in world.rows(Table.RECORDS, "RECORD") if row["record_id"] == record_id]
    return str(row["customer_id"])


def test_the_sums_of_every_customer_agree_with_the_history_behind_the_tags(world: World) -> None:
    import_samples(world)
    ids = [str(row["customer_id"]) for row in world.rows(Table.CUSTOMERS, "PROFILE") if "alias_of" not in row]
    stored = sum(str(row["sk"]).startswith("EVENT#") for row in world.items.scan(Table.RECORDS))
    profiles = sum(str(row["sk"]).startswith("EVENT#profile") for row in world.items.scan(Table.RECORDS))
    shown = 0
    for customer_id in ids:
        view = view_customer(customer_id, items=world.items, key=KEY, policy=POLICY, now=NOW)
        assert view is not None
        assert view.balance.holds, customer_id
        assert len(view.golden) == len(view.told.golden)
        assert sum(source.events for source in view.sources) == len(view.events)
        for language in ("en", "zh"):
            assert len(customer_lines(view, BOUNDS, language)) > 10
        shown += len(view.events)
    assert len(ids) > 100
    assert shown == stored - profiles


def test_a_decision_through_the_function_changes_list_report_and_view(world: World) -> None:
    with_pairs(world)
    pairs = list_reviews(world.items)
    assert (pairs.open, [pair.rule for pair in pairs.shown]) == (2, [None, "birthdays_conflict"])
    first = pairs.shown[0]
    answer = decide(world, "accept", review=first.review_id)
    assert home(world, "sales#X4") == home(world, "web#Y4")
    assert [pair.review_id for pair in list_reviews(world.items).shown] == [pairs.shown[1].review_id]
    snapshot = take_snapshot(world.items, NOW, POLICY.tenant.tz)
    assert "  1 pair(s) to decide (guanxi review)" in "\n".join(
        summary_lines(snapshot, POLICY, language="en")
    )
    page = render_report(snapshot, POLICY)
    assert first.review_id not in page
    assert pairs.shown[1].review_id in page
    assert "accepted: one person" in page
    view = view_customer("lina@example.com", items=world.items, key=KEY, policy=POLICY, now=NOW)
    assert view is not None
    said = "\n".join(customer_lines(view, BOUNDS, "en"))
    assert "accepted: one person" in said
    assert "anna" in said
    assert [source.record_id for source in view.sources] == ["sales#X4", "web#Y4"]
    assert view.balance.events.orders == 1

    decide(world, "undo", verdict=answer["verdict_id"])
    assert home(world, "sales#X4") != home(world, "web#Y4")
    assert list_reviews(world.items).open == 2
    assert "a decision was taken back" in render_report(
        take_snapshot(world.items, NOW, POLICY.tenant.tz), POLICY
    )


def test_what_each_record_says_stands_side_by_side_and_no_pseudonym(world: World) -> None:
    with_pairs(world)
    [pair] = [pair for pair in list_reviews(world.items).shown if pair.rule]
    assert [side.said["birthday_on"] for side in (pair.one, pair.other)] == ["1980-02-03", "1991-12-24"]
    assert {side.customer_id for side in (pair.one, pair.other)} == {
        home(world, "sales#X2"),
        home(world, "service#Y2"),
    }
    only = list_reviews(world.items, only=pair.review_id)
    assert (only.open, only.shown) == (1, (pair,))
    assert list_reviews(world.items, of=["sales#X2"]).open == 1
    assert list_reviews(world.items, of=["sales#unknown"]).open == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_ids_and_names_of_deciders_are_text_in_the_report(world: World, language: Language) -> None:
    with_pairs(
        world,
        a_profile(HOSTILE, name="孙丽", phone="13900000005", birthday="1980-02-03"),
        a_profile("Y5", "web", name="孙丽", phone="13900000005", birthday="1991-12-24"),
    )
    pairs = list_reviews(world.items).shown
    [asked] = [pair for pair in pairs if HOSTILE in pair.one.record_id + pair.other.record_id]
    pair = next(pair for pair in pairs if pair != asked)
    decide(world, "accept", review=pair.review_id, by="<img src=x onerror=alert(2)>")
    snapshot = take_snapshot(world.items, NOW, POLICY.tenant.tz)
    page = render_report(snapshot, POLICY, language_default=language)
    assert str(escape(HOSTILE)) in page
    assert str(escape("<img src=x onerror=alert(2)>")) in page
    assert "<script" not in page
    assert "<img" not in page


def test_neither_questions_nor_decisions_write_a_person_into_a_log(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with_pairs(world)
    for pair in list_reviews(world.items).shown:
        decide(world, "reject", review=pair.review_id)
        decide(world, "accept", review="0123456789abcdef")
    heard = capsys.readouterr()
    told = heard.out + heard.err + caplog.text
    assert "Operations" in told
    names = ("赵敏", "李娜", "lina@example.com", "北辰", *PHONES, "1980-02-03")
    escaped = [json.dumps(name)[1:-1] for name in names]
    assert not [name for name in (*names, *escaped) if name in told]
