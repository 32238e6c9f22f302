"""A person has checked a value: it wins in the golden record for as long as its source still says so."""

from dataclasses import replace
from datetime import UTC, datetime

from shared.model.errors import LostRace
from shared.model.instants import TICK
from shared.model.source import Said
from shared.policy.schema import Policy
from shared.ports import Done, Items
from shared.store.customers import follow_alias, mark_due
from shared.store.records import put_source, read_sources

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def verify_field(
    customer_id: str, name: str, value: str, *, items: Items, policy: Policy, at: datetime
) -> tuple[str, ...]:
    """The source records of a customer that say so, now marked as verified; empty: none does.

    Raises: LostRace: the records kept changing.
    """
    for _ in range(policy.matching.retries):
        profile = follow_alias(items, customer_id)
        if profile is None:
            return ()
        sources = read_sources(items, profile.members)
        saying = [
            source
            for source in sources.values()
            if name in source.party and source.party[name].value == value and not source.deleted
        ]
        if not saying:
            return ()
        mark = Said(value, (at - _EPOCH) // TICK)
        writes = [
            put_source(
                replace(source, ver=source.ver + 1, verified={**source.verified, name: mark}),
                seen_ver=source.ver,
            )
            for source in saying
        ]
        due = mark_due(profile.customer_id, at=at, shards=policy.due.shards)
        if isinstance(items.transact([*writes, due]), Done):
            return tuple(sorted(source.record_id for source in saying))
    raise LostRace("the customer's records kept changing")
