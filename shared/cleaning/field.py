"""What a field function returns: the clean value, or None, and what was found on the way."""

from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from shared.cleaning.codes import make_issue
from shared.model.issues import Issue

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Field(NamedTuple, Generic[T_co]):
    """`value` is None when the raw field says nothing or was refused; then an issue says why."""

    value: T_co | None
    issues: tuple[Issue, ...] = ()


Found: TypeAlias = tuple[T | None, tuple[Issue, ...]]
"""A field as a bare tuple: where most values pass, a name for its places would cost as much as the cleaning."""

NOTHING: Field[Any] = Field(None)
"""The raw field says nothing: null, empty, or a word such as 暂无."""


def refused(path: str, code: str, note: str = "") -> Field[Any]:
    """A field without a value, and the reason."""
    return Field(None, (make_issue(path, code, note),))


def accepted(value: T, path: str, *codes: str) -> Field[T]:
    """A value with one issue for each code."""
    return Field(value, tuple(make_issue(path, code) for code in codes))
