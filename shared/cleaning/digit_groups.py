"""Numbers in digits: which sign groups them, which is the decimal point, and where only the source can tell."""

import re
from decimal import Decimal
from typing import NamedTuple

_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?e[+-]?\d{1,3}")
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([, '’])\d{3})(?:\1\d{3})*(?:\.\d*)?")
_LAKH = re.compile(r"[1-9]\d?(?:,\d{2})*(,)\d{3}(?:\.\d*)?")
_COMMA_PLAIN = re.compile(r"\d+(?:,\d*)?|,\d+")
_COMMA_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([. '’])\d{3})(?:\1\d{3})*(?:,\d*)?")
# Two kinds of signs, or groups that repeat, show by themselves which is which: 1,234.5, 1.234,56, 1.234.567.
_CLEAR = re.compile(r"[1-9]\d{0,2}(?:([, '’])\d{3})(?:\1\d{3})*\.\d+")
_CLEAR_COMMA = re.compile(r"[1-9]\d{0,2}(?:(?:([. '’])\d{3})(?:\1\d{3})*,\d{1,2}|(\.)\d{3}(?:\.\d{3})+)")
_ONE_POINT_BEFORE_THREE = re.compile(r"[1-9]\d{0,2}\.\d{3}")

SEPARATED = re.compile(r"[\d.,' ’]*\d[\d.,' ’]*")
"""Digits and signs between them, readable or not."""

COMMA_CURRENCIES = frozenset(
    "EUR BRL ARS CLP COP UYU PYG VND IDR TRY PLN CZK HUF RON BGN RSD UAH RUB BYN KZT SEK NOK DKK ISK".split()
)
"""Currencies (ISO 4217) whose people write 1.234,56."""
_WITHOUT_DECIMALS = frozenset("VND IDR CLP PYG ISK COP".split())
"""Of these, what nobody counts in hundredths: ₫500.000 is half a million."""
LAKH_CURRENCIES = frozenset("INR PKR BDT NPR LKR".split())
"""Currencies whose people write 12,34,567."""


class Habit(NamedTuple):
    has_decimal_comma: bool | None
    """None: the source does not say, and the point is the decimal sign unless the number speaks against it."""
    has_lakh_groups: bool
    """India's 12,34,567."""
    currencies: tuple[str, ...] = ()
    """What the amount can be in; empty: not said."""


def read_digits(text: str, habit: Habit) -> Decimal | None:
    """The value; None where the text is no number in digits, or one that only the source can tell (`is_doubtful`)."""
    if _SCIENTIFIC.fullmatch(text):
        return Decimal(text)
    if _is_of_commas(habit) and habit.has_decimal_comma is None and _ONE_POINT_BEFORE_THREE.fullmatch(text):
        is_group = _WITHOUT_DECIMALS.issuperset(habit.currencies)
        return Decimal(text.replace(".", "")) if is_group else None
    point, comma = ((_PLAIN, _GROUPED), (_COMMA_PLAIN, _COMMA_GROUPED))
    own, other = (comma, point) if habit.has_decimal_comma else (point, comma)
    is_of_lakhs = bool(habit.currencies) and LAKH_CURRENCIES.issuperset(habit.currencies)
    ladder = (
        *own,
        _CLEAR,
        _CLEAR_COMMA,
        # 1234.50 has no group of three: systems write so wherever they stand.
        *((_PLAIN,) if habit.has_decimal_comma else ()),
        *((_LAKH,) if habit.has_lakh_groups or is_of_lakhs else ()),
        *(other if _is_of_commas(habit) else ()),
    )
    return next((_value(match) for way in ladder if (match := way.fullmatch(text))), None)


def is_doubtful(text: str) -> bool:
    """Whether some country writes numbers like this."""
    ways = (_PLAIN, _GROUPED, _LAKH, _COMMA_PLAIN, _COMMA_GROUPED)
    return any(way.fullmatch(text) for way in ways)


def _is_of_commas(habit: Habit) -> bool:
    return bool(habit.currencies) and COMMA_CURRENCIES.issuperset(habit.currencies)


def _value(match: re.Match[str]) -> Decimal:
    text = match.group()
    for separator in filter(None, match.groups()):
        text = text.replace(separator, "")
    return Decimal(text.replace(",", "."))
