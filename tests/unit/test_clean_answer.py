"""What `guanxi clean` says of a value: one table for each field, all regions and spellings."""

from datetime import date
from typing import Any

import pytest

from shared.cleaning.answer import AMBIGUOUS_CODES, FIELDS, answer_line
from shared.cleaning.codes import CODES

TODAY = date(2026, 6, 30)


def ask(field: str, value: object, **hints: object) -> dict[str, Any]:
    line = {"value": value, **hints} if hints else value
    return answer_line(field, line, today=TODAY, most_characters=2000)


def codes(answer: dict[str, Any]) -> list[str]:
    return [issue["code"] for issue in answer["issues"]]


def test_an_answer_has_what_the_contract_says_and_nothing_else() -> None:
    assert ask("phone", "(010)62345678转801") == {
        "input": "(010)62345678转801",
        "status": "ok",
        "value": "+861062345678",
        "values": [],
        "suggestion": None,
        "extension": "801",
        "flags": ["fixed_line"],
        "issues": [{"code": "extension_removed", "severity": "suspicious"}],
    }


M = "+8613812345678"


@pytest.mark.parametrize(
    ("raw", "region", "e164", "extension"),
    [
        ("+86 010 62345678", "CN", "+861062345678", None),
        ("86-010-62345678", "CN", "+861062345678", None),
        ("0086-0755-86123456", "CN", "+8675586123456", None),
        ("(0086)13812345678", "CN", M, None),
        ("00 86 138 1234 5678", "US", M, None),
        ("+0086 13812345678", "CN", M, None),
        ("(86)13812345678", "CN", M, None),
        ("+86 (0)10 6234 5678", "GB", "+861062345678", None),
        ("1062345678", "CN", "+861062345678", None),
        ("13,812,345,678", "CN", M, None),
        ("'13812345678", "CN", M, None),
        ("13812345678.00", "CN", M, None),
        ("8.613812345678E+12", "CN", M, None),
        ("微信同号13812345678", "CN", M, None),
        ("＋８６　１３８１２３４５６７８", "CN", M, None),
        ("800-820-8820", "CN", "+868008208820", None),
        ("400-820-8820转1", "CN", "+864008208820", "1"),
        ("13812345678 分机 12", "CN", M, "12"),
        ("（021）6234 5678 转 8001", "CN", "+862162345678", "8001"),
        ("021-62345678#8001", "CN", "+862162345678", "8001"),
        ("021-62345678*8001", "CN", "+862162345678", "8001"),
        ("010-62345678-801", "CN", "+861062345678", "801"),
        ("021-6234-5678-8001", "CN", "+862162345678", "8001"),
        ("+86-755-86123456-12", "CN", "+8675586123456", "12"),
        ("0086 755 86123456-12", "CN", "+8675586123456", "12"),
        ("0571-8765-4321", "CN", "+8657187654321", None),
        ("١٣٨١٢٣٤٥٦٧٨", "CN", M, None),
        ("tel:+86-10-6234-5678;ext=801", "US", "+861062345678", "801"),
        ("+1 202-555-0143 x123", "CN", "+12025550143", "123"),
        ("020 7946 0018 ext. 12", "GB", "+442079460018", "12"),
        ("0044 20 7946 0018", "US", "+442079460018", None),
        ("+44 07911 123456", "CN", "+447911123456", None),
        ("09012345678", "JP", "+819012345678", None),
        ("0912 345 678", "TW", "+886912345678", None),
        ("010-1234-5678", "KR", "+821012345678", None),
        ("98765 43210", "IN", "+919876543210", None),
        ("(11) 98765-4321", "BR", "+5511987654321", None),
        ("8 (912) 345-67-89", "RU", "+79123456789", None),
        ("0412 345 678", "AU", "+61412345678", None),
        ("06 12 34 56 78", "FR", "+33612345678", None),
        ("0151 23456789", "DE", "+4915123456789", None),
        ("06 1234 5678", "IT", "+390612345678", None),
        ("020 7946 0018", "United Kingdom", "+442079460018", None),
        ("020 7946 0018", "英国", "+442079460018", None),
    ],
)
def test_phones_of_every_region_are_e164(raw: str, region: str, e164: str, extension: str | None) -> None:
    answer = ask("phone", raw, region=region)
    assert (answer["status"], answer["value"], answer["extension"]) == ("ok", e164, extension)


