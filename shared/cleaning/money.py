"""Amounts of money: from what people write to whole fen in the tenant's currency (R3). Decimal throughout."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from shared.cleaning.currencies import ISO_CODES, WORDS, choose
from shared.cleaning.digit_groups import SEPARATED, Habit, is_doubtful, read_digits
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.numerals import read_number
from shared.cleaning.text import read_text
from shared.policy.schema import Rate

# JSON numbers are exact up to 2**53; nobody's order comes near 90 trillion yuan.
_MOST_FEN = 2**53
_MOST_EXPONENT = 15

_INEXACT = re.compile(
    r"约|左右|上下|以上|以下|以内|余|多|几|近|不到|不足|超过?|大概|大于|小于|高于|低于|至少|最多|[<>≤≥±≈]|\+$|\babout\b|\bapprox|\bover\b|\bunder\b"
)
_RANGE = re.compile(r"(?<=[\d万亿千百元k])\s*(?:-|~|–|—|−|〜|至|到|\bto\b)\s*[¥$€£]?\s*\d")
_WORD_BEHIND_BRACKET = re.compile(r"^\(([^()]*)\)\s*([^\d()]{1,8})$")  # (500)元
_IN_BRACKETS = re.compile(r"^\((.*)\)$")
_LABEL = re.compile(
    r"^(?:总?金额|合计|总计|小计|共计|总价|价格|单价|大写|小写)\s*:\s*|\((?:大写|小写)\)\s*:?"
)
_COLON = re.compile(r"(?<=[^\d\s:])\s*:\s*(?=[^\s])")  # 人民币：壹仟元
# 100（万元）, 100 (USD): a word in brackets is no minus.
_BRACKETED_WORD = re.compile(r"(?<=[^\s(])\s*\(([^\d()]{1,8})\)")
_US_DOLLAR = re.compile(r"\b(us|hk|nt|au|ca|nz) (?=\$)")
# A sheet's apostrophe in front says "this is text"; a careless export leaves its quotes.
_QUOTES = re.compile(r"^'+|^\"(.*)\"$")
# Germany's and Switzerland's "no cents": 1.200,- and 1200.--
_NO_CENTS = re.compile(r"(?<=\d)([.,])[-−–—]{1,2}(?=\D*$)")
_NEGATIVE_WORD = re.compile("^(?:负|負)|(?<=币)负")
_MINUS = re.compile(r"^([^\d]*?)[-−–](.*)$|^(.*\d.*)[-−–]$")
_MINUS_BEHIND = re.compile(r"^([\d.,' ’]*\d)\s*[-−–]$")
_WORD = re.compile(
    "|".join(map(re.escape, sorted((w for w in WORDS if not w.isascii()), key=len, reverse=True)))
)
# R 100 is South Africa's; one letter behind a number is a unit.
_LATIN_WORD = re.compile(r"[a-z]{0,3}[$¥]|us dollars?|[a-z]{2,}\.?|(?<![a-z\d])r(?=\s*\d)|(?<=\d)\s?đ")
_JIAO_FEN = re.compile(
    r"(?:(?P<yuan>[^元角毛分]+)元)?零?(?:(?P<jiao>[^元角毛分]+)[角毛])?零?(?:(?P<fen>[^元角毛分]+)分)?"
)
# 三块五, 3元5: tenths, as with 三千五.
_TENTHS = re.compile(r"([^元角毛分]+元)([\d一二三四五六七八九两])$")
_JIAO = re.compile("[角毛]")

_LATIN_UNITS = {
    "k": 10**3, "thousand": 10**3, "w": 10**4, "lakh": 10**5, "lac": 10**5, "m": 10**6, "mn": 10**6, "mio": 10**6,
    "mln": 10**6, "million": 10**6, "millions": 10**6, "crore": 10**7, "b": 10**9, "bn": 10**9, "mrd": 10**9, "mld": 10**9,
    "billion": 10**9, "billions": 10**9, "tn": 10**12, "trillion": 10**12,
}  # fmt: skip
_LATIN_UNIT = re.compile(rf"^(.*?)\s*({'|'.join(sorted(_LATIN_UNITS, key=len, reverse=True))})\.?$")

DECIMAL_COMMA_REGIONS = frozenset(
    "AR AT BE BG BR CL CO CZ DE DK EE ES FI FR GR HR HU ID IS IT LT LU LV NL NO PL PT RO RS RU SE SI SK TR UA UY VN".split()
)
"""Countries (ISO 3166) that write 1.234,56; used only where the source says its region."""
LAKH_REGIONS = frozenset("IN PK BD NP LK".split())
"""Countries (ISO 3166) that write 12,34,567."""


class MoneyHints(NamedTuple):
    """What is known about the source."""

    home: str
    """The tenant's currency."""
    unit: str | None = None
    """Unit of numbers without one, such as 万元."""
    has_decimal_comma: bool = False
    has_lakh_groups: bool = False
    """India's 12,34,567."""
    has_decimal_point: bool = False
    """1,234.56 is said; where neither is, the point is the decimal sign unless number or currency speak against it."""


