"""From headings to fields: what was recognised, what was not, and what had to be chosen."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from shared.importing.vocabulary import NO_UNIT, Unit, fold, load_vocabulary, split_heading


class Column(NamedTuple):
    header: str
    field: str
    unit: Unit = NO_UNIT
    rank: int = 0


class Choice(NamedTuple):
    """A heading that may mean several fields, and the one it was taken for (None: all taken by others)."""

    header: str
    candidates: tuple[str, ...]
    chosen: str | None


class Mapping(NamedTuple):
    recognised: tuple[Column, ...]
    """By field, the preferred column of a field first."""
    unrecognised: tuple[str, ...]
    """To be shown to the user: their cells are not read."""
    ambiguous: tuple[Choice, ...]
    fields: frozenset[str]
    """All that are recognised."""


@lru_cache(maxsize=512)
def map_columns(headers: tuple[str, ...]) -> Mapping:
    """The fields of a row of headings. Order, case, spaces and full-width forms do not matter."""
    words = load_vocabulary()
    known = [column for header in headers if (column := _recognise(header)) is not None]
    choices = _choose(headers, {column.field for column in known})
    chosen = [
        Column(choice.header, choice.chosen, _unit_of(choice.header)) for choice in choices if choice.chosen
    ]
    unrecognised = tuple(
        header
        for header in headers
        if _recognise(header) is None and split_heading(header)[0] not in words.ambiguous
    )
    ordered = sorted(known + chosen, key=lambda column: (column.field, column.rank))
    fields = frozenset(column.field for column in ordered)
    return Mapping(tuple(ordered), unrecognised, tuple(choices), fields)


def _recognise(header: str) -> Column | None:
    found = load_vocabulary().columns.get(split_heading(header)[0])
    if found is None:
        return None
    field, rank = found
    return Column(header, field, _unit_of(header), rank)


def _unit_of(header: str) -> Unit:
    return load_vocabulary().units.get(split_heading(header)[1], NO_UNIT)


def _choose(headers: Sequence[str], taken: set[str]) -> list[Choice]:
    choices = []
    for header in headers:
        candidates = load_vocabulary().ambiguous.get(split_heading(header)[0])
        if candidates is None:
            continue
        chosen = next((field for field in candidates if field not in taken), None)
        if chosen is not None:
            taken = taken | {chosen}
        choices.append(Choice(header, candidates, chosen))
    return choices


def is_heading(text: str) -> bool:
    """The text is a heading that we know."""
    words, base = load_vocabulary(), split_heading(text)[0]
    return base in words.columns or base in words.identity or base in words.ambiguous


def count_recognised(values: Iterable[object]) -> int:
    """How many different known headings stand in a row."""
    return len({split_heading(value) for value in values if isinstance(value, str) and is_heading(value)})


def duplicated_headers(headers: Sequence[str]) -> tuple[str, ...]:
    """Known headings that stand there twice with the same unit: nobody can say which one counts."""
    seen: set[tuple[str, str]] = set()
    twice = []
    for header in headers:
        key = split_heading(header)
        if key in seen and is_heading(header):
            twice.append(header)
        seen.add(key)
    return tuple(dict.fromkeys(twice))


def is_total(value: object) -> bool:
    """The first cell of a row of totals."""
    return isinstance(value, str) and fold(value) in load_vocabulary().total