L = "+861062345678"
N = "+8613987654321"


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("13812345678/010-62345678", [M, L]),
        ("13812345678;13987654321", [M, N]),
        ("13812345678、13987654321", [M, N]),
        ("13987654321 13812345678", [N, M]),
        ("13812345678\n13987654321", [M, N]),
        ("手机13812345678座机010-62345678", [M, L]),
        ("138 1234 5678 139 8765 4321", [M, N]),
        ("010 62345678 13812345678", [L, M]),
        ("张三13812345678 李四13987654321", [M, N]),
        ("13812345678或13987654321", [M, N]),
        ("+86 138 1234 5678 & +1 202 555 0143", [M, "+12025550143"]),
    ],
)
def test_several_phones_come_in_their_order(raw: str, values: list[str]) -> None:
    answer = ask("phone", raw)
    assert (answer["status"], answer["values"]) == ("multiple", values)


def test_a_phone_twice_is_one() -> None:
    assert ask("phone", "13812345678/138-1234-5678")["status"] == "ok"


def test_a_broken_phone_beside_a_valid_one_is_said() -> None:
    answer = ask("phone", "021-62345678/62345679")
    assert (answer["status"], answer["value"]) == ("ok", "+862162345678")
    assert codes(answer) == ["phone_no_area_code", "several_phones"]


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        *((field, raw) for field in FIELDS for raw in (None, "", "  ", "无", "N/A", "-", "null", "\u200b")),
        ("phone", "999999"),
        ("name", "999999"),
        ("company", "999999"),
        ("country", "NA"),
    ],
)
def test_nothing_is_null_and_no_issue(field: str, raw: object) -> None:
    answer = ask(field, raw)
    assert (answer["status"], answer["value"], answer["issues"]) == ("null", None, [])


@pytest.mark.parametrize(
    ("raw", "suggestion"),
    [
        ("zhang@gmail.con", "zhang@gmail.com"),
        ("zhang@gmial.com", "zhang@gmail.com"),
        ("zhang@gmail.cm", "zhang@gmail.com"),
        ("zhang@hotmial.con", "zhang@hotmail.com"),
        ("zhang@163.cmo", "zhang@163.com"),
        ("zhang@qq.con", "zhang@qq.com"),
        ("zhang@company.con", "zhang@company.com"),
        ("zhang@company.con.cn", "zhang@company.com.cn"),
        ("zhang@company.ner", "zhang@company.net"),
    ],
)
def test_a_typo_is_kept_and_a_suggestion_made(raw: str, suggestion: str) -> None:
    answer = ask("email", raw)
    assert (answer["status"], answer["value"], answer["suggestion"]) == ("suggested", raw, suggestion)


@pytest.mark.parametrize(
    ("raw", "value", "flags"),
    [
        ("info@example.com", "info@example.com", ["role"]),
        ("No-Reply@example.com", "no-reply@example.com", ["role"]),
        ("kefu@example.com", "kefu@example.com", ["role"]),
        ("sales+cn@example.com", "sales+cn@example.com", ["role"]),
        ("zhang@mailinator.com", "zhang@mailinator.com", ["disposable"]),
        ("admin@a.b.yopmail.com", "admin@a.b.yopmail.com", ["disposable", "role"]),
        ("information.desk@example.com", "information.desk@example.com", []),
        ("zhang@example.com(工作)", "zhang@example.com", []),
        ("邮箱zhang@example.com", "zhang@example.com", []),
        ("电子邮件：zhang@example.com", "zhang@example.com", []),
        ("mailto:zhang@example.com?subject=hi", "zhang@example.com", []),
        ('"zhang@example.com" <zhang@example.com>', "zhang@example.com", []),
        ("John Smith john@example.com", "john@example.com", []),
        ("zhang@例子.公司", "zhang@xn--fsqu00a.xn--55qx5d", []),
    ],
)
def test_emails_are_flagged_for_what_they_are(raw: str, value: str, flags: list[str]) -> None:
    answer = ask("email", raw)
    assert (answer["status"], answer["value"], answer["flags"]) == ("ok", value, flags)


