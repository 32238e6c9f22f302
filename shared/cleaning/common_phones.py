"""The forms in which most phone numbers come, read at once; `None`: the next reader has to look, at last
`phones.py`.

What is read here is read as `phones.clean_phone` reads it, value and issues (`tests/property/test_common_forms.py`).
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeAlias

from shared.cleaning import phone_fast
from shared.cleaning.codes import make_issue
from shared.cleaning.field import Found
from shared.cleaning.phones import explain, is_placeholder
from shared.cleaning.text import fold_undoubted

ReadPhone: TypeAlias = Callable[[str, str], Found[str] | None]

_LABEL = r"(?:手机号?|电话|联系电话)[:：]? ?"
_REMARK = r" ?[(（](?:微信同号|同微信)[)）]"
_MOBILE = re.compile(
    rf" *({_LABEL})?(?:\+86[ -]?|0086)?(1[3-9][0-9])([ -]?)([0-9]{{4}})\3([0-9]{{4}})(?:\.0)?({_REMARK})? *"
).fullmatch
_PHONE = re.compile(
    rf"({_LABEL})?(\+?[0-9]{{5,15}}|[0-9]{{2,5}}(?:([ -])[0-9]{{2,8}})(?:\3[0-9]{{2,4}})*|\+[0-9]{{1,3}} [0-9]{{6,12}})"
    rf"(?:(?:\.0)?({_REMARK})?|( ext\. [0-9]{{1,6}}))"
).fullmatch
# Too few digits for its exponent: a sheet threw the others away.
_DAMAGED = re.compile(r"[0-9]\.[0-9]{2,5}E\+1[0-2]").fullmatch
_DIALLED_ABROAD = re.compile("00(?=[1-9])").match
_CHINA, _CHINA_CODE = "CN", 86
# A prefix for calls abroad.
_ABROAD = "179"
_CHINESE_MOBILE = re.compile("1(?!79)[3-9][0-9]{9}").fullmatch
_PLACEHOLDER_TAILS = frozenset({"00138000", *(digit * 8 for digit in "0123456789")})
_HEAD_DIGITS, _MOBILE_DIGITS, _MOST_DIGITS = 3, 11, 15
_GROUPED_MOBILE, _FULL_MOBILE = len("138 1234 5678"), len("+8613812345678")
_GROUPED = re.compile(r"[0-9]{2,5}([ -])[0-9]{2,8}(?:\1[0-9]{2,4})*").fullmatch
_INTERNATIONAL = re.compile(r"(?:\+|00(?=[1-9]))([0-9]{1,15})(?: ([0-9]{6,12}))?").fullmatch
_FEWEST_APART = 7


@lru_cache(maxsize=512)
def plain_phone_reader(region: str) -> Callable[[str], str | None]:
    """A reader of numbers of a region (ISO 3166) that are digits, in China also grouped or with the country's code."""
    home = phone_fast.find_home(region)

    def read(raw: str) -> str | None:
        if home is None or not (raw.isdigit() and raw.isascii() and len(raw) <= _MOST_DIGITS):
            return None
        national = phone_fast.read_own(raw, home)
        return None if national is None else f"+{home.calling_code}{national}"

    return _chinese_reader() if region == _CHINA else read


@cache
def _chinese_reader() -> Callable[[str], str | None]:
    heads = phone_fast.chinese_mobile_heads() - {_ABROAD}

    def read(raw: str) -> str | None:
        size = len(raw)
        if size == _GROUPED_MOBILE and raw[3] == raw[8] and raw[3] in " -":
            raw = raw[:3] + raw[4:8] + raw[9:]
        elif size == _FULL_MOBILE and raw.startswith("+86"):
            raw = raw[3:]
        is_mobile = len(raw) == _MOBILE_DIGITS and raw[:3] in heads and raw.isdigit() and raw.isascii()
        return f"+86{raw}" if is_mobile and raw[3:] not in _PLACEHOLDER_TAILS else None

    return read


@lru_cache(maxsize=512)
def phone_reader(region: str) -> ReadPhone:
    """A reader of what else people write for a number of the region where they are (ISO 3166)."""
    home, plain = phone_fast.find_home(region), plain_phone_reader(region)

    def read(raw: str, path: str) -> Found[str] | None:
        if _GROUPED(raw) is not None:
            found = plain(raw.replace(" ", "").replace("-", ""))
        else:
            found = None if home is None else _read_international(raw, home)
        return _read(raw, path, region, home) if found is None else (found, ())

    return _read_in_china if region == _CHINA else read


