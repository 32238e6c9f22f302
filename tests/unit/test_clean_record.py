import json
import pickle
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.cleaning.identity import content_id
from shared.cleaning.record import Cleaned, clean_record
from shared.matching.keys import keyed_hash
from shared.model.record import (
    RECORD_KINDS,
    Complaint,
    Consent,
    Interaction,
    Need,
    Order,
    Party,
    Profile,
    Record,
    Refund,
    Satisfaction,
    record_adapter,
)
from shared.policy.load import load_policy

NOW = datetime(2026, 6, 30, 2, 0, 0, 123456, tzinfo=UTC)
KEY = b"a test key"
PARTY = {
    "ref": "C-1",
    "name": "张　三先生",
    "phone": "138 1234 5678",
    "email": "张三 <Zhang.San@Example.com>",
}


def an_order(**changes: object) -> dict[str, Any]:
    raw = {
        "schema": 1,
        "system": "sales",
        "kind": "order",
        "id": "SO-1001",
        "event_at": "2026/5/3 10:00",
        "party": PARTY,
        "amount": "1.2万元",
    }
    return {name: value for name, value in (raw | changes).items() if value is not ...}


def clean(raw: object) -> Cleaned:
    return clean_record(raw, policy=load_policy(), received_at=NOW, key=KEY)  # type: ignore[arg-type]


def the_record(raw: object) -> Record:
    cleaned = clean(raw)
    assert cleaned.record is not None, cleaned
    return cleaned.record


def codes(cleaned: Cleaned) -> list[str]:
    return [issue.code for issue in cleaned.issues]


def test_an_order_is_cleaned_whole() -> None:
    order = the_record(
        an_order(stage="signed", origin={"file": "a.csv", "row": "2", "job_id": "j", "seq": 0})
    )
    assert isinstance(order, Order)
    assert (order.amount_fen, order.currency, order.stage) == (1_200_000, "CNY", "signed")
    assert order.event_at == datetime(2026, 5, 3, 2, tzinfo=UTC)
    assert order.recorded_at == NOW.replace(microsecond=123000)
    assert order.version == 1_777_773_600_000
    party = order.party
    assert (party.ref, party.name, party.title) == ("C-1", "张三", "先生")
    assert (party.phone, party.email) == ("+8613812345678", "zhang.san@example.com")
    assert order.origin is not None
    assert (order.origin.row, order.origin.seq) == (2, 0)


def test_a_name_that_utf_8_cannot_write_is_written_with_question_marks() -> None:
    origin = {"file": "名\ud800.csv", "row": 2, "job_id": "\udfff", "seq": 0}
    order = the_record(an_order(origin=origin))
    assert order.origin is not None
    assert (order.origin.file, order.origin.job_id) == ("名?.csv", "?")
    assert order.model_dump_json()


