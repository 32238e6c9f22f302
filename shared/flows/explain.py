"""Why a customer has these tags, what was planned and held, and how it went (requirements 10.1)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shared.cleaning.emails import clean_email
from shared.cleaning.phones import clean_phone
from shared.flows.take_snapshot import contact_line, day_candidates, merge_line
from shared.insight.explanation import DayDecisions, Explanation, GoldenField, PlanLine, TagChange
from shared.insight.snapshot import ContactLine, Merge
from shared.matching.keys import identity_keys
from shared.model.case import Case
from shared.model.history import History
from shared.model.instants import local_day, to_iso
from shared.model.source import CustomerProfile
from shared.policy.schema import Policy
from shared.ports import Item, Items, Query, Table, query_all
from shared.store.cases import case_from_item, case_key, cases_of
from shared.store.contacts import contact_key, contacts_of
from shared.store.customers import (
    CONSENT,
    LEDGER,
    TAGS,
    PlanMemory,
    TagState,
    customer_key,
    follow_alias,
    plan_memory_from_item,
    tags_from_item,
)
from shared.store.identities import read_keys
from shared.store.records import read_sources
from shared.store.rfm_cuts import read_cuts
from shared.tagging.ahead import Ahead, look_ahead
from shared.tagging.fold import fold_histories, settle
from shared.tagging.review import Change
from shared.tagging.rfm import explain_rfm, rfm_of

DAYS_SHOWN = 7
"""Days of decisions, the newest ones."""
_CONTACT_ID = re.compile(r"[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True)
class _Found:
    profile: CustomerProfile
    contact_id: str | None = None
    is_alias: bool = False
    namesakes: tuple[str, ...] = ()


def explain(
    reference: str, *, items: Items, key: bytes, policy: Policy, now: datetime, may_scan: bool = False
) -> Explanation | None:
    """All about the customer that a customer id, contact id, phone or email stands for; None: nobody.

    `may_scan`: also by the id of a contact that was held, which has no row; for an operator's machine.
    """
    found = _find(reference.strip(), items=items, key=key, policy=policy, may_scan=may_scan)
    if found is None:
        return None
    profile = found.profile
    ids = (profile.customer_id, *profile.aliases)
    kept = items.batch_get([customer_key(profile.customer_id, sk) for sk in (TAGS, LEDGER, CONSENT)])
    by_sk = {str(one.sk): item for one, item in kept.items()}
    state = tags_from_item(by_sk.get(TAGS))
    history = _history(profile, items, policy, now)
    ahead = look_ahead(history, policy, now) if state.tags else Ahead((), ())
    rfm = rfm_of(history, policy, local_day(now, policy.tenant.tz))
    return Explanation(
        customer_id=profile.customer_id,
        explained_at=now,
        zone=policy.tenant.tz,
        is_alias=found.is_alias,
        contact_id=found.contact_id,
        namesakes=found.namesakes,
        aliases=profile.aliases,
        members=profile.members,
        golden=tuple(_golden(profile)),
        review=profile.review,
        merges=tuple(_merges(ids, items)),
        tags=state.tags,
        policy_version=state.policy_version,
        evaluated_at=state.evaluated_at,
        next_change_at=state.next_change_at,
        due_at=state.due_at,
        traits=(*state.traits, explain_rfm(rfm, read_cuts(items), policy)) if state.tags else (),
        changes=tuple(_changes(state)),
        ahead=tuple(map(_tag_change, ahead.next)),
        first=tuple(map(_tag_change, ahead.first)),
        plan=_plan(plan_memory_from_item(by_sk.get(LEDGER))),
        days=_days(ids, items, found.contact_id),
        contacts=_contacts(ids, items),
        cases=_cases(ids, items),
        consents=tuple(_consents(by_sk.get(CONSENT, {}))),
    )


# --- who is meant --------------------------------------------------------------------------------------------


def _find(
    reference: str, *, items: Items, key: bytes, policy: Policy, may_scan: bool = False
) -> _Found | None:
    if _CONTACT_ID.fullmatch(reference.upper()):
        return _by_contact(reference.upper(), items, may_scan=may_scan)
    if reference.lower().startswith("c-"):
        return _by_customer(reference.lower(), items)
    return _by_address(reference, items=items, key=key, policy=policy)


def _by_customer(customer_id: str, items: Items, contact_id: str | None = None) -> _Found | None:
    profile = follow_alias(items, customer_id)
    if profile is None:
        return None
    return _Found(profile, contact_id, profile.customer_id != customer_id)


def _by_contact(contact_id: str, items: Items, *, may_scan: bool) -> _Found | None:
    item = items.get(contact_key(contact_id)) or items.get(case_key(contact_id))
    if item is None and may_scan:
        item = next((day for day in items.scan(Table.CUSTOMERS) if _decided_on(day, contact_id)), None)
    return None if item is None else _by_customer(str(item["customer_id"]), items, contact_id)


def _decided_on(item: Item, contact_id: str) -> bool:
    """The item holds the decisions of a day, one of them about this contact."""
    return str(item.get("sk", "")).startswith("DAY#") and contact_id in str(item["decisions"])


def _by_address(reference: str, *, items: Items, key: bytes, policy: Policy) -> _Found | None:
    """The customers whose records share the address, the oldest first."""
    party = read_address(reference, policy)
    members = [
        member for found in read_keys(items, identity_keys(party, key)).values() for member in found.members
    ]
    owners = {source.customer_id for source in read_sources(items, members).values()}
    profiles = {profile.customer_id: profile for owner in owners if (profile := follow_alias(items, owner))}
    ordered = sorted(profiles.values(), key=lambda profile: (profile.founded_at, profile.customer_id))
    if not ordered:
        return None
    return _Found(ordered[0], namesakes=tuple(profile.customer_id for profile in ordered[1:]))


def read_address(reference: str, policy: Policy) -> dict[str, str]:
    """As a cleaned party: the email or phone that the text is, if it is one."""
    if "@" in reference:
        email = clean_email(reference, "email").value
        return {"email": email or reference.lower()}
    phone = clean_phone(reference, "phone", region=policy.tenant.country).value
    return {"phone": phone} if phone else {}


# --- what is stored ------------------------------------------------------------------------------------------


# A keyed hash tells nobody anything, and could be compared with another.
_FOR_MACHINES = frozenset({"id_number_hash"})


def _golden(profile: CustomerProfile) -> Iterator[GoldenField]:
    for name, value in sorted(profile.golden.items()):
        record_id, _, rule = profile.provenance.get(name, ["", "", ""])
        if name not in _FOR_MACHINES:
            yield GoldenField(name, value, record_id, rule)


def _changes(state: TagState) -> Iterator[TagChange]:
    for change in state.changes:
        yield TagChange(
            at=change["at"],
            tag=change["tag"],
            old=change["old"],
            new=change["new"],
            rule=change["rule"],
            code=change["code"],
            policy_version=change.get("policy_version") or "",
        )


def _tag_change(change: Change) -> TagChange:
    return TagChange(to_iso(change.at), change.tag, change.old, change.new, change.rule, change.code)


def _history(profile: CustomerProfile, items: Items, policy: Policy, now: datetime) -> History:
    members = read_sources(items, profile.members).values()
    return settle(fold_histories(member.history for member in members), now, policy.tenant.tz)


def _plan(memory: PlanMemory) -> PlanLine:
    ledger = memory.ledger
    return PlanLine(ledger.cell, ledger.cell_since_on, ledger.plan_due_on, ledger.last_contact_on)


def _merges(ids: Iterable[str], items: Items) -> list[Merge]:
    rows = [
        item
        for customer_id in ids
        for item in query_all(items, Query(Table.CUSTOMERS, customer_id, begins_with="LINK#"))
    ]
    return sorted(map(merge_line, rows), key=lambda merge: merge.at)


def _days(ids: Iterable[str], items: Items, contact_id: str | None) -> tuple[DayDecisions, ...]:
    """The newest days on which something was decided under any of the ids, and those of a contact that is asked for."""
    decided: dict[date, list[Item]] = {}
    for customer_id in ids:
        for item in _day_items(customer_id, items, all_of_them=contact_id is not None):
            decided.setdefault(date.fromisoformat(str(item["sk"]).partition("#")[2]), []).append(item)
    asked = {
        day
        for day, found in decided.items()
        if contact_id and any(_decided_on(one, contact_id) for one in found)
    }
    shown = asked | set(sorted(decided, reverse=True)[:DAYS_SHOWN])
    return tuple(
        DayDecisions(day, tuple(one for item in decided[day] for one in day_candidates(item)))
        for day in sorted(shown, reverse=True)
    )


def _day_items(customer_id: str, items: Items, *, all_of_them: bool) -> Iterable[Item]:
    newest = Query(Table.CUSTOMERS, customer_id, begins_with="DAY#", newest_first=True)
    return query_all(items, newest) if all_of_them else items.query(replace(newest, limit=DAYS_SHOWN)).items


def _contacts(ids: Iterable[str], items: Items) -> tuple[ContactLine, ...]:
    """Each row is read again by its key: the index may lag behind."""
    names = [str(item["contact_id"]) for one in ids for item in query_all(items, contacts_of(one))]
    rows = [item for name in names if (item := items.get(contact_key(name))) is not None]
    lines = map(contact_line, rows)
    return tuple(sorted(lines, key=lambda line: (line.created_at, line.contact_id), reverse=True))


def _cases(ids: Iterable[str], items: Items) -> tuple[Case, ...]:
    names = [str(item["case_id"]) for one in ids for item in query_all(items, cases_of(one))]
    rows = [item for name in names if (item := items.get(case_key(name))) is not None]
    return tuple(sorted(map(case_from_item, rows), key=lambda case: (case.due_at, case.case_id)))


def _consents(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for use, state in sorted(item.items()):
        if "|" in use:
            yield use, str(state).partition("#")[0]
