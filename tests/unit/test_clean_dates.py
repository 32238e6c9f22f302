from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.cleaning.dates import DateHints, clean_date, clean_instant, clean_past_date

SHANGHAI = DateHints(ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 5, 3)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("2026-05-03", id="ISO"),
        pytest.param("2026-5-3", id="ISO without zeros"),
        pytest.param("2026/5/3", id="slashes"),
        pytest.param("2026/05/03 ", id="slashes, zeros, space"),
        pytest.param("2026.5.3", id="dots"),
        pytest.param("2026年5月3日", id="Chinese"),
        pytest.param("2026年05月03号", id="Chinese 号"),
        pytest.param("2026 年 5 月 3 日", id="Chinese with spaces"),
        pytest.param("２０２６年５月３日", id="full width"),
        pytest.param("二〇二六年五月三日", id="Chinese numerals"),
        pytest.param("2026年5月3日 星期日", id="weekday"),
        pytest.param("2026-05-03 (周日)", id="weekday in brackets"),
        pytest.param("20260503", id="compact"),
        pytest.param(20260503, id="compact number"),
        pytest.param("3 May 2026", id="English"),
        pytest.param("03-May-2026", id="English with dashes"),
        pytest.param("May 3, 2026", id="American"),
        pytest.param("May 3rd 2026", id="ordinal"),
        pytest.param("Sunday, 3 May 2026", id="English weekday"),
        pytest.param("2026-05-03 00:00:00", id="midnight of a database"),
        pytest.param("2026-05-03T15:30:00+08:00", id="instant"),
        pytest.param("2026-05-02T16:00:00Z", id="UTC instant of the local midnight"),
    ],
)
def test_days_are_read(raw: object) -> None:
    assert clean_date(raw, "party.birthday", SHANGHAI).value == DAY


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("2026-13-01", "bad_date", id="month 13"),
        pytest.param("2026-02-30", "bad_date", id="30 February"),
        pytest.param("2025年2月29日", "bad_date", id="29 February of a common year"),
        pytest.param("03/04/2026", "ambiguous_date", id="day or month"),
        pytest.param("3.4.2026", "ambiguous_date", id="day or month with dots"),
        pytest.param("3/4/26", "two_digit_year", id="two-digit year"),
        pytest.param("26年5月3日", "two_digit_year", id="Chinese two-digit year"),
        pytest.param("2026年5月", "incomplete_date", id="no day"),
        pytest.param("5月3日", "incomplete_date", id="no year"),
        pytest.param("2026", "bare_number_date", id="only a year"),
        pytest.param(46145, "bare_number_date", id="serial without a hint"),
        pytest.param(1777773600, "bare_number_date", id="epoch seconds"),
        pytest.param("0026-05-03", "date_out_of_range", id="year 26"),
        pytest.param("9999-12-31", "date_out_of_range", id="the end of time"),
        pytest.param("Q2 2026", "bad_date", id="quarter"),
        pytest.param("yesterday", "bad_date", id="yesterday"),
        pytest.param("12:30", "bad_date", id="a time only"),
        pytest.param("2026-05-03 25:00", "bad_time", id="hour 25"),
        pytest.param("2026-05-03 noonish", "bad_time", id="words for a time"),
        pytest.param("31/31/2026", "bad_date", id="neither can be a month"),
        pytest.param("2026-05-03-04", "bad_time", id="too many parts"),
    ],
)
def test_days_that_cannot_be_read_are_refused(raw: object, code: str) -> None:
    field = clean_date(raw, "party.birthday", SHANGHAI)
    assert (field.value, [issue.code for issue in field.issues]) == (None, [code])


@pytest.mark.parametrize(
    ("raw", "day_first", "day", "codes"),
    [
        ("03/04/2026", True, date(2026, 4, 3), []),
        ("03/04/2026", False, date(2026, 3, 4), []),
        ("13/04/2026", None, date(2026, 4, 13), []),
        ("04/13/2026", None, date(2026, 4, 13), []),
        ("04/13/2026", True, date(2026, 4, 13), ["date_against_hint"]),
        ("13/04/2026", False, date(2026, 4, 13), ["date_against_hint"]),
        ("05/05/2026", None, date(2026, 5, 5), []),
        ("2026-05-03", True, date(2026, 5, 3), []),
    ],
)
def test_the_order_of_day_and_month_follows_the_source(
    raw: str, day_first: bool | None, day: date, codes: list[str]
) -> None:
    field = clean_date(raw, "event_at", SHANGHAI._replace(day_first=day_first))
    assert (field.value, [issue.code for issue in field.issues]) == (day, codes)


