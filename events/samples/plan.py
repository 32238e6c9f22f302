"""Which customer shall land in which cell of level x risk at the fixed clock, and the events that bring it there.

The rules are R12..R23. As of 2026-06-30 the windows begin on: 1 month 05-30, 2 months 04-30, 6 months 2025-12-30,
12 months 2025-06-30. All plans but the `edge` ones stay days and percents away from these bounds.
"""

import random
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from events.samples.people import Person, person

ZONE = ZoneInfo("Asia/Shanghai")
CLOCK = datetime(2026, 6, 30, 10, tzinfo=ZONE)
TODAY = CLOCK.date()
_SEED = 20260630


class OrderPlan(NamedTuple):
    on: date
    yuan: int
    is_refund: bool = False


class ContactPlan(NamedTuple):
    at: datetime
    kind: str
    """enquiry, call, need, complaint (service desk); chat, event_attendance, feature, page_view (web)."""


class ConsentPlan(NamedTuple):
    on: date
    channel: str
    action: str
    source: str
    """sales or web."""


class Customer(NamedTuple):
    """One real customer, as the three files together should show them."""

    number: int
    person: Person
    level: str
    risk: str
    story: str
    first_cooperation_on: date
    orders: tuple[OrderPlan, ...]
    contacts: tuple[ContactPlan, ...]
    consents: tuple[ConsentPlan, ...]

    @property
    def phone(self) -> str | None:
        return self.person.phone

    @property
    def email(self) -> str | None:
        return self.person.email


class Story(NamedTuple):
    """A way to land in a cell: orders as (days before today, weight), contacts in days before today."""

    level: str
    risk: str
    name: str
    copies: int
    yuan: tuple[int, int]
    """Lowest and highest amount of the last 12 months."""
    orders: tuple[tuple[int, int], ...]
    contacts: tuple[int, ...]
    first_years: tuple[int, int]
    """Fewest and most years since the first cooperation."""
    older: int = 0
    """Orders in the year before."""
    complaint: int | None = None


_STEADY = ((20, 1), (50, 1), (120, 1), (210, 1), (310, 1))
_GROWING = ((20, 4), (110, 4), (230, 3), (310, 2))
_FALLEN = ((80, 2), (130, 3), (220, 3), (320, 3))
_FALLEN_GROWN = ((80, 4), (150, 6), (230, 3), (310, 3))
_TRICKLE = ((30, 1), (90, 9), (150, 9), (220, 9), (300, 9))
_NO_GROWTH = ((25, 2), (100, 2), (220, 4), (300, 5))
_SMALL = ((25, 1), (150, 1))
_ONE = ((45, 1),)
_ONE_EARLY = ((150, 1),)

# Recent contacts: nothing is due. A last contact before the interval of the cell: due, and `watch:silent`
# where it is more than two months old.
_STORIES = (
    Story("strategic", "low", "busy", 4, (1_100_000, 2_600_000), _STEADY, (3, 18, 40, 75, 160), (3, 8), 2),
    Story("strategic", "low", "due", 3, (1_100_000, 1_900_000), _STEADY, (38, 90, 170), (3, 8), 2),
    Story(
        "strategic", "medium", "complained", 3, (1_100_000, 2_000_000), _STEADY, (9, 50, 120), (3, 8), 2, 1
    ),
    Story(
        "strategic", "high", "silent and down", 3, (1_100_000, 1_700_000), _FALLEN, (85, 150, 240), (3, 8), 2
    ),
    Story("strategic", "high", "trickle", 1, (1_300_000, 1_400_000), _TRICKLE, (100, 180), (4, 6), 1),
    Story("core", "low", "busy", 6, (540_000, 920_000), _STEADY, (6, 30, 70, 150), (1, 6), 1),
    Story("core", "low", "due", 6, (540_000, 920_000), _STEADY, (75, 160), (1, 6), 1),
    Story("core", "low", "shrinking", 2, (600_000, 900_000), _FALLEN, (15, 45), (2, 6), 1),
    Story("core", "low", "big but new", 2, (1_150_000, 1_500_000), _STEADY, (5, 25, 55), (1, 1)),
    Story("core", "medium", "complained", 5, (540_000, 920_000), _STEADY, (45, 130), (1, 6), 1, 8),
    Story("core", "high", "silent and down", 6, (540_000, 920_000), _FALLEN, (90, 200), (2, 6), 1),
    Story("potential", "low", "busy", 8, (120_000, 450_000), _GROWING, (10, 48, 120), (1, 4)),
    Story("potential", "low", "due", 7, (120_000, 450_000), _GROWING, (110, 200), (1, 4)),
    Story("potential", "low", "from zero", 2, (150_000, 300_000), ((40, 1), (90, 1)), (20, 60), (1, 2)),
    Story("potential", "medium", "complained", 5, (120_000, 450_000), _GROWING, (70, 150), (1, 4), 0, 15),
    Story("potential", "high", "silent and down", 5, (120_000, 450_000), _FALLEN_GROWN, (95, 210), (1, 4)),
    Story("basic", "low", "busy", 14, (2_000, 88_000), _SMALL, (12, 100), (1, 5)),
    Story("basic", "low", "due", 12, (2_000, 88_000), _SMALL, (205,), (1, 5), 1),
    Story("basic", "low", "no growth", 5, (120_000, 400_000), _NO_GROWTH, (30, 140), (1, 5), 1),
    Story("basic", "low", "one order", 8, (1_000, 30_000), _ONE, (20,), (0, 0)),
    Story("basic", "low", "visitor", 5, (0, 0), (), (25, 190), (1, 2)),
    Story("basic", "medium", "complained", 8, (2_000, 60_000), _SMALL, (80,), (1, 5), 0, 20),
    Story("basic", "high", "silent and down", 9, (2_000, 88_000), _FALLEN, (130,), (1, 5)),
    Story("basic", "high", "one order then silence", 3, (2_000, 20_000), _ONE_EARLY, (140,), (1, 2)),
    Story("basic", "high", "lapsed", 8, (0, 0), (), (430,), (2, 6), 1),
    Story("basic", "high", "never came back", 2, (0, 0), (), (), (2, 5)),
)

