"""Pairs that need no comparison: a glance at what is narrow shows that no score of theirs can ask for a person."""

from collections.abc import Callable, Sequence

from shared.matching.compare import DIFFERS, FIELDS, Compare
from shared.matching.profile import PACKED_AT, Profile
from shared.matching.weights import Guards

_NARROW = ("birthday", "identity", "phone", "email", "number", "postcode")
_AT = tuple((name, PACKED_AT[name], FIELDS[name]) for name in _NARROW)
SHIPPED = Guards()
_BUILDING_AT = PACKED_AT["building"]


def make_rule_out(
    own: Profile, review_bits: float, guards: Guards = SHIPPED
) -> Callable[[Sequence[str]], bool]:
    """Says of a packed profile whether its score against `own` is below `review_bits`, whatever else they share.

    The guards `name_only` and those before it hold a pair below, of which something narrow differs and nothing
    narrow agrees. A second line of the address may be the street of the other: then only a comparison knows.
    """
    if review_bits <= guards.unsure - 1 or own.building or own.extras:
        return lambda packed: False
    stated = [(at, value, compare) for name, at, compare in _AT if (value := getattr(own, name))]
    return lambda packed: _differs(stated, packed)


def _differs(stated: Sequence[tuple[int, str, Compare]], packed: Sequence[str]) -> bool:
    size, is_any = len(packed), False
    if size > _BUILDING_AT and packed[_BUILDING_AT]:
        return False
    for at, value, compare in stated:
        if at < size and (other := packed[at]):
            if value == other or compare(value, other) != DIFFERS:
                return False
            is_any = True
    return is_any
