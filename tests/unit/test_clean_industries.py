import pytest

from shared.cleaning.industries import clean_industry, clean_industry_code
from shared.cleaning.tables import read_table


@pytest.mark.parametrize(
    ("raw", "section"),
    [
        ("C", "C"),
        ("c", "C"),
        ("制造业", "C"),
        ("C 制造业", "C"),
        ("C-制造业", "C"),
        ("Manufacturing", "C"),
        ("C39", "C"),
        ("39", "C"),
        ("3911", "C"),
        (39, "C"),
        ("汽车零部件制造", "C"),
        ("软件和信息技术服务", "I"),
        ("互联网", "I"),
        ("IT", "I"),
        ("software", "I"),
        ("金融业", "J"),
        ("银行", "J"),
        ("Real Estate", "K"),
        ("房地产开发", "K"),
        ("餐饮", "H"),
        ("物流公司", "G"),
        ("教育培训", "P"),
        ("医院", "Q"),
        ("建筑装修", "E"),
        ("批发和零售业", "F"),
        ("旅游", "L"),
        ("跨境电商", "F"),
        ("农、林、牧、渔业", "A"),
        ("环保", "N"),
        ("01", "A"),
        ("97", "T"),
    ],
)
def test_industries_are_sections_of_the_national_standard(raw: object, section: str) -> None:
    assert clean_industry(raw, "party.industry").value == section


@pytest.mark.parametrize("raw", ["未来科技", "Z", "99", "C66", "foo", "U12"])
def test_unknown_industries_are_refused(raw: str) -> None:
    assert [issue.code for issue in clean_industry(raw, "party.industry").issues] == ["unknown_industry"]


def test_every_division_belongs_to_one_section() -> None:
    rows = read_table("industries")
    assert "".join(rows) == "ABCDEFGHIJKLMNOPQRST"
    divisions = [d for row in rows.values() for d in range(row["divisions"][0], row["divisions"][1] + 1)]
    assert divisions == list(range(1, 98))


def test_no_word_stands_for_two_sections() -> None:
    sections: dict[str, set[str]] = {}
    for section, row in read_table("industries").items():
        for word in (*row["names"].split(), *row["words"].split()):
            sections.setdefault(word, set()).add(section)
    assert {word: found for word, found in sections.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("C39", "C39", id="code"),
        pytest.param("39", "C39", id="division alone"),
        pytest.param("c-39", "C39", id="dash"),
        pytest.param("Ｃ３９", "C39", id="full width"),
        pytest.param("3911", "C39", id="class"),
        pytest.param("I6510", "I65", id="section and class"),
        pytest.param("大类39", "C39", id="said to be a division"),
        pytest.param("C", "C", id="section"),
        pytest.param("门类C", "C", id="said to be a section"),
        pytest.param("C39 计算机、通信和其他电子设备制造业", "C39", id="code and name"),
        pytest.param("计算机、通信和其他电子设备制造业", "C39", id="name"),
        pytest.param("计算机通信和其他电子设备制造业", "C39", id="name without its signs"),
        pytest.param("水的生产和供应业", "D46", id="a name with a word of another trade"),
        pytest.param("Manufacture of furniture", "C21", id="English name"),
        pytest.param("制造业", "C", id="name of a section"),
        pytest.param("住宿和餐饮业", "H", id="section of two trades"),
        pytest.param("餐饮", "H62", id="one of the two"),
        pytest.param("软件开发公司", "I65", id="a word inside"),
        pytest.param("互联网", "I64", id="internet"),
        pytest.param("某银行", "J66", id="bank"),
        pytest.param("汽车销售", "F52", id="selling cars"),
        pytest.param("汽车制造", "C36", id="making cars"),
        pytest.param("汽车维修", "O81", id="mending cars"),
        pytest.param("建材批发", "F51", id="the last word decides"),
        pytest.param("医疗器械销售公司", "F", id="the last word before the firm"),
        pytest.param("国际贸易", "F51", id="foreign trade"),
        pytest.param("國際貿易", "F51", id="traditional"),
        pytest.param("半導體", "C39", id="traditional division"),
        pytest.param("Software development", "I65", id="English words"),
        pytest.param("car rental company", "L71", id="longest English word"),
        pytest.param("Real Estate", "K70", id="English real estate"),
        pytest.param("教育", "P83", id="a section of one division"),
        pytest.param("物流公司", "G", id="of several divisions"),
        pytest.param("C.39", "C39", id="dot"),
        pytest.param("65-软件", "I65", id="division and word"),
        pytest.param("批发与零售业", "F", id="another and"),
        pytest.param("批发/零售", "F", id="a list within a section"),
        pytest.param("建筑/建材/工程", "E", id="a list across sections"),
        pytest.param("农/林/牧/渔", "A", id="single characters"),
        pytest.param("Oil & Gas", "B07", id="ampersand"),
        pytest.param("Wholesale and Retail Trade", "F", id="English section"),
        pytest.param("Accommodation and Food Services", "H", id="section of another standard"),
        pytest.param("Arts, Entertainment and Recreation", "R", id="commas"),
        pytest.param("Financial Services Industry", "J", id="kind of trade behind"),
        pytest.param("Hotels and restaurants", "H", id="two divisions of one section"),
        pytest.param("I.T.", "I65", id="dots in an abbreviation"),
        pytest.param("e-learning", "P83", id="E is no building"),
        pytest.param("J 银行", "J", id="a letter before a trade"),
        pytest.param("航空", "G56", id="aviation"),
        pytest.param("航天", "C37", id="space"),
        pytest.param("光伏", "C38", id="solar panels"),
        pytest.param("光伏发电", "D44", id="solar power"),
        pytest.param("游戏", "I", id="games"),
        pytest.param("資訊科技", "I65", id="as Hong Kong says"),
        pytest.param("非营利组织", "S95", id="not for profit"),
    ],
)
def test_the_division_is_given_where_it_is_said(raw: str, code: str) -> None:
    assert clean_industry_code(raw, "party.industry").value == code


@pytest.mark.parametrize(
    "raw",
    ["未来科技", "Z", "99", "C66", "foo", "U12", "00", "98", "I39", "A股", "T恤", "a@b.example", "计算机"],
)
def test_what_is_no_division_is_refused(raw: str) -> None:
    assert [issue.code for issue in clean_industry_code(raw, "party.industry").issues] == ["unknown_industry"]


def all_divisions() -> list[tuple[str, list[str]]]:
    sections = {
        f"{division:02}": section
        for section, row in read_table("industries").items()
        for division in range(row["divisions"][0], row["divisions"][1] + 1)
    }
    return [(sections[code] + code, row) for code, row in read_table("industry_divisions").items()]


def test_the_table_has_each_division_in_both_languages_once() -> None:
    rows = read_table("industry_divisions")
    assert list(rows) == [f"{number:02}" for number in range(1, 98)]
    assert all(name and english.isascii() and english for name, english, _ in rows.values())
    assert len({name for name, _, _ in rows.values()}) == 97


@pytest.mark.parametrize(("code", "row"), all_divisions(), ids=lambda value: str(value)[:3])
def test_each_division_is_found_by_code_name_and_every_word(code: str, row: list[str]) -> None:
    name, english, words = row
    texts = [code, code[1:], name, code + name, english, english.upper()]
    texts += [word.replace("_", " ") for word in words.split()]
    assert {text: clean_industry_code(text, "").value for text in texts} == dict.fromkeys(texts, code)