_SERVICE_KINDS = ("call", "enquiry", "need")
_WEB_KINDS = ("chat", "event_attendance", "feature")
_OLDER_DAYS = (410, 520, 640)
_ORDER_JITTER_DAYS = 6
_CONTACT_JITTER_DAYS = 2


@cache
def customers() -> tuple[Customer, ...]:
    """Every planned customer with the level and risk that it must have at the fixed clock."""
    plans = [_from_story(story, copy) for story in _STORIES for copy in range(story.copies)] + list(_EDGES)
    # Mixed by a fixed stride, so that abroad, no email and the consents fall on every cell.
    mixed = sorted(range(len(plans)), key=lambda at: (at * 37) % len(plans))
    return tuple(_build(number, plans[at]) for number, at in enumerate(mixed))


class _Plan(NamedTuple):
    level: str
    risk: str
    story: str
    first_cooperation_on: date | None
    orders: tuple[OrderPlan, ...]
    contact_days: tuple[int, ...]
    complaint_days: int | None
    first_years: tuple[int, int] = (1, 1)


def _from_story(story: Story, copy: int) -> _Plan:
    chance = random.Random(f"{_SEED}/{story}/{copy}")
    total = chance.randrange(story.yuan[0], story.yuan[1] + 1) // 100 * 100
    orders = _spread(total, story.orders, chance)
    older = [
        OrderPlan(_before(days + chance.randint(-9, 9)), max(total // 8, 800) // 100 * 100)
        for days in _OLDER_DAYS[: story.older]
    ]
    contacts = tuple(
        max(days + chance.randint(-_CONTACT_JITTER_DAYS, _CONTACT_JITTER_DAYS), 1) for days in story.contacts
    )
    return _Plan(
        story.level,
        story.risk,
        story.name,
        _first_day(story, chance),
        (*orders, *older, *_given_back(story, copy, chance)),
        contacts,
        story.complaint,
    )


def _spread(total: int, weights: tuple[tuple[int, int], ...], chance: random.Random) -> list[OrderPlan]:
    """The total over the order days by weight, in whole hundreds; the first day takes what is left."""
    whole = sum(weight for _, weight in weights)
    shares = [total * weight // whole // 100 * 100 for _, weight in weights]
    if shares:
        shares[0] += total - sum(shares)
    days = [days + chance.randint(-_ORDER_JITTER_DAYS, _ORDER_JITTER_DAYS) for days, _ in weights]
    return [OrderPlan(_before(day), yuan) for day, yuan in zip(days, shares, strict=True)]


def _given_back(story: Story, copy: int, chance: random.Random) -> list[OrderPlan]:
    """Some low-risk customers give one order back a few days later: the net amount stays as planned."""
    if story.risk != "low" or copy % 4 != 1 or not story.orders:
        return []
    days, yuan = 100 + chance.randint(0, 5), chance.randrange(8, 60) * 100
    return [OrderPlan(_before(days), yuan), OrderPlan(_before(days - 7), yuan, is_refund=True)]


def _first_day(story: Story, chance: random.Random) -> date:
    fewest, most = story.first_years
    if most == 0:
        return _before(chance.randint(55, 59))
    if story.name == "big but new":
        return _before(chance.randint(400, 640))
    return _before(chance.randint(fewest * 366 + 15, max(most * 365, fewest * 366 + 40)))


def _before(days: int) -> date:
    return TODAY - timedelta(days=days)


def _edge(
    level: str,
    risk: str,
    story: str,
    first_on: date,
    orders: tuple[OrderPlan, ...],
    contacts: tuple[int, ...] = (4, 33),
) -> _Plan:
    return _Plan(level, risk, story, first_on, orders, contacts, None)


_HALVES = (date(2026, 6, 10), date(2026, 2, 10), date(2025, 11, 10), date(2025, 8, 10))


def _split(*yuan: int) -> tuple[OrderPlan, ...]:
    return tuple(OrderPlan(on, part) for on, part in zip(_HALVES, yuan, strict=True))


_EDGES = (
    _edge("strategic", "low", "exactly 100万 and 2 years", date(2024, 6, 30), _split(*[250_000] * 4)),
    _edge("core", "low", "100万, 2 years less a day", date(2024, 7, 1), _split(*[250_000] * 4)),
    _edge("core", "low", "99.99万 after 5 years", date(2021, 3, 5), _split(249_900, *[250_000] * 3)),
    _edge("core", "low", "exactly 50万", date(2026, 5, 20), (OrderPlan(date(2026, 5, 25), 500_000),)),
    _edge(
        "potential", "low", "growth exactly 20 %", date(2023, 6, 1), _split(60_000, 60_000, 50_000, 50_000)
    ),
    _edge("basic", "low", "growth just under 20 %", date(2023, 6, 1), _split(60_000, 59_900, 50_000, 50_000)),
    _edge("potential", "low", "exactly 10万", date(2024, 6, 1), _split(30_000, 30_000, 20_000, 20_000)),
    _edge(
        "basic", "low", "one hundred short of 10万", date(2024, 6, 1), _split(30_000, 29_900, 20_000, 20_000)
    ),
    _edge(
        "basic", "high", "down exactly 30 %", date(2023, 1, 9), _split(1_400, 5_000, 5_000, 0)[:3], (70, 150)
    ),
    _edge(
        "basic", "low", "down a little less", date(2023, 1, 9), _split(1_500, 5_000, 5_000, 0)[:3], (70, 150)
    ),
)


def _build(number: int, plan: _Plan) -> Customer:
    chance = random.Random(f"{_SEED}/customer/{number}")
    who = person(number)
    contacts = [_contact(days, chance) for days in plan.contact_days]
    if plan.complaint_days is not None:
        contacts.append(ContactPlan(_instant(plan.complaint_days, chance), "complaint"))
    if plan.contact_days and min(plan.contact_days) > 300:
        contacts = [contact._replace(kind="call") for contact in contacts]
    first_on = plan.first_cooperation_on or TODAY
    orders = tuple(sorted(plan.orders))
    return Customer(
        number, who, plan.level, plan.risk, plan.story, first_on, orders, tuple(sorted(contacts)),
        _consents(number, who, orders, first_on),
    )  # fmt: skip


def _contact(days: int, chance: random.Random) -> ContactPlan:
    kinds = _SERVICE_KINDS if chance.random() < 0.55 else _WEB_KINDS
    # A need is a wish, not a contact: it stands beside a call, never alone.
    kind = chance.choice(kinds)
    return ContactPlan(_instant(days, chance), "call" if kind == "need" else kind)


def _instant(days: int, chance: random.Random) -> datetime:
    minute = chance.randrange(9 * 60, 18 * 60)
    return datetime.combine(_before(days), datetime.min.time(), ZONE) + timedelta(minutes=minute)


def _consents(
    number: int, who: Person, orders: tuple[OrderPlan, ...], first_on: date
) -> tuple[ConsentPlan, ...]:
    """Of ten customers: six allow email, five SMS (some both), one withdraws email later, two say nothing."""
    said_on = orders[-1].on if orders else max(first_on, _before(600))
    consents = []
    if number % 10 in (0, 1, 2, 4, 5, 8) and who.email:
        consents.append(ConsentPlan(said_on, "email", "grant", "sales" if number % 3 else "web"))
    if number % 10 in (0, 2, 3, 5, 8) and who.phone:
        consents.append(ConsentPlan(said_on, "sms", "grant", "sales"))
    if number % 10 == 8 and who.email:
        consents.append(ConsentPlan(max(said_on, _before(40)), "email", "withdraw", "web"))
    if number % 10 == 7 and who.email:
        consents.append(ConsentPlan(said_on, "email", "withdraw", "sales"))
    return tuple(consents)
