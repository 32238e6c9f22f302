"""The forms in which most amounts come, read at once; `None`: the next reader has to look, at last `money.py`.

What is read here is read as `clean_money` and `convert_to_fen` read it (`tests/property/test_common_forms.py`).
"""

import re
from functools import cache, lru_cache

from shared.cleaning.codes import make_issue
from shared.cleaning.field import Found
from shared.cleaning.money import MoneyHints, clean_money
from shared.cleaning.numerals import read_number
from shared.cleaning.text import fold_undoubted, write_scalar

_AMOUNT = re.compile(
    r" {0,4}¥?([1-9][0-9]{0,2}(?:,[0-9]{3}){1,2}|[0-9]{1,9})(?:\.([0-9]{1,2}))?(万)?元? {0,4}"
).fullmatch
_COMMA_AMOUNT = re.compile(
    r" {0,4}¥?([1-9][0-9]{0,2}(?:\.[0-9]{3}){1,2}|[0-9]{1,9})(?:,([0-9]{1,2}))?(万)?元? {0,4}"
).fullmatch
_CAPITALS = re.compile("([零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+)元整?").fullmatch
_RANGE = re.compile("[0-9]{1,9}-[0-9]{1,9}").fullmatch
_SAID_INSTEAD = "面议 电议 详谈 价格面议".split()
# The words and signs above mean yuan; elsewhere they may mean yen.
_HOME_OF_WORDS = "CNY"
_CENTS, _CENT_DIGITS = 100, 2
_MYRIAD = 10_000
_MOST_WHOLE, _MOST_DIGITS = 10**9, 9
_MOST_FEN = 2**53


def plain_fen(raw: object, home: str, hints: MoneyHints) -> int | None:
    """Fen of an amount in the tenant's own currency about which there is nothing to say."""
    if hints.unit is not None:
        return None
    if type(raw) is int:
        return raw * _CENTS if 0 <= raw < _MOST_WHOLE else None
    if type(raw) is float:
        raw, has_decimal_comma = write_scalar(raw), False
    else:
        has_decimal_comma = hints.has_decimal_comma
    return _read_text(raw, home, has_decimal_comma=has_decimal_comma) if type(raw) is str else None


def _read_text(raw: str, home: str, *, has_decimal_comma: bool) -> int | None:
    whole, _, cents = raw.partition("," if has_decimal_comma else ".")
    if whole.isdigit() and len(whole) <= _MOST_DIGITS and raw.isascii() and len(cents) == _CENT_DIGITS:
        # The form of nearly every system: digits, and two after the sign.
        return int(whole + cents) if cents.isdigit() else None
    match = _COMMA_AMOUNT(raw) if has_decimal_comma else _AMOUNT(raw)
    if match is None or (home != _HOME_OF_WORDS and not raw.isascii()):
        return None
    whole, cents, myriad = match.groups()
    if not whole.isdigit():
        whole = whole.replace(",", "").replace(".", "")
    fen = int(whole + "00") if cents is None else int(whole + cents.ljust(_CENT_DIGITS, "0"))
    return fen if myriad is None else fen * _MYRIAD


def read_fen(raw: str, path: str, *, home: str, hints: MoneyHints) -> Found[int] | None:
    """The same of amounts in full width, in capitals and in words; and what is no amount."""
    text = fold_undoubted(raw) if hints.unit is None else None
    if not text:
        return None
    fen = plain_fen(text, home, hints)
    if fen is not None:
        return fen, ()
    return _read_words(text, path) if home == _HOME_OF_WORDS else None


def _read_words(text: str, path: str) -> Found[int] | None:
    if _RANGE(text):
        return None, (make_issue(path, "amount_range"),)
    capitals = _CAPITALS(text)
    if capitals is None:
        return _refusals(path).get(text)
    fen = _read_capitals(capitals[1])
    return None if fen is None else (fen, ())


# Whole yuan in capitals are mostly round, so that few of them are many.
@lru_cache(maxsize=1024)
def _read_capitals(text: str) -> int | None:
    yuan = read_number(text)
    is_whole = yuan is not None and yuan == yuan.to_integral_value() and yuan * _CENTS < _MOST_FEN
    return int(yuan) * _CENTS if yuan is not None and is_whole else None


@cache
def _refusals(path: str) -> dict[str, Found[int]]:
    """What `money.py` says about words that are often said instead of an amount."""
    hints = MoneyHints(_HOME_OF_WORDS)
    fields = ((word, clean_money(word, path, currency=None, hints=hints)) for word in _SAID_INSTEAD)
    return {word: (None, field.issues) for word, field in fields if field.value is None}
