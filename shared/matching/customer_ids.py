"""Which of the ids that were ever given each group of source records goes by.

An id claims the records it stood for. It goes where most of them are; the oldest id of a group is the customer's,
the others are aliases. So an id that was merged away comes back when its records part again.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from shared.model.source import CustomerProfile


class Claim(NamedTuple):
    customer_id: str
    founded_at: datetime
    records: frozenset[str]
    home: str
    """The customer that it is an alias of, or itself."""


class Named(NamedTuple):
    """A group with its ids, the oldest first; none: it has to be given one."""

    ids: tuple[str, ...]
    members: frozenset[str]


def claims_of(profile: CustomerProfile, aliases: Mapping[str, CustomerProfile]) -> list[Claim]:
    """The claims of a customer and of its aliases (those that were read; the others go with the customer)."""
    known = [aliases[one] for one in profile.aliases if one in aliases]
    claims = [_claim(profile, profile.members, profile.customer_id, known)]
    return claims + [_claim(one, one.held, profile.customer_id, known) for one in known]


def _claim(
    profile: CustomerProfile, records: Iterable[str], home: str, aliases: Iterable[CustomerProfile]
) -> Claim:
    """What is left to an id of its records when those are taken out that others brought to it."""
    had = frozenset(records)
    brought = [one for one in aliases if one.alias_of == profile.customer_id]
    held = {record_id for one in brought for record_id in one.held}
    beside = {record_id for one in brought for record_id in one.beside}
    own = (had & beside) - held or had - held or had
    return Claim(profile.customer_id, profile.founded_at, own, home)


def name_groups(
    groups: Iterable[frozenset[str]],
    claims: Iterable[Claim],
    *,
    living: Collection[str],
    founds: Callable[[str, str], bool],
) -> tuple[Named, ...]:
    """Every group with the ids that are its own. `founds(record id, customer id)`: the id was made of that record.

    Records that still say something weigh more than deleted ones; where two groups weigh the same, the founding
    record decides.
    """
    taken: dict[frozenset[str], list[Claim]] = {group: [] for group in groups}
    place_of: dict[str, frozenset[str]] = {}
    # Customers before their aliases: an alias without records of its own goes with its customer.
    for claim in sorted(
        claims, key=lambda one: (one.customer_id != one.home, one.founded_at, one.customer_id)
    ):
        group = _strongest(taken, claim, living, founds) or place_of.get(claim.home)
        if group is not None:
            place_of[claim.customer_id] = group
            taken[group].append(claim)
    return tuple(
        Named(tuple(one.customer_id for one in sorted(own, key=lambda one: one[1::-1])), group)
        for group, own in sorted(taken.items(), key=lambda entry: min(entry[0]))
    )


def _strongest(
    groups: Iterable[frozenset[str]],
    claim: Claim,
    living: Collection[str],
    founds: Callable[[str, str], bool],
) -> frozenset[str] | None:
    claimed = [group for group in groups if group & claim.records]

    def weigh(group: frozenset[str]) -> tuple[int, int, bool]:
        common = group & claim.records
        return (
            sum(record_id in living for record_id in common),
            len(common),
            any(founds(record_id, claim.customer_id) for record_id in common),
        )

    return max(sorted(claimed, key=min), key=weigh) if claimed else None
