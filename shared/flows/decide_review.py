"""Decides what a review of one customer says: golden record, consents, tags, plan. Pure: reads and writes are elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.care.care_day import care_day
from shared.care.hours import address_zone
from shared.care.state import CareDay, CareState, Reach
from shared.matching.golden import Golden, fold_consents, fold_golden
from shared.matching.keys import address_hashes
from shared.model.history import History
from shared.model.instants import local_day, to_iso
from shared.model.source import CustomerProfile, SourceRecord, Standing
from shared.model.tags import TagReview
from shared.policy.schema import Policy
from shared.ports import Item
from shared.store.customers import PlanMemory, TagState, consent_attributes
from shared.tagging.fold import fold_histories, settle
from shared.tagging.review import changes, review_tags

MADE_KEPT = 60
"""Contact ids a customer remembers: more than any plan makes in the longest interval."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is stored of one customer and matters for a review."""

    profile: CustomerProfile
    tags: TagState
    memory: PlanMemory
    consent: Item
    decided_today: tuple[dict[str, Any], ...]
    """What earlier runs of the day decided."""
    members: tuple[SourceRecord, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What refused writes of this review told."""

    made: frozenset[str] = frozenset()
    """Contacts that exist already."""
    room_is_open: bool = True
    """The day has room for another first contact."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a review stores."""

    golden: Golden
    consent: Item
    tags: TagState
    memory: PlanMemory
    care: CareDay | None
    """None: planning is on hold."""


def decide_review(
    read: Known, learned: Learned, policy: Policy, key: bytes, now: datetime, *, may_plan: bool
) -> Decided:
    """What to store of a customer as of `now`."""
    golden = fold_golden(read.members, policy.matching.source_trust)
    hashes = address_hashes(golden.fields, key)
    standings, objections = fold_consents(read.members, hashes)
    history = settle(fold_histories(member.history for member in read.members), now, policy.tenant.tz)
    review = review_tags(history, policy, now)
    care, memory = None, read.memory
    if may_plan:
        state = _care_state(read, learned, golden, standings, objections, history, review, policy)
        care = care_day(state, policy, now)
        memory = _remember(read.memory, care, policy, now)
    return Decided(
        golden=golden,
        consent=consent_attributes(standings, hashes),
        tags=_next_tags(read.tags, review, care, policy, now),
        memory=memory,
        care=care,
    )


def _care_state(
    read: Known,
    learned: Learned,
    golden: Golden,
    standings: Mapping[str, Standing],
    objections: frozenset[str],
    history: History,
    review: TagReview,
    policy: Policy,
) -> CareState:
    fields = golden.fields
    return CareState(
        tenant_id=policy.tenant.id,
        customer_id=read.profile.customer_id,
        aliases=read.profile.aliases,
        level=review.tags.level,
        risk=review.tags.risk,
        reach=Reach(
            email="email" in fields,
            sms="phone" in fields,
            phone="phone" in fields,
            country=fields.get("country"),
            zone=address_zone(fields.get("country"), fields.get("province")),
            language=fields.get("language") or _guess_language(fields, policy),
        ),
        consents={use: _care_word(standing) for use, standing in standings.items()},
        objections=objections,
        do_not_contact=False,
        personalisation_off=False,
        last_interaction_on=max((day.on for day in history.days if day.interactions), default=None),
        ledger=read.memory.ledger,
        made=frozenset(read.memory.made) | learned.made,
        counted=read.memory.counted,
        first_import_open=learned.room_is_open,
        spread_by=min(read.profile.members),
    )


def _care_word(standing: Standing) -> str:
    return "granted" if standing.state == "granted" else "withdrawn"


def _guess_language(fields: Mapping[str, str], policy: Policy) -> str:
    """A customer who never said: Chinese by a Chinese name or country, else English where the tenant has it."""
    name = fields.get("name", "")
    if any("㐀" <= char <= "鿿" for char in name):
        return "zh"
    if name and "en" in policy.tenant.languages:
        return "en"
    return policy.tenant.languages[0]


def _next_tags(
    before: TagState, review: TagReview, care: CareDay | None, policy: Policy, now: datetime
) -> TagState:
    """The tags to store. Without a plan the customer stays due: the next sweep plans."""
    found = [
        {**change._asdict(), "at": to_iso(now), "policy_version": policy.version}
        for change in changes(before.tags, review.tags, now)
    ]
    times = [at for at in (review.next_change_at, care.next_due_at) if at] if care else [now]
    return TagState(
        ver=before.ver + 1,
        tags=review.tags,
        policy_version=policy.version,
        evaluated_at=now,
        next_change_at=review.next_change_at,
        # Never in the past: the sweep does not come back to days that were empty.
        due_at=max(min(times), now) if times else None,
        changes=(*before.changes, *found)[-policy.history.keep_changes :],
    )


def _remember(memory: PlanMemory, care: CareDay, policy: Policy, now: datetime) -> PlanMemory:
    """What the plan made, kept with the customer; counts older than a week are over."""
    oldest = (local_day(now, policy.tenant.tz) - timedelta(days=7)).isoformat()
    counted = {
        cap: {day: n for day, n in days.items() if day >= oldest} for cap, days in memory.counted.items()
    }
    made = [candidate for candidate in care.candidates if candidate.decision.makes_contact]
    for candidate in made:
        cap = policy.classes[candidate.contact_class].cap
        if cap != "none" and candidate.cap_on is not None:
            days, day = counted.setdefault(cap, {}), candidate.cap_on.isoformat()
            days[day] = days.get(day, 0) + 1
    ids = dict.fromkeys((*memory.made, *(candidate.contact_id for candidate in made)))
    return PlanMemory(care.ledger, tuple(ids)[-MADE_KEPT:], counted)
