import pytest

from shared.cleaning.addresses import Address, clean_address, write_address
from shared.cleaning.field import Field


def clean(raw: object) -> Field[Address]:
    return clean_address(raw, "party.address")


def codes(raw: object) -> list[str]:
    return [issue.code for issue in clean(raw).issues]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("广东省深圳市南山区科技路1号", "广东省 深圳市 南山区 440305 科技路1号", id="complete"),
        pytest.param("中国广东省深圳市南山区", "广东省 深圳市 南山区 440305", id="country ahead"),
        pytest.param("广东深圳南山区科技路1号", "广东省 深圳市 南山区 440305 科技路1号", id="short names"),
        pytest.param("深圳市南山区科技路1号", "广东省 深圳市 南山区 440305 科技路1号", id="no province"),
        pytest.param(
            "杭州市西湖区文三路1号",
            "浙江省 杭州市 西湖区 330106 文三路1号",
            id="no province, twice a district",
        ),
        pytest.param("广东省南山区1号", "广东省 深圳市 南山区 440305 1号", id="no city"),
        pytest.param(
            "广东 深圳 南山 科技园", "广东省 深圳市 南山区 440305 科技园", id="a district before a pause"
        ),
        pytest.param("浙 江 省 杭 州 市", "浙江省 杭州市 - 330100", id="letters apart"),
        pytest.param("浙江，杭州，西湖区", "浙江省 杭州市 西湖区 330106", id="commas"),
        pytest.param("广东省/深圳市/南山区", "广东省 深圳市 南山区 440305", id="slashes"),
        pytest.param("沪浦东新区世纪大道1号", "上海市 上海市 浦东新区 310115 世纪大道1号", id="one letter"),
        pytest.param(
            "上海浦东新区世纪大道100号", "上海市 上海市 浦东新区 310115 世纪大道100号", id="a city state"
        ),
        pytest.param("上海市市辖区浦东新区", "上海市 上海市 浦东新区 310115", id="filler"),
        pytest.param("上海市上海浦东新区1号", "上海市 上海市 浦东新区 310115 1号", id="said twice"),
        pytest.param("北京市北京市朝阳区", "北京市 北京市 朝阳区 110105", id="city as province"),
        pytest.param("内蒙古呼和浩特市新城区", "内蒙古自治区 呼和浩特市 新城区 150102", id="self-governed"),
        pytest.param("内蒙呼和浩特新城区", "内蒙古自治区 呼和浩特市 新城区 150102", id="short self-governed"),
        pytest.param("广西南宁市青秀区", "广西壮族自治区 南宁市 青秀区 450103", id="Guangxi"),
        pytest.param(
            "吉林市船营区1号", "吉林省 吉林市 船营区 220204 1号", id="a city named like its province"
        ),
        pytest.param("吉林省吉林市船营区", "吉林省 吉林市 船营区 220204", id="both"),
        pytest.param("朝阳市双塔区", "辽宁省 朝阳市 双塔区 211302", id="Chaoyang the city"),
        pytest.param("长春市朝阳区", "吉林省 长春市 朝阳区 220104", id="Chaoyang of Changchun"),
        pytest.param("海南藏族自治州共和县", "青海省 海南藏族自治州 共和县 632521", id="Hainan in Qinghai"),
        pytest.param("延边州延吉市", "吉林省 延边朝鲜族自治州 延吉市 222401", id="prefecture in short"),
        pytest.param("内蒙古兴安盟阿尔山市", "内蒙古自治区 兴安盟 阿尔山市 152202", id="league"),
        pytest.param("西藏阿里地区噶尔县", "西藏自治区 阿里地区 噶尔县 542523", id="area"),
        pytest.param("兰坪县", "云南省 怒江傈僳族自治州 兰坪白族普米族自治县 533325", id="county in short"),
        pytest.param("湖北省仙桃市", "湖北省 - 仙桃市 429004", id="below the province"),
        pytest.param(
            "湖北省省直辖县级行政区划仙桃市", "湖北省 - 仙桃市 429004", id="below the province, in full"
        ),
        pytest.param("海南省澄迈县", "海南省 - 澄迈县 469023", id="county below the province"),
        pytest.param("新疆石河子市", "新疆维吾尔自治区 - 石河子市 659001", id="Shihezi"),
        pytest.param("义乌市稠城街道", "浙江省 金华市 义乌市 330782 稠城街道", id="county-level city"),
        pytest.param("浙江义乌北苑", "浙江省 金华市 义乌市 330782 北苑", id="county-level city in short"),
        pytest.param("江苏镇江句容市", "江苏省 镇江市 句容市 321183", id="a name that looks like a town"),
        pytest.param(
            "河北石家庄桥西区", "河北省 石家庄市 桥西区 130104", id="a name that looks like a bridge"
        ),
        pytest.param("广东省东莞市长安镇", "广东省 东莞市 - 441900 长安镇", id="no districts"),
        pytest.param("廣東省廣州市天河區", "广东省 广州市 天河区 440106", id="traditional"),
        pytest.param("臺北市信義路", "台湾省 台北市 - 710000 信義路", id="the rest as written"),
        pytest.param(
            "香港中西区皇后大道中1号", "香港特别行政区 - 中西区 810000 皇后大道中1号", id="Hong Kong"
        ),
        pytest.param(
            "广东省深圳市南山区科技路１号", "广东省 深圳市 南山区 440305 科技路1号", id="full width"
        ),
        pytest.param("收货地址：广东省深圳市南山区", "广东省 深圳市 南山区 440305", id="labelled"),
        pytest.param(
            "518000 广东省深圳市南山区科技路", "广东省 深圳市 南山区 440305 科技路 518000", id="postcode"
        ),
        pytest.param(
            "河北区中山路", "天津市 天津市 河北区 120105 中山路", id="a district named like a province"
        ),
        pytest.param(
            "大连市中山区中山路1号", "辽宁省 大连市 中山区 210202 中山路1号", id="Zhongshan of Dalian"
        ),
        pytest.param("中山市火炬开发区", "广东省 中山市 - 442000 火炬开发区", id="Zhongshan the city"),
        pytest.param(
            "北京朝阳建国路88号", "北京市 北京市 朝阳区 110105 建国路88号", id="district before a street"
        ),
        pytest.param(
            "北京朝阳门外大街1号", "北京市 北京市 - 110000 朝阳门外大街1号", id="a gate, not the district"
        ),
        pytest.param(
            "杭州西湖大道1号", "浙江省 杭州市 - 330100 西湖大道1号", id="a street, not the district"
        ),
        pytest.param(
            "浦东新区浦东南路1号",
            "上海市 上海市 浦东新区 310115 浦东南路1号",
            id="a street named like its district",
        ),
        pytest.param(
            "北京-北京-海淀-中关村大街1号",
            "北京市 北京市 海淀区 110108 中关村大街1号",
            id="twice, with hyphens",
        ),
        pytest.param(
            "上海市上海市南京西路1266号",
            "上海市 上海市 - 310000 南京西路1266号",
            id="city said twice, no district",
        ),
        pytest.param(
            "浙江省杭州市西湖区浙江省杭州市西湖区文三路1号",
            "浙江省 杭州市 西湖区 330106 文三路1号",
            id="all of it twice",
        ),
        pytest.param(
            "重庆市县彭水苗族土家族自治县",
            "重庆市 重庆市 彭水苗族土家族自治县 500243",
            id="counties of Chongqing",
        ),
        pytest.param(
            "广西省南宁市青秀区", "广西壮族自治区 南宁市 青秀区 450103", id="a province that is none"
        ),
        pytest.param("新疆省乌鲁木齐市天山区", "新疆维吾尔自治区 乌鲁木齐市 天山区 650102", id="another"),
        pytest.param(
            "新疆巴州库尔勒市",
            "新疆维吾尔自治区 巴音郭楞蒙古自治州 库尔勒市 652801",
            id="prefecture in two characters",
        ),
        pytest.param("呼市新城区", "内蒙古自治区 呼和浩特市 新城区 150102", id="city in two characters"),
        pytest.param("新疆生产建设兵团石河子市", "新疆维吾尔自治区 - 石河子市 659001", id="corps"),
        pytest.param("香港新界沙田区", "香港特别行政区 - 沙田区 810000", id="New Territories"),
        pytest.param("澳门路环", "澳门特别行政区 - - 820000 路环", id="Coloane is no road"),
        pytest.param(
            "昆山玉山镇", "江苏省 苏州市 昆山市 320583 玉山镇", id="county-level city before a town"
        ),
        pytest.param("广东省→深圳市→南山区", "广东省 深圳市 南山区 440305", id="arrows"),
        pytest.param("浙江省杭州市西湖区文三路1号<br>", "浙江省 杭州市 西湖区 330106 文三路1号", id="tag"),
        pytest.param("陕西省乾县", "陕西省 咸阳市 乾县 610424", id="two signs"),
    ],
)
def test_an_address_is_split_by_the_national_standard(raw: str, expected: str) -> None:
    province, city, district, code, *rest = expected.split(" ")
    address = clean(raw).value
    assert address == Address(
        province,
        None if city == "-" else city,
        None if district == "-" else district,
        " ".join(rest),
        code,
    )
    assert codes(raw) == []


