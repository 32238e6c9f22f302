"""The forms in which most ids, words, emails and companies come, read at once; `None`: the next reader has to look.

A `plain_` reader takes a value that is already clean, a `read_` reader one that is nearly so; the field's own module takes
what is left. All three agree, value and issues (`tests/property/test_common_forms.py`).
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import ParamSpec, TypeVar

from shared.cleaning import emails
from shared.cleaning.codes import make_issue
from shared.cleaning.companies import is_said_instead
from shared.cleaning.field import Field, Found
from shared.cleaning.tables import read_table
from shared.cleaning.text import PLAIN_HAN, fold, fold_undoubted, is_null_word
from shared.model.issues import Issue

P = ParamSpec("P")
T = TypeVar("T")

# Verdicts on words, places and domains, none of which tells who a customer is; a container keeps these at most.
_REMEMBERED = 4096

LONGEST_PLAIN = 64
"""Characters of the longest value that a `plain_` reader takes."""


def remember(clean: Callable[P, T]) -> Callable[P, T]:
    """The same function, its last few thousand answers kept; for fields with few values in many records."""
    return lru_cache(maxsize=_REMEMBERED, typed=True)(clean)  # type: ignore[return-value]


def plain_word(clean: Callable[[object, str], Field[T]]) -> Callable[[str], T | None]:
    """A reader of the words of a list, its answers kept; the clean value where nothing is to be said about it."""

    @lru_cache(maxsize=_REMEMBERED)
    def read(raw: str) -> T | None:
        value, issues = clean(raw, "") if len(raw) <= _LONGEST_WORD else (None, ())
        return None if issues else value

    return read


_LONGEST_WORD = 40


def read_nothing(raw: str, path: str) -> None:
    """The reader of fields without other common forms."""


# --- ids ---

is_plain_id = re.compile("[A-Za-z_.:-]{0,32}[0-9][0-9A-Za-z_.:-]{0,31}").fullmatch
"""`identity.clean_id` takes it as it is: with a digit it is no word for "none"."""


# --- emails ---

_LOCAL = "[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?"
_DOMAIN = r"[a-z0-9][a-z0-9.-]*\.[a-z]{2,24}"
_PLAIN_LOCAL = re.compile("[a-z0-9]+(?:[._-][a-z0-9]+)*").fullmatch
_PLAIN_DOMAIN = re.compile(_DOMAIN).fullmatch
_EMAIL = re.compile(rf"({_LOCAL})@({_DOMAIN})").fullmatch
_WRAPPED_EMAIL = re.compile(rf"(?:[^@<>]*<({_LOCAL})@({_DOMAIN})>|mailto:({_LOCAL})@({_DOMAIN}))").fullmatch
_TWO_SIGNS = re.compile(rf"{_LOCAL}@@{_DOMAIN}").fullmatch


def plain_email(raw: str) -> str | None:
    """`emails.clean_email`, of an address about which there is nothing to say."""
    local, _, domain = raw.partition("@")
    # Only domains are remembered, never an address behind an address.
    is_plain = _PLAIN_LOCAL(local) is not None and "@" not in domain and _is_plain_domain(domain)
    return raw if is_plain and len(raw) <= LONGEST_PLAIN and local not in _roles() else None


@lru_cache(maxsize=_REMEMBERED)
def _is_plain_domain(domain: str) -> bool:
    return _PLAIN_DOMAIN(domain) is not None and _issues_of_domain(domain, "") == ()


@cache
def _roles() -> frozenset[str]:
    return frozenset(read_table("mailboxes")["role"].split())


def read_email(raw: str, path: str) -> Found[str] | None:
    """`emails.clean_email`."""
    text = raw.lower().strip() if raw.isascii() else (fold_undoubted(raw) or "").lower()
    match = _EMAIL(text)
    return _read_wrapped(text, path) if match is None else _judge(match[1], match[2], path)


def _judge(local: str, domain: str, path: str) -> Found[str] | None:
    """What there is to say about a domain holds for all its addresses, except those of roles."""
    issues = _issues_of_domain(domain, path) if _is_ordinary(local, domain) else None
    return None if issues is None else (f"{local}@{domain}", issues)


def _is_ordinary(local: str, domain: str) -> bool:
    return len(local) + len(domain) < LONGEST_PLAIN and ".." not in local and not emails.is_role(local)


def _read_wrapped(text: str, path: str) -> Found[str] | None:
    match = _WRAPPED_EMAIL(text) if "@" in text else None
    if match is not None:
        return _judge(match[1] or match[3], match[2] or match[4], path)
    folded = fold(text)
    is_none = "@" not in folded and not is_null_word(folded)
    return (None, (make_issue(path, "bad_email"),)) if is_none or _TWO_SIGNS(folded) else None


@lru_cache(maxsize=_REMEMBERED)
def _issues_of_domain(domain: str, path: str) -> tuple[Issue, ...] | None:
    """None where its addresses need a closer look."""
    address = f"a.person.7@{domain}"
    field = emails.clean_email(address, path)
    return field.issues if field.value == address else None


# --- companies ---

_LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
# What ends so is no word for "none"; neither is what has a company's sign in it.
_CHINESE_COMPANY = f"{PLAIN_HAN}{{2,40}}(?:公司|集团|银行|学校|大学|医院|中心|酒店|商店|工厂)"
_WESTERN_COMPANY = (
    "[A-Za-z][A-Za-z0-9]{0,24}(?: & | )[A-Za-z][A-Za-z0-9]{0,24} (?:Ltd|Inc|LLC|GmbH|AG|SA|BV|PLC)[.]?"
)
_PLAIN_COMPANY = re.compile(f"{_CHINESE_COMPANY}|{_WESTERN_COMPANY}").fullmatch
_COMPANY = re.compile(
    rf"[\u4e00-\u9fa5]{{4,}}|[{_LETTER}][{_LETTER}0-9]*(?:[.]? (?:& )?[{_LETTER}0-9]+)*[.]?"
).fullmatch


def is_plain_company(raw: str) -> bool:
    """Whether `companies.clean_company` takes it as it is."""
    return _PLAIN_COMPANY(raw) is not None and not is_said_instead(raw)


def read_company(raw: str, path: str) -> Found[str] | None:
    """`companies.clean_company`."""
    is_company = (
        _COMPANY(raw) is not None
        and not is_null_word(raw)
        and not is_said_instead(raw)
        and fold_undoubted(raw) == raw
    )
    return (raw, ()) if is_company else None
