from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from shared.care.hours import (
    Opening,
    Verdict,
    country_zones,
    first_instant,
    is_open,
    last_close,
    next_open,
    recipient_zones,
)
from shared.policy.schema import Window

ALL_DAYS = "0123456"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
DAYTIME = [Window(days=ALL_DAYS, start="08:00", end="20:00")]


def windows(*rows: tuple[str, str, str]) -> list[Window]:
    return [Window(days=days, start=start, end=end) for days, start, end in rows]


def local(text: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "wall", "expected"),
    [
        pytest.param([(ALL_DAYS, "08:00", "20:00")], "2026-03-02T08:00", None, id="the start is inside"),
        pytest.param(
            [(ALL_DAYS, "08:00", "20:00")],
            "2026-03-02T20:00",
            "2026-03-03T08:00",
            id="the end is outside",
        ),
        pytest.param(
            [(ALL_DAYS, "08:00", "20:00")], "2026-03-02T07:59:59.999", "2026-03-02T08:00", id="a tick early"
        ),
        pytest.param(
            [("01234", "09:00", "18:00")], "2026-03-06T18:00", "2026-03-09T09:00", id="over a weekend"
        ),
        pytest.param([("4", "22:00", "02:00")], "2026-03-07T01:59", None, id="Saturday night of Friday's"),
        pytest.param(
            [("4", "22:00", "02:00")],
            "2026-03-06T01:00",
            "2026-03-06T22:00",
            id="Friday night before Friday's window began",
        ),
        pytest.param(
            [("4", "22:00", "02:00")], "2026-03-07T02:00", "2026-03-13T22:00", id="once a week overnight"
        ),
        pytest.param([("0", "00:00", "00:00")], "2026-03-02T23:59", None, id="equal ends are a whole day"),
        pytest.param(
            [("0", "00:00", "00:00")], "2026-03-03T00:00", "2026-03-09T00:00", id="a whole day has an end"
        ),
        pytest.param(
            [(ALL_DAYS, "08:00", "11:00"), (ALL_DAYS, "14:00", "20:00")],
            "2026-03-02T12:00",
            "2026-03-02T14:00",
            id="between two windows",
        ),
    ],
)
def test_a_message_goes_inside_a_window_and_waits_for_the_next_start_outside(
    rows: list[tuple[str, str, str]], wall: str, expected: str | None
) -> None:
    asked = local(wall, SHANGHAI)
    opening = next_open(asked, [SHANGHAI], windows(*rows))
    if expected is None:
        assert opening == Opening(Verdict.SEND, asked)
    else:
        assert opening == Opening(Verdict.DEFER, local(expected, SHANGHAI))


# New York skips 02:00-03:00 on 2026-03-08 (07:00 UTC) and repeats 01:00-02:00 on 2026-11-01 (06:00 UTC).
@pytest.mark.parametrize(
    ("row", "asked", "expected"),
    [
        pytest.param(("6", "02:30", "05:00"), "2026-03-08T06:00", "2026-03-08T07:00", id="start in the gap"),
        pytest.param(
            ("6", "02:10", "02:50"), "2026-03-08T06:00", "2026-03-15T06:10", id="window all in the gap"
        ),
        pytest.param(("6", "01:00", "02:30"), "2026-03-08T06:30", None, id="until the gap"),
        pytest.param(
            ("6", "01:30", "04:00"), "2026-11-01T06:10", "2026-11-01T06:30", id="start in the second turn"
        ),
        pytest.param(
            ("6", "01:00", "01:30"), "2026-11-01T05:45", "2026-11-01T06:00", id="a repeated hour opens twice"
        ),
        pytest.param(("6", "01:00", "01:30"), "2026-11-01T06:15", None, id="inside for the second time"),
    ],
)
def test_clock_changes_are_read_by_wall_time(
    row: tuple[str, str, str], asked: str, expected: str | None
) -> None:
    opening = next_open(utc(asked), [NEW_YORK], windows(row))
    assert opening == (
        Opening(Verdict.SEND, utc(asked)) if expected is None else Opening(Verdict.DEFER, utc(expected))
    )


