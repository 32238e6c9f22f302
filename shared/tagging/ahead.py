"""What time alone will make of a customer: all that changes next, and the first change of each tag (R23)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from shared.model.history import History
from shared.model.tags import Tags
from shared.policy.schema import Policy
from shared.tagging.review import Change, changes, review_tags

_TAGS = frozenset({"level", "risk", "activity"})
# Each day leaves each window once; the story of a customer of many days is not told to its end.
_MOST_STEPS = 200


class Ahead(NamedTuple):
    """Seen from an instant, if nothing more happens."""

    next: tuple[Change, ...]
    """What differs at the next instant at which anything does; where only the reason differs, old and new are equal."""
    first: tuple[Change, ...]
    """The first change of level, risk and activity each, those that change at all."""


def look_ahead(history: History, policy: Policy, at: datetime) -> Ahead:
    """What happens to a customer of whom nothing more is heard."""
    steps = list(islice(_steps(history, policy, at), _MOST_STEPS))
    first: dict[str, Change] = {}
    for change in (change for step in steps for change in step):
        if change.tag in _TAGS and change.old != change.new:
            first.setdefault(change.tag, change)
    return Ahead(steps[0] if steps else (), tuple(first.values()))


def _steps(history: History, policy: Policy, at: datetime) -> Iterator[tuple[Change, ...]]:
    review = review_tags(history, policy, at)
    while review.next_change_at is not None:
        later = review_tags(history, policy, review.next_change_at)
        yield (
            *changes(review.tags, later.tags, later.evaluated_at),
            *_new_reasons(review.tags, later.tags, later.evaluated_at),
        )
        review = later


def _new_reasons(before: Tags, after: Tags, at: datetime) -> Iterator[Change]:
    old = {reason.tag: reason for reason in before.reasons}
    for reason in after.reasons:
        was = old.get(reason.tag)
        if was is not None and was.value == reason.value and was.code != reason.code:
            yield Change(reason.tag, reason.value, reason.value, reason.rule, reason.code, at)
