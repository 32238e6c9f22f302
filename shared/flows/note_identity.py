"""What is written down of a decision about identity: its evidence, and the questions that it leaves to people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.flows.settle_customers import Scene, Settled
from shared.flows.touch_customers import Looked, members_of
from shared.matching.blocking import STRONG_KINDS
from shared.matching.describe import Candidate, rank_candidates
from shared.matching.regroup import Judge, find_open, member_from, pair_words
from shared.matching.resolve import Pair
from shared.matching.score import Score, score_pair
from shared.ports import Write
from shared.store.customers import link_item
from shared.store.reviews import OpenReview, end_review, put_review, review_id

MOST_SHOWN = 8
"""Records with the same profile that one line of the journal names."""


# --- what people are asked -----------------------------------------------------------------------------------


def note_reviews(looked: Looked, scene: Scene, settled: Settled, judge: Judge, at: datetime) -> list[Write]:
    """Pairs that have become a question for a person, and those that are none any more."""
    before, after = {}, dict(settled.regrouped.open)
    if scene.profiles:
        groups = [profile.members for profile in scene.profiles.values()]
        before = find_open(members_of(scene.profiles.values()), groups, scene.verdicts, judge)
    before |= _open_outside(_old_neighbours(looked, scene, judge), looked, scene, judge)
    neighbours = {record_id: score for candidate, score in looked.scored for record_id in candidate.records}
    after |= _open_outside(neighbours, looked, scene, judge)
    return review_writes(before, after, judge, at)


def review_writes(
    before: Mapping[Pair, Score], after: Mapping[Pair, Score], judge: Judge, at: datetime
) -> list[Write]:
    """The review list brought from one set of open pairs to another."""
    writes: list[Write] = [end_review(*pair) for pair in sorted(before, key=sorted) if pair not in after]
    for pair in sorted(after, key=sorted):
        score = after[pair]
        if before.get(pair) != score:
            one, other = sorted(pair)
            writes.append(
                put_review(
                    OpenReview(
                        review_id=review_id(one, other),
                        records=(one, other),
                        bits=_bits(score),
                        levels=score.levels,
                        rule=score.rule,
                        at=at,
                        weights=judge.weights.version,
                    )
                )
            )
    return writes


def _old_neighbours(looked: Looked, scene: Scene, judge: Judge) -> dict[str, Score]:
    """Who shared a key with the record as it was."""
    if looked.before is None:
        return {}
    record_id = looked.source.record_id
    was = member_from(scene.profiles[looked.before.customer_id].features[record_id])
    found = {name: looked.keys[name].members for name in was.keys if name in looked.keys}
    return {
        other: score_pair(was.profile, candidate.profile, judge.weights)
        for candidate in rank_candidates(
            was.profile, found, record_id, judge.thresholds.review, judge.weights.guards
        )
        for other in candidate.records
    }


def _open_outside(
    neighbours: Mapping[str, Score], looked: Looked, scene: Scene, judge: Judge
) -> dict[Pair, Score]:
    """Open pairs of the record with others that nothing else of the change touches."""
    record_id = looked.source.record_id
    words = pair_words(scene.verdicts, {record_id, *neighbours})
    pairs = {
        frozenset((record_id, other)): score
        for other, score in neighbours.items()
        if other not in scene.members
    }
    return {
        pair: score
        for pair, score in pairs.items()
        if score.total >= judge.thresholds.review and pair not in words
    }


def _bits(score: Score) -> str:
    return f"{score.total:.2f}"


# --- journal -------------------------------------------------------------------------------------------------


def note_decision(
    looked: Looked, scene: Scene, settled: Settled, judge: Judge, at: datetime
) -> tuple[Write, ...]:
    """The decision with its evidence, field by field; none where nobody was found and nobody moved."""
    shown = [one for one in looked.scored if _is_telling(*one, judge)]
    if not shown and not settled.moved:
        return ()
    customer_id = settled.home_of[looked.source.record_id]
    customers = sorted(
        scene.profiles.values(),
        key=lambda one: (one.customer_id != customer_id, one.founded_at, one.customer_id),
    )
    evidence: dict[str, Any] = {
        "record": looked.source.record_id,
        "customers": [profile.customer_id for profile in customers],
        "links": [
            _link(record_id, candidate, score, looked, settled)
            for candidate, score in shown
            for record_id in candidate.records[:MOST_SHOWN]
        ],
        "uncompared": looked.uncompared,
        "weights": judge.weights.version,
    }
    if settled.moved:
        evidence["homes"] = dict(sorted(settled.home_of.items()))
    return (link_item(customer_id, at, evidence),)


def _is_telling(candidate: Candidate, score: Score, judge: Judge) -> bool:
    """Whoever shares only the sound of a name and a town was never in question."""
    return score.total >= judge.thresholds.review or not candidate.kinds.isdisjoint(STRONG_KINDS)


def _link(
    record_id: str, candidate: Candidate, score: Score, looked: Looked, settled: Settled
) -> dict[str, Any]:
    home = settled.home_of.get(record_id)
    is_same = home is not None and home == settled.home_of[looked.source.record_id]
    return {
        "record": record_id,
        "same": is_same,
        "rule": score.rule or "score",
        "keys": sorted(candidate.kinds),
        "bits": _bits(score),
        "levels": dict(score.levels),
    }