class Money(NamedTuple):
    amount: Decimal
    currency: str


class _Bare(NamedTuple):
    text: str
    """Without signs and currency words."""
    is_negative: bool
    options: tuple[str, ...]
    """Currencies that the words can mean; empty: none was named."""


class _Unit(NamedTuple):
    factor: Decimal
    options: tuple[str, ...]


class Reading(NamedTuple):
    amount: Decimal
    options: tuple[str, ...]
    """The currencies that the words can mean, the likeliest first; empty: none was named."""


def clean_money(raw: object, path: str, *, currency: str | None, hints: MoneyHints) -> Field[Money]:
    """The amount in the currency of its column, else of its words, else of the unit hint, else the tenant's."""
    field = read_money(raw, path, hints=hints, currency=currency)
    if field.value is None:
        return Field(None, field.issues)
    amount, options = field.value
    if currency and options and currency not in options:
        unit = _read_unit(hints.unit)
        # The column contradicts the cell, not its own unit.
        if unit is None or options != unit.options:
            return refused(path, "currency_conflict")
    return accepted(Money(amount, currency or choose(options or (hints.home,), hints.home)), path)


def read_money(raw: object, path: str, *, hints: MoneyHints, currency: str | None = None) -> Field[Reading]:
    """The amount, and the currencies that its words, else the unit hint, can mean.

    `currency` is the one of the column: it tells what a comma means where the cell names none.
    """
    text = read_text(raw)
    if text is None:
        return refused(path, "bad_amount") if _is_no_number(raw) else NOTHING
    text = _NEGATIVE_WORD.sub("-", _tidy(text.lower()))
    if isinstance(raw, bool) or _INEXACT.search(text) or _RANGE.search(text):
        return refused(path, _why_not_one_number(raw, text))
    bare = _strip_words(text)
    if isinstance(bare, str):
        return refused(path, bare)
    unit = _read_unit(hints.unit)
    if unit is None:
        return refused(path, "bad_unit")
    named = bare.options or unit.options or ((currency,) if currency else ())
    amount = _read_amount(bare.text, unit.factor, _habit_of(raw, hints, named))
    if isinstance(amount, str):
        return refused(path, amount)
    return Field(Reading(-amount if bare.is_negative else amount, bare.options or unit.options))


def _habit_of(raw: object, hints: MoneyHints, named: tuple[str, ...]) -> Habit:
    # A JSON number is written with a point wherever it comes from.
    is_said = hints.has_decimal_comma or hints.has_decimal_point or isinstance(raw, float)
    has_comma = hints.has_decimal_comma and not isinstance(raw, float)
    return Habit(has_comma if is_said else None, hints.has_lakh_groups, named)


def _tidy(text: str) -> str:
    text = _QUOTES.sub(lambda match: match[1] or "", text).strip()
    text = _COLON.sub(" ", _LABEL.sub("", text)).strip()
    text = _US_DOLLAR.sub(r"\1", _BRACKETED_WORD.sub(r"\1", text))
    return _NO_CENTS.sub(r"\g<1>00", text)


def _is_no_number(raw: object) -> bool:
    """Whether a calculation went wrong: that is no missing amount."""
    return isinstance(raw, float) or (isinstance(raw, str) and raw.strip().casefold() == "nan")


def convert_to_fen(
    money: Money, path: str, *, home: str, on: date, rates: Mapping[str, Sequence[Rate]]
) -> Field[int]:
    """Whole fen in the tenant's currency, at the newest rate not after the day; None and `unconverted` without one."""
    rate = Decimal(1) if money.currency == home else _rate_on(rates.get(money.currency, ()), on)
    if rate is None:
        return refused(path, "unconverted")
    exact = money.amount * rate * 100
    if abs(exact) >= _MOST_FEN:
        return refused(path, "amount_too_large")
    fen = int(exact.to_integral_value(ROUND_HALF_UP))
    is_rounded = money.currency == home and fen != exact
    return accepted(fen, path, *(["amount_rounded"] if is_rounded else []))


def _rate_on(rates: Sequence[Rate], on: date) -> Decimal | None:
    valid = [rate.rate for rate in rates if rate.valid_from <= on]
    return valid[-1] if valid else None


def _why_not_one_number(raw: object, text: str) -> str:
    if isinstance(raw, bool):
        return "bad_amount"
    return "amount_range" if _RANGE.search(text) else "inexact_amount"