@pytest.mark.parametrize(("number", "fen"), [(12.125, 1213), (1200.5, 120050), (1200.25, 120025)])
def test_a_json_number_of_a_source_with_decimal_commas_is_the_number_it_is(number: float, fen: int) -> None:
    order = the_record(an_order(amount=number, hints={"region": "DE"}))
    assert isinstance(order, Order)
    assert order.amount_fen == fen


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"kind": "profile", "event_at": ...}, Profile),
        ({"kind": "refund", "amount": 100}, Refund),
        ({"kind": "interaction", "channel": "电话"}, Interaction),
        ({"kind": "complaint", "topic": "质量"}, Complaint),
        ({"kind": "satisfaction", "score": "5"}, Satisfaction),
        ({"kind": "need", "need_type": "价格", "priority": "高"}, Need),
        ({"kind": "consent", "channel": "短信", "purpose": "营销", "action": "同意"}, Consent),
        ({"kind": " Order "}, Order),
    ],
)
def test_each_kind_has_its_schema(changes: dict[str, object], kind: type[Record]) -> None:
    record = the_record(an_order(**changes))
    assert type(record) is kind
    assert record_adapter.validate_json(record_adapter.dump_json(record)) == record


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        pytest.param(None, "not_an_object", id="null"),
        pytest.param([1], "not_an_object", id="list"),
        pytest.param("{}", "not_an_object", id="text"),
        pytest.param({}, "unknown_schema", id="empty"),
        pytest.param(an_order(schema=2), "unknown_schema", id="schema 2"),
        pytest.param(an_order(schema=...), "unknown_schema", id="no schema"),
        pytest.param(an_order(kind="invoice"), "unknown_kind", id="unknown kind"),
        pytest.param(an_order(kind=...), "unknown_kind", id="no kind"),
        pytest.param(an_order(system=...), "missing_system", id="no system"),
        pytest.param(an_order(system="a#b"), "missing_system", id="system with the sign that parts keys"),
        pytest.param(an_order(party=...), "no_identity", id="no party"),
        pytest.param(an_order(party={"company": "Acme"}), "no_identity", id="only a company"),
        pytest.param(an_order(party={"phone": "123", "name": "-"}), "no_identity", id="nothing usable"),
        pytest.param(an_order(id="x" * 1500), "bad_id", id="endless id"),
        pytest.param(an_order(id=["x"]), "bad_id", id="id is a list"),
        pytest.param(an_order(amount=...), "no_amount", id="no amount"),
        pytest.param(an_order(amount="面议"), "no_amount", id="amount in words"),
        pytest.param(an_order(amount=10**15), "no_amount", id="absurd amount"),
        pytest.param(an_order(currency="积分"), "unknown_currency", id="unknown currency"),
        pytest.param(an_order(amount="100 XYZ"), "unknown_currency", id="unknown currency in the amount"),
        pytest.param(an_order(event_at=...), "no_event_date", id="no date"),
        pytest.param(an_order(event_at="03/04/2026", system="crm"), "no_event_date", id="ambiguous date"),
        pytest.param(an_order(event_at="1980-01-01"), "no_event_date", id="date too old"),
        pytest.param(an_order(kind="satisfaction", score=9), "no_score", id="score out of range"),
        pytest.param(an_order(kind="satisfaction"), "no_score", id="no score"),
        pytest.param(an_order(kind="consent", channel="sms", purpose="care"), "no_action", id="no action"),
        pytest.param(an_order(kind="consent", action="yes", purpose="care"), "no_channel", id="no channel"),
        pytest.param(an_order(kind="consent", action="yes", channel="sms"), "no_purpose", id="no purpose"),
    ],
)
def test_a_message_is_refused_whole_with_a_reason(raw: object, refusal: str) -> None:
    cleaned = clean(raw)
    assert (cleaned.record, cleaned.refusal) == (None, refusal)


def test_a_bad_phone_refuses_the_field_not_the_record() -> None:
    cleaned = clean(an_order(party={"name": "李四", "phone": "1.38E+10", "email": "li@example.com"}))
    assert cleaned.record is not None
    assert cleaned.record.party.phone is None
    assert [(issue.field, issue.code) for issue in cleaned.issues] == [("party.phone", "phone_damaged")]


def test_rows_of_one_person_share_a_reference_and_other_people_do_not() -> None:
    def ref(**party: str) -> str | None:
        return the_record(an_order(party=party)).party.ref

    first = ref(name="张三", phone="13812345678", company="Acme Ltd")
    assert first is not None
    assert first.startswith("~")
    assert first == ref(name="张　三", phone="+86 138 1234 5678", company="ACME, LTD.")
    assert first != ref(name="李四", phone="13812345678", company="Acme Ltd")
    assert "13812345678" not in first


def test_a_bare_name_is_a_weak_identity() -> None:
    assert codes(clean(an_order(party={"name": "张三"}))) == ["weak_identity"]


def test_a_message_without_id_gets_one_from_its_content() -> None:
    raw = an_order(id=...)
    first = the_record(raw).id
    assert first == the_record(raw | {"id": "无"}).id
    assert first == the_record(raw | {"origin": {"file": "b.csv", "row": 9, "job_id": "k", "seq": 7}}).id
    assert first == the_record(raw | {"hints": {"zone": "UTC"}}).id
    assert first.endswith("-1")
    assert the_record(raw | {"occurrence": 2}).id == first.removesuffix("-1") + "-2"
    assert first != the_record(raw | {"amount": 1}).id
    assert first != clean_record(raw, policy=load_policy(), received_at=NOW, key=b"other").record.id  # type: ignore[union-attr]


def test_the_content_id_does_not_depend_on_the_order_of_keys() -> None:
    raw = an_order()
    assert content_id(dict(reversed(raw.items())), KEY) == content_id(raw, KEY)
    assert content_id(json.loads(json.dumps(raw)), KEY) == content_id(raw, KEY)


@pytest.mark.parametrize(
    ("changes", "version"),
    [
        pytest.param({"version": 3}, 3, id="number"),
        pytest.param({"version": "3"}, 3, id="text"),
        pytest.param({"version": "x", "changed_at": "2026-05-04T00:00:00Z"}, 1_777_852_800_000, id="bad"),
        pytest.param({"changed_at": "2026-05-04T00:00:00Z"}, 1_777_852_800_000, id="change time"),
        pytest.param({}, 1_777_773_600_000, id="event time"),
        pytest.param({"version": -1}, 1_777_773_600_000, id="negative"),
    ],
)
def test_versions_come_from_the_source_or_its_times(changes: dict[str, object], version: int) -> None:
    assert the_record(an_order(**changes)).version == version