@pytest.mark.parametrize(
    ("raw", "expected", "code"),
    [
        pytest.param("北京市宣武区1号", "西城区 110102", "former_place", id="merged"),
        pytest.param("上海市闸北区", "静安区 310106", "former_place", id="Zhabei"),
        pytest.param("上海市卢湾区", "黄浦区 310101", "former_place", id="Luwan"),
        pytest.param("杭州市下城区", "拱墅区 330105", "former_place", id="Xiacheng"),
        pytest.param("北京市大兴县", "大兴区 110115", "former_place", id="county become district"),
        pytest.param("襄樊市樊城区", "樊城区 420606", "former_place", id="city renamed"),
        pytest.param("山东省莱芜市", "莱芜区 370116", "former_place", id="city become district"),
        pytest.param("杭州市江干区", "江干区 330104", "divided_place", id="divided"),
        pytest.param("重庆市渝北区", "渝北区 500112", "divided_place", id="divided in 2025"),
    ],
)
def test_former_names_are_brought_up_to_date_and_marked(raw: str, expected: str, code: str) -> None:
    address = clean(raw).value
    assert address is not None
    assert f"{address.district} {address.code}" == expected
    assert codes(raw) == [code]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("朝阳区建国路1号", "ambiguous_place", id="Chaoyang"),
        pytest.param("鼓楼区中山北路1号", "ambiguous_place", id="Gulou"),
        pytest.param("西湖区文三路", "ambiguous_place", id="West Lake"),
        pytest.param("江北区", "ambiguous_place", id="one of them of former times"),
        pytest.param("中山北路1号", "unplaced_address", id="a street named like a city"),
        pytest.param("北京路123号", "unplaced_address", id="Beijing Road"),
        pytest.param("南京西路1号", "unplaced_address", id="West Nanjing Road"),
        pytest.param("上海大厦3层", "unplaced_address", id="a house"),
        pytest.param("东区3号楼", "unplaced_address", id="east wing"),
        pytest.param("科技园A座", "unplaced_address", id="park"),
    ],
)
def test_nothing_is_guessed(raw: str, code: str) -> None:
    assert clean(raw).value == Address(None, None, None, raw, None)
    assert codes(raw) == [code]


