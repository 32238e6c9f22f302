"""Spellings of one thing share a key; different things do not."""

import pytest

from shared.cleaning.match_key import KEYS, address_key, company_key, name_key
from shared.cleaning.spellings import flatten, simplify
from shared.cleaning.tables import read_table


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param(("张三", "張三", "张　三", "张三先生", "張 三 女士", "张\u200b三"), id="Chinese"),
        pytest.param(("欧阳娜娜", "歐陽 娜娜"), id="double surname"),
        pytest.param(("买买提·艾合买提", "买买提•艾合买提", "买买提艾合买提"), id="Uyghur dot"),
        pytest.param(("O'Brien", "O’Brien", "OBrien", "O´Brien", "O`BRIEN", "obrien"), id="apostrophes"),
        pytest.param(
            ("Hans Müller", "MÜLLER, HANS", "Muller Hans", "hans müller", "Dr. Hans Müller"), id="accents"
        ),
        pytest.param(
            ("Zhang San", "San Zhang", "ZHANG, San", "zhang  san", "ＺＨＡＮＧ　ＳＡＮ"), id="word order"
        ),
        pytest.param(("Jean-Luc Picard", "Jean Luc Picard", "PICARD Jean-Luc"), id="hyphen"),
        pytest.param(("Łukasz Żółć", "Lukasz Zolc"), id="Polish"),
        pytest.param(("Søren Ødegård", "Soren Odegard"), id="Danish"),
        pytest.param(("김철수", "김 철수", "김철수님"), id="Korean"),
        pytest.param(("Nguyễn Văn A", "Nguyen Van A"), id="Vietnamese"),
        pytest.param(("Иван Петров", "Петров Иван"), id="Cyrillic"),
        pytest.param(("J.R.R. Tolkien", "J. R. R. TOLKIEN"), id="initials"),
        pytest.param(("张三、李四", "李四/张三"), id="two people"),
    ],
)
def test_spellings_of_one_person_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("张三", "张三丰"),
        ("张三", "三张"),
        ("Anna Smith", "Anne Smith"),
        ("李娜", "李那"),
        ("が", "か"),
        ("John Smith", "John Smith Jr"),
    ],
)
def test_other_people_have_other_keys(left: str, right: str) -> None:
    assert name_key(left) != name_key(right)


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param(
            ("华为技术有限公司", "華為技術有限公司", "华为技术有限责任公司", "华为技术股份有限公司", "华为技术",
             "华为 技术（有限公司）"),
            id="Chinese forms",
        ),
        pytest.param(
            ("阿里巴巴（中国）有限公司", "阿里巴巴有限公司（中国）", "阿里巴巴(中国)有限公司",
             "阿里巴巴 (中国) 有限责任公司", "阿里巴巴中国有限公司"),
            id="brackets",
        ),
        pytest.param(
            ("Acme Co., Ltd.", "ACME CO LTD", "acme limited", "Acme, Inc.", "The Acme Company", "Ａｃｍｅ　Ｌｔｄ", "Acme LLC",
             "Acme Corp.", "Acme GmbH & Co. KG", "Acme Pte. Ltd.", "ACME Sdn. Bhd.", "Acme L.L.C.", "Acme, S.A. de C.V."),
            id="Western forms",
        ),
        pytest.param(("Eni S.p.A.", "ENI SpA", "Eni"), id="dotted form"),
        pytest.param(("Johnson & Johnson", "Johnson and Johnson Inc", "JOHNSON&JOHNSON"), id="and"),
        pytest.param(("株式会社日立製作所", "(株)日立製作所", "日立製作所株式会社", "㈱日立製作所"), id="Japanese forms"),
        pytest.param(("Müller GmbH", "MULLER GmbH", "Muller"), id="accents"),
        pytest.param(("McDonald's Corp", "McDonald’s", "Mcdonalds"), id="apostrophes"),
        pytest.param(("ООО Ромашка", "Ромашка ООО", "«Ромашка»"), id="Russian forms"),
        pytest.param(("삼성전자 주식회사", "(주)삼성전자", "삼성전자"), id="Korean forms"),
        pytest.param(("I.B.M. Corp", "IBM"), id="initials"),
    ],
)  # fmt: skip
def test_spellings_of_one_company_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({company_key(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("华为技术有限公司", "华为(北京)技术有限公司"),
        ("联想集团有限公司", "联想有限公司"),
        ("中国银行上海分公司", "中国银行"),
        ("Acme Ltd", "Acme Foods Ltd"),
        ("Acme Group", "Acme"),
        ("中国银行", "中国建设银行"),
    ],
)
def test_other_companies_have_other_keys(left: str, right: str) -> None:
    assert company_key(left) != company_key(right)


def test_a_name_of_nothing_but_legal_form_keeps_a_key() -> None:
    assert (company_key("有限公司"), company_key("Company Limited")) == ("有限公司", "companylimited")


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param(
            ("上海市浦东新区世纪大道100号", "上海浦东新区世纪大道100號", "中国 上海市 浦东新区 世纪大道 100 号",
             "上海市，浦東新區，世紀大道１００號"),
            id="municipality",
        ),
        pytest.param(
            ("广东省深圳市南山区科技园", "深圳市南山区科技园", "廣東省深圳市南山區科技園", "广东深圳南山区科技园"),
            id="province",
        ),
        pytest.param(("123 Main St.", "123 Main Street", "123 MAIN ST"), id="street"),
        pytest.param(("5 N. Park Ave, Apt. 3", "5 North Park Avenue Apartment 3"), id="abbreviations"),
    ],
)  # fmt: skip
def test_spellings_of_one_address_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({address_key(address) for address in spellings}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("上海市浦东新区世纪大道100号", "上海市浦东新区世纪大道101号"),
        ("123 Main St", "123 Main Ave"),
        ("北京市朝阳区", "长春市朝阳区"),
    ],
)
def test_other_addresses_have_other_keys(left: str, right: str) -> None:
    assert address_key(left) != address_key(right)


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("raw", [None, "", "无", "-", [], {}, float("nan")])
def test_nothing_has_no_key(kind: str, raw: object) -> None:
    assert KEYS[kind](raw) is None


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("張偉", "张伟"),
        ("臺灣積體電路", "台湾积体电路"),
        ("裏裡", "里里"),
        ("爲為", "为为"),
        ("abc", "abc"),
        ("が", "が"),
    ],
)
def test_traditional_characters_become_simplified_one_for_one(traditional: str, simplified: str) -> None:
    assert simplify(traditional) == simplified


def test_a_simplified_text_is_simplified() -> None:
    table = read_table("simplified")
    assert simplify(table["simplified"]) == table["simplified"]
    assert len(table["traditional"]) == len(set(table["traditional"]))


def test_marks_of_other_scripts_are_letters() -> None:
    assert flatten("ガがй") == "ガがй"
