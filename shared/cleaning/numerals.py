"""Numbers written with Chinese numerals and units, also mixed with digits: 壹万贰仟, 1亿2千万, 三千五."""

import re
from decimal import Decimal

_DIGITS = {char: value for value, chars in enumerate(
    ("零〇○", "一壹壱弌", "二贰貳两兩弍", "三叁參叄弎", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
) for char in chars}  # fmt: skip
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_TOKEN = re.compile(rf"\d+(?:\.\d+)?|[{''.join(_DIGITS)}{''.join(_SMALL)}{''.join(_LARGE)}]")


def read_number(text: str) -> Decimal | None:
    """The value of a number; None when the text is none, or breaks the order of its units."""
    tokens = _TOKEN.findall(text)
    if not tokens or "".join(tokens) != text:
        return None
    reader = _Reader()
    return reader.total() if all(map(reader.take, tokens)) else None


class _Reader:
    """Adds up one number from left to right: digit, small unit within a section, large unit that closes a section."""

    def __init__(self) -> None:
        self.sum = Decimal(0)
        self.section = Decimal(0)
        self.digit: Decimal | None = None
        self.after_zero = False
        self.unit = 0
        """The last unit: what a trailing single digit counts tenths of (三千五 = 3500)."""
        self.small_left = 10**4
        self.large_left = 10**12

    def take(self, token: str) -> bool:
        if token in _SMALL:
            return self._small(_SMALL[token])
        if token in _LARGE:
            return self._large(_LARGE[token])
        return self._digit(token)

    def _digit(self, token: str) -> bool:
        value = Decimal(_DIGITS[token]) if token in _DIGITS else Decimal(token)
        if value == 0 and token in _DIGITS:
            self.after_zero = True
            return self.digit is None
        if self.digit is not None:
            return False
        self.digit = value
        return True

    def _small(self, unit: int) -> bool:
        if unit >= self.small_left or (self.digit is None and unit != 10):
            return False
        self.section += (1 if self.digit is None else self.digit) * unit
        self.digit, self.unit, self.small_left, self.after_zero = None, unit, unit, False
        return True

    def _large(self, unit: int) -> bool:
        section = self.section + (self.digit or 0)
        if unit == 10**8 and self.sum and not section:  # 万亿
            section, self.sum, self.large_left = self.sum, Decimal(0), 10**12
        if not section or unit >= self.large_left or (unit == 10**8 and self.sum):
            return False
        self.sum += section * unit
        self.section, self.digit, self.unit = Decimal(0), None, unit
        self.small_left, self.large_left, self.after_zero = 10**4, unit, False
        return True

    def total(self) -> Decimal | None:
        tail = self.digit or Decimal(0)
        if tail and self.unit > 10 and not self.after_zero:
            # 1.2万3: the last unit is not where the number ends.
            if tail >= self.unit or (self.sum + self.section) % self.unit:
                return None
            if tail < 10:  # 三千五, 一万二
                tail = tail * self.unit / 10 if tail == tail.to_integral_value() else Decimal("NaN")
        value = self.sum + self.section + tail
        return value if value.is_finite() else None
