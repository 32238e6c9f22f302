"""What the snapshot and the explanation read from the stored items, and the console block made of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum

import pytest

from shared.care.receipts import Kind, Receipt
from shared.care.reputation import Fuse
from shared.flows.explain import explain
from shared.flows.ingest_record import ingest_record
from shared.flows.take_snapshot import code_words, take_snapshot
from shared.importing.problems import ProblemCode
from shared.insight.delivery_view import COLUMNS, FUSES, KINDS, delivery_parts
from shared.insight.explain_text import explanation_lines
from shared.insight.explanation import Explanation
from shared.insight.report import render_report
from shared.insight.snapshot import CustomerLine, FuseLine, ParkedLine, Snapshot, Words
from shared.insight.summary import summary_lines
from shared.insight.tallies import held, kept_apart, todays_messages
from shared.insight.words import Language, display_width
from shared.memory.items import MemoryItems
from shared.ports import Item, Key, Put, Table, Update
from shared.store.control import set_hold
from shared.store.receipts import end_parked, park
from shared.store.suppressions import count_soft_day, lift_writes, suppress
from tests.unit.insight_base import HOSTILE, KEY, NOW, POLICY, ZONE, a_base, a_snapshot, review_all


def customer(name: str) -> CustomerLine:
    return next(line for line in a_snapshot().customers if line.name == name)


def told(reference: str, items: MemoryItems | None = None, now: datetime = NOW) -> Explanation:
    found = explain(reference, items=items or a_base(), key=KEY, policy=POLICY, now=now)
    assert found is not None
    return found


# --- snapshot ------------------------------------------------------------------------------------------------


def test_jobs_carry_what_became_of_their_records() -> None:
    sales, service = a_snapshot().jobs
    assert (sales.system, sales.records_in, dict(sales.outcomes)) == (
        "sales",
        14,
        {"new": 12, "quarantined": 2},
    )
    assert (service.system, service.records_in, service.quarantined) == ("service", 2, 0)


def test_quarantined_rows_keep_their_place_and_reason() -> None:
    rows = [(row.file, row.row, row.reason) for row in a_snapshot().quarantined]
    assert rows == [("sales-orders.csv", 8, "no_identity"), ("sales-orders.csv", 9, "no_event_date")]


def test_a_finding_counts_once_for_its_row_however_many_records_the_row_gave() -> None:
    phones = [issue for issue in a_snapshot().issues if issue.field == "party.phone"]
    assert [(issue.row, issue.code, issue.severity) for issue in phones] == [
        (6, "phone_too_short", "refused")
    ]


def test_customers_carry_tags_members_and_golden_record() -> None:
    wang = customer("王伟")
    assert (wang.level, wang.risk, wang.phone, wang.company) == (
        "core",
        "low",
        "+8613800000001",
        "云帆科技有限公司",
    )
    assert len(wang.members) == 2
    assert {a_snapshot().source_records[member] for member in wang.members} == {wang.customer_id}


def test_only_decisions_of_the_local_day_are_todays() -> None:
    items = a_base()
    assert len(take_snapshot(items, NOW, ZONE).candidates) == 4
    # 16:30 UTC is the next day in Shanghai.
    assert take_snapshot(items, datetime(2026, 6, 30, 16, 30, tzinfo=UTC), ZONE).candidates == ()


def test_an_alias_is_no_customer_of_its_own() -> None:
    items = a_base()
    old: Item = {"customer_id": "c-old", "sk": "PROFILE", "ver": 1, "members": [], "founded_at": "2026-01-01T00:00:00.000Z",
           "golden": {}, "provenance": {}, "aliases": [], "review": [], "alias_of": customer("王伟").customer_id}  # fmt: skip
    items.put_if(Put(Table.CUSTOMERS, old))
    assert len(take_snapshot(items, NOW, ZONE).customers) == len(a_snapshot().customers)
    assert told("c-old", items).is_alias
    assert told("c-old", items).customer_id == customer("王伟").customer_id


def test_holds_and_suppressions_are_read() -> None:
    items = a_base()
    items.put_if(set_hold("plan", reason="test", at=NOW))
    items.update_if(suppress("sms", "0" * 32, reason="hard_bounce", at=NOW))
    count_soft_day("email", "1" * 32, NOW.date(), most=3, items=items)
    items.transact(lift_writes("email", "2" * 32, by="Mei", reason="new mailbox", at=NOW)[1:])
    found = take_snapshot(items, NOW, ZONE)
    assert (found.holds, dict(found.suppressions)) == (("plan",), {("sms", "hard_bounce"): 1})


def test_what_providers_told_is_in_the_report() -> None:
    items = a_base()
    items.update_if(suppress("email", "0" * 32, reason="complaint", at=NOW))
    counted: Item = {"name": "FUSE#email#0", "sk": "2026-06-30T01", "accepted": 1000, "bounced": 60}
    items.put_if(Put(Table.CONTROL, counted))
    for event_id in ("e1", "e2", "e3"):
        event = Receipt(Kind.UNKNOWN, event_id=event_id)
        items.put_if(park(event, reason="unknown_event", raw=HOSTILE, at=NOW, expires_at=2_000_000_000))
    items.update_if(end_parked("e3", by="Mei", at=NOW))
    found = take_snapshot(items, NOW, ZONE, POLICY.reputation)
    assert found.fuses == (FuseLine("email", 1000, 60, 0, "stop_marketing"),)
    assert found.parked == (ParkedLine("unknown_event", "unknown", 2, NOW),)
    page = render_report(found, POLICY)
    assert "stops marketing" in page
    assert "无法识别的回执" in page
    assert "Addresses that nothing goes to" in page
    assert HOSTILE not in page


def test_statuses_are_counted_by_channel() -> None:
    line = replace(a_snapshot().contacts[0], channel="email")
    rows = [
        replace(line, status=status)
        for status in ("DELIVERED", "DELIVERED", "BOUNCED", "UNCONFIRMED", "PENDING")
    ]
    (row,) = delivery_parts(replace(a_snapshot(), contacts=tuple(rows)), POLICY)["arrived"]
    assert dict(zip(COLUMNS, row.numbers, strict=True)) == {
        "SENT": 0, "DELIVERED": 2, "BOUNCED": 1, "COMPLAINED": 0, "UNCONFIRMED": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("enum", "words"), [(Fuse, FUSES), (Kind, KINDS)])
def test_every_state_of_the_fuse_and_kind_of_event_has_words(
    enum: type[Enum], words: dict[str, Words]
) -> None:
    never_parked = {"noted"}
    assert {one.name.lower() for one in enum} - never_parked == {*words}


def test_hot_keys_are_counted_by_kind_and_told() -> None:
    items = a_base()
    assert not take_snapshot(items, NOW, ZONE).hot_keys
    for name in ("phone#1", "phone#2", "name_place#3"):
        items.put_if(Put(Table.IDENTITIES, {"id_key": name, "ver": 1, "hot": True, "members": {}}))
    found = take_snapshot(items, NOW, ZONE)
    assert found.hot_keys == {"name_place": 1, "phone": 2}
    assert any("3 hot key(s)" in line for line in summary_lines(found, POLICY, language="en"))
    page = render_report(found, POLICY)
    assert "姓名与城市" in page
    assert "Hot keys" in page


def test_every_code_of_a_row_problem_has_words() -> None:
    assert {code.value for code in ProblemCode} <= {*code_words()}


def test_an_empty_base_is_a_snapshot_too() -> None:
    empty = take_snapshot(MemoryItems(), NOW, ZONE)
    assert (empty.customers, empty.jobs, empty.candidates) == ((), (), ())


# --- tallies and summary -------------------------------------------------------------------------------------


def test_what_was_made_before_is_neither_going_nor_held() -> None:
    line = a_snapshot().candidates[0]
    assert held(replace(a_snapshot(), candidates=(replace(line, decision="already_made"),))) == []


def test_an_old_message_that_is_still_open_belongs_to_today() -> None:
    sms = next(line for line in a_snapshot().contacts if line.channel == "sms")
    ago = timedelta(days=3)
    old = replace(sms, created_at=NOW - ago, not_before=NOW - ago)
    later = replace(sms, created_at=NOW - ago, not_before=NOW + timedelta(days=1))
    done = replace(old, status="DELIVERED", sent_at=NOW - ago)
    snapshot = replace(a_snapshot(), contacts=(old, later, done))
    assert todays_messages(snapshot, ZONE) == [old]


def test_a_pair_kept_apart_counts_once_whoever_came_first() -> None:
    merge = a_snapshot().merges[0]
    apart = replace(merge.links[0], is_same=False, rule="names_conflict")
    other = replace(merge, record_id=apart.record_id, links=(replace(apart, record_id=merge.record_id),))
    merges = (replace(merge, links=(apart,)), other)
    two = {merge.record_id: "c-one", apart.record_id: "c-two"}
    assert kept_apart(replace(a_snapshot(), merges=merges, source_records=two)) == 1
    one = dict.fromkeys(two, "c-one")
    assert kept_apart(replace(a_snapshot(), merges=merges, source_records=one)) == 0


def test_the_summary_says_every_sum_in_english() -> None:
    assert summary_lines(a_snapshot(), POLICY, language="en") == [
        "ingest  16 in  14 clean  2 quarantined (1 no_identity, 1 no_event_date)",
        "merge    6 source records -> 5 customers  1 absorbed; 1 pairs kept apart, 0 await review",
        "level    5 = 1 strategic  1 core  3 basic",
        "risk     5 = 2 high  3 low  (3 thin evidence, 1 watch: silent)",
        "plan     4 candidates = 2 go + 2 held (2026-06-30)",
        "  go     2 = 1 SMS  1 visit  (0.05 元, 120 minutes of people)",
        "  held   2 = 1 daily cap  1 no address",
        "sent     1 = 1 pending",
        "sums  all 18 reconcile, 0 unexplained",
    ]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "sent     1 = 1 pending  (pending: 1 not yet time)"),
        ("zh", "消息     1 = 1 待发（待发：1 未到时间）"),
    ],
)
def test_the_summary_says_what_a_pending_message_waits_for(language: Language, line: str) -> None:
    snapshot = a_snapshot()
    waiting = tuple(replace(contact, reason="not_before") for contact in snapshot.contacts)
    assert line in summary_lines(replace(snapshot, contacts=waiting), POLICY, language=language)


def test_the_summary_in_chinese_is_aligned_too() -> None:
    lines = summary_lines(a_snapshot(), POLICY, language="zh")[:-1]
    starts = [display_width(line[: line.index(next(filter(str.isdigit, line)))]) for line in lines]
    assert "条进入" in lines[0]
    assert starts[0] == min(starts)
    assert max(starts) - min(starts) == 1


def test_a_sum_that_does_not_hold_is_in_the_summary() -> None:
    broken = replace(a_snapshot(), cases=())
    assert "sums  ! tasks have cases: 1 ≠ 0" in summary_lines(broken, POLICY, language="en")[-1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_summary_of_nothing_is_zeros(language: Language) -> None:
    lines = summary_lines(Snapshot(NOW, NOW.date()), POLICY, language=language)
    assert all(re.search(r"\b0\b", line) for line in lines)


# --- explain -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reference",
    [
        "+8613800000001",
        "138 0000 0001",
        "１３８０００００００１",
        "wei.wang@example.com",
        " WEI.WANG@Example.com ",
    ],
    ids=["cleaned phone", "raw phone", "full-width phone", "email", "raw email"],
)
def test_a_customer_is_found_by_address(reference: str) -> None:
    assert told(reference).customer_id == customer("王伟").customer_id


def test_a_customer_is_found_by_id_and_by_contact() -> None:
    contact = a_snapshot().contacts[0]
    assert told(contact.customer_id).contact_id is None
    assert told(contact.contact_id.lower()).contact_id == contact.contact_id
    assert told(contact.contact_id).customer_id == contact.customer_id


@pytest.mark.parametrize(
    "reference", ["c-nobody", "A" * 32, "nobody@example.com", "+8613800009999", "", "王伟"]
)
def test_nobody_is_found_for_what_nobody_has(reference: str) -> None:
    assert explain(reference, items=a_base(), key=KEY, policy=POLICY, now=NOW) is None


def test_an_address_of_two_customers_names_both() -> None:
    items = a_base()
    raw = {"schema": 1, "system": "web", "kind": "profile", "id": "w1", "party": {
        "ref": "w1", "name": "李四", "phone": "13800000001"}}  # fmt: skip
    ingest_record(raw, items=items, policy=POLICY, key=KEY, received_at=NOW + timedelta(hours=1))
    found = told("13800000001", items)
    assert found.customer_id == customer("王伟").customer_id
    assert len(found.namesakes) == 1


def test_an_explanation_says_why_what_next_and_how_it_went() -> None:
    text = "\n".join(explanation_lines(told(customer("王伟").customer_id), "en"))
    assert "core because 986,000 元 in 12 months; strategic needs 14,000 元 more; would drop to " in text
    assert "company: 云帆科技有限公司  [sales#A1, most trusted source, then newest]" in text
    assert "email for care: granted" in text
    assert "if nothing happens, a tag changes on 2026-" in text
    assert "joins 1 record(s): by the score over all fields (email, phone)" in text
    assert "level: — → core" in text
    assert "→ watch" not in text


def test_an_explanation_says_what_was_held_and_why_not() -> None:
    found = told(customer("赵敏").customer_id)
    text = "\n".join(explanation_lines(found, "en"))
    assert (
        "2026-06-30 + visit · on entering the cell (strategic, risk high): planned: strategic, risk high"
        in text
    )
    assert (
        "2026-06-30 - call · regular contact 1 (strategic, risk high): daily cap: 1 already on 2026-06-30"
        in text
    )
    assert "general manager's visit  General manager  by 2026-07-02 18:00  open" in text
    late = told(customer("赵敏").customer_id, now=NOW + timedelta(days=5))
    assert "open (overdue)" in "\n".join(explanation_lines(late, "en"))


def test_the_contact_that_was_asked_for_is_marked_with_its_attempts() -> None:
    items = a_base()
    sms = next(line for line in a_snapshot().contacts if line.channel == "sms")
    write: Item = {
        "status": "FAILED",
        "reason": "throttled",
        "attempts": ["2026-06-30T02:05:00.000Z given_back throttled"],
    }
    items.update_if(Update(Key(Table.CONTACTS, sms.contact_id), set=write))
    text = "\n".join(explanation_lines(told(sms.contact_id, items), "en"))
    assert "▶ 2026-06-30 10:00  SMS  greeting  failed (throttled by the provider)" in text
    assert "given_back throttled" in text


def test_tag_changes_stand_newest_first() -> None:
    items = a_base()
    review_all(items, datetime(2026, 9, 30, 2, tzinfo=UTC))
    lines = explanation_lines(told(customer("王伟").customer_id, items), "en")
    days = [line.split()[0] for line in lines[lines.index("tag changes") + 1 :] if " → " in line]
    assert {*days} == {"2026-09-30", "2026-06-30"}
    assert days == sorted(days, reverse=True)


def test_a_customer_who_was_never_reviewed_is_explained_as_such() -> None:
    items = MemoryItems()
    raw = {
        "schema": 1,
        "system": "web",
        "kind": "profile",
        "id": "w1",
        "party": {"ref": "w1", "name": "李四"},
    }
    new = ingest_record(raw, items=items, policy=POLICY, key=KEY, received_at=NOW)
    assert "尚未评定" in "\n".join(explanation_lines(told(new.customer_id, items), "zh"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_explanation_shows_python(language: Language) -> None:
    items = a_base()
    review_all(items, NOW + timedelta(days=1))
    for line in a_snapshot().customers:
        text = "\n".join(explanation_lines(told(line.customer_id, items), language))
        assert not any(word in text for word in ("None", "{", "datetime", "Decision."))
