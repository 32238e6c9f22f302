from datetime import date
from decimal import Decimal

import pytest

from shared.cleaning.currencies import clean_currency
from shared.cleaning.money import Money, MoneyHints, clean_money, convert_to_fen
from shared.cleaning.numerals import read_number
from shared.policy.schema import Rate

CNY = MoneyHints("CNY")


@pytest.mark.parametrize(
    ("raw", "amount", "currency"),
    [
        pytest.param(12000, "12000", "CNY", id="number"),
        pytest.param(12000.5, "12000.5", "CNY", id="float"),
        pytest.param("12000", "12000", "CNY", id="text"),
        pytest.param("12,000.50", "12000.50", "CNY", id="thousands"),
        pytest.param("1 234.50", "1234.50", "CNY", id="space as separator"),
        pytest.param("￥９９．９", "99.9", "CNY", id="full width"),
        pytest.param("¥1,200.50", "1200.50", "CNY", id="sign"),
        pytest.param("12000元", "12000", "CNY", id="元"),
        pytest.param("RMB 12000", "12000", "CNY", id="RMB"),
        pytest.param("人民币12000元整", "12000", "CNY", id="人民币"),
        pytest.param("1.2万元", "12000", "CNY", id="万元"),
        pytest.param("1.2万", "12000", "CNY", id="万"),
        pytest.param("1,200万", "12000000", "CNY", id="thousands and 万"),
        pytest.param("3.5亿元", "350000000", "CNY", id="亿"),
        pytest.param("1亿2千万", "120000000", "CNY", id="mixed units"),
        pytest.param("5w", "50000", "CNY", id="w"),
        pytest.param("12k", "12000", "CNY", id="k"),
        pytest.param("12K元", "12000", "CNY", id="K元"),
        pytest.param("1.2e6", "1200000", "CNY", id="scientific"),
        pytest.param("壹万贰仟元整", "12000", "CNY", id="capital numerals"),
        pytest.param("壹仟贰佰叁拾肆元伍角陆分", "1234.56", "CNY", id="角 and 分"),
        pytest.param("伍万零叁佰元正", "50300", "CNY", id="零"),
        pytest.param("三千五", "3500", "CNY", id="三千五"),
        pytest.param("3元5角", "3.5", "CNY", id="digits with 角"),
        pytest.param("(500)", "-500", "CNY", id="brackets"),
        pytest.param("（1,500.00）", "-1500", "CNY", id="full-width brackets"),
        pytest.param("-500", "-500", "CNY", id="minus"),
        pytest.param("-¥500", "-500", "CNY", id="minus before the sign"),
        pytest.param("500-", "-500", "CNY", id="minus behind"),
        pytest.param("−500", "-500", "CNY", id="typographic minus"),
        pytest.param("$1,000", "1000", "USD", id="dollar"),
        pytest.param("US$1,000.00", "1000", "USD", id="US$"),
        pytest.param("USD 1,000", "1000", "USD", id="USD in front"),
        pytest.param("1000 usd", "1000", "USD", id="usd behind"),
        pytest.param("1000美元", "1000", "USD", id="美元"),
        pytest.param("5万美元", "50000", "USD", id="万美元"),
        pytest.param("€50", "50", "EUR", id="euro"),
        pytest.param("HK$5万", "50000", "HKD", id="HK$"),
        pytest.param("100港币", "100", "HKD", id="港币"),
        pytest.param("£20", "20", "GBP", id="pound"),
        pytest.param("$3 million", "3000000", "USD", id="million"),
        pytest.param("0", "0", "CNY", id="nothing"),
    ],
)
def test_amounts_are_read(raw: object, amount: str, currency: str) -> None:
    field = clean_money(raw, "amount", currency=None, hints=CNY)
    assert field.value == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("5000-8000元", "amount_range", id="range"),
        pytest.param("5万~8万", "amount_range", id="range with units"),
        pytest.param("5万至8万", "amount_range", id="至"),
        pytest.param("约5万", "inexact_amount", id="约"),
        pytest.param("5万左右", "inexact_amount", id="左右"),
        pytest.param("5万+", "inexact_amount", id="plus"),
        pytest.param("1,20", "ambiguous_amount", id="decimal comma without a hint"),
        pytest.param("1,5万", "ambiguous_amount", id="decimal comma before a unit"),
        pytest.param("0,125", "ambiguous_amount", id="no group begins with 0"),
        pytest.param("1.234 EUR", "ambiguous_amount", id="a group or a decimal point"),
        pytest.param("1200.5.3", "bad_amount", id="two points"),
        pytest.param("1,,200", "bad_amount", id="two commas"),
        pytest.param("12 34", "bad_amount", id="two numbers"),
        pytest.param("1.2万3", "bad_amount", id="digits behind a decimal unit"),
        pytest.param("1,00,000", "ambiguous_amount", id="Indian grouping"),
        pytest.param("abc", "unknown_currency", id="letters"),
        pytest.param("XYZ 100", "unknown_currency", id="no such currency"),
        pytest.param("100 美元 RMB", "currency_conflict", id="two currencies"),
        pytest.param("一二三", "bad_amount", id="digits without units"),
        pytest.param("三百五千", "bad_amount", id="units out of order"),
        pytest.param("1e999999", "bad_amount", id="an exponent that explodes"),
        pytest.param("1e99", "amount_too_large", id="absurd"),
        pytest.param("面议", "bad_amount", id="面议"),
        pytest.param(True, "bad_amount", id="true"),
        pytest.param("12000元/月", "bad_amount", id="per month"),
    ],
)
def test_what_is_no_single_amount_is_refused(raw: object, code: str) -> None:
    field = clean_money(raw, "amount", currency=None, hints=CNY)
    assert (field.value, [issue.code for issue in field.issues]) == (None, [code])


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1,20", "1.20"),
        ("1.234", "1234"),
        ("1 234,5", "1234.5"),
        ("€ 1.234.567", "1234567"),
        ("1,234.50", "1234.50"),
        ("1234.50", "1234.50"),
        ("12.5", "12.5"),
        ("0.125", "0.125"),
    ],
)
def test_decimal_commas_are_read_where_the_source_says_so(raw: str, amount: str) -> None:
    field = clean_money(raw, "amount", currency="EUR", hints=MoneyHints("CNY", None, True))
    assert field.value == Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    ("raw", "amount", "currency"),
    [
        pytest.param("1.234,56", "1234.56", "CNY", id="two kinds of signs"),
        pytest.param("1 234 567,89", "1234567.89", "CNY", id="spaces and a comma"),
        pytest.param("1.234.567", "1234567", "CNY", id="groups repeat"),
        pytest.param("1.200,50 €", "1200.50", "EUR", id="euro"),
        pytest.param("1200,00 EUR", "1200.00", "EUR", id="a lone comma of a currency with commas"),
        pytest.param("1,234 EUR", "1234", "EUR", id="three digits are a group, for cents are two"),
        pytest.param("1,2 Mio €", "1200000", "EUR", id="a lone comma before a unit"),
        pytest.param("R$ 1.200,50", "1200.50", "BRL", id="real"),
        pytest.param("1.200.000 ₫", "1200000", "VND", id="dong"),
        pytest.param("₹12,34,567.50", "1234567.50", "INR", id="lakh groups of a rupee"),
        pytest.param("10 lakh INR", "1000000", "INR", id="lakh"),
        pytest.param("₹2 crore", "20000000", "INR", id="crore"),
        pytest.param("2 Mrd. €", "2000000000", "EUR", id="Milliarden"),
        pytest.param("R 1 200,50", "1200.50", "ZAR", id="rand"),
        pytest.param("CHF 1'200.-", "1200.00", "CHF", id="no cents"),
        pytest.param("€ 1.200,--", "1200.00", "EUR", id="no cents behind a comma"),
        pytest.param("500,00- €", "-500.00", "EUR", id="minus between number and sign"),
        pytest.param("1200 US dollars", "1200", "USD", id="US dollars"),
        pytest.param("'1200", "1200", "CNY", id="a sheet's apostrophe"),
        pytest.param('"1,200.00"', "1200.00", "CNY", id="quotes"),
        pytest.param("人民币：壹仟贰佰元整", "1200", "CNY", id="a label that names the currency"),
        pytest.param("金额：1200元", "1200", "CNY", id="a label"),
        pytest.param("人民币（大写）壹万元整", "10000", "CNY", id="大写 in brackets"),
        pytest.param("RMB：1,200", "1200", "CNY", id="a colon behind the currency"),
        pytest.param("100（万元）", "1000000", "CNY", id="a unit in brackets is no minus"),
        pytest.param("100 (USD)", "100", "USD", id="a currency in brackets"),
        pytest.param("USD$100", "100", "USD", id="code and sign"),
        pytest.param("US $100", "100", "USD", id="a space before the sign"),
        pytest.param("₫500.000", "500000", "VND", id="a currency without decimals"),
        pytest.param("1亿零500万元", "105000000", "CNY", id="零 between units"),
        pytest.param("伍角", "0.5", "CNY", id="角 alone"),
    ],
)
def test_the_number_or_its_currency_shows_which_sign_is_the_point(
    raw: str, amount: str, currency: str
) -> None:
    field = clean_money(raw, "amount", currency=None, hints=CNY)
    assert field.value == Money(Decimal(amount), currency)


