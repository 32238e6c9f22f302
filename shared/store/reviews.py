"""Access patterns for what people decide about identity, in the `control` table.

REVIEW#<shard>: pairs of source records in the grey zone, open until a person or a change of the records ends it.
VERDICT#<shard>: what a person decided, for ever: who, when, and who took it back.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.model.instants import from_iso, to_iso
from shared.model.source import Verdict
from shared.ports import Absent, All, Delete, Exists, Item, Items, Key, Put, Query, Table, Update, query_all

SHARDS = 8
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class OpenReview:
    """Two source records that may be one person, with the evidence for a person."""

    review_id: str
    records: tuple[str, str]
    bits: str
    """log2 odds, two decimals."""
    levels: Mapping[str, str]
    """Field -> level of agreement."""
    rule: str | None
    at: datetime
    weights: str = ""
    """Version of the weights."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its story."""

    verdict: Verdict
    action: str
    """accepted, rejected, merged, unmerged, always_same, never_same."""
    by: str
    undone_by: str | None = None
    undone_at: datetime | None = None
    note: Mapping[str, str] | None = None
    """What the review said: bits, rule."""


def review_id(one: str, other: str) -> str:
    return hashlib.sha256("|".join(sorted((one, other))).encode()).hexdigest()[:_ID_DIGITS]


def _shard(name: str, one: str) -> str:
    return f"{name}#{int(one[:8], 16) % SHARDS:02d}"


def _review_key(one: str) -> Key:
    return Key(Table.CONTROL, _shard("REVIEW", one), one)


def put_review(review: OpenReview) -> Put:
    key = _review_key(review.review_id)
    item: Item = {
        "name": key.pk,
        "sk": key.sk,
        "records": list(review.records),
        "bits": review.bits,
        "levels": dict(review.levels),
        "at": to_iso(review.at),
        "weights": review.weights,
    }
    if review.rule is not None:
        item["rule"] = review.rule
    return Put(Table.CONTROL, item)


def end_review(one: str, other: str) -> Delete:
    return Delete(_review_key(review_id(one, other)))


def read_review(items: Items, one: str) -> OpenReview | None:
    item = items.get(_review_key(one)) if _is_id(one) else None
    return None if item is None else _review_from_item(item)


def open_reviews(items: Items, *, limit: int | None = None) -> list[OpenReview]:
    """What waits for a person, the likeliest first; at most `limit` where given."""
    found = [_review_from_item(item) for item in _all(items, "REVIEW")]
    found.sort(key=lambda review: (-float(review.bits), review.review_id))
    return found[:limit]


def _all(items: Items, name: str) -> Iterable[Item]:
    for shard in range(SHARDS):
        yield from query_all(items, Query(Table.CONTROL, f"{name}#{shard:02d}"))


def _review_from_item(item: Item) -> OpenReview:
    stored: Any = item
    return OpenReview(
        review_id=stored["sk"],
        records=tuple(stored["records"]),
        bits=stored["bits"],
        levels=stored["levels"],
        rule=stored.get("rule"),
        at=from_iso(stored["at"]),
        weights=stored["weights"],
    )


# --- verdicts ------------------------------------------------------------------------------------------------


def verdict_id(action: str, left: Iterable[str], right: Iterable[str], at: datetime) -> str:
    text = "|".join((action, *sorted(left), "", *sorted(right), to_iso(at)))
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def _is_id(text: str) -> bool:
    return len(text) == _ID_DIGITS and all(digit in "0123456789abcdef" for digit in text)


def _verdict_key(one: str) -> Key:
    return Key(Table.CONTROL, _shard("VERDICT", one), one)


def put_decision(decision: Decision) -> Put:
    verdict = decision.verdict
    key = _verdict_key(verdict.verdict_id)
    item: Item = {
        "name": key.pk,
        "sk": key.sk,
        "word": verdict.word,
        "left": list(verdict.left),
        "right": list(verdict.right),
        "at": to_iso(verdict.at),
        "action": decision.action,
        "by": decision.by,
        "note": dict(decision.note or {}),
    }
    return Put(Table.CONTROL, item, Absent("name"))


def undo_decision(one: str, *, by: str, at: datetime) -> Update:
    """Takes a verdict back; refused when that was done."""
    return Update(
        _verdict_key(one),
        set={"undone_by": by, "undone_at": to_iso(at)},
        condition=All((Exists("word"), Absent("undone_at"))),
    )


def read_decisions(items: Items, ids: Iterable[str]) -> dict[str, Decision]:
    found = items.batch_get([_verdict_key(one) for one in ids if _is_id(one)])
    return {str(key.sk): _decision_from_item(item) for key, item in found.items()}


def all_decisions(items: Items) -> list[Decision]:
    """Every verdict, the newest first."""
    found = [_decision_from_item(item) for item in _all(items, "VERDICT")]
    return sorted(found, key=lambda one: (one.verdict.at, one.verdict.verdict_id), reverse=True)


def _decision_from_item(item: Item) -> Decision:
    stored: Any = item
    undone_at = stored.get("undone_at")
    return Decision(
        verdict=Verdict(
            stored["sk"],
            stored["word"],
            tuple(stored["left"]),
            tuple(stored["right"]),
            from_iso(stored["at"]),
        ),
        action=stored["action"],
        by=stored["by"],
        undone_by=stored.get("undone_by"),
        undone_at=None if undone_at is None else from_iso(undone_at),
        note=stored["note"],
    )
