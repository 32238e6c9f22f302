"""What an SMS costs: encoding, units and segments of a text (S1..S3), and gentle ways to make it cheaper (S4, S5)."""

import unicodedata
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

Encoding = Literal["GSM-7", "UCS-2"]
SmsMode = Literal["keep", "punct", "latin"]

# 3GPP TS 23.038, section 6.2.1, in code order (0x00..0x7F without the escape at 0x1B).
_GSM_BASE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")  # section 6.2.1.1: escape + code, two septets
_GSM = _GSM_BASE | _GSM_EXTENSION
_LAST_SINGLE_UNIT = "\uffff"

_ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""Units in a lone segment, and in each segment of a longer text (its header takes the rest)."""


class SmsCount(NamedTuple):
    encoding: Encoding
    units: int
    """Septets (GSM-7) or 16-bit units (UCS-2)."""
    segments: int


def count_sms(text: str) -> SmsCount:
    """How an SMS is encoded and billed, signature and opt-out suffix included in `text` (S1, S2, S3, S6).

    >>> count_sms("x" * 152 + "[" + "y" * 152).segments
    3
    """
    return _count(_encoding(text), _widths(text))


def split_sms(text: str) -> list[str]:
    """The text of each segment as it goes over the air (S3).

    >>> [len(segment) for segment in split_sms("中" * 71)]
    [67, 4]
    """
    widths = _widths(text)
    lone, each = _ROOM[_encoding(text)]
    room = lone if sum(widths) <= lone else each
    segments, free = list[str](), 0
    for char, width in zip(text, widths, strict=True):
        if width > free:
            segments, free = [*segments, ""], room
        segments[-1] += char
        free -= width
    return segments


def _encoding(text: str) -> Encoding:
    return "GSM-7" if _GSM.issuperset(text) else "UCS-2"


def _widths(text: str) -> list[int]:
    if _encoding(text) == "GSM-7":
        return [2 if char in _GSM_EXTENSION else 1 for char in text]
    return [2 if char > _LAST_SINGLE_UNIT else 1 for char in text]


def _count(encoding: Encoding, widths: list[int]) -> SmsCount:
    lone, each = _ROOM[encoding]
    units = sum(widths)
    if units <= lone:
        return SmsCount(encoding, units, min(units, 1))
    return SmsCount(encoding, units, _pack(widths, each))


def _pack(widths: Iterable[int], room: int) -> int:
    """Segments when nothing of two units may lie across a boundary; so it can exceed ceil(units / room)."""
    segments, free = 0, 0
    for width in widths:
        if width > free:
            segments, free = segments + 1, room
        free -= width
    return segments


# --- making a text cheaper -----------------------------------------------------------------------------------

_ALWAYS_DROPPED = "\u200b\ufeff\u00ad\u2060"  # zero width space, byte order mark, soft hyphen, word joiner
_LOOK_ALIKES = {
    # single quotes, primes, modifier letters, grave, acute
    "'": "\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u02c8\u0060\u00b4",
    # double quotes, double primes, guillemets, corner brackets
    '"': "\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\u00ab\u00bb\u300c\u300d\u300e\u300f\u301d\u301e\u301f",
    "<": "\u2039",
    ">": "\u203a",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63",  # hyphens, dashes, minus
    "--": "\u2e3a",
    "---": "\u2e3b",
    "...": "\u2026\u22ef",
    "*": "\u2022\u2023\u25cf",
    ".": "\u2024\u2027\u00b7\u3002\uff61",
    "..": "\u2025",
    "/": "\u2044\u2215",
    ":": "\u2236",
    "~": "\u301c",
    ",": "\u3001\uff64",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u2028\u2029",
    # zero-width joiners and marks, bidirectional controls, invisible operators, variation selectors
    "": _ALWAYS_DROPPED
    + "\u034f\u061c\u180e\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    + "".join(map(chr, (*range(0x2061, 0x2070), *range(0xFE00, 0xFE10)))),
}
# Full-width punctuation of a Chinese keyboard; its question mark stays (S5: nothing ever becomes "?").
_FULL_WIDTH = {
    ord(c): chr(ord(c) - 0xFEE0) for c in "！＂＃＄％＆＇（）＊＋，－．／：；＜＝＞＠［＼］＾＿｛｜｝～"
}
_PUNCT = {ord(odd): plain for plain, odds in _LOOK_ALIKES.items() for odd in odds} | _FULL_WIDTH
_DROP = str.maketrans("", "", _ALWAYS_DROPPED)


def normalise_sms(text: str, mode: SmsMode) -> str:
    """The text as it may be sent in a mode (S4).

    `punct` and `latin` replace characters only if the whole text then fits GSM-7; else only four invisible
    characters are dropped. No character ever becomes "?" (S5).
    """
    if mode == "keep":
        return text
    plain = _SIMPLER[mode](text)
    return plain if _GSM.issuperset(plain) else text.translate(_DROP)


def _plain_punctuation(text: str) -> str:
    return text.translate(_PUNCT)


def _plain_letters(text: str) -> str:
    composed = unicodedata.normalize("NFC", _plain_punctuation(text))
    return "".join(_base_letter(char) for char in composed)


def _base_letter(char: str) -> str:
    if char in _GSM:
        return char
    if unicodedata.combining(char):
        return ""  # composed with no letter before it: what remains of it is that letter
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    is_letter = len(base) == 1 and base.isalpha() and char.isalpha() and base in _GSM_BASE
    return base if is_letter else char


_SIMPLER: dict[SmsMode, Callable[[str], str]] = {"punct": _plain_punctuation, "latin": _plain_letters}
