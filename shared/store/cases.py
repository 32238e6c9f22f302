"""Access patterns of the `cases` table: work for people."""

import hashlib
from dataclasses import fields
from typing import Any

from shared.model.case import Case, CaseStatus
from shared.model.instants import from_iso, to_iso
from shared.ports import Absent, Item, Key, Put, Query, Table

SHARDS = 16
"""Of the `due` index of open cases."""


def case_key(case_id: str) -> Key:
    return Key(Table.CASES, case_id)


def put_case(case: Case) -> Put:
    """Opens a case; refused when it is open already."""
    item: Item = {
        "case_id": case.case_id,
        "customer_id": case.customer_id,
        "kind": case.kind,
        "channel": case.channel,
        "owner": case.owner,
        "title": case.title,
        "start_at": to_iso(case.start_at),
        "due_at": to_iso(case.due_at),
        "opened_at": to_iso(case.opened_at),
        "brief": dict(case.brief),
        "status": case.status.value,
    }
    if case.status is CaseStatus.OPEN:
        item["due_shard"] = f"DUE#{hashlib.sha256(case.case_id.encode()).digest()[0] % SHARDS:02d}"
    return Put(Table.CASES, item, Absent("case_id"))


def case_from_item(item: Item) -> Case:
    stored: Any = item
    known = {field.name: stored[field.name] for field in fields(Case)}
    known |= {name: from_iso(stored[name]) for name in ("start_at", "due_at", "opened_at")}
    return Case(**{**known, "status": CaseStatus(stored["status"])})


def cases_of(customer_id: str) -> Query:
    """Every case of one customer, oldest first."""
    return Query(Table.CASES, customer_id, index="by_customer")
