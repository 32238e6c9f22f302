"""The morning mail: who is told of what, in both languages, harmless whatever a customer is called."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from shared.flows.send_digests import gather_desks, mail_name, make_mail
from shared.insight.brief import Behaviour, Brief, Earlier, Review, brief_lines
from shared.insight.digest import Digest, Look, News, Parts, section_of, write_digest
from shared.insight.words import Language
from shared.messaging.values import html_value
from shared.model.case import Case, CaseStatus, Told, Try
from shared.policy.load import load_policy

POLICY = load_policy()
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)
NEWS = News(NOW, NOW - timedelta(days=1), ZONE)
DAY = timedelta(days=1)
CASE = Case(
    "T" * 32, "c-1", "task", "call", "Sales lead", "check_in_call", NOW - 5 * DAY, NOW + 5 * DAY, NOW - 5 * DAY,
    {"level": "core"},
)  # fmt: skip
TOLD = Told(50, "owner", "Sales lead", "sales@guanxi.example", NOW, "digest")
BRIEF = Brief(
    CASE,
    "林小满",
    "示例机械有限公司",
    "+8613900010001",
    "lin@example.com",
    "strategic",
    "high",
    "retain",
    (date(2026, 6, 20), "call"),
    Earlier("check_in_call", date(2026, 5, 2), "Ms Wu", "谈了价格", ("补发滤芯",)),
    (("给出新报价", NOW + DAY),),
    Behaviour(3, 4, 2, 1, 1_200_000, date(2026, 6, 1)),
    Review(date(2020, 1, 5), 120_000_000, 90_000_000, 12, 1, 20),
    (Earlier("retain_call", date(2026, 4, 2), "Mr Li", "", ("换成月度计划",), "另一家示例公司"),),
)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "www.evil.example",
    "\u202egnp.exe\r\nBcc: x@example.com",
    "</td></tr></table><h1>",
]


def look(language: Language = "zh") -> Look:
    return Look(language, ZONE, "关系科技", html_value)


def a_digest(brief: Brief = BRIEF, section: str = "today") -> Digest:
    return Digest("Sales lead", "sales@guanxi.example", date(2026, 7, 1), NOW, ((section, brief),), 1)


def write(brief: Brief = BRIEF, language: Language = "zh") -> Parts:
    return write_digest(a_digest(brief), look(language))


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.shape: list[str] = []
        self.links: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize(
    ("changes", "role", "section"),
    [
        pytest.param({"due_at": NOW - timedelta(minutes=1)}, "owner", "overdue", id="a minute late"),
        pytest.param({"due_at": NOW + timedelta(hours=9)}, "owner", "today", id="due this evening"),
        pytest.param({"due_at": NOW + DAY}, "owner", None, id="due tomorrow, known before"),
        pytest.param({"told": (TOLD,)}, "owner", "half", id="half of the time is over"),
        pytest.param(
            {"opened_at": NOW - timedelta(hours=20)}, "owner", "new", id="opened after the last digest"
        ),
        pytest.param({"start_at": NOW + timedelta(minutes=30)}, "owner", "new", id="begins today"),
        pytest.param({"start_at": NOW + 2 * DAY}, "owner", None, id="begins later"),
        pytest.param({"next_try_on": date(2026, 7, 1)}, "owner", "again", id="to be tried again today"),
        pytest.param(
            {"next_try_on": date(2026, 7, 2), "told": (TOLD,)}, "owner", None, id="not before tomorrow"
        ),
        pytest.param(
            {"due_at": NOW - DAY, "next_try_on": date(2026, 7, 2)}, "owner", "overdue", id="late beats all"
        ),
        pytest.param({}, "manager", "escalated", id="a manager who was told"),
        pytest.param({"due_at": NOW - DAY}, "head", "escalated", id="a head who was told"),
    ],
)
def test_a_task_stands_in_one_section_or_in_none(
    changes: dict[str, object], role: str, section: str | None
) -> None:
    assert section_of(replace(CASE, **changes), role, NEWS) == section  # type: ignore[arg-type]


def test_everybody_gets_one_mail_and_nobody_a_task_twice() -> None:
    manager = Told(100, "manager", "Sales manager", "sales-manager@guanxi.example", NOW, "digest")
    head = Told(150, "head", "Head of customer care", "head@guanxi.example", NOW, "digest")
    late = replace(CASE, case_id="L" * 32, due_at=NOW - DAY, told=(TOLD, manager, head))
    mine = replace(CASE, case_id="H" * 32, owner="Head of customer care", due_at=NOW - DAY, told=(TOLD, head))
    desks = gather_desks([late, mine], POLICY, NOW)
    found = {
        desk.person.email: [(section, case.case_id[0]) for section, case in desk.cases] for desk in desks
    }
    assert found == {
        "head@guanxi.example": [("escalated", "L"), ("overdue", "H")],
        "sales-manager@guanxi.example": [("escalated", "L")],
        "sales@guanxi.example": [("overdue", "L")],
    }


def test_an_owner_whom_the_policy_forgot_falls_to_the_manager() -> None:
    (desk,) = gather_desks([replace(CASE, owner="Somebody who left", due_at=NOW)], POLICY, NOW)
    assert desk.person.email == "sales-manager@guanxi.example"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_mail_says_whom_to_call_and_what_to_know_in_both_parts(language: Language) -> None:
    parts = write(language=language)
    for part in (parts.text, parts.html):
        for fact in ("林小满", "+8613900010001", "lin@example.com", "谈了价格", "给出新报价", "换成月度计划"):
            assert fact in part
        assert CASE.case_id in part
    assert "1,200,000 元" in parts.text  # 120,000,000 fen
    assert Page(parts.html).links == ["tel:+8613900010001"]


def test_the_subject_counts_and_names_what_is_late() -> None:
    assert (
        write(replace(BRIEF, case=replace(CASE, due_at=NOW - DAY))).subject
        == "2026-07-01 今日任务 1 项，其中逾期 1 项"
    )
    assert write(language="en").subject == "2026-07-01: tasks today: 1"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_value_of_a_customer_changes_the_page_or_makes_a_link(hostile: str) -> None:
    bad = replace(
        BRIEF,
        customer=hostile,
        company=hostile + "x",
        case=replace(CASE, text=hostile),
        open_cases=((hostile, NOW),),
        last_talk=Earlier("check_in_call", NOW.date(), "x", hostile, (hostile,)),
    )
    good = replace(bad, customer="a", company="b", case=replace(CASE, text="c"), open_cases=(("d", NOW),))
    parts, harmless = write(bad), write(replace(good, last_talk=BRIEF.last_talk))
    assert Page(parts.html).shape == Page(harmless.html).shape
    assert Page(parts.html).links == Page(harmless.html).links
    assert "\u202e" not in parts.text + parts.html
    assert "www.evil.example" not in parts.text + parts.html
    assert "\n" not in make_mail(a_digest(bad), "digest-x", POLICY).subject
    (event,) = Calendar.from_ical(parts.calendar).walk("VEVENT")
    assert str(event["uid"]) == CASE.case_id


def test_a_long_digest_says_how_much_it_leaves_out() -> None:
    digest = replace(a_digest(), total=7)
    assert "另有 6 项未列出" in write_digest(digest, look()).text
    assert "另有 6 项未列出" in write_digest(digest, look()).html


def test_a_mail_has_a_name_that_names_nobody() -> None:
    name = mail_name("digest", date(2026, 7, 1), "Sales@guanxi.example")
    assert name == mail_name("digest", date(2026, 7, 1), "sales@guanxi.example")
    assert "sales" not in name
    assert make_mail(a_digest(), name, POLICY).contact_id == name


def test_only_what_is_known_is_told() -> None:
    bare = Brief(replace(CASE, status=CaseStatus.OPEN), "林小满")
    assert brief_lines(bare, "zh", ZONE) == []
    tried = replace(bare, case=replace(CASE, tries=(Try(NOW, "Ms Wu", "", "r"),)))
    assert brief_lines(tried, "en", ZONE) == [("No answer", "2026-07-01 08:30")]


def test_the_brief_of_a_strategic_customer_reviews_the_year() -> None:
    facts = dict(brief_lines(BRIEF, "en", ZONE))
    assert facts["Annual review"].startswith(
        "Customer since 2020-01-05; 12 months 1,200,000 元 (year before 900,000 元)"
    )
    assert facts["Recent behaviour"].endswith("last order 2026-06-01")
