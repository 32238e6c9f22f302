"""Phone numbers: E.164, or a reason. Validity is libphonenumber's; what people put around a number is ours."""

import re
from decimal import Decimal
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

from shared.cleaning import phone_fast
from shared.cleaning.codes import make_issue
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.text import read_text

_LABELS = re.compile(
    r"(?:手机号码?|移动电话|联系电话|联系方式|座机|固话|电话号码|电话|手机|号码|办公|公司|家庭|家|微信同号|同微信|微信号?|同号|"
    r"\b(?:mobile|phone|cell|office|home|tel(?:ephone)?|work|wechat|whatsapp|wx|mob|fax)\b\.?)\s*[:：]?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*(?:[/|,;、&\\\n]|\bor\b|\band\b|或者?|和|以及)\s*", re.IGNORECASE)
_WORDS_BETWEEN = re.compile(r"[^\W\d_]+")
_EXTENSION = re.compile(
    r"\s*[,;(]?\s*(?:转接?|轉接?|分机号?|分機號?|内线|內線|extension|extn|ext\.?|x|#|\*)\s*[:.=]?\s*(\d{1,6})\s*\)?$",
    re.IGNORECASE,
)
# 010-62345678-801: a third group after a Chinese landline is an extension; libphonenumber swallows it.
_LANDLINE_GROUP = re.compile(
    r"^((?:(?:00|\+)?86[- ]?\(?0?|\(?0)\d{2,3}\)?[- ]?\d{3,4}[- ]?\d{4})\s*-\s*(\d{1,6})$"
)
_SCIENTIFIC = re.compile(r"^\d(?:\.(\d+))?[eE]\+?(\d{1,2})$")
_POINT_ZERO = re.compile(r"\.0+$")
_TRUNK_ZERO = re.compile(r"\(0\)")
# 00 is how most of the world dials abroad, and how people write +, whatever the region dials.
_DIALLED_ABROAD = re.compile(r"^\+?\(?\+?00[ -]?(?=[1-9])")
# 13,812,345,678: a spreadsheet's thousands.
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){2,}")
# A column of nines is a system's word for "none"; longer ones can be numbers.
_NINES = re.compile(r"9{5,7}")
_LETTER_AT_DIGIT = re.compile(r"[A-Za-z]\d|\d[A-Za-z]")
_NUMBER = re.compile(r"\+?\(?\d[\d\s().\-]*")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー~", "-"))
# China Mobile's own line 13800138000, and round numbers that stand for "none".
_PLACEHOLDER = re.compile(r"^\+86(?:13800138000|1\d{2}0{8}|1(\d)\1{9})$")
_MOST_WORDS = 8
_TYPES = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.UAN: "company_number",
}
_REASONS = {
    ValidationResult.TOO_SHORT: "phone_too_short",
    ValidationResult.TOO_LONG: "phone_too_long",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone_no_area_code",
}


class Phone(NamedTuple):
    e164: str
    extension: str | None = None


def clean_phone(raw: object, path: str, *, region: str) -> Field[str]:
    """E.164. `region` (ISO 3166) reads numbers without a country code; the first valid of several is taken.

    A placeholder such as 13800138000 is a valid number, but nobody's: a customer does not get it.
    """
    fields = find_phones(raw, path, region=region)
    if not fields:
        return NOTHING
    own = (field for field in fields if field.value and not is_placeholder(field.value.e164))
    chosen = next(own, fields[0])
    if chosen.value is None:
        return Field(None, chosen.issues)
    if is_placeholder(chosen.value.e164):
        return refused(path, "placeholder_phone")
    several = () if len(fields) == 1 else (make_issue(path, "several_phones"),)
    return Field(chosen.value.e164, (*chosen.issues, *several))


def find_phones(raw: object, path: str, *, region: str) -> tuple[Field[Phone], ...]:
    """Each number of the cell in order, valid or refused; empty when the cell says nothing."""
    text = read_text(raw)
    if text is None or isinstance(raw, bool) or _NINES.fullmatch(text):
        return ()
    text = text.translate(_DASHES)
    damaged = _SCIENTIFIC.match(text)
    if damaged:
        return (_restore(text, damaged, path, region),)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    read = (_clean_one(part, path, region) for part in split_numbers(text))
    fields = tuple({field.value or index: field for index, field in enumerate(read)}.values())
    if len(fields) == 1 and fields[0].value is None:
        return _part_words(text, path, region) or fields
    return fields


