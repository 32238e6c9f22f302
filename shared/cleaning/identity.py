"""Ids for what comes without one: keyed hashes, so that they reveal no phone, email or name."""

import hmac
import json
import re
from collections.abc import Mapping

from shared.cleaning.companies import company_key
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.text import fold, is_null_word, trim, write_scalar
from shared.model.record import Party

# Not content: where and when the record came in, its place among equals, how the file is to be read.
_NOT_CONTENT = frozenset({"origin", "received_at", "occurrence", "hints", "schema", "id"})

DERIVED_REF = "~"
"""Begins a customer ref that the source did not give."""

# A key of DynamoDB has 2,048 bytes, and holds the system's name, too.
_MOST_ID_BYTES = 1024
_PLAIN_ID = re.compile(r"[!-~]{1,64}").fullmatch


def clean_id(raw: object, path: str) -> Field[str]:
    """The id as its system writes it, numbers without `.0`; null words are no ids."""
    if raw is None:
        return NOTHING
    if type(raw) is str and _PLAIN_ID(raw):
        return NOTHING if is_null_word(raw) else Field(raw)
    written = None if isinstance(raw, bool) else write_scalar(raw)
    if written is None:
        return refused(path, "not_a_value")
    text = trim(written)
    if is_null_word(fold(text)):
        return NOTHING
    return refused(path, "bad_id") if len(text.encode()) > _MOST_ID_BYTES else Field(text)


def content_id(raw_core: Mapping[str, object], key: bytes) -> str:
    """32 hex digits of HMAC-SHA256 over the canonical JSON of a message's content."""
    content = {str(name): value for name, value in raw_core.items() if name not in _NOT_CONTENT}
    return _digest(_canonical(content), key)


def _canonical(content: Mapping[str, object]) -> str:
    try:
        return json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    except (TypeError, ValueError, RecursionError):
        # Not JSON after all (keys of mixed types, numbers without end, circles): the plain fields must do.
        plain = {name: value for name, value in content.items() if isinstance(value, str | bool | None)}
        return json.dumps(plain, sort_keys=True, separators=(",", ":"))


def party_ref(party: Party, key: bytes) -> str | None:
    """`~` and a keyed hash of what the party says about itself; None without phone, email and name."""
    if not (party.phone or party.email or party.name):
        return None
    said = {
        "phone": party.phone,
        "email": party.email,
        "name": party.name and party.name.casefold(),
        "company": party.company and company_key(party.company),
    }
    return DERIVED_REF + content_id({name: value for name, value in said.items() if value}, key)


def _digest(text: str, key: bytes) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]
