"""Which facts of a source record are kept: the newest of each kind, whatever the order in which they came."""

from collections.abc import Iterable, Mapping
from typing import Final

from shared.cleaning.service_words import is_closed
from shared.model.facts import CLOSED, Fact, FactKind
from shared.model.record import Asset, Complaint, Interaction, Record, Satisfaction, Service

KEPT: Final[Mapping[FactKind, int]] = {
    FactKind.ASSET: 200,
    FactKind.SERVICE: 400,
    FactKind.COMPLAINT: 20,
    FactKind.TALK: 20,
    FactKind.SCORE: 20,
}
"""Facts of each kind under one source record: a fleet with two visits of each car; all of them are some 50 KB."""
FACT_KINDS: Final[Mapping[str, FactKind]] = {
    "asset": FactKind.ASSET,
    "service": FactKind.SERVICE,
    "complaint": FactKind.COMPLAINT,
    "interaction": FactKind.TALK,
    "satisfaction": FactKind.SCORE,
}
"""The kind of record that each kind of fact comes from, and no other."""
_TALKS: Final = frozenset({"call", "visit"})
_MOST_CHARACTERS: Final = 120


def facts_after(
    facts: tuple[Fact, ...],
    record: Record,
    others: Iterable[Record] | None,
    kept: Mapping[FactKind, int] = KEPT,
) -> tuple[Fact, ...]:
    """The facts after a record was taken in.

    `others`: of a corrected or deleted record, all those of its kind that stand beside it, for an evicted fact may have
    to come back; None where the record is new.
    """
    kind = FACT_KINDS.get(record.kind)
    if kind is None:
        return facts
    before = facts
    if others is not None:
        folded = (fact_of(other) for other in others if other.kind == record.kind)
        before = (*(fact for fact in facts if fact.kind is not kind), *(fact for fact in folded if fact))
    new = fact_of(record)
    if new is None and others is None:
        return facts
    return keep_newest((*before, new) if new else before, kept)


def keep_newest(facts: Iterable[Fact], kept: Mapping[FactKind, int] = KEPT) -> tuple[Fact, ...]:
    """The newest of each kind by (at, id), ordered by kind and id."""
    by_kind: dict[FactKind, dict[str, Fact]] = {}
    for fact in facts:
        by_kind.setdefault(fact.kind, {})[fact.fact_id] = fact
    newest = (
        fact
        for kind, found in by_kind.items()
        for fact in sorted(found.values(), key=lambda fact: (fact.at, fact.fact_id))[-kept[kind] :]
    )
    return tuple(sorted(newest, key=lambda fact: (fact.kind, fact.fact_id)))


def fact_of(record: Record) -> Fact | None:
    """What care may start from; None for a record that tells no fact, or was deleted."""
    if record.deleted:
        return None
    fact_id, at = f"{record.system}#{record.id}", record.event_at
    match record:
        case Asset():
            return Fact(
                FactKind.ASSET,
                fact_id,
                at,
                asset_id=record.asset_id,
                product=_cut(record.product),
                bought_on=record.bought_on,
                warranty_ends_on=record.warranty_ends_on,
                insurance_ends_on=record.insurance_ends_on,
                inspection_due_on=record.inspection_due_on,
                mileage_km=record.mileage_km,
            )
        case Service():
            is_repair = None if record.service_type is None else record.service_type == "repair"
            return Fact(
                FactKind.SERVICE,
                fact_id,
                at,
                asset_id=record.asset_id,
                mileage_km=record.mileage_km,
                is_repair=is_repair,
                in_warranty=record.in_warranty,
            )
        case Complaint():
            stage = CLOSED if is_closed(record.stage) else _cut(record.stage)
            return Fact(FactKind.COMPLAINT, fact_id, at, stage=stage, topic=_cut(record.topic))
        case Interaction() if record.channel in _TALKS:
            return Fact(FactKind.TALK, fact_id, at, stage=_cut(record.stage), topic=_cut(record.topic))
        case Satisfaction():
            return Fact(FactKind.SCORE, fact_id, at, topic=record.dimension, score=record.score)
    return None


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:_MOST_CHARACTERS].rstrip()
