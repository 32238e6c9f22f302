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
_EXTENSION_WORD = (
    r"转接?|轉接?|分机号?|分機號?|内线|內線|内線|내선|extension|extn|ext\.?|durchwahl|nebenstelle|apparat|app\.|poste|interno|int\."
    r"|anexo|ramal|toestel|доб\.?|x|#|\*"
)
_EXTENSION = re.compile(
    rf"\s*[,;(]?\s*(?:{_EXTENSION_WORD})\s*[:.=]?\s*(\d{{1,6}})\s*\)?(?:\s*[^\W\d_]\D*)?$", re.IGNORECASE
)
_SAYS_EXTENSION = re.compile(rf"(?:{_EXTENSION_WORD})\s*\d", re.IGNORECASE)
# 010-62345678(801) and 010-62345678,801; two digits may be the end of another number, a zero begins an area code.
_BARE_EXTENSION = re.compile(r"(?<=\d)\s*(?:\(\s*|,{1,2}\s*)([1-9]\d{2,4})\s*\)?$")
_FEWEST_BEFORE_EXTENSION = 8
# 010-62345678-801: a third group after a Chinese landline is an extension; libphonenumber swallows it.
_LANDLINE_GROUP = re.compile(
    r"^((?:(?:00|\+)?86[- ]?\(?0?|\(?0)\d{2,3}\)?[- ]?\d{3,4}[- ]?\d{4})\s*-\s*(\d{1,6})$"
)
_CALLING_CHINA = re.compile(r"(?:00|\+)86")
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
_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−ー~_", "-") | dict.fromkeys("[【〔{", "(") | dict.fromkeys("]】〕}", ")")
)
# 030/12345678 is one number: a slash behind an area code or a country's.
_AREA_SLASH = re.compile(
    r"(?:^|(?<=[,;、|&\n]))\s*(\(?(?:\+\d{1,3}[ ]?(?:\(0\))? ?\d{0,4}|0\d{1,4})\)?)\s*/\s*(?=\d{3})"
)
# 一三九一二三四五六七八: who writes so hides from a machine.
_HAN_DIGITS = re.compile("[〇零一二三四五六七八九幺]{7,}")
_HAN_TO_DIGITS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
# RFC 3966: tel:863-1234;phone-context=+1-914-555
_CONTEXT = re.compile(r";\s*phone-context=(\+[\d-]+)?[^;]*", re.IGNORECASE)
# A QQ number has as many digits as a phone and is none.
_OTHER_NUMBER = re.compile(r"qq号?码?\s*:?\s*\d+", re.IGNORECASE)
# (3号楼), （9am-5pm）: said about the number.
_REMARK = re.compile(r"\s*\((?=[^()]*[^\W\d_])(?:[^()\d]*\d){0,6}[^()\d]*\)?\s*$")
_REMARK_BEHIND = re.compile(r"^\s*[\u3400-\u9fff](?:\D*\d){0,4}\D*$")
_VANITY = re.compile(
    r"(?:\+?1[-. ]?)?\(?(?:8\d\d|900|1[38]00)\)?[-. ]?(?=[a-z\d]*-?[a-z\d]*$)(?=.*[a-z]{3})[a-z\d-]{6,9}",
    re.IGNORECASE,
)
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
    text = text.translate(_SIGNS)
    if _OTHER_NUMBER.fullmatch(text):
        return (refused(path, "bad_phone"),)
    context = _CONTEXT.search(text)
    if context:
        text = _CONTEXT.sub("", text)
        region = _region_of(context[1] or "") or region
    text = _HAN_DIGITS.sub(lambda match: match.group().translate(_HAN_TO_DIGITS), text)
    damaged = _SCIENTIFIC.match(text)
    if damaged:
        return (_restore(text, damaged, path, region),)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    read = (_clean_one(part, path, region) for part in split_numbers(_AREA_SLASH.sub(r"\1-", text)))
    fields = tuple({field.value or index: field for index, field in enumerate(read)}.values())
    if len(fields) == 1 and fields[0].value is None:
        return _part_words(text, path, region) or fields
    return fields


def _region_of(context: str) -> str | None:
    digits = context.replace("-", "").removeprefix("+")
    codes = (int(digits[:length]) for length in (3, 2, 1) if len(digits) >= length)
    regions = map(phonenumbers.region_code_for_country_code, codes)
    return next((region for region in regions if region != phonenumbers.phonenumberutil.UNKNOWN_REGION), None)


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
    whole = _POINT_ZERO.sub("", bare.strip(" :()"))
    if _VANITY.fullmatch(whole):
        return _as_phone(_check((whole,), path, region, codes), None)
    number, extension = _split_extension(whole, region)
    if extension:
        codes.append("extension_removed")
    said = _REMARK.sub("", number) if extension is None else number
    found = None if _LETTER_AT_DIGIT.search(said) else _NUMBER.search(said)
    if found is None or not _is_remark(said[found.end() :]):
        return refused(path, "bad_phone")
    if bare != text or found.group().strip() != number.strip():
        codes.append("phone_text_removed")
    return _as_phone(_check(_ways_to_dial(found.group()), path, region, codes), extension)


def _as_phone(field: Field[str], extension: str | None) -> Field[Phone]:
    return Field(None if field.value is None else Phone(field.value, extension), field.issues)


def _is_remark(behind: str) -> bool:
    """Whether what stands behind a number is no part of one."""
    if not any(map(str.isdigit, behind)):
        return True
    return _REMARK_BEHIND.match(behind) is not None and _SAYS_EXTENSION.search(behind) is None


def _ways_to_dial(number: str) -> tuple[str, ...]:
    """The number as it was likely meant, then as it may have been meant where that is none.

    Italy keeps the zero of +39 (0)2; 001 is how Hong Kong dials abroad.
    """
    likely = _DIALLED_ABROAD.sub("+", _TRUNK_ZERO.sub("", number).strip())
    return tuple(dict.fromkeys((likely, _TRUNK_ZERO.sub("0", number).strip())))


def _split_extension(text: str, region: str) -> tuple[str, str | None]:
    text = text.strip()
    landline = _LANDLINE_GROUP.match(text)
    # In Germany, say, the last group is dialled with the rest.
    if landline and (region == "CN" or _CALLING_CHINA.match(text)):
        return landline.group(1), landline.group(2)
    match = _EXTENSION.search(text) or _BARE_EXTENSION.search(text)
    if match is None or (
        match.re is _BARE_EXTENSION
        and sum(map(str.isdigit, text[: match.start()])) < _FEWEST_BEFORE_EXTENSION
    ):
        return text, None
    return text[: match.start()], match.group(1)


def _check(numbers: tuple[str, ...], path: str, region: str, codes: list[str]) -> Field[str]:
    """The first valid one; where none is, why the first is not."""
    parsed = [phone_fast.parse(number, region) or _parse(number, region) for number in numbers]
    valid = next((one for one in parsed if one and one.is_valid), None)
    if valid:
        return accepted(f"+{valid.calling_code}{valid.national}", path, *codes)
    return refused(path, "bad_phone" if parsed[0] is None else explain(parsed[0], numbers[0]))


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


def explain(parsed: phone_fast.Parsed, number: str) -> str:
    """The code that says why a number is not valid."""
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
