"""Which of a set of records are one person: a function of the set, whatever order it comes in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from shared.matching.group import find_between, find_torn, join_groups, keep_apart, part_from
from shared.matching.guards import are_born_apart
from shared.matching.profile import Profile
from shared.matching.score import Score, has_person, score_pair
from shared.matching.weights import Guards, Weights

Verdict = Literal["same", "different"]
Pair = frozenset[str]


_TWO_PEOPLE = frozenset({"identities_conflict", "generations_conflict"})


class Thresholds(NamedTuple):
    """log2 odds: from `link` two records or groups are one, from `review` a person decides."""

    link: float
    review: float


class ScoredPair(NamedTuple):
    one: str
    other: str
    score: Score


@dataclass(frozen=True, slots=True)
class Resolution:
    groups: tuple[frozenset[str], ...]
    """Every record in exactly one group; ordered by their smallest id."""
    review: tuple[ScoredPair, ...]
    """Pairs in different groups that a person should look at, the likeliest first."""
    evidence: tuple[ScoredPair, ...]
    """Pairs within a group whose score says so."""


def resolve(
    profiles: Mapping[str, Profile],
    verdicts: Mapping[Pair, Verdict],
    weights: Weights,
    thresholds: Thresholds,
) -> Resolution:
    """The groups of the records.

    A verdict `different` is never overruled; `same` joins whatever the score, unless that would put a `different`
    pair into one group. A record that is nobody but a phone or a mailbox joins only where all it fits is one group.
    """
    pairs = [
        ScoredPair(one, other, score_pair(profiles[one], profiles[other], weights))
        for one, other in combinations(sorted(profiles), 2)
    ]
    apart = {pair for pair, verdict in verdicts.items() if verdict == "different"}
    together = [(min(pair), max(pair)) for pair, verdict in verdicts.items() if verdict == "same"]
    totals = {(pair.one, pair.other): pair.score.total for pair in pairs}
    are_two = keep_apart(pair[:2] for pair in pairs if _are_foes(pair, profiles, weights.guards))
    against = {pair[:2]: _against(pair.score, weights.guards) for pair in pairs}

    def join(candidates: Mapping[tuple[str, str], float]) -> tuple[frozenset[str], ...]:
        return join_groups(
            sorted(profiles),
            {pair: total for pair, total in candidates.items() if total >= thresholds.link},
            lambda one, other: against[(one, other)],
            thresholds.review,
            together=together,
            apart=apart,
            are_two=are_two,
        )

    fits = {(pair.one, pair.other) for pair in pairs if pair.score.rule == "key_alone"}
    people = join({pair: total for pair, total in totals.items() if pair not in fits})
    torn = find_torn(fits, people, lambda record_id: has_person(profiles[record_id]))
    groups = join(
        {pair: total for pair, total in totals.items() if pair not in fits or torn.isdisjoint(pair)}
    )
    undated = {pair: total for pair, total in totals.items() if _is_undated(pair, profiles)}
    between = find_between(groups, undated, thresholds.link, weights.guards.torn)
    return _report(part_from(groups, between) if between else groups, pairs, apart, thresholds)


def _is_undated(pair: tuple[str, str], profiles: Mapping[str, Profile]) -> bool:
    return not all(profiles[record_id].birthday for record_id in pair)


def _are_foes(pair: ScoredPair, profiles: Mapping[str, Profile], guards: Guards) -> bool:
    """Two people, whoever resembles both: two numbers, father and son, birthdays that no slip explains."""
    if pair.score.rule != "birthdays_conflict":
        return pair.score.rule in _TWO_PEOPLE
    return are_born_apart(profiles[pair.one], profiles[pair.other], guards.slip_years)


def _against(score: Score, guards: Guards) -> float:
    """What a pair says of the groups of both. Records that say too little to differ do not speak against; two whom a guard
    leaves to a person must not become one because a third resembles both."""
    if score.rule is not None and score.rule != "key_alone":
        return guards.refused
    return score.total if "differs" in score.levels.values() else max(score.total, 0.0)


def _report(
    groups: tuple[frozenset[str], ...],
    pairs: Sequence[ScoredPair],
    apart: Collection[Pair],
    thresholds: Thresholds,
) -> Resolution:
    group_of = {record_id: group for group in groups for record_id in group}
    within = [pair for pair in pairs if group_of[pair.one] is group_of[pair.other]]
    between = [
        pair
        for pair in pairs
        if group_of[pair.one] is not group_of[pair.other] and frozenset(pair[:2]) not in apart
    ]
    return Resolution(
        groups=groups,
        review=_by_score(pair for pair in between if pair.score.total >= thresholds.review),
        evidence=_by_score(pair for pair in within if pair.score.total >= thresholds.link),
    )


def _by_score(pairs: Iterable[ScoredPair]) -> tuple[ScoredPair, ...]:
    return tuple(sorted(pairs, key=lambda pair: (-pair.score.total, pair.one, pair.other)))
