"""The forms that are read at once give what each field's own module gives, value and issues."""

from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cleaning import (
    categories,
    common_forms,
    companies,
    consents,
    dates,
    emails,
    names,
    phones,
    regions,
)
from shared.cleaning import phone_fast as fast
from shared.cleaning.addresses import split_address
from shared.cleaning.currencies import clean_currency
from shared.cleaning.dates import DateHints
from shared.cleaning.field import Field
from shared.cleaning.gazetteer import read_division, read_names
from shared.cleaning.money import MoneyHints, clean_money, convert_to_fen
from shared.cleaning.party import find_place
from shared.cleaning.tables import read_table
from shared.cleaning.text import NULL_SPELLINGS, fold, mend_encoding, read_text
from shared.cleaning.words import word_key
from tests.bench.dirty_records import Dirty, dirty_records

TODAY = date(2026, 6, 30)
SHANGHAI = ZoneInfo("Asia/Shanghai")
SIGNS = "张伟李娜先生女士总某三 ,.-/:@+()¥，（）＠　\u200b元万年月日0123456789００aZzÉéßMcDr"
seeded = settings(derandomize=True, max_examples=150, deadline=None)
LABELLED = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "手机：", "手机", "电话:", "联系电话 ", "手机号"]),
    st.sampled_from(
        ["13812345678", "17912345678", "13800138000", "10912345678", "18000000000", "13812345678.0"]
    ),
    st.sampled_from(["", "（微信同号）", " (同微信)", "微信同号", ".0"]),
)
texts = st.text(SIGNS, max_size=14) | LABELLED


@cache
def samples() -> list[Dirty]:
    return dirty_records(800, seed=11)


def hints_of(day_first: bool | None) -> DateHints:
    return DateHints(SHANGHAI, day_first)


Clean = Callable[[Any], Field[Any]]
PAIRS: list[Any] = [
    pytest.param(
        "name", partial(common_forms.clean_name, path="x"), partial(names.clean_name, path="x"), id="name"
    ),
    pytest.param(
        "email",
        partial(common_forms.clean_email, path="x"),
        partial(emails.clean_email, path="x"),
        id="email",
    ),
    pytest.param(
        "company",
        partial(common_forms.clean_company, path="x"),
        partial(companies.clean_company, path="x"),
        id="company",
    ),
    *(
        pytest.param(
            "birthday",
            partial(common_forms.clean_past_date, path="x", hints=hints_of(first), today=TODAY),
            partial(dates.clean_past_date, path="x", hints=hints_of(first), today=TODAY),
            id=f"birthday, day first: {first}",
        )
        for first in (True, False, None)
    ),
    *(
        pytest.param(
            "phone",
            partial(common_forms.clean_phone, path="x", region=region),
            partial(phones.clean_phone, path="x", region=region),
            id=f"phone, {region}",
        )
        for region in ("CN", "US", "GB", "DE", "IT", "SG", "BR", "")
    ),
    pytest.param(
        "event_at",
        partial(common_forms.clean_instant, path="x", hints=hints_of(True)),
        partial(dates.clean_instant, path="x", hints=hints_of(True)),
        id="instant",
    ),
]


@pytest.mark.parametrize(("name", "quick", "whole"), PAIRS)
def test_a_common_form_is_read_as_its_module_reads_it(name: str, quick: Clean, whole: Clean) -> None:
    raws = {str(dirty.message.get(name, dirty.message["party"].get(name))) for dirty in samples()}
    assert [raw for raw in sorted(raws) if quick(raw) != whole(raw)] == []


@pytest.mark.parametrize(("name", "quick", "whole"), PAIRS)
def test_any_text_is_read_as_its_module_reads_it(name: str, quick: Clean, whole: Clean) -> None:
    @seeded
    @given(texts | st.integers() | st.booleans() | st.none())
    def check(raw: object) -> None:
        assert quick(raw) == whole(raw)

    check()


NAMES = (
    "总 先生 王总 王先生 欧阳娜娜 李老师 张某 张三 王五 江苏 高级 测试 Dr Who|Mr John Smith|John Smith Jr|Smith, John|"
    "Smith, Jr|Mcdonald James|JAMES SMITH|James Müller|José García|Test User|Ma Yun|Van Gogh|Anna Phd"
)


@pytest.mark.parametrize("raw", [*NAMES.split("|")[0].split(), *NAMES.split("|")[1:]])
def test_titles_and_remarks_are_left_to_the_names_module(raw: str) -> None:
    assert common_forms.clean_name(raw, "x") == names.clean_name(raw, "x")


