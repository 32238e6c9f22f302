"""The open tasks, and one task with its brief, as an operator and the command show them (R25)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shared.care.case_people import find_person, owner_of
from shared.flows.read_brief import read_brief
from shared.insight.brief import Brief
from shared.model.case import Case
from shared.policy.schema import Policy
from shared.ports import Items
from shared.store.cases import open_cases, read_case

SHOWN = 200


def list_tasks(items: Items, policy: Policy, *, owner: str | None = None) -> list[Case]:
    """Open tasks by deadline, all or those of one person, who is named or addressed."""
    person = find_person(owner, policy) if owner else None
    if owner and person is None:
        return []
    found = open_cases(items, page=policy.due.page)
    mine = [case for case in found if person is None or owner_of(case, policy).email == person.email]
    return sorted(mine, key=lambda case: (case.due_at, case.case_id))


def show_task(items: Items, case_id: str, policy: Policy, now: datetime) -> Brief | None:
    """A task with what one should know before; None: there is none of that id."""
    case = read_case(items, case_id)
    return None if case is None else read_brief(case, items=items, policy=policy, now=now)


def operate_tasks(
    request: Mapping[str, Any], *, items: Items, policy: Policy, now: datetime
) -> dict[str, Any]:
    """`tasks` (of an `owner`), or `task` with its `case_id`."""
    if request["action"] == "task":
        brief = show_task(items, str(request["case_id"]), policy, now)
        return {"error": "not_found"} if brief is None else {"task": asdict(brief)}
    owner = request.get("owner")
    found = list_tasks(items, policy, owner=str(owner) if owner else None)
    return {"open": len(found), "tasks": [asdict(case) for case in found[:SHOWN]]}
