"""The facts of a source record as they stand in its RECORD item: short lists, nothing repeated."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from shared.model.facts import Fact, FactKind
from shared.model.instants import from_iso, to_iso

_PLACES: Final[Mapping[FactKind, tuple[str, ...]]] = {
    FactKind.ASSET: (
        "asset_id", "product", "bought_on", "warranty_ends_on", "insurance_ends_on", "inspection_due_on", "mileage_km",
    ),
    FactKind.SERVICE: ("asset_id", "is_repair", "in_warranty", "mileage_km"),
    FactKind.COMPLAINT: ("stage", "topic"),
    FactKind.TALK: ("stage", "topic"),
    FactKind.SCORE: ("score", "topic"),
}  # fmt: skip
"""What stands behind id and instant, in this order; a list ends with the last value that there is."""


def facts_to_text(facts: Iterable[Fact], system: str) -> str:
    """JSON: `{"service": [["S-1", "2026-05-03T02:00:00.000Z", "A-1", false, true, 12060]]}`."""
    plain: dict[str, list[list[object]]] = {}
    for fact in facts:
        plain.setdefault(fact.kind.value, []).append(_write(fact, system))
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def facts_from_text(text: str, system: str) -> tuple[Fact, ...]:
    """The facts of a stored text; none of an empty one."""
    return tuple(_read_all(json.loads(text), system)) if text else ()


def _write(fact: Fact, system: str) -> list[object]:
    values = [getattr(fact, name) for name in _PLACES[fact.kind]]
    while values and values[-1] is None:
        values.pop()
    told = [value.isoformat() if isinstance(value, date) else value for value in values]
    return [fact.fact_id.removeprefix(f"{system}#"), to_iso(fact.at), *told]


def _read_all(plain: dict[str, list[list[Any]]], system: str) -> Iterator[Fact]:
    for kind, rows in plain.items():
        for number, at, *values in rows:
            told: dict[str, Any] = {
                name: date.fromisoformat(value) if value and name.endswith("_on") else value
                for name, value in zip(_PLACES[FactKind(kind)], values, strict=False)
            }
            yield Fact(FactKind(kind), f"{system}#{number}", from_iso(at), **told)