@pytest.mark.parametrize(
    "raw",
    [
        "a@example.com; b@example.com",
        "a@example.com和b@example.com",
        "A <a@example.com>, B <b@example.com>",
        "a@example.com, B <b@example.com>",
        "a@example.com b@example.com",
    ],
)
def test_several_emails_come_in_their_order(raw: str) -> None:
    answer = ask("email", raw)
    assert (answer["status"], answer["values"]) == ("multiple", ["a@example.com", "b@example.com"])


@pytest.mark.parametrize(
    "raw",
    ["zhang san@example.com", "zhang", "a" * 65 + "@example.com", "zhang@gmail,com", "zhang at example.com"],
)
def test_what_is_no_email_is_refused(raw: str) -> None:
    assert ask("email", raw)["status"] == "refused"


@pytest.mark.parametrize(
    ("raw", "hints", "value"),
    [
        ("二〇二六年五月三日", {}, "2026-05-03"),
        ("二零二六年十二月三十一日", {}, "2026-12-31"),
        ("二〇二六年五月廿三日", {}, "2026-05-23"),
        ("民国115年5月3日", {}, "2026-05-03"),
        ("令和8年5月3日", {}, "2026-05-03"),
        ("昭和元年12月30日", {}, "1926-12-30"),
        ("2026년 5월 3일", {}, "2026-05-03"),
        ("2026年5月3日 星期日", {}, "2026-05-03"),
        ("2026.05.03.", {}, "2026-05-03"),
        ("2026. 5. 3", {}, "2026-05-03"),
        ("'2026-05-03", {}, "2026-05-03"),
        ("3 mai 2026", {}, "2026-05-03"),
        ("3. Mai 2026", {}, "2026-05-03"),
        ("3 de mayo de 2026", {}, "2026-05-03"),
        ("1er août 2026", {}, "2026-08-01"),
        ("2026-May-03", {}, "2026-05-03"),
        ("May 3rd, 2026", {}, "2026-05-03"),
        ("Sunday, May 3, 2026", {}, "2026-05-03"),
        ("20260503", {}, "2026-05-03"),
        ("2026 05 03", {}, "2026-05-03"),
        ("May-03-2026", {}, "2026-05-03"),
        ("03MAY2026", {}, "2026-05-03"),
        ("13/04/2026", {}, "2026-04-13"),
        ("2026-05-02T23:30:00Z", {}, "2026-05-02"),
        ("2026-05-02T23:30:00Z", {"zone": "Asia/Shanghai"}, "2026-05-03"),
        ("03/04/2026", {"day_first": True}, "2026-04-03"),
        ("03/04/2026", {"day_first": False}, "2026-03-04"),
        ("03.04.2026", {"locale": "de"}, "2026-04-03"),
        ("03/04/2026", {"locale": "en-US"}, "2026-03-04"),
        ("03/04/2026", {"locale": "en_GB"}, "2026-04-03"),
        ("03/04/2026", {"region": "US"}, "2026-03-04"),
        ("03/04/2026", {"region": "FR"}, "2026-04-03"),
        (46145, {"excel": True}, "2026-05-03"),
        ("46145", {"excel": True, "epoch": 1900}, "2026-05-03"),
        (44683, {"excel": True, "epoch": 1904}, "2026-05-03"),
        (46145.75, {"excel": True}, "2026-05-03"),
        (1, {"excel": True}, "1900-01-01"),
        (59, {"excel": True}, "1900-02-28"),
        (61, {"excel": True}, "1900-03-01"),
        (0, {"epoch": 1904}, "1904-01-01"),
        ("1990-05-03", {"kind": "birthday"}, "1990-05-03"),
        ("2026-06-30", {"kind": "birthday", "today": "2026-06-30"}, "2026-06-30"),
        ("2026-05-03T15:30:00+08:00", {"kind": "datetime"}, "2026-05-03T15:30:00+08:00"),
        ("2026-05-03T15:30:00Z", {"kind": "datetime"}, "2026-05-03T15:30:00Z"),
        ("2026-05-03 15:30", {"kind": "datetime"}, "2026-05-03T15:30:00"),
        ("2026年5月3日下午3点半", {"kind": "datetime"}, "2026-05-03T15:30:00"),
        ("2026年5月3日上午10时", {"kind": "datetime"}, "2026-05-03T10:00:00"),
        ("2026年5月3日15时30分20秒", {"kind": "datetime"}, "2026-05-03T15:30:20"),
        ("二〇二六年五月三日下午三点三十分", {"kind": "datetime"}, "2026-05-03T15:30:00"),
        ("2026-05-03 10:00 北京时间", {"kind": "datetime"}, "2026-05-03T10:00:00+08:00"),
        ("5/13/2026 3:30 PM", {"kind": "datetime"}, "2026-05-13T15:30:00"),
        ("2026-05-03T15:30:00+08:00[Asia/Shanghai]", {"kind": "datetime"}, "2026-05-03T15:30:00+08:00"),
        (46145.75, {"kind": "datetime", "excel": True}, "2026-05-03T18:00:00"),
        (1777773600000, {"kind": "datetime"}, "2026-05-03T02:00:00Z"),
    ],
)
def test_dates_are_iso(raw: object, hints: dict[str, object], value: str) -> None:
    answer = ask("date", raw, **hints)
    assert (answer["status"], answer["value"]) == ("ok", value)