def test_a_profile_without_time_takes_the_time_of_receipt() -> None:
    cleaned = clean(an_order(kind="profile", event_at=...))
    assert cleaned.record is not None
    assert cleaned.record.event_at == cleaned.record.recorded_at
    assert "assumed_received_time" in codes(cleaned)


def test_a_future_event_is_kept_and_flagged() -> None:
    cleaned = clean(an_order(event_at="2026-07-01"))
    assert cleaned.record is not None
    assert "future_event" in codes(cleaned)
    assert "future_event" not in codes(clean(an_order(event_at="2026-06-30T02:04:00Z")))


def test_hints_of_the_message_win_over_the_policy() -> None:
    raw = an_order(event_at="03/04/2026 10:00", hints={"day_first": True, "zone": "America/New_York"})
    assert the_record(raw).event_at == datetime(2026, 4, 3, 14, tzinfo=UTC)
    assert the_record(an_order(event_at="03/04/2026")).event_at == datetime(2026, 3, 3, 16, tzinfo=UTC)


def test_bad_hints_are_ignored_and_said() -> None:
    cleaned = clean(an_order(hints={"zone": "Mars/Olympus", "epoch": 1950}))
    assert cleaned.record is not None
    assert codes(cleaned).count("bad_hint") == 2


def test_units_and_epochs_of_a_file_count() -> None:
    order = the_record(an_order(event_at=46145, amount="1.2", hints={"epoch": 1900, "unit": "万元"}))
    assert isinstance(order, Order)
    assert (order.event_at, order.amount_fen) == (datetime(2026, 5, 2, 16, tzinfo=UTC), 1_200_000)


def test_foreign_money_is_converted_or_left_open() -> None:
    dollars, pounds = the_record(an_order(amount="$100")), clean(an_order(amount="£100"))
    assert isinstance(dollars, Order)
    assert (dollars.amount_fen, dollars.currency) == (70_500, "USD")
    assert isinstance(pounds.record, Order)
    assert (pounds.record.amount_fen, pounds.record.currency) == (None, "GBP")
    assert "unconverted" in codes(pounds)


def test_a_refund_is_positive_whatever_its_sign() -> None:
    refund = the_record(an_order(kind="refund", amount="-500"))
    assert isinstance(refund, Refund)
    assert refund.amount_fen == 50_000


def test_a_record_taken_back_needs_no_amount_and_no_date() -> None:
    order = the_record(an_order(deleted=True, amount=..., event_at=..., changed_at="2026-05-04"))
    assert isinstance(order, Order)
    assert (order.deleted, order.amount_fen) == (True, None)


def test_a_withdrawal_that_names_nothing_counts_for_everything() -> None:
    consent = the_record(an_order(kind="consent", action="退订", event_at=...))
    assert isinstance(consent, Consent)
    assert (consent.channel, consent.purpose, consent.action) == ("any", "any", "withdraw")


def test_phones_are_read_in_the_partys_country_then_the_sources_then_the_tenants() -> None:
    def phone(hints: dict[str, str], **party: str) -> str | None:
        return the_record(an_order(party={"ref": "1", **party}, hints=hints)).party.phone

    assert phone({}, phone="13812345678") == "+8613812345678"
    assert phone({"region": "US"}, phone="202-555-0143") == "+12025550143"
    assert phone({"region": "US"}, country="英国", phone="020 7946 0018") == "+442079460018"
    assert phone({}, province="香港", phone="9123 4567") == "+85291234567"


def test_an_address_completes_what_the_fields_leave_open_and_contradicts_nothing() -> None:
    def place(**party: str) -> tuple[str | None, str | None, str | None]:
        cleaned = the_record(an_order(party={"ref": "1", **party})).party
        return cleaned.country, cleaned.province, cleaned.city

    assert place(address="广东省深圳市南山区") == ("CN", "广东", "深圳")
    assert place(city="深圳市") == ("CN", "广东", "深圳")
    assert place(province="上海", address="广东省深圳市南山区") == ("CN", "上海", None)
    assert place(country="US", province="California", city="Oakland") == ("US", "California", "Oakland")


def test_birthdays_and_first_days_are_local_days() -> None:
    party = the_record(
        an_order(
            kind="profile", party={"ref": "1", "birthday": "1990年5月3日", "first_cooperation": "2019/5/3"}
        )
    ).party
    assert (party.birthday_on, party.first_cooperation_on) == (date(1990, 5, 3), date(2019, 5, 3))


