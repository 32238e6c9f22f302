"""Seeded sets of people with known truth: where identity is hard. No set is used to train what is shipped."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

from tests.bench.identity_people import (
    GIVEN,
    HOMOPHONES,
    JOBS,
    NICKS,
    STREETS,
    SURNAMES,
    TOWNS,
    TRADITIONAL,
    ZH_CITIES,
    ZH_FIRMS,
    ZH_GIVEN,
    ZH_STREETS,
    ZH_SURNAMES,
    ZH_TRADES,
    a_day,
    a_mobile,
    a_postcode,
    skewed,
    slip,
    sometimes,
    wrong_day,
)

Cells = dict[str, str]


class Labelled(NamedTuple):
    name: str
    rows: list[Cells]
    truth: list[int]
    """Person of each row; never written to the file."""


def shuffled(name: str, random: Random, made: list[tuple[int, Cells]]) -> Labelled:
    random.shuffle(made)
    return Labelled(name, [row for _, row in made], [person for person, _ in made])


def make_emails(seed: int, size: int) -> Labelled:
    """Names, birthday, town, mailbox; a fifth of the cells missing, names turned round (in the manner of fake_1000)."""
    random, person = Random(seed), 0
    made: list[tuple[int, Cells]] = []
    while len(made) < size:
        person += 1
        given, surname = skewed(random, GIVEN), skewed(random, SURNAMES)
        truth = {
            "first_name": given,
            "surname": surname,
            "dob": a_day(random),
            "city": skewed(random, TOWNS),
            "email": f"{given[0]}{random.choice('._')}{surname}{random.randint(1, 99)}@{random.choice('abcde')}.example.com",
        }
        for _ in range(random.choice((1, 1, 2, 3, 4, 5, 6))):
            made.append((person, _damage_emails(random, truth)))
    return shuffled("emails", random, made[:size])


def _damage_emails(random: Random, truth: Cells) -> Cells:
    row = {
        name: sometimes(random, 0.12, partial(slip, random, value), value) for name, value in truth.items()
    }
    row["dob"] = sometimes(random, 0.15, lambda: wrong_day(random, truth["dob"]), truth["dob"])
    if random.random() < 0.08:
        row["first_name"], row["surname"] = row["surname"], row["first_name"]
    if random.random() < 0.1:
        row["city"] = random.choice(TOWNS)
    return {name: "" if random.random() < 0.16 else value for name, value in row.items()}


def make_historical(seed: int, size: int) -> Labelled:
    """People of the past: many records each, nick names, wrong and missing days, they move and change their work."""
    random, person = Random(seed), 0
    made: list[tuple[int, Cells]] = []
    while len(made) < size:
        person += 1
        given, middle = skewed(random, GIVEN), skewed(random, GIVEN)
        truth = {
            "first_name": random.choice((given, f"{given} {middle}")),
            "surname": skewed(random, SURNAMES),
            "dob": a_day(random, 1780, 1880),
            "birth_place": skewed(random, TOWNS),
            "postcode_fake": a_postcode(random),
            "occupation": skewed(random, JOBS),
        }
        for _ in range(random.randint(1, 14)):
            made.append((person, _damage_historical(random, truth)))
    return shuffled("historical", random, made[:size])


def _damage_historical(random: Random, truth: Cells) -> Cells:
    row = dict(truth)
    first = truth["first_name"].split()
    row["first_name"] = random.choice(
        (truth["first_name"], first[0], NICKS.get(first[0], first[0]), slip(random, first[0]))
    )
    row["surname"] = sometimes(random, 0.15, lambda: slip(random, truth["surname"]), truth["surname"])
    row["dob"] = sometimes(random, 0.3, lambda: wrong_day(random, truth["dob"]), truth["dob"])
    row["postcode_fake"] = sometimes(random, 0.15, lambda: a_postcode(random), truth["postcode_fake"])
    row["occupation"] = sometimes(random, 0.2, lambda: skewed(random, JOBS), truth["occupation"])
    missing = {"dob": 0.1, "birth_place": 0.1, "postcode_fake": 0.25, "occupation": 0.4}
    return {name: "" if random.random() < missing.get(name, 0.02) else value for name, value in row.items()}


def make_households(seed: int, size: int) -> Labelled:
    """Families at one address with one phone: similar names, twins, father and son of one name, missing birthdays."""
    random, person = Random(seed), 0
    made: list[tuple[int, Cells]] = []
    while len(made) < size:
        surname, house = skewed(random, SURNAMES), str(random.randint(1, 200))
        home = {
            "house_number": house,
            "street": f"{random.choice(STREETS)} {random.choice(('street', 'road', 'lane'))}",
            "town": skewed(random, TOWNS),
            "postcode": a_postcode(random),
            "phone": f"+44 1632 96{random.randint(0, 9999):04}",
        }
        birthdays = _family_birthdays(random)
        father = skewed(random, GIVEN)
        for number, birthday in enumerate(birthdays):
            person += 1
            given = father if number in (0, 2) and len(birthdays) > 3 else skewed(random, GIVEN)
            given = f"{given} jr" if number == 2 and len(birthdays) > 3 else given
            truth = {"first_name": given, "last_name": surname, "date_of_birth": birthday, **home}
            for _ in range(random.choice((1, 1, 2, 3))):
                made.append((person, _damage_household(random, truth)))
    return shuffled("households", random, made[:size])


def _family_birthdays(random: Random) -> list[str]:
    parents = [a_day(random, 1940, 1965), a_day(random, 1940, 1965)]
    children = [a_day(random, 1970, 1995) for _ in range(random.randint(0, 3))]
    if len(children) > 1 and random.random() < 0.25:
        children[-1] = children[-2]
    return parents[: random.randint(1, 2)] + children


def _damage_household(random: Random, truth: Cells) -> Cells:
    row = {
        name: sometimes(random, 0.06, partial(slip, random, value), value) for name, value in truth.items()
    }
    row["first_name"] = sometimes(
        random, 0.1, lambda: NICKS.get(truth["first_name"], truth["first_name"]), row["first_name"]
    )
    row["date_of_birth"] = sometimes(
        random, 0.06, lambda: wrong_day(random, truth["date_of_birth"]), truth["date_of_birth"]
    )
    missing = {"date_of_birth": 0.2, "phone": 0.3, "house_number": 0.05, "postcode": 0.1, "town": 0.1}
    return {name: "" if random.random() < missing.get(name, 0.01) else value for name, value in row.items()}


def make_chinese(seed: int, size: int) -> Labelled:
    """Chinese customers: homophones, 繁简, pinyin, changed phones, moved houses, families on one phone, switchboards."""
    random, person = Random(seed), 0
    made: list[tuple[int, Cells]] = []
    firms = [f"{city[:2]}{name}{trade}" for city in ZH_CITIES for name in ZH_FIRMS for trade in ZH_TRADES[:3]]
    boards = {firm: f"+8610{random.randint(50000000, 89999999)}" for firm in firms}
    while len(made) < size:
        surname = skewed(random, ZH_SURNAMES)
        home = _a_home(random)
        shared = a_mobile(random)
        for number in range(random.choice((1, 1, 1, 2, 3))):
            person += 1
            own_surname = surname if number != 1 else skewed(random, ZH_SURNAMES)
            truth = _a_customer(random, own_surname, home, random.choice(firms))
            is_sharing = number and random.random() < 0.6
            if is_sharing or (not number and random.random() < 0.5):
                truth["手机"] = shared
            if random.random() < 0.15:
                truth["手机"] = boards[truth["公司"]]
            if random.random() < 0.1:
                truth["邮箱"] = f"info@{ZH_FIRMS.index(truth['公司'][2:4])}.example.com"
            for _ in range(random.choice((1, 1, 2, 3, 4))):
                made.append((person, _damage_chinese(random, truth)))
    return shuffled("chinese", random, made[:size])


def _a_home(random: Random) -> str:
    city = random.choice(sorted(ZH_CITIES))
    flat = f"{random.randint(1, 20)}栋{random.randint(1, 30)}0{random.randint(1, 6)}室"
    return (
        f"{city}{random.choice(ZH_CITIES[city])}{random.choice(ZH_STREETS)}{random.randint(1, 300)}号{flat}"
    )


def _a_customer(random: Random, surname: str, home: str, firm: str) -> Cells:
    given = "".join(skewed(random, ZH_GIVEN) for _ in range(random.choice((1, 2, 2))))
    mobile = a_mobile(random)
    return {
        "姓名": surname + given,
        "手机": mobile,
        "邮箱": f"{random.choice('abcdefgh')}{random.randint(10000, 99999)}@mail.example.com",
        "生日": a_day(random),
        "地址": home,
        "公司": firm,
    }


def _damage_chinese(random: Random, truth: Cells) -> Cells:
    row = dict(truth)
    row["姓名"] = sometimes(random, 0.3, lambda: _respell(random, truth["姓名"]), truth["姓名"])
    row["手机"] = sometimes(random, 0.15, lambda: a_mobile(random), row["手机"])
    row["手机"] = sometimes(random, 0.05, lambda: slip(random, row["手机"]), row["手机"])
    row["生日"] = sometimes(random, 0.06, lambda: wrong_day(random, truth["生日"]), truth["生日"])
    row["地址"] = sometimes(random, 0.12, lambda: _a_home(random), truth["地址"])
    row["公司"] = sometimes(random, 0.2, lambda: truth["公司"].replace("有限公司", ""), truth["公司"])
    missing = {"手机": 0.1, "邮箱": 0.35, "生日": 0.25, "地址": 0.3, "公司": 0.3}
    return {name: "" if random.random() < missing.get(name, 0.0) else value for name, value in row.items()}


def _respell(random: Random, name: str) -> str:
    changes: list[Callable[[], str]] = [
        lambda: "".join(TRADITIONAL.get(char, char) for char in name),
        lambda: name[:-1] + _homophone(random, name[-1]),
        lambda: _pinyin(name, random),
        lambda: name[:-1] + random.choice(ZH_GIVEN),
        lambda: f"{name[0]} {name[1:]}",
        lambda: f"{name}先生",
    ]
    return random.choices(changes, weights=(4, 4, 2, 1, 1, 1))[0]()


def _homophone(random: Random, char: str) -> str:
    group = next((group for group in HOMOPHONES if char in group), char)
    return random.choice(group)


def _pinyin(name: str, random: Random) -> str:
    from shared.matching.readings import read_given, read_surname

    surname, given = read_surname(name[0]), read_given(name[1:])
    return random.choice(
        (f"{surname} {given}", f"{given} {surname}".title(), f"{surname.title()} {given.title()}")
    )


def make_strangers(seed: int, size: int) -> Labelled:
    """Pairs of people who merely share a phone, a mailbox, a name, or an address: every merge is wrong."""
    random = Random(seed)
    made: list[tuple[int, Cells]] = []
    for person in range(0, size, 2):
        one, other = (
            _a_customer(random, skewed(random, ZH_SURNAMES), _a_home(random), random.choice(ZH_FIRMS))
            for _ in "12"
        )
        field = random.choice(("手机", "邮箱", "姓名", "地址", "公司"))
        other[field] = one[field]
        if other["姓名"] == one["姓名"] and field != "姓名":
            other["姓名"] = "欧阳" + other["姓名"][1:]
        made += [(person, one), (person + 1, other)]
    return shuffled("strangers", random, made)


SETS: dict[str, Callable[[int, int], Labelled]] = {
    "chinese": make_chinese,
    "strangers": make_strangers,
    "households": make_households,
    "emails": make_emails,
    "historical": make_historical,
}
