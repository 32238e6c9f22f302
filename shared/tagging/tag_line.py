"""The tags of one customer told as plain JSON: what `guanxi tag` answers to a line (R10, R12..R23)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.model.history import History
from shared.model.tags import Reason, TagReview, Tags
from shared.policy.schema import Policy
from shared.tagging.fold import add_events
from shared.tagging.review import review_tags, tag
from shared.tagging.told import Told

# What a high risk that is only latched was given for: silence and decline since the last event (R20).
_SAME_TO_A_READER = {"latched": "silent_and_down"}


def tag_told(told: Told, policy: Policy, at: datetime, *, is_explained: bool = False) -> dict[str, object]:
    """The answer to one customer: tags, reason codes, flags, and when time alone changes any of these.

    Events at `at` or later do not exist yet, neither for the tags nor for what changes next (R22).
    """
    known = (event for event in told.events if event.at < at)
    history = add_events(History(first_cooperation_on=told.first_cooperation_on), known, at, policy.tenant.tz)
    review = review_tags(history, policy, at)
    answer: dict[str, object] = {
        "customer_id": told.customer_id,
        **_shown(review.tags),
        "next_change_at": _to_text(_next_shown_change(history, policy, review)),
    }
    return answer | {"explained": list(map(_plain, review.tags.reasons))} if is_explained else answer


def _next_shown_change(history: History, policy: Policy, review: TagReview) -> datetime | None:
    """The first instant at which time alone changes what an answer shows; None: never.

    Between two of the changes that the system stores an answer may stay: a latch that follows silence and decline.
    """
    shown = _shown(review.tags)
    while review.next_change_at is not None:
        if _shown(tag(history, policy, review.next_change_at)) != shown:
            break
        review = review_tags(history, policy, review.next_change_at)
    return review.next_change_at


def _shown(tags: Tags) -> dict[str, Any]:
    return {
        "level": tags.level.value,
        "risk": tags.risk.value,
        "activity": tags.activity.value,
        "reasons": list(_codes(tags)),
        "flags": list(tags.flags),
    }


def _codes(tags: Tags) -> Iterator[str]:
    """Why level and risk are what they are, where the value alone does not say it."""
    for reason in tags.reasons:
        if reason.tag in ("level", "risk") and reason.code not in (reason.value, "none"):
            yield _SAME_TO_A_READER.get(reason.code, reason.code)


def _to_text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(reason: Reason) -> Mapping[str, object]:
    return {name: getattr(reason, name) for name in Reason.__slots__}
