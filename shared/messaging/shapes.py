"""What a template may name: plain values, mappings of them, short lists of either (T1)."""

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.messaging.errors import MessageInvalid

LIST_ITEMS: Final = 50
VALUE_CHARACTERS: Final = 2000
NUMBER_BITS: Final = 128
NAMES: Final = 100
"""Of a context, and of a mapping in it."""
NAME_CHARACTERS: Final = 40

# Jinja gives these a meaning of its own.
_RESERVED = frozenset({"self", "loop", "super", "caller", "varargs", "kwargs", "true", "false", "none"})


class Own(str):
    """A text of the tenant's: a link in it is meant. Any other text is a customer's (V3)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """What a name stands for: a plain value; a mapping, when it has fields; a list, when it has an element."""

    fields: Mapping[str, "Kind"] = field(default_factory=dict)
    element: "Kind | None" = None
    is_open: bool = False
    """Such as the element of an empty list: nobody can tell what it would be."""

    @property
    def is_plain(self) -> bool:
        return self.is_open or (not self.fields and self.element is None)


TEXT: Final = Kind()
_ANYTHING: Final = Kind(element=Kind(is_open=True), is_open=True)
Shape = Mapping[str, Kind]

CONTEXT: Final[Shape] = dict.fromkeys(
    ("name", "company", "tenant", "postal_address", "reply_email", "reference", "why"), TEXT
)
"""What every message of ours is rendered with: name and company may be None, `why` says why somebody gets an email."""


def mapping_of(*names: str) -> Kind:
    """A mapping with plain fields."""
    return Kind(fields=dict.fromkeys(names, TEXT))


def list_of(element: Kind) -> Kind:
    return Kind(element=element)


def shape_of(values: Mapping[str, object]) -> dict[str, Kind]:
    """The shape of a context that nests one level. A name that no template can say is left out.

    MessageInvalid: a value is not plain, too long, nested too deep, or a list mixes texts and mappings.
    """
    return _fields(values, _kind_of_value)


def loose_shape(values: Mapping[str, object]) -> dict[str, Kind]:
    """The names of a context, each of which may be anything: shows the faults that a template has with any values."""
    return {name: _ANYTHING for name in values if is_name(name)}


def _fields(values: Mapping[str, object], kind_of: Callable[[object], Kind]) -> dict[str, Kind]:
    if len(values) > NAMES:
        raise MessageInvalid("too_many_names")
    return {name: kind_of(value) for name, value in values.items() if is_name(name)}


def is_name(name: object) -> bool:
    """A template can say it, and means nothing else by it."""
    return (
        isinstance(name, str)
        and len(name) <= NAME_CHARACTERS
        and name.isidentifier()
        and not name.startswith("_")
        and unicodedata.normalize("NFKC", name) == name
        and name not in _RESERVED
    )


def _kind_of_value(value: object) -> Kind:
    if isinstance(value, Mapping):
        return _mapping(value, _kind_of_field)
    return _list(value, _kind_of_element) if isinstance(value, list | tuple) else _plain(value)


def _kind_of_field(value: object) -> Kind:
    return _list(value, _plain) if isinstance(value, list | tuple) else _plain(value)


def _kind_of_element(value: object) -> Kind:
    return _mapping(value, _plain) if isinstance(value, Mapping) else _plain(value)


def _mapping(value: Mapping[str, object], kind_of: Callable[[object], Kind]) -> Kind:
    if type(value) is not dict:
        raise MessageInvalid("value_not_plain", type(value).__name__)
    return Kind(fields=_fields(value, kind_of) or {"": TEXT})


def _list(values: Sequence[object], kind_of: Callable[[object], Kind]) -> Kind:
    if len(values) > LIST_ITEMS:
        raise MessageInvalid("list_too_long")
    return Kind(element=_common([kind_of(value) for value in values]))


def _common(kinds: Iterable[Kind]) -> Kind:
    """Plain when all are, else a mapping with the fields of all: one that lacks a field fails when rendered (T3)."""
    listed = list(kinds)
    if not listed:
        return Kind(is_open=True)
    if len({kind.is_plain for kind in listed}) > 1:
        raise MessageInvalid("list_mixed")
    return Kind(fields={name: kind for one in listed for name, kind in one.fields.items()})


def _plain(value: object) -> Kind:
    """Exactly the types that JSON has: a str that says it is safe HTML is none of them."""
    if type(value) in (str, Own):
        if len(str(value)) > VALUE_CHARACTERS:
            raise MessageInvalid("value_too_long")
    elif type(value) is int:
        if value.bit_length() > NUMBER_BITS:
            raise MessageInvalid("value_too_long")
    elif not (type(value) in (bool, type(None)) or (type(value) is float and math.isfinite(value))):
        raise MessageInvalid("value_not_plain", type(value).__name__)
    return TEXT
