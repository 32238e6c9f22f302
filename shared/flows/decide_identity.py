"""What people decide about identity: merge, unmerge, the same for ever, never the same, and taking it back.

A verdict overrides every score until it is undone. It changes nothing by itself: what it touches is settled anew, so
that undoing it leads to where the records alone would have led.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared.flows.note_identity import review_writes
from shared.flows.settle_customers import Scene, Settled, judge_of, settle
from shared.flows.touch_customers import members_of, read_component, verdicts_of
from shared.matching.regroup import find_open, regroup
from shared.model.errors import LostRace
from shared.model.source import CustomerProfile, Verdict
from shared.policy.schema import Policy
from shared.ports import Done, Items, Write
from shared.store.customers import follow_alias, link_item, read_profiles
from shared.store.records import read_sources
from shared.store.reviews import (
    Decision,
    put_decision,
    read_decisions,
    read_review,
    undo_decision,
    verdict_id,
)

MOST_WRITES = 100
Word = Literal["same", "different"]
Profiles = Mapping[str, CustomerProfile]


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides, and when."""

    by: str
    at: datetime
    why: str = ""
    """In the person's own words."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """What every decision needs."""

    items: Items
    policy: Policy
    key: bytes
    person: Person


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision; `error` says why nothing did."""

    error: str = ""
    verdict_id: str = ""
    undone: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    """Everybody whose records were looked at, as they are now."""
    homes: dict[str, str] = field(default_factory=dict)
    """Source record -> customer."""


@dataclass(frozen=True, slots=True)
class _Change:
    added: Decision | None = None
    removed: tuple[str, ...] = ()


# --- what can be asked ---------------------------------------------------------------------------------------


def merge_customers(one: str, other: str, deciding: Deciding) -> Decided:
    """One customer of two, for ever: all their records of today."""
    return _decide_between((one,), (other,), "same", "merged", deciding)


def always_same(one: str, other: str, deciding: Deciding) -> Decided:
    """Two customers or source records are one person, whatever their scores say."""
    return _decide_between((one,), (other,), "same", "always_same", deciding)


def never_same(one: str, other: str, deciding: Deciding) -> Decided:
    """Two customers or source records are two people, whatever their scores say."""
    return _decide_between((one,), (other,), "different", "never_same", deciding)


def accept_review(review_id: str, deciding: Deciding) -> Decided:
    """The two source records of an open review are one person, and so are their customers."""
    return _decide_review(review_id, "same", "accepted", deciding)


def reject_review(review_id: str, deciding: Deciding) -> Decided:
    """The two source records of an open review are two people."""
    return _decide_review(review_id, "different", "rejected", deciding)


def undo_verdict(verdict_id: str, deciding: Deciding) -> Decided:
    """A verdict is taken back: the records are where they would be without it."""
    decision = read_decisions(deciding.items, [verdict_id]).get(verdict_id)
    if decision is None:
        return Decided(error="not_found")
    if decision.undone_at is not None:
        return Decided(error="undone_before")
    records = (*decision.verdict.left, *decision.verdict.right)
    return _apply(records, lambda _: _Change(removed=(verdict_id,)), deciding)


def unmerge(customer_id: str, deciding: Deciding, records: Iterable[str] = ()) -> Decided:
    """The part of a customer becomes another again: `records`, or those that an alias had when it was merged.

    What people had decided to be one is taken back; where the scores alone would still join them, they are kept
    apart for ever.
    """
    named = read_profiles(deciding.items, [customer_id]).get(customer_id)
    if named is None:
        return Decided(error="not_found")
    part = frozenset(records) or frozenset(named.held)
    if not part:
        return Decided(error="name_records_or_an_alias")
    return _apply(tuple(sorted(part)), lambda profiles: _parting(part, profiles, deciding), deciding)


# --- what changes --------------------------------------------------------------------------------------------


def _decide_between(
    one: Iterable[str],
    other: Iterable[str],
    word: Word,
    action: str,
    deciding: Deciding,
    note: Mapping[str, str] | None = None,
) -> Decided:
    left, right = (_records_of(names, deciding.items) for names in (one, other))
    if not left or not right:
        return Decided(error="not_found")
    if word == "different" and left & right:
        return Decided(error="one_customer_already")
    if word == "same":
        # Every pair, so that an earlier verdict about any of them is overruled.
        left = right = left | right
    decision = _decision(left, right, word, action, deciding.person, note)
    return _apply(tuple(sorted(left | right)), lambda _: _Change(added=decision), deciding)


def _decide_review(review_id: str, word: Word, action: str, deciding: Deciding) -> Decided:
    review = read_review(deciding.items, review_id)
    if review is None:
        return Decided(error="not_found")
    note = {"bits": review.bits, "rule": review.rule or "", "review": review_id}
    if word == "different":
        one, other = review.records
        return _decide_between((one,), (other,), word, action, deciding, note)
    homes = {source.customer_id for source in read_sources(deciding.items, review.records).values()}
    return _decide_between(homes, homes, word, action, deciding, note)


