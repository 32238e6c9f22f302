"""All records of one file, grouped into people: trains itself on the file, needs no labels (R4).

The answer is a function of the set of records: they are put into one order by content, and records of equal content are one unit.
"""

from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from itertools import combinations
from typing import NamedTuple

from shared.matching.blocking import file_keys
from shared.matching.compare import compare_profiles
from shared.matching.group import find_between, find_torn, join_groups, part_from
from shared.matching.guards import has_siblings
from shared.matching.learn import Patterns, learn
from shared.matching.profile import Profile
from shared.matching.score import Score, decide, has_person, score_pair
from shared.matching.two_people import make_are_two
from shared.matching.weights import Weights

Levels = tuple[int, ...]
Draw = Callable[[int], int]
"""A number from 0 to below the given one, by chance."""
Progress = Callable[[str], None]


class Limits(NamedTuple):
    block: int = 100
    """Records that share a key: above, the key says too little and only neighbours by name are compared."""
    pairs_of_block: int = 100_000
    """In a small file a key may be shared by more: so many pairs for each kind of key."""
    neighbours: int = 5
    pairs_per_record: int = 20
    """So many pairs may come from keys that tell enough by themselves; keys that many share must come in twos."""
    random_pairs: int = 40_000
    random_per_record: int = 40
    neighbour_pairs: int = 20_000
    link_bits: float = 0.0
    review_bits: float = -3.0


DEFAULT_LIMITS = Limits()
_ALIKE = frozenset({"twins", "shared_contact"})
"""Guards for people whose names are alike: where a file has many siblings, no third record overrules them."""


class Matched(NamedTuple):
    clusters: list[int]
    """For each record, in the order given, the number of its cluster: 0.. in the order of first appearance."""
    review: list[tuple[int, int, Score]]
    """Pairs of records in different clusters, in the grey zone, the likeliest first."""
    weights: Weights
    pairs: int


class _Scored(NamedTuple):
    totals: dict[tuple[int, int], float]
    """The pairs worth a look."""
    fits: set[tuple[int, int]]
    """Those of which one side is nobody but what both share."""
    foes: set[tuple[int, int]]
    """Two people, whoever resembles both."""


class _Pairs(NamedTuple):
    """Candidate pairs of units, column by column: a million of them must fit into memory."""

    ones: "array[int]"
    others: "array[int]"
    patterns: "array[int]"
    levels: list[Levels]


def match_file(
    profiles: Sequence[Profile],
    start: Weights,
    *,
    version: str,
    draw: Draw,
    extras: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = lambda _message: None,
) -> Matched:
    """The clusters of the records, with the weights learned from them."""
    rows = defaultdict(list)
    for row, profile in enumerate(profiles):
        rows[profile].append(row)
    units = sorted(rows, key=astuple)
    counts = [len(rows[unit]) for unit in units]
    progress(f"{len(profiles)} records, {len(units)} different")
    pairs = _compare_candidates(units, limits)
    progress(f"{len(pairs.ones)} pairs compared")
    weights = learn(
        _count_patterns(units, counts, pairs, limits, draw),
        [profile for profile, count in zip(units, counts, strict=True) for _ in range(count)],
        start,
        version=version,
        extras=extras,
    )
    progress(
        f"learned: {weights.same_per_record:.3f} other records of one person, {weights.related_per_record:.3f} of relations"
    )
    groups, review = _group(units, counts, pairs, weights, limits)
    return Matched(
        *_by_row(units, rows, groups, review, weights, len(profiles), limits), weights, len(pairs.ones)
    )


def _compare_candidates(units: Sequence[Profile], limits: Limits) -> _Pairs:
    found = _Pairs(array("i"), array("i"), array("i"), [])
    ids: dict[Levels, int] = {}
    for one, others in _candidates(units, limits):
        profile = units[one]
        for other in others:
            levels = compare_profiles(profile, units[other])
            pattern = ids.setdefault(levels, len(ids))
            if pattern == len(found.levels):
                found.levels.append(levels)
            found.ones.append(one)
            found.others.append(other)
            found.patterns.append(pattern)
    return found


