"""Reads what a person should know before a task (R25): last contact, open issues, behaviour, and what helps the level."""

from collections.abc import Iterable
from datetime import date, datetime

from shared.care.case_people import level_of
from shared.insight.brief import Behaviour, Brief, Earlier, Review
from shared.model.case import Case, CaseKind, CaseStatus
from shared.model.history import Day, History
from shared.model.instants import local_day
from shared.model.source import CustomerProfile
from shared.model.tags import Level
from shared.policy.schema import Policy
from shared.ports import Items, query_all
from shared.store.cases import cases_of, read_cases
from shared.store.customers import TAGS, customer_key, follow_alias, tags_from_item
from shared.store.records import read_sources
from shared.store.similar_cases import newest_similar
from shared.tagging.fold import fold_histories, settle
from shared.tagging.windows import minus

YEAR_MONTHS = 12


def read_brief(case: Case, *, items: Items, policy: Policy, now: datetime) -> Brief:
    """The brief of a case as of now; of somebody who was erased, the case alone."""
    profile = follow_alias(items, case.customer_id)
    if profile is None:
        return Brief(case, "")
    golden = profile.golden
    tags = tags_from_item(items.get(customer_key(profile.customer_id, TAGS))).tags
    level = tags.level if tags else level_of(case, policy)
    history = _history(profile, items, policy, now)
    others = [one for one in _cases(profile, items) if one.case_id != case.case_id]
    today = local_day(now, policy.tenant.tz)
    return Brief(
        case=case,
        customer=golden.get("name", ""),
        company=golden.get("company", ""),
        phone=golden.get("phone", ""),
        email=golden.get("email", ""),
        level=level.value,
        risk=tags.risk.value if tags else "",
        goal=str(case.brief.get("goal") or ""),
        last_contact=_last_contact(history, policy),
        last_talk=_last_talk(others, policy),
        open_cases=tuple(
            (one.text or one.title, one.due_at) for one in others if one.status is CaseStatus.OPEN
        ),
        behaviour=_behaviour(history, today, policy.tasks.behaviour_months),
        review=_review(history, today) if level is Level.STRATEGIC else None,
        similar=_similar(profile, items, policy) if level is Level.POTENTIAL else (),
    )


def _history(profile: CustomerProfile, items: Items, policy: Policy, now: datetime) -> History:
    sources = read_sources(items, profile.members).values()
    return settle(fold_histories(source.history for source in sources), now, policy.tenant.tz)


def _cases(profile: CustomerProfile, items: Items) -> list[Case]:
    ids = (profile.customer_id, *profile.aliases)
    names = [str(item["case_id"]) for one in ids for item in query_all(items, cases_of(one))]
    return sorted(read_cases(items, names), key=lambda case: (case.due_at, case.case_id))


def _last_contact(history: History, policy: Policy) -> tuple[date, str] | None:
    """Of contacts that name no channel, the day alone."""
    touched = [day.on for day in history.days if day.interactions]
    if history.answers:
        voice = history.answers[-1]
        on = local_day(voice.at, policy.tenant.tz)
        if not touched or on >= touched[-1]:
            return on, voice.word
    return (touched[-1], "") if touched else None


def _last_talk(cases: Iterable[Case], policy: Policy) -> Earlier | None:
    finished = [one for one in cases if one.status is CaseStatus.DONE and one.finish is not None]
    newest = max(finished, key=_finished_at, default=None)
    return None if newest is None else _earlier(newest, policy)


def _finished_at(case: Case) -> tuple[datetime, str]:
    return (case.finish.at if case.finish else case.opened_at, case.case_id)


def _earlier(case: Case, policy: Policy, customer: str = "") -> Earlier | None:
    finish = case.finish
    if finish is None:
        return None
    points = tuple(point.text for point in finish.points)
    title = case.text if case.kind == CaseKind.POINT else case.title
    return Earlier(title, local_day(finish.at, policy.tenant.tz), finish.by, finish.note, points, customer)


def _behaviour(history: History, today: date, months: int) -> Behaviour:
    days = _between(history.days, minus(today, months), today)
    last = max((day.on for day in history.days if day.orders), default=None)
    return Behaviour(
        months,
        sum(day.interactions for day in days),
        sum(day.orders for day in days),
        sum(day.complaints for day in days),
        sum(day.fen for day in days),
        last,
    )


def _review(history: History, today: date) -> Review:
    """R25: the windows of the tags (R22)."""
    start = minus(today, YEAR_MONTHS)
    year = _between(history.days, start, today)
    before = [day for day in history.days if minus(today, 2 * YEAR_MONTHS) <= day.on < start]
    return Review(
        history.first_cooperation_on or history.first_order_on,
        sum(day.fen for day in year),
        sum(day.fen for day in before),
        sum(day.orders for day in year),
        sum(day.complaints for day in year),
        sum(day.interactions for day in year),
    )


def _between(days: Iterable[Day], first: date, last: date) -> list[Day]:
    return [day for day in days if first <= day.on <= last]


def _similar(profile: CustomerProfile, items: Items, policy: Policy) -> tuple[Earlier, ...]:
    """What went well with other customers of the same industry, by company alone: no person is named."""
    industry = profile.golden.get("industry")
    if not industry:
        return ()
    ids = {profile.customer_id, *profile.aliases}
    shown = policy.tasks.similar_shown
    newest = newest_similar(items, industry, limit=shown + len(ids))
    found = {case_id: owner for case_id, owner in newest if owner not in ids}
    told = []
    for case in sorted(read_cases(items, list(found)[:shown]), key=_finished_at, reverse=True):
        other = follow_alias(items, found[case.case_id])
        one = _earlier(case, policy, other.golden.get("company", "") if other else "")
        if one is not None:
            told.append(one._replace(note=""))
    return tuple(told)
