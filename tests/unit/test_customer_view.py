"""The whole view of a customer: sums by year, the balance against the history, every section in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.flows.view_customer import view_customer
from shared.insight.customer_text import customer_lines
from shared.insight.customer_view import (
    Balance,
    ConsentLine,
    Counts,
    CustomerView,
    EventLine,
    GoldenLine,
    SaidLine,
    SourceLine,
    YearLine,
    balance_events,
    sum_years,
    view_to_plain,
)
from shared.insight.explanation import Explanation
from shared.insight.identity_words import KINDS, NOT_RECORDED
from shared.insight.review_view import Bounds
from shared.insight.snapshot import Merge
from shared.insight.words import Language
from shared.model.case import Case, CaseStatus, Finish, Outcome, Point
from shared.model.history import Day
from shared.model.record import RECORD_KINDS
from tests.unit.insight_base import KEY, NOW, POLICY, ZONE, a_base

BOUNDS = Bounds(0.0, 4.0)
SINCE = date(2024, 6, 29)


def an_order(at: str, fen: int = 100_000, **changes: object) -> EventLine:
    line = EventLine(datetime.fromisoformat(at), "order", "sales#A1", f"o{at}", orders=1, fen=fen)
    return replace(line, **changes)  # type: ignore[arg-type]


def a_refund(at: str, fen: int) -> EventLine:
    return EventLine(datetime.fromisoformat(at), "refund", "sales#A1", f"r{at}", refunds=1, fen=-fen)


def a_view(**changes: object) -> CustomerView:
    view = CustomerView(
        told=Explanation("c-test", NOW, ZONE),
        golden=(),
        sources=(),
        events=(),
        years=(),
        balance=Balance(SINCE, Counts(), Counts()),
        consents=(),
        reviews=(),
    )
    return replace(view, **changes)  # type: ignore[arg-type]


def text(language: Language = "en", **changes: object) -> str:
    return "\n".join(customer_lines(a_view(**changes), BOUNDS, language))


# --- sums ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "years"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(
            [an_order("2026-01-05T00:00:00Z"), a_refund("2026-02-01T00:00:00Z", 30_000)],
            [(2026, 1, 100_000, 1, 30_000, 70_000)],
            id="a refund takes from the net amount, not from the orders",
        ),
        pytest.param(
            [an_order("2025-12-31T16:00:00Z"), an_order("2025-12-31T15:59:59Z")],
            [(2026, 1, 100_000, 0, 0, 100_000), (2025, 1, 100_000, 0, 0, 100_000)],
            id="a year begins at midnight in Shanghai",
        ),
        pytest.param(
            [
                an_order("2026-01-05T00:00:00Z", is_deleted=True),
                an_order("2026-12-05T00:00:00Z", is_ahead=True),
            ],
            [],
            id="neither what was deleted nor what lies ahead",
        ),
        pytest.param(
            [a_refund("2026-01-05T00:00:00Z", 50)], [(2026, 0, 0, 1, 50, -50)], id="a refund without order"
        ),
    ],
)
def test_a_year_sums_its_events(events: list[EventLine], years: list[tuple[int, ...]]) -> None:
    found = sum_years(events, ZONE)
    assert [
        (line.year, line.orders, line.order_fen, line.refunds, line.refund_fen, line.net_fen)
        for line in found
    ] == years


def test_what_has_no_rate_is_counted_and_said() -> None:
    [year] = sum_years([an_order("2026-01-05T00:00:00Z", 0, is_unconverted=True)], ZONE)
    assert (year.orders, year.order_fen, year.unconverted) == (1, 0, 1)
    assert "1 amount(s) without a rate count as 0" in text(years=(year,))


DAYS = (Day(SINCE - timedelta(days=1), 0, 9, 0, 9), Day(date(2026, 1, 5), orders=1, fen=100_000))


@pytest.mark.parametrize(
    ("events", "holds"),
    [
        pytest.param([an_order("2026-01-05T00:00:00Z")], True, id="equal, older days left out"),
        pytest.param(
            [an_order("2026-01-05T00:00:00Z"), an_order("2020-01-05T00:00:00Z")], True, id="an older event"
        ),
        pytest.param([an_order("2026-01-05T00:00:00Z", 99_999)], False, id="one fen less"),
        pytest.param([], False, id="an event is missing"),
        pytest.param(
            [an_order("2026-01-05T00:00:00Z"), an_order("2026-01-06T00:00:00Z", is_deleted=True)],
            True,
            id="what was deleted does not count",
        ),
    ],
)
def test_events_are_weighed_against_the_history_behind_the_tags(events: list[EventLine], holds: bool) -> None:
    balance = balance_events(events, DAYS, SINCE, ZONE)
    assert balance.holds is holds
    said = text(balance=balance)
    assert ("agrees with the history" in said) is holds
    assert ("run guanxi verify" in said) is not holds


# --- sections ------------------------------------------------------------------------------------------------


def test_a_golden_field_shows_source_day_and_rule() -> None:
    line = GoldenLine(
        "phone", "+8613800000001", "web#~" + "0" * 32, datetime(2026, 5, 1, 20, tzinfo=UTC), "newest"
    )
    assert "  phone: +8613800000001  [web#~00000000, 2026-05-02, newest]" in text(golden=(line,))
    assert "[web#~00000000, —, 取最新]" in text("zh", golden=(replace(line, said_at=None),))


def test_a_source_record_shows_what_it_says_and_what_was_verified() -> None:
    said = (SaidLine("name", "王伟", NOW, is_verified=True), SaidLine("city", "杭州", NOW))
    lines = text(sources=(SourceLine("sales#A1", "sales", True, said, 3),))
    assert "sales#A1 (deleted at the source)  3 event(s)" in lines
    assert "name: 王伟  [2026-06-30, verified]" in lines
    assert "city: 杭州  [2026-06-30]" in lines


@pytest.mark.parametrize(
    ("event", "line"),
    [
        pytest.param(an_order("2026-06-01T00:00:00Z", 120_050), "order  1,200.50 元", id="an order"),
        pytest.param(a_refund("2026-06-01T00:00:00Z", 5_000), "refund  -50 元", id="a refund"),
        pytest.param(
            an_order("2026-06-01T00:00:00Z", 0, is_unconverted=True), "order  no rate", id="no rate known"
        ),
        pytest.param(
            an_order("2026-12-01T00:00:00Z", is_ahead=True), "1,000 元  (lies ahead)", id="of the future"
        ),
        pytest.param(
            EventLine(NOW, "satisfaction", "web#1", "s1", (("dimension", "speed"), ("score", "4"))),
            "satisfaction  speed  score 4  [web#1 s1]",
            id="a score",
        ),
        pytest.param(
            EventLine(NOW, "need", "web#1", "n1", (("need_type", "price"), ("priority", "high"))),
            "need  price  high priority",
            id="a need",
        ),
        pytest.param(
            EventLine(NOW, "interaction", "web#1", "i1", (("channel", "visit"), ("topic", "回访"))),
            "interaction  visit  回访",
            id="a contact",
        ),
        pytest.param(
            EventLine(NOW, "complaint", "web#1", "k1", is_deleted=True),
            "complaint  (deleted at the source, does not count)",
            id="deleted",
        ),
    ],
)
def test_an_event_is_one_line(event: EventLine, line: str) -> None:
    assert line in text(events=(event,))


def test_a_long_list_of_events_is_cut_and_counted() -> None:
    events = tuple(an_order(f"2026-01-{day:02d}T00:00:00Z") for day in range(1, 26))
    assert "5 more (--json lists all)" in text(events=events)
    assert "more (--json" not in text(events=events[:20])


@pytest.mark.parametrize(
    ("consent", "line"),
    [
        pytest.param(
            ConsentLine("email|care", "granted", NOW, "w***@example.com"),
            "email for care: granted since 2026-06-30  w***@example.com",
            id="granted",
        ),
        pytest.param(
            ConsentLine("sms|marketing", "withdrawn", None, ""),
            "SMS for marketing: withdrawn",
            id="withdrawn",
        ),
        pytest.param(
            ConsentLine("phone|objection", "objected", NOW, ""),
            "phone: objected since 2026-06-30",
            id="objected",
        ),
    ],
)
def test_a_consent_says_since_when_and_for_which_address(consent: ConsentLine, line: str) -> None:
    assert f"  {line}\n" in text(consents=(consent,))


def test_tasks_open_and_done_stand_with_owner_and_deadline() -> None:
    case = Case("T" * 32, "c-test", "task", "call", "Ms Wu", "retain_call", NOW, NOW - timedelta(days=1), NOW)
    done = replace(case, status=CaseStatus.DONE)
    said = text(told=Explanation("c-test", NOW, ZONE, cases=(case, done)))
    assert "open (overdue)  retention call  Ms Wu  by 2026-06-29 10:00" in said
    assert "done  retention call  Ms Wu" in said


def test_a_finished_task_says_who_was_told_what() -> None:
    finish = Finish(Outcome.DONE, NOW, "Mr Li", "聊了一小时", (Point("补发滤芯", True),), "r")
    case = Case("T" * 32, "c-test", "point", "call", "Ms Wu", "minutes_point", NOW, NOW, NOW, text="给出报价")
    done = replace(case, status=CaseStatus.DONE, finish=finish)
    said = text(told=Explanation("c-test", NOW, ZONE, cases=(done,)))
    assert "open point of minutes · 给出报价  Ms Wu" in said
    assert "Mr Li, 2026-06-30 10:00, 聊了一小时, 补发滤芯" in said


def test_decisions_of_people_stand_in_the_journal_with_who_and_which() -> None:
    merge = Merge("c-test", "2026-06-30T02:00:00.000Z", "web#1", ("c-test",), (), "accepted", "anna", "v1")
    said = text(told=Explanation("c-test", NOW, ZONE, merges=(merge,)))
    assert "2026-06-30 10:00  accepted: one person  web#1  anna  v1" in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_no_source_can_tell_is_named_and_not_invented(language: Language) -> None:
    last = text(language).splitlines()[-1]
    assert all((zh if language == "zh" else en) in last for zh, en in NOT_RECORDED.values())
    assert tuple(view_to_plain(a_view())["not_recorded"]) == tuple(NOT_RECORDED)


def test_every_kind_of_event_has_words() -> None:
    assert {*RECORD_KINDS} - {"profile", "consent"} == {*KINDS}


def test_somebody_without_anything_is_still_shown() -> None:
    assert "not reviewed yet" in text()
    assert text("zh").startswith("客户\n  c-test")


# --- from the stored base ------------------------------------------------------------------------------------


def seen(reference: str) -> CustomerView:
    found = view_customer(reference, items=a_base(), key=KEY, policy=POLICY, now=NOW)
    assert found is not None
    return found


def test_one_customer_of_two_sources_is_one_view() -> None:
    view = seen("wei.wang@example.com")
    assert [source.system for source in view.sources] == ["sales", "service"]
    assert [event.kind for event in view.events] == ["interaction", "order"]
    assert view.years == (
        YearLine(2026, orders=1, order_fen=98_600_000, refunds=0, refund_fen=0, complaints=0, interactions=1, unconverted=0),
    )  # fmt: skip
    assert view.balance.holds
    assert view.balance.events.fen == 98_600_000
    assert {line.use: (line.state, line.address) for line in view.consents} == {
        "email|care": ("granted", "w***@example.com"),
        "sms|care": ("granted", "+861****0001"),
    }


def test_the_view_is_found_by_every_reference_that_explain_takes() -> None:
    names = {seen(name).told.customer_id for name in ("wei.wang@example.com", "138 0000 0001")}
    assert len(names) == 1
    assert seen(names.pop()).golden
    assert view_customer("nobody@example.com", items=a_base(), key=KEY, policy=POLICY, now=NOW) is None


def test_the_zone_of_the_tenant_decides_the_year() -> None:
    events = [an_order("2025-12-31T20:00:00Z")]
    assert [line.year for line in sum_years(events, ZoneInfo("America/New_York"))] == [2025]
    assert [line.year for line in sum_years(events, ZONE)] == [2026]
