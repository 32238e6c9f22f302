"""Western nick names: which short forms stand for one given name."""

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("data") / "nicknames.toml"


def are_one_name(one: str, other: str) -> bool:
    """Both are forms of one given name: Bob and Robert."""
    groups = _groups().get(one)
    return groups is not None and not groups.isdisjoint(_groups().get(other, ()))


@cache
def _groups() -> dict[str, frozenset[int]]:
    lines = tomllib.loads(_FILE.read_text(encoding="utf-8"))["forms"].splitlines()
    found: dict[str, set[int]] = {}
    for number, line in enumerate(lines):
        for name in line.split():
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}