@pytest.mark.parametrize(
    ("raw", "hints", "status"),
    [
        ("03/04/2026", {}, "ambiguous"),
        ("03/04/2026", {"day_first": None}, "ambiguous"),
        ("03/04/2026", {"locale": "zh-CN"}, "ambiguous"),
        ("03/04/2026", {"region": "CN"}, "ambiguous"),
        ("26-05-03", {}, "ambiguous"),
        ("03 05 2026", {}, "ambiguous"),
        ("05/06/26", {"day_first": True}, "ambiguous"),
        ("26年5月3日", {}, "ambiguous"),
        ("3-May-26", {}, "ambiguous"),
        (46145, {}, "ambiguous"),
        ("2026年5月", {}, "refused"),
        ("5月3日", {}, "refused"),
        ("2026-05", {}, "refused"),
        ("2026-02-30", {}, "refused"),
        ("2025-02-29", {}, "refused"),
        ("2026年13月1日", {}, "refused"),
        ("2026-05-03 25:00", {}, "refused"),
        ("2026-05-03 10:00 CST", {"kind": "datetime"}, "refused"),
        ("2026-05-03T15:30:00[Asia/Shanghai]", {"kind": "datetime"}, "refused"),
        ("2026-05-03~2026-06-01", {}, "refused"),
        ("农历五月初三", {}, "refused"),
        ("0000-00-00", {}, "refused"),
        ("9999-12-31", {}, "refused"),
        ("yesterday", {}, "refused"),
        (60, {"excel": True}, "refused"),
        (-1, {"excel": True}, "refused"),
        ("1900-01-01", {"kind": "birthday"}, "refused"),
        ("2026-07-01", {"kind": "birthday"}, "refused"),
        ("2026-06-02", {"kind": "birthday", "today": "2026-06-01"}, "refused"),
    ],
)
def test_dates_are_never_guessed(raw: object, hints: dict[str, object], status: str) -> None:
    answer = ask("date", raw, **hints)
    assert (answer["status"], answer["value"]) == (status, None)