@pytest.mark.parametrize(
    ("raw", "epoch", "day"),
    [
        pytest.param(46145, 1900, date(2026, 5, 3), id="1900 system"),
        pytest.param("46145", 1900, date(2026, 5, 3), id="as text"),
        pytest.param(44683, 1904, date(2026, 5, 3), id="1904 system"),
        pytest.param(61, 1900, date(1900, 3, 1), id="the day after the phantom"),
        pytest.param(59, 1900, date(1900, 2, 28), id="the day before the phantom"),
        pytest.param(2, 1900, date(1900, 1, 2), id="the second day"),
        pytest.param(20260503, 1900, date(2026, 5, 3), id="a compact date is no serial"),
        pytest.param("2026-05-03", 1900, date(2026, 5, 3), id="text beside serials"),
        pytest.param(60, 1900, None, id="29 February 1900 never was"),
        pytest.param(0, 1900, None, id="day 0"),
        pytest.param(9999999, 1900, None, id="far too large"),
    ],
)
def test_serials_are_read_where_the_source_is_a_sheet(raw: object, epoch: int, day: date | None) -> None:
    assert clean_date(raw, "event_at", SHANGHAI._replace(epoch=epoch)).value == day


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        pytest.param("2026-05-03", "2026-05-02T16:00:00", id="a day counts from local midnight"),
        pytest.param("2026-05-03 10:00", "2026-05-03T02:00:00", id="local time"),
        pytest.param("2026/5/3 10:00:05", "2026-05-03T02:00:05", id="seconds"),
        pytest.param("2026-05-03T10:00:00Z", "2026-05-03T10:00:00", id="Z"),
        pytest.param("2026-05-03T10:00:00.123456Z", "2026-05-03T10:00:00.123", id="cut to milliseconds"),
        pytest.param("2026-05-03 10:00:00 +0800", "2026-05-03T02:00:00", id="offset without colon"),
        pytest.param("2026-05-03T10:00-05:00", "2026-05-03T15:00:00", id="negative offset"),
        pytest.param("2026-05-03 10:00 UTC", "2026-05-03T10:00:00", id="UTC"),
        pytest.param("2026-05-03 10:00 GMT+08:00", "2026-05-03T02:00:00", id="GMT and offset"),
        pytest.param("2026年5月3日 下午3:30", "2026-05-03T07:30:00", id="下午"),
        pytest.param("2026年5月3日下午3点半", "2026-05-03T07:30:00", id="点半"),
        pytest.param("2026年5月3日 上午10时05分", "2026-05-03T02:05:00", id="时 分"),
        pytest.param("2026/5/3 上午 12:00:00", "2026-05-02T16:00:00", id="上午 12 is midnight"),
        pytest.param("2026/5/3 下午 12:15:00", "2026-05-03T04:15:00", id="下午 12 is noon"),
        pytest.param("2026-5-3 中午12点", "2026-05-03T04:00:00", id="中午"),
        pytest.param("2026-5-3 晚上8点一刻", "2026-05-03T12:15:00", id="晚上"),
        pytest.param("2026-5-3 凌晨1点", "2026-05-02T17:00:00", id="凌晨"),
        pytest.param("5/13/2026 3:30 PM", "2026-05-13T07:30:00", id="PM"),
        pytest.param("3 May 2026 12:00 am", "2026-05-02T16:00:00", id="12 am"),
        pytest.param("Sun, 03 May 2026 10:00:00 +0800", "2026-05-03T02:00:00", id="mail header"),
        pytest.param("20260503101530", "2026-05-03T02:15:30", id="fourteen digits"),
        pytest.param("20260503T101530Z", "2026-05-03T10:15:30", id="compact ISO"),
        pytest.param(1777773600000, "2026-05-03T02:00:00", id="epoch milliseconds"),
        pytest.param("1777773600000", "2026-05-03T02:00:00", id="epoch milliseconds as text"),
    ],
)
def test_instants_are_read(raw: object, at: str) -> None:
    field = clean_instant(raw, "event_at", SHANGHAI)
    assert field.value == datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-05-03 晚上12点",
        "2026-05-03 上午15:00",
        "2026-05-03 10:60",
        "2026-05-03 10:00 CST",
        "2026-05-03 13:00 am",
        "2026-05-03 10:00+25:00",
    ],
)
def test_times_with_two_readings_or_none_are_refused(raw: str) -> None:
    assert [issue.code for issue in clean_instant(raw, "event_at", SHANGHAI).issues] == ["bad_time"]


def test_a_serial_with_a_fraction_is_a_local_time() -> None:
    field = clean_instant(46145.416666666664, "event_at", SHANGHAI._replace(epoch=1900))
    assert field.value == datetime(2026, 5, 3, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("1900-01-01", "placeholder_date"),
        ("1970/1/1", "placeholder_date"),
        ("2027-01-01", "future_date"),
        ("1990-05-03", None),
    ],
)
def test_birthdays_lie_in_the_past_and_are_no_defaults(raw: str, code: str | None) -> None:
    field = clean_past_date(raw, "party.birthday", SHANGHAI, today=date(2026, 6, 30))
    assert [issue.code for issue in field.issues] == ([code] if code else [])


@pytest.mark.parametrize("raw", [None, "", "无", "-", True, [], {}])
def test_no_date_is_no_issue(raw: object) -> None:
    assert clean_date(raw, "event_at", SHANGHAI) == (None, ())