@pytest.mark.parametrize(
    ("raw", "kept", "rest", "code"),
    [
        pytest.param("浙江省深圳市南山区", "浙江省", "深圳市南山区", "place_conflict", id="city elsewhere"),
        pytest.param("杭州市朝阳区1号", "杭州市", "朝阳区1号", "place_conflict", id="district elsewhere"),
        pytest.param("江苏省鼓楼区1号", "江苏省", "鼓楼区1号", "ambiguous_place", id="two in the province"),
    ],
)
def test_what_contradicts_stays_in_the_rest(raw: str, kept: str, rest: str, code: str) -> None:
    address = clean(raw).value
    assert address is not None
    assert kept in (address.province, address.city)
    assert (address.district, address.rest) == (None, rest)
    assert codes(raw) == [code]


@pytest.mark.parametrize(
    "raw", ["1 Century Avenue, Springfield", "美国加利福尼亚州", "日本东京都", "10 Downing St, London"]
)
def test_a_foreign_address_is_all_rest(raw: str) -> None:
    assert clean(raw) == Field(Address(None, None, None, raw, None))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            "100 Century Avenue, Pudong, Shanghai 200120, China",
            "上海市|上海市|浦东新区|310115|100 Century Avenue, 200120",
            id="municipality and postcode",
        ),
        pytest.param(
            "No. 1 Wensan Road, Xihu District, Hangzhou, Zhejiang, China",
            "浙江省|杭州市|西湖区|330106|No. 1 Wensan Road",
            id="complete",
        ),
        pytest.param(
            "88 Jianguo Rd, Chaoyang Qu, Beijing Shi", "北京市|北京市|朝阳区|110105|88 Jianguo Rd", id="Qu"
        ),
        pytest.param("Nanshan District, Shenzhen", "广东省|深圳市|南山区|440305|", id="no province"),
        pytest.param("SHENZHEN GUANGDONG CHINA", "广东省|深圳市|-|440300|", id="no commas"),
        pytest.param("Xi'an, Shaanxi Province, P.R. China", "陕西省|西安市|-|610100|", id="apostrophe"),
        pytest.param("Taiyuan, Shanxi", "山西省|太原市|-|140100|", id="Shanxi is no Shaanxi"),
        pytest.param("Suzhou, Jiangsu", "江苏省|苏州市|-|320500|", id="one of two"),
        pytest.param("Suzhou, Anhui", "安徽省|宿州市|-|341300|", id="the other"),
        pytest.param("Hohhot, Inner Mongolia", "内蒙古自治区|呼和浩特市|-|150100|", id="no pinyin"),
        pytest.param(
            "Nanning, Guangxi Zhuang Autonomous Region", "广西壮族自治区|南宁市|-|450100|", id="kind"
        ),
        pytest.param("Kunshan, Jiangsu, China", "江苏省|苏州市|昆山市|320583|", id="county-level city"),
        pytest.param("Yueqing, Zhejiang", "浙江省|温州市|乐清市|330382|", id="read otherwise"),
        pytest.param(
            "1 Nathan Road, Kowloon, Hong Kong", "香港特别行政区|-|-|810000|1 Nathan Road, Kowloon", id="HK"
        ),
        pytest.param("Avenida da Amizade, Macau", "澳门特别行政区|-|-|820000|Avenida da Amizade", id="Macau"),
        pytest.param(
            "7 Xinyi Rd, Xinyi District, Taipei City, Taiwan",
            "台湾省|台北市|-|710000|7 Xinyi Rd, Xinyi District",
            id="Taiwan",
        ),
    ],
)
def test_an_address_in_latin_letters_is_read_from_its_end(raw: str, expected: str) -> None:
    province, city, district, code, rest = ("" if part == "-" else part for part in expected.split("|"))
    address = clean(raw).value
    assert address == Address(province, city or None, district or None, rest, code)
    assert clean(write_address(address)).value == address


