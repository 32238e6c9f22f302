"""What follows source records that change their customer: golden record, consents, plan memory, who is due.

All of it is a fold over the members or put aside by the ids it was made under, so that parting undoes joining.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.matching.golden import Golden, fold_consents, fold_golden
from shared.matching.keys import address_hashes, identity_keys
from shared.matching.refusals import add_refusals, refusals_of, refused_at
from shared.model.source import CustomerProfile, SourceRecord, Standing
from shared.policy.schema import Policy
from shared.ports import Delete, Exists, Is, Item, Items, Key, Update, Write
from shared.store.customers import (
    CONSENT,
    TAGS,
    consent_attributes,
    customer_key,
    mark_due,
    put_consent,
    tags_from_item,
)
from shared.store.plan_memory import Part, memory_keys, settle_memories
from shared.store.records import record_key, source_from_item
from shared.store.refusals import read_refusals

BATCH = 100
"""Keys of one batch read."""


@dataclass(frozen=True, slots=True)
class Move:
    """A customer after a change that brought it records of others, or took some away."""

    ids: tuple[str, ...]
    members: frozenset[str]
    came_from: tuple[str, ...]
    """The customers that its records were of."""
    was_part_of: tuple[str, ...]
    """The ids, aliases among them, that its records were known by."""
    joined: tuple[str, ...]
    """Customers until now, aliases from now on."""
    homes: Mapping[str, str]
    """Source record -> customer until now."""


@dataclass(frozen=True, slots=True)
class Moved:
    profiles: dict[str, CustomerProfile] = field(default_factory=dict)
    """With their golden records."""
    writes: tuple[Write, ...] = ()
    tags_vers: dict[str, int | None] = field(default_factory=dict)


def write_moves(
    moves: Sequence[Move],
    profiles: Mapping[str, CustomerProfile],
    old: Mapping[str, CustomerProfile],
    source: SourceRecord | None,
    *,
    items: Items,
    policy: Policy,
    key: bytes,
    at: datetime,
) -> Moved | None:
    """Everything beside the profiles; None when the records changed meanwhile. `source` is as the caller writes it.

    Its customer is marked due by the caller, the others here.
    """
    if not moves:
        return Moved()
    # TAGS first: whoever reviews one of them after this moves its version on, and this is refused.
    tags = _read_tags(moves, items)
    memories = [(old[one].customer_id, *old[one].aliases) for one in _homes(moves)]
    parts = [Part(move.ids, move.was_part_of) for move in moves]
    records = {name for move in moves for name in move.members} - ({source.record_id} if source else set())
    consents = [customer_key(one, CONSENT) for move in moves for one in (move.ids[0], *move.joined)]
    stored = read_many(items, [*memory_keys(memories, parts), *consents, *map(record_key, sorted(records))])
    sources = {name: source_from_item(stored[record_key(name)]) for name in records}
    if source is not None:
        sources[source.record_id] = source
    if any(sources[name].customer_id != home for move in moves for name, home in move.homes.items()):
        return None
    moved = Moved(tags_vers={move.ids[0]: tags.get(move.ids[0]) for move in moves})
    writes: list[Write] = []
    for move in moves:
        members = [sources[name] for name in sorted(move.members)]
        golden = fold_golden(members, policy.matching.source_trust, policy.matching.survivorship)
        moved.profiles[move.ids[0]] = replace(
            profiles[move.ids[0]], golden=golden.fields, provenance=golden.provenance
        )
        refused = _refused(golden, source, items, key)
        writes += _consent_writes(move, members, golden, refused, key, stored)
        writes += _pointers(move, source)
        writes += _due_writes(move, tags, source, policy, at)
    composed = {name: {name, *profile.aliases} for name, profile in old.items()}
    writes += settle_memories(memories, parts, composed, stored)
    return replace(moved, writes=tuple(writes))


def read_many(items: Items, keys: Iterable[Key]) -> dict[Key, Item]:
    """A batch read of any number of keys."""
    wanted = list(dict.fromkeys(keys))
    found: dict[Key, Item] = {}
    for start in range(0, len(wanted), BATCH):
        found |= items.batch_get(wanted[start : start + BATCH])
    return found


def _homes(moves: Iterable[Move]) -> list[str]:
    return sorted({home for move in moves for home in (*move.came_from, *move.joined)})


def _read_tags(moves: Iterable[Move], items: Items) -> dict[str, int | None]:
    """The versions of the TAGS of every customer that is or was; None: nothing stored."""
    ids = {*_homes(moves), *(move.ids[0] for move in moves)}
    found = read_many(items, [customer_key(one, TAGS) for one in sorted(ids)])
    return {one: tags_from_item(found.get(customer_key(one, TAGS))).ver or None for one in ids}


def _refused(golden: Golden, source: SourceRecord | None, items: Items, key: bytes) -> dict[str, Standing]:
    """What deleted records refused at the addresses of today; of the one that the caller writes, what it will say."""
    places = identity_keys(golden.fields, key)
    found = refused_at(read_refusals(items, places, source.record_id if source else ""), places)
    if source is not None:
        add_refusals(found, refused_at(refusals_of(source, key), places))
    return found


def _consent_writes(
    move: Move,
    members: Iterable[SourceRecord],
    golden: Golden,
    refused: Mapping[str, Standing],
    key: bytes,
    stored: Mapping[Key, Item],
) -> Iterator[Write]:
    """What stands for the addresses of today, by the latest word of all members and of those who are gone."""
    hashes = address_hashes(golden.fields, key)
    standings, _ = fold_consents(members, hashes, refused)
    at = customer_key(move.ids[0], CONSENT)
    if standings:
        yield put_consent(move.ids[0], consent_attributes(standings, hashes))
    elif at in stored:
        yield Delete(at)
    yield from (Delete(one) for name in move.joined if (one := customer_key(name, CONSENT)) in stored)


def _pointers(move: Move, source: SourceRecord | None) -> Iterator[Update]:
    """The source records that point to another customer from now on."""
    for name, home in sorted(move.homes.items()):
        if home != move.ids[0] and (source is None or name != source.record_id):
            yield Update(
                record_key(name),
                set={"customer_id": move.ids[0]},
                add={"ver": 1},
                condition=Exists("record_id"),
            )


def _due_writes(
    move: Move,
    tags: Mapping[str, int | None],
    source: SourceRecord | None,
    policy: Policy,
    at: datetime,
) -> Iterator[Update]:
    """Who lives on is due now; nobody reviews an alias."""
    if source is None or source.record_id not in move.members:
        yield mark_due(move.ids[0], at=at, shards=policy.due.shards, seen_ver=tags[move.ids[0]])
    for name in move.joined:
        if tags[name] is not None:
            yield Update(
                customer_key(name, TAGS),
                add={"ver": 1},
                remove=("due_at", "due_shard"),
                condition=Is("ver", "=", tags[name] or 0),
            )
