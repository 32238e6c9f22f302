"""Reads one raw field as its module reads it, after what holds for every field: null, length, and what is no value."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from shared.cleaning.codes import make_issue
from shared.cleaning.field import NOTHING, Field
from shared.cleaning.text import NULL_SPELLINGS, clean_text
from shared.model.issues import Issue

T = TypeVar("T")
Clean: TypeAlias = Callable[[object, str], Field[T]]

_SCALARS = (str, int, float)


def read_value(raw: object, path: str, clean: Clean[T], most_characters: int) -> Field[T]:
    """The clean value and every issue; null, and a word for it, says nothing, whatever the field."""
    if raw is None or (type(raw) is str and raw in NULL_SPELLINGS):
        return NOTHING
    checked, issues = check_value(raw, path, most_characters)
    field = clean(checked, path)
    return Field(field.value, (*issues, *field.issues)) if issues else field


def read_line(raw: object, path: str, most_characters: int) -> Field[str]:
    """Free text of one line, cut to the length that the policy allows."""
    value, issues = read_value(raw, path, clean_text, most_characters)
    # Folding can lengthen a text (one sign for a whole phrase).
    return Field(value and value[:most_characters].rstrip(), issues)


def check_value(raw: object, path: str, most_characters: int) -> tuple[object, tuple[Issue, ...]]:
    """The value, no longer than the policy allows and None for a list or an object; and what there is to say about it."""
    if isinstance(raw, str) and len(raw) > most_characters:
        return raw[:most_characters], (make_issue(path, "text_truncated"),)
    if raw is None or isinstance(raw, _SCALARS):
        return raw, ()
    return None, (make_issue(path, "not_a_value"),)
