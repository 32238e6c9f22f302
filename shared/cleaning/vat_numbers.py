"""VAT numbers of the European Union, Northern Ireland (XI) and Great Britain: form and check digits of each country.

Forms: European Commission, VIES; check digits: the countries' own published rules.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
_IRISH = "WABCDEFGHIJKLMNOPQRSTUV"
_FRENCH = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CYPRIOT = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)


class _Rule(NamedTuple):
    form: re.Pattern[str]
    """Of what follows the country code."""
    has_check_digit: Callable[[str], bool]


def has_vat_form(country: str, number: str) -> bool:
    """Whether the number, without its country code, is written as in that country."""
    return _RULES[country].form.fullmatch(number) is not None


def has_vat_check_digit(country: str, number: str) -> bool:
    """Whether the check digits of a well-formed number fit."""
    return _RULES[country].has_check_digit(number)


def is_vat_country(code: str) -> bool:
    """Whether VAT numbers of the country are known; Greece is EL."""
    return code in _RULES


# --- sums that several countries share ---


def _weigh(digits: str, weights: Sequence[int]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))


def has_luhn_digit(digits: str) -> bool:
    """ISO/IEC 7812."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _has_mod_11_10_digit(digits: str) -> bool:
    """ISO 7064, MOD 11,10."""
    product = 10
    for digit in digits[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (product + int(digits[-1])) % 10 == 1


def _zero_sum(modulus: int, *weights: int) -> Callable[[str], bool]:
    return lambda number: _weigh(number, weights) % modulus == 0


def is_date(year: int, month: int, day: int) -> bool:
    """Whether the calendar has the day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


# --- countries ---


def _austria(number: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[2:8:2])
    return (96 - sum(map(int, number[1:8:2])) - sum(doubled)) % 10 == int(number[8])


def _belgium(number: str) -> bool:
    return (int(number[:8]) + int(number[8:])) % 97 == 0 and int(number) > 0


def _bulgaria(number: str) -> bool:
    return _bulgarian_firm(number) if len(number) == 9 else _bulgarian_person(number)


def _bulgarian_firm(number: str) -> bool:
    check = _weigh(number[:8], range(1, 9)) % 11
    if check == 10:
        check = _weigh(number[:8], range(3, 11)) % 11
    return check % 10 == int(number[8])


def _bulgarian_person(number: str) -> bool:
    nine, last = number[:9], int(number[9])
    return (
        (_is_bulgarian_birth(number) and _weigh(nine, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == last)
        or _weigh(nine, (21, 19, 17, 13, 11, 9, 7, 3, 1)) % 10 == last
        or -_weigh(nine, (4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11 == last
    )


def _is_bulgarian_birth(number: str) -> bool:
    """20 is added to months before 1900, 40 to those after 1999."""
    year, month, day = int(number[:2]), int(number[2:4]), int(number[4:6])
    century = {0: 1900, 1: 1800, 2: 2000}.get(month // 20, 0)
    return century > 0 and is_date(century + year, month % 20, day)


def _cyprus(number: str) -> bool:
    total = sum(_CYPRIOT[int(digit)] for digit in number[:8:2]) + sum(map(int, number[1:8:2]))
    return _LETTERS[total % 26] == number[8]


def _czechia(number: str) -> bool:
    if len(number) == 8:
        return (-_weigh(number[:7], range(8, 1, -1)) % 11 or 1) % 10 == int(number[7])
    if len(number) == 9 and number[0] == "6":
        check = _weigh(number[1:8], range(8, 1, -1)) % 11
        return (8 - (10 - check) % 11) % 10 == int(number[8])
    return _is_czech_birth_number(number)


def _is_czech_birth_number(number: str) -> bool:
    """Women's months count from 51; since 2004, 20 more where a day runs out of numbers."""
    year, month, day = int(number[:2]), int(number[2:4]) % 50, int(number[4:6])
    # Nine digits ended in 1953, so that 84 is 1884 there.
    last_year = 1953 if len(number) == 9 else 2053
    year += next(century for century in (2000, 1900, 1800) if century + year <= last_year)
    if year >= 2004:
        month %= 20
    has_check_digit = len(number) == 9 or int(number[:9]) % 11 % 10 == int(number[9])
    return has_check_digit and is_date(year, month, day)


def _spain(number: str) -> bool:
    first, last = number[0], number[-1]
    if first in "XYZ":
        return _SPANISH[int(str("XYZ".index(first)) + number[1:8]) % 23] == last
    if first in "KLM":
        return _SPANISH[int(number[1:8]) % 23] == last
    if first.isdigit():
        return _SPANISH[int(number[:8]) % 23] == last
    return _is_spanish_firm(number)


def _is_spanish_firm(number: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[1:8:2])
    check = -(sum(map(int, number[2:8:2])) + sum(doubled)) % 10
    # The kind of firm says whether digit or letter is usual; both occur.
    return number[8] in (str(check), "JABCDEFGHI"[check])


def _france(number: str) -> bool:
    key, siren = number[:2], number[2:]
    # Monaco's numbers are no SIREN.
    if not siren.startswith("000") and not has_luhn_digit(siren):
        return False
    if key.isdigit():
        return int(key) == int(siren + "12") % 97
    first, second = map(_FRENCH.index, key)
    check = first * 24 + second - 10 if key[0].isdigit() else first * 34 + second - 100
    return (int(siren) + 1 + check // 11) % 11 == check % 11


def _britain(number: str) -> bool:
    if number.startswith("GD"):
        return int(number[2:]) < 500
    if number.startswith("HA"):
        return int(number[2:]) >= 500
    total = _weigh(number[:9], (8, 7, 6, 5, 4, 3, 2, 10, 1)) % 97
    # From 100 on also the series of 2010, whose sum has 55 added, and one that HMRC issued with 42.
    return total in ((0, 42, 55) if int(number[:3]) >= 100 else (0,))


def _greece(number: str) -> bool:
    return _weigh(number[:8], [2**power for power in range(8, 0, -1)]) % 11 % 10 == int(number[8])


def _ireland(number: str) -> bool:
    if number[1].isdigit():
        digits, tail = number[:7], number[8:]
    else:  # until 1990: the second place is a letter or sign
        digits, tail = f"0{number[2:7]}{number[0]}", ""
    total = _weigh(digits, range(8, 1, -1)) + 9 * (_IRISH.index(tail) if tail else 0)
    return _IRISH[total % 23] == number[7]


def _italy(number: str) -> bool:
    office = int(number[7:10])
    return (1 <= office <= 100 or office in (120, 121, 888, 999)) and has_luhn_digit(number)


def _lithuania(number: str) -> bool:
    places = range(len(number) - 1)
    check = _weigh(number[:-1], [1 + place % 9 for place in places]) % 11
    if check == 10:
        check = _weigh(number[:-1], [1 + (place + 2) % 9 for place in places]) % 11
    return number[-2] == "1" and check % 10 == int(number[-1])


def _latvia(number: str) -> bool:
    if number[0] > "3":
        return _weigh(number, (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)) % 11 == 3
    check = (1 + _weigh(number[:10], (10, 5, 8, 4, 2, 1, 6, 3, 7, 9))) % 11 % 10
    return check == int(number[10]) and (number.startswith("32") or _is_latvian_birth(number))


def _is_latvian_birth(number: str) -> bool:
    day, month, year = int(number[:2]), int(number[2:4]), int(number[4:6])
    return number[6] in "012" and is_date(1800 + 100 * int(number[6]) + year, month, day)


def _netherlands(number: str) -> bool:
    digits = number[:9]
    is_person = (_weigh(digits[:8], range(9, 1, -1)) - int(digits[8])) % 11 == 0
    return is_person or has_mod_97_digits(f"NL{number}")


def has_mod_97_digits(text: str) -> bool:
    """ISO 7064, MOD 97-10, letters counting from A = 10."""
    return int("".join(str(int(char, 36)) for char in text)) % 97 == 1


def _poland(number: str) -> bool:
    return _weigh(number[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(number[9])


def _portugal(number: str) -> bool:
    return -_weigh(number[:8], range(9, 1, -1)) % 11 % 10 == int(number[8])


def _romania(number: str) -> bool:
    return 10 * _weigh(number[:-1].zfill(9), (7, 5, 3, 2, 1, 7, 5, 3, 2)) % 11 % 10 == int(number[-1])


def _slovenia(number: str) -> bool:
    check = 11 - _weigh(number[:7], range(8, 1, -1)) % 11
    return check % 10 == int(number[7]) and check != 11


def _slovakia(number: str) -> bool:
    is_firm = number[0] != "0" and number[2] in "234789" and int(number) % 11 == 0
    return is_firm or _is_czech_birth_number(number)


def _rule(form: str, has_check_digit: Callable[[str], bool]) -> _Rule:
    return _Rule(re.compile(form), has_check_digit)


_BRITISH = _rule(r"\d{9}|\d{12}|(?:GD|HA)\d{3}", _britain)
_RULES = {
    "AT": _rule(r"U\d{8}", _austria),
    "BE": _rule(r"[01]\d{9}", _belgium),
    "BG": _rule(r"\d{9,10}", _bulgaria),
    "CY": _rule(r"(?!12)\d{8}[A-Z]", _cyprus),
    "CZ": _rule(r"[0-8]\d{7}|\d{9,10}", _czechia),
    "DE": _rule(r"[1-9]\d{8}", _has_mod_11_10_digit),
    "DK": _rule(r"[1-9]\d{7}", _zero_sum(11, 2, 7, 6, 5, 4, 3, 2, 1)),
    "EE": _rule(r"\d{9}", _zero_sum(10, 3, 7, 1, 3, 7, 1, 3, 7, 1)),
    "EL": _rule(r"\d{9}", _greece),
    "ES": _rule(r"\d{8}[A-Z]|[A-HJ-NP-SU-Z]\d{7}[0-9A-Z]", _spain),
    "FI": _rule(r"\d{8}", _zero_sum(11, 7, 9, 10, 5, 8, 4, 2, 1)),
    "FR": _rule(r"[0-9A-HJ-NP-Z]{2}\d{9}", _france),
    "GB": _BRITISH,
    "HR": _rule(r"\d{11}", _has_mod_11_10_digit),
    "HU": _rule(r"\d{8}", _zero_sum(10, 9, 7, 3, 1, 9, 7, 3, 1)),
    "IE": _rule(r"\d{7}[A-W][A-W]?|\d[A-Z+*]\d{5}[A-W]", _ireland),
    "IT": _rule(r"(?!0{7})\d{11}", _italy),
    "LT": _rule(r"\d{9}|\d{12}", _lithuania),
    "LU": _rule(r"\d{8}", lambda number: int(number[:6]) % 89 == int(number[6:])),
    "LV": _rule(r"\d{11}", _latvia),
    "MT": _rule(r"[1-9]\d{7}", _zero_sum(37, 3, 4, 6, 7, 8, 9, 10, 1)),
    "NL": _rule(r"(?!0{9})\d{9}B(?!00)\d{2}", _netherlands),
    "PL": _rule(r"\d{10}", _poland),
    "PT": _rule(r"[1-9]\d{8}", _portugal),
    "RO": _rule(r"[1-9]\d{1,9}", _romania),
    "SE": _rule(r"\d{10}(?:0[1-9]|[1-8]\d|9[0-4])", lambda number: has_luhn_digit(number[:10])),
    "SI": _rule(r"[1-9]\d{7}", _slovenia),
    "SK": _rule(r"\d{10}", _slovakia),
    "XI": _BRITISH,
}
