"""Identifiers with check digits: companies and residents of China, VAT numbers, legal entities."""

import re
from collections.abc import Callable
from datetime import date
from typing import Literal, NamedTuple

from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.gazetteer import known_codes
from shared.cleaning.text import read_text
from shared.cleaning.vat_numbers import (
    has_mod_97_digits,
    has_vat_check_digit,
    has_vat_form,
    is_date,
    is_vat_country,
)

Kind = Literal["uscc", "ric", "vat", "lei"]

# Words before a number: 统一社会信用代码: 9111..., VAT No.: DE...
_LABEL = re.compile(
    r"^(?:[^:\d]{1,30}:|[\u4e00-\u9fff]+|(?:VAT|LEI|USt\.?-?Id|UID|TVA|P(?:artita|\.)? ?IVA|BTW|NIF|CIF|NIP|DIČ|MwSt|MOMS)"
    r"(?:[\s-]*(?:No|Nr|ID|number)\b\.?)?(?=[\s:]))[\s:]*",
    re.I,
)
_PUNCTUATION = re.compile(r"[\s\-\u2010-\u2015\u2212._·・:,;/'\"()\[\]]+")
# GB 32100-2015: no I, O, S, V, Z.
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# No registry begins with 0, and eighteen zeros have the right check digit.
_USCC = re.compile(f"[{_USCC_SIGNS[1:]}][{_USCC_SIGNS}][0-9]{{6}}[{_USCC_SIGNS}]{{10}}")
_USCC_MODULUS = 31
_RIC = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_OLD_RIC = re.compile(r"[1-9]\d{14}", re.ASCII)
# GB 11643-1999: the weight of place i is 2 ** (18 - i) mod 11; ISO 7064 MOD 11-2.
_RIC_WEIGHTS = [2**power % 11 for power in range(17, 0, -1)]
_RIC_CHECKS = "10X98765432"
# Residence permits of people from Hong Kong, Macau and Taiwan.
_PERMIT_REGIONS = frozenset({"810000", "820000", "830000"})
# In 15 digits these sequences were for people of a hundred years: their century is not the 20th.
_CENTENARIANS = ("996", "997", "998", "999")
_OLDEST_BIRTH_YEAR = 1800
_LEI = re.compile("[0-9A-Z]{18}[0-9]{2}")
_EXACT_FLOAT = 2**53


class _Hints(NamedTuple):
    region: str | None
    today: date | None


def clean_identifier(
    raw: object, path: str, *, kind: Kind, region: str | None = None, today: date | None = None
) -> Field[str]:
    """The identifier without spaces and signs, in capitals.

    uscc: 统一社会信用代码 (GB 32100-2015); ric: 居民身份证号 of 18 characters (GB 11643-1999), old ones of 15 digits
    lengthened; vat: with its country code, which `region` supplies where it lacks; lei: ISO 17442.
    `today` refuses birth dates after it.
    """
    text = None if isinstance(raw, bool) else read_text(raw)
    if text is None:
        return NOTHING
    # A spreadsheet's number has lost the digits after the 15th.
    if isinstance(raw, float) and abs(raw) > _EXACT_FLOAT:
        return refused(path, "bad_identifier")
    number = _PUNCTUATION.sub("", _LABEL.sub("", text)).upper()
    return _CLEANERS[kind](number, path, _Hints(region, today))


def _clean_uscc(number: str, path: str, hints: _Hints) -> Field[str]:
    if not _USCC.fullmatch(number):
        return refused(path, "bad_identifier")
    total = sum(_USCC_SIGNS.index(sign) * 3**place for place, sign in enumerate(number[:17]))
    check = _USCC_SIGNS[-total % _USCC_MODULUS]
    return Field(number) if number[17] == check else refused(path, "bad_check_digit")


def _clean_ric(number: str, path: str, hints: _Hints) -> Field[str]:
    if _OLD_RIC.fullmatch(number):
        return _lengthen(number, path, hints)
    if not _RIC.fullmatch(number):
        return refused(path, "bad_identifier")
    fault = _fault_of_ric(number, hints.today)
    if fault:
        return refused(path, fault)
    return accepted(number, path, *(() if _is_known_region(number[:6]) else ("unknown_region_code",)))


def _lengthen(number: str, path: str, hints: _Hints) -> Field[str]:
    """15 digits as 18: the century and a check digit, which the old number did not have."""
    if number.endswith(_CENTENARIANS):
        return refused(path, "bad_identifier")
    long = f"{number[:6]}19{number[6:]}"
    fault = _fault_of_ric(long + _ric_check(long), hints.today)
    return refused(path, fault) if fault else accepted(long + _ric_check(long), path, "old_identity_number")


def _fault_of_ric(number: str, today: date | None) -> str | None:
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if number[:4] not in _known_prefixes():
        return "bad_region_code"
    if year < _OLDEST_BIRTH_YEAR or not is_date(year, month, day):
        return "bad_birth_date"
    if today and date(year, month, day) > today:
        return "bad_birth_date"
    return None if _ric_check(number[:17]) == number[17] else "bad_check_digit"


def _ric_check(digits: str) -> str:
    return _RIC_CHECKS[
        sum(weight * int(digit) for weight, digit in zip(_RIC_WEIGHTS, digits, strict=True)) % 11
    ]


def _known_prefixes() -> frozenset[str]:
    return frozenset(code[:4] for code in known_codes() | _PERMIT_REGIONS)


def _is_known_region(code: str) -> bool:
    return code in known_codes() or code in _PERMIT_REGIONS


def _clean_vat(number: str, path: str, hints: _Hints) -> Field[str]:
    country, rest = _split_country(number, hints.region)
    if country is None:
        return refused(path, "unknown_vat_country")
    if country == "BE" and len(rest) == 9:  # until 2005 without the leading 0
        rest = f"0{rest}"
    if not has_vat_form(country, rest):
        return refused(path, "bad_identifier")
    return Field(country + rest) if has_vat_check_digit(country, rest) else refused(path, "bad_check_digit")


def _split_country(number: str, region: str | None) -> tuple[str | None, str]:
    """The country code of a VAT number (EL for Greece) and the rest."""
    prefix = "EL" if number[:2] == "GR" else number[:2]
    if is_vat_country(prefix):
        return prefix, number[2:]
    home = "EL" if region == "GR" else region
    return (home, number) if home and is_vat_country(home) else (None, number)


def _clean_lei(number: str, path: str, hints: _Hints) -> Field[str]:
    if not _LEI.fullmatch(number):
        return refused(path, "bad_identifier")
    return Field(number) if has_mod_97_digits(number) else refused(path, "bad_check_digit")


_CLEANERS: dict[Kind, Callable[[str, str, _Hints], Field[str]]] = {
    "uscc": _clean_uscc,
    "ric": _clean_ric,
    "vat": _clean_vat,
    "lei": _clean_lei,
}
