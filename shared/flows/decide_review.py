"""Decides what a review of one customer says: golden record, consents, tags, plan. Pure: reads and writes are elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from shared.care.care_day import care_day
from shared.care.fold_facts import fold_facts
from shared.care.hours import address_zone
from shared.care.playbooks import standing_ids
from shared.care.state import CareDay, CareState, Reach
from shared.cleaning.regions import region_of_province
from shared.flows.judge_days import Judged, judge_days
from shared.flows.stage_since import stage_since
from shared.matching.golden import Golden, fold_consents, fold_golden
from shared.matching.keys import address_hashes, identity_keys, keyed_hash
from shared.matching.refusals import Refusals, refused_at
from shared.model.contact import Channel, Decision
from shared.model.history import History
from shared.model.instants import local_day, to_iso
from shared.model.source import CustomerProfile, SourceRecord, Standing
from shared.model.tags import Mark, Reason, TagReview
from shared.policy.schema import Policy
from shared.ports import Item
from shared.store.customers import LATEST_DUE, PlanMemory, TagState, consent_attributes
from shared.store.suppressions import suppressed_in, suppression_keys
from shared.tagging.review import Change, changes, changes_of
from shared.tagging.traits import (
    DO_NOT_CONTACT,
    PERSONALISATION_OFF,
    Background,
    standing_marks,
)

MADE_KEPT = 60
"""Contact ids a customer remembers in any case: more than a plan makes until the same occasion cannot come again."""
HOLDOUT_SHARES = 100
_DONE = frozenset({Decision.ALREADY_MADE, Decision.MERGED})


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
    marks: tuple[Mark, ...] = ()
    """What people said of the customer."""
    refused: Refusals = field(default_factory=dict)
    """What deleted source records refused, at the customer's addresses and maybe others."""
    suppressed: frozenset[tuple[str, str]] = frozenset()
    """(channel, address hash): addresses that nothing goes to, the customer's and maybe others."""


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
    state: CareState | None = None
    """What the plan was made from."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the members say of who a customer is: the same at every instant, until a member says something else."""

    golden: Golden
    consents: dict[str, str]
    """use -> `granted` or `withdrawn`."""
    objections: frozenset[str]
    places: tuple[str, ...]
    """The addresses in use as identity keys, such as `email#5f0c...`."""
    projection: Item
    """The consents as the sending transaction checks them."""
    reach: Reach
    background: Background


def draw_portrait(read: Known, policy: Policy, key: bytes) -> Portrait:
    """The members folded, but for their histories."""
    golden = fold_golden(read.members, policy.matching.source_trust, policy.matching.survivorship)
    hashes = address_hashes(golden.fields, key)
    places = identity_keys(golden.fields, key)
    refused = refused_at(read.refused, places)
    standings, objections = fold_consents(read.members, hashes, refused)
    return Portrait(
        golden=golden,
        consents={use: _care_word(standing) for use, standing in standings.items()},
        objections=objections,
        places=places,
        projection=consent_attributes(standings, hashes),
        reach=_reach(golden.fields, policy),
        background=background_of(golden.fields, read.profile.review, read.marks),
    )


def decide_review(
    read: Known,
    learned: Learned,
    policy: Policy,
    key: bytes,
    now: datetime,
    *,
    may_plan: bool,
    provisional: bool = False,
    portrait: Portrait | None = None,
    judged: Judged | None = None,
) -> Decided:
    """What to store of a customer as of `now`; `provisional` as `care_day` takes it.

    `portrait`: where it was drawn before, by the same policy, and no member has said anything else since; `judged`:
    where the days were judged before, by the same policy, at this very instant.
    """
    drawn = portrait or draw_portrait(read, policy, key)
    told = judged or judge_days(read.members, drawn.background, policy, now)
    view = _view(read.tags, told, policy, now)
    care, state, memory = None, None, read.memory
    if may_plan:
        state = _care_state(read, learned, drawn, view, policy, key, now)
        care = care_day(state, policy, now, provisional=provisional)
        memory = _remember(read.memory, state, care, policy, now)
    return Decided(
        golden=drawn.golden,
        consent=drawn.projection,
        tags=_next_tags(read.tags, view, care, policy, now),
        memory=memory,
        care=care,
        state=state,
    )


@dataclass(frozen=True, slots=True)
class _View:
    """What is thought of a customer at an instant."""

    history: History
    review: TagReview
    traits: tuple[Reason, ...]
    trait_change_at: datetime | None
    changes: tuple[dict[str, Any], ...]
    """Those of now last."""


def _view(before: TagState, judged: Judged, policy: Policy, now: datetime) -> _View:
    history, review, traits = judged.history, judged.review, judged.traits
    found = [*changes(before.tags, review.tags, now), *_trait_changes(before, traits, now)]
    told = [{**change._asdict(), "at": to_iso(now), "policy_version": policy.version} for change in found]
    kept = (*before.changes, *told)[-policy.history.keep_changes :]
    return _View(history, review, traits, judged.trait_change_at, kept)


