"""Addresses, identifiers and industries: total, stable on what they wrote, and right on what the tables say."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cleaning.addresses import clean_address, write_address
from shared.cleaning.codes import FIELD_CODES
from shared.cleaning.gazetteer import Division, read_division, short_province
from shared.cleaning.identifiers import Kind, clean_identifier
from shared.cleaning.industries import clean_industry, clean_industry_code
from shared.cleaning.tables import read_table
from shared.cleaning.text import fold

PIECES = st.sampled_from(
    "中国 广东省 广东 深圳市 深圳 南山区 南山 朝阳区 朝阳 北京市 北京 上海"
    " 上海市 浦东新区 吉林 吉林市 海南 海南藏族自治州 重庆 江北区"
    " 市辖区 路 街 1号 510000 , ， - / ( ) （ 。 　 \u200b 廣東 臺北市 粤 沪 襄樊市 宣武区 县 区 市 市场"
    " 地址： 香港 中西区 A座 China"
    " Shanghai 9111 X DE FR ITIS 0 99 \ufffd \ud800".split(" ")
)
texts = st.one_of(st.text(max_size=20), st.lists(PIECES, max_size=7).map("".join))
raws = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.lists(texts, max_size=2),
    st.binary(max_size=4),
)
kinds: list[Kind] = ["uscc", "ric", "vat", "lei"]
seeded = settings(derandomize=True, max_examples=400, deadline=None)


@seeded
@given(raws)
def test_any_input_is_an_address_or_a_documented_refusal(raw: object) -> None:
    field = clean_address(raw, "x")
    assert {issue.code for issue in field.issues} <= set(FIELD_CODES)


@seeded
@given(texts)
def test_an_address_written_back_is_the_same(text: str) -> None:
    first = clean_address(text, "x").value
    if first is not None:
        assert clean_address(write_address(first), "x").value == first


@seeded
@given(texts)
def test_an_address_invents_nothing(text: str) -> None:
    """Without a place all of the text is rest; with one, the rest is an end of the text."""
    address, folded = clean_address(text, "x").value, fold(text)
    if address is not None and address.code is None:
        assert address[:3] == (None, None, None)
        assert folded.endswith(address.rest)
    elif address is not None:
        assert set(address.rest) <= set(folded)


@seeded
@given(raws, st.sampled_from(kinds))
def test_any_input_is_an_identifier_or_a_documented_refusal(raw: object, kind: Kind) -> None:
    field = clean_identifier(raw, "x", kind=kind)
    assert {issue.code for issue in field.issues} <= set(FIELD_CODES)
    if field.value is not None:
        assert clean_identifier(field.value, "x", kind=kind).value == field.value


@seeded
@given(st.from_regex(r"(DE|GB|FI|PL|IT|LU|PT|HU|SI|RO)[0-9]{8,11}", fullmatch=True))
def test_a_vat_number_that_is_kept_stays_what_it_is(number: str) -> None:
    assert clean_identifier(number, "x", kind="vat").value in (number, None)


@seeded
@given(raws)
def test_a_section_is_that_of_the_division(raw: object) -> None:
    section, code = clean_industry(raw, "x").value, clean_industry_code(raw, "x").value
    assert section == (code and code[0])
    assert code is None or clean_industry_code(code, "x").value == code


# --- every division of the table, as people leave things out ---


def districts() -> list[Division]:
    """All divisions below a city or province, 500 of them by a fixed seed."""
    keys = [line.split()[0] for line in read_table("regions")["current"].splitlines()]
    found = [
        division for key in keys if (division := read_division(key)).district and key[:2] not in ("81", "82")
    ]
    return random.Random(20261121).sample(found, 500)


Write = Callable[[Division], str]


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda d: f"{d.province}{city_of(d)}{d.district}", id="complete"),
        pytest.param(lambda d: f"{city_of(d) or d.province}{d.district}", id="no province"),
        pytest.param(lambda d: f"{d.province} {city_of(d)} {d.district} ", id="spaces"),
        pytest.param(lambda d: f"中国{d.province}{city_of(d)}{d.district}", id="country"),
        pytest.param(lambda d: f"{short_province(d.province)}{city_of(d)}{d.district}", id="short province"),
        pytest.param(lambda d: f"{d.province}{city_of(d).removesuffix('市')}{d.district}", id="short city"),
        pytest.param(lambda d: f"{d.province}{city_of(d)}市辖区{d.district}", id="filler"),
    ],
)
def test_divisions_are_found_however_the_address_begins(write: Write) -> None:
    wrong = []
    for division in districts():
        address = clean_address(f"{write(division)}人民路88号", "x").value
        if address is None or (*address[:3], address.rest) != (*division[2:], "人民路88号"):
            wrong.append((division, address))
    assert wrong == []


def city_of(division: Division) -> str:
    return "" if division.city in (None, division.province) else str(division.city)
