"""What a person reports of a task: read strictly, refused with a reason that says where (R26, R27)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.care.case_people import find_person, staff
from shared.model.case import Outcome, Point
from shared.model.instants import from_iso, local_day, to_iso
from shared.policy.schema import Policy

Refusal = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReportBack:
    case_id: str
    outcome: Outcome
    by: str
    note: str
    points: tuple[Point, ...]
    at: datetime
    objects: bool
    request: str
    """Digest of what was told, so that a repeat is known as one."""


class _Bad(Exception):
    """Not understood; `told` is the answer."""

    def __init__(self, error: str, **told: object) -> None:
        super().__init__(error)
        self.told: Refusal = {"error": error, **told}


def read_report_back(request: Mapping[str, Any], policy: Policy, now: datetime) -> ReportBack | Refusal:
    """The report, or the answer that refuses it; KeyError names an argument that is missing."""
    try:
        return _read(request, policy, now)
    except _Bad as bad:
        return bad.told


def _read(request: Mapping[str, Any], policy: Policy, now: datetime) -> ReportBack:
    case_id, outcome = str(request["case_id"]), _outcome(request["outcome"])
    by = str(request["by"]).strip()
    if not by:
        raise _Bad("bad_by")
    note = _text(request.get("note"), "bad_note", policy)
    objects = request.get("do_not_call", False) is True
    if objects and outcome is not Outcome.REFUSED:
        raise _Bad("do_not_call_without_refusal")
    told = request.get("minutes") or []
    if told and outcome is not Outcome.DONE:
        raise _Bad("minutes_without_talk")
    at = _instant(request.get("at"), now)
    points = tuple(_points(told, policy, local_day(at, policy.tenant.tz)))
    digest = _digest(request, outcome, by, note, points, objects, _moment(request, outcome, at, policy))
    return ReportBack(case_id, outcome, by, note, points, at, objects, digest)


def _outcome(told: object) -> Outcome:
    if str(told) not in {*Outcome}:
        raise _Bad("unknown_outcome", outcomes=sorted(Outcome))
    return Outcome(str(told))


def _text(told: object, error: str, policy: Policy) -> str:
    text = "" if told is None else str(told).strip()
    if len(text) > policy.tasks.most_characters:
        raise _Bad(error, reason="too_long", most=policy.tasks.most_characters)
    return text


def _instant(told: object, now: datetime) -> datetime:
    """When the talk was: now unless it is said."""
    if told is None:
        return now
    try:
        at = from_iso(str(told))
    except ValueError:
        raise _Bad("bad_at") from None
    if at > now:
        raise _Bad("bad_at", reason="ahead")
    return at


def _moment(request: Mapping[str, Any], outcome: Outcome, at: datetime, policy: Policy) -> str:
    """What tells one try from the next: its own instant, or else its day. A task ends only once."""
    if request.get("at") is not None:
        return to_iso(at)
    return local_day(at, policy.tenant.tz).isoformat() if outcome is Outcome.NO_ANSWER else ""


def _digest(request: Mapping[str, Any], outcome: Outcome, *told: object) -> str:
    text = json.dumps([str(request["case_id"]), outcome.value, *map(repr, told)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


# --- minutes -------------------------------------------------------------------------------------------------


def _points(told: object, policy: Policy, today: date) -> Iterable[Point]:
    if not isinstance(told, list):
        raise _Bad("bad_minutes", reason="not_a_list")
    if len(told) > policy.tasks.most_points:
        raise _Bad("bad_minutes", reason="too_many", most=policy.tasks.most_points)
    for number, one in enumerate(told, start=1):
        try:
            yield _point(one, policy, today)
        except _Bad as bad:
            bad.told["point"] = number
            raise


def _point(told: object, policy: Policy, today: date) -> Point:
    if not isinstance(told, Mapping):
        raise _Bad("bad_minutes", reason="not_an_object")
    text = _text(told.get("text"), "bad_minutes", policy)
    if not text:
        raise _Bad("bad_minutes", reason="no_text")
    if told.get("resolved", False) is True:
        return Point(text, True)
    return Point(text, False, _owner(told.get("owner"), policy), _due_on(told.get("due_on"), today))


def _owner(told: object, policy: Policy) -> str:
    """Somebody whom the policy knows: a digest goes there (R27)."""
    if told is None or not str(told).strip():
        raise _Bad("bad_minutes", reason="no_owner")
    person = find_person(str(told), policy)
    if person is None:
        raise _Bad("bad_minutes", reason="unknown_owner", people=sorted({one.name for one in staff(policy)}))
    return person.name


def _due_on(told: object, today: date) -> date:
    if told is None:
        raise _Bad("bad_minutes", reason="no_due_day")
    try:
        due_on = date.fromisoformat(str(told))
    except ValueError:
        raise _Bad("bad_minutes", reason="bad_due_day") from None
    if due_on < today:
        raise _Bad("bad_minutes", reason="due_in_the_past")
    return due_on
