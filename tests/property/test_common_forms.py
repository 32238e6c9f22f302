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
    companies,
    consents,
    dates,
    emails,
    identity,
    names,
    phones,
    regions,
    text,
)
from shared.cleaning import phone_fast as fast
from shared.cleaning.addresses import split_address
from shared.cleaning.common_amounts import plain_fen, read_fen
from shared.cleaning.common_days import plain_day_reader, plain_instant, read_no_day
from shared.cleaning.common_forms import (
    LONGEST_PLAIN,
    is_plain_company,
    is_plain_id,
    plain_email,
    plain_word,
    read_company,
    read_email,
    read_nothing,
    remember,
)
from shared.cleaning.common_names import plain_name, read_name
from shared.cleaning.common_phones import phone_reader, plain_phone_reader
from shared.cleaning.currencies import clean_currency
from shared.cleaning.dates import DateHints
from shared.cleaning.field import Field, Found
from shared.cleaning.gazetteer import read_division, read_names
from shared.cleaning.industries import clean_industry
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
    st.sampled_from(
        [
            "",
            "（微信同号）",
            " (同微信)",
            "微信同号",
            ".0",
            " ext. 5",
            "/13812345678",
            "/13812345678 ext. 5",
            "/13912345678",
        ]
    ),
)
texts = st.text(SIGNS, max_size=14) | LABELLED


@cache
def samples() -> list[Dirty]:
    return dirty_records(800, seed=11)


def hints_of(day_first: bool | None) -> DateHints:
    return DateHints(SHANGHAI, day_first)


Plain = Callable[[str], Any]
Read = Callable[[str, str], Found[Any] | None]
Clean = Callable[[Any, str], Field[Any]]


def clean_phone_in(region: str) -> Clean:
    return partial(phones.clean_phone, region=region)


def as_it_is(is_plain: Callable[[str], object]) -> Plain:
    return lambda raw: raw if is_plain(raw) else None


def plain_person(raw: str) -> tuple[str, None] | None:
    name = plain_name(raw)
    return None if name is None else (name, None)


def plain_instant_at(hints: DateHints) -> Plain:
    return lambda raw: plain_instant(raw, hints)


