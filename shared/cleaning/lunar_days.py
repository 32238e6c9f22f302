"""A birthday by the Chinese lunar calendar: a month and a day that come back each lunar year."""

import re

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.numerals import read_number
from shared.cleaning.text import read_text

_MOST_MONTH, _MOST_DAY = 12, 30
_LABELS = "农历|農曆|农曆|阴历|陰曆|旧历|舊曆|夏历|夏曆|lunar(?: calendar)?"
_NUMERAL = "一二三四五六七八九十廿卅"

# Patterns are compiled when they are first needed: few records need them, and a cold start waits for none.
_SIGN = re.compile("[农農阴陰旧舊夏正腊臘冬闰閏初]|[lL][uU][nN][aA][rR]").search
_SAYS = rf"{_LABELS}|[正腊臘冬]月|[闰閏]\S{{1,3}}月|月初[{_NUMERAL}]"

_LABEL = rf"[(\[]?\s*(?:{_LABELS})\s*(?:生日|birthday)?\s*[)\]]?\s*:?|生日\s*:?"
_MIDNIGHT = r"[ t]00:00(?::00(?:\.0+)?)?$"
# The year is not kept: the birthday comes back in each.
_YEAR = r"^(?:\d{4}\s*(?:年|[-/. ])\s*|[〇○零一二三四五六七八九]{4}年\s*|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年\s*)"
_COMPACT = r"(?:(?:19|20)\d{2})?(\d{2})(\d{2})"
_LEAP = "l|[闰閏]|leap "
_NUMBERS = rf"({_LEAP})?\s*(\d{{1,2}})\s*([-/.])\s*(\d{{1,2}})"
_MONTH = f"\\d{{1,2}}|正|元|冬|[腊臘]|[{_NUMERAL}]{{1,2}}"
_CHINESE = rf"({_LEAP})?\s*({_MONTH})月\s*(?:初)?(\d{{1,2}}|[{_NUMERAL}]{{1,3}})[日号號]?"
_ORDINAL = "(?:st|nd|rd|th)?"
_ENGLISH = rf"(\d{{1,2}}){_ORDINAL} day of (?:the )?({_LEAP})?(\d{{1,2}}){_ORDINAL} month"
_MONTHS = {"正": 1, "元": 1, "冬": 11, "腊": 12, "臘": 12}
_FESTIVALS = {
    "春节": "01-01", "春節": "01-01", "大年初一": "01-01", "元宵节": "01-15", "元宵": "01-15", "端午节": "05-05",
    "端午": "05-05", "七夕": "07-07", "七夕节": "07-07", "中元节": "07-15", "中秋节": "08-15", "中秋": "08-15", "中秋節": "08-15",
    "重阳节": "09-09", "重阳": "09-09", "腊八": "12-08", "腊八节": "12-08", "小年": "12-23", "除夕": "12-30", "大年三十": "12-30",
}  # fmt: skip


def says_lunar(text: str) -> bool:
    """Whether a text names a day of the lunar calendar, whatever the field."""
    return _SIGN(text) is not None and re.search(_SAYS, text, re.IGNORECASE) is not None


def clean_lunar_day(raw: object, path: str, *, day_first: bool | None = None) -> Field[str]:
    """`MM-DD`, in a leap month `LMM-DD`. The month stands first, as always in Chinese, unless the source says otherwise."""
    text = None if isinstance(raw, bool) else read_text(raw)
    if text is None:
        return refused(path, "bad_lunar_day") if isinstance(raw, bool) else NOTHING
    text = " ".join(re.sub(_LABEL, " ", text.casefold().lstrip("'")).split())
    if text in _FESTIVALS:
        return Field(_FESTIVALS[text])
    found = _read(re.sub(_MIDNIGHT, "", text), day_first)
    if found is None:
        return refused(path, "bad_lunar_day")
    leap, month, day = found
    is_day = 1 <= month <= _MOST_MONTH and 1 <= day <= _MOST_DAY
    return Field(f"{'L' if leap else ''}{month:02}-{day:02}") if is_day else refused(path, "bad_lunar_day")


def _read(text: str, day_first: bool | None) -> tuple[str | None, int, int] | None:
    """The sign of a leap month, month and day."""
    compact = re.fullmatch(_COMPACT, text)
    if compact:
        return None, int(compact[1]), int(compact[2])
    english = re.fullmatch(_ENGLISH, text)
    if english:
        return english[2], int(english[3]), int(english[1])
    bare = re.sub(_YEAR, "", text)
    numbers = re.fullmatch(_NUMBERS, bare)
    if numbers:
        # 15/8 can be read in one way only; a dash, or a year before it, is the order of ISO 8601.
        is_iso = bare != text or numbers[3] == "-"
        swaps = not is_iso and (day_first or int(numbers[2]) > _MOST_MONTH)
        month, day = (numbers[4], numbers[2]) if swaps else (numbers[2], numbers[4])
        return numbers[1], int(month), int(day)
    chinese = re.fullmatch(_CHINESE, bare)
    return chinese and (chinese[1], _MONTHS.get(chinese[2]) or _number(chinese[2]), _number(chinese[3]))


def _number(text: str) -> int:
    """Of 15, 十五, 廿三; 0 where it is none."""
    return int(read_number(text.replace("廿", "二十").replace("卅", "三十")) or 0)
