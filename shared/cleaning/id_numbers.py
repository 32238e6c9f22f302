"""The number of a document that tells who somebody is: checked, then kept as a keyed hash only."""

import hmac
import re
from datetime import date
from functools import partial
from typing import get_args

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.identifiers import Kind, clean_identifier
from shared.cleaning.text import read_text

_KINDS: tuple[Kind, ...] = get_args(Kind)
# Passports and numbers of other states: nothing to check but their look.
_OTHER, _OTHER_FORM = "other", re.compile(r"(?=(?:[A-Z]*[0-9]){4})(?!(.)\1*\Z)[0-9A-Z]{6,30}").fullmatch
_NOT_NUMBER = re.compile(r"[\s\-_./]+")
_HASH_DIGITS = 32
# What a number is told that has not the form of a kind at all.
_NO_FORM = frozenset({"bad_identifier", "unknown_vat_country"})


def hash_id_number(raw: object, path: str, *, key: bytes, today: date) -> Field[str]:
    """`kind#hash`, such as `ric#5f0c...`: 32 hex digits of HMAC-SHA256 over `kind|number`.

    The kinds are those of `identifiers.py`, and `other` for documents whose numbers have no check digit.
    """
    text = None if isinstance(raw, bool) else read_text(raw)
    if text is None:
        return NOTHING
    hashed = partial(_hash, key=key)
    fields = {kind: clean_identifier(raw, path, kind=kind, today=today) for kind in _KINDS}
    found = next(((kind, field.value) for kind, field in fields.items() if field.value), None)
    if found is not None:
        return Field(hashed(*found))
    # What has the form of a kind and fails its check is no other document.
    failed = (field for field in fields.values() if any(issue.code not in _NO_FORM for issue in field.issues))
    refusal = next(failed, None)
    if refusal is not None:
        return Field(None, refusal.issues)
    number = _NOT_NUMBER.sub("", text).upper()
    return Field(hashed(_OTHER, number)) if _OTHER_FORM(number) else refused(path, "bad_identifier")


def _hash(kind: str, number: str, *, key: bytes) -> str:
    return f"{kind}#{hmac.digest(key, f'{kind}|{number}'.encode(), 'sha256').hex()[:_HASH_DIGITS]}"