def _reach(fields: Mapping[str, str], policy: Policy) -> Reach:
    return Reach(
        email="email" in fields,
        sms="phone" in fields,
        phone="phone" in fields,
        country=fields.get("country"),
        zone=address_zone(fields.get("country"), fields.get("province")),
        language=fields.get("language") or _guess_language(fields, policy),
        province=fields.get("province"),
    )


def _care_state(
    read: Known,
    learned: Learned,
    drawn: Portrait,
    view: _View,
    policy: Policy,
    key: bytes,
    now: datetime,
) -> CareState:
    history, review, fields = view.history, view.review, drawn.golden.fields
    stage = next((trait.value for trait in view.traits if trait.tag == "stage"), None)
    marks = {mark.name for mark in standing_marks(read.marks, now)}
    today = local_day(now, policy.tenant.tz)
    return CareState(
        tenant_id=policy.tenant.id,
        customer_id=read.profile.customer_id,
        aliases=read.profile.aliases,
        level=review.tags.level,
        risk=review.tags.risk,
        reach=drawn.reach,
        consents=drawn.consents,
        objections=drawn.objections,
        do_not_contact=DO_NOT_CONTACT in marks,
        personalisation_off=PERSONALISATION_OFF in marks,
        last_interaction_on=max((day.on for day in history.days if day.interactions), default=None),
        ledger=read.memory.ledger,
        made=frozenset(read.memory.made) | learned.made,
        counted=read.memory.counted,
        first_import_open=learned.room_is_open,
        spread_by=min(read.profile.members),
        facts=fold_facts(fact for one in read.members if not one.deleted for fact in one.facts),
        birthday_on=_day(fields.get("birthday_on")),
        lunar_birthday=fields.get("lunar_birthday"),
        first_order_on=history.first_order_on,
        last_order_on=max((day.on for day in history.days if day.orders), default=None),
        stage=stage,
        stage_since_on=stage_since(stage, view.changes, history, policy, today),
        suppressed=_suppressed(read, drawn),
        holdout_share=_holdout_share(read.profile, policy, key),
    )


def _suppressed(read: Known, drawn: Portrait) -> frozenset[Channel]:
    """The channels on which nothing goes to the address in use."""
    stands = suppressed_in(suppression_keys(drawn.places)) & read.suppressed
    return frozenset(Channel(channel) for channel, _ in stands)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _holdout_share(profile: CustomerProfile, policy: Policy, key: bytes) -> int | None:
    """By the id that survives every merge, so that nobody who is held out is let in by what they do."""
    if not policy.holdout.percent:
        return None
    return int(keyed_hash("holdout", profile.customer_id, key)[:12], 16) % HOLDOUT_SHARES


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


def background_of(fields: Mapping[str, str], review: Sequence[str], marks: Sequence[Mark]) -> Background:
    """What traits are judged by beside the history."""
    province = fields.get("province")
    return Background(fields, region_of_province(province) if province else None, review, marks)


def _next_tags(
    before: TagState,
    view: _View,
    care: CareDay | None,
    policy: Policy,
    now: datetime,
) -> TagState:
    """The tags to store. Without a plan the customer stays due: the next sweep plans."""
    review, trait_at = view.review, view.trait_change_at
    times = [at for at in (review.next_change_at, trait_at, care.next_due_at) if at] if care else [now]
    return TagState(
        ver=before.ver + 1,
        tags=review.tags,
        traits=view.traits,
        policy_version=policy.version,
        evaluated_at=now,
        next_change_at=review.next_change_at,
        # Never in the past: the sweep does not come back to days that were empty.
        due_at=max(min([*times, now + LATEST_DUE]), now),
        changes=view.changes,
    )


def _trait_changes(before: TagState, traits: Sequence[Reason], now: datetime) -> tuple[Change, ...]:
    """What a customer is like at first sight is no change."""
    return changes_of(before.traits, traits, now) if before.traits else ()


def _remember(
    memory: PlanMemory, state: CareState, care: CareDay, policy: Policy, now: datetime
) -> PlanMemory:
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
    return PlanMemory(care.ledger, _made(memory, state, care, policy, now), counted)


def _made(
    memory: PlanMemory, state: CareState, care: CareDay, policy: Policy, now: datetime
) -> tuple[str, ...]:
    """What was made, or carried by another: the newest ids, and every one that a playbook could ask for again."""
    done = [one.contact_id for one in care.candidates if one.decision in _DONE or one.decision.makes_contact]
    ids = tuple(dict.fromkeys((*memory.made, *sorted(state.made - {*memory.made}), *done)))
    if len(ids) <= MADE_KEPT:
        return ids
    standing = standing_ids(state, policy, now)
    return (*(one for one in ids[:-MADE_KEPT] if one in standing), *ids[-MADE_KEPT:])