@pytest.mark.parametrize("number", [12.125, 1200.5, 0.1, 1234.567])
def test_a_json_number_has_a_point_wherever_it_comes_from(number: float) -> None:
    hints = MoneyHints("EUR", has_decimal_comma=True)
    assert clean_money(number, "amount", currency=None, hints=hints).value == Money(
        Decimal(str(number)), "EUR"
    )


def test_the_currency_of_the_column_shows_what_a_comma_is() -> None:
    assert clean_money("1200,50", "amount", currency="EUR", hints=CNY).value == Money(
        Decimal("1200.50"), "EUR"
    )
    assert clean_money("1200,50", "amount", currency="USD", hints=CNY).value is None


@pytest.mark.parametrize(
    ("raw", "unit", "money"),
    [
        ("1.2", "万元", Money(Decimal(12000), "CNY")),
        ("1.2", "万美元", Money(Decimal(12000), "USD")),
        ("1.2万", "万元", Money(Decimal(12000), "CNY")),
        ("120", "分", Money(Decimal("1.2"), "CNY")),
        ("120", "USD", Money(Decimal(120), "USD")),
        ("120", "千元", Money(Decimal(120000), "CNY")),
        ("120", "元", Money(Decimal(120), "CNY")),
    ],
)
def test_the_unit_of_the_column_counts_where_the_cell_has_none(raw: str, unit: str, money: Money) -> None:
    assert clean_money(raw, "amount", currency=None, hints=MoneyHints("CNY", unit)).value == money


