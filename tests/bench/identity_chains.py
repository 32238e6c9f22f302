"""Seeded sets in which one wrong link pulls others after it: chains, moved households, switchboards, bridges, likenesses.

Each has its truth. What is asked of them is precision first: a wrong link must not grow into a wrong group.
"""

from collections.abc import Callable
from functools import partial
from random import Random

from tests.bench.identity_people import (
    GIVEN,
    STREETS,
    SURNAMES,
    TOWNS,
    ZH_FIRMS,
    ZH_GIVEN,
    ZH_SURNAMES,
    a_day,
    a_mobile,
    a_postcode,
    skewed,
    slip,
    sometimes,
    wrong_day,
)
from tests.bench.identity_sets import Cells, Labelled, shuffled

Made = list[tuple[int, Cells]]


def _told(random: Random, row: Cells, missing: dict[str, float], typos: float = 0.05) -> Cells:
    """A row as somebody typed it: slips, and cells left empty."""
    typed = {
        name: sometimes(random, typos, partial(slip, random, value), value) for name, value in row.items()
    }
    return {name: "" if random.random() < missing.get(name, 0.0) else value for name, value in typed.items()}


def make_chains(seed: int, size: int) -> Labelled:
    """Rows of neighbours in likeness: each is close to the next, the first and the last are strangers."""
    random, person = Random(seed), 0
    made: Made = []
    while len(made) < size:
        given, surname, house = skewed(random, GIVEN), skewed(random, SURNAMES), random.randint(1, 90)
        day, street, town = a_day(random), random.choice(STREETS), skewed(random, TOWNS)
        for step in range(random.randint(2, 4)):
            person += 1
            # The next one lives next door, bears nearly the same name, was born within the year.
            if step:
                given = random.choice((given, slip(random, given), skewed(random, GIVEN)))
                day = f"{int(day[:4]) + random.choice((-1, 0, 1))}{a_day(random)[4:]}"
            truth = {
                "given_name": given,
                "surname": surname,
                "date_of_birth": day,
                "street": f"{house + 2 * step} {street} street",
                "suburb": town,
                "phone": f"+44 1632 96{random.randint(0, 9999):04}",
            }
            missing = {"date_of_birth": 0.25, "phone": 0.3, "street": 0.15, "suburb": 0.1}
            made += [(person, _told(random, truth, missing)) for _ in range(random.choice((1, 2, 2, 3)))]
    return shuffled("chains", random, made[:size])


def make_moved(seed: int, size: int) -> Labelled:
    """Households on one phone whose members move out, one by one, and whose house and phone others take over."""
    random, person = Random(seed), 0
    made: Made = []
    place = _a_place(random)
    while len(made) < size:
        if random.random() < 0.7:
            place = _a_place(random)
        surname = skewed(random, SURNAMES)
        for _ in range(random.randint(2, 5)):
            person += 1
            truth = {
                "given_name": skewed(random, GIVEN),
                "surname": surname,
                "date_of_birth": a_day(random, 1945, 2005),
                **place,
                "email": f"{surname}.{person}@example.com",
            }
            rows = random.choice((1, 2, 3, 4))
            moved = random.randint(0, rows)
            for number in range(rows):
                if number == moved:
                    truth = {**truth, **_a_place(random)}
                missing = {"date_of_birth": 0.25, "phone": 0.2, "email": 0.5, "postcode": 0.15}
                made.append((person, _told(random, truth, missing)))
    return shuffled("moved", random, made[:size])


def _a_place(random: Random) -> Cells:
    return {
        "phone": f"+44 1632 96{random.randint(0, 9999):04}",
        "street": f"{random.randint(1, 200)} {random.choice(STREETS)} road",
        "town": skewed(random, TOWNS),
        "postcode": a_postcode(random),
    }


