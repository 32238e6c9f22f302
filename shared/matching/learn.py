"""Weights from records without labels: u from random pairs, m and the number of pairs by EM (Fellegi and Sunter).

Three kinds of pairs are told apart: records of one person, of related people (a family, colleagues: they share a
surname, an address, a phone, but only by chance a given name or a birthday), of strangers.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import log
from typing import NamedTuple

from shared.matching.compare import DIFFERS, EQUAL, FIELD_NAMES, IMPLIED, PART
from shared.matching.guards import is_refused
from shared.matching.profile import Profile
from shared.matching.score import TERM_FIELDS, add_up
from shared.matching.share_out import TELLING, Levels, Shared, share_out
from shared.matching.weights import Chances, Weights

Column = list[float]
"""Chances by level of one field."""
_OWN = frozenset({"phone", "email", "identity", "birthday", "street", "building"})
ANY_EXTRA = "extra"
"""Weights to start with for a column of which nothing is known."""
PERSONAL = frozenset({"given", "birthday", "sex", "identity"})
"""Related people agree in these only by chance, but for twins and children who bear a parent's name."""
_GIVEN, _SURNAME, _BIRTHDAY, _STREET = (
    FIELD_NAMES.index(name) for name in ("given", "surname", "birthday", "street")
)
_GROUPS = (range(DIFFERS, EQUAL + 1), range(IMPLIED + DIFFERS, IMPLIED + EQUAL + 1))
"""Levels whose chances add up to one: those of a field by itself, and those within an equal wider place."""
_SMALLEST = 1e-9
_MOST_ALIKE = 0.98


class Settings(NamedTuple):
    rounds: int = 60
    belief: float = 20
    """Pairs' worth of belief in the starting weights: what a small file cannot say."""
    twins: float = 0.02
    """Share of related people with one birthday."""
    namesakes: float = 0.03
    """Share of related people with one given name, believed until birthdays show it."""
    relation_belief: float = 20
    relations: float = 0.005
    """Related pairs for each pair of one person, believed so firmly until birthdays or numbers show them."""
    siblings: float = 0.03
    """Share of related people whose given names are alike (志军, 志明), believed until birthdays show it."""
    most_wrong: float = 0.1
    """Share of the pairs of one person whose birthdays, or numbers, have nothing in common, at most: else a file full
    of fathers and sons of one name, or of neighbours, would teach that birthdays do not matter."""
    closeness: float = 1e-4
    most_terms: int = 5000
    most_of_one: float = 0.3
    """Share of random pairs that look like one person, above which they are not taken for strangers."""
    population: int = 1000
    """People besides those of the file among whom a value is as rare as believed at the start: what makes the equal
    rows of a file of ten not look like a common name."""


DEFAULTS = Settings()


class Patterns(NamedTuple):
    """How often each combination of levels was seen."""

    candidates: Mapping[Levels, int]
    """Pairs that share a key."""
    random: Mapping[Levels, int]
    """Pairs drawn at random."""
    neighbours: Mapping[Levels, int]
    """Pairs drawn at random from those with one postcode, or one place."""


class _Kinds(NamedTuple):
    """Chances of each field's levels, by kind of pair; and the number of pairs of each kind."""

    same: list[Column]
    related: list[Column]
    random: list[Column]
    pairs: tuple[float, float, float]


def learn(
    patterns: Patterns,
    profiles: Sequence[Profile],
    start: Weights,
    *,
    version: str,
    extras: tuple[str, ...] = (),
    settings: Settings = DEFAULTS,
) -> Weights:
    """Weights for these records, from those to start with."""
    names = (*FIELD_NAMES, *extras)
    first = _begin(patterns, names, len(profiles), start, settings, _count_equal(profiles, start, settings))
    kinds = first
    for _ in range(settings.rounds):
        before, kinds = kinds, _step(kinds, first, patterns, names, settings)
        if abs(log(kinds.pairs[0] / before.pairs[0])) < settings.closeness:
            break
    records = max(len(profiles), 2)
    terms, rare = _count_terms(profiles, 2 * kinds.pairs[0] / records, settings)
    return Weights(
        version=version,
        records=records,
        same_per_record=2 * kinds.pairs[0] / records,
        related_per_record=2 * kinds.pairs[1] / records,
        chances={
            ANY_EXTRA: start.chances[ANY_EXTRA],
            **{name: _settle(kinds, place) for place, name in enumerate(names)},
        },
        terms=terms,
        rare=rare,
        extras=extras,
        guards=start.guards,
    )