@pytest.mark.parametrize(
    ("raw", "hints", "amount", "currency"),
    [
        ("1200.5", {}, "1200.50", None),
        (1200.5, {"currency": "CNY"}, "1200.50", "CNY"),
        ("1,200.50元", {}, "1200.50", "CNY"),
        ("￥１，２００．５０", {}, "1200.50", "CNY"),
        ("¥1.2万", {}, "12000.00", "CNY"),
        ("12.5万美元", {}, "125000.00", "USD"),
        ("1亿2千万", {}, "120000000.00", None),
        ("3千5", {}, "3500.00", None),
        ("人民币壹万贰仟叁佰肆拾伍元陆角柒分", {}, "12345.67", "CNY"),
        ("壹亿贰仟叁佰万元整", {}, "123000000.00", "CNY"),
        ("三块五", {}, "3.50", "CNY"),
        ("100元5角3分", {}, "100.53", "CNY"),
        ("叁角", {}, "0.30", "CNY"),
        ("1 200,50 kr", {"currency": "NOK"}, "1200.50", "NOK"),
        ("1200,50", {"currency": "EUR"}, "1200.50", "EUR"),
        ("1.234 EUR", {"locale": "en-IE"}, "1.234", "EUR"),
        ("1.234 EUR", {"locale": "de"}, "1234.00", "EUR"),
        ("(1,200.50)", {}, "-1200.50", None),
        ("¥(100)", {}, "-100.00", "CNY"),
        ("USD (500)", {}, "-500.00", "USD"),
        ("100-", {}, "-100.00", None),
        ("-0", {}, "0.00", None),
        ("负100元", {}, "-100.00", "CNY"),
        ("人民币负壹佰元", {}, "-100.00", "CNY"),
        (0.1 + 0.2, {}, "0.30", None),
        ("+100", {}, "100.00", None),
        ("$1,200", {"region": "US"}, "1200.00", "USD"),
        ("$1,200", {"currency": "CAD"}, "1200.00", "CAD"),
        ("$1,200", {"locale": "en-AU"}, "1200.00", "AUD"),
        ("HK$1,200", {}, "1200.00", "HKD"),
        ("US$ 1.5M", {"currency": "CNY"}, "1500000.00", "USD"),
        ("R$ 100", {}, "100.00", "BRL"),
        ("100 zł", {}, "100.00", "PLN"),
        ("100 руб.", {}, "100.00", "RUB"),
        ("kr. 100", {"region": "SE"}, "100.00", "SEK"),
        ("¥5000", {"region": "JP"}, "5000", "JPY"),
        ("10万円", {}, "100000", "JPY"),
        ("100元", {"region": "TW"}, "100.00", "TWD"),
        ("1.234,56", {"locale": "de"}, "1234.56", None),
        ("1.234", {"locale": "de"}, "1234.00", None),
        ("1.200,50 €", {"region": "DE"}, "1200.50", "EUR"),
        ("1 200,50", {"locale": "fr-FR"}, "1200.50", None),
        ("CHF 1'234.50", {}, "1234.50", "CHF"),
        ("₹12,34,567", {"region": "IN"}, "1234567.00", "INR"),
        ("1.2e6", {}, "1200000.00", None),
        ("1200.505", {}, "1200.505", None),
        ("rs.500", {"region": "IN"}, "500.00", "INR"),
    ],
)
def test_money_is_an_amount_and_a_currency(
    raw: object, hints: dict[str, object], amount: str, currency: str | None
) -> None:
    answer = ask("money", raw, **hints)
    assert (answer["status"], answer["value"]) == ("ok", {"amount": amount, "currency": currency})


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("$100", "ambiguous"),
        ("100 kr", "ambiguous"),
        ("1.234 EUR", "ambiguous"),
        ("1,20", "ambiguous"),
        ("NaN", "refused"),
        ("inf", "refused"),
        (float("inf"), "refused"),
        ("1000-2000", "refused"),
        ("5万~8万", "refused"),
        ("约5万", "refused"),
        ("≈1200", "refused"),
        ("大于1200", "refused"),
        ("5%", "refused"),
        ("面议", "refused"),
        ("XYZ 100", "refused"),
        ("100 USD EUR", "refused"),
        (True, "refused"),
    ],
)
def test_what_is_no_single_amount_has_no_value(raw: object, status: str) -> None:
    answer = ask("money", raw)
    assert (answer["status"], answer["value"]) == (status, None)