def _restore(text: str, damaged: re.Match[str], path: str, region: str) -> Field[Phone]:
    """1.38E+10 lost its digits; 1.3812345678E+10 shows them all."""
    shown, exponent = damaged.group(1) or "", int(damaged.group(2))
    if len(shown) != exponent:
        return refused(path, "phone_damaged")
    return _clean_one(str(int(Decimal(text))), path, region)


def split_numbers(text: str) -> list[str]:
    """The numbers of one cell; a cell with one number comes back whole."""
    parts = [part for part in _SEPARATOR.split(text) if sum(map(str.isdigit, part)) >= 5]
    if len(parts) > 1:
        return parts
    # Two numbers apart by a space only: each word must be long enough to be one.
    words = text.split()
    if len(words) > 1 and all(len(re.sub(r"\D", "", word)) >= 10 for word in words):
        return words
    # 手机13812345678座机010-62345678; the digits of an extension are fewer.
    parts = [part for part in _WORDS_BETWEEN.split(text) if sum(map(str.isdigit, part)) >= 7]
    return parts if len(parts) > 1 else [text]


def _part_words(text: str, path: str, region: str) -> tuple[Field[Phone], ...]:
    """`138 1234 5678 139 8765 4321`: two valid numbers where only one cut makes two; else nothing."""
    words = text.split()[: _MOST_WORDS + 1]
    if not 1 < len(words) <= _MOST_WORDS:
        return ()
    cuts = (
        (" ".join(words[:cut]), " ".join(words[cut:]))
        for cut in range(1, len(words))
        if all(sum(map(str.isdigit, side)) >= 7 for side in ("".join(words[:cut]), "".join(words[cut:])))
    )
    pairs = [tuple(_clean_one(side, path, region) for side in cut) for cut in cuts]
    valid = [pair for pair in pairs if all(field.value for field in pair)]
    return valid[0] if len(valid) == 1 else ()


def _clean_one(text: str, path: str, region: str) -> Field[Phone]:
    codes: list[str] = []
    bare = _LABELS.sub(" ", text)
    whole = _POINT_ZERO.sub("", bare.strip(" :()[]"))
    number, extension = _split_extension(whole)
    if extension:
        codes.append("extension_removed")
    found = None if _LETTER_AT_DIGIT.search(number) else _NUMBER.search(number)
    if found is None or any(map(str.isdigit, number[found.end() :])):
        return refused(path, "bad_phone")
    if bare != text or found.group().strip() != number.strip():
        codes.append("phone_text_removed")
    field = _check(_DIALLED_ABROAD.sub("+", _TRUNK_ZERO.sub("", found.group()).strip()), path, region, codes)
    return Field(None if field.value is None else Phone(field.value, extension), field.issues)


def _split_extension(text: str) -> tuple[str, str | None]:
    text = text.strip()
    landline = _LANDLINE_GROUP.match(text)
    if landline:
        return landline.group(1), landline.group(2)
    match = _EXTENSION.search(text)
    return (text, None) if match is None else (text[: match.start()], match.group(1))


def _check(number: str, path: str, region: str, codes: list[str]) -> Field[str]:
    parsed = phone_fast.parse(number, region) or _parse(number, region)
    if parsed is None:
        return refused(path, "bad_phone")
    if not parsed.is_valid:
        return refused(path, _explain(parsed, number))
    e164 = f"+{parsed.calling_code}{parsed.national}"
    return accepted(e164, path, *codes)


def is_placeholder(e164: str) -> bool:
    """A number that people enter when they have none."""
    return _PLACEHOLDER.match(e164) is not None


def _parse(number: str, region: str) -> phone_fast.Parsed | None:
    """By libphonenumber itself, for what is more than digits and separators."""
    try:
        found = phonenumbers.parse(number, region)
    except NumberParseException:
        return None
    national = phonenumbers.national_significant_number(found)
    return phone_fast.Parsed(found.country_code or 0, national, phonenumbers.is_valid_number(found))


def _explain(parsed: phone_fast.Parsed, number: str) -> str:
    local_digits = len(parsed.national.lstrip("0"))
    # A Chinese landline number without its area code has 7 or 8 digits and passes as "possible".
    if parsed.calling_code == 86 and not number.startswith("+"):
        if local_digits in (7, 8):
            return "phone_no_area_code"
        if local_digits < 7:
            return "phone_too_short"
    return _REASONS.get(phone_fast.check_length(parsed), "bad_phone")


def phone_type(e164: str) -> str:
    """mobile, fixed_line, toll_free ..., by libphonenumber; `other` where it does not say."""
    return _TYPES.get(phonenumbers.number_type(phonenumbers.parse(e164)), "other")
