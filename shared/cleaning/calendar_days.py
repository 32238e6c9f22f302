"""The day with which a text begins, as people write it; what can be read in two ways is refused, never guessed."""

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

# Sheets count days from 1900, and no customer was born before; from 2200 on it is a typing error.
YEARS = range(1900, 2200)

_YEAR_FIRST = re.compile(
    r"(\d{4})(?:\s*[年년]\s*|([-/. ])\s?)(\d{1,2})(?:\s*[月월]\s*|\2\s?)(\d{1,2})(?:\s*[日号號일]|\.(?=\s|$)|(?!\d))"
)
_YEAR_LAST = re.compile(r"(\d{1,2})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(
    r"'?\d{1,2}([-/.])\d{1,2}\1'?\d{2}(?!\d)|\d{2}年|\d{1,2}[-/. ][a-z]{3,9}\.?[-/ ,]+'?\d{2}(?!\d)"
    r"|[a-z]{3,9}\.? \d{1,2}, ?'?\d{2}(?!\d)",
    re.IGNORECASE,
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?!\d)")
"""20260503, 20260503101530."""
_ORDINAL = r"(?:st|nd|rd|th|er|re|[ºª°])?"
_DAY_MONTH_NAME = re.compile(
    rf"(\d{{1,2}}){_ORDINAL}[-/. ]*(?:(?:of|de|di) )?([^\W\d_]{{3,10}})\.?[-/ ,]*(?:(?:de|del) )?(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_MONTH_NAME_DAY = re.compile(
    rf"([a-z]{{3,9}})\.?[-/\s]*(\d{{1,2}}){_ORDINAL},?[-/\s]+(\d{{4}})(?!\d)", re.IGNORECASE
)
_YEAR_MONTH_NAME = re.compile(
    rf"(\d{{4}})[-/ ,]+([a-z]{{3,9}})\.?[-/ ]+(\d{{1,2}}){_ORDINAL}(?!\d)", re.IGNORECASE
)
_INCOMPLETE = re.compile(
    r"\d{4}\s*年(?:\s*\d{1,2}\s*月份?)?|\d{1,2}\s*月\s*\d{1,2}\s*[日号號]?|\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}|\d{1,2}[-/]\d{1,2}"
    r"|[a-z]{3,9}\.?,? \d{4}|[a-z]{3,9}\.? \d{1,2}|\d{1,2} [a-z]{3,9}",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"\(?\s*(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]\s*\)?|\([月火水木金土日]\)|[月火水木金土日]曜日"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner janvier enero gennaio janeiro januari ene",
            "feb february februar février fevrier febrero febbraio fevereiro februari févr fév",
            "mar march märz mars marzo março maart mär mrz",
            "apr april avril abril aprile avr abr",
            "may mai mayo maggio maio mei mag",
            "jun june juni juin junio giugno junho giu",
            "jul july juli juillet julio luglio julho juil lug",
            "aug august août aout agosto augustus ago",
            "sep sept september septembre septiembre settembre setembro set",
            "oct october oktober octobre octubre ottobre outubro okt ott out",
            "nov november novembre noviembre novembro",
            "dec december dezember décembre decembre diciembre dicembre dezembro dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}
# Years of emperors and of the Republic, where the text names them: 民国115年, 令和8年, 昭和元年.
_ERAS = {
    "民国": 1911,
    "民國": 1911,
    "中華民國": 1911,
    "中华民国": 1911,
    "令和": 2018,
    "平成": 1988,
    "昭和": 1925,
}
_ERA = re.compile(rf"({'|'.join(sorted(_ERAS, key=len, reverse=True))})\s*(元|\d{{1,3}})\s*(?=年|[-/.])")
_DIGITS = "〇○零一二三四五六七八九十廿卅"
_CHINESE_DATE = re.compile(
    rf"([〇○零一二三四五六七八九]{{4}})年([{_DIGITS}]{{1,2}})月([{_DIGITS}]{{1,3}})[日号號]?"
)
_CHINESE_CLOCK = re.compile(rf"([{_DIGITS}两]{{1,3}})(?=[点點时時分秒])")
_CHINESE_DIGITS = str.maketrans("〇○零一两二三四五六七八九", "0001223456789")
_TENS = str.maketrans({"廿": "二十", "卅": "三十"})


class Day(NamedTuple):
    day: date
    rest: str = ""
    codes: tuple[str, ...] = ()


class Refusal(NamedTuple):
    code: str


_Read = Day | Refusal | None


def read_day(text: str, *, day_first: bool | None) -> Day | Refusal:
    """The day, and the text behind it; `day_first` None: 03/04/2026 is ambiguous."""
    text = _arabic(_WEEKDAY.sub(" ", text)).strip(" ,")
    ladder: tuple[Callable[[str], _Read], ...] = (
        _year_first, _compact, _year_month_name, _day_month_name, _month_name_day
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


def _year_month_name(text: str) -> _Read:
    match = _YEAR_MONTH_NAME.match(text)
    month = match and _MONTHS.get(match[2].lower())
    return _make_day(match[1], month, match[3], text[match.end() :]) if match and month else None


def _day_month_name(text: str) -> _Read:
    match = _DAY_MONTH_NAME.match(text)
    month = match and _MONTHS.get(match[2].lower())
    return _make_day(match[3], month, match[1], text[match.end() :]) if match and month else None


def _month_name_day(text: str) -> _Read:
    match = _MONTH_NAME_DAY.match(text)
    month = match and _MONTHS.get(match[1].lower())
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


def _arabic(text: str) -> str:
    """The text with Chinese numerals of days and times, and years of eras, in our digits and years."""
    if text.isascii():
        return text
    text = _ERA.sub(_common_year, _CHINESE_DATE.sub(_arabic_day, text.translate(_TENS)))
    return _CHINESE_CLOCK.sub(lambda match: str(_below_hundred(match[1])), text)


def _common_year(match: re.Match[str]) -> str:
    return str(_ERAS[match[1]] + (1 if match[2] == "元" else int(match[2])))


def _arabic_day(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return f"{year.translate(_CHINESE_DIGITS)}-{_below_hundred(month)}-{_below_hundred(day)} "


def _below_hundred(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(_CHINESE_DIGITS))
    # 十十 is no number; 99 is no day, no month and no hour.
    return (
        99
        if "十" in tens
        else int(tens.translate(_CHINESE_DIGITS) or 1) * 10 + int(ones.translate(_CHINESE_DIGITS) or 0)
    )