def _strip_words(text: str) -> _Bare | str:
    text = _WORD_BEHIND_BRACKET.sub(r"(\1\2)", text)
    bracketed = _IN_BRACKETS.match(text)
    minus = None if bracketed else _MINUS.match(text)
    if bracketed:
        text = bracketed[1]
    elif minus:
        text = minus[3] if minus[3] is not None else f"{minus[1]}{minus[2]}"
    words = _find_words(text)
    if isinstance(words, str):
        return words
    bare, options = words
    bare = bare.strip()
    # USD (500), 500,00- €
    inner = None if bracketed or minus else _IN_BRACKETS.match(bare) or _MINUS_BEHIND.match(bare)
    number = (inner[1] if inner else bare).strip()
    is_negative = bool(bracketed or minus or inner)
    # 五角 names the yuan as much as 五元 does; 分 alone may be points.
    return _Bare(number, is_negative, options or (WORDS["元"] if _JIAO.search(number) else ()))


def _find_words(text: str) -> tuple[str, tuple[str, ...]] | str:
    """The text without currency words, 元 kept before 角 and 分; or a refusal code."""
    found: list[tuple[str, ...]] = []

    def note_latin(match: re.Match[str]) -> str:
        word = match.group().strip(" .")
        if word in _LATIN_UNITS:
            return word
        found.append(_currencies_of(word))
        return " "

    def note(match: re.Match[str]) -> str:
        found.append(WORDS[match.group()])
        return "元" if WORDS[match.group()] is WORDS["元"] else " "

    bare = _WORD.sub(note, _LATIN_WORD.sub(note_latin, text))
    if any(not options for options in found):
        return "unknown_currency"
    common = tuple(c for c in found[0] if all(c in options for options in found)) if found else ()
    return "currency_conflict" if found and not common else (bare, common)


def _currencies_of(word: str) -> tuple[str, ...]:
    """What a Latin word or a sign can mean, also one with a code in front: USD$; empty: nothing."""
    if word.upper() in ISO_CODES:
        return (word.upper(),)
    code = word[:-1].upper()
    return (code,) if code in ISO_CODES and code in WORDS.get(word[-1], ()) else WORDS.get(word, ())


def _read_unit(hint: str | None) -> _Unit | None:
    """The factor and currency of a unit such as 万元, 千美元, USD; None when it is not understood."""
    if hint is None:
        return _Unit(Decimal(1), ())
    words = _find_words(hint.lower())
    if isinstance(words, str):
        return None
    text, options = words[0].replace("元", "").strip(" ()"), words[1]
    if text in ("角", "分"):
        return _Unit(Decimal("0.1") if text == "角" else Decimal("0.01"), options)
    factor = Decimal(1) if not text else _LATIN_UNITS.get(text) or read_number(f"1{text}")
    return None if factor is None else _Unit(Decimal(factor), options)


def _read_amount(text: str, factor: Decimal, habit: Habit) -> Decimal | str:
    """The amount without sign, or a refusal code. `factor` counts only where the text has no unit of its own."""
    text = text.rstrip("整正 ").removeprefix("+").strip()
    if text.endswith("元"):
        text = text[:-1].strip()
    plain = read_digits(text, habit)
    if plain is not None:
        return _limit(plain, factor)
    worded = _read_worded(text, habit)
    return _why_unread(text, habit) if worded is None else _limit(worded, Decimal(1))


def _why_unread(text: str, habit: Habit) -> str:
    """`ambiguous_amount` where only the meaning of the signs between the digits is open: 1,5 and 1,5万."""
    digits = SEPARATED.match(text)
    number = digits.group().strip() if digits else ""
    if not is_doubtful(number) or read_digits(number, habit) is not None:
        return "bad_amount"
    behind = text.removeprefix(number).strip()
    return "ambiguous_amount" if not behind or _read_worded(f"1{behind}", habit) is not None else "bad_amount"


def _limit(amount: Decimal, factor: Decimal) -> Decimal | str:
    return amount * factor if amount.adjusted() <= _MOST_EXPONENT else "amount_too_large"


def _read_worded(text: str, habit: Habit) -> Decimal | None:
    latin = _LATIN_UNIT.match(text)
    if latin:
        number = read_digits(latin[1].strip(), habit)
        return None if number is None else number * _LATIN_UNITS[latin[2]]
    match = _JIAO_FEN.fullmatch(_TENTHS.sub(r"\1\2角", text))
    if match and (match["jiao"] or match["fen"]):
        parts = [_read_part(match[name], habit) for name in ("yuan", "jiao", "fen")]
        return (
            None
            if None in parts
            else sum(p / 10**i for i, p in enumerate(parts) if p is not None) + Decimal(0)
        )
    return _read_part(text, habit)


def _read_part(text: str | None, habit: Habit) -> Decimal | None:
    if text is None:
        return Decimal(0)
    text = text.strip()
    digits = read_digits(text, habit)
    if digits is not None:
        return digits
    # 1,200万: the separators inside a mixed number follow the same rule.
    match = SEPARATED.match(text)
    if match is None:
        return read_number(text)
    head = read_digits(match.group().strip(), habit)
    return None if head is None else read_number(f"{head:f}{text[match.end() :]}".replace(" ", ""))