ZONES = ("Asia/Shanghai", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe")
FIELDS: list[Any] = [
    pytest.param("ref", as_it_is(is_plain_id), read_nothing, identity.clean_id, id="ref"),
    pytest.param("name", plain_person, read_name, names.clean_name, id="name"),
    pytest.param("email", plain_email, read_email, emails.clean_email, id="email"),
    pytest.param("company", as_it_is(is_plain_company), read_company, companies.clean_company, id="company"),
    pytest.param("industry", plain_word(clean_industry), read_nothing, clean_industry, id="industry"),
    *(
        pytest.param(
            "birthday",
            plain_day_reader(first, TODAY),
            read_no_day,
            partial(dates.clean_past_date, hints=hints_of(first), today=TODAY),
            id=f"birthday, day first: {first}",
        )
        for first in (True, False, None)
    ),
    *(
        pytest.param(
            "phone",
            plain_phone_reader(region),
            phone_reader(region),
            clean_phone_in(region),
            id=f"phone, {region}",
        )
        for region in ("CN", "US", "GB", "DE", "IT", "SG", "BR", "JP", "AU", "KZ", "")
    ),
    *(
        pytest.param(
            "event_at",
            plain_instant_at(DateHints(ZoneInfo(zone), first)),
            read_nothing,
            partial(dates.clean_instant, hints=DateHints(ZoneInfo(zone), first)),
            id=f"instant, {zone}, day first: {first}",
        )
        for zone, first in zip(ZONES, (True, False, None, True), strict=True)
    ),
]


def read_common(raw: str, plain: Plain, read: Read) -> Found[Any] | None:
    value = plain(raw)
    return read(raw, "x") if value is None else (value, ())


def is_same(raw: str, plain: Plain, read: Read, clean: Clean) -> bool:
    """Whether each reader that reads the value at all reads what the module reads."""
    value, found, whole = plain(raw), read(raw, "x"), clean(raw, "x")
    return (value is None or (value, ()) == whole) and found in (None, whole)


each_field = pytest.mark.parametrize(("name", "plain", "read", "clean"), FIELDS)


def raws_of(name: str) -> list[str]:
    return [str(dirty.message.get(name, dirty.message["party"].get(name))) for dirty in samples()]


@each_field
def test_a_common_form_is_read_as_its_module_reads_it(
    name: str, plain: Plain, read: Read, clean: Clean
) -> None:
    assert [raw for raw in sorted(set(raws_of(name))) if not is_same(raw, plain, read, clean)] == []


@each_field
def test_nothing_is_said_by_a_word_for_nothing(name: str, plain: Plain, read: Read, clean: Clean) -> None:
    assert [raw for raw in sorted(NULL_SPELLINGS) if not is_same(raw, plain, read, clean)] == []


@each_field
def test_no_plain_form_is_longer_than_said(name: str, plain: Plain, read: Read, clean: Clean) -> None:
    longer = [
        raw[:at] + raw[at : at + 1] * 64 + raw[at:] for raw in raws_of(name)[:60] for at in range(len(raw))
    ]
    assert [raw for raw in longer if len(raw) > LONGEST_PLAIN and plain(raw) is not None] == []


# Less would mean that the short cuts are not taken; each phone is read here in the region of one.
@each_field
def test_most_values_come_in_a_common_form(name: str, plain: Plain, read: Read, clean: Clean) -> None:
    raws = raws_of(name)
    taken = [raw for raw in raws if read_common(raw, plain, read) is not None]
    assert len(taken) > (0.1 if name == "phone" else 0.8) * len(raws)


@each_field
def test_any_text_is_read_as_its_module_reads_it(name: str, plain: Plain, read: Read, clean: Clean) -> None:
    @seeded
    @given(texts)
    def check(raw: str) -> None:
        assert is_same(raw, plain, read, clean)

    check()


@each_field
def test_a_spoilt_value_is_read_as_its_module_reads_it(
    name: str, plain: Plain, read: Read, clean: Clean
) -> None:
    @seeded
    @given(
        st.sampled_from(raws_of(name)),
        st.integers(0, 30),
        st.sampled_from(SIGNS) | st.just(""),
        st.integers(0, 2),
    )
    def check(raw: str, at: int, sign: str, dropped: int) -> None:
        assert is_same(raw[:at] + sign + raw[at + dropped :], plain, read, clean)

    check()


NAMES = (
    "总 先生 王总 王先生 王客户 王和先生 王伟和先生 王伟总监 王副总监 张\u200b伟 王　伟　女士 王伟小姐姐 欧阳娜娜 李老师 张某"
    " 张三 王五 江苏 高级 测试"
).split(" ")
WESTERN_NAMES = (
    "Dr Who|Mr John Smith|John Smith Jr|Smith, John|Smith, Jr|Mcdonald James|JAMES SMITH|James Müller|José García|Test User"
    "|Ma Yun|Herr Hans Schmidt|Dear John Smith|JAMES VAN DER BERG|JAMES MCDONALD|Mc Donald Jr|John Smith Phd|Van Gogh|Anna Phd"
).split("|")


@pytest.mark.parametrize("raw", [*NAMES, *WESTERN_NAMES])
def test_titles_and_remarks_are_left_to_the_names_module(raw: str) -> None:
    assert is_same(raw, plain_person, read_name, names.clean_name)


@pytest.mark.parametrize("local", "info admin sales kefu zhang.san noreply info+1 no-reply a".split())
@pytest.mark.parametrize(
    "domain", "qq.com gmial.com gmail.con mailinator.com example.com a.test x.localhost a.b1 163.cmo".split()
)
def test_what_is_said_of_an_address_is_what_the_emails_module_says(local: str, domain: str) -> None:
    raw = f"{local}@{domain}"
    assert is_same(raw, plain_email, read_email, emails.clean_email)


def test_every_role_is_left_to_the_emails_module() -> None:
    raws = [f"{role.upper()}@example.com" for role in read_table("mailboxes")["role"].split()]
    assert [raw for raw in raws if plain_email(raw.lower()) or read_email(raw, "x")] == []


def fen_by_the_module(raw: object, home: str, hints: MoneyHints) -> Field[int]:
    money = clean_money(raw, "x", currency=None, hints=hints)
    if money.value is None:
        return Field(None, money.issues)
    return convert_to_fen(money.value, "x", home=home, on=TODAY, rates={})


def assert_same_fen(raw: object, home: str, hints: MoneyHints) -> None:
    plain, whole = plain_fen(raw, home, hints), fen_by_the_module(raw, home, hints)
    assert plain is None or (plain, ()) == whole
    assert not isinstance(raw, str) or read_fen(raw, "x", home=home, hints=hints) in (None, whole)


@seeded
@given(
    st.sampled_from(["", "¥", "￥", " "]),
    st.decimals(min_value=0, max_value=10**10, places=2),
    st.sampled_from(["", "元", "万", "万元", "块", " CNY", "-9"]),
    st.sampled_from(["{:f}", "{:,.2f}", "{:.0f}"]),
    st.sampled_from(["CNY", "USD"]),
    st.booleans(),
)
def test_fen_of_a_plain_amount_are_those_of_the_money_module(
    sign: str, amount: Any, unit: str, form: str, home: str, has_comma: bool
) -> None:
    raw, hints = f"{sign}{form.format(amount)}{unit}", MoneyHints(home, has_decimal_comma=has_comma)
    for written in (raw, raw.translate(str.maketrans(",.", ".,"))):
        assert_same_fen(written, home, hints)


@seeded
@given(st.floats(0, 10**10), st.booleans())
def test_fen_of_a_json_number_are_those_of_the_money_module(raw: float, has_comma: bool) -> None:
    assert_same_fen(round(raw, 3), "CNY", MoneyHints("CNY", has_decimal_comma=has_comma))


@seeded
@given(
    st.text("零壹贰叁肆伍陆柒捌玖拾佰仟万亿元整", max_size=7)
    | st.sampled_from(["面议", "电议", "详谈", "价格面议", "12-30", "5-"])
    | st.integers(-10, 10**11)
    | st.floats(allow_nan=True)
)
def test_fen_of_capitals_words_and_numbers_are_those_of_the_money_module(raw: object) -> None:
    hints = MoneyHints("CNY")
    assert_same_fen(raw, "CNY", hints)


def test_the_head_of_an_address_names_the_same_place_as_the_whole() -> None:
    current = {code for codes in read_names().full.values() for code in codes if code.isdigit()}
    divisions = map(read_division, sorted(current))
    written = [
        f"{place.province}{place.city or ''}{place.district or ''}{rest}"
        for place in divisions
        for rest in ("", "人民路1号", "市场街", "中山区路3号")
    ]
    wrong = [raw for raw in written[::7] if find_place(raw) != regions.find_place(raw)]
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
def test_text_that_needs_no_mending_folds_to_itself_twice(raw: str) -> None:
    folded = fold(raw)
    assert fold(folded) == folded
    assert mend_encoding(folded) == folded or fold(mend_encoding(folded)) == folded


ODD_SIGNS = "\u200b　 Ａ１，．（）￥¥@＠¨·ABcé ü ß Ö 张伟娜琪珞寮犱笁ÕÅÎ°MÃ¼\u00ad\x1f\x07ﬁ①℃゛"


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(st.text(ODD_SIGNS, max_size=8) | st.text("\u200b Ｊames张三Müé１２", max_size=10))
def test_text_folded_at_once_is_what_folding_step_by_step_makes_of_it(raw: str) -> None:
    stepwise = text._fold_once(raw)
    while (folded := text._fold_once(stepwise)) != stepwise:
        stepwise = folded
    assert fold(raw) == stepwise
    mended = mend_encoding(raw) == raw
    assert text.fold_undoubted(raw) == (stepwise if mended or text.is_plain(raw) else None)
    assert not text.is_untouched(raw) or (stepwise == raw and mended)


@seeded
@given(st.text(ODD_SIGNS, max_size=8), st.text(max_size=4))
def test_no_text_with_a_zero_width_space_reads_as_another_encoding(ahead: str, rest: str) -> None:
    raw = f"{ahead}\u200b{rest}"
    assert [reverse(raw) for reverse in text._LATIN_REVERSALS] == [None] * len(text._LATIN_REVERSALS)


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
    remembered = remember(clean_currency)
    assert remembered(1, "x", home="CNY") == clean_currency(1, "x", home="CNY")
    assert remembered(True, "x", home="CNY") == clean_currency(True, "x", home="CNY")
