"""One or more values of a policy changed by path, as `--set level.core_min_fen=40_000_000` says it."""

import tomllib
from collections.abc import Iterable
from copy import deepcopy
from difflib import get_close_matches
from typing import Any

from shared.model.errors import PolicyInvalid


def change_policy(plain: dict[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """The policy's tables with the settings `path=value` applied; PolicyInvalid names what is not there.

    A value is written as in TOML; what is not TOML is text. Dots and underscores are one in a path:
    `level.core.min_fen` finds `level.core_min_fen`.
    """
    changed = deepcopy(plain)
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals:
            raise PolicyInvalid(f"{setting}: a setting reads like path=value")
        table, name = _find(changed, path.strip().split("."), path)
        table[name] = _parse(text.strip())
    return changed


def _find(table: dict[str, Any], names: list[str], path: str) -> tuple[dict[str, Any], str]:
    """The table that holds the value, and its name there."""
    for length in range(1, len(names) + 1):
        name, rest = "_".join(names[:length]), names[length:]
        if name not in table:
            continue
        if not rest:
            return table, name
        if isinstance(table[name], dict):
            return _find(table[name], rest, path)
    near = get_close_matches("_".join(names), table, n=3, cutoff=0.3)
    known = ", ".join(near or sorted(table))
    raise PolicyInvalid(f"{path}: there is no such value; at this place there are: {known}")


def _parse(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
