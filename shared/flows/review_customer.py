"""Reviews one customer: folds the members, gives the tags, plans the day, and stores it all in one transaction.

The version of TAGS is read first and guarded last: whatever came in meanwhile makes the review look again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from shared.care.care_day import care_day
from shared.care.hours import address_zone
from shared.care.state import Candidate, CareDay, CareState, Reach
from shared.flows.wake import parse_wake, quarantine_wake
from shared.matching.golden import Golden, fold_consents, fold_golden
from shared.matching.keys import address_hashes
from shared.model.contact import Decision
from shared.model.errors import LostRace
from shared.model.instants import local_day, to_iso
from shared.model.source import CustomerProfile, SourceRecord, Standing
from shared.model.tags import TagReview
from shared.policy.schema import Policy
from shared.ports import Cancelled, Item, Items, Refused, Write
from shared.store.cases import put_case
from shared.store.contacts import put_contact
from shared.store.control import holds_plan, read_holds, take_room
from shared.store.customers import (
    CONSENT,
    LEDGER,
    PROFILE,
    TAGS,
    PlanMemory,
    TagState,
    consent_attributes,
    customer_key,
    day_item,
    plan_memory_from_item,
    profile_from_item,
    put_consent,
    put_plan_memory,
    put_profile,
    put_tags,
    tags_from_item,
)
from shared.store.records import read_sources
from shared.tagging.fold import fold_histories
from shared.tagging.review import changes, review_tags

MADE_KEPT = 60
"""Contact ids a customer remembers: more than any plan makes in the longest interval."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    outcome: Literal["reviewed", "not_due", "unknown_customer", "malformed"]
    customer_id: str
    changed_tags: tuple[str, ...] = ()
    planned: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """All that is stored of one customer and matters for a review."""

    profile: CustomerProfile
    tags: TagState
    memory: PlanMemory
    consent: Item
    members: tuple[SourceRecord, ...]


@dataclass(frozen=True, slots=True)
class _Decided:
    golden: Golden
    consent: Item
    tags: TagState
    memory: PlanMemory
    care: CareDay | None
    """None: planning is on hold."""


def may_plan_now(items: Items) -> bool:
    """Whether the plan is not on hold."""
    return not holds_plan(read_holds(items))


def review_message(
    body: str, *, items: Items, policy: Policy, key: bytes, now: datetime, may_plan: bool
) -> Reviewed:
    """What came of one wake-up. A malformed one is quarantined, not retried; raises only RetryError."""
    customer_id = parse_wake(body, "customer_id")
    if customer_id is None:
        quarantine_wake(body, items=items, at=now)
        return Reviewed("malformed", "")
    return review_customer(customer_id, items=items, policy=policy, key=key, now=now, may_plan=may_plan)


def review_customer(
    customer_id: str,
    *,
    items: Items,
    policy: Policy,
    key: bytes,
    now: datetime,
    may_plan: bool,
) -> Reviewed:
    """What a review found. Raises only RetryError. Reviewing a customer who is not due costs one read."""
    made_elsewhere: frozenset[str] = frozenset()
    room_is_open = True
    for _ in range(policy.matching.retries):
        read = _read(items, customer_id)
        if read is None:
            return Reviewed("unknown_customer", customer_id)
        if read.tags.due_at is None or read.tags.due_at > now:
            return Reviewed("not_due", read.profile.customer_id)
        decided = _decide(
            read, policy, key, now, may_plan=may_plan, made=made_elsewhere, room_is_open=room_is_open
        )
        writes = _writes(read, decided, policy, now)
        done = items.transact([write for write, _ in writes])
        if not isinstance(done, Cancelled):
            return _report(read, decided)
        refused = _refused(writes, done)
        made_elsewhere |= {name for kind, name in refused if kind == "contact"}
        room_is_open = room_is_open and ("room", "") not in refused
    raise LostRace("the customer kept changing")


# --- read ----------------------------------------------------------------------------------------------------


def _read(items: Items, customer_id: str) -> _Read | None:
    kept = _read_kept(items, customer_id)
    while PROFILE in kept and "alias_of" in kept[PROFILE]:
        kept = _read_kept(items, str(kept[PROFILE]["alias_of"]))
    if PROFILE not in kept:
        return None
    profile = profile_from_item(kept[PROFILE])
    sources = read_sources(items, profile.members)
    return _Read(
        profile=profile,
        tags=tags_from_item(kept.get(TAGS)),
        memory=plan_memory_from_item(kept.get(LEDGER)),
        consent={name: value for name, value in kept.get(CONSENT, {}).items() if "|" in name},
        members=tuple(sources[record_id] for record_id in sorted(sources)),
    )


def _read_kept(items: Items, customer_id: str) -> dict[str, Item]:
    found = items.batch_get([customer_key(customer_id, sk) for sk in (PROFILE, TAGS, LEDGER, CONSENT)])
    return {str(key.sk): item for key, item in found.items()}


# --- decide --------------------------------------------------------------------------------------------------


