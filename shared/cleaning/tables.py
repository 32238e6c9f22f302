"""The packaged tables of this room, each read once, when it is first needed."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("data")


@cache
def read_table(name: str) -> dict[str, Any]:
    """The table of `data/<name>.toml`."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
