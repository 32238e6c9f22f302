"""The forms in which most values come, read at once. Everything else goes to the field's own module.

Each function gives what that module would give, for every value (`tests/property/test_common_forms.py`); a form
that is here has no issue, or the same issues whatever the customer.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from shared.cleaning import companies, dates, emails, names, phone_fast, phones
from shared.cleaning.dates import DateHints
from shared.cleaning.field import Field, accepted
from shared.cleaning.money import MoneyHints
from shared.cleaning.names import PersonName
from shared.cleaning.tables import read_table
from shared.cleaning.text import fold_undoubted, is_null_word, is_plain, write_scalar
from shared.model.instants import start_of_day, to_tick
from shared.model.issues import Issue

P = ParamSpec("P")
T = TypeVar("T")

# Verdicts on words, places, domains and days, none of which tells who a customer is; a container keeps these at most.
_REMEMBERED = 4096


def remember(clean: Callable[P, T]) -> Callable[P, T]:
    """The same function, its last few thousand answers kept; for fields with few values in many records."""
    return lru_cache(maxsize=_REMEMBERED, typed=True)(clean)  # type: ignore[return-value]


# --- names ---

# The surnames of nine in ten Chinese; a word that begins with one of them and is no name (高级, 江苏) is read
# the same way by `names.py`, which knows only whole words as placeholders.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆汪范廖石韦贾夏付邹熊孟秦邱侯尹薛闫雷段郝邵毛钱汤黎戴贺龚赖樊庞殷施洪翟倪严牛俞季鲁葛毕聂焦柳邢岳骆欧祝辛耿"
)
_HAN_NAME = re.compile("[\u4e00-\u9fa5]{2,3}").fullmatch
# What titles end with, and what numbers people off (张三, 王五): the names module decides.
_NOT_AT_END = frozenset(
    "生士姐太人师傅医夫授理长监任管板总婆妈爷叔姨哥弟妹嫂伯公官记书员事表代司工导裁董老小队警某一二三四五六七八九十"
)
_NO_NAME = (
    r"(?!(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|mme|test|lord|lady|dame|rev|fr|hon|capt|col|eng|ing|phd|md|mba"
    r"|esq|cpa|jr|sr|ii|iii|iv|dds|rn|cfa|msc|bsc|ma|ba|mc[a-z]*)\b)"
)
_WESTERN_NAME = re.compile(
    rf"(?i:{_NO_NAME})[A-Z][a-zß-öø-ÿ]+(?: (?i:{_NO_NAME})[A-Z][a-zß-öø-ÿ]+){{1,2}}"
).fullmatch
_LAST_FIRST = re.compile(rf"(?i:{_NO_NAME})([A-Z][a-zß-öø-ÿ]+), (?i:{_NO_NAME})([A-Z][a-zß-öø-ÿ]+)").fullmatch
# Particles (van, della ...) stay small.
_SHOUTED = re.compile(r"[A-Z]{4,}(?: (?!DELLA\b|BINTI\b)[A-Z]{4,}){1,2}").fullmatch
_TITLED = re.compile("([\u4e00-\u9fa5]{2,3})(先生|女士|小姐)").fullmatch


def clean_name(raw: object, path: str) -> Field[PersonName]:
    """`names.clean_name`."""
    text = fold_undoubted(raw) if type(raw) is str else None
    return (text and _read_name(text, path)) or names.clean_name(raw, path)


def _read_name(text: str, path: str) -> Field[PersonName] | None:
    if text[:1] in _SURNAMES:
        return _read_han_name(text.replace(" ", ""), path)
    spoken = text.title() if _SHOUTED(text) else text
    if _WESTERN_NAME(spoken):
        return Field(PersonName(spoken))
    swapped = _LAST_FIRST(text)
    if swapped:
        return accepted(PersonName(f"{swapped[2]} {swapped[1]}"), path, "name_reordered")
    return None


def _read_han_name(text: str, path: str) -> Field[PersonName] | None:
    if _HAN_NAME(text) and text[-1] not in _NOT_AT_END:
        return Field(PersonName(text))
    titled = _TITLED(text)
    if titled and text[0] in _SURNAMES and titled[1][-1] not in _NOT_AT_END:
        return accepted(PersonName(titled[1], titled[2]), path, "honorific_split")
    return None


# --- phones ---

_PLAIN_PHONE = re.compile(
    r"(\+?[0-9]{7,15}|[0-9]{2,5}(?:([ -])[0-9]{2,6})(?:\2[0-9]{2,4})*|\+[0-9]{1,3}[ -][0-9]{6,12})(?:\.0)?"
).fullmatch
_LABELLED_MOBILE = re.compile(
    r"((?:手机号?|电话|联系电话):? ?)?(1[0-9]{10})(?:\.0)?( ?\((?:微信同号|同微信)\))?"
).fullmatch
_DIALLED_ABROAD = re.compile("00(?=[1-9])").match


def clean_phone(raw: object, path: str, *, region: str) -> Field[str]:
    """`phones.clean_phone`."""
    text = fold_undoubted(raw) if type(raw) is str else str(raw) if type(raw) is int else None
    if text and region == "CN":
        mobile = _LABELLED_MOBILE(text)
        if mobile and _CHINESE_MOBILE(mobile[2]) and phone_fast.is_valid(_CHINA, mobile[2]):
            codes = ("phone_text_removed",) if mobile[1] or mobile[3] else ()
            return accepted(f"+86{mobile[2]}", path, *codes)
    match = _PLAIN_PHONE(text) if text else None
    if match:
        number = match[1] if _DIALLED_ABROAD(match[1]) is None else f"+{match[1][2:]}"
        parsed = phone_fast.parse(number, region)
        if parsed and parsed.is_valid and _is_ordinary(parsed):
            return Field(f"+{parsed.calling_code}{parsed.national}")
    return phones.clean_phone(raw, path, region=region)


_CHINA = 86
# Without 179, a prefix for calls abroad; 13800138000 and round numbers are nobody's.
_CHINESE_MOBILE = re.compile(r"1(?!79)[3-9][0-9](?!00138000|([0-9])\1{7})[0-9]{8}").fullmatch
_FEW_DIGITS = 4


def _is_ordinary(parsed: phone_fast.Parsed) -> bool:
    # Chinese landlines may end in extensions, and round numbers are nobody's: the phones module knows.
    if parsed.calling_code == _CHINA:
        return _CHINESE_MOBILE(parsed.national) is not None
    return len(set(parsed.national)) >= _FEW_DIGITS


# --- emails ---

_PLAIN_EMAIL = re.compile(
    r"(?:[^@<>]*<|mailto:)?([A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*)@((?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,24})(>)?"
).fullmatch
_LONGEST_PLAIN_EMAIL = 64
_DIGITS = "0123456789"


def clean_email(raw: object, path: str) -> Field[str]:
    """`emails.clean_email`."""
    text = fold_undoubted(raw) if type(raw) is str else None
    match = _PLAIN_EMAIL(text) if text and len(text) <= _LONGEST_PLAIN_EMAIL else None
    if match and ("<" in match.string) is (match[3] is not None) and not _may_be_role(match[1]):
        domain = match[2].lower()
        issues = _issues_of_domain(domain, path)
        if issues is not None:
            return Field(f"{match[1].lower()}@{domain}", issues)
    return emails.clean_email(raw, path)


def _may_be_role(local: str) -> bool:
    """Whether the emails module may have something to say of info@, sales01@, no-reply+7@."""
    return local.lower().partition("+")[0].rstrip(_DIGITS) in _role_stems()


@cache
def _role_stems() -> frozenset[str]:
    return frozenset(role.rstrip(_DIGITS) for role in read_table("mailboxes")["role"].split())


@lru_cache(maxsize=_REMEMBERED)
def _issues_of_domain(domain: str, path: str) -> tuple[Issue, ...] | None:
    """What there is to say about every address of a domain; None where they need a closer look."""
    address = f"a.person.7@{domain}"
    field = emails.clean_email(address, path)
    return field.issues if field.value == address else None


# --- companies ---

_PLAIN_COMPANY = re.compile(
    "[\u4e00-\u9fa5]{4,}|[A-Za-z][A-Za-z0-9]*(?:[.]? (?:& )?[A-Za-z0-9]+)*[.]?"
).fullmatch


def clean_company(raw: object, path: str) -> Field[str]:
    """`companies.clean_company`."""
    if type(raw) is str and is_plain(raw) and _PLAIN_COMPANY(raw) and not is_null_word(raw):
        return Field(raw)
    return companies.clean_company(raw, path)


# --- days and instants ---

_DAY = re.compile(
    r"([12][0-9]{3})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))"
).fullmatch
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([12][0-9]{3})").fullmatch
_CLOCK = re.compile(r"([^ ]+) ([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?").fullmatch
_INSTANT = re.compile(
    r"([0-9]{4})-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{3}|\.[0-9]{6})?)?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
).fullmatch
# One year inside what `dates.py` takes, so that no zone leads out; first days of years are often placeholders.
_YEARS = range(1905, 2199)
_FIRST_DAYS = ((1, 1), (1, 2))


def clean_past_date(raw: object, path: str, *, hints: DateHints, today: date) -> Field[date]:
    """`dates.clean_past_date`."""
    day = _read_day(raw, hints.day_first) if type(raw) is str else None
    if day is None or day > today or (day.month, day.day) in _FIRST_DAYS:
        return dates.clean_past_date(raw, path, hints, today=today)
    return Field(day)


def clean_instant(raw: object, path: str, *, hints: DateHints) -> Field[datetime]:
    """`dates.clean_instant`."""
    if type(raw) is str:
        at = _read_instant(raw, hints)
        if at is not None:
            return Field(at)
    return dates.clean_instant(raw, path, hints)


def _read_instant(text: str, hints: DateHints) -> datetime | None:
    match = _INSTANT(text)
    if match is None:
        return _read_day_and_clock(text, hints)
    if int(match[1]) not in _YEARS:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _to_tick(at if at.tzinfo else at.replace(tzinfo=hints.zone))


def _read_day_and_clock(text: str, hints: DateHints) -> datetime | None:
    clock = _CLOCK(text)
    day = _read_day(clock[1] if clock else text, hints.day_first)
    if day is None or clock is None:
        return None if day is None else _start_of_day(day, hints.zone)
    at = time(int(clock[2]), int(clock[3]), int(clock[4] or 0))
    return _to_tick(datetime.combine(day, at, tzinfo=hints.zone))


def _to_tick(at: datetime) -> datetime:
    return to_tick(at) if at.microsecond else at.astimezone(UTC)


def _read_day(text: str, day_first: bool | None) -> date | None:
    match = _DAY(text)
    if match:
        year, _, month, day, month_zh, day_zh, month_bare, day_bare = match.groups()
        return _make_day(year, month or month_zh or month_bare, day or day_zh or day_bare)
    match = None if day_first is None else _YEAR_LAST(text)
    if match is None:
        return None
    first, _, second, year = match.groups()
    return _make_day(year, second, first) if day_first else _make_day(year, first, second)


def _make_day(year: str, month: str, day: str) -> date | None:
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return made if made.year in _YEARS else None


@lru_cache(maxsize=_REMEMBERED)
def _start_of_day(day: date, zone: ZoneInfo) -> datetime:
    return start_of_day(day, zone)


# --- money ---

_AMOUNT = re.compile(r"¥?([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.([0-9]{1,2}))?(万?)(元?)").fullmatch
_HOME_OF_WORDS = "CNY"
_MYRIAD = 10_000


def read_fen(raw: object, *, currency: str, home: str, hints: MoneyHints) -> int | None:
    """Fen of a plain amount in the tenant's own currency; None where `clean_money` has to look."""
    if currency != home or hints.unit is not None or hints.has_decimal_comma:
        return None
    text = (
        fold_undoubted(raw) if type(raw) is str else write_scalar(raw) if type(raw) in (int, float) else None
    )
    match = _AMOUNT(text) if text else None
    if match is None:
        return None
    whole, cents, myriad, _ = match.groups()
    if home != _HOME_OF_WORDS and not match.string.isascii():
        return None
    fen = int(whole.replace(",", "")) * 100 + int((cents or "").ljust(2, "0"))
    return fen * _MYRIAD if myriad else fen
