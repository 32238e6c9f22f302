"""Phone numbers: E.164, or a reason. Validity is libphonenumber's; what people put around a number is ours."""

import re
from decimal import Decimal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from shared.cleaning.codes import make_issue
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.text import read_text

_LABELS = re.compile(
    r"(?:手机号码?|移动电话|联系电话|联系方式|座机|固话|电话号码|电话|手机|号码|办公|公司|家庭|家|微信同号|同微信|微信号?|同号|"
    r"\b(?:mobile|phone|cell|office|home|tel(?:ephone)?|work|wechat|whatsapp|wx|mob|fax)\b\.?)\s*[:：]?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*(?:[/|,;、\n]|\bor\b|\band\b|或者?|和|以及)\s*", re.IGNORECASE)
_EXTENSION = re.compile(
    r"\s*[,(]?\s*(?:转接?|分机号?|内线|extension|ext\.?|x|#)\s*[:.]?\s*\d{1,6}\s*\)?$", re.IGNORECASE
)
# 010-62345678-801: a third group after a Chinese landline is an extension; libphonenumber swallows it.
_LANDLINE_GROUP = re.compile(r"^((?:\+?86[- ]?)?\(?0\d{2,3}\)?[- ]?\d{7,8})\s*-\s*\d{1,6}$")
_SCIENTIFIC = re.compile(r"^\d(?:\.(\d+))?[eE]\+?(\d{1,2})$")
_POINT_ZERO = re.compile(r"\.0+$")
_TRUNK_ZERO = re.compile(r"\(0\)")
_DIALLED_ABROAD = re.compile(r"^00(?=[1-9])")
_LETTER_AT_DIGIT = re.compile(r"[A-Za-z]\d|\d[A-Za-z]")
_NUMBER = re.compile(r"\+?\(?\d[\d\s().\-]*")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー~", "-"))
# China Mobile's own line 13800138000, and round numbers that stand for "none".
_PLACEHOLDER = re.compile(r"^\+86(?:13800138000|1\d{2}0{8}|1(\d)\1{9})$")
_REASONS = {
    ValidationResult.TOO_SHORT: "phone_too_short",
    ValidationResult.TOO_LONG: "phone_too_long",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone_no_area_code",
}


def clean_phone(raw: object, path: str, *, region: str) -> Field[str]:
    """E.164. `region` (ISO 3166) reads numbers without a country code; the first valid of several is taken."""
    text = read_text(raw)
    if text is None or isinstance(raw, bool):
        return NOTHING
    text = text.translate(_DASHES)
    damaged = _SCIENTIFIC.match(text)
    if damaged:
        return _restore(text, damaged, path, region)
    parts = split_numbers(text)
    fields = [_clean_one(part, path, region) for part in parts]
    chosen = next((field for field in fields if field.value), fields[0])
    if chosen.value is None or len(parts) == 1:
        return chosen
    return Field(chosen.value, (*chosen.issues, make_issue(path, "several_phones")))


def _restore(text: str, damaged: re.Match[str], path: str, region: str) -> Field[str]:
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
    return [text]


def _clean_one(text: str, path: str, region: str) -> Field[str]:
    codes: list[str] = []
    bare = _LABELS.sub(" ", text)
    number = _split_extension(_POINT_ZERO.sub("", bare.strip(" :()[]")))
    if number != _POINT_ZERO.sub("", bare.strip(" :()[]")):
        codes.append("extension_removed")
    found = None if _LETTER_AT_DIGIT.search(number) else _NUMBER.search(number)
    if found is None or any(map(str.isdigit, number[found.end() :])):
        return refused(path, "bad_phone")
    if bare != text or found.group().strip() != number.strip():
        codes.append("phone_text_removed")
    return _check(_DIALLED_ABROAD.sub("+", _TRUNK_ZERO.sub("", found.group()).strip()), path, region, codes)


def _split_extension(text: str) -> str:
    text = text.strip()
    landline = _LANDLINE_GROUP.match(text)
    return landline.group(1) if landline else _EXTENSION.sub("", text)


def _check(number: str, path: str, region: str, codes: list[str]) -> Field[str]:
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return refused(path, "bad_phone")
    if not phonenumbers.is_valid_number(parsed):
        return refused(path, _explain(parsed, number))
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if _PLACEHOLDER.match(e164):
        return refused(path, "placeholder_phone")
    return accepted(e164, path, *codes)


def _explain(parsed: phonenumbers.PhoneNumber, number: str) -> str:
    local_digits = len(str(parsed.national_number))
    # A Chinese landline number without its area code has 7 or 8 digits and passes as "possible".
    if parsed.country_code == 86 and not number.startswith("+"):
        if local_digits in (7, 8):
            return "phone_no_area_code"
        if local_digits < 7:
            return "phone_too_short"
    return _REASONS.get(phonenumbers.is_possible_number_with_reason(parsed), "bad_phone")
