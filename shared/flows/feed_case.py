"""What a finished task tells the rest of the system: an interaction, or an objection to calls (R26, R37, R74).

It goes through the records queue like anything that a source reports, in the name of the customer's own source record.
Built from what is stored alone, so that posting it again after a crash is the same message. It holds no word of the
minutes (P1).
"""

import json
from dataclasses import replace
from typing import Any

from shared.model.case import Case, CaseKind, Finish, Outcome
from shared.model.instants import to_iso
from shared.ports import Items, Queue, QueueName
from shared.store.cases import change_case
from shared.store.customers import follow_alias
from shared.store.records import read_sources

MINUTED = "minuted"
"""Stage of a talk of which there are minutes: the customer is owed them within 24 hours (R27)."""


def find_record(customer_id: str, items: Items) -> str | None:
    """The source record that gets what a task told: the first of the customer's that is not deleted; None: nobody is left."""
    profile = follow_alias(items, customer_id)
    sources = read_sources(items, profile.members) if profile is not None else {}
    ordered = sorted(sources.values(), key=lambda source: (source.deleted, source.record_id))
    return ordered[0].record_id if ordered else None


def is_owed(case: Case) -> bool:
    """Something is still to be posted for a case that is over."""
    return case.finish is not None and case.finish.record_id is not None and case.check_at is not None


def feed_case(case: Case, *, items: Items, queue: Queue) -> None:
    """Posts what is owed, then takes the case out of the due index; somebody else having done so is as good."""
    if is_owed(case) and case.finish is not None:
        queue.post(QueueName.RECORDS, [json.dumps(_message(case, case.finish))])
        items.put_if(change_case(replace(case, check_at=None), seen=case))


def makes_interaction(case: Case, outcome: Outcome) -> bool:
    """The customer was talked to; a point of minutes is work within the house."""
    return outcome is Outcome.DONE and case.kind != CaseKind.POINT


def _message(case: Case, finish: Finish) -> dict[str, Any]:
    system, _, ref = (finish.record_id or "").partition("#")
    message = {"schema": 1, "system": system, "event_at": to_iso(finish.at), "party": {"ref": ref}}
    return message | (_objection(case) if finish.objects else _interaction(case, finish))


def _interaction(case: Case, finish: Finish) -> dict[str, Any]:
    told = {"kind": "interaction", "id": case.case_id, "channel": case.channel}
    return told | ({"stage": MINUTED} if finish.points else {})


def _objection(case: Case) -> dict[str, Any]:
    return {
        "kind": "consent",
        "id": f"{case.case_id}-objection",
        "channel": "phone",
        "purpose": "any",
        "action": "object",
        "evidence": f"task {case.case_id}",
    }