def _begin(
    patterns: Patterns,
    names: Sequence[str],
    records: int,
    start: Weights,
    settings: Settings,
    equal: Mapping[str, float],
) -> _Kinds:
    chances = [start.chances.get(name) or start.chances[ANY_EXTRA] for name in names]
    one_person = _share_of_one_person(patterns.random, start.at(records))
    if one_person > settings.most_of_one:
        random = [[chance.random for chance in column] for column in chances]
    else:
        random = [_observe(patterns, place, column) for place, column in enumerate(chances)]
        for name, share in equal.items():
            random[names.index(name)] = _set_equal(random[names.index(name)], share)
    related = [[chance.related for chance in column] for column in chances]
    for place, name in enumerate(names):
        if name in PERSONAL:
            alike, siblings = _BELIEVED.get(name, _no_reason)(settings)
            related[place] = _by_chance(random[place], [one.same for one in chances[place]], alike, siblings)
    return _Kinds(
        same=[[chance.same for chance in column] for column in chances],
        related=related,
        random=random,
        pairs=(
            max(start.same_per_record * records / 2, one_person * records * (records - 1) / 2, 1.0),
            max(start.related_per_record * records / 2, 1.0),
            max(records * (records - 1) / 2, 1.0),
        ),
    )


def _share_of_one_person(random: Mapping[Levels, int], start: Weights) -> float:
    """Of the pairs drawn by chance: a file about one or two people shows no strangers to learn from."""
    alike = sum(
        count
        for levels, count in random.items()
        if not is_refused(levels) and add_up(levels[: len(FIELD_NAMES)], (0.0, 0.0), start.table) > 0
    )
    return alike / max(sum(random.values()), 1)


def _no_reason(_settings: Settings) -> tuple[float, float]:
    return 0.0, 0.0


_BELIEVED: dict[str, Callable[[Settings], tuple[float, float]]] = {
    "given": lambda settings: (settings.namesakes, settings.siblings),
    "birthday": lambda settings: (settings.twins, 0.0),
}
"""Field -> shares of related people who have one value, and who have like ones, for a reason."""


def _by_chance(random: Column, same: Column, alike: float, siblings: float) -> Column:
    """The levels of strangers, but for a share that has one value, with the slips of one person, and one of like values."""
    column = [chance * (1 - alike - siblings) + alike * one for chance, one in zip(random, same, strict=True)]
    column[PART] += siblings
    return column


def _observe(patterns: Patterns, place: int, start: tuple[Chances, ...]) -> Column:
    """What strangers have in common; within an equal postcode as seen among neighbours of other names."""
    counts: Counter[int] = Counter()
    for levels, count in patterns.random.items():
        if levels[place] < IMPLIED:
            counts[levels[place]] += count
    for levels, count in patterns.neighbours.items():
        if levels[place] >= IMPLIED and _are_strangers(levels):
            counts[levels[place]] += count
    return _normalise(counts, [chance.random for chance in start], belief=1.0)


def _are_strangers(levels: Levels) -> bool:
    return levels[_GIVEN] <= DIFFERS and levels[_SURNAME] == DIFFERS and levels[_STREET] != EQUAL


def _count_equal(profiles: Sequence[Profile], start: Weights, settings: Settings) -> dict[str, float]:
    """Field -> share of all pairs with equal values, counted: too rare to be seen in a sample.

    Not for places, whose levels are told apart by whether a postcode is equal.
    """
    shares = {}
    for name in TERM_FIELDS:
        counts = Counter(value for profile in profiles if (value := getattr(profile, name)))
        total = counts.total()
        if total > 1 and name not in ("place", "region"):
            pairs = sum(count * (count - 1) for count in counts.values())
            believed = start.chances[name][EQUAL].random
            share = (pairs + settings.population * believed) / (total * (total - 1) + settings.population)
            shares[name] = max(share, _SMALLEST)
    return shares


def _set_equal(column: Column, share: float) -> Column:
    rest = (1 - share) / max(1 - column[EQUAL], _SMALLEST)
    return [
        share if level == EQUAL else max(min(chance * rest, 1.0), _SMALLEST)
        for level, chance in enumerate(column)
    ]


def _normalise(counts: Mapping[int, float], start: Sequence[float], belief: float) -> Column:
    column = [1.0] * (2 * IMPLIED)
    for group in _GROUPS:
        believed = sum(start[level] for level in group)
        total = sum(counts.get(level, 0) for level in group) + belief
        for level in group:
            share = (counts.get(level, 0) + belief * start[level] / believed) / total
            column[level] = max(share, _SMALLEST)
    return column


def _cap_wrong(column: Column, most: float) -> Column:
    """The same chances with no more of `differs`: what is above is shared out among the levels that agree."""
    wrong = column[DIFFERS]
    if wrong <= most:
        return column
    scale = (1 - most) / max(1 - wrong, _SMALLEST)
    return [
        most if level == DIFFERS else chance * scale if level in _GROUPS[0] else chance
        for level, chance in enumerate(column)
    ]


