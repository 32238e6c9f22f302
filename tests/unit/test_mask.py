import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.insight.mask import MOST_CHARACTERS, mask


@pytest.mark.parametrize(
    ("field", "text", "masked"),
    [
        pytest.param("party.phone", "13800001234", "138****1234", id="mobile"),
        pytest.param("party.phone", "138 0000 1234", "138****1234", id="spaced"),
        pytest.param("party.phone", "+86-138-0000-1234", "+861****1234", id="with a country"),
        pytest.param("party.phone", "１３８００００１２３４", "138****1234", id="full width"),
        pytest.param("party.phone", "13812", "1****", id="too short"),
        pytest.param("party.phone", "13800001234 张三", "138****1234 **", id="a name beside it"),
        pytest.param("party.phone", "1.38E+10", "1***+1*", id="Excel"),
        pytest.param("party.email", "zhang@example.com", "z***@example.com", id="email"),
        pytest.param("party.email", "张三@example.com", "张***@example.com", id="Chinese local part"),
        pytest.param("party.email", "zhang@", "z***@", id="no domain"),
        pytest.param("party.email", "zhang", "*****", id="no address at all"),
        pytest.param("party.name", "张三", "张*", id="Chinese name"),
        pytest.param("party.name", "John Smith", "J*", id="Western name"),
        pytest.param("party.name", "", "", id="nothing"),
        pytest.param("party.company", "上海某某有限公司", "上*", id="company"),
        pytest.param("party.birthday", "1988-03-12", "1*", id="birthday"),
        pytest.param("amount", "1.2万元", "1.2万元", id="amount"),
        pytest.param("amount", "zhang@example.com", "z***@example.com", id="email in the wrong column"),
        pytest.param("amount", "13800001234", "138****1234", id="phone in the wrong column"),
        pytest.param("event_at", "2026年2月30日", "2026年2月30日", id="a date as it is wrong"),
        pytest.param("event_at", "张三", "**", id="a name in the wrong column"),
        pytest.param("currency", "XYZ", "XYZ", id="a currency code"),
        pytest.param("currency", "张三", "**", id="no currency code"),
    ],
)
def test_a_value_is_recognised_but_not_the_person(field: str, text: str, masked: str) -> None:
    assert mask(field, text) == masked


@settings(max_examples=150, derandomize=True)
@given(
    field=st.sampled_from(["party.phone", "party.email", "party.name", "event_at", "amount", "x"]),
    text=st.text(max_size=60),
)
def test_masking_never_fails_and_is_short(field: str, text: str) -> None:
    assert len(mask(field, text)) <= MOST_CHARACTERS + 1


@settings(max_examples=100, derandomize=True)
@given(
    field=st.sampled_from(["party.phone", "party.ref", "party.name", "event_at", "amount", "topic"]),
    digits=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    around=st.sampled_from(["{}", " {} ", "tel:{}", "{}转8", "（{}）", "+86 {}"]),
)
def test_no_phone_is_readable_in_any_field(field: str, digits: str, around: str) -> None:
    shown = re.sub(r"\D", "", mask(field, around.format(digits)))
    assert digits not in shown
    assert digits[3:7] not in mask(field, around.format(digits)) or digits[3:7] in digits[:3] + digits[7:]
