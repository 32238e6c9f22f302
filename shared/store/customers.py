"""Access patterns of the `customers` table: what is kept of one customer, item by item.

PROFILE (members, golden record) · TAGS (tags, reasons, changes, the keys of the due index) · LEDGER (what the plan
remembers) · CONSENT (what stands, for the transaction that sends) · DAY#<date> (what a run decided) ·
CAP#<date>#<cap> (counted when sent) · LINK#<instant>#<id> (journal of joins).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from shared.care.state import Ledger
from shared.model.instants import from_iso, to_iso
from shared.model.source import CustomerProfile, Features, Standing, Verdict
from shared.model.tags import Activity, Level, Reason, Risk, Tags
from shared.ports import Absent, AnyOf, Condition, Is, Item, Items, Key, Put, Query, Table, Update, Value

PROFILE, TAGS, LEDGER, CONSENT = "PROFILE", "TAGS", "LEDGER", "CONSENT"
LATEST_DUE = timedelta(days=400)
"""Nobody is due later than that: whoever reads the due index so far ahead has met everybody."""


def customer_key(customer_id: str, sk: str) -> Key:
    return Key(Table.CUSTOMERS, customer_id, sk)


# --- profile -------------------------------------------------------------------------------------------------


def put_profile(profile: CustomerProfile, *, seen_ver: int | None) -> Put:
    item: Item = {
        "customer_id": profile.customer_id,
        "sk": PROFILE,
        "ver": profile.ver,
        "members": list(profile.members),
        "founded_at": to_iso(profile.founded_at),
        "golden": dict(profile.golden),
        "provenance": {name: list(source) for name, source in profile.provenance.items()},
        "aliases": list(profile.aliases),
        "review": list(profile.review),
        "features": {name: [list(one.packed), list(one.keys)] for name, one in profile.features.items()},
    }
    item |= {name: list(ids) for name in _ID_LISTS if (ids := getattr(profile, name))}
    if profile.verdicts:
        item["verdicts"] = [_verdict_to_list(verdict) for verdict in profile.verdicts]
    if profile.alias_of is not None:
        item["alias_of"] = profile.alias_of
    return Put(Table.CUSTOMERS, item, _unchanged("customer_id", seen_ver))


_ID_LISTS = ("kin", "held", "beside")


def _verdict_to_list(verdict: Verdict) -> list[Value]:
    return [
        verdict.verdict_id,
        verdict.word,
        list(verdict.left),
        list(verdict.right),
        to_iso(verdict.at),
    ]


def _verdict_from_list(stored: list[Any]) -> Verdict:
    verdict_id, word, left, right, at = stored
    return Verdict(verdict_id, word, tuple(left), tuple(right), from_iso(at))


def profile_from_item(item: Item) -> CustomerProfile:
    stored: Any = item
    return CustomerProfile(
        customer_id=stored["customer_id"],
        ver=stored["ver"],
        members=tuple(stored["members"]),
        founded_at=from_iso(stored["founded_at"]),
        golden=stored["golden"],
        provenance=stored["provenance"],
        aliases=tuple(stored["aliases"]),
        alias_of=stored.get("alias_of"),
        review=tuple(stored["review"]),
        features={
            name: Features(tuple(packed), tuple(keys))
            for name, (packed, keys) in stored.get("features", {}).items()
        },
        verdicts=tuple(map(_verdict_from_list, stored.get("verdicts", ()))),
        **{name: tuple(stored.get(name, ())) for name in _ID_LISTS},
    )


def read_profiles(items: Items, customer_ids: Iterable[str]) -> dict[str, CustomerProfile]:
    found = items.batch_get([customer_key(customer_id, PROFILE) for customer_id in customer_ids])
    return {key.pk: profile_from_item(item) for key, item in found.items()}


def follow_alias(items: Items, customer_id: str) -> CustomerProfile | None:
    """The profile that an id stands for today, following merges."""
    item = items.get(customer_key(customer_id, PROFILE))
    while item is not None and "alias_of" in item:
        item = items.get(customer_key(str(item["alias_of"]), PROFILE))
    return None if item is None else profile_from_item(item)


def _unchanged(key_attribute: str, seen_ver: int | None) -> Condition:
    return Absent(key_attribute) if seen_ver is None else Is("ver", "=", seen_ver)


# --- tags and the due index ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TagState:
    """The tags of a customer as stored. `ver` also counts what came in since, so that a review of old data fails."""

    ver: int = 0
    """0: nothing stored yet."""
    tags: Tags | None = None
    traits: tuple[Reason, ...] = ()
    """More tags: need, stage, service class ... with who set what."""
    policy_version: str | None = None
    evaluated_at: datetime | None = None
    next_change_at: datetime | None = None
    due_at: datetime | None = None
    changes: tuple[dict[str, Any], ...] = ()
    """Newest last: {at, tag, old, new, rule, code, policy_version}."""


def due_shard(customer_id: str, due_at: datetime, shards: int) -> str:
    """The hash key of the due index: `2026-06-30#07`, the day in UTC."""
    shard = int.from_bytes(hashlib.sha256(customer_id.encode()).digest()[:4], "big") % shards
    return f"{to_iso(due_at)[:10]}#{shard:02d}"


def mark_due(customer_id: str, *, at: datetime, shards: int, seen_ver: int | None = None) -> Update:
    """Something came in: due now, and whoever is reviewing older data must look again.

    With `seen_ver` it is refused when a review came in between (a join writes what a review writes).
    """
    return Update(
        customer_key(customer_id, TAGS),
        set={"due_at": to_iso(at), "due_shard": due_shard(customer_id, at, shards)},
        add={"ver": 1},
        condition=None if seen_ver is None else Is("ver", "=", seen_ver),
    )


def put_tags(customer_id: str, state: TagState, *, seen_ver: int, shards: int) -> Put:
    item: Item = {
        "customer_id": customer_id,
        "sk": TAGS,
        "ver": state.ver,
        "policy_version": state.policy_version,
        "changes": json.dumps(state.changes, separators=(",", ":")),
    }
    if state.tags is not None:
        item |= {
            "level": state.tags.level.value,
            "risk": state.tags.risk.value,
            "activity": state.tags.activity.value,
            "flags": list(state.tags.flags),
            "reasons": _reasons_to_text(state.tags.reasons),
            "traits": _reasons_to_text(state.traits),
        }
    item |= {
        name: to_iso(at)
        for name, at in (("evaluated_at", state.evaluated_at), ("next_change_at", state.next_change_at))
        if at is not None
    }
    if state.due_at is not None:
        item |= {"due_at": to_iso(state.due_at), "due_shard": due_shard(customer_id, state.due_at, shards)}
    guard = Absent("customer_id") if seen_ver == 0 else Is("ver", "=", seen_ver)
    return Put(Table.CUSTOMERS, item, guard)


def tags_from_item(item: Item | None) -> TagState:
    if item is None:
        return TagState()
    stored: Any = item
    return TagState(
        ver=stored["ver"],
        tags=_tags_from_stored(stored) if "level" in stored else None,
        traits=_reasons_from_text(stored.get("traits", "[]")),
        policy_version=stored.get("policy_version"),
        evaluated_at=_instant(stored.get("evaluated_at")),
        next_change_at=_instant(stored.get("next_change_at")),
        due_at=_instant(stored.get("due_at")),
        changes=tuple(json.loads(stored.get("changes", "[]"))),
    )


def _tags_from_stored(stored: dict[str, Any]) -> Tags:
    return Tags(
        level=Level(stored["level"]),
        risk=Risk(stored["risk"]),
        activity=Activity(stored["activity"]),
        flags=tuple(stored["flags"]),
        reasons=_reasons_from_text(stored["reasons"]),
    )


def _reasons_to_text(reasons: Iterable[Reason]) -> str:
    """Without what is empty: a base of millions keeps this text for each customer."""
    plain = [
        {name: value for name in Reason.__slots__ if (value := getattr(reason, name)) != {}}
        for reason in reasons
    ]
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def _reasons_from_text(text: str) -> tuple[Reason, ...]:
    return tuple(Reason(**reason) for reason in json.loads(text))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)


def due_customers(shard: str, *, until: datetime, page: int) -> Query:
    """Customers of one shard and day of the due index that are due by `until`."""
    return Query(Table.CUSTOMERS, shard, index="due", at_most=to_iso(until), limit=page)


# --- what the plan remembers ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanMemory:
    """The plan's ledger of one customer, and what it made lately."""

    ledger: Ledger = field(default_factory=Ledger)
    made: tuple[str, ...] = ()
    """Contact ids, newest last."""
    counted: dict[str, dict[str, int]] = field(default_factory=dict)
    """cap -> ISO day -> contacts planned for that day."""