def make_switchboard(seed: int, size: int) -> Labelled:
    """Firms of hundreds on one number and a few role mailboxes; some colleagues bear one name."""
    random, person = Random(seed), 0
    made: Made = []
    while len(made) < size:
        firm = f"{random.choice(TOWNS)}{random.choice(ZH_FIRMS)}科技有限公司"
        board, domain = (
            f"+8610{random.randint(50000000, 89999999)}",
            f"f{random.randint(1, 99999)}.example.com",
        )
        for _ in range(random.randint(150, 400)):
            person += 1
            surname = skewed(random, ZH_SURNAMES)
            truth = {
                "姓名": surname + "".join(skewed(random, ZH_GIVEN) for _ in range(random.choice((1, 2, 2)))),
                "公司": firm,
                "电话": board if random.random() < 0.8 else a_mobile(random),
                "邮箱": random.choice(("info", "sales", "office", f"p{person}", f"p{person}")) + f"@{domain}",
                "生日": a_day(random),
            }
            missing = {"生日": 0.4, "邮箱": 0.2, "电话": 0.1, "公司": 0.1}
            made += [
                (person, _told(random, truth, missing, 0.02)) for _ in range(random.choice((1, 1, 2, 3)))
            ]
    return shuffled("switchboard", random, made[:size])


def make_bridges(seed: int, size: int) -> Labelled:
    """Well known people, and now and then a row that carries the name of one and the phone or mailbox of another."""
    random, person = Random(seed), 0
    made: Made = []
    before: Cells = {}
    while len(made) < size:
        person += 1
        truth = {
            "given_name": skewed(random, GIVEN),
            "surname": skewed(random, SURNAMES),
            "date_of_birth": a_day(random),
            "phone": f"+44 7700 900{random.randint(0, 999):03}",
            "email": f"p{person}.{random.randint(10, 99)}@example.com",
            "street": f"{random.randint(1, 200)} {random.choice(STREETS)} lane",
            "town": skewed(random, TOWNS),
        }
        truth["phone"] += str(random.randint(10, 99))
        missing = {"date_of_birth": 0.3, "phone": 0.2, "email": 0.3, "street": 0.2}
        made += [(person, _told(random, truth, missing)) for _ in range(random.choice((1, 2, 3, 4)))]
        if before and random.random() < 0.3:
            taken = random.choice((("phone",), ("email",), ("phone", "email"), ("street", "town", "phone")))
            made.append((person, _told(random, {**truth, **{name: before[name] for name in taken}}, {})))
        before = truth
    return shuffled("bridges", random, made[:size])


def make_likenesses(seed: int, size: int) -> Labelled:
    """Families who share a phone and a mailbox and whose names are alike: siblings, twins, father and son, spouses."""
    random, person = Random(seed), 0
    made: Made = []
    while len(made) < size:
        surname, home = skewed(random, ZH_SURNAMES), a_mobile(random)
        box = f"home{random.randint(1, 99999)}@mail.example.com"
        first = skewed(random, ZH_GIVEN)
        day = a_day(random, 1975, 2005)
        is_twins = random.random() < 0.4
        for number in range(random.choice((2, 2, 3))):
            person += 1
            # 志军, 志明, 志强: one generation shares a character.
            given = first + skewed(random, ZH_GIVEN.replace(first, ""))
            truth = {
                "姓名": surname + given,
                "手机": home,
                "邮箱": box,
                "生日": day if is_twins and number < 2 else a_day(random, 1950, 2005),
            }
            missing = {"生日": 0.4, "手机": 0.1, "邮箱": 0.2}
            made += [(person, _told(random, truth, missing, 0.0)) for _ in range(random.choice((1, 1, 2, 3)))]
    return shuffled("likenesses", random, made[:size])


def make_namesakes(seed: int, size: int) -> Labelled:
    """Father and son of one name at one address and phone, mostly with one row each; half of the rows say a birthday."""
    random, person = Random(seed), 0
    made: Made = []
    while len(made) < size:
        given, surname, place = skewed(random, GIVEN), skewed(random, SURNAMES), _a_place(random)
        days = [a_day(random, 1930, 1955), a_day(random, 1960, 1990)]
        for day in days[: random.choice((1, 2))]:
            person += 1
            truth = {"given_name": given, "surname": surname, "date_of_birth": day, **place}
            missing = {"date_of_birth": 0.25, "phone": 0.2, "street": 0.05}
            made += [
                (
                    person,
                    {
                        **row,
                        "date_of_birth": sometimes(
                            random, 0.05, partial(wrong_day, random, day), row["date_of_birth"]
                        ),
                    },
                )
                for row in (_told(random, truth, missing) for _ in range(random.choice((1, 1, 2))))
            ]
    return shuffled("namesakes", random, made[:size])


CHAINS: dict[str, Callable[[int, int], Labelled]] = {
    "chains": make_chains,
    "moved": make_moved,
    "switchboard": make_switchboard,
    "bridges": make_bridges,
    "likenesses": make_likenesses,
    "namesakes": make_namesakes,
}