@pytest.mark.parametrize("local", "info admin sales kefu zhang.san noreply info+1 no-reply a".split())
@pytest.mark.parametrize(
    "domain", "qq.com gmial.com gmail.con mailinator.com example.com a.test x.localhost a.b1 163.cmo".split()
)
def test_what_is_said_of_an_address_is_what_the_emails_module_says(local: str, domain: str) -> None:
    raw = f"{local}@{domain}"
    assert common_forms.clean_email(raw, "x") == emails.clean_email(raw, "x")


def test_every_role_is_left_to_the_emails_module() -> None:
    roles = read_table("mailboxes")["role"].split()
    assert [role for role in roles if not common_forms._may_be_role(role.upper())] == []


@seeded
@given(
    st.sampled_from(["", "¥", "￥"]),
    st.decimals(min_value=0, max_value=10**10, places=2),
    st.sampled_from(["", "元", "万", "万元", "块", " CNY"]),
    st.sampled_from(["{:f}", "{:,.2f}", "{:.0f}"]),
    st.sampled_from(["CNY", "USD"]),
)
def test_fen_of_a_plain_amount_are_those_of_the_money_module(
    sign: str, amount: Any, unit: str, form: str, home: str
) -> None:
    raw, hints = f"{sign}{form.format(amount)}{unit}", MoneyHints(home)
    quick = common_forms.read_fen(raw, currency=home, home=home, hints=hints)
    money = clean_money(raw, "x", currency=home, hints=hints)
    if quick is not None:
        assert money.value is not None
        assert convert_to_fen(money.value, "x", home=home, on=TODAY, rates={}) == Field(quick)


def test_the_head_of_an_address_names_the_same_place_as_the_whole() -> None:
    current = {code for codes in read_names().full.values() for code in codes if code.isdigit()}
    divisions = map(read_division, sorted(current))
    written = [
        f"{place.province}{place.city or ''}{place.district or ''}{rest}"
        for place in divisions
        for rest in ("", "人民路1号", "市场街", "中山区路3号")
    ]
    wrong = [text for text in written[::7] if find_place(text) != regions.find_place(text)]
    assert wrong == []
    assert split_address(written[-1]) is not None


# --- what the short cuts of text and words rest on ---


def test_every_spelling_of_nothing_says_nothing() -> None:
    assert [word for word in NULL_SPELLINGS if read_text(word) is not None] == []


TABLES = (
    categories._CHANNELS,
    categories._SCORES,
    categories._PRIORITIES,
    categories._NEED_TYPES,
    categories._DIMENSIONS,
    categories._LANGUAGES,
    consents._ACTIONS,
    consents._CHANNELS,
    consents._PURPOSES,
)


@pytest.mark.parametrize("table", TABLES)
def test_the_key_of_a_word_is_its_own_key_and_no_null_word(table: dict[str, object]) -> None:
    assert [key for key in table if read_text(key) is None or word_key(read_text(key) or "") != key] == []


@seeded
@given(st.text("ÀéüÃ¼ßМ张伟a B.°·“”×Ａ１　（", max_size=6))
def test_text_that_needs_no_mending_folds_to_itself_twice(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert mend_encoding(folded) == folded or fold(mend_encoding(folded)) == folded


# --- phones against the library ---


def by_library(number: str, region: str) -> tuple[int, str, bool, int] | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    national = phonenumbers.national_significant_number(parsed)
    is_possible = phonenumbers.is_possible_number_with_reason(parsed)
    return parsed.country_code or 0, national, phonenumbers.is_valid_number(parsed), is_possible


@settings(derandomize=True, max_examples=600, deadline=None)
@given(
    st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    st.sampled_from(["", "+", "0", "00", "1", "8", "own", "+own", "+own0"]),
    st.text("0123456789", min_size=1, max_size=14),
    st.sampled_from(["", " ", "-", ".", "("]),
)
def test_compiled_metadata_say_what_the_library_says(region: str, ahead: str, digits: str, sign: str) -> None:
    ahead = ahead.replace("own", str(phonenumbers.country_code_for_region(region)))
    number = f"{ahead}{digits[:3]}{sign}{digits[3:]}"
    parsed = fast.parse(number, region)
    if parsed is not None:
        assert (*parsed, fast.check_length(parsed)) == by_library(number, region)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_example_of_each_region_is_valid_in_every_form(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    for form in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        parsed = fast.parse(phonenumbers.format_number(example, form), "CN")
        assert parsed is not None
        assert parsed.is_valid
        assert parsed.national == phonenumbers.national_significant_number(example)


def test_currencies_are_remembered_apart_by_type() -> None:
    remembered = common_forms.remember(clean_currency)
    assert remembered(1, "x", home="CNY") == clean_currency(1, "x", home="CNY")
    assert remembered(True, "x", home="CNY") == clean_currency(True, "x", home="CNY")
