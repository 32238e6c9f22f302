"""Cleaning is total, idempotent, documented, and discreet (R2)."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cleaning.codes import CODES, FIELD_CODES, REFUSAL_CODES
from shared.cleaning.companies import clean_company
from shared.cleaning.dates import DateHints, clean_date, clean_instant
from shared.cleaning.emails import clean_email
from shared.cleaning.industries import clean_industry
from shared.cleaning.money import MoneyHints, clean_money
from shared.cleaning.names import clean_name
from shared.cleaning.phones import clean_phone
from shared.cleaning.record import clean_record
from shared.cleaning.regions import clean_city, clean_country, clean_province
from shared.cleaning.text import clean_text, fold
from shared.model.instants import to_iso
from shared.model.record import RECORD_KINDS, Order, Party, Record
from shared.policy.load import load_policy

NOW = datetime(2026, 6, 30, 2, tzinfo=UTC)
HINTS = DateHints(ZoneInfo("Asia/Shanghai"), day_first=True, epoch=1900)
CLEANING = Path(__file__).parents[2] / "shared" / "cleaning"
seeded = settings(derandomize=True, max_examples=200, deadline=None)

FRAGMENTS = st.sampled_from(
    "张三 李四先生 王总 Zhang, San Dr. ÕÅÈý 寮犱笁 MÃ¼ller 13812345678 +86 0086 010-62345678 转801 1.38E+10 微信同号 / ;"
    " （ ） ＠ a@example.com <b@gmial.com> mailto: 2026年5月3日 03/04/2026 下午3:30 46145 1.2万元 壹万贰仟元整 -500 $1,000 CNY"
    " 有限公司 Co., Ltd. 广东省 深圳市 中国 C39 制造业 无 N/A \u200b \ufeff \u3000 \ud800 \ufffd = 是 退订 非常满意 ① ﷺ"
    " 10 00 . , 零 亿".split(" ")
)
texts = st.one_of(
    st.text(max_size=20),
    st.lists(FRAGMENTS, max_size=4).map("".join),
    st.lists(FRAGMENTS, max_size=4).map(" ".join),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
PARTY_KEYS = (
    "ref name title company industry phone email address country province city language birthday"
    " first_cooperation id_number lunar_birthday employees"
).split()
KEYS = (
    "id version changed_at event_at deleted amount currency channel topic stage is_interaction score dimension"
    " need_type priority purpose action evidence occurrence origin hints party asset_id product bought_on"
    " warranty_ends_on insurance_ends_on inspection_due_on mileage_km service_type in_warranty"
).split()
parties = st.dictionaries(st.sampled_from(PARTY_KEYS), anything, max_size=8)
hints = st.dictionaries(
    st.sampled_from(["region", "day_first", "zone", "epoch", "unit", "mileage_unit"]), scalars, max_size=6
)
messages = st.builds(
    lambda kind, party, hint, rest: {
        **{"event_at": "2026-05-03", "amount": 1, "score": 3, "action": "no"},
        **rest,
        **{"schema": 1, "system": "sales", "kind": kind, "party": {"ref": "1", **party}, "hints": hint},
    },
    st.sampled_from(RECORD_KINDS),
    parties,
    hints,
    st.dictionaries(st.sampled_from(KEYS), anything, max_size=8),
)


def clean(raw: object) -> Any:
    return clean_record(raw, policy=load_policy(), received_at=NOW, key=b"k")  # type: ignore[arg-type]


@seeded
@given(anything)
def test_any_json_is_refused_or_cleaned_and_never_raises(raw: object) -> None:
    cleaned = clean(raw)
    assert (cleaned.record is None) == (cleaned.refusal is not None)
    assert cleaned.refusal is None or cleaned.refusal in REFUSAL_CODES


@settings(derandomize=True, max_examples=200, deadline=None)
@given(messages)
def test_any_message_is_refused_or_cleaned_and_every_code_is_documented(raw: dict[str, object]) -> None:
    cleaned = clean(raw)
    assert (cleaned.record is None) == (cleaned.refusal is not None)
    assert cleaned.refusal is None or cleaned.refusal in REFUSAL_CODES
    assert all(CODES[issue.code].severity is issue.severity for issue in cleaned.issues)
    if cleaned.record is not None:
        assert cleaned.record.party.ref
        # A lone surrogate or the like would fail here, and later in the store.
        json.loads(cleaned.record.model_dump_json().encode())


@settings(derandomize=True, max_examples=100, deadline=None)
@given(messages)
def test_issues_hold_no_personal_data(raw: dict[str, object]) -> None:
    """A note has one of a few forms, none of which has room for a value of the message."""
    for issue in clean(raw).issues:
        assert re.fullmatch(r"(perhaps [a-z0-9.]+)?", issue.note)
        assert re.fullmatch(r"(party\.|hints\.)?[a-z_]+", issue.field)


Write = Callable[[Any], object]
FIELDS: list[Any] = [
    pytest.param(clean_text, str, id="text"),
    pytest.param(clean_name, lambda value: value.name, id="name"),
    pytest.param(clean_company, str, id="company"),
    pytest.param(lambda raw, path: clean_phone(raw, path, region="CN"), str, id="phone"),
    pytest.param(clean_email, str, id="email"),
    pytest.param(lambda raw, path: clean_date(raw, path, HINTS), date.isoformat, id="date"),
    pytest.param(lambda raw, path: clean_instant(raw, path, HINTS), to_iso, id="instant"),
    pytest.param(
        lambda raw, path: clean_money(raw, path, currency=None, hints=MoneyHints("CNY")),
        lambda money: f"{money.amount} {money.currency}",
        id="money",
    ),
    pytest.param(clean_industry, str, id="industry"),
    pytest.param(clean_province, str, id="province"),
    pytest.param(clean_city, str, id="city"),
    pytest.param(clean_country, lambda code: "Namibia" if code == "NA" else code, id="country"),
]


@pytest.mark.parametrize(("clean_field", "write"), FIELDS)
def test_a_clean_field_stays_as_it_is(clean_field: Callable[[object, str], Any], write: Write) -> None:
    @settings(derandomize=True, max_examples=150, deadline=None)
    @given(scalars)
    def check(raw: object) -> None:
        field = clean_field(raw, "party.x")
        if field.value is not None:
            again = clean_field(write(field.value), "party.x")
            assert write(again.value) == write(field.value)
            assert not {issue.code for issue in again.issues} & {
                "text_repaired",
                "name_reordered",
                "honorific_split",
            }

    check()


@seeded
@given(texts)
def test_folded_text_stays_folded(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def _write_again(record: Record) -> dict[str, object]:
    """The message that a source would send which held exactly the clean record."""
    stored = record.model_dump(mode="json", exclude_none=True)
    party = {name.removesuffix("_on"): value for name, value in stored["party"].items()}
    again: dict[str, object] = {**stored, "schema": 1, "party": party}
    if isinstance(record, Order) and record.amount_fen is not None:
        again |= {"amount": f"{record.amount_fen / 100:.2f}", "currency": "CNY"}
    return again


@settings(derandomize=True, max_examples=120, deadline=None)
@given(messages)
def test_a_clean_record_cleaned_again_is_the_same(raw: dict[str, object]) -> None:
    first = clean({**raw, "kind": "order", "currency": "CNY", "amount": "1.2万元"}).record
    if first is None or abs(first.amount_fen or 0) > 10**15:
        return
    second = clean(_write_again(first)).record
    ignored = {"NA"}  # the code of Namibia, which a source cannot tell from "not available"
    if first.party.country not in ignored:
        assert second == first


def test_every_code_in_the_room_is_in_the_table_and_every_code_of_the_table_is_used() -> None:
    source = "".join(path.read_text("utf-8") for path in CLEANING.glob("*.py") if path.name != "codes.py")
    words = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', source))
    assert {code for code in CODES if code not in words} == set()
    given_codes = set(re.findall(r'(?:refused|flag|make_issue)\([^)]*?"([a-z_]+)"\)', source))
    given_codes |= set(re.findall(r'_Refusal\("([a-z_]+)"\)', source))
    assert given_codes - set(CODES) - {"origin"} == set()


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_says_what_to_do_in_both_languages(code: str) -> None:
    _, zh, en = CODES[code]
    assert re.search(r"[\u4e00-\u9fff].*。$", zh)
    assert en.endswith(".")
    assert len(en.split()) >= 5


def test_no_code_is_of_a_field_and_of_a_record() -> None:
    assert not set(FIELD_CODES) & set(REFUSAL_CODES) - {"unknown_currency"}


def test_parties_have_no_field_that_cleaning_does_not_know() -> None:
    said = {name.removesuffix("_on").removesuffix("_hash") for name in Party.model_fields}
    assert said == {*PARTY_KEYS}