def _read_international(raw: str, home: phone_fast.Home) -> str | None:
    match = _INTERNATIONAL(raw)
    national = None if match is None else phone_fast.read_international(f"+{match[1]}{match[2] or ''}", home)
    return None if national is None else f"+{home.calling_code}{national}"


def _read_in_china(raw: str, path: str) -> Found[str] | None:
    match = _MOBILE(raw)
    if match is None:
        return _read(raw, path, _CHINA, None)
    label, head, _, middle, tail, remark = match.groups()
    found = _chinese_reader()(head + middle + tail)
    if found is None:
        return _read(raw, path, _CHINA, None)
    return found, () if label is None and remark is None else (make_issue(path, "phone_text_removed"),)


def _accept_mobile(national: str, path: str, codes: tuple[str, ...]) -> Found[str]:
    found = f"+86{national}"
    if national[_HEAD_DIGITS:] in _PLACEHOLDER_TAILS and is_placeholder(found):
        return None, (make_issue(path, "placeholder_phone"),)
    return found, tuple([make_issue(path, code) for code in codes]) if codes else ()


def _read(raw: str, path: str, region: str, home: phone_fast.Home | None) -> Found[str] | None:
    text = fold_undoubted(raw)
    plain = plain_phone_reader(region)(text) if text else None
    if plain is not None or not text:
        return None if plain is None else (plain, ())
    match = _PHONE(text)
    if match is None:
        return _read_odd(text, path, region)
    label, written, _, remark, extension = match.groups()
    number = written.replace(" ", "").replace("-", "")
    if _DIALLED_ABROAD(number) is not None:
        number = f"+{number[2:]}"
    codes = [] if extension is None else ["extension_removed"]
    if label is not None or remark is not None:
        codes.append("phone_text_removed")
    parsed = _parse(number, region, home)
    if parsed is None or not parsed.is_valid:
        # Groups of digits may be two numbers, and a region may dial abroad by more than 00.
        return _refuse(parsed, number, text, path) if parsed is not None and number == written else None
    return _accept(parsed, path, codes)


def _parse(number: str, region: str, home: phone_fast.Home | None) -> phone_fast.Parsed | None:
    if home is not None:
        read = phone_fast.read_international if number[0] == "+" else phone_fast.read_own
        national = read(number, home)
        if national is not None:
            return phone_fast.Parsed(int(home.calling_code), national, is_valid=True)
    return phone_fast.parse(number, region)


def _accept(parsed: phone_fast.Parsed, path: str, codes: list[str]) -> Found[str] | None:
    if parsed.calling_code == _CHINA_CODE:
        # Chinese landlines may end in extensions.
        is_mobile = _CHINESE_MOBILE(parsed.national) is not None
        return _accept_mobile(parsed.national, path, tuple(codes)) if is_mobile else None
    issues = tuple([make_issue(path, code) for code in codes]) if codes else ()
    return f"+{parsed.calling_code}{parsed.national}", issues


def _refuse(parsed: phone_fast.Parsed, number: str, text: str, path: str) -> Found[str] | None:
    # A row of nines says nothing.
    return (None, (make_issue(path, explain(parsed, number)),)) if text.strip("9") else None


def _read_odd(text: str, path: str, region: str) -> Found[str] | None:
    if "/" in text:
        return _read_apart(text, path, region)
    return None if _DAMAGED(text) is None else (None, (make_issue(path, "phone_damaged"),))


def _read_apart(text: str, path: str, region: str) -> Found[str] | None:
    """Two numbers, or one number twice; the first counts."""
    first, _, second = text.partition("/")
    if min(len(first), len(second)) < _FEWEST_APART or "/" in second:
        return None
    read = phone_reader(region)
    found = read(first.strip(), path)
    other = found if second == first else read(second.strip(), path)
    if found is None or found[0] is None or other is None:
        return None
    if other[0] == found[0]:
        # With an extension it is another number.
        return found if other == found else None
    return found[0], (*found[1], make_issue(path, "several_phones"))
