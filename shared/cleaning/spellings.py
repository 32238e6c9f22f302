"""What spellings of one thing share: 繁简, width, case, accents, apostrophes. For comparing, never for showing."""

import unicodedata
from functools import cache

from shared.cleaning.tables import read_table
from shared.cleaning.text import fold

# The dot that İ leaves above a small i goes, too.
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´′\u0307")
# Letters that decomposition leaves whole.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def simplify(text: str) -> str:
    """The text in simplified characters, one for one."""
    return text if text.isascii() else text.translate(_simplified())


def flatten(text: str) -> str:
    """The folded text in small letters without accents and apostrophes, in simplified characters."""
    text = simplify(fold(text)).casefold().translate(_APOSTROPHES)
    return text if text.isascii() else fold(_strip_accents(text.translate(_LETTERS)))


def _strip_accents(text: str) -> str:
    """`ü` as `u`; marks of other scripts stay, for there they are letters (が, й)."""
    return "".join(map(_bare_letter, unicodedata.normalize("NFC", text)))


def _bare_letter(char: str) -> str:
    parts = unicodedata.normalize("NFD", char)
    return parts[0] if parts[0].isascii() else char


@cache
def _simplified() -> dict[int, str]:
    table = read_table("simplified")
    return {ord(old): new for old, new in zip(table["traditional"], table["simplified"], strict=True)}
