"""Keeps what a deleted source record refused for its addresses, and tells whoever is reached there.

All of it stands in the transaction that stores the record. The keys through which the others were found are guarded,
their TAGS move on: a review that read before this must look again.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from shared.matching.absorb import plain_party
from shared.matching.blocking import STRONG_KINDS
from shared.matching.keys import identity_keys
from shared.matching.refusals import Refusals, refusals_of
from shared.model.source import CustomerProfile, SourceRecord
from shared.policy.schema import Policy
from shared.ports import SCHEMAS, Item, Items, Key, Put, Table, Write
from shared.store.customers import TAGS, mark_due
from shared.store.identities import guard_key, read_keys
from shared.store.records import read_sources
from shared.store.refusals import put_refusal, read_refusals, refusal_key, refusals_from_items

MOST_TOLD = 40
"""Source records at one address whose customers are told at once; the others meet the refusal at their next review."""


def keep_refusals(
    source: SourceRecord,
    before: SourceRecord | None,
    writes: Iterable[Write],
    *,
    items: Items,
    policy: Policy,
    key: bytes,
    at: datetime,
) -> list[Write]:
    """The writes for what has changed, besides `writes`, the weightiest first; nearly always none, and no request.

    The caller marks the record's own customer due.
    """
    old = {} if before is None else refusals_of(before, key)
    new = refusals_of(source, key)
    changed = sorted(place for place in old.keys() | new.keys() if old.get(place) != new.get(place))
    if not changed:
        return []
    kept: list[Write] = [put_refusal(place, source.record_id, new.get(place, {})) for place in changed]
    keys, written = read_keys(items, changed), set(map(_item_of, writes))
    kept += [guard_key(one) for name, one in keys.items() if (Table.IDENTITIES, name, "") not in written]
    others = sorted({name for one in keys.values() for name in one.members} - {source.record_id})[:MOST_TOLD]
    homes = {one.customer_id for one in read_sources(items, others).values()} if others else set()
    told = {source.customer_id, *(pk for table, pk, sk in written if (table, sk) == (Table.CUSTOMERS, TAGS))}
    return [*kept, *(mark_due(one, at=at, shards=policy.due.shards) for one in sorted(homes - told))]


def _item_of(write: Write) -> tuple[Table, str, str]:
    """What a write is about: no item may be written twice in one transaction."""
    if isinstance(write, Put):
        schema = SCHEMAS[write.table]
        sk = str(write.item[schema.range_key]) if schema.range_key else ""
        return write.table, str(write.item[schema.hash_key]), sk
    return write.key.table, write.key.pk, write.key.sk or ""


# --- read ----------------------------------------------------------------------------------------------------


def expected_places(profile: CustomerProfile, key: bytes) -> list[str]:
    """A customer's addresses as identity keys, as far as the profile knows them."""
    places = dict.fromkeys(identity_keys(profile.golden, key))
    named = (name for one in profile.features.values() for name in one.keys)
    places |= dict.fromkeys(name for name in named if name.partition("#")[0] in STRONG_KINDS[1:])
    return list(places)


def all_refusals(
    members: Iterable[SourceRecord],
    looked_at: Collection[Key],
    found: Mapping[Key, Item],
    items: Items,
    key: bytes,
) -> Refusals:
    """What holds at the members' addresses; reads those that were not looked at (hot keys, a change just now)."""
    places = {
        place
        for member in members
        if not member.deleted
        for place in identity_keys(plain_party(member.party), key)
    }
    missing = sorted(place for place in places if refusal_key(place) not in looked_at)
    return {**refusals_from_items(found.values()), **read_refusals(items, missing)}
