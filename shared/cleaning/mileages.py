"""Readings of an odometer: from what people write to whole kilometres."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from shared.cleaning.digit_groups import Habit, is_doubtful, read_digits
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.numerals import read_number
from shared.cleaning.text import read_text

KM_PER_MILE = Decimal("1.609344")
"""The international mile of 1959."""
# An odometer has six digits, that of a lorry seven.
_MOST_KM = 9_999_999

# Patterns are compiled when they are first needed: few records need them, and a cold start waits for none.
_LABEL = r"^(?:(?:当前|目前|行驶|行车|累计|总|进厂)*(?:里程|公里)数?|mileage|odometer|odo)\s*:?\s*"
_INEXACT = (
    r"约|左右|上下|以上|以下|以内|余|多|几|近|不到|超过?|大概|至少|最多|[<>≤≥±≈~]|\+$|\babout\b|\bapprox|\bover\b|\bunder\b"
    r"|(?<=[\d万千k])\s*(?:-|–|—|至|到|\bto\b)\s*\d"
)
_PLACEHOLDER = "9{6,}"
_UNITS = {"km": Decimal(1), "mile": KM_PER_MILE}
_WORDS = {
    **dict.fromkeys("km kms 公里 千米 kilometer kilometre kilometers kilometres".split(), "km"),
    **dict.fromkeys("mi mile miles 英里 哩".split(), "mile"),
}
_TIMES = {"万": 10**4, "萬": 10**4, "w": 10**4, "千": 10**3, "k": 10**3}
_READING = (
    rf"(?P<number>\d[\d., '’]*?|[^\s]+?)\s*(?P<times>{'|'.join(_TIMES)})?\s*"
    rf"(?P<unit>{'|'.join(sorted(_WORDS, key=len, reverse=True))})?\.?"
)
_UNIT = rf"(?P<times>{'|'.join(_TIMES)})?\s*(?P<unit>{'|'.join(_WORDS)})\.?"
_NUMERALS = "[零〇一二三四五六七八九两十百千万萬]"
_THREE_DECIMALS = r"\d{1,3}\.\d{3}"


class MileageHints(NamedTuple):
    """What is known about the source."""

    unit: str | None = None
    """Of numbers without one, such as 万公里; None: kilometres."""
    has_decimal_comma: bool = False


class _Unit(NamedTuple):
    times: int
    km: Decimal


def clean_mileage(raw: object, path: str, hints: MileageHints) -> Field[int]:
    """Whole kilometres; what is written wins over the unit of the hints."""
    text = None if isinstance(raw, bool) else read_text(raw)
    if text is None:
        return refused(path, "bad_mileage") if isinstance(raw, bool | float) else NOTHING
    text = re.sub(_LABEL, "", text.casefold().lstrip("'"))
    if re.search(_INEXACT, text):
        return refused(path, "inexact_mileage")
    match = re.fullmatch(_READING, text)
    unit = _read_unit(hints.unit)
    if match is None or unit is None:
        return refused(path, "bad_mileage" if match is None else "bad_hint")
    if re.fullmatch(_PLACEHOLDER, match["number"]):
        return refused(path, "placeholder_mileage")
    if match["unit"] or match["times"]:
        km = _UNITS[_WORDS[match["unit"]]] if match["unit"] else unit.km
        unit = _Unit(_TIMES.get(match["times"], 1), km)
    if re.search(_NUMERALS, match["number"]):
        # 一万二千, 2万3千: the units stand inside the number.
        value = read_number(match["number"] + (match["times"] or ""))
        return _accept(value, _Unit(1, unit.km), path)
    return _read_digits(raw, match["number"], unit, path, hints)


def _read_digits(raw: object, number: str, unit: _Unit, path: str, hints: MileageHints) -> Field[int]:
    has_comma = hints.has_decimal_comma and not isinstance(raw, float)
    # 12.345 may be twelve thousand; 1.234万 is no matter of thousands.
    is_open = not (has_comma or isinstance(raw, float)) and unit.times == 1
    if is_open and re.fullmatch(_THREE_DECIMALS, number):
        return refused(path, "ambiguous_amount")
    value = read_digits(number, Habit(has_comma or None, has_lakh_groups=False))
    if value is None and is_doubtful(number):
        return refused(path, "ambiguous_amount")
    return _accept(value, unit, path)


def _accept(value: Decimal | None, unit: _Unit, path: str) -> Field[int]:
    exact = None if value is None else value * unit.times * unit.km
    if exact is None or not 0 <= exact <= _MOST_KM:
        return refused(path, "bad_mileage")
    return Field(int(exact.to_integral_value(ROUND_HALF_UP)))


def _read_unit(text: str | None) -> _Unit | None:
    """The unit of a heading; None where it is not known."""
    if text is None:
        return _Unit(1, Decimal(1))
    match = re.fullmatch(_UNIT, text.casefold().strip())
    return match and _Unit(_TIMES.get(match["times"], 1), _UNITS[_WORDS[match["unit"]]])
