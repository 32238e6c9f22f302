from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.cleaning.dates import (
    DateHints,
    clean_date,
    clean_instant,
    clean_local_time,
    clean_past_date,
)

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
        pytest.param("2026", "incomplete_date", id="only a year"),
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


@pytest.mark.parametrize(
    "raw",
    [
        "2024–06–05", "2024_06_05", "2024、6、5", "2024，6，5", "2024。6。5", "2024-W23-3", "2024W233", "2024-157",
        "贰零贰肆年陆月伍日", "贰零贰肆年零陆月零伍日", "二千零二十四年六月五日", "2024年六月五日",
        "公元2024年6月5日", "西元2024年6月5日", "公历2024年6月5日", "2024年6月5日（阳历）", "日期：2024-06-05",
        "民國一百一十三年六月五日", "中華民國113年6月5日", "令和六年六月五日", "R6.6.5", "Wed Jun  5 10:11:12 2024",
        "Wed Jun 05 2024 10:11:12 GMT+0800 (中国标准时间)", "the 5th of June 2024", "Mittwoch, 5. Juni 2024",
        "Mi, 5. Juni 2024", "mercredi 5 juin 2024", "miércoles, 5 de junio de 2024", "mercoledì 5 giugno 2024",
        "5 июня 2024 г.", "5 czerwca 2024", "5. června 2024", "5 Haziran 2024", "5. kesäkuuta 2024",
        "ngày 5 tháng 6 năm 2024", "2024. 6. 5.", "5-Jun-2024 10:00", "05JUN2024", "2024 June 5",
    ],
)  # fmt: skip
def test_days_are_read_in_many_languages(raw: str) -> None:
    field = clean_local_time(raw, "date", SHANGHAI)
    assert field.value and field.value.date() == date(2024, 6, 5)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("明治45年7月30日", date(1912, 7, 30)),
        ("大正10年6月5日", date(1921, 6, 5)),
        ("S60.6.5", date(1985, 6, 5)),
        ("H31/4/30", date(2019, 4, 30)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("2020-W53-7", date(2021, 1, 3)),
        ("2024-366", date(2024, 12, 31)),
        ("贰零贰肆年壹拾贰月叁拾壹日", date(2024, 12, 31)),
        ("Mar. 5, 2024", date(2024, 3, 5)),
        ("1er août 2024", date(2024, 8, 1)),
        ("3 maj 2024", date(2024, 5, 3)),
        ("3 Ağustos 2024", date(2024, 8, 3)),
    ],
)
def test_eras_weeks_and_months_have_their_day(raw: str, day: date) -> None:
    assert clean_date(raw, "date", SHANGHAI).value == day


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("24/6/5", "two_digit_year"),
        ("85.6.5", "two_digit_year"),
        ("31.12.99", "two_digit_year"),
        ("1/1/1", "bad_date"),
        ("2024.10", "incomplete_date"),
        ("0", "bad_date"),
        ("令和0年1月1日", "bad_date"),
        ("民國0年1月1日", "bad_date"),
        ("2023-366", "bad_date"),
        ("2024-W54-1", "bad_date"),
        ("农历2024年6月5日", "bad_date"),
        ("2024年五月初五", "bad_date"),
        ("2024年腊月三十", "bad_date"),
        ("2024-06-05（阴历）", "bad_time"),
        ("2024年6月上旬", "bad_date"),
        ("2024-06-05至2024-06-10", "bad_time"),
        ("5. listopada 2024", "bad_date"),
        ("5 juny 2024", "bad_date"),
        ("长期有效", "bad_date"),
    ],
)
def test_what_is_no_day_of_our_calendar_is_refused(raw: str, code: str) -> None:
    assert [issue.code for issue in clean_local_time(raw, "date", SHANGHAI).issues] == [code]


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("2024-12-31 24:00", "2025-01-01T00:00:00"),
        ("2024年6月5日24时", "2024-06-06T00:00:00"),
        ("2024-06-05 10:11 GMT+8", "2024-06-05T10:11:00+08:00"),
        ("2024-06-05 10:11 (UTC+8)", "2024-06-05T10:11:00+08:00"),
        ("2024-06-05 10:11 (北京时间)", "2024-06-05T10:11:00+08:00"),
        ("2024-06-05 10:11:12 UTC+08:00", "2024-06-05T10:11:12+08:00"),
        ("2024-06-05 20:00:00 +0530", "2024-06-05T20:00:00+05:30"),
        ("2024-W23-3T20:00Z", "2024-06-05T20:00:00+00:00"),
        ("05.06.2024, 10:30 Uhr", "2024-06-05T10:30:00"),
        ("2024-06-05 10h30", "2024-06-05T10:30:00"),
        ("2024年6月5日 晚8点", "2024-06-05T20:00:00"),
        ("2024年6月5日早9点半", "2024-06-05T09:30:00"),
        ("2024-06-05 12:30am", "2024-06-05T00:30:00"),
    ],
)
def test_times_are_read_as_given(raw: str, iso: str) -> None:
    field = clean_local_time(raw, "date", SHANGHAI._replace(day_first=True))
    assert field.value and field.value.isoformat() == iso


@pytest.mark.parametrize(
    "raw",
    [
        "2024-06-05 24:01",
        "2024-06-05 10:00 -5",
        "2024-06-05 10:00 (approx)",
        "2024-06-05 10:00 (CST)",
        "2024-06-05 23:59:60",
        "2024年6月5日 晚12点",
        "2024-06-05T10:11:12+15:00",
    ],
)
def test_times_that_may_mean_something_else_are_refused(raw: str) -> None:
    assert [issue.code for issue in clean_local_time(raw, "date", SHANGHAI).issues] == ["bad_time"]


def test_nobody_was_born_121_years_ago() -> None:
    birthdays = {
        year: clean_past_date(f"{year}-06-29", "party.birthday", SHANGHAI, today=date(2026, 6, 30))
        for year in (1905, 1906)
    }
    assert [issue.code for issue in birthdays[1905].issues] == ["date_out_of_range"]
    assert birthdays[1906].value == date(1906, 6, 29)
