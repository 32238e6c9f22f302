"""What each level of agreement is worth: data, learned without labels, with a version (Fellegi and Sunter)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import log2
from pathlib import Path
from typing import Any, NamedTuple

from shared.matching.compare import FIELD_NAMES, IMPLIED, LEVELS

FORMAT = 1
_FOLDER = Path(__file__).with_name("data")


class Chances(NamedTuple):
    """How often a level is seen among records of one person, of related people, of any two people."""

    same: float
    related: float
    random: float


class Guards(NamedTuple):
    """log2 odds at most where a guard speaks (`guards.py`)."""

    refused: float = -10.0
    """These are two people."""
    unsure: float = 0.5
    """A person decides: above the review threshold, below that of a link. One bit less: never linked."""
    key_alone: float = 8.0
    """What a record without a name is worth that shares a phone, mailbox or identity number with another, and nothing
    else to compare: an order that carries only a phone. `resolve` keeps it from joining two people."""
    torn: float = 1.0
    """A record without a birthday that fits another group as well as its own, but for so much, joins neither."""
    siblings: float = 0.1
    """Share of relations with like given names, beyond chance, from which a likeness is no slip."""
    namesakes: float = 0.1
    """Relations of one given name, beyond chance, for each pair of one person, from which birthdays a generation apart
    are two people."""
    generation_years: float = 13.0
    """Birthdays so far apart, on different days of the year, are those of parent and child."""
    slip_years: float = 2.0
    """So far apart they are no slip: in the live system, which leaves them to a person, no third record joins the two."""


@dataclass(frozen=True, slots=True)
class Weights:
    version: str
    records: int
    """For so many stored records the prior holds; it falls as 1/N."""
    same_per_record: float
    """Other records of the same person, as a mean over records."""
    related_per_record: float
    """Records of people who share a surname, an address, a phone or a firm with one."""
    chances: Mapping[str, tuple[Chances, ...]]
    """Field -> chances by level; index 0 (missing) says nothing."""
    terms: Mapping[str, Mapping[str, float]]
    """Field -> value -> share of all values: equal common values say less."""
    rare: Mapping[str, float] = field(default_factory=dict)
    """Field -> share of a value that is not in `terms`."""
    extras: tuple[str, ...] = ()
    guards: Guards = Guards()
    table: "Table" = field(init=False, compare=False, repr=False)
    """The same, ready to add up."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", _make_table(self))

    def at(self, records: int) -> "Weights":
        """The same weights with the prior of a base of so many records."""
        return replace(self, records=records)


class Table(NamedTuple):
    """Weights as log2 odds against two unrelated people."""

    prior_same: float
    prior_related: float
    same: tuple[tuple[float, ...], ...]
    related: tuple[tuple[float, ...], ...]
    names: tuple[str, ...]


def _make_table(weights: Weights) -> Table:
    names = (*FIELD_NAMES, *weights.extras)
    pairs = max(weights.records - 1, 1)
    return Table(
        log2(weights.same_per_record / pairs),
        log2(weights.related_per_record / pairs),
        tuple(_bits(weights.chances.get(name, ()), 0) for name in names),
        tuple(_bits(weights.chances.get(name, ()), 1) for name in names),
        names,
    )


def _bits(chances: tuple[Chances, ...], which: int) -> tuple[float, ...]:
    bits = [0.0] * (2 * IMPLIED)
    for level, chance in enumerate(chances):
        if level % IMPLIED:
            bits[level] = log2(chance[which] / chance.random)
    return tuple(bits)


@lru_cache(maxsize=8)
def load_weights(name: str = "default") -> Weights:
    """The weights shipped under this name; read once for each process."""
    return read_weights((_FOLDER / f"weights_{name}.json").read_text(encoding="utf-8"))


def read_weights(text: str) -> Weights:
    """Weights from their JSON.

    Raises: ValueError: not weights of this format.
    """
    data: dict[str, Any] = json.loads(text)
    if data.get("format") != FORMAT:
        raise ValueError(f"weights: format {data.get('format')}, expected {FORMAT}")
    return Weights(
        version=str(data["version"]),
        records=int(data["records"]),
        same_per_record=float(data["same_per_record"]),
        related_per_record=float(data["related_per_record"]),
        chances={name: _read_levels(levels) for name, levels in data["fields"].items()},
        terms={name: dict(shares) for name, shares in data["terms"].items()},
        rare=dict(data["rare"]),
        extras=tuple(data.get("extras", ())),
        guards=Guards(**data.get("guards", {})),
    )


def write_weights(weights: Weights) -> str:
    """The weights as JSON that people can read."""
    data = {
        "format": FORMAT,
        "version": weights.version,
        "records": weights.records,
        "same_per_record": weights.same_per_record,
        "related_per_record": weights.related_per_record,
        "fields": {name: _write_levels(levels) for name, levels in weights.chances.items()},
        "terms": {name: dict(shares) for name, shares in weights.terms.items()},
        "rare": dict(weights.rare),
        "extras": list(weights.extras),
        "guards": weights.guards._asdict(),
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


def level_name(level: int) -> str:
    """`equal`, or `equal_implied` within a place that is equal already."""
    return LEVELS[level % IMPLIED] + ("_implied" if level >= IMPLIED else "")


LEVEL_NAMES = tuple(map(level_name, range(2 * IMPLIED)))
_LEVEL_OF = {name: level for level, name in enumerate(LEVEL_NAMES)}
_NO_NEWS = Chances(1.0, 1.0, 1.0)


def _read_levels(levels: Mapping[str, list[float]]) -> tuple[Chances, ...]:
    chances = [_NO_NEWS] * (2 * IMPLIED)
    for name, (same, related, random) in levels.items():
        chances[_LEVEL_OF[name]] = Chances(same, related, random)
    return tuple(chances)


def _write_levels(chances: tuple[Chances, ...]) -> dict[str, list[float]]:
    return {
        level_name(level): [float(f"{value:.6g}") for value in chance]
        for level, chance in enumerate(chances)
        if level % IMPLIED and chance != _NO_NEWS
    }
