"""Invented people and firms. Domains are reserved (RFC 2606); phones are from ranges for fiction where a country has
one (US 555-01xx, London 020 7946 0xxx, Germany 0171 39200xx) and from 138 0000 xxxx in China. SG and HK: email only."""

from typing import NamedTuple


class Person(NamedTuple):
    name: str
    latin: str
    """How the web shop knows them."""
    country: str
    province: str
    company: str
    domain: str
    industry: str
    phone: str | None
    """E.164."""
    email: str | None


_SURNAMES = (
    ("张", "Zhang"), ("王", "Wang"), ("李", "Li"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"), ("黄", "Huang"),
    ("赵", "Zhao"), ("周", "Zhou"), ("吴", "Wu"), ("徐", "Xu"), ("孙", "Sun"), ("马", "Ma"), ("朱", "Zhu"),
    ("胡", "Hu"), ("郭", "Guo"), ("何", "He"), ("林", "Lin"), ("罗", "Luo"), ("高", "Gao"), ("梁", "Liang"),
    ("宋", "Song"), ("郑", "Zheng"), ("欧阳", "Ouyang"),
)  # fmt: skip
_GIVEN = (
    ("伟", "Wei"), ("芳", "Fang"), ("娜", "Na"), ("秀英", "Xiuying"), ("敏", "Min"), ("静", "Jing"), ("丽", "Li"),
    ("强", "Qiang"), ("磊", "Lei"), ("军", "Jun"), ("洋", "Yang"), ("勇", "Yong"), ("艳", "Yan"), ("杰", "Jie"),
    ("娟", "Juan"), ("涛", "Tao"), ("明", "Ming"), ("超", "Chao"), ("秀兰", "Xiulan"), ("霞", "Xia"), ("平", "Ping"),
    ("刚", "Gang"), ("桂英", "Guiying"), ("思远", "Siyuan"), ("雨桐", "Yutong"), ("浩然", "Haoran"), ("欣怡", "Xinyi"),
    ("子轩", "Zixuan"), ("梓涵", "Zihan"), ("建国", "Jianguo"),
)  # fmt: skip
_FIRMS = (
    ("星河软件有限公司", "xinghe", "软件"),
    ("远航物流有限公司", "yuanhang", "物流"),
    ("康宁医疗器械有限公司", "kangning", "医疗"),
    ("绿野食品股份有限公司", "lvye", "制造业"),
    ("恒泰机械制造有限公司", "hengtai", "制造业"),
    ("启明教育科技有限公司", "qiming", "教育"),
    ("华信通信技术有限公司", "huaxin", "通信"),
    ("金穗农业发展有限公司", "jinsui", "农业"),
    ("天工建筑工程有限公司", "tiangong", "建筑"),
    ("蓝海旅游有限公司", "lanhai", "旅游"),
    ("安捷汽车销售服务有限公司", "anjie", "汽车制造业"),
    ("瑞丰金融服务有限公司", "ruifeng", "金融"),
)
_PROVINCES = (
    "上海", "北京市", "广东", "浙江省", "江苏", "四川", "湖北省", "山东", "陕西", "辽宁", "福建", "重庆",
)  # fmt: skip
# name, country, state or region, firm, domain, industry, phone
_ABROAD = (
    ("Emily Carter", "US", "California", "Redwood Analytics Inc.", "redwood.example", "software", "+14155550101"),
    ("James O'Neill", "US", "New York", "Hudson Freight LLC", "hudson.example", "logistics", "+12125550102"),
    ("Maria Garcia", "US", "Texas", "Lone Star Medical", "lonestar.example", "healthcare", "+12145550103"),
    ("Robert Lee", "US", "Washington", "Cascade Tools", "cascade.example", "manufacturing", "+12065550104"),
    ("Ashley Johnson", "US", "Illinois", "Lakeshore Foods", "lakeshore.example", "retail", "+13125550105"),
    ("David Kim", "US", "California", "Pacific Robotics", "pacific.example", "manufacturing", "+14085550106"),
    ("Olivia Smith", "GB", "London", "Thames Consulting Ltd", "thames.example", "consulting", "+442079460201"),
    ("Harry Jones", "GB", "London", "Borough Coffee Ltd", "borough.example", "retail", "+442079460202"),
    ("Amelia Brown", "GB", "London", "Camden Design", "camden.example", "software", "+442079460203"),
    ("George Taylor", "GB", "London", "Albion Motors", "albion.example", "automotive", "+442079460204"),
    ("Jürgen Müller", "DE", "Bayern", "Isar Maschinenbau GmbH", "isar.example", "manufacturing", "+491713920011"),
    ("Anna Schröder", "DE", "Berlin", "Spree Software GmbH", "spree.example", "software", "+491713920012"),
    ("Lukas Weiß", "DE", "Hamburg", "Elbe Logistik GmbH", "elbe.example", "logistics", "+491713920013"),
    ("Katrin Jäger", "DE", "Hessen", "Main Finanz AG", "main-finanz.example", "finance", "+491713920014"),
    ("Tan Wei Ming", "SG", "Singapore", "Merlion Trading Pte Ltd", "merlion.example", "trade", None),
    ("Priya Nair", "SG", "Singapore", "Orchard Retail Pte Ltd", "orchard.example", "retail", None),
    ("Lim Hui Ling", "SG", "Singapore", "Marina Travel Pte Ltd", "marina.example", "tourism", None),
    ("Chan Tai Man", "HK", "Hong Kong", "Harbour Textiles Ltd", "harbour.example", "manufacturing", None),
    ("Wong Ka Yan", "HK", "Hong Kong", "Victoria Finance Ltd", "victoria.example", "finance", None),
    ("Sarah Cheung", "HK", "Hong Kong", "Peak Education Ltd", "peak.example", "education", None),
)  # fmt: skip
ABROAD_EVERY = 7
"""Every seventh customer lives abroad."""
_NO_EMAIL_EVERY = 9
_SHARED_DOMAINS = ("example.com", "example.net", "example.org")


def person(index: int) -> Person:
    """The person of a 0-based index; no two share a phone or an email."""
    abroad = index // ABROAD_EVERY
    if index % ABROAD_EVERY == ABROAD_EVERY - 1 and abroad < len(_ABROAD):
        return _from_abroad(abroad)
    return _from_china(index)


def _from_abroad(at: int) -> Person:
    name, country, province, company, domain, industry, phone = _ABROAD[at]
    plain = name.lower().replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").replace("ß", "ss")
    local = ".".join("".join(char for char in plain if char.isalpha() or char == " ").split())
    return Person(name, name, country, province, company, domain, industry, phone, f"{local}@{domain}")


def _from_china(index: int) -> Person:
    family, family_latin = _SURNAMES[index % len(_SURNAMES)]
    # 24 and 30 repeat together after 120: the second round shifts the given names.
    given, given_latin = _GIVEN[(index * 7 + index // 120) % len(_GIVEN)]
    firm, domain, industry = _FIRMS[index % len(_FIRMS)]
    province = _PROVINCES[(index * 5) % len(_PROVINCES)]
    city = province.removesuffix("省").removesuffix("市")
    local = f"{given_latin}.{family_latin}".lower()
    host = f"{domain}.example" if index % 3 else _SHARED_DOMAINS[index // 3 % 3]
    email = None if index % _NO_EMAIL_EVERY == 4 else f"{local}{index:03d}@{host}"
    return Person(
        family + given,
        f"{given_latin} {family_latin}",
        "CN",
        province,
        f"{city}{firm}",
        host,
        industry,
        f"+861380000{index + 1:04d}",
        email,
    )
