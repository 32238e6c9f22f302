"""The values of a message, as a table shows them: by path, as text."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.ports import Item

GROUPS: Final = ("party", "hints")
_HIDDEN: Final = frozenset({"origin", "occurrence", "schema"})

Raw = Mapping[str, Any]


def read_raw(item: Item) -> dict[str, Any] | None:
    """The message of a quarantine row; None where it is no object, or where only a note of it was kept."""
    try:
        raw = json.loads(str(item["raw"]))
    except ValueError:
        return None
    return raw if isinstance(raw, dict) and raw.keys() != {"detail"} else None


def message_cells(raw: Raw) -> dict[str, str]:
    """Every value of a message as text, by path, in the order of the message."""
    return dict(_cells(raw))


def _cells(raw: Raw) -> Iterator[tuple[str, str]]:
    for name, value in raw.items():
        if name in GROUPS and isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", _text(cell)) for inner, cell in value.items())
        elif name not in _HIDDEN:
            yield name, _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # What no file can hold (half a character) is not a correction when it comes back.
    return text.encode("utf-8", "replace").decode()
