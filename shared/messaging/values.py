"""Values that come from outside, made safe to stand in a message (V2..V5)."""

import re
import unicodedata
from itertools import pairwise
from typing import Final

SMS_VALUE_CHARACTERS: Final = 40  # V4

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_BIDI += "\u206a\u206b\u206c\u206d\u206e\u206f"
# C0, DEL, C1, and code points that are no characters
_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF)))
_LINE_ENDS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_LINE_END = re.compile(f"[{_LINE_ENDS}]")
_BANNED = re.compile(f"[{re.escape(_BIDI + _CONTROLS)}\ud800-\udfff]")
_BANNED_IN_BODY = re.compile(f"[{re.escape((_BIDI + _CONTROLS).replace(chr(10), ''))}\ud800-\udfff]")
_SPACES = re.compile(" {2,}")

# A client turns these into links by itself: a scheme, a dot before a label that could be a top-level domain, an IPv4
# address. Signs count that are normalised to a dot, colon or slash, and what is dropped between them.
_GAP = "[\u00ad\u200b-\u200d\u2060\ufeff]*"
_DOT = "[.\u3002\uff0e\uff61\u2024\ufe52]"
_COLON = "[:\uff1a\ufe55\u2236]"
_SLASH = "[/\uff0f\u2044\u2215]"
_SCHEME = re.compile(f"({_COLON})(?={_GAP}{_SLASH}{_GAP}{_SLASH})")
_BARE_SCHEME = re.compile(
    rf"\b(javascript|vbscript|data|file|mailto|tel|sms|callto|weixin|alipays?)(?={_GAP}{_COLON}\S)",
    re.IGNORECASE,
)
# Two letters, or one and its mark.
_LABEL = rf"(?:[^\W\d_](?:{_GAP}[^\W\d_]|[^\x00-\x7f])|x{_GAP}n{_GAP}-{_GAP}-)"
_DOMAIN_DOT = re.compile(rf"(?<=[^\s.])({_GAP}{_DOT})(?={_GAP}{_LABEL})", re.IGNORECASE)
# Between Latin letters alone: in Chinese it parts the names of a person.
_MIDDLE_DOT = re.compile(r"(?<=[A-Za-z0-9])(\u00b7)(?=[A-Za-z]{2})")
_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)")
_TAG = re.compile("<(?=[A-Za-z/!?])")

SEAM: Final = "\ufdd0"
"""Stands on either side of a customer's value while a template is rendered: a noncharacter, in no text."""
_SEAM_SCHEME = re.compile(f"({_COLON})(?=({SEAM}*{_SLASH}{SEAM}*{_SLASH}))")
_SEAM_DOT = re.compile(
    rf"(?<=[^\s.{SEAM}])({SEAM}*{_DOT})(?=({SEAM}*{_LABEL.replace(_GAP, SEAM + '*')}))", re.IGNORECASE
)

_JOINS = frozenset(_DOT + _COLON + _SLASH) - set("[]")
_REACH: Final = 4
"""So far from a seam, at most, lies the sign that makes a link across it."""

_SIGNATURE_BRACKETS = str.maketrans("【】〖〗︻︼", "()()()")
_JOINER = "\u200d"


def one_line(text: str) -> str:
    """The text without controls, bidirectional marks and lone surrogates; line ends become spaces (V2, H1)."""
    return _SPACES.sub(" ", _BANNED.sub("", _LINE_END.sub(" ", text))).strip()


def clean_body(text: str) -> str:
    """A rendered body without what V2 bans; newlines stay."""
    return _BANNED_IN_BODY.sub("", text)


def has_banned(text: str) -> bool:
    """The text holds something that V2 keeps out of messages."""
    return clean_body(text) != text


def unlinked(text: str) -> str:
    """The text with a space where a mail or SMS client would see a link (V3).

    >>> unlinked("Visit www.evil.example or https://x")
    'Visit www. evil. example or https: //x'
    """
    for pattern in (_SCHEME, _BARE_SCHEME, _DOMAIN_DOT, _MIDDLE_DOT):
        text = pattern.sub(r"\1 ", text)
    return _IPV4.sub(lambda found: found[0].replace(".", ". "), text)


def unlink_seams(text: str) -> str:
    """A rendered text without its seams, and without a link that a value would make with what stands beside it (V3)."""
    pieces = text.split(SEAM)
    if not any(_may_join(left[-_REACH:] + right[:_REACH]) for left, right in pairwise(pieces)):
        return "".join(pieces)  # nearly always
    text = _SEAM_SCHEME.sub(_part_at_seam, text)
    return _SEAM_DOT.sub(_part_at_seam, text).replace(SEAM, "")


def _may_join(around: str) -> bool:
    return not _JOINS.isdisjoint(around)


def _part_at_seam(found: re.Match[str]) -> str:
    return f"{found[1]} " if SEAM in found[1] + found[2] else found[1]


def untagged(text: str) -> str:
    """The text with a space after each `<` that a reader of HTML would take for the start of a tag (V1)."""
    return _TAG.sub("< ", text)


def html_value(text: str) -> str:
    """A customer's value for a part that escapes it (V2, V3)."""
    return unlinked(one_line(text))


def customer_value(text: str | None) -> str | None:
    """A customer's value for an email; None when nothing is left of it (V1, V2, V3)."""
    return untagged(html_value(text)) or None if text else None


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
