"""The day with which a text begins, as people write it; what can be read in two ways is refused, never guessed."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from shared.cleaning.month_names import MONTHS, WEEKDAY_PATTERN
from shared.cleaning.numerals import read_number

# Sheets count days from 1900, and no customer was born before; from 2200 on it is a typing error.
YEARS = range(1900, 2200)

_YEAR_FIRST = re.compile(
    r"(\d{4})(?:\s*[年년]\s*|([-/. _\\,、。])\s?)(\d{1,2})(?:\s*[月월]\s*|\2\s?)(\d{1,2})(?:\s*[日号號일]|\.(?=\s|$)|(?!\d))"
)
_YEAR_LAST = re.compile(r"(\d{1,2})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(
    r"'?\d{1,2}([-/.])\d{1,2}\1'?\d{2}(?!\d)|'?\d{2}([-/.])\d{1,2}\2\d{1,2}(?!\d)|\d{2}年"
    r"|\d{1,2}[-/. ][a-z]{3,9}\.?[-/ ,]+'?\d{2}(?!\d)"
    r"|[a-z]{3,9}\.? \d{1,2}, ?'?\d{2}(?!\d)",
    re.IGNORECASE,
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?!\d)")
"""20260503, 20260503101530."""
_ORDINAL = r"(?:st|nd|rd|th|er|re|[ºª°])?"
_DAY_MONTH_NAME = re.compile(
    rf"(\d{{1,2}}){_ORDINAL}[-/. ]*(?:(?:of|de|di) )?([^\W\d_]{{3,12}})\.?[-/ ,]*(?:(?:de|del) )?(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_MONTH_NAME_DAY = re.compile(
    rf"([a-z]{{3,9}})\.?[-/\s]*(\d{{1,2}}){_ORDINAL},?[-/\s]+(\d{{4}})(?!\d)", re.IGNORECASE
)
_YEAR_MONTH_NAME = re.compile(
    rf"(\d{{4}})[-/ ,]+([a-z]{{3,9}})\.?[-/ ]+(\d{{1,2}}){_ORDINAL}(?!\d)", re.IGNORECASE
)
# Wed Jun 5 10:11:12 2024
_UNIX = re.compile(r"([a-z]{3}) (\d{1,2}) (\d{1,2}:\d{2}:\d{2}) (?:([A-Z]{1,4}) )?(\d{4})$", re.IGNORECASE)
_VIETNAMESE = re.compile(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})(?!\d)", re.IGNORECASE)
_WEEK = re.compile(r"(\d{4})-?W(\d{2})-?([1-7])(?![\d-])", re.IGNORECASE)
_ORDINAL_DAY = re.compile(r"(\d{4})-(\d{3})(?![\d-])")
_WEEKDAY = re.compile(WEEKDAY_PATTERN, re.IGNORECASE)
_INCOMPLETE = re.compile(
    r"\d{4}\s*年(?:\s*\d{1,2}\s*月份?)?|\d{1,2}\s*月\s*\d{1,2}\s*[日号號]?|\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}|\d{1,2}[-/]\d{1,2}"
    r"|[a-z]{3,9}\.?,? \d{4}|[a-z]{3,9}\.? \d{1,2}|\d{1,2} [a-z]{3,9}",
    re.IGNORECASE,
)
# What people put in front of a day that is one of our calendar; 农历 is none.
_LABEL = re.compile(
    r"^(?:(?:出生|开始|成立|合作|下单)?(?:日期|时间|年月日?)|生日|date(?: of birth)?|dob|born)\s*:\s*|^生于\s*|(?<=日)出?生$"
    r"|^(?:公元|西元|公历|公曆|阳历|陽曆|新历|新曆|(?:the|on|le|el|am|den)\b)\s*:?\s*|\s*\((?:公历|公曆|阳历|陽曆|新历|新曆)\)$"
    # Russia's 2024 г.
    r"|(?<=\d)\s*г(?:\.|ода)?(?=[\s,]|$)",
    re.IGNORECASE,
)
# Years of emperors and of the Republic, where the text names them: 民国115年, 令和8年, 昭和元年, S60.6.5.
_ERAS = {
    "中華民國": 1911, "中华民国": 1911, "民國": 1911, "民国": 1911, "令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911,
    "明治": 1867,
}  # fmt: skip
_ERA_LETTERS = {"r": 2018, "h": 1988, "s": 1925, "t": 1911}
_NUMERALS = "〇○零一二三四五六七八九十廿卅百千"
_ERA = re.compile(rf"({'|'.join(_ERAS)})\s*(元|\d{{1,3}}|[{_NUMERALS}]{{1,6}})\s*(?=年|[-/.])")
_SHORT_ERA = re.compile(r"^([rhst])\s?(\d{1,2})(?=([-/.])\d{1,2}\3\d{1,2}$)", re.IGNORECASE)
_CHINESE_YEAR = re.compile(rf"(?<![{_NUMERALS}])([{_NUMERALS}]{{4,7}})(?=年)")
_CHINESE_MONTH = re.compile(rf"(?<=年)\s*([{_NUMERALS}]{{1,3}})(?=月)")
_CHINESE_DAY = re.compile(rf"(?<=月)\s*([{_NUMERALS}]{{1,4}})(?=[日号號]|$)")
_CHINESE_CLOCK = re.compile(rf"([{_NUMERALS}两]{{1,3}})(?=[点點时時分秒])")
_CHINESE_DIGITS = str.maketrans("〇○零一两二三四五六七八九", "0001223456789")
# 廿五; numerals of cheques, which nobody can change afterwards; signs that hands and keyboards put for a dash.
_SAME = str.maketrans(
    {"廿": "二十", "卅": "三十"}
    | dict(zip("壹贰貳叁參肆伍陆陸柒捌玖拾", "一二二三三四五六六七八九十", strict=True))
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


class Day(NamedTuple):
    day: date
    rest: str = ""
    codes: tuple[str, ...] = ()


class Refusal(NamedTuple):
    code: str


_Read = Day | Refusal | None


def read_day(text: str, *, day_first: bool | None) -> Day | Refusal:
    """The day, and the text behind it; `day_first` None: 03/04/2026 is ambiguous."""
    text = _tidy(text)
    ladder: tuple[Callable[[str], _Read], ...] = (
        _year_first, _compact, _week_or_ordinal, _year_month_name, _day_month_name, _month_name_day, _unix,
        _vietnamese,
    )  # fmt: skip
    for read in ladder:
        found = read(text)
        if found is not None:
            return found
    return _year_last(text, day_first) or Refusal(_why(text))


def _why(text: str) -> str:
    if _SHORT_YEAR.match(text):
        return "two_digit_year"
    return "incomplete_date" if _INCOMPLETE.fullmatch(text) else "bad_date"


def _year_first(text: str) -> _Read:
    match = _YEAR_FIRST.match(text)
    return match and _make_day(match[1], match[3], match[4], text[match.end() :])


def _compact(text: str) -> _Read:
    match = COMPACT.match(text)
    if match is None:
        return None
    clock = "" if match[4] is None else f" {match[4]}:{match[5]}:{match[6] or '00'}"
    return _make_day(match[1], match[2], match[3], clock + text[match.end() :])


def _year_last(text: str, hint: bool | None) -> _Read:
    match = _YEAR_LAST.match(text)
    if match is None:
        return None
    first, second, rest = int(match[1]), int(match[3]), text[match.end() :]
    if first > 12 or second > 12 or first == second:
        day_first = first > 12
        codes = ("date_against_hint",) if hint is (not day_first) and first != second else ()
    elif hint is None:
        return Refusal("ambiguous_date")
    else:
        day_first, codes = hint, ()
    day, month = (first, second) if day_first else (second, first)
    return _make_day(match[4], month, day, rest, codes)


def _week_or_ordinal(text: str) -> _Read:
    """ISO 8601: 2024-W23-3, 2024-157."""
    match = _WEEK.match(text)
    if match:
        try:
            return _check_year(
                date.fromisocalendar(int(match[1]), int(match[2]), int(match[3])), text[match.end() :]
            )
        except ValueError:
            return Refusal("bad_date")
    match = _ORDINAL_DAY.match(text)
    if match is None:
        return None
    if int(match[1]) not in YEARS:
        return Refusal("date_out_of_range")
    day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
    return Day(day, text[match.end() :]) if day.year == int(match[1]) else Refusal("bad_date")


def _check_year(day: date, rest: str) -> Day | Refusal:
    return Day(day, rest) if day.year in YEARS else Refusal("date_out_of_range")


def _unix(text: str) -> _Read:
    match = _UNIX.match(text)
    month = match and MONTHS.get(match[1].lower())
    return _make_day(match[5], month, match[2], f" {match[3]} {match[4] or ''}") if match and month else None


def _vietnamese(text: str) -> _Read:
    match = _VIETNAMESE.match(text)
    return match and _make_day(match[3], match[2], match[1], text[match.end() :])


def _year_month_name(text: str) -> _Read:
    match = _YEAR_MONTH_NAME.match(text)
    month = match and MONTHS.get(match[2].lower())
    return _make_day(match[1], month, match[3], text[match.end() :]) if match and month else None


def _day_month_name(text: str) -> _Read:
    match = _DAY_MONTH_NAME.match(text)
    month = match and MONTHS.get(match[2].lower())
    return _make_day(match[3], month, match[1], text[match.end() :]) if match and month else None


def _month_name_day(text: str) -> _Read:
    match = _MONTH_NAME_DAY.match(text)
    month = match and MONTHS.get(match[1].lower())
    return _make_day(match[3], month, match[2], text[match.end() :]) if match and month else None


def _make_day(
    year: str | int, month: str | int, day: str | int, rest: str, codes: tuple[str, ...] = ()
) -> Day | Refusal:
    if int(year) not in YEARS:
        return Refusal("date_out_of_range")
    try:
        return Day(date(int(year), int(month), int(day)), rest, codes)
    except ValueError:
        return Refusal("bad_date")


def _tidy(text: str) -> str:
    """The text without weekdays and labels, its dashes plain, its numerals and years of eras in our digits and years."""
    text = _LABEL.sub("", _WEEKDAY.sub(" ", text).strip(" ,")).strip(" ,")
    text = _SHORT_ERA.sub(lambda match: str(_ERA_LETTERS[match[1].lower()] + int(match[2])), text)
    return text if text.isascii() else _arabic(text.translate(_DASHES))


def _arabic(text: str) -> str:
    if "月" in text or "年" in text:
        text = text.translate(_SAME)
    text = _CHINESE_YEAR.sub(_common_year, _ERA.sub(_year_of_era, text))
    for numeral in (_CHINESE_MONTH, _CHINESE_DAY, _CHINESE_CLOCK):
        text = numeral.sub(lambda match: str(_below_hundred(match[1])), text)
    return text


def _year_of_era(match: re.Match[str]) -> str:
    number = 1 if match[2] == "元" else _value(match[2])
    # There is no year 0 of an era.
    return str(_ERAS[match[1]] + number) if number else match.group()


def _common_year(match: re.Match[str]) -> str:
    return str(_value(match[1]))


def _value(text: str) -> int:
    """Of 115, 一一五 and 一百一十五; 0 where the text is no number."""
    if not set(text).isdisjoint("十百千"):
        return int(read_number(text) or 0)
    return int(text.translate(_CHINESE_DIGITS))


def _below_hundred(text: str) -> int:
    # 零伍 and 零壹拾 stand on cheques.
    tens, ten, ones = (text[1:] if text[0] in "零〇" and text[1:] else text).rpartition("十")
    # 十十 is no number; 99 is no day, no month and no hour.
    if not set(tens + ones).isdisjoint("十百千"):
        return 99
    if not ten:
        return int(ones.translate(_CHINESE_DIGITS))
    return int(tens.translate(_CHINESE_DIGITS) or 1) * 10 + int(ones.translate(_CHINESE_DIGITS) or 0)
