"""What waits for a person: the open pairs with both records and the evidence."""

from collections.abc import Collection, Iterator, Mapping

from shared.insight.pairs import Agreement, Pair, Pairs, Side
from shared.matching.weights import LEVEL_NAMES, Weights, load_weights
from shared.model.source import SourceRecord
from shared.ports import Items
from shared.store.records import read_sources
from shared.store.reviews import OpenReview, all_decisions, open_reviews

SECRET = "_hash"
"""Ends the names of fields that only hold a pseudonym."""


def list_reviews(
    items: Items, *, limit: int | None = None, of: Collection[str] | None = None, only: str | None = None
) -> Pairs:
    """The open pairs, the likeliest first: at most `limit`; those of some source records, or one alone."""
    found = [
        review
        for review in open_reviews(items)
        if (of is None or not set(of).isdisjoint(review.records)) and only in (None, review.review_id)
    ]
    shown = found[:limit]
    sources = read_sources(items, dict.fromkeys(name for review in shown for name in review.records))
    weights = load_weights()
    return Pairs(len(found), tuple(_pair(review, sources, weights) for review in shown))


def _pair(review: OpenReview, sources: Mapping[str, SourceRecord], weights: Weights) -> Pair:
    one, other = (_side(name, sources.get(name)) for name in review.records)
    return Pair(
        review_id=review.review_id,
        at=review.at,
        bits=float(review.bits),
        rule=review.rule,
        agreements=tuple(_agreements(review, weights)),
        one=one,
        other=other,
    )


def _side(record_id: str, source: SourceRecord | None) -> Side:
    if source is None:
        return Side(record_id, "")
    days = source.history.days
    return Side(
        record_id=record_id,
        customer_id=source.customer_id,
        said={name: said.value for name, said in sorted(source.party.items()) if not name.endswith(SECRET)},
        orders=sum(day.orders for day in days),
        last_on=days[-1].on if days else None,
    )


def _agreements(review: OpenReview, weights: Weights) -> Iterator[Agreement]:
    """In the order of the comparison, so that names stand first."""
    names, is_current = weights.table.names, review.weights == weights.version
    for place, name in enumerate(names):
        if name in review.levels:
            level = review.levels[name]
            bits = weights.table.same[place][LEVEL_NAMES.index(level)] if is_current else None
            yield Agreement(name, level, bits)


def find_decision(items: Items, name: str) -> str | None:
    """The verdict that is meant by the id of the review it answered, or by its own: the newest that stands."""
    meant = [
        decision
        for decision in all_decisions(items)
        if name in (decision.verdict.verdict_id, (decision.note or {}).get("review"))
    ]
    standing = [decision for decision in meant if decision.undone_at is None]
    return next((decision.verdict.verdict_id for decision in (*standing, *meant)), None)
