"""What the days of a customer say at an instant: tags, traits, and when time alone changes either."""

from dataclasses import dataclass
from datetime import datetime

from shared.model.history import History
from shared.model.source import SourceRecord
from shared.model.tags import Reason, TagReview
from shared.policy.schema import Policy
from shared.tagging.fold import fold_histories, settle
from shared.tagging.review import review_tags, tag
from shared.tagging.traits import Background, judge_traits, next_trait_change


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement of some source records at the instant of the review."""

    members: tuple[SourceRecord, ...]
    history: History
    review: TagReview
    traits: tuple[Reason, ...]
    trait_change_at: datetime | None
    """The first instant before the next change of a tag at which a trait differs."""

    def holds(self, members: tuple[SourceRecord, ...], at: datetime) -> bool:
        """Whether at a later instant the same members are the same, but for the numbers behind the reasons."""
        return members is self.members and all(
            change_at is None or at < change_at
            for change_at in (self.review.next_change_at, self.trait_change_at)
        )


def judge_days(
    members: tuple[SourceRecord, ...],
    background: Background,
    policy: Policy,
    at: datetime,
    earlier: Judged | None = None,
) -> Judged:
    """The judgement at an instant; `earlier`: one by the same policy and background, which saves the search for changes."""
    is_same = earlier is not None and earlier.members is members
    folded = earlier.history if earlier and is_same else fold_histories(one.history for one in members)
    history = settle(folded, at, policy.tenant.tz)
    if earlier is not None and earlier.holds(members, at):
        review = TagReview(tag(history, policy, at), at, earlier.review.next_change_at)
        traits = judge_traits(history, review.tags, background, policy, at, earlier.traits)
        return Judged(members, history, review, traits, earlier.trait_change_at)
    review = review_tags(history, policy, at)
    traits = judge_traits(history, review.tags, background, policy, at)
    trait_change_at = next_trait_change(history, review.tags, background, policy, at, review.next_change_at)
    return Judged(members, history, review, traits, trait_change_at)
