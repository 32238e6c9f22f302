"""Values that come from outside, made safe to stand in a message (V2..V5)."""

import re
import unicodedata
from typing import Final

SMS_VALUE_CHARACTERS: Final = 40  # V4

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
_LINE_ENDS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_ONE_LINE = {ord(c): None for c in _BIDI + _CONTROLS} | {ord(c): " " for c in _LINE_ENDS}
_BODY = {ord(c): None for c in _BIDI + _CONTROLS if c != "\n"}
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(" {2,}")

# A client turns these into links by itself: a scheme, and a dot before a label that could be a top-level domain.
_SCHEME = re.compile(r":(?=//)")
_DOMAIN_DOT = re.compile(r"(?<=[^\W_])([.\u3002\uff0e\uff61])(?=[^\W\d_]{2}|xn--)", re.IGNORECASE)

_SIGNATURE_BRACKETS = str.maketrans("【】〖〗", "()()")
_JOINER = "\u200d"


def one_line(text: str) -> str:
    """The text without controls, bidirectional marks and lone surrogates; line ends become spaces (V2, H1)."""
    cleaned = _SURROGATES.sub("", text.translate(_ONE_LINE))
    return _SPACES.sub(" ", cleaned).strip()


def clean_body(text: str) -> str:
    """A rendered body without what V2 bans; newlines stay."""
    return _SURROGATES.sub("", text.translate(_BODY))


def has_banned(text: str) -> bool:
    """The text holds something that V2 keeps out of messages."""
    return clean_body(text) != text


def unlinked(text: str) -> str:
    """The text with a space where a mail or SMS client would see a link (V3).

    >>> unlinked("Visit www.evil.example or https://x")
    'Visit www. evil. example or https: //x'
    """
    return _DOMAIN_DOT.sub(r"\1 ", _SCHEME.sub(": ", text))


def customer_value(text: str | None) -> str | None:
    """A customer's value for an email; None when nothing is left of it (V2, V3)."""
    return unlinked(one_line(text)) or None if text else None


def sms_value(text: str | None) -> str | None:
    """A customer's value for an SMS: as in email, without signature brackets, at most 40 characters (V4, V5)."""
    value = customer_value(text)
    return cut(value.translate(_SIGNATURE_BRACKETS), SMS_VALUE_CHARACTERS).rstrip() if value else None


def cut(text: str, characters: int) -> str:
    """At most so many characters, not cut inside a letter with its marks, a flag or a joined emoji."""
    if len(text) <= characters:
        return text
    end = characters
    while end and _is_inside(text, end):
        end -= 1
    return text[: end or characters]


def _is_inside(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before == _JOINER or after == _JOINER or _extends(after):
        return True
    return _is_flag_half(after) and _flag_halves_before(text, at) % 2 == 1


def _extends(char: str) -> bool:
    """A mark, a variation selector or a skin tone: it belongs to the character before it."""
    return unicodedata.category(char) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves_before(text: str, at: int) -> int:
    start = at
    while start and _is_flag_half(text[start - 1]):
        start -= 1
    return at - start
