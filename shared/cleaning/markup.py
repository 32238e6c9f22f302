"""What web pages and spreadsheets leave in a cell: tags, character references, formulas. None of it was said by anybody."""

import html
import re

from shared.cleaning.text import fold

_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|br|center|div|em|font|i|li|p|small|span|strong|sub|sup|td|th|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_CODE = re.compile(r"^[=@+-][^|!(]*[|!(]|<\s*/?script|javascript:", re.IGNORECASE)
_ADDRESS_ON_THE_WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def strip_markup(text: str) -> str:
    """The folded text without tags, `&amp;` and the like as the characters they stand for."""
    if "&" not in text and "<" not in text:
        return text
    # A reference may hide another; each step makes the text shorter.
    for _ in range(len(text)):
        bare = fold(_TAG.sub(" ", _REFERENCE.sub(_write_reference, text)))
        if bare == text:
            return bare
        text = bare
    return text


def _write_reference(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def is_code(text: str) -> bool:
    """Whether a text is a formula with a call, or a script: `=cmd|...`, `=SUM(A1)`, `<script>`; `="张三"` is a name."""
    return _CODE.search(text) is not None


def is_web_address(text: str) -> bool:
    """Whether a text is nothing but the address of a web page."""
    return _ADDRESS_ON_THE_WEB.fullmatch(text) is not None
