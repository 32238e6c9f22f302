"""What `guanxi tag` answers to lines whose answers were worked out by hand from the requirements, before the code was read."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.policy.load import load_policy
from shared.tagging.tag_line import tag_told
from shared.tagging.told import read_told, to_moment

SHANGHAI = "Asia/Shanghai"
AS_OF = "2026-06-30T00:00:00"
YESTERDAY = [{"at": "2026-06-29T10:00:00+08:00"}]
POLICY = load_policy()
Line = dict[str, Any]


def answer(line: Line, as_of: str = AS_OF, zone: str = SHANGHAI) -> dict[str, Any]:
    tenant = POLICY.tenant.model_copy(update={"zone": zone})
    policy = POLICY.model_copy(update={"tenant": tenant})
    return tag_told(
        read_told({"customer_id": "C", **line}, ZoneInfo(zone)), policy, to_moment(as_of, ZoneInfo(zone))
    )


def orders(*told: tuple[str, int]) -> list[Line]:
    return [{"on": on, "amount_fen": fen} for on, fen in told]


def half_and_half(fen: int, recent_fen: int | None = None) -> list[Line]:
    recent = fen // 2 if recent_fen is None else recent_fen
    return orders(("2025-09-01", fen - recent), ("2026-02-01", recent))


@pytest.mark.parametrize(
    ("told", "first_on", "level", "reasons"),
    [
        pytest.param(half_and_half(100_000_000), "2024-06-30", "strategic", [], id="2 years"),
        pytest.param(
            half_and_half(100_000_000), "2024-07-01", "core", ["big_but_new"], id="2 years less 1 day"
        ),
        pytest.param(half_and_half(100_000_000), None, "core", ["big_but_new"], id="no first date"),
        pytest.param(half_and_half(10**17), "2020-01-01", "strategic", [], id="huge"),
        pytest.param(half_and_half(99_999_999), "2021-06-30", "core", [], id="1 fen less"),
        pytest.param(half_and_half(50_000_000), "2026-06-01", "core", [], id="50万, new"),
        pytest.param(
            half_and_half(49_999_999), "2016-06-30", "basic", ["potential_no_growth"], id="flat below 50万"
        ),
        pytest.param(half_and_half(49_990_000, 27_267_273), None, "potential", [], id="just 20 %"),
        pytest.param(
            half_and_half(49_990_000, 27_267_272), None, "basic", ["potential_no_growth"], id="1 fen below"
        ),
        pytest.param(half_and_half(10_000_000, 5_454_546), None, "potential", [], id="10万, 20 %"),
        pytest.param(half_and_half(9_999_999, 9_999_999), None, "basic", [], id="below 10万, all new"),
        pytest.param(half_and_half(10_000_000, 10_000_000), None, "potential", ["from_zero"], id="from 0"),
        pytest.param(
            half_and_half(10_000_000, 11_000_000), None, "potential", ["from_zero"], id="from less than 0"
        ),
        pytest.param(orders(("2025-06-30", 50_000_000)), None, "core", [], id="first day of the window"),
        pytest.param(orders(("2025-06-29", 50_000_000)), None, "basic", [], id="the day before it"),
        pytest.param(orders(("2025-12-30", 10_000_000)), None, "potential", ["from_zero"], id="6 months"),
        pytest.param(
            orders(("2025-12-29", 10_000_000)), None, "basic", ["potential_no_growth"], id="and a day"
        ),
        pytest.param(orders(("2026-06-30", 50_000_000)), None, "basic", [], id="the day that begins now"),
        pytest.param(
            [*orders(("2025-09-01", 100_000_000)), {"on": "2026-06-29", "amount_fen": -1}],
            "2020-01-01",
            "core",
            [],
            id="a refund of 1 fen",
        ),
        pytest.param(
            orders(("2024-06-30", 1), ("2025-09-01", 100_000_000)), None, "strategic", [], id="first order"
        ),
    ],
)
def test_the_level(told: list[Line], first_on: str | None, level: str, reasons: list[str]) -> None:
    found = answer({"orders": told, "first_cooperation_on": first_on, "interactions": YESTERDAY})
    assert (found["level"], [one for one in found["reasons"] if one != "silent_and_down"]) == (level, reasons)


@pytest.mark.parametrize(
    ("first_on", "as_of", "level"),
    [
        ("2024-02-29", "2026-02-28T00:00:00", "strategic"),
        ("2024-02-29", "2026-02-27T23:59:59", "core"),
        ("2024-03-01", "2026-02-28T12:00:00", "core"),
        ("2024-03-01", "2026-03-01T00:00:00", "strategic"),
        ("2026-02-28", "2028-02-28T00:00:00", "strategic"),
        ("2026-03-01", "2028-02-29T23:59:59", "core"),
        ("2026-03-01", "2028-03-01T00:00:00", "strategic"),
        ("2030-01-01", "2026-12-31T12:00:00", "core"),
    ],
)
def test_tenure_is_reached_on_the_anniversary(first_on: str, as_of: str, level: str) -> None:
    year = datetime.fromisoformat(as_of).year
    told = orders((f"{year - 1}-12-31", 100_000_000))
    assert answer({"orders": told, "first_cooperation_on": first_on}, as_of)["level"] == level


BASE = orders(*((f"2025-{month:02d}-15", 1_000_000) for month in range(8, 13)))


@pytest.mark.parametrize(
    ("line", "risk", "reasons", "flags"),
    [
        pytest.param(
            {"orders": [*BASE, *orders(("2026-06-01", 700_000))]}, "high", ["silent_and_down"], [], id="-30 %"
        ),
        pytest.param(
            {"orders": [*BASE, *orders(("2026-06-01", 700_001))], "interactions": [{"on": "2026-04-29"}]},
            "low",
            [],
            ["watch:silent"],
            id="-29.9 %",
        ),
        pytest.param(
            {"orders": [*BASE, *orders(("2026-06-01", 700_000))], "interactions": [{"on": "2026-04-30"}]},
            "low",
            [],
            ["watch:shrinking"],
            id="heard of on the first day of the 2 months",
        ),
        pytest.param(
            {"orders": orders(("2025-09-01", 5_000_000), ("2026-06-01", 700_000))},
            "high",
            ["silent_and_down"],
            ["thin_evidence"],
            id="one order",
        ),
        pytest.param(
            {"orders": BASE, "complaints": [{"at": "2026-06-29T10:00:00+08:00", "is_interaction": False}]},
            "high",
            ["silent_and_down"],
            [],
            id="a letter is no contact",
        ),
        pytest.param(
            {"orders": BASE, "complaints": [{"at": "2026-06-29T10:00:00+08:00"}]},
            "medium",
            ["complaint"],
            ["watch:shrinking"],
            id="a complaint is",
        ),
        pytest.param(
            {"interactions": YESTERDAY, "complaints": [{"at": "2026-05-30T00:00:00+08:00"}]},
            "medium",
            ["complaint"],
            [],
            id="a month ago",
        ),
        pytest.param(
            {"interactions": YESTERDAY, "complaints": [{"at": "2026-05-29T23:59:59+08:00"}]},
            "low",
            [],
            [],
            id="and a second",
        ),
        pytest.param(
            {"interactions": [{"on": "2025-06-29"}]}, "high", ["lapsed"], ["thin_evidence"], id="lapsed"
        ),
        pytest.param(
            {"interactions": [{"on": "2025-06-30"}]},
            "low",
            [],
            ["thin_evidence", "watch:silent"],
            id="not yet lapsed",
        ),
        pytest.param(
            {"first_cooperation_on": "2025-06-29"}, "high", ["lapsed"], ["thin_evidence"], id="never"
        ),
        pytest.param({"first_cooperation_on": "2025-06-30"}, "low", [], [], id="never, not yet a year"),
        pytest.param({"first_cooperation_on": "2027-01-01"}, "low", [], [], id="comes next year"),
        pytest.param({}, "low", [], [], id="nothing known"),
        pytest.param({"refunds": orders(("2026-01-01", 5))}, "low", [], [], id="a refund alone is no order"),
    ],
)
def test_the_risk(line: Line, risk: str, reasons: list[str], flags: list[str]) -> None:
    found = answer(line)
    assert (found["risk"], found["reasons"], found["flags"]) == (risk, reasons, flags)


@pytest.mark.parametrize(
    ("as_of", "reasons", "flags", "next_change_at"),
    [
        ("2026-04-01T00:00:00", ["silent_and_down"], [], "2026-04-15T16:00:00Z"),
        ("2026-04-16T00:00:00", ["silent_and_down"], ["thin_evidence"], "2026-06-15T16:00:00Z"),
        ("2026-06-16T00:00:00", ["lapsed"], ["thin_evidence"], None),
    ],
)
def test_silence_alone_never_ends_a_high_risk(
    as_of: str, reasons: list[str], flags: list[str], next_change_at: str | None
) -> None:
    line = {"orders": orders(*((f"2025-{month:02d}-15", 1_000_000) for month in range(1, 7)))}
    found = answer(line, as_of)
    assert (found["risk"], found["reasons"], found["flags"]) == ("high", reasons, flags)
    assert found["next_change_at"] == next_change_at


@pytest.mark.parametrize(
    ("line", "activity"),
    [
        ({"interactions": YESTERDAY * 5}, "high"),
        ({"interactions": YESTERDAY * 4}, "medium"),
        ({"complaints": YESTERDAY * 2}, "medium"),
        ({"interactions": YESTERDAY}, "low"),
        ({"complaints": [{**YESTERDAY[0], "is_interaction": False}] * 9}, "low"),
        ({"interactions": [{**YESTERDAY[0], "id": "a"}] * 9}, "low"),
        ({"interactions": [{**YESTERDAY[0], "id": "a"}, {"id": "a", "on": "2026-07-20"}] * 2}, "low"),
        ({"interactions": [*YESTERDAY, {"on": "2026-03-30"}]}, "medium"),
        ({"interactions": [*YESTERDAY, {"on": "2026-03-29"}]}, "low"),
    ],
)
def test_the_activity(line: Line, activity: str) -> None:
    assert answer(line)["activity"] == activity


@pytest.mark.parametrize(
    ("zone", "complained_on", "as_of", "ends_at"),
    [
        (SHANGHAI, "2026-01-31", "2026-02-10", "2026-02-28T16:00:00Z"),
        (SHANGHAI, "2026-02-28", "2026-03-10", "2026-03-31T16:00:00Z"),
        (SHANGHAI, "2028-02-28", "2028-03-10", "2028-03-28T16:00:00Z"),
        (SHANGHAI, "2028-02-29", "2028-03-10", "2028-03-31T16:00:00Z"),
        (SHANGHAI, "2026-01-27", "2026-02-10", "2026-02-27T16:00:00Z"),
        (SHANGHAI, "2028-01-29", "2028-02-10", "2028-02-29T16:00:00Z"),
        (SHANGHAI, "2026-04-30", "2026-05-10", "2026-05-31T16:00:00Z"),
        ("America/New_York", "2026-02-10", "2026-03-01", "2026-03-11T04:00:00Z"),
        ("America/New_York", "2026-02-07", "2026-03-01", "2026-03-08T05:00:00Z"),
        ("America/New_York", "2026-10-05", "2026-10-20", "2026-11-06T05:00:00Z"),
        ("Europe/Berlin", "2026-02-28", "2026-03-10", "2026-03-31T22:00:00Z"),
        ("Europe/Berlin", "2026-09-25", "2026-10-10", "2026-10-25T23:00:00Z"),
        ("America/Sao_Paulo", "2018-10-03", "2018-10-20", "2018-11-04T03:00:00Z"),
        ("America/Sao_Paulo", "2018-10-04", "2018-10-20", "2018-11-05T02:00:00Z"),
        ("Pacific/Apia", "2011-11-28", "2011-12-10", "2011-12-29T10:00:00Z"),
        ("Pacific/Apia", "2011-11-29", "2011-12-10", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-11-30", "2011-12-10", "2011-12-31T10:00:00Z"),
        ("Australia/Lord_Howe", "2026-09-05", "2026-09-20", "2026-10-05T13:00:00Z"),
        ("Asia/Kolkata", "2026-05-29", "2026-06-10", "2026-06-29T18:30:00Z"),
        ("Pacific/Chatham", "2026-05-29", "2026-06-10", "2026-06-29T11:15:00Z"),
    ],
)
def test_a_complaint_ends_at_the_first_instant_of_a_local_day(
    zone: str, complained_on: str, as_of: str, ends_at: str
) -> None:
    found = answer({"complaints": [{"on": complained_on, "is_interaction": False}]}, as_of, zone)
    assert (found["risk"], found["next_change_at"]) == ("medium", ends_at)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2026-06-30T00:00:00+08:00", False),
        ("2026-06-29T16:00:00Z", False),
        ("2026-06-30T00:00:00", False),
        ("2026-06-29T15:59:59Z", True),
        ("2026-06-29T11:59:59-04:00", True),
        ("2026-06-29T23:59:59.999999+08:00", True),
    ],
)
def test_an_event_at_the_very_instant_does_not_exist_yet(at: str, counts: bool) -> None:
    found = answer({"orders": [{"at": at, "amount_fen": 50_000_000}]})
    assert (found["level"] == "core") is counts
