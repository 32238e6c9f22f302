"""One round of learning: which kind each pattern of agreement is likely to be, and what that makes of each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log

from shared.matching.compare import CLOSE, DIFFERS, FIELD_NAMES
from shared.matching.guards import is_refused

Levels = tuple[int, ...]
_GIVEN, _BIRTHDAY, _IDENTITY = (FIELD_NAMES.index(name) for name in ("given", "birthday", "identity"))
TELLING = (_BIRTHDAY, _IDENTITY)
"""What tells relations from a person with a wrong name."""
_NEVER = -1e9


@dataclass
class Shared:
    """The pairs of one kind: how many, and their levels by field."""

    counts: list[dict[int, float]]
    total: float = 0.0
    told: float = 0.0
    """Of these, where both state a birthday or an identity number."""
    told_given: dict[int, float] = field(default_factory=dict)
    """The levels of the given names of those."""
    told_birthday: dict[int, float] = field(default_factory=dict)
    """The levels of the birthdays of pairs whose given names have nothing in common."""

    def take(self, other: "Shared", share: float) -> None:
        """Adds so much of the other; less than nothing takes away."""
        self.total += share * other.total
        self.told += share * other.told
        columns = [*zip(self.counts, other.counts, strict=True)]
        columns += [(self.told_given, other.told_given), (self.told_birthday, other.told_birthday)]
        for column, added in columns:
            for level, count in added.items():
                column[level] = column.get(level, 0.0) + share * count

    def add(self, levels: Levels, weight: float) -> None:
        self.total += weight
        if any(levels[place] for place in TELLING):
            self.told += weight
            self.told_given[levels[_GIVEN]] = self.told_given.get(levels[_GIVEN], 0.0) + weight
        if levels[_GIVEN] == DIFFERS and (level := levels[_BIRTHDAY]):
            self.told_birthday[level] = self.told_birthday.get(level, 0.0) + weight
        for place, level in enumerate(levels):
            if level:
                column = self.counts[place]
                column[level] = column.get(level, 0.0) + weight


def share_out(
    patterns: Mapping[Levels, int],
    kinds: Sequence[Sequence[Sequence[float]]],
    pairs: Sequence[float],
    size: int,
    most_wrong: tuple[float, float],
) -> tuple[Shared, ...]:
    """The pairs of each kind. `kinds`: chances by field and level; `pairs`: how many there are of each.

    Where more than the first of `most_wrong` of the dated pairs of one person would have birthdays with nothing in
    common, the file holds fathers and sons of one name: above the second share, such pairs are relations.
    """
    logs = [[[log(chance) for chance in column] for column in kind] for kind in kinds]
    priors = [log(count) for count in pairs]
    shared = tuple(Shared([{} for _ in range(size)]) for _ in kinds)
    wrong = Shared([{} for _ in range(size)])
    for levels, count in patterns.items():
        odds = [
            prior + sum(chances[place][level] for place, level in enumerate(levels) if level)
            for prior, chances in zip(priors, logs, strict=True)
        ]
        if is_refused(levels):
            # What a guard calls two people teaches nothing about one: colleagues on a switchboard outnumber repeats.
            odds[0] = _NEVER
        top = max(odds)
        likely = [exp(value - top) for value in odds]
        scale = count / sum(likely)
        for kind, share in zip(shared, likely, strict=True):
            kind.add(levels, share * scale)
        if levels[_BIRTHDAY] == DIFFERS and levels[_IDENTITY] < CLOSE:
            wrong.add(levels, likely[0] * scale)
    _give_back(shared, wrong, most_wrong)
    return shared


def _give_back(shared: Sequence[Shared], wrong: Shared, most_wrong: tuple[float, float]) -> None:
    same, related, *_ = shared
    dated = sum(same.counts[_BIRTHDAY].values())
    most, believed = most_wrong
    if wrong.total > most * dated:
        excess = 1 - believed / (1 - believed) * (dated - wrong.total) / wrong.total
        same.take(wrong, -excess)
        related.take(wrong, excess)