def _decision(
    left: Iterable[str],
    right: Iterable[str],
    word: Word,
    action: str,
    person: Person,
    note: Mapping[str, str] | None = None,
) -> Decision:
    one, other = tuple(sorted(left)), tuple(sorted(right))
    name = verdict_id(action, one, other, person.at)
    told = {**(note or {}), "why": person.why} if person.why else note
    return Decision(Verdict(name, word, one, other, person.at), action, person.by, note=told)


def _records_of(names: Iterable[str], items: Items) -> frozenset[str]:
    """The source records that are meant by customer ids or by ids of source records."""
    found: set[str] = set()
    for name in names:
        if "#" in name:
            found |= read_sources(items, [name]).keys()
        elif (profile := follow_alias(items, name)) is not None:
            found |= set(profile.members)
    return frozenset(found)


def _parting(part: frozenset[str], profiles: Profiles, deciding: Deciding) -> _Change | str:
    whole = next((one for one in profiles.values() if part & set(one.members)), None)
    if whole is None:
        return "not_found"
    own, rest = part & set(whole.members), frozenset(whole.members) - part
    if not own or not rest:
        return "not_one_customer"
    verdicts = verdicts_of(profiles.values())
    removed = [one for one in verdicts if one.word == "same" and _crosses(one, own, rest)]
    kept = [one for one in verdicts if one not in removed]
    groups = regroup(members_of(profiles.values()), kept, judge_of(deciding.policy)).groups
    ids = tuple(one.verdict_id for one in removed)
    if not any(group & own and group & rest for group in groups):
        return _Change(removed=ids)
    return _Change(_decision(own, rest, "different", "unmerged", deciding.person), ids)


def _crosses(verdict: Verdict, one: frozenset[str], other: frozenset[str]) -> bool:
    left, right = set(verdict.left), set(verdict.right)
    return bool((left & one and right & other) or (left & other and right & one))


# --- do ------------------------------------------------------------------------------------------------------


def _apply(
    records: tuple[str, ...], make: Callable[[Profiles], _Change | str], deciding: Deciding
) -> Decided:
    """Settles anew whoever these records hang together with, under a changed set of verdicts."""
    for _ in range(deciding.policy.matching.retries):
        homes = {source.customer_id for source in read_sources(deciding.items, records).values()}
        profiles = read_component(homes, deciding.items)
        decided = None if profiles is None else _try(profiles, make(profiles), deciding)
        if decided is not None:
            return decided
    raise LostRace("the customers kept changing")


def _try(profiles: Profiles, change: _Change | str, deciding: Deciding) -> Decided | None:
    """One attempt; None when others changed what was read."""
    refusal = change if isinstance(change, str) else _refusal(profiles, change, deciding.policy)
    if refusal or isinstance(change, str):
        return Decided(error=refusal)
    verdicts = [one for one in verdicts_of(profiles.values()) if one.verdict_id not in change.removed]
    added = () if change.added is None else (change.added.verdict,)
    scene = Scene(profiles, members_of(profiles.values()), (*verdicts, *added))
    items, person = deciding.items, deciding.person
    settled = settle(scene, items=items, policy=deciding.policy, key=deciding.key, at=person.at)
    if settled is None:
        return None
    writes = [*settled.writes, *_notes(scene, settled, change, deciding)]
    if len(writes) > MOST_WRITES:
        return Decided(error="too_many_writes")
    if not isinstance(items.transact(writes), Done):
        return None
    return Decided(
        verdict_id=added[0].verdict_id if added else "",
        undone=change.removed,
        customers=tuple(sorted(set(settled.home_of.values()))),
        homes=dict(sorted(settled.home_of.items())),
    )


def _refusal(profiles: Profiles, change: _Change, policy: Policy) -> str:
    """Why a verdict cannot be given; empty: it can."""
    if change.added is None:
        return ""
    if change.added.verdict in verdicts_of(profiles.values()):
        return "decided_before"
    members = sum(len(profile.members) for profile in profiles.values())
    is_too_big = members > policy.matching.members_per_customer
    return "too_many_members" if is_too_big and change.added.verdict.word == "same" else ""


def _notes(scene: Scene, settled: Settled, change: _Change, deciding: Deciding) -> list[Write]:
    """The verdict with its story, the review list, and a line in the journal that wakes a review."""
    judge, person = judge_of(deciding.policy), deciding.person
    groups = [profile.members for profile in scene.profiles.values()]
    before = find_open(
        members_of(scene.profiles.values()), groups, verdicts_of(scene.profiles.values()), judge
    )
    writes = review_writes(before, settled.regrouped.open, judge, person.at)
    writes += [undo_decision(one, by=person.by, at=person.at) for one in change.removed]
    evidence: dict[str, Any] = {
        "record": min(scene.members),
        "customers": sorted(scene.profiles),
        "links": [],
        "by": person.by,
        "undone": list(change.removed),
        "homes": dict(sorted(settled.home_of.items())),
    }
    if change.added is not None:
        writes.append(put_decision(change.added))
        verdict = change.added.verdict
        evidence |= {"action": change.added.action, "verdict": verdict.verdict_id, "word": verdict.word}
    writes += [
        link_item(customer_id, person.at, evidence, wakes=True)
        for customer_id in settled.moved or (settled.home_of[min(scene.members)],)
    ]
    return writes