def _candidates(units: Sequence[Profile], limits: Limits) -> Iterator[tuple[int, list[int]]]:
    """Each unit with the later ones that share a telling key, or two keys of any kind."""
    blocks: dict[str, list[int]] = defaultdict(list)
    keys = [file_keys(unit) for unit in units]
    for number, own in enumerate(keys):
        for key in own:
            blocks[key].append(number)
    largest = max(limits.block, limits.pairs_of_block // max(len(units), 1))
    telling = _find_telling_size(map(len, blocks.values()), limits.pairs_per_record * len(units), largest)
    for number, own in enumerate(keys):
        shared: Counter[int] = Counter()
        for key in own:
            size = len(blocks[key])
            if 1 < size <= largest:
                shared.update(blocks[key] if size > telling else blocks[key] * 2)
            elif size > largest:
                shared.update(_next_in(blocks[key], number, limits.neighbours))
        yield number, sorted(other for other, count in shared.items() if other > number and count > 1)


def _next_in(block: Sequence[int], number: int, most: int) -> Sequence[int]:
    """The next ones of a block too large to compare all: units stand in the order of their names."""
    place = bisect_right(block, number)
    return block[place : place + most]


def _find_telling_size(sizes: Iterable[int], budget: int, most: int) -> int:
    """The largest block whose key is enough by itself, so that all such blocks make no more pairs than the budget."""
    pairs: Counter[int] = Counter()
    for size in sizes:
        if size <= most:
            pairs[size] += size * (size - 1) // 2
    made = 0
    for size in sorted(pairs):
        made += pairs[size]
        if made > budget:
            return size - 1
    return most


def _count_patterns(
    units: Sequence[Profile], counts: Sequence[int], pairs: _Pairs, limits: Limits, draw: Draw
) -> Patterns:
    candidates: Counter[Levels] = Counter()
    for pattern, number in Counter(pairs.patterns).items():
        candidates[pairs.levels[pattern]] += number
    for unit, count in zip(units, counts, strict=True):
        if count > 1:
            candidates[compare_profiles(unit, unit)] += count * (count - 1) // 2
    strangers = Counter(
        compare_profiles(units[one], units[other])
        for one, other in _draw(
            range(len(units)), min(limits.random_pairs, limits.random_per_record * len(units)), draw
        )
    )
    return Patterns(candidates, strangers, _neighbours(units, limits.neighbour_pairs, draw))


def _draw(numbers: Sequence[int], most: int, draw: Draw) -> list[tuple[int, int]]:
    size = len(numbers)
    if size * (size - 1) // 2 <= most:
        return list(combinations(numbers, 2))
    drawn: list[tuple[int, int]] = []
    while len(drawn) < most:
        one, other = draw(size), draw(size)
        if one != other:
            drawn.append((numbers[one], numbers[other]))
    return drawn


def _neighbours(units: Sequence[Profile], most: int, draw: Draw) -> Counter[Levels]:
    areas: dict[str, list[int]] = defaultdict(list)
    for number, unit in enumerate(units):
        for name in (unit.postcode and f"p{unit.postcode}", unit.place and f"l{unit.place}"):
            if name:
                areas[name].append(number)
    total = sum(len(area) * (len(area) - 1) // 2 for area in areas.values())
    counted: Counter[Levels] = Counter()
    for name in sorted(areas):
        area = areas[name]
        size = len(area) * (len(area) - 1) // 2
        share = size if total <= most else -(-size * most // total)
        for one, other in _draw(area, share, draw) if size else ():
            counted[compare_profiles(units[one], units[other])] += 1
    return counted


def _score(units: Sequence[Profile], pairs: _Pairs, weights: Weights, limits: Limits) -> _Scored:
    found = _Scored({}, set(), set())
    with_siblings = has_siblings(weights)
    for one, other, pattern in zip(pairs.ones, pairs.others, pairs.patterns, strict=True):
        levels = pairs.levels[pattern]
        total, rule = decide(units[one], units[other], levels, weights)
        if total >= limits.review_bits:
            found.totals[(one, other)] = total
        if rule == "key_alone":
            found.fits.add((one, other))
        elif rule == "generations_conflict" or (rule in _ALIKE and with_siblings):
            found.foes.add((one, other))
    return found


def _group(
    units: Sequence[Profile], counts: Sequence[int], pairs: _Pairs, weights: Weights, limits: Limits
) -> tuple[tuple[frozenset[int], ...], dict[tuple[int, int], float]]:
    totals, fits, foes = _score(units, pairs, weights, limits)

    def join(left_out: Collection[tuple[int, int]]) -> tuple[frozenset[int], ...]:
        candidates = {pair: total for pair, total in totals.items() if pair not in left_out}
        return join_groups(range(len(units)), candidates, score, limits.link_bits, are_two=are_two)

    def score(one: int, other: int) -> float:
        levels = compare_profiles(units[one], units[other])
        return decide(units[one], units[other], levels, weights)[0]

    are_two = make_are_two(units, counts, foes, score, weights.guards.generation_years, limits.link_bits)
    groups = join(fits)
    if fits:
        torn = find_torn(fits, groups, lambda unit: has_person(units[unit]))
        groups = join({pair for pair in fits if not torn.isdisjoint(pair)})
    undated = {
        pair: total for pair, total in totals.items() if not all(units[unit].birthday for unit in pair)
    }
    between = find_between(groups, undated, limits.link_bits, weights.guards.torn)
    return (part_from(groups, between) if between else groups), totals


def _by_row(
    units: Sequence[Profile],
    rows: Mapping[Profile, Sequence[int]],
    groups: Sequence[frozenset[int]],
    totals: Mapping[tuple[int, int], float],
    weights: Weights,
    size: int,
    limits: Limits,
) -> tuple[list[int], list[tuple[int, int, Score]]]:
    """From units to rows: equal rows are one cluster if what they say is enough to know a person by."""
    cluster_of = [-1] * size
    group_of = {}
    fresh = iter(range(-2, -2 - size, -1))
    for number, group in enumerate(groups):
        for unit in sorted(group):
            group_of[unit] = number
            own = rows[units[unit]]
            is_one = len(own) == 1 or score_pair(units[unit], units[unit], weights).total >= limits.link_bits
            for row in own:
                cluster_of[row] = number if is_one or len(group) > 1 else next(fresh)
    review = sorted(
        (
            (rows[units[one]][0], rows[units[other]][0], score_pair(units[one], units[other], weights))
            for (one, other) in totals
            if group_of[one] != group_of[other]
        ),
        key=lambda found: (-found[2].total, found[0], found[1]),
    )
    names: dict[int, int] = {}
    return [names.setdefault(cluster, len(names)) for cluster in cluster_of], review