@pytest.mark.parametrize(
    ("raw", "name", "flags"),
    [
        ("张　三先生", "张三", ["title:先生"]),
        ("ZHANG San", "Zhang San", []),
        ("Jean DUPONT", "Jean Dupont", []),
        ("Smith, John, Jr.", "John Smith Jr", []),
        ("Herr Müller", "Müller", ["title:Herr"]),
        ("Sr. García", "García", ["title:Sr"]),
        ("山田太郎様", "山田太郎", ["title:様"]),
        ("김철수 씨", "김철수", ["title:씨"]),
        ("周主任医师", "周", ["title:主任医师"]),
        ("孙女士/经理", "孙", ["title:经理"]),
        ("尊敬的张三", "张三", []),
        ("約翰.史密斯", "約翰·史密斯", []),
        ("李与国", "李与国", []),
        ("张和平", "张和平", []),
        ("Nguyễn Văn A", "Nguyễn Văn A", []),
    ],
)
def test_names_have_their_display_form_and_title(raw: str, name: str, flags: list[str]) -> None:
    answer = ask("name", raw)
    assert (answer["status"], answer["value"], answer["flags"]) == ("ok", name, flags)


@pytest.mark.parametrize("raw", ["张三、李四", "张三,李四", "张三/李四", "张 三 & 李四", "张三；李四"])
def test_two_people_in_one_cell_are_not_one(raw: str) -> None:
    answer = ask("name", raw)
    assert (answer["status"], answer["values"]) == ("multiple", ["张三", "李四"])


@pytest.mark.parametrize("raw", ["VIP客户", "3号客户", "测试", "sir", "zhang@example.com", "13812345678"])
def test_nobody_is_refused(raw: str) -> None:
    assert ask("name", raw)["status"] == "refused"


@pytest.mark.parametrize("raw", ["zhang@example.com", "010-62345678"])
def test_what_is_no_company_is_refused(raw: str) -> None:
    assert codes(ask("company", raw)) == ["not_a_company"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("德國", "DE"),
        ("中華人民共和國", "CN"),
        ("馬來西亞", "MY"),
        ("臺灣", "TW"),
        ("澳門", "MO"),
        ("中国香港", "HK"),
        ("\U0001f1e8\U0001f1f3", "CN"),
        ("Korea, South", "KR"),
        ("Espana", "ES"),
        ("España", "ES"),
        ("Cote d’Ivoire", "CI"),
        ("Việt Nam", "VN"),
        ("Ελλάδα", "GR"),
        ("P.R. China", "CN"),
        ("USA", "US"),
        ("Deutschland", "DE"),
    ],
)
def test_countries_are_known_by_many_names(raw: str, code: str) -> None:
    assert (ask("country", raw)["status"], ask("country", raw)["value"]) == ("ok", code)


def test_an_address_names_its_divisions() -> None:
    answer = ask("address", "上海浦东新区世纪大道100号")
    assert answer["value"] == {
        "province": "上海市",
        "city": "上海市",
        "district": "浦东新区",
        "rest": "世纪大道100号",
    }


def test_a_district_of_several_cities_is_ambiguous_and_what_is_certain_stays() -> None:
    answer = ask("address", "朝阳区建国路88号")
    assert (answer["status"], answer["value"]["province"]) == ("ambiguous", None)
    assert answer["value"]["rest"] == "朝阳区建国路88号"


@pytest.mark.parametrize(
    ("raw", "hints", "status"),
    [
        ("91110000600037341L", {"kind": "uscc"}, "ok"),
        ("91110000600037341L", {}, "ok"),
        ("91110000600037342L", {}, "refused"),
        ("11010519491231002X", {"kind": "ric"}, "ok"),
        ("11010519491231002x", {}, "ok"),
        ("110105194912310021", {"kind": "ric"}, "refused"),
        ("DE136695976", {"kind": "vat"}, "ok"),
        ("5493001KJTIIGC8Y1R12", {"kind": "lei"}, "ok"),
        ("5493001KJTIIGC8Y1R12", {}, "ok"),
        ("xx", {}, "refused"),
    ],
)
def test_identifiers_are_checked_with_and_without_their_kind(
    raw: str, hints: dict[str, object], status: str
) -> None:
    assert ask("identifier", raw, **hints)["status"] == status