def put_plan_memory(customer_id: str, memory: PlanMemory) -> Put:
    ledger = memory.ledger
    item: Item = {
        "customer_id": customer_id,
        "sk": LEDGER,
        "cell": ledger.cell,
        "first_contact_made": ledger.first_contact_made,
        "made": list(memory.made),
        "counted": {cap: dict(days) for cap, days in memory.counted.items()},
    }
    item |= {
        name: day.isoformat()
        for name in ("cell_since_on", "plan_due_on", "last_contact_on", "entry_step_on")
        if (day := getattr(ledger, name)) is not None
    }
    return Put(Table.CUSTOMERS, item)


def plan_memory_from_item(item: Item | None) -> PlanMemory:
    if item is None:
        return PlanMemory()
    stored: Any = item
    days = {
        name: date.fromisoformat(stored[name])
        for name in ("cell_since_on", "plan_due_on", "last_contact_on", "entry_step_on")
        if name in stored
    }
    ledger = Ledger(cell=stored["cell"], first_contact_made=stored["first_contact_made"], **days)
    return PlanMemory(ledger, tuple(stored["made"]), stored["counted"])


def merge_memories(survivor: PlanMemory, loser: PlanMemory) -> PlanMemory:
    """What the plan remembers after a merge: nothing that either was sent is forgotten or made again."""
    counted = {cap: dict(days) for cap, days in survivor.counted.items()}
    for cap, days in loser.counted.items():
        known = counted.setdefault(cap, {})
        for day, count in days.items():
            known[day] = known.get(day, 0) + count
    one, other = survivor.ledger, loser.ledger
    ledger = Ledger(
        cell=one.cell or other.cell,
        cell_since_on=one.cell_since_on or other.cell_since_on,
        plan_due_on=min(filter(None, (one.plan_due_on, other.plan_due_on)), default=None),
        last_contact_on=max(filter(None, (one.last_contact_on, other.last_contact_on)), default=None),
        entry_step_on=max(filter(None, (one.entry_step_on, other.entry_step_on)), default=None),
        first_contact_made=one.first_contact_made or other.first_contact_made,
    )
    return PlanMemory(ledger, tuple(dict.fromkeys((*loser.made, *survivor.made))), counted)


