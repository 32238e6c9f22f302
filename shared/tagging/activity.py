"""Activity: how often there was contact in either direction lately (R10)."""

from datetime import date
from typing import NamedTuple

from shared.model.tags import Activity, Reason
from shared.policy.schema import ActivityBands
from shared.tagging.windows import Past, held, iso, newest_leaves_on, start_of


class ActivityFacts(NamedTuple):
    activity: Activity
    interactions: int


def judge_activity(past: Past, bands: ActivityBands, day: date) -> ActivityFacts:
    """The activity on a local day, of all that had happened by then."""
    interactions = held(past.contacts, start_of(past, day, bands.months))
    if interactions >= bands.high_min:
        return ActivityFacts(Activity.HIGH, interactions)
    if interactions >= bands.medium_min:
        return ActivityFacts(Activity.MEDIUM, interactions)
    return ActivityFacts(Activity.LOW, interactions)


def day_of_activity_change(past: Past, bands: ActivityBands, facts: ActivityFacts) -> date | None:
    """The day on which the last of the contacts that the band needs leaves the window; None: never."""
    if facts.activity is Activity.LOW:
        return None
    at_least = bands.high_min if facts.activity is Activity.HIGH else bands.medium_min
    return newest_leaves_on(past, past.contacts, bands.months, nth=at_least)


def explain_activity(facts: ActivityFacts, past: Past, bands: ActivityBands) -> Reason:
    """The reason; its margin says what is missing to the band above, and when the band is lost."""
    return Reason(
        tag="activity",
        value=facts.activity,
        rule="R10",
        code=facts.activity,
        inputs={"interactions": facts.interactions},
        threshold={"months": bands.months, "high_min": bands.high_min, "medium_min": bands.medium_min},
        margin=_upward(facts, bands) | _downward(facts, past, bands),
    )


def _upward(facts: ActivityFacts, bands: ActivityBands) -> dict[str, int | str | None]:
    if facts.activity is Activity.HIGH:
        return {"to": None}
    above, at_least = (
        (Activity.HIGH, bands.high_min)
        if facts.activity is Activity.MEDIUM
        else (Activity.MEDIUM, bands.medium_min)
    )
    return {"to": above, "missing_interactions": at_least - facts.interactions}


def _downward(facts: ActivityFacts, past: Past, bands: ActivityBands) -> dict[str, int | str | None]:
    if facts.activity is Activity.LOW:
        return {}
    below = Activity.MEDIUM if facts.activity is Activity.HIGH else Activity.LOW
    return {"lost_to": below, "lost_on": iso(day_of_activity_change(past, bands, facts))}
