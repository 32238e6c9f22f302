"""The operator's actions on identity. Who asks is named in `by`; the answer is plain JSON."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shared.flows.decide_identity import (
    Deciding,
    Person,
    accept_review,
    always_same,
    merge_customers,
    never_same,
    reject_review,
    undo_verdict,
    unmerge,
)
from shared.flows.open_questions import Question, open_questions
from shared.flows.verify_field import verify_field
from shared.model.instants import to_iso
from shared.policy.schema import Policy
from shared.ports import Items
from shared.store.reviews import Decision, all_decisions

Answer = dict[str, Any]
Request = Mapping[str, Any]
REVIEWS_SHOWN = 100


def operate_identity(request: Request, *, items: Items, policy: Policy, key: bytes, now: datetime) -> Answer:
    """What came of a request; KeyError names an argument that is missing."""
    return _ACTIONS[str(request["action"])](request, items, policy, key, now)


def _deciding(request: Request, items: Items, policy: Policy, key: bytes, now: datetime) -> Deciding:
    return Deciding(items, policy, key, Person(str(request["by"]), now, str(request.get("why") or "")))


def _between(
    decide: Callable[[str, str, Deciding], Any],
) -> Callable[[Request, Items, Policy, bytes, datetime], Answer]:
    """`one` and `other`: customer ids, or ids of source records."""

    def answer(request: Request, items: Items, policy: Policy, key: bytes, now: datetime) -> Answer:
        one, other = str(request["one"]), str(request["other"])
        return asdict(decide(one, other, _deciding(request, items, policy, key, now)))

    return answer


def _about(
    argument: str, decide: Callable[[str, Deciding], Any]
) -> Callable[[Request, Items, Policy, bytes, datetime], Answer]:
    def answer(request: Request, items: Items, policy: Policy, key: bytes, now: datetime) -> Answer:
        return asdict(decide(str(request[argument]), _deciding(request, items, policy, key, now)))

    return answer


def _unmerge(request: Request, items: Items, policy: Policy, key: bytes, now: datetime) -> Answer:
    deciding = _deciding(request, items, policy, key, now)
    records = request.get("records") or ()
    return asdict(unmerge(str(request["customer"]), deciding, map(str, records)))


def _reviews(request: Request, items: Items, policy: Policy, key: bytes, now: datetime) -> Answer:
    limit = int(request.get("limit", REVIEWS_SHOWN))
    found = open_questions(items)
    return {"open": len(found), "reviews": list(map(plain_question, found[:limit]))}


def _verdicts(request: Request, items: Items, policy: Policy, key: bytes, now: datetime) -> Answer:
    limit = int(request.get("limit", REVIEWS_SHOWN))
    return {"verdicts": list(map(plain_decision, all_decisions(items)[:limit]))}


def plain_question(question: Question) -> Answer:
    return {
        **asdict(question.review),
        "at": to_iso(question.review.at),
        "sides": [asdict(side) for side in question.sides],
    }


def plain_decision(decision: Decision) -> Answer:
    verdict = decision.verdict
    return {
        "verdict": verdict.verdict_id,
        "word": verdict.word,
        "left": list(verdict.left),
        "right": list(verdict.right),
        "at": to_iso(verdict.at),
        "action": decision.action,
        "by": decision.by,
        "undone_by": decision.undone_by,
        "undone_at": None if decision.undone_at is None else to_iso(decision.undone_at),
        "note": dict(decision.note or {}),
    }


def _verify(request: Request, items: Items, policy: Policy, key: bytes, now: datetime) -> Answer:
    records = verify_field(
        str(request["customer"]),
        str(request["field"]),
        str(request["value"]),
        items=items,
        policy=policy,
        at=now,
    )
    return {"verified": list(records)} if records else {"error": "not_said_by_any_source"}


_ACTIONS: dict[str, Callable[[Request, Items, Policy, bytes, datetime], Answer]] = {
    "merge": _between(merge_customers),
    "unmerge": _unmerge,
    "always_same": _between(always_same),
    "never_same": _between(never_same),
    "reviews": _reviews,
    "accept": _about("review", accept_review),
    "reject": _about("review", reject_review),
    "undo": _about("verdict", undo_verdict),
    "verdicts": _verdicts,
    "verify": _verify,
}
IDENTITY_ACTIONS = tuple(_ACTIONS)