@pytest.mark.parametrize(("raw", "code"), [("制造业", "C"), ("C39", "C39"), ("I", "I"), ("金融业", "J")])
def test_an_industry_is_its_code(raw: str, code: str) -> None:
    assert ask("industry", raw)["value"] == code


def test_a_formula_is_text_and_flagged() -> None:
    answer = ask("text", "＝cmd|calc")
    assert (answer["status"], answer["value"], answer["flags"]) == ("ok", "=cmd|calc", ["formula"])


def test_a_list_is_no_value() -> None:
    answer = answer_line("text", ["a"], today=TODAY, most_characters=9)
    assert (answer["status"], answer["input"], codes(answer)) == ("refused", ["a"], ["not_a_value"])


def test_a_very_long_value_is_cut_and_the_cut_is_said() -> None:
    answer = answer_line("text", "长" * 50, today=TODAY, most_characters=9)
    assert (answer["value"], codes(answer)) == ("长" * 9, ["text_truncated"])


@pytest.mark.parametrize(
    "hint",
    [
        {"region": "Atlantis"}, {"currency": "XYZ"}, {"today": "soon"}, {"zone": "Moon/Base"}, {"epoch": 2000},
        {"day_first": "perhaps"},
    ],
)  # fmt: skip
def test_a_hint_that_is_not_understood_does_not_count_and_is_said(hint: dict[str, object]) -> None:
    answer = ask("phone", "13812345678", **hint)
    assert (answer["value"], codes(answer)) == (M, ["bad_hint"])


def test_every_field_of_the_contract_is_there() -> None:
    assert set(FIELDS) == set(
        (
            "phone email date money name company address country identifier industry text mileage lunar_birthday"
            " employees asset_id service_type in_warranty"
        ).split()
    )


def test_every_code_that_makes_a_value_ambiguous_is_a_code() -> None:
    assert set(CODES) >= AMBIGUOUS_CODES


def test_a_placeholder_number_is_a_number_and_marked() -> None:
    answer = ask("phone", "138 0013 8000")
    assert (answer["status"], answer["value"]) == ("ok", "+8613800138000")
    assert "placeholder" in answer["flags"]


@pytest.mark.parametrize("raw", ["（1,200.5）万元", "(1200.5)万元", "-1200.5万元", "-12005000元"])
def test_a_unit_may_stand_behind_the_brackets_of_a_negative_amount(raw: str) -> None:
    assert ask("money", raw)["value"] == {"amount": "-12005000.00", "currency": "CNY"}


@pytest.mark.parametrize(
    ("region", "raw", "e164"),
    [("NA", "081 123 4567", "+264811234567"), ("XK", "043 201 234", "+38343201234")],
)
def test_regions_that_look_like_nothing_or_have_no_country_are_regions(
    region: str, raw: str, e164: str
) -> None:
    answer = ask("phone", raw, region=region)
    assert (answer["value"], answer["issues"]) == (e164, [])


@pytest.mark.parametrize(
    ("raw", "hints", "status"),
    [
        ("2024", {}, "refused"),
        ("2024.10", {}, "refused"),
        ("1905-06-29", {"kind": "birthday", "today": "2026-06-30"}, "refused"),
        ("24/6/5", {}, "ambiguous"),
    ],
)
def test_what_no_hint_can_decide_is_refused(raw: str, hints: dict[str, object], status: str) -> None:
    assert ask("date", raw, **hints)["status"] == status


@pytest.mark.parametrize(
    ("raw", "hints"),
    [("1.234,50", {"locale": "de"}), ("1 234,56", {"locale": "fr"}), ("1,5", {"region": "DE"})],
)
def test_an_amount_stays_as_it_is_under_the_hint_it_was_read_with(raw: str, hints: dict[str, object]) -> None:
    value = ask("money", raw, **hints)["value"]
    assert ask("money", value["amount"], **hints)["value"] == value
