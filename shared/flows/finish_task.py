"""Records what came of a task: once, whoever tells it how often, and with everything that follows from it (R26..R28).

done       closes the case, gives the customer an interaction, and each open point of the minutes an owner and a deadline
refused    closes it; with `do_not_call` the customer objects to calls
no_answer  the case stays open for another try on a working day, until the tries of the policy are used up
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.care.case_people import level_of
from shared.care.case_times import close_of, next_try_on
from shared.flows.feed_case import feed_case, find_record, makes_interaction
from shared.flows.read_report_back import ReportBack, read_report_back
from shared.model.case import Case, CaseKind, CaseStatus, Finish, Outcome, Point, Try
from shared.model.contact import Channel, make_contact_id
from shared.model.errors import LostRace
from shared.model.instants import local_day, to_iso
from shared.policy.schema import Policy
from shared.ports import Cancelled, Items, Put, Queue
from shared.store.cases import change_case, put_case, read_case
from shared.store.customers import follow_alias
from shared.store.similar_cases import put_similar

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """What recording works on."""

    items: Items
    queue: Queue
    policy: Policy
    now: datetime


def finish_task(request: Mapping[str, Any], desk: Desk) -> Answer:
    """What stands after the report: the same answer for the same report; another one is refused with what stands."""
    told = read_report_back(request, desk.policy, desk.now)
    if isinstance(told, dict):
        return told
    for _ in range(desk.policy.matching.retries):
        case = read_case(desk.items, told.case_id)
        if case is None:
            return {"error": "not_found"}
        known = _known_answer(case, told, desk)
        if known is not None:
            return known
        changed = _changed(case, told, desk)
        writes = [change_case(changed, seen=case), *_consequences(changed, desk)]
        if not isinstance(desk.items.transact(writes), Cancelled):
            changed = replace(changed, ver=case.ver + 1)
            feed_case(changed, items=desk.items, queue=desk.queue)
            return _answer(changed, told, desk.policy)
    raise LostRace("the case kept changing")


def _known_answer(case: Case, told: ReportBack, desk: Desk) -> Answer | None:
    """For what was told before, or comes too late."""
    finish = case.finish
    if any(one.request == told.request for one in case.tries) or (finish and finish.request == told.request):
        feed_case(case, items=desk.items, queue=desk.queue)
        return _answer(case, told, desk.policy)
    if finish is not None:
        return {
            "error": "already_finished",
            "case_id": case.case_id,
            "outcome": finish.outcome.value,
            "by": finish.by,
            "at": to_iso(finish.at),
        }
    if case.status is not CaseStatus.OPEN:
        return {"error": "not_open", "case_id": case.case_id, "status": case.status.value}
    return {"error": "bad_at", "reason": "before_the_task"} if told.at < case.opened_at else None


# --- what changes --------------------------------------------------------------------------------------------


def _changed(case: Case, told: ReportBack, desk: Desk) -> Case:
    if told.outcome is Outcome.NO_ANSWER:
        return _tried(case, told, desk.policy)
    owes = makes_interaction(case, told.outcome) or told.objects
    record_id = find_record(case.customer_id, desk.items) if owes else None
    finish = Finish(
        told.outcome, told.at, told.by, told.note, told.points, told.request, record_id, told.objects
    )
    status = CaseStatus.DONE if told.outcome is Outcome.DONE else CaseStatus.CLOSED
    # It stays in the due index until it is fed: a crash in between is found by the sweep.
    check_at = desk.now if record_id else None
    return replace(case, status=status, finish=finish, check_at=check_at, next_try_on=None)


def _tried(case: Case, told: ReportBack, policy: Policy) -> Case:
    tries = (*case.tries, Try(told.at, told.by, told.note, told.request))
    if len(tries) < policy.tasks.tries:
        return replace(case, tries=tries, next_try_on=next_try_on(told.at, policy))
    finish = Finish(Outcome.NO_ANSWER, told.at, told.by, told.note, (), told.request)
    return replace(
        case, status=CaseStatus.CLOSED, tries=tries, finish=finish, check_at=None, next_try_on=None
    )


def _consequences(case: Case, desk: Desk) -> list[Put]:
    """Cases of the open points, and a note for the briefs of similar customers (R25)."""
    finish = case.finish
    if finish is None or finish.outcome is not Outcome.DONE:
        return []
    writes = [put_case(one) for one in _point_cases(case, finish, desk.policy)]
    profile = follow_alias(desk.items, case.customer_id) if case.kind != CaseKind.POINT else None
    industry = profile.golden.get("industry") if profile is not None else None
    if profile is not None and industry:
        writes.append(put_similar(industry, case.case_id, profile.customer_id, finish.at))
    return writes


def _point_cases(case: Case, finish: Finish, policy: Policy) -> list[Case]:
    return [
        _point_case(number, point, case, finish, policy)
        for number, point in enumerate(finish.points, start=1)
        if not point.is_resolved
    ]


def _point_case(number: int, point: Point, case: Case, finish: Finish, policy: Policy) -> Case:
    due_at = max(close_of(point.due_on, policy), finish.at) if point.due_on else finish.at + timedelta(days=1)
    return Case(
        case_id=point_id(case, number, policy),
        customer_id=case.customer_id,
        kind=CaseKind.POINT.value,
        channel=case.channel,
        owner=point.owner or case.owner,
        title="minutes_point",
        start_at=finish.at,
        due_at=due_at,
        opened_at=finish.at,
        brief={"level": level_of(case, policy).value, "policy": policy.version},
        text=point.text,
        about=case.case_id,
    )


def point_id(case: Case, number: int, policy: Policy) -> str:
    """The case of a point: the same whenever the same minutes are told again."""
    return make_contact_id(
        tenant=policy.tenant.id,
        customer_id=case.customer_id,
        plan_step=f"point.{case.case_id}.{number}",
        occasion_on=local_day(case.opened_at, policy.tenant.tz),
        channel=Channel(case.channel),
    )


# --- the answer ----------------------------------------------------------------------------------------------


def _answer(case: Case, told: ReportBack, policy: Policy) -> Answer:
    tries = [one.request for one in case.tries]
    points = _point_cases(case, case.finish, policy) if case.finish else []
    return {
        "case_id": case.case_id,
        "status": case.status.value,
        "outcome": told.outcome.value,
        "tries": tries.index(told.request) + 1 if told.request in tries else len(tries),
        "next_try_on": case.next_try_on.isoformat() if case.next_try_on else None,
        "points": [one.case_id for one in points],
        "fed": case.finish is not None and case.finish.record_id is not None,
    }