@pytest.mark.parametrize(
    ("raw", "currency", "expected"),
    [
        ("100元", "HKD", "HKD"),
        ("¥100", "JPY", "JPY"),
        ("$100", "SGD", "SGD"),
        ("100", "USD", "USD"),
        ("100美元", "CNY", None),
        ("€100", "USD", None),
    ],
)
def test_the_currency_column_decides_unless_the_cell_contradicts(
    raw: str, currency: str, expected: str | None
) -> None:
    field = clean_money(raw, "amount", currency=currency, hints=CNY)
    assert (field.value and field.value.currency) == expected


RATES = {
    "USD": [
        Rate.model_validate({"from": date(2025, 1, 1), "rate": "7.25"}),
        Rate.model_validate({"from": date(2026, 1, 1), "rate": "7.05"}),
    ]
}


@pytest.mark.parametrize(
    ("money", "on", "fen", "codes"),
    [
        (Money(Decimal("12000"), "CNY"), date(2026, 5, 3), 1_200_000, []),
        (Money(Decimal("0.01"), "CNY"), date(2026, 5, 3), 1, []),
        (Money(Decimal("1.235"), "CNY"), date(2026, 5, 3), 124, ["amount_rounded"]),
        (Money(Decimal("100"), "USD"), date(2026, 5, 3), 70_500, []),
        (Money(Decimal("100"), "USD"), date(2025, 12, 31), 72_500, []),
        (Money(Decimal("100"), "USD"), date(2024, 12, 31), None, ["unconverted"]),
        (Money(Decimal("100"), "GBP"), date(2026, 5, 3), None, ["unconverted"]),
        (Money(Decimal(10**15), "CNY"), date(2026, 5, 3), None, ["amount_too_large"]),
    ],
)
def test_money_becomes_fen_at_the_rate_of_its_day(
    money: Money, on: date, fen: int | None, codes: list[str]
) -> None:
    field = convert_to_fen(money, "amount", home="CNY", on=on, rates=RATES)
    assert (field.value, [issue.code for issue in field.issues]) == (fen, codes)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("cny", "CNY"),
        ("RMB", "CNY"),
        ("人民币", "CNY"),
        ("￥", "CNY"),
        ("元", "CNY"),
        ("US$", "USD"),
        ("美元", "USD"),
        ("Euro", "EUR"),
        ("hkd", "HKD"),
    ],
)
def test_currencies_are_iso_codes(raw: str, code: str) -> None:
    assert clean_currency(raw, "currency", home="CNY").value == code


