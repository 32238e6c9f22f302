"""A seeded file of dirty customer records, with the truth about each field beside it.

65 % Chinese, the rest from eight regions; a quarter of the records repeats an earlier customer, spelt anew.
Addresses are of reserved domains except where a provider's misspelling is the point; phones come from ranges
kept for fiction where a country has one.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

CHINESE_SHARE = 0.65
REPEAT_SHARE = 0.25
FIRST_BIRTHDAY = date(1950, 1, 1)
BIRTHDAYS = 20_000
FIRST_EVENT = date(2024, 1, 1)
EVENT_DAYS = 850

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚"
)
_GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲建国华玉萍红鹏飞燕晨宇欣怡浩然子轩梓涵雨泽思远嘉琪"
)
_FIRST = (
    "James Mary Robert Linda Thomas Emma Oliver Sophie Hans Greta Pierre Camille Kenji Yuki Grace Lucas Amelia Noah"
).split()
_LAST = (
    "Smith Johnson Brown Taylor Wilson Müller Schneider Dubois Laurent Tanaka Suzuki Lim Tan Wong Kelly Walker Fischer"
).split()
_TRADES = "贸易 科技 电子 机械 物流 医药 食品 纺织 建材 咨询".split()
_PLACES = (
    ("北京", "北京", "北京市海淀区中关村大街1号"),
    ("上海", "上海", "上海市浦东新区世纪大道100号"),
    ("广东", "深圳", "广东省深圳市南山区科技园"),
    ("浙江", "杭州", "浙江省杭州市西湖区文三路90号"),
    ("江苏", "苏州", "江苏省苏州市工业园区星湖街"),
    ("四川", "成都", "四川省成都市武侯区天府大道"),
    ("湖北", "武汉", "湖北省武汉市洪山区珞喻路"),
    ("陕西", "西安", "陕西省西安市雁塔区高新路"),
)
_INDUSTRIES = (
    ("制造业", "C"),
    ("批发和零售业", "F"),
    ("C39", "C"),
    ("金融业", "J"),
    ("教育", "P"),
    ("信息技术", "I"),
)
_NULLS = ("", "无", "N/A", "-", "暂无", "null")
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"


class Dirty(NamedTuple):
    message: dict[str, Any]
    truth: dict[str, Any]
    """By field: name, phone, email, birthday, amount_fen, event_on; None: nothing usable was said."""
    typo: str | None
    """The domain that ought to be suggested for the email."""


class Person(NamedTuple):
    region: str
    number: int
    name: str
    phone: str
    """E.164."""
    email: str
    company: str
    birthday: date


class Spelt(NamedTuple):
    raw: object
    truth: Any


class _Range(NamedTuple):
    prefix: str
    """With the calling code."""
    digits: int
    """Drawn at random behind the prefix."""
    groups: tuple[int, ...]
    """Of the national number as people write it, with its trunk prefix."""
    trunk: str
    calling_code: int


_RANGES = {
    "CN": tuple(
        _Range(f"+86{head}", 8, (3, 4, 4), "", 86) for head in (135, 138, 139, 150, 177, 186, 188, 199)
    ),
    "US": tuple(_Range(f"+1{area}55501", 2, (3, 3, 4), "", 1) for area in (202, 212, 303, 312, 415, 617)),
    "GB": (
        _Range("+4420794602", 2, (3, 4, 4), "0", 44),
        _Range("+442079460", 3, (3, 4, 4), "0", 44),
    ),
    "DE": (_Range("+49151", 8, (4, 8), "0", 49), _Range("+49171", 7, (4, 7), "0", 49)),
    "FR": (_Range("+33612", 6, (2, 2, 2, 2, 2), "0", 33),),
    "JP": (_Range("+819012", 6, (3, 4, 4), "0", 81),),
    "SG": (_Range("+6591", 6, (4, 4), "", 65), _Range("+6581", 6, (4, 4), "", 65)),
    "HK": (_Range("+85293", 6, (4, 4), "", 852), _Range("+85264", 6, (4, 4), "", 852)),
    "AU": (_Range("+61491570", 3, (4, 3, 3), "0", 61),),
}
ABROAD = tuple(region for region in _RANGES if region != "CN")
_DECIMAL_COMMA = {"DE", "FR"}
_SWAPPED = str.maketrans(",.，．", ".,．，")
_DAY_FIRST = {"GB", "DE", "FR", "SG", "HK", "AU"}


def dirty_records(count: int, seed: int = 20_260_630) -> list[Dirty]:
    """The same records for the same arguments."""
    random, people = Random(seed), list[Person]()
    found = []
    for number in range(count):
        if people and random.random() < REPEAT_SHARE:
            person = random.choice(people)
        else:
            person = _person(random, number)
            people.append(person)
        found.append(_record(random, person, number))
    return found


def _person(random: Random, number: int) -> Person:
    is_chinese = random.random() < CHINESE_SHARE
    region = "CN" if is_chinese else random.choice(ABROAD)
    if is_chinese:
        name = random.choice(_SURNAMES) + "".join(random.choices(_GIVEN, k=random.choice((1, 2, 2))))
        company = f"{random.choice(_GIVEN)}{random.choice(_GIVEN)}{random.choice(_TRADES)}有限公司"
        local = f"user{number}"
    else:
        name = f"{random.choice(_FIRST)} {random.choice(_LAST)}"
        company = f"{random.choice(_LAST)} & {random.choice(_LAST)} {random.choice(('Ltd', 'GmbH', 'Inc.'))}"
        local = f"{name.split()[0].lower()}.{number}"
    kind = random.choice(_RANGES[region])
    phone = kind.prefix + "".join(random.choices("0123456789", k=kind.digits))
    domain = random.choice(("example.com", "example.org", "mail.example", "sales.example.net"))
    birthday = FIRST_BIRTHDAY + timedelta(days=random.randrange(BIRTHDAYS))
    return Person(region, number, name, phone, f"{local}@{domain}", company, birthday)


def _record(random: Random, person: Person, number: int) -> Dirty:
    email, typo = _email(random, person.email)
    name, phone = _name(random, person), _phone(random, person)
    birthday, event = _day(random, person.birthday, person.region), _event(random)
    amount = _amount(random)
    if person.region in _DECIMAL_COMMA and isinstance(amount.raw, str):
        amount = Spelt(amount.raw.translate(_SWAPPED), amount.truth)
    province, city, address = random.choice(_PLACES)
    industry, _ = random.choice(_INDUSTRIES)
    party = {
        "ref": f"C-{person.number}", "name": name.raw, "phone": phone.raw, "email": email.raw,
        "company": person.company, "industry": industry, "birthday": birthday.raw,
        "language": "中文" if person.region == "CN" else "English", "country": person.region,
    }  # fmt: skip
    if person.region == "CN":
        party |= (
            {"address": address}
            if random.random() < 0.5
            else {"province": f"{province}", "city": f"{city}市"}
        )
    message = {
        "schema": 1, "system": "sales", "kind": "order", "id": f"SO-{number}", "event_at": event.raw,
        "party": party, "amount": amount.raw, "currency": "CNY",
        "hints": {"region": person.region, "day_first": person.region in _DAY_FIRST},
    }  # fmt: skip
    truth = {
        "name": name.truth, "phone": phone.truth, "email": email.truth, "birthday": birthday.truth,
        "event_on": event.truth, "amount_fen": amount.truth,
    }  # fmt: skip
    return Dirty(message, truth, typo)


def _widen(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _choose(random: Random, ways: list[tuple[float, Callable[[], Spelt]]]) -> Spelt:
    (_, way), = random.choices(ways, weights=[weight for weight, _ in ways])  # fmt: skip
    return way()


def _name(random: Random, person: Person) -> Spelt:
    name = person.name
    ways: list[tuple[float, Callable[[], Spelt]]] = [
        (60, lambda: Spelt(name, name)),
        (8, lambda: Spelt(f"  {name} ", name)),
        (4, lambda: Spelt(f"{name[:1]}\u200b{name[1:]}", name)),
        (3, lambda: Spelt(random.choice(_NULLS), None)),
        (2, lambda: Spelt("测试", None)),
    ]
    if person.region == "CN":
        ways += [
            (8, lambda: Spelt(f"{name[0]}　{name[1:]}", name)),
            (10, lambda: Spelt(name + random.choice(("先生", "女士", "总监")), name)),
            (3, lambda: Spelt(name.encode("gbk").decode("latin-1"), name)),
        ]
    else:
        first, last = name.split()
        ways += [
            (8, lambda: Spelt(f"{last}, {first}", name)),
            (6, lambda: Spelt(name.upper(), name)),
            (5, lambda: Spelt(f"Dr. {name}", name)),
            (4, lambda: Spelt(_widen(first) + "　" + _widen(last), name)),
        ]
    return _choose(random, ways)


def _grouped(person: Person, sign: str) -> str:
    rule = next(rule for rule in _RANGES[person.region] if person.phone.startswith(rule.prefix))
    digits, parts = rule.trunk + person.phone[len(str(rule.calling_code)) + 1 :], []
    for size in rule.groups:
        parts.append(digits[:size])
        digits = digits[size:]
    return sign.join(parts)


def _phone(random: Random, person: Person) -> Spelt:
    phone, plain = person.phone, _grouped(person, "")
    code = _RANGES[person.region][0].calling_code
    ways: list[tuple[float, Callable[[], Spelt]]] = [
        (46, lambda: Spelt(plain, phone)),
        (9, lambda: Spelt(_grouped(person, " "), phone)),
        (9, lambda: Spelt(_grouped(person, "-"), phone)),
        (8, lambda: Spelt(phone, phone)),
        (5, lambda: Spelt(f"+{code} {phone[len(str(code)) + 1 :]}", phone)),
        (3, lambda: Spelt(f"00{phone[1:]}", phone)),
        (4, lambda: Spelt(_widen(plain), phone)),
        (3, lambda: Spelt(f"手机：{plain}", phone)),
        (2, lambda: Spelt(f"{plain}（微信同号）", phone)),
        (2, lambda: Spelt(f"{plain}.0", phone)),
        (1, lambda: Spelt(f"{plain} ext. 12", phone)),
        (1, lambda: Spelt(f"{plain}/{plain}", phone)),
        (2, lambda: Spelt(plain[:6], None)),
        (1, lambda: Spelt("1.38E+10", None)),
        (1, lambda: Spelt("13800138000", None)),
        (4, lambda: Spelt(random.choice(_NULLS), None)),
    ]
    return _choose(random, ways)


def _email(random: Random, email: str) -> tuple[Spelt, str | None]:
    local = email.partition("@")[0]
    if random.random() < 0.03:
        wrong, right = random.choice(
            (("gmial.com", "gmail.com"), ("hotmal.com", "hotmail.com"), ("163.cmo", "163.com"))
        )
        return Spelt(f"{local}@{wrong}", f"{local}@{wrong}"), right
    ways: list[tuple[float, Callable[[], Spelt]]] = [
        (64, lambda: Spelt(email, email)),
        (8, lambda: Spelt(email.upper(), email)),
        (6, lambda: Spelt(f" {email} ", email)),
        (4, lambda: Spelt(email.replace("@", "＠"), email)),
        (4, lambda: Spelt(f"张三 <{email}>", email)),
        (2, lambda: Spelt(f"mailto:{email}", email)),
        (3, lambda: Spelt(email.replace("@", " at "), None)),
        (2, lambda: Spelt(email.replace("@", "@@"), None)),
        (6, lambda: Spelt(random.choice(_NULLS), None)),
    ]
    return _choose(random, ways), None


def _day(random: Random, day: date, region: str) -> Spelt:
    is_day_first = region in _DAY_FIRST
    ways: list[tuple[float, Callable[[], Spelt]]] = [
        (46, lambda: Spelt(day.isoformat(), day)),
        (12, lambda: Spelt(f"{day.year}/{day.month}/{day.day}", day)),
        (10, lambda: Spelt(f"{day.year}年{day.month}月{day.day}日", day)),
        (6, lambda: Spelt(f"{day:%Y%m%d}", day)),
        (6, lambda: Spelt(f"{day:%Y.%m.%d}", day)),
        (8, lambda: Spelt(f"{day:%d/%m/%Y}" if is_day_first else f"{day:%m/%d/%Y}", day)),
        (4, lambda: Spelt(f"{day.day} {day:%b} {day.year}", day)),
        (1, lambda: Spelt("1900-01-01", None)),
        (2, lambda: Spelt(f"{day.year}-13-01", None)),
        (5, lambda: Spelt(random.choice(_NULLS), None)),
    ]
    return _choose(random, ways)


def _event(random: Random) -> Spelt:
    day = FIRST_EVENT + timedelta(days=random.randrange(EVENT_DAYS))
    hour, minute = random.randrange(24), random.randrange(60)
    ways: list[tuple[float, Callable[[], Spelt]]] = [
        (40, lambda: Spelt(f"{day} {hour:02}:{minute:02}:00", day)),
        (25, lambda: Spelt(f"{day}T{hour:02}:{minute:02}:00+08:00", day)),
        (20, lambda: Spelt(day.isoformat(), day)),
        (10, lambda: Spelt(f"{day.year}/{day.month}/{day.day} {hour}:{minute:02}", day)),
        (5, lambda: Spelt(f"{day.year}年{day.month}月{day.day}日", day)),
    ]
    return _choose(random, ways)


def _amount(random: Random) -> Spelt:
    yuan = random.randrange(1, 200_000)
    fen, tens = yuan * 100 + random.randrange(100), random.randrange(1, 10)
    ways: list[tuple[float, Callable[[], Spelt]]] = [
        (20, lambda: Spelt(yuan, yuan * 100)),
        (25, lambda: Spelt(f"{fen / 100:.2f}", fen)),
        (15, lambda: Spelt(f"{fen / 100:,.2f}", fen)),
        (10, lambda: Spelt(f"¥{fen / 100:,.2f}", fen)),
        (8, lambda: Spelt(f"{yuan}元", yuan * 100)),
        (8, lambda: Spelt(f"{yuan / 100:.2f}万元", yuan * 10_000)),
        (4, lambda: Spelt(f"{_CAPITALS[tens]}万元整", tens * 1_000_000)),
        (4, lambda: Spelt(_widen(f"{fen / 100:.2f}"), fen)),
        (3, lambda: Spelt(f"{yuan}-{yuan + 5}", None)),
        (3, lambda: Spelt("面议", None)),
    ]
    return _choose(random, ways)