def _decide(
    read: _Read,
    policy: Policy,
    key: bytes,
    now: datetime,
    *,
    may_plan: bool,
    made: frozenset[str],
    room_is_open: bool,
) -> _Decided:
    golden = fold_golden(read.members, policy.matching.source_trust)
    hashes = address_hashes(golden.fields, key)
    standings, objections = fold_consents(read.members, hashes)
    history = fold_histories(member.history for member in read.members)
    review = review_tags(history, policy, now)
    care, memory = None, read.memory
    if may_plan:
        state = _care_state(
            read, golden, standings, objections, review, policy, made=made, room_is_open=room_is_open
        )
        care = care_day(state, policy, now)
        memory = _remember(read.memory, care, policy, now)
    return _Decided(
        golden=golden,
        consent=consent_attributes(standings, hashes),
        tags=_next_tags(read.tags, review, care, policy, now),
        memory=memory,
        care=care,
    )


def _care_state(
    read: _Read,
    golden: Golden,
    standings: Mapping[str, Standing],
    objections: frozenset[str],
    review: TagReview,
    policy: Policy,
    *,
    made: frozenset[str],
    room_is_open: bool,
) -> CareState:
    fields = golden.fields
    last = max((at for member in read.members if (at := member.last_interaction_at)), default=None)
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
        last_interaction_on=None if last is None else local_day(last, policy.tenant.tz),
        ledger=read.memory.ledger,
        made=frozenset(read.memory.made) | made,
        counted=read.memory.counted,
        first_import_open=room_is_open,
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
    times = [review.next_change_at, care.next_due_at] if care else [now]
    return TagState(
        ver=before.ver + 1,
        tags=review.tags,
        policy_version=policy.version,
        evaluated_at=now,
        next_change_at=review.next_change_at,
        due_at=min((at for at in times if at is not None), default=None),
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


# --- write ---------------------------------------------------------------------------------------------------

_Labelled = tuple[Write, tuple[str, str]]


def _writes(read: _Read, decided: _Decided, policy: Policy, now: datetime) -> list[_Labelled]:
    customer_id = read.profile.customer_id
    tags = put_tags(customer_id, decided.tags, seen_ver=read.tags.ver, shards=policy.due.shards)
    writes: list[_Labelled] = [(tags, ("tags", ""))]
    profile = replace(read.profile, golden=decided.golden.fields, provenance=decided.golden.provenance)
    if profile != read.profile:
        changed = replace(profile, ver=profile.ver + 1)
        writes.append((put_profile(changed, seen_ver=read.profile.ver), ("profile", "")))
    if decided.consent != read.consent:
        writes.append((put_consent(customer_id, decided.consent), ("consent", "")))
    if decided.care is not None:
        writes += _plan_writes(customer_id, read, decided, decided.care, policy, now)
    return writes


def _plan_writes(
    customer_id: str, read: _Read, decided: _Decided, care: CareDay, policy: Policy, now: datetime
) -> list[_Labelled]:
    day = local_day(now, policy.tenant.tz)
    writes: list[_Labelled] = []
    if decided.memory != read.memory:
        writes.append((put_plan_memory(customer_id, decided.memory), ("ledger", "")))
    if care.candidates:
        plain = [plain_candidate(candidate) for candidate in care.candidates]
        writes.append((day_item(customer_id, day, plain, at=now), ("day", "")))
    expires_at = int(now.timestamp()) + policy.sending.row_days * 86_400
    writes += [
        (put_contact(contact, expires_at=expires_at), ("contact", contact.contact_id))
        for contact in care.contacts
    ]
    writes += [(put_case(case), ("case", case.case_id)) for case in care.cases]
    if care.uses_first_import_room:
        writes.append((_room(customer_id, day, policy), ("room", "")))
    return writes


def plain_candidate(candidate: Candidate) -> dict[str, Any]:
    """A decided candidate as stored for `explain` and the report."""
    return {
        "contact_id": candidate.contact_id,
        "plan_step": candidate.plan_step,
        "occasion_on": candidate.occasion_on.isoformat(),
        "channel": candidate.channel.value,
        "contact_class": candidate.contact_class.value,
        "template": candidate.template,
        "task": candidate.task,
        "not_before": to_iso(candidate.not_before),
        "not_after": to_iso(candidate.not_after),
        "decision": candidate.decision.value,
        "rule": candidate.rule,
        "why": candidate.why,
        "cost_fen": candidate.cost_fen,
        "minutes": candidate.minutes,
    }


def _room(customer_id: str, day: date, policy: Policy) -> Write:
    """One place of the day's first contacts, out of this customer's share of them."""
    shard = int.from_bytes(hashlib.sha256(customer_id.encode()).digest()[:4], "big") % policy.due.shards
    share = -(-policy.first_import.daily_limit // policy.due.shards)
    return take_room(day, shard=shard, most=share)


def _refused(writes: list[_Labelled], cancelled: Cancelled) -> set[tuple[str, str]]:
    """Which writes did not hold: what another run made already, or a day that is full."""
    return {
        label
        for (_, label), reason in zip(writes, cancelled.reasons, strict=True)
        if isinstance(reason, Refused)
    }


def _report(read: _Read, decided: _Decided) -> Reviewed:
    candidates = decided.care.candidates if decided.care else ()
    planned = sum(candidate.decision.makes_contact for candidate in candidates)
    held = sum(
        not candidate.decision.makes_contact and candidate.decision is not Decision.ALREADY_MADE
        for candidate in candidates
    )
    tags = tuple(change["tag"] for change in decided.tags.changes if change not in read.tags.changes)
    return Reviewed("reviewed", read.profile.customer_id, tags, planned, held)
