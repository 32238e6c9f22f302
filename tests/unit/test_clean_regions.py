import pytest

from shared.cleaning.regions import (
    clean_city,
    clean_country,
    clean_province,
    find_place,
    province_of_city,
    region_of_province,
)
from shared.cleaning.tables import read_table


@pytest.mark.parametrize(
    ("raw", "country"),
    [
        ("中国", "CN"),
        ("PRC", "CN"),
        ("China", "CN"),
        ("cn", "CN"),
        ("P.R. China", "CN"),
        ("中华人民共和国", "CN"),
        ("UK", "GB"),
        ("英国", "GB"),
        ("U.S.A.", "US"),
        ("美国", "US"),
        ("United States of America", "US"),
        ("香港", "HK"),
        ("Hong Kong", "HK"),
        ("台湾", "TW"),
        ("Deutschland", "DE"),
        ("德国", "DE"),
        ("Korea", "KR"),
        ("Turkey", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("ＪＰ", "JP"),
        ("SGP", "SG"),
        ("Namibia", "NA"),
    ],
)
def test_countries_are_iso_codes(raw: str, country: str) -> None:
    assert clean_country(raw, "party.country").value == country


@pytest.mark.parametrize("raw", ["Atlantis", "亚特兰蒂斯", "XX"])
def test_unknown_countries_are_refused(raw: str) -> None:
    assert [issue.code for issue in clean_country(raw, "party.country").issues] == ["unknown_country"]


@pytest.mark.parametrize(
    ("raw", "province", "region"),
    [
        ("广东省", "广东", "华南"),
        ("广东", "广东", "华南"),
        ("粤", "广东", "华南"),
        ("Guangdong", "广东", "华南"),
        ("Guangdong Province", "广东", "华南"),
        ("上海市", "上海", "华东"),
        ("内蒙古自治区", "内蒙古", "华北"),
        ("内蒙", "内蒙古", "华北"),
        ("新疆维吾尔自治区", "新疆", "西北"),
        ("陕西", "陕西", "西北"),
        ("Shaanxi", "陕西", "西北"),
        ("Shanxi", "山西", "华北"),
        ("重庆", "重庆", "西南"),
        ("湖北省", "湖北", "华中"),
        ("黑龙江", "黑龙江", "东北"),
        ("香港", "香港", "港澳台"),
        ("台灣", "台湾", "港澳台"),
    ],
)
def test_provinces_have_one_short_name_and_a_region(raw: str, province: str, region: str) -> None:
    assert clean_province(raw, "party.province").value == province
    assert region_of_province(province) == region


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("广东省深圳市南山区科技路1号", ("广东", "深圳")),
        ("深圳市南山区科技路1号", ("广东", "深圳")),
        ("深圳南山区", ("广东", "深圳")),
        ("上海浦东新区世纪大道100号", ("上海", None)),
        ("北京市朝阳区建国路1号", ("北京", None)),
        ("北京门头沟区", ("北京", None)),
        ("中国江苏省镇江市", ("江苏", "镇江")),
        ("江苏镇江", ("江苏", "镇江")),
        ("内蒙古自治区呼和浩特市", ("内蒙古", "呼和浩特")),
        ("吉林市船营区", ("吉林", "吉林")),
        ("青海省海南藏族自治州共和县", ("青海", "海南藏族")),
        ("海南藏族自治州共和县", ("青海", "海南藏族")),
        ("海南省三亚市", ("海南", "三亚")),
        ("香港九龙", ("香港", None)),
        ("浙江 杭州 西湖区", ("浙江", "杭州")),
        ("鼓楼区中山北路1号", (None, None)),
        ("北京路123号", (None, None)),
        ("南京西路1号", (None, None)),
        ("中山北路1号", (None, None)),
        ("河北区中山路", ("天津", None)),
        ("江苏镇江句容", ("江苏", "镇江")),
        ("义乌市稠城街道", ("浙江", "金华")),
        ("湖北省仙桃市", ("湖北", "仙桃")),
        ("No. 8 Century Avenue, Shanghai, China", ("上海", None)),
        ("朝阳区建国路", (None, None)),
        ("1 Century Avenue", (None, None)),
        ("", (None, None)),
    ],
)
def test_an_address_names_its_province_or_nothing(address: str, place: tuple[str | None, str | None]) -> None:
    assert find_place(address) == place


@pytest.mark.parametrize(
    ("raw", "city"),
    [("深圳市", "深圳"), ("深圳", "深圳"), ("London", "London"), ("无锡市", "无锡"), ("-", None)],
)
def test_cities_lose_their_suffix(raw: str, city: str | None) -> None:
    assert clean_city(raw, "party.city").value == city


def test_a_city_tells_its_province() -> None:
    assert province_of_city("深圳市") == "广东"
    assert province_of_city("上海") == "上海"
    assert province_of_city("朝阳") is None


def test_the_tables_are_complete_and_name_each_city_once() -> None:
    provinces = read_table("provinces")
    assert len(provinces) == 34
    assert {row["region"] for row in provinces.values()} == {
        "华东",
        "华北",
        "华中",
        "华南",
        "西南",
        "西北",
        "东北",
        "港澳台",
    }
    cities = [city for row in provinces.values() for city in row.get("cities", "").split()]
    assert len(cities) == len(set(cities))
    assert len(read_table("countries")) == 249


def test_no_two_countries_share_a_name() -> None:
    names = [name.lower() for names in read_table("countries").values() for name in names.split()]
    assert len(names) == len(set(names))
