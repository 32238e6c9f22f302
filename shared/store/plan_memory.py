"""What the plan remembers when customers join and part.

The working memory of a customer is its LEDGER. Before a join the survivor's is put aside under the ids that it was the
memory of (KEPT); the loser's stays where it is. When they part, each gets back what it had, and remembers besides
what was made for both in between: nobody is sent the same twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from shared.ports import Delete, Item, Key, Put, Table, Write
from shared.store.customers import (
    LEDGER,
    PlanMemory,
    customer_key,
    merge_memories,
    plan_memory_from_item,
    put_plan_memory,
)

KEPT = "KEPT"
Ids = tuple[str, ...]
"""Of one customer, the one it goes by first."""
NOTHING = PlanMemory()
_SEPARATOR = "|"


class Part(NamedTuple):
    """A customer after a change."""

    ids: Ids
    was_part_of: tuple[str, ...]
    """The ids that its records were known by."""


class _Piece(NamedTuple):
    """What a part has of the ids that one customer had."""

    ids: Ids
    memory: PlanMemory
    is_whole: bool


class _Stored(NamedTuple):
    """What was read; `composed`: the ids that an alias went by, itself among them, when it was merged."""

    items: Mapping[Key, Item]
    composed: Mapping[str, Collection[str]]

    def ledger(self, customer_id: str) -> PlanMemory:
        return plan_memory_from_item(self.items.get(customer_key(customer_id, LEDGER)))

    def kept(self, customer_id: str) -> dict[str, Item]:
        """Put aside under an id: by the ids it was the memory of."""
        item: Any = self.items.get(customer_key(customer_id, KEPT), {})
        return dict(item.get("memories", {}))

    def aside(self, ids: Collection[str], first: str) -> PlanMemory | None:
        found = self.kept(first).get(_name(ids))
        return None if found is None else plan_memory_from_item(found)


def memory_keys(before: Iterable[Ids], after: Iterable[Part]) -> set[Key]:
    """All that `settle_memories` may need of what is stored."""
    ids = {one for part in before for one in part}
    ids |= {one for part in after for one in (*part.ids, *part.was_part_of)}
    return {customer_key(one, sk) for one in ids for sk in (LEDGER, KEPT)}


def settle_memories(
    before: Sequence[Ids],
    after: Sequence[Part],
    composed: Mapping[str, Collection[str]],
    items: Mapping[Key, Item],
) -> list[Write]:
    """The writes after which every part remembers what is its own."""
    stored, writes = _Stored(items, composed), list[Write]()
    pieces = _pieces(before, after, stored)
    for part in after:
        own = sorted(
            (piece for (ids, _), piece in pieces.items() if ids == part.ids),
            key=partial(_rank, part.ids),
        )
        # A part without any id that was: it remembers what those remember whose records it has.
        others = [piece for piece in pieces.values() if set(piece.ids) & set(part.was_part_of)]
        writes += _write_part(part, own, own or others, stored)
    return writes


def _pieces(before: Sequence[Ids], after: Sequence[Part], stored: _Stored) -> dict[tuple[Ids, Ids], _Piece]:
    """By part and customer before: what the part has of it."""
    found = {
        (part.ids, known): _piece(common, known, stored)
        for part in after
        for known in before
        if (common := _common(part, known))
    }
    for known in before:
        parts = [piece for (_, other), piece in found.items() if other == known]
        joint = stored.ledger(known[0])
        found |= {one: _with_new(piece, parts, joint) for one, piece in found.items() if one[1] == known}
    return found


def _rank(ids: Ids, piece: _Piece) -> int:
    """The survivor first."""
    return ids.index(piece.ids[0])


def _name(ids: Iterable[str]) -> str:
    return _SEPARATOR.join(sorted(ids))


def _common(part: Part, known: Ids) -> Ids:
    return tuple(one for one in part.ids if one in known)


def _piece(ids: Ids, known: Ids, stored: _Stored) -> _Piece:
    """What was remembered when these ids were a customer by themselves."""
    if set(ids) == set(known):
        return _Piece(ids, stored.ledger(known[0]), is_whole=True)
    return _Piece(ids, _remembered(ids, known[0], stored), is_whole=False)


def _remembered(ids: Ids, survivor: str, stored: _Stored) -> PlanMemory:
    first = ids[0]
    if first != survivor and set(stored.composed.get(first, ())) == set(ids):
        return stored.ledger(first)
    found = stored.aside(ids, first)
    if found is not None:
        return found
    memory = NOTHING
    for one in ids:
        alone = stored.aside((one,), one)
        if alone is None:
            alone = NOTHING if one == survivor else stored.ledger(one)
        memory = _join(memory, alone)
    return memory


def _join(one: PlanMemory, other: PlanMemory) -> PlanMemory:
    return other if one == NOTHING else merge_memories(one, other)


def _with_new(piece: _Piece, pieces: Iterable[_Piece], joint: PlanMemory) -> _Piece:
    """A piece that remembers also what was made while it was part of more."""
    known = [one.memory for one in pieces]
    made = tuple(one for one in joint.made if not any(one in memory.made for memory in known))
    if piece.is_whole or not made:
        return piece
    counted = {
        cap: {day: more for day, n in days.items() if (more := n - _counted(known, cap, day)) > 0}
        for cap, days in joint.counted.items()
    }
    new = replace(joint, made=made, counted={cap: days for cap, days in counted.items() if days})
    memory = merge_memories(piece.memory, new)
    # The plan goes on from the last contact, not from where it stood before.
    due = [day for day in (piece.memory.ledger.plan_due_on, joint.ledger.plan_due_on) if day]
    ledger = replace(memory.ledger, plan_due_on=max(due, default=None))
    return piece._replace(memory=replace(memory, ledger=ledger))


def _counted(memories: Iterable[PlanMemory], cap: str, day: str) -> int:
    return sum(memory.counted.get(cap, {}).get(day, 0) for memory in memories)


def _write_part(
    part: Part, own: Sequence[_Piece], remembered: Sequence[_Piece], stored: _Stored
) -> list[Write]:
    memory, kept = NOTHING, stored.kept(part.ids[0])
    for piece in remembered:
        memory = _join(memory, piece.memory)
    writes: list[Write] = []
    for piece in own:
        if piece.ids[0] != part.ids[0]:
            writes += _ledger_write(piece.ids[0], piece.memory, stored)
        elif len(own) > 1:
            kept[_name(piece.ids)] = put_plan_memory(part.ids[0], piece.memory).item
    writes += _ledger_write(part.ids[0], memory, stored)
    writes += _kept_write(part, kept, stored)
    return writes + _alias_writes(part, {piece.ids[0] for piece in own}, stored)


def _ledger_write(customer_id: str, memory: PlanMemory, stored: _Stored) -> list[Write]:
    if memory == stored.ledger(customer_id):
        return []
    if memory == NOTHING:
        return [Delete(customer_key(customer_id, LEDGER))]
    return [put_plan_memory(customer_id, memory)]


def _kept_write(part: Part, kept: Mapping[str, Item], stored: _Stored) -> list[Write]:
    """What a part may need when it parts again; of compositions that it cannot part into nothing is kept."""
    ids = set(part.ids)
    useful = {name: item for name, item in kept.items() if set(name.split(_SEPARATOR)) < ids}
    if useful == stored.kept(part.ids[0]):
        return []
    key = customer_key(part.ids[0], KEPT)
    if not useful:
        return [Delete(key)]
    item: Item = {"customer_id": key.pk, "sk": KEPT, "memories": dict(useful)}
    return [Put(Table.CUSTOMERS, item)]


def _alias_writes(part: Part, written: Collection[str], stored: _Stored) -> list[Write]:
    """An alias that some of its own aliases have left: what it would remember without them."""
    writes: list[Write] = []
    for one in part.ids[1:]:
        had = stored.composed.get(one, ())
        if one not in written and not set(had) <= set(part.ids):
            left = (one, *(other for other in part.ids if other in had and other != one))
            # As if it were no alias: what is put aside, else its parts.
            memory = stored.aside(left, one) or _remembered(left, one, stored)
            writes += _ledger_write(one, memory, stored)
    return writes