def test_long_text_is_cut_at_the_policys_length() -> None:
    most = load_policy().cleaning.max_field_characters
    cleaned = clean(an_order(kind="complaint", topic="长" * (most + 1)))
    assert isinstance(cleaned.record, Complaint)
    assert cleaned.record.topic == "长" * most
    assert "text_truncated" in codes(cleaned)


def test_lists_and_objects_in_place_of_values_are_said() -> None:
    cleaned = clean(an_order(kind="complaint", topic=["a", "b"]))
    assert cleaned.record is not None
    assert ("topic", "not_a_value") in [(issue.field, issue.code) for issue in cleaned.issues]


# --- address and identity number ---


def party_of(**party: object) -> Party:
    return the_record(an_order(party={"ref": "C-1"} | party)).party


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        pytest.param("广东省深圳市南山区科技园", "广东省深圳市南山区科技园", id="as it is"),
        pytest.param(" 上海市　浦东新区\u200b世纪大道１００号 ", "上海市 浦东新区世纪大道100号", id="folded"),
        pytest.param("1 Main Street\nSpringfield", "1 Main Street Springfield", id="one line"),
        pytest.param("暂无", None, id="nothing"),
    ],
)
def test_an_address_is_kept_in_one_line(raw: str, clean: str | None) -> None:
    assert party_of(address=raw).address == clean
    assert party_of(address=raw, country="US").address == clean
    assert party_of(address=raw, province="浙江", city="杭州").address == clean


@pytest.mark.parametrize(
    ("raw", "kind", "number"),
    [
        pytest.param("11010519491231002X", "ric", "11010519491231002X", id="resident"),
        pytest.param(" 110105 19491231 002x", "ric", "11010519491231002X", id="resident, spaced"),
        pytest.param("91350100M000100Y43", "uscc", "91350100M000100Y43", id="company"),
        pytest.param("DE 136 695 976", "vat", "DE136695976", id="VAT"),
        pytest.param("e-12345678", "other", "E12345678", id="passport"),
        pytest.param(5304218, "other", "5304218", id="number of another state"),
    ],
)
def test_of_an_identity_number_a_keyed_hash_is_kept(raw: object, kind: str, number: str) -> None:
    assert party_of(id_number=raw).id_number_hash == f"{kind}#{keyed_hash(kind, number, KEY)}"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("110105194912310021", "bad_check_digit", id="resident, wrong check digit"),
        pytest.param("91350100M000100Y44", "bad_check_digit", id="company, wrong check digit"),
        pytest.param("123", "bad_identifier", id="short"),
        pytest.param("1111111", "bad_identifier", id="one digit throughout"),
        pytest.param("abcdefgh", "bad_identifier", id="a word"),
        pytest.param(["1"], "not_a_value", id="list"),
    ],
)
def test_an_identity_number_that_cannot_be_is_refused_with_its_reason(raw: object, code: str) -> None:
    cleaned = clean(an_order(party=PARTY | {"id_number": raw}))
    assert cleaned.record is not None
    assert cleaned.record.party.id_number_hash is None
    assert ("party.id_number", code) in [(issue.field, issue.code) for issue in cleaned.issues]
    assert str(raw) not in repr(cleaned.issues)


# --- records are built without being validated again ---


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_a_record_is_what_validation_would_have_made_of_it(kind: str) -> None:
    raw = an_order(
        kind=kind, score="5", channel="短信", purpose="营销", action="同意", topic="质量", stage="signed",
        origin={"file": "a.csv", "row": "2", "job_id": "j", "seq": 0},
        party=PARTY | {"birthday": "1980-05-06", "address": "上海市浦东新区", "id_number": "91350100M000100Y43"},
    )  # fmt: skip
    for built in (the_record(raw), the_record({name: raw[name] for name in raw if name != "origin"})):
        proved = type(built).model_validate(dict(built) | {"party": dict(built.party)}, strict=True)
        assert built == proved
        assert built.model_dump_json() == proved.model_dump_json()
        assert [*dict(built)] == [*type(built).model_fields]
        assert [*dict(built.party)] == [*Party.model_fields]
        assert built.model_copy(update={"version": 7}) == proved.model_copy(update={"version": 7})
        assert pickle.loads(pickle.dumps(built)) == proved
        assert hash(built) == hash(proved)


def test_a_short_limit_holds_for_plain_forms_too() -> None:
    policy = load_policy()
    cleaning = policy.cleaning.model_copy(update={"max_field_characters": 9})
    short = policy.model_copy(update={"cleaning": cleaning})
    cleaned = clean_record(an_order(), policy=short, received_at=NOW, key=KEY)
    assert ("party.phone", "text_truncated") in [(issue.field, issue.code) for issue in cleaned.issues]
    assert clean(an_order()).issues != cleaned.issues