@pytest.mark.parametrize(
    "raw",
    [
        "Main St, Springfield, MO",
        "Canton, Ohio, USA",
        "Beijing Road 1, Singapore",
        "Shanghai Restaurant, London",
    ],
)
def test_a_place_of_china_in_a_name_abroad_is_no_place_of_china(raw: str) -> None:
    assert clean(raw) == Field(Address(None, None, None, raw, None))


def test_two_cities_of_one_reading_stay_open() -> None:
    assert codes("Suzhou, China") == ["ambiguous_place"]


@pytest.mark.parametrize("raw", [None, "", "无", "N/A", "-", "暂无地址", "地址不详", [], {}])
def test_nothing_said_is_no_fault(raw: object) -> None:
    assert clean(raw) == Field(None)


@pytest.mark.parametrize(
    "raw",
    [
        "12345",
        "!!!",
        42,
        "测试地址",
        "test",
        "asdf",
        "xxx",
        "某市某区",
        "a@b.example",
        "=cmd|' /C calc'!A0",
        "http://x.example",
    ],
)
def test_what_says_no_place_is_no_address(raw: object) -> None:
    assert (clean(raw).value, codes(raw)) == (None, ["not_an_address"])


def test_an_address_is_written_without_its_province_twice() -> None:
    assert (
        write_address(Address("上海市", "上海市", "浦东新区", "世纪大道1号", "310115"))
        == "上海市浦东新区世纪大道1号"
    )
    assert write_address(Address(None, None, None, "1 High St", None)) == "1 High St"
    assert write_address(Address("浙江省", "杭州市", None, "民生路1号", "330100")) == "浙江省杭州市 民生路1号"
