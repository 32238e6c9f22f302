"""When two groups of one file are two people, whatever the mean of their scores: what the records of each say together."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from shared.matching.compare import DIFFERS, PART, compare_birthday, compare_given
from shared.matching.group import keep_apart
from shared.matching.guards import are_born_apart
from shared.matching.profile import Profile
from shared.matching.readings import is_han

Units = Sequence[int]


def make_are_two(
    units: Sequence[Profile],
    counts: Sequence[int],
    foes: Iterable[tuple[int, int]],
    score: Callable[[int, int], float],
    years: float,
    link: float,
) -> Callable[[Units, Units], bool]:
    """Says of two groups of units whether they are two people.

    `counts` are the records of each unit, `foes` pairs that no third one joins, `years` those of a generation.
    """
    are_foes = keep_apart(foes)

    def are_two(ones: Units, others: Units) -> bool:
        if are_foes(ones, others) or are_joined_undated(ones, others):
            return True
        first, second = all_rows(ones), all_rows(others)
        return have_two_birthdays(first, second) or have_two_names(first, second)

    def are_joined_undated(ones: Units, others: Units) -> bool:
        """Those that are dated are a generation apart, and make two people by themselves: the undated are a bridge."""
        pairs = [(one, other) for one in dated(ones) for other in dated(others)]
        if not 0 < len(pairs) < len(ones) * len(others):
            return False
        if not all(are_born_apart(units[one], units[other], years) for one, other in pairs):
            return False
        return sum(score(one, other) for one, other in pairs) < link * len(pairs)

    def dated(group: Units) -> list[int]:
        return [unit for unit in group if units[unit].birthday]

    def all_rows(group: Units) -> list[Profile]:
        return [units[unit] for unit in group for _ in range(counts[unit])]

    return are_two


def have_two_birthdays(ones: Sequence[Profile], others: Sequence[Profile]) -> bool:
    """Each group has a birthday that two of its records state, and the two are far apart: father and son.

    One wrong birthday is a slip; the same wrong one twice is not.
    """
    days, other_days = _confirmed_days(ones), _confirmed_days(others)
    return (
        bool(days and other_days)
        and all(compare_birthday(day, other) == DIFFERS for day in days for other in other_days)
        and not any(_values(ones, kind) & _values(others, kind) for kind in ("identity", "email"))
    )


def have_two_names(ones: Sequence[Profile], others: Sequence[Profile]) -> bool:
    """Each group has a Chinese given name that two of its records state, and the two are alike: siblings (志军, 志明).

    One wrong character is a slip; the same wrong one twice is not.
    """
    names, other_names = _confirmed_names(ones), _confirmed_names(others)
    return bool(names and other_names) and all(
        is_han(name) and is_han(other) and compare_given(name, other) <= PART
        for name in names
        for other in other_names
    )


def _confirmed_names(profiles: Sequence[Profile]) -> set[str]:
    counts = Counter(profile.given for profile in profiles if profile.given)
    return {name for name, count in counts.items() if count > 1}


def _confirmed_days(profiles: Sequence[Profile]) -> set[str]:
    counts = Counter(profile.birthday for profile in profiles if profile.birthday)
    return {day for day, count in counts.items() if count > 1}


def _values(profiles: Sequence[Profile], kind: str) -> set[str]:
    return {value for profile in profiles for value in getattr(profile, kind).split(" ") if value}
