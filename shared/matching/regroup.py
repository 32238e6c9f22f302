"""Which customers come out of the source records that a change touches: a function of the set, not of its order.

Two records are linked when they share a key that is not hot and their score says so, or a person did. What hangs
together by links is resolved together; nothing else can change it, so that it is enough to read that much.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from shared.matching.profile import Profile, pack, unpack
from shared.matching.resolve import Pair, Thresholds, resolve
from shared.matching.resolve import Verdict as Word
from shared.matching.score import Score, score_pair
from shared.matching.weights import Weights
from shared.model.source import Features, Verdict


class Member(NamedTuple):
    """A source record as identity sees it."""

    profile: Profile
    keys: frozenset[str]
    """Under which it is found; hot ones are left out."""


class Judge(NamedTuple):
    weights: Weights
    thresholds: Thresholds


class Regrouped(NamedTuple):
    groups: tuple[frozenset[str], ...]
    components: tuple[tuple[frozenset[str], ...], ...]
    """Groups that hang together by links and were kept apart stand in one component."""
    open: dict[Pair, Score]
    """Pairs in different groups that a person should look at."""


def member_from(features: Features) -> Member:
    return Member(unpack(features.packed), frozenset(features.keys))


def features_of(member: Member) -> Features:
    return Features(tuple(pack(member.profile)), tuple(sorted(member.keys)))


def regroup(members: Mapping[str, Member], verdicts: Iterable[Verdict], judge: Judge) -> Regrouped:
    """The customers that these records make, with what people decided."""
    words = pair_words(verdicts, members)
    scores = _scores(members, judge)
    links = [pair for pair, score in scores.items() if score.total >= judge.thresholds.link]
    links += [pair for pair, word in words.items() if word == "same"]
    components = tuple(_resolve(part, members, words, judge) for part in connect(members, links))
    groups = tuple(group for component in components for group in component)
    return Regrouped(groups, components, _open(scores, groups, words, judge))


def pair_words(verdicts: Iterable[Verdict], records: Collection[str]) -> dict[Pair, Word]:
    """What was decided about each pair of these records; of two verdicts the later counts."""
    words: dict[Pair, Word] = {}
    for verdict in sorted(verdicts, key=lambda one: (one.at, one.verdict_id)):
        for one in verdict.left:
            for other in verdict.right:
                if one != other and one in records and other in records:
                    words[frozenset((one, other))] = verdict.word
    return words


def connect(nodes: Iterable[str], links: Iterable[Pair]) -> list[frozenset[str]]:
    """What hangs together by links, in the order of the smallest."""
    parts = {node: {node} for node in nodes}
    for link in links:
        one, other = sorted(link)
        if parts[one] is not parts[other]:
            parts[one] |= parts[other]
            for node in tuple(parts[other]):
                parts[node] = parts[one]
    return sorted({frozenset(part) for part in parts.values()}, key=min)


def _scores(members: Mapping[str, Member], judge: Judge) -> dict[Pair, Score]:
    """Of all pairs that share a key."""
    return {
        frozenset((one, other)): score_pair(members[one].profile, members[other].profile, judge.weights)
        for one, other in combinations(sorted(members), 2)
        if not members[one].keys.isdisjoint(members[other].keys)
    }


def _resolve(
    part: frozenset[str], members: Mapping[str, Member], words: Mapping[Pair, Word], judge: Judge
) -> tuple[frozenset[str], ...]:
    """The groups that the records make by themselves, then those that a person joined.

    In this order, a record is compared with the one it resembles, not with all that a person says are that one too.
    """
    if len(part) == 1:
        return (part,)
    apart: dict[Pair, Word] = {
        pair: word for pair, word in words.items() if pair <= part and word == "different"
    }
    if len(part) == 2:
        # Something links them: they are one, unless a person parted them.
        return tuple(frozenset({one}) for one in sorted(part)) if apart else (part,)
    profiles = {record_id: members[record_id].profile for record_id in part}
    groups = resolve(profiles, apart, judge.weights, judge.thresholds).groups
    together = sorted(tuple(sorted(pair)) for pair, word in words.items() if pair <= part and word == "same")
    return join_verdicts(groups, together, apart)


def join_verdicts(
    groups: Iterable[frozenset[str]], together: Iterable[Sequence[str]], apart: Collection[Pair]
) -> tuple[frozenset[str], ...]:
    """Groups that hold a pair that is the same become one, unless it would hold a pair that is different."""
    group_of = {record_id: group for group in groups for record_id in group}
    for one, other in together:
        joined = group_of[one] | group_of[other]
        if not any(pair <= joined for pair in apart):
            group_of |= dict.fromkeys(joined, joined)
    return tuple(sorted(set(group_of.values()), key=min))


def find_open(
    members: Mapping[str, Member],
    groups: Iterable[Collection[str]],
    verdicts: Iterable[Verdict],
    judge: Judge,
) -> dict[Pair, Score]:
    """The pairs in different groups that a person should look at."""
    return _open(_scores(members, judge), groups, pair_words(verdicts, members), judge)


def _open(
    scores: Mapping[Pair, Score],
    groups: Iterable[Collection[str]],
    words: Mapping[Pair, Word],
    judge: Judge,
) -> dict[Pair, Score]:
    group_of = {record_id: place for place, group in enumerate(groups) for record_id in group}
    return {
        pair: score
        for pair, score in scores.items()
        if score.total >= judge.thresholds.review
        and pair not in words
        and len({group_of[record_id] for record_id in pair}) > 1
    }
