"""The questions about identity that wait for a person, with what both source records say."""

from dataclasses import dataclass

from shared.flows.move_records import read_many
from shared.matching.absorb import plain_party
from shared.model.source import SourceRecord
from shared.ports import Items
from shared.store.records import record_key, source_from_item
from shared.store.reviews import OpenReview, open_reviews


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two source records."""

    record_id: str
    customer_id: str
    said: dict[str, str]
    """Field -> value, as its source says it now."""


@dataclass(frozen=True, slots=True)
class Question:
    review: OpenReview
    sides: tuple[Side, Side]


def open_questions(items: Items, *, limit: int | None = None) -> list[Question]:
    """At most so many, the likeliest first."""
    reviews = open_reviews(items, limit=limit)
    stored = read_many(items, [record_key(name) for review in reviews for name in review.records])
    sources = {key.pk: source_from_item(item) for key, item in stored.items()}
    return [
        Question(review, (_side(sources[review.records[0]]), _side(sources[review.records[1]])))
        for review in reviews
    ]


def _side(source: SourceRecord) -> Side:
    return Side(source.record_id, source.customer_id, plain_party(source.party))
