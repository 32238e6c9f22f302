"""Groups from pairs by mean scores: two groups join only when all their cross pairs together say so.

Transitive closure makes one person of a chain of near-duplicates; the mean over cross pairs does not.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeVar

Node = TypeVar("Node", int, str)
Pair = tuple[Node, Node]

_UNIT = 1_000_000
"""Scores are added as whole millionths of a bit: sums of floats would depend on the order of the records."""
_MOST_BITS = 30
"""What one pair counts at most in a mean, either way: one hopeless pair must not outvote ten good ones."""


def join_groups(
    nodes: Sequence[Node],
    totals: Mapping[Pair[Node], float],
    score: Callable[[Node, Node], float],
    link: float,
    *,
    together: Iterable[Pair[Node]] = (),
    apart: Collection[frozenset[Node]] = (),
    are_two: Callable[[Sequence[Node], Sequence[Node]], bool] | None = None,
) -> tuple[frozenset[Node], ...]:
    """Every node in one group, ordered by their smallest node.

    `totals` are the scores of candidate pairs (smaller node first), `score` gives that of any other pair when a
    mean needs it. `together` join first; a group never holds a pair that is `apart`. Two groups of which
    `are_two` says so stay apart whatever their mean. Ties break by node.
    """
    joining = _Joining(nodes, totals, score, round(link * _UNIT), apart, are_two)
    for one, other in sorted(together):
        joining.force(one, other)
    joining.run()
    return tuple(sorted((frozenset(group) for group in joining.members.values()), key=min))


def keep_apart(foes: Iterable[Collection[Node]]) -> Callable[[Sequence[Node], Sequence[Node]], bool]:
    """Says of two groups whether they hold a pair of these: a third who resembles both does not make them one."""
    foes_of: dict[Node, set[Node]] = {}
    for pair in foes:
        for node in pair:
            foes_of.setdefault(node, set()).update(pair)

    def are_two(ones: Sequence[Node], others: Sequence[Node]) -> bool:
        return any(node in foes_of and not foes_of[node].isdisjoint(others) for node in ones)

    return are_two


def find_torn(
    fits: Iterable[Pair[Node]], people: Iterable[frozenset[Node]], is_person: Callable[[Node], bool]
) -> set[Node]:
    """The nameless records that fit several people on one phone: nobody can say whose they are.

    `fits` are pairs of which one side is nobody but the phone that both have; `people` the groups without those pairs.
    """
    group_of = {node: min(group) for group in people for node in group}
    fitting: dict[Node, set[Node]] = {}
    for pair in fits:
        for one, other in (pair, pair[::-1]):
            if not is_person(one) and is_person(other):
                fitting.setdefault(one, set()).add(group_of[other])
    return {node for node, groups in fitting.items() if len(groups) > 1}


def find_between(
    groups: Iterable[frozenset[Node]],
    totals: Mapping[Pair[Node], float],
    link: float,
    margin: float,
) -> set[Node]:
    """The nodes that fit another group as well as their own, but for the margin: whose they are would be chance.

    The mean over the cross pairs decides, as it does in joining; pairs without a total do not fit.
    """
    group_of = {node: group for group in groups for node in group}
    sums: dict[Node, dict[frozenset[Node], tuple[int, int]]] = {}
    for (one, other), total in totals.items():
        for node, near in ((one, group_of[other]), (other, group_of[one])):
            count, added = sums.setdefault(node, {}).get(near, (0, 0))
            sums[node][near] = (count + 1, added + _clip(total))

    def mean(node: Node, group: frozenset[Node]) -> float | None:
        count, added = sums[node].get(group, (0, 0))
        size = len(group) - (node in group)
        return added / size / _UNIT if size and count == size else None

    torn = set()
    for node, beside in sums.items():
        own = mean(node, group_of[node])
        others = [
            found
            for group in beside
            if group is not group_of[node] and (found := mean(node, group)) is not None
        ]
        if own is not None and others and max(others) >= max(link, own - margin):
            torn.add(node)
    return torn


def part_from(groups: Iterable[frozenset[Node]], alone: Collection[Node]) -> tuple[frozenset[Node], ...]:
    """The same groups without these nodes, each of which is a group by itself."""
    parted = [rest for group in groups if (rest := group.difference(alone))]
    parted += [frozenset({node}) for node in alone]
    return tuple(sorted(parted, key=min))


class _Joining(dict[Node, dict[Node, int]]):
    """State of one run: group -> neighbouring group -> sum over cross pairs. A group is named by its smallest node."""

    def __init__(
        self,
        nodes: Sequence[Node],
        totals: Mapping[Pair[Node], float],
        score: Callable[[Node, Node], float],
        link: int,
        apart: Collection[frozenset[Node]],
        are_two: Callable[[Sequence[Node], Sequence[Node]], bool] | None,
    ) -> None:
        super().__init__()
        self._are_two: Callable[[Sequence[Node], Sequence[Node]], bool] | None = are_two
        self.members: dict[Node, list[Node]] = {node: [node] for node in nodes}
        self._group_of: dict[Node, Node] = {node: node for node in nodes}
        self._totals: Mapping[Pair[Node], float] = totals
        self._score: Callable[[Node, Node], float] = score
        self._link = link
        self._foes: dict[Node, set[Node]] = {}
        for pair in apart:
            one, other = sorted(pair)
            if one in self.members and other in self.members:
                self._foes.setdefault(one, set()).add(other)
                self._foes.setdefault(other, set()).add(one)
        for (one, other), total in totals.items():
            if _clip(total) >= link:
                self._meet(one, other, _clip(total))

    def _meet(self, one: Node, other: Node, total: int) -> None:
        self.setdefault(one, {})[other] = total
        self.setdefault(other, {})[one] = total

    def force(self, one: Node, other: Node) -> None:
        """Joins the groups of two nodes whatever their score, unless that puts together what is apart."""
        first, second = sorted((self._group_of[one], self._group_of[other]))
        if first != second and not self._are_foes(first, second):
            self._merge(first, second)

    def run(self) -> None:
        heap = [
            self._entry(one, other)
            for one, near in self.items()
            for other, total in near.items()
            if one < other and self._mean(one, other, total) >= self._link
        ]
        heapify(heap)
        while heap:
            mean, one, other = heappop(heap)
            if self._mean_now(one, other) != -mean or self._must_stay_apart(one, other):
                continue
            for near in self._merge(one, other):
                if self._mean(one, near, self[one][near]) >= self._link:
                    heappush(heap, self._entry(*sorted((one, near))))

    def _entry(self, one: Node, other: Node) -> tuple[float, Node, Node]:
        return (-self._mean(one, other, self[one][other]), one, other)

    def _mean(self, one: Node, other: Node, total: int) -> float:
        return total / (len(self.members[one]) * len(self.members[other]))

    def _mean_now(self, one: Node, other: Node) -> float | None:
        total = self.get(one, {}).get(other)
        return None if total is None else self._mean(one, other, total)

    def _must_stay_apart(self, one: Node, other: Node) -> bool:
        return self._are_foes(one, other) or (
            self._are_two is not None and self._are_two(self.members[one], self.members[other])
        )

    def _are_foes(self, one: Node, other: Node) -> bool:
        if not self._foes:
            return False
        return any(
            not self._foes.get(node, set()).isdisjoint(self.members[other]) for node in self.members[one]
        )

    def _merge(self, one: Node, other: Node) -> list[Node]:
        """Makes one group of two; returns its neighbours, their sums brought up to date."""
        near, far = self.get(one, {}), self.get(other, {})
        sums = {
            group: self._sum(one, group, near) + self._sum(other, group, far)
            for group in {**near, **far}
            if group not in (one, other)
        }
        for group in far:
            self[group].pop(other, None)
        self.pop(other, None)
        self[one] = {}
        for group, total in sums.items():
            self._meet(one, group, total)
        self.setdefault(one, {}).pop(other, None)
        for node in self.members[other]:
            self._group_of[node] = one
        self.members[one] = self.members[one] + self.members.pop(other)
        return list(sums)

    def _sum(self, one: Node, other: Node, known: Mapping[Node, int]) -> int:
        total = known.get(other)
        if total is not None:
            return total
        return sum(self._pair(a, b) for a in self.members[one] for b in self.members[other])

    def _pair(self, one: Node, other: Node) -> int:
        pair = (one, other) if one < other else (other, one)
        total = self._totals.get(pair)
        return _clip(self._score(*pair) if total is None else total)


def _clip(total: float) -> int:
    return round(max(-_MOST_BITS, min(_MOST_BITS, total)) * _UNIT)
