"""Values of people as examples: enough to recognise a kind of mistake, not enough to know the person (P1)."""

import re
import unicodedata
from typing import Final

MOST_CHARACTERS: Final = 24
_LEFT_OF_PHONE, _RIGHT_OF_PHONE = 3, 4
_SHORT_PHONE: Final = 8
_CODE_CHARACTERS: Final = 3
_PERSONAL: Final = frozenset(
    {
        "ref",
        "name",
        "title",
        "company",
        "address",
        "birthday",
        "lunar_birthday",
        "id",
        "id_number",
        "evidence",
        "topic",
        "asset_id",
    }
)
_DIGITS = re.compile(r"\d(?:[ \-.()/]?\d)+")
_EMAIL = re.compile(r"([^\s@,;]?)[^\s@,;]*@(\S*)")
_SPEAKING: Final = frozenset("年月日时分秒元万亿千百十号点上午下晚早角整TZ")
"""Letters of dates and amounts: they stay, because they are what such a value is wrong by."""


def mask(field: str, text: str) -> str:
    """The value of a field, masked: 138****1234, z***@example.com, 张*. Total: any text gives a text."""
    shown = unicodedata.normalize("NFKC", text).strip()
    if "@" in shown:
        return _cut(_mask_letters(_EMAIL.sub(r"\1***@\2", shown), kept=_mail_characters(shown)))
    name = field.rpartition(".")[2]
    if name == "phone":
        return _cut(_mask_letters(_DIGITS.sub(_mask_number, shown), kept=frozenset()))
    if name in _PERSONAL:
        return _first_only(shown)
    if name == "currency" and len(shown) <= _CODE_CHARACTERS and shown.isascii():
        return shown
    return _cut(_mask_letters(_DIGITS.sub(_mask_long, shown), kept=_SPEAKING))


def _mask_number(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    if len(digits) < _SHORT_PHONE:
        return digits[0] + "*" * (len(digits) - 1)
    return f"{digits[:_LEFT_OF_PHONE]}****{digits[-_RIGHT_OF_PHONE:]}"


def _mask_long(found: re.Match[str]) -> str:
    """A date or an amount stays; what is as long as a phone or a card may be one in the wrong column."""
    is_long = sum(char.isdigit() for char in found[0]) > _SHORT_PHONE
    return _mask_number(found) if is_long else found[0]


def _first_only(text: str) -> str:
    """张* and J*: how long a name is says something, too."""
    return f"{text[:1]}*" if text else ""


def _mail_characters(text: str) -> frozenset[str]:
    """First letter and domain of the first address: the domain is where addresses go wrong."""
    found = _EMAIL.search(text)
    return frozenset(found[1] + found[2]) if found else frozenset()


def _mask_letters(text: str, *, kept: frozenset[str]) -> str:
    return "".join("*" if char.isalpha() and char not in kept else char for char in text)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
