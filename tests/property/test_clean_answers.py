"""Answers are total, stay as they are when asked again, and invent nothing."""

import json
import os
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cleaning.addresses import Address, write_address
from shared.cleaning.answer import FIELDS, answer_line
from shared.cleaning.codes import CODES
from shared.cleaning.match_key import KEYS
from shared.cleaning.spellings import flatten, simplify
from tests.property.test_cleaning import anything, scalars, texts

# `FUZZ=10000 pytest tests/property/test_clean_answers.py` for the long run.
EXAMPLES = int(os.environ.get("FUZZ", "100"))
seeded = settings(derandomize=True, max_examples=EXAMPLES, deadline=None)
TODAY = date(2026, 6, 30)
STATUSES = {"ok", "null", "refused", "suggested", "ambiguous", "multiple"}

PIECES = st.sampled_from(
    "+ 00 0 86 138 1234 5678 010 62345678 400 +1 202 555 0143 1.38E+10 13812345678 - . , / ; ( ) 转 ext x 801 微信 a@b.com"
    " @ gmail .con .com info <> mailto: 2026 年 月 日 5 3 二〇二六 五 三 T 15:30 Z +08:00 下午 PM 03/04 46145 May 民国 ¥ $ USD"
    " 元 万 亿 壹 贰 佰 角 ( ) 1,234.56 1.234,56 % 张三 先生 Dr. O'Brien Müller , 、 有限公司 Ltd （ ） 上海市 浦东新区"
    " Main St. 100 号 中国 US 🇨🇳 91110000600037341L DE136695976 C39 制造业 = \u200b \u3000 ＠ ０ 無".split(
        " "
    )
)
mixtures = st.lists(PIECES, max_size=9).map("".join) | st.lists(PIECES, max_size=6).map(" ".join)
HINT_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "region": st.sampled_from(["CN", "US", "DE", "GB", "SG", "IN", "ZZ", "", None]),
    "day_first": st.sampled_from([True, False, None, "x"]),
    "currency": st.sampled_from(["CNY", "USD", "JPY", "??"]),
    "kind": st.sampled_from(["date", "datetime", "birthday", "uscc", "ric", "vat", "lei", "x"]),
    "today": st.sampled_from(["2026-06-30", "x"]),
    "excel": st.booleans(),
    "epoch": st.sampled_from([1900, 1904, 7]),
    "locale": st.sampled_from(["de", "en-US", "zh_CN", "x-y-z", ""]),
    "zone": st.sampled_from(["Asia/Shanghai", "x"]),
}
hints = st.fixed_dictionaries({}, optional=HINT_VALUES) | st.dictionaries(
    st.sampled_from([*HINT_VALUES]), anything
)
values = mixtures | texts | scalars
lines = (
    anything | mixtures | st.builds(lambda value, said: {**said, "value": value}, values | anything, hints)
)
by_field = pytest.mark.parametrize("field", FIELDS)


def ask(field: str, line: object) -> dict[str, Any]:
    return answer_line(field, line, today=TODAY, most_characters=200)


@by_field
def test_every_line_has_an_answer(field: str) -> None:
    @seeded
    @given(lines)
    def check(line: object) -> None:
        answer = ask(field, line)
        assert answer["status"] in STATUSES
        is_partial = field == "address" and answer["status"] == "ambiguous"
        assert (answer["value"] is not None) == (
            answer["status"] in ("ok", "suggested", "multiple") or is_partial
        )
        assert (len(answer["values"]) > 1) == (answer["status"] == "multiple")
        assert (answer["suggestion"] is not None) == (answer["status"] == "suggested")
        assert all(CODES[issue["code"]].severity == issue["severity"] for issue in answer["issues"])
        if answer["status"] in ("refused", "ambiguous") and not is_partial:
            assert any(issue["severity"] == "refused" for issue in answer["issues"])
        json.dumps(answer)

    check()


@by_field
def test_a_clean_value_stays_as_it_is(field: str) -> None:
    @seeded
    @given(values)
    def check(raw: object) -> None:
        first = ask(field, raw)
        if first["status"] not in ("ok", "suggested") or first["value"] == "NA":
            return  # the code of Namibia, which nobody can tell from "not available"
        again = ask(field, _write(first["value"]))
        assert (again["status"], again["value"]) == (first["status"], first["value"])
        assert again["suggestion"] == first["suggestion"]

    check()


def _write(value: Any) -> str:
    """The clean value as a source would send it."""
    if not isinstance(value, dict):
        return str(value)
    if "amount" in value:
        return f"{value['currency'] or ''} {value['amount']}"
    return write_address(Address(**value, code=None))


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


@seeded
@given(mixtures)
def test_a_phone_has_only_digits_that_were_there(raw: str) -> None:
    answer = ask("phone", raw)
    there = _digits(unicodedata.normalize("NFKC", raw)).replace("0", "")
    for e164 in answer["values"] or ([answer["value"]] if answer["value"] else []):
        national = e164.removeprefix("+86").removeprefix("+")
        # Zeros are trunk and exit prefixes, and where a number is scientific they are its exponent's.
        assert national.replace("0", "") in there or "e" in raw.lower()
    assert answer["extension"] is None or answer["extension"] in _digits(raw)


@seeded
@given(mixtures)
def test_an_email_has_only_characters_that_were_there(raw: str) -> None:
    answer = ask("email", raw)
    folded = unicodedata.normalize("NFKC", raw).lower()
    for email in answer["values"] or ([answer["value"]] if answer["value"] else []):
        local, _, domain = email.rpartition("@")
        assert local in folded.replace("\u200b", "").replace(" ", "")
        assert "xn--" in domain or domain in folded.replace("。", ".").replace("\u200b", "").replace(" ", "")


@pytest.mark.parametrize("kind", KEYS)
def test_every_value_has_a_key_or_none(kind: str) -> None:
    @seeded
    @given(anything | mixtures)
    def check(raw: object) -> None:
        key = KEYS[kind](raw)
        assert key is None or (key == key.strip() and key)

    check()


@pytest.mark.parametrize("kind", ["name", "company"])
def test_case_and_width_do_not_matter_to_a_key(kind: str) -> None:
    wide = {code: code + 0xFEE0 for code in range(ord("!"), ord("~"))}

    @seeded
    @given(
        st.lists(
            st.sampled_from("Anna Smith O'Brien Müller 华为 技术 有限公司 Ltd. Co., (上海) 張偉 IBM".split()),
            min_size=1,
        )
    )
    def check(words: list[str]) -> None:
        text = " ".join(words)
        key = KEYS[kind](text)
        assert {KEYS[kind](text.translate(wide)), KEYS[kind](simplify(text))} == {key}
        if kind == "company":
            assert KEYS[kind](text.upper()) == KEYS[kind](text.lower()) == key

    check()


@seeded
@given(texts)
def test_flat_text_stays_flat(text: str) -> None:
    assert flatten(flatten(text)) == flatten(text)