# --- consent as it stands ------------------------------------------------------------------------------------


def consent_attributes(standings: Mapping[str, Standing], address_hashes: Mapping[str, str]) -> Item:
    """The projection that the sending transaction checks: `email|care` -> `granted#<address hash>`, or how it ended."""
    return {
        use: f"granted#{address_hashes.get(use.partition('|')[0], '')}"
        if standing.state == "granted"
        else standing.state
        for use, standing in sorted(standings.items())
    }


def put_consent(customer_id: str, attributes: Item) -> Put:
    return Put(Table.CUSTOMERS, {"customer_id": customer_id, "sk": CONSENT, **attributes})


def withdraw_now(customer_id: str, uses: Iterable[str]) -> Update:
    """A withdrawal is felt in the transaction that stores it, before any review."""
    return Update(customer_key(customer_id, CONSENT), set=dict.fromkeys(uses, "withdrawn"))


# --- what a run decided, and what was counted when sent ------------------------------------------------------


def day_key(customer_id: str, day: date) -> Key:
    return customer_key(customer_id, f"DAY#{day.isoformat()}")


def day_item(customer_id: str, day: date, decisions: Iterable[dict[str, Any]], *, at: datetime) -> Put:
    """What the runs of a day decided, the last word on each candidate."""
    item: Item = {
        "customer_id": customer_id,
        "sk": day_key(customer_id, day).sk,
        "at": to_iso(at),
        "decisions": json.dumps(list(decisions), separators=(",", ":"), ensure_ascii=False),
    }
    return Put(Table.CUSTOMERS, item)


def cap_key(customer_id: str, day: date, cap: str) -> Key:
    return customer_key(customer_id, f"CAP#{day.isoformat()}#{cap}")


def count_against_cap(customer_id: str, day: date, cap: str, *, most: int) -> Update:
    """Counts one contact on the recipient's day; refused when the day is full."""
    has_room = AnyOf((Absent("n"), Is("n", "<", most)))
    return Update(cap_key(customer_id, day, cap), add={"n": 1}, condition=has_room)


def uncount_against_cap(counter: Key) -> Update:
    """Takes one contact off a day again; refused when the day counts none."""
    return Update(counter, add={"n": -1}, condition=Is("n", ">=", 1))


def link_item(customer_id: str, at: datetime, evidence: dict[str, Any], *, wakes: bool = False) -> Put:
    """One line of the journal: which records were joined, by which rule. It may wake a review by the stream."""
    text = json.dumps(evidence, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    item: Item = {"customer_id": customer_id, "sk": f"LINK#{to_iso(at)}#{digest}", "evidence": text}
    if wakes:
        item["wake"] = "now"
    return Put(Table.CUSTOMERS, item)