def _step(
    kinds: _Kinds, first: _Kinds, patterns: Patterns, names: Sequence[str], settings: Settings
) -> _Kinds:
    """One round: which kind each pattern is likely to be, then the chances that this makes."""
    believed = min(first.same[_BIRTHDAY][DIFFERS], settings.most_wrong)
    most_wrong = settings.most_wrong, believed
    same, related, _ = share_out(patterns.candidates, kinds[:3], kinds.pairs, len(names), most_wrong)
    pairs = (max(same.total, 1.0), _count_related(same, related, settings), kinds.pairs[2])
    fresh_same = [
        _normalise(same.counts[place], first.same[place], settings.belief) for place in range(len(names))
    ]
    for place in TELLING:
        fresh_same[place] = _cap_wrong(fresh_same[place], settings.most_wrong)
    fresh_related = [
        _relearn(kinds, place, name, related, settings, fresh_same[place])
        if name in PERSONAL
        else _normalise(related.counts[place], first.related[place], settings.belief)
        for place, name in enumerate(names)
    ]
    rate = pairs[0] / pairs[2]
    random = [_without_same(first.random[place], fresh_same[place], rate) for place in range(len(names))]
    return _Kinds(fresh_same, fresh_related, random, pairs)


def _relearn(
    kinds: _Kinds, place: int, name: str, related: Shared, settings: Settings, same: Column
) -> Column:
    """Given names and birthdays of relations: namesakes and siblings show where birthdays tell them apart, twins
    where given names do."""
    if name not in _BELIEVED:
        return kinds.related[place]
    random, believed = kinds.random[place], settings.relation_belief
    counts = related.told_given if name == "given" else related.told_birthday
    total = sum(counts.values())
    first_alike, first_siblings = _BELIEVED[name](settings)
    equal = max(counts.get(EQUAL, 0.0) - total * random[EQUAL], 0.0) / max(same[EQUAL], random[EQUAL])
    alike = min((equal + believed * first_alike) / (total + believed), _MOST_ALIKE)
    like = max(counts.get(PART, 0.0) - total * (random[PART] + alike * same[PART]), 0.0)
    siblings = (like + believed * first_siblings) / (total + believed) if first_siblings else 0.0
    return _by_chance(random, same, alike, min(siblings, 1 - alike))


def _count_related(same: Shared, related: Shared, settings: Settings) -> float:
    """Relations are counted where something personal besides the name tells them from a person with a wrong name."""
    believed = settings.relation_belief
    ratio = (related.told + believed * settings.relations) / (same.told + believed)
    return max(ratio * same.total, _SMALLEST)


def _without_same(observed: Column, same: Column, rate: float) -> Column:
    """The chances of strangers: random pairs hold a few of one person, which would make rare values look common."""
    column = list(observed)
    for level in _GROUPS[0]:
        column[level] = max(observed[level] - rate * same[level], observed[level] / 100, _SMALLEST)
    return column


def _settle(kinds: _Kinds, place: int) -> tuple[Chances, ...]:
    chances = [
        Chances(*shares)
        for shares in zip(kinds.same[place], kinds.related[place], kinds.random[place], strict=True)
    ]
    for group in _GROUPS:
        _make_monotone(chances, group)
    return tuple(chances)


def _make_monotone(chances: list[Chances], group: Sequence[int]) -> None:
    """A closer level never counts less: neighbours that would be in the wrong order share one weight."""
    pools: list[list[int]] = []
    for level in group:
        pools.append([level])
        while len(pools) > 1 and _ratio(chances, pools[-2]) > _ratio(chances, pools[-1]):
            last = pools.pop()
            pools[-1] += last
    for pool in pools:
        ratio = _ratio(chances, pool)
        related = sum(chances[level].related for level in pool) / sum(chances[level].random for level in pool)
        for level in pool if len(pool) > 1 else ():
            # Both, so that what a level says of a person against a relation stays what was seen.
            random = chances[level].random
            chances[level] = Chances(random * ratio, random * related, random)


def _ratio(chances: Sequence[Chances], pool: Sequence[int]) -> float:
    return sum(chances[level].same for level in pool) / sum(chances[level].random for level in pool)


def _count_terms(
    profiles: Sequence[Profile], same_per_record: float, settings: Settings
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Field -> value -> share for the commonest values; field -> share of one of the others.

    A value's own share is that of other people: the other records of the one who has it do not make it common.
    """
    terms: dict[str, dict[str, float]] = {}
    rare: dict[str, float] = {}
    for name in TERM_FIELDS:
        counts = Counter(value for profile in profiles if (value := getattr(profile, name)))
        if not counts:
            continue
        total = counts.total() + settings.population
        others = {value: count - 1 - same_per_record for value, count in counts.items()}
        common = sorted(others.items(), key=lambda item: (-item[1], item[0]))[: settings.most_terms]
        terms[name] = {value: count / total for value, count in common if count > 1}
        rare[name] = 1 / total
    return terms, rare


def for_everybody(weights: Weights, *, least: int = 5) -> Weights:
    """The weights without values that may belong to one person: they can be shipped or shown."""
    shares = {
        name: {value: share for value, share in terms.items() if share * weights.records >= least}
        for name, terms in weights.terms.items()
        if name not in _OWN
    }
    return replace(weights, terms=shares, rare={name: weights.rare[name] for name in shares})