@pytest.mark.parametrize("raw", ["XYZ", "BTC", "积分", "12"])
def test_unknown_currencies_are_refused(raw: str) -> None:
    assert clean_currency(raw, "currency", home="CNY").issues[0].code == "unknown_currency"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("一百五", 150), ("两千", 2000), ("一万二", 12000),
        ("十二万三千四百五十六", 123456), ("一亿", 10**8), ("五万亿", 5 * 10**12), ("一千万", 10**7), ("零", 0),
        ("1万5000", 15000),
    ],
)  # fmt: skip
def test_chinese_numerals_have_their_value(text: str, number: int) -> None:
    assert read_number(text) == number


def _write(number: int) -> str:
    """An independent oracle: numerals written place by place."""
    digits, places = "零一二三四五六七八九", ["", "十", "百", "千"]

    def section(value: int) -> str:
        text = "".join(
            digits[int(d)] + (places[len(str(value)) - 1 - i] if d != "0" else "")
            for i, d in enumerate(str(value))
        )
        while "零零" in text:
            text = text.replace("零零", "零")
        return text.rstrip("零")

    high, low = divmod(number, 10**4)
    if not high:
        return section(low)
    joint = "零" if 0 < low < 1000 else ""
    return section(high) + "万" + (joint + section(low) if low else "")


@pytest.mark.parametrize(
    "number", [*range(1, 120), *range(990, 1120, 7), *range(9_990, 99_999_999, 1_234_567)]
)
def test_written_numerals_read_back(number: int) -> None:
    assert read_number(_write(number)) == number


@pytest.mark.parametrize("raw", ["674.86", "674.86万", "674.86万元"])
def test_the_unit_of_the_heading_in_the_cell_does_not_contradict_the_currency_column(raw: str) -> None:
    """金额(万元) beside 币种: 元 counts units of that currency, in the cell as in the heading."""
    field = clean_money(raw, "amount", currency="USD", hints=MoneyHints("CNY", "万元"))
    assert field.value == Money(Decimal("6748600"), "USD")


def test_yuan_in_the_cell_alone_contradict_a_dollar_column() -> None:
    field = clean_money("674.86万元", "amount", currency="USD", hints=CNY)
    assert [issue.code for issue in field.issues] == ["currency_conflict"]
