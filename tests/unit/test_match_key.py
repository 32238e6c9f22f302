"""Spellings of one thing share a key; different things do not."""

from collections.abc import Callable

import pytest

from shared.cleaning.addresses import split_address, write_address
from shared.cleaning.companies import clean_company
from shared.cleaning.match_key import KEYS, address_key, company_key, name_key
from shared.cleaning.names import find_names
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
        pytest.param(("Sean O'Brien", "Sean O Brien", "O BRIEN, Sean"), id="O apart"),
        pytest.param(("Ronald McDonald", "MCDONALD RONALD", "Ronald Mc Donald"), id="Mc apart"),
        pytest.param(("İbrahim Çelik", "IBRAHIM CELIK", "ibrahim çelik"), id="Turkish dot"),
        pytest.param(("Weiß", "WEISS"), id="sharp s"),
        pytest.param(("山田太郎", "山田 太郎様"), id="Japanese"),
        pytest.param(("周杰倫", "周杰伦", "周傑倫"), id="variants of a traditional character"),
        pytest.param(("陳啓明", "陳啟明", "陈启明"), id="variants of another"),
        pytest.param(("李峯", "李峰"), id="variants that are not simplified"),
        pytest.param(("於和偉", "于和伟"), id="one simplified for two"),
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
        ("John Smith II", "John Smith III"),
        ("J. Smith", "K. Smith"),
        ("欧阳娜", "欧阳娜娜"),
        ("阿卜杜拉·买买提", "买买提·阿卜杜拉"),
        ("刘洋", "刘阳"),
        ("王总", "张总"),
        ("김철수", "김영수"),
        ("Иванов", "Иванова"),
        ("Zhang San", "张三"),
        ("O'Brien", "Brien"),
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
        pytest.param(("Siemens AG", "SIEMENS Aktiengesellschaft", "siemens"), id="German form in full"),
        pytest.param(("Bosch GmbH", "Bosch Gesellschaft mit beschränkter Haftung"), id="German form in words"),
        pytest.param(("Maersk A/S", "Maersk AS", "Mærsk"), id="slash in a form"),
        pytest.param(("Vale S/A", "Vale SA", "Vale Sociedad Anónima"), id="Portuguese and Spanish"),
        pytest.param(("Orlen Sp. z o.o.", "ORLEN sp. z o. o.", "Orlen"), id="Polish"),
        pytest.param(("Total S.à r.l.", "TOTAL SARL"), id="Luxembourg"),
        pytest.param(("Acme BVBA", "Acme UAB", "Acme Sprl"), id="Belgian and Lithuanian"),
        pytest.param(("Tata Pvt. Ltd.", "TATA Private Limited"), id="Indian"),
        pytest.param(("Smith & Sons", "Smith and Sons"), id="and in the middle"),
        pytest.param(("7-Eleven", "7 ELEVEN, Inc."), id="number"),
        pytest.param(("普华永道会计师事务所（特殊普通合伙）", "普华永道会计师事务所"), id="partnership"),
        pytest.param(("騰訊科技(深圳)有限公司", "腾讯科技（深圳）有限公司"), id="place in brackets"),
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
        ("腾讯科技（深圳）有限公司", "腾讯科技（北京）有限公司"),
        ("招商银行上海分公司", "招商银行北京分公司"),
        ("国泰君安", "国泰航空"),
        ("Acme Holdings", "Acme Ltd"),
        ("AT&T", "T&T"),
        ("Samsung SDI", "Samsung SDS"),
        ("Siemens AG", "Siemens Energy AG"),
        ("Limited Brands", "Brands"),
        ("AB InBev", "InBev"),
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
        pytest.param(("上海浦东世纪大道1号", "上海市浦东新区世纪大道1号"), id="a district without its ending"),
        pytest.param(("广西省南宁市青秀区", "广西壮族自治区南宁市青秀区"), id="a province that is none"),
        pytest.param(("北京市朝阳区建国路八十八号", "北京市朝阳区建国路88号"), id="number in characters"),
        pytest.param(
            ("北京市朝阳区建国路88号 100022", "北京市朝阳区建国路88号（邮编：100022）", "北京市朝阳区建国路88号"),
            id="postcode",
        ),
        pytest.param(("北京市宣武区广安门1号", "北京市西城区广安门1号"), id="merged district"),
        pytest.param(("Hauptstr. 1, Berlin", "HAUPTSTRASSE 1 Berlin", "Hauptstraße 1, Berlin"), id="German street"),
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
        ("杭州市文三路1-23号", "杭州市文三路12-3号"),
        ("Flat 1, 12 High St", "Flat 11, 2 High St"),
        ("杭州市文三路1号1幢23室", "杭州市文三路1号12幢3室"),
        ("建国路1号", "建国路1号院"),
        ("10 Downing Street, London", "10 Downing Street, Dublin"),
        ("上海市南京西路1号", "上海市南京东路1号"),
        ("台北市中山路1号", "台中市中山路1号"),
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


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("name", "Dr. Müller, Hans"),
        ("name", "張　三先生"),
        ("name", "O`Brien"),
        ("company", "“華為”技術有限公司。"),
        ("company", "公司名称：Acme Co.,Ltd."),
        ("address", "上海市上海市南京西路1266号"),
        ("address", "100 Century Avenue, Pudong, Shanghai 200120, China"),
        ("address", "北京市朝阳区北京市朝阳区建国路88号"),
    ],
)
def test_the_key_of_a_clean_value_is_the_key_of_the_raw_one(kind: str, raw: str) -> None:
    clean: dict[str, Callable[[], str]] = {
        "name": lambda: next(field.value.name for field in find_names(raw, "") if field.value),
        "company": lambda: str(clean_company(raw, "").value),
        "address": lambda: write_address(split_address(raw)),
    }
    assert KEYS[kind](clean[kind]()) == KEYS[kind](raw)
