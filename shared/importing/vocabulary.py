"""The words of columns.toml, in the folded form in which they are compared."""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

_FILE = Path(__file__).with_name("columns.toml")
_NOISE = re.compile(r"[\s_\-./:*#,;'\"`]+")
_BRACKETS = re.compile(r"[(\[{【〔「『](.*?)[)\]}】〕」』]")


class Unit(NamedTuple):
    """What the brackets of a heading say."""

    unit: str | None = None
    factor: str | None = None
    currency: str | None = None
    day_first: bool | None = None
    zone: str | None = None


NO_UNIT = Unit()


class Vocabulary(NamedTuple):
    columns: dict[str, tuple[str, int]]
    """Folded heading -> field, rank within the field."""
    ambiguous: dict[str, tuple[str, ...]]
    identity: dict[str, tuple[str, int]]
    """As `columns`, for files of people that are to be told apart."""
    units: dict[str, Unit]
    kinds: dict[str, str]
    implied: dict[str, dict[str, str]]
    systems: dict[str, str]
    yes: frozenset[str]
    no: frozenset[str]
    total: frozenset[str]


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The form in which words are compared: NFKC, no case, no spaces or separators."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def split_heading(text: str) -> tuple[str, str]:
    """The heading without its brackets, folded, and the folded content of the first bracket.

    是否同意邮件 asks what 同意邮件 states: the question word does not count.
    """
    plain = unicodedata.normalize("NFKC", text)
    bracket = _BRACKETS.search(plain)
    return fold(_BRACKETS.sub("", plain)).removeprefix("是否"), fold(bracket[1]) if bracket else ""


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary; read once for each process."""
    data: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Vocabulary(
        columns=_rank(data["columns"]),
        identity=_rank(data["identity"]),
        ambiguous={fold(word): tuple(fields) for word, fields in data["ambiguous"].items()},
        units={fold(word): Unit(**unit) for word, unit in data["units"].items()},
        kinds=_invert(data["kinds"]),
        implied={fold(word): values for word, values in data["implied"].items()},
        systems=_invert(data["systems"]),
        yes=frozenset(map(fold, data["words"]["yes"])),
        no=frozenset(map(fold, data["words"]["no"])),
        total=frozenset(map(fold, data["words"]["total"])),
    )


def _rank(table: dict[str, list[str]]) -> dict[str, tuple[str, int]]:
    return {fold(word): (field, rank) for field, words in table.items() for rank, word in enumerate(words)}


def _invert(table: dict[str, list[str]]) -> dict[str, str]:
    return {fold(word): key for key, words in table.items() for word in words}