def test_several_zones_share_only_their_common_hours() -> None:
    zones = [ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")]
    before = local("2026-07-01T08:00", zones[0])
    assert next_open(before, zones, DAYTIME).at == local("2026-07-01T08:00", zones[1])
    assert not is_open(local("2026-07-01T18:00", zones[1]), zones, DAYTIME)


def test_zones_without_a_common_hour_never_open() -> None:
    zones = [ZoneInfo("Pacific/Auckland"), ZoneInfo("Europe/London")]
    assert next_open(utc("2026-07-01T00:00"), zones, windows((ALL_DAYS, "09:00", "17:00"))) == Opening(
        Verdict.NEVER, None
    )


@pytest.mark.parametrize(
    ("rows", "after", "limit", "expected"),
    [
        pytest.param(
            [(ALL_DAYS, "08:00", "20:00")],
            "2026-03-02T10:00",
            "2026-03-09T10:00",
            "2026-03-08T20:00",
            id="the close before the limit",
        ),
        pytest.param(
            [(ALL_DAYS, "08:00", "20:00")],
            "2026-03-02T10:00",
            "2026-03-09T20:00",
            "2026-03-09T20:00",
            id="a close at the limit",
        ),
        pytest.param(
            [("0", "10:00", "11:00")],
            "2026-03-02T10:30",
            "2026-03-08T10:30",
            "2026-03-02T11:00",
            id="the only close",
        ),
        pytest.param(
            [(ALL_DAYS, "00:00", "00:00")],
            "2026-03-02T10:00",
            "2026-03-05T10:00",
            "2026-03-05T10:00",
            id="always open",
        ),
        pytest.param(
            [(ALL_DAYS, "08:00", "20:00"), (ALL_DAYS, "12:00", "13:00")],
            "2026-03-02T10:00",
            "2026-03-03T14:00",
            "2026-03-02T20:00",
            id="an end inside another window is no close",
        ),
    ],
)
def test_validity_ends_with_the_last_close_before_the_limit(
    rows: list[tuple[str, str, str]], after: str, limit: str, expected: str
) -> None:
    close = last_close(local(after, SHANGHAI), local(limit, SHANGHAI), [SHANGHAI], windows(*rows))
    assert close == local(expected, SHANGHAI)


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        pytest.param("2026-03-02T09:00", "Asia/Shanghai", "2026-03-02T01:00", id="an ordinary time"),
        pytest.param("2026-03-08T02:30", "America/New_York", "2026-03-08T07:00", id="the end of the gap"),
        pytest.param("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30", id="the first of two"),
        pytest.param("2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:30", id="half an hour's gap"),
    ],
)
def test_a_wall_time_has_a_first_instant(wall: str, zone: str, expected: str) -> None:
    assert first_instant(datetime.fromisoformat(wall), ZoneInfo(zone)) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "country", "expected"),
    [
        pytest.param("Europe/Paris", "US", {"Europe/Paris"}, id="the address's zone"),
        pytest.param(None, "CN", {"Asia/Shanghai", "Asia/Urumqi"}, id="all zones of China"),
        pytest.param(None, "NO", {"Europe/Berlin"}, id="a zone shared by countries"),
        pytest.param("Mars/Base", "SG", {"Asia/Singapore"}, id="no such zone"),
        pytest.param("../etc", None, {"Asia/Tokyo"}, id="a path is no zone"),
        pytest.param("", None, {"Asia/Tokyo"}, id="an empty zone"),
        pytest.param(None, None, {"Asia/Tokyo"}, id="nothing known"),
        pytest.param(None, "XX", {"Asia/Tokyo"}, id="no such country"),
    ],
)
def test_the_recipient_zone_falls_back_to_the_country_then_the_tenant(
    zone: str | None, country: str | None, expected: set[str]
) -> None:
    zones = recipient_zones(zone, country, ZoneInfo("Asia/Tokyo"))
    assert {zone.key for zone in zones} == expected


def test_large_countries_have_their_zones() -> None:
    assert len(country_zones("US")) > 20
    assert len(country_zones("RU")) > 20
    assert {zone.key for zone in country_zones("RU")} <= available_timezones()
