"""Access patterns of the `cases` table: work for people.

An open case stands in the due index under the instant at which the sweep must look at it, and so does one that is over
as long as something is owed for it. Minutes and notes are kept here and nowhere else (P1).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from shared.model.case import Case, CaseStatus, Finish, Outcome, Point, Told, Try
from shared.model.instants import from_iso, to_iso
from shared.ports import Absent, AnyOf, Condition, Is, Item, Items, Key, Put, Query, Table, query_all

SHARDS = 16
"""Of the `due` index."""
_READ_AT_ONCE = 100


def case_key(case_id: str) -> Key:
    return Key(Table.CASES, case_id)


# --- writes --------------------------------------------------------------------------------------------------


def put_case(case: Case) -> Put:
    """Opens a case; refused when there is one of that id already."""
    return Put(Table.CASES, case_to_item(case), Absent("case_id"))


def change_case(changed: Case, *, seen: Case) -> Put:
    """Writes a case as it was changed; refused when somebody else has changed it since it was seen."""
    # A row that was written before versions were counted has none.
    unchanged: Condition = Is("ver", "=", seen.ver)
    guard = AnyOf((Absent("ver"), unchanged)) if seen.ver == 0 else unchanged
    return Put(Table.CASES, case_to_item(replace(changed, ver=seen.ver + 1)), guard)


# --- reads ---------------------------------------------------------------------------------------------------


def read_case(items: Items, case_id: str) -> Case | None:
    item = items.get(case_key(case_id))
    return None if item is None else case_from_item(item)


def read_cases(items: Items, case_ids: Iterable[str]) -> list[Case]:
    """The cases of these ids that exist, in no order."""
    found: list[Case] = []
    names = list(dict.fromkeys(case_ids))
    for start in range(0, len(names), _READ_AT_ONCE):
        keys = [case_key(name) for name in names[start : start + _READ_AT_ONCE]]
        found += map(case_from_item, items.batch_get(keys).values())
    return found


def cases_of(customer_id: str) -> Query:
    """Every case of one customer, oldest first."""
    return Query(Table.CASES, customer_id, index="by_customer")


def due_cases(shard: int, *, until: datetime, page: int) -> Query:
    """Keys of the cases of a shard that must be looked at by an instant, the longest due first."""
    return Query(Table.CASES, _shard_name(shard), index="due", at_most=to_iso(until), limit=page)


def open_cases(items: Items, *, page: int) -> Iterator[Case]:
    """Every open case, shard after shard: as many as people have work for, read by the index."""
    for shard in range(SHARDS):
        rows = query_all(items, Query(Table.CASES, _shard_name(shard), index="due", limit=page))
        for case in read_cases(items, (str(row["case_id"]) for row in rows)):
            if case.status is CaseStatus.OPEN:
                yield case


def _shard_name(shard: int) -> str:
    return f"DUE#{shard:02d}"


# --- items ---------------------------------------------------------------------------------------------------


def case_to_item(case: Case) -> Item:
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
        "steps": case.steps,
        "ver": case.ver,
    }
    return item | _index_keys(case) | _what_happened(case)


def _index_keys(case: Case) -> Item:
    check_at = case.check_at or (case.start_at if case.status is CaseStatus.OPEN else None)
    if check_at is None:
        return {}
    shard = hashlib.sha256(case.case_id.encode()).digest()[0] % SHARDS
    return {"due_shard": _shard_name(shard), "check_at": to_iso(check_at)}


def _what_happened(case: Case) -> Item:
    """Only what there is: most cases are never escalated, and have no text of their own."""
    told: Any = [
        {**one._asdict(), "at": to_iso(one.at), "mailed_at": _iso(one.mailed_at)} for one in case.told
    ]
    tries: Any = [{**one._asdict(), "at": to_iso(one.at)} for one in case.tries]
    values: Item = {
        "text": case.text,
        "about": case.about,
        "told": told,
        "tries": tries,
        "next_try_on": case.next_try_on.isoformat() if case.next_try_on else None,
        "finish": _finish_to_plain(case.finish) if case.finish else None,
    }
    return {name: value for name, value in values.items() if value}


def _finish_to_plain(finish: Finish) -> dict[str, Any]:
    return {
        "outcome": finish.outcome.value,
        "at": to_iso(finish.at),
        "by": finish.by,
        "note": finish.note,
        "points": [
            {**point._asdict(), "due_on": point.due_on.isoformat() if point.due_on else None}
            for point in finish.points
        ],
        "request": finish.request,
        "record_id": finish.record_id,
        "objects": finish.objects,
    }


def case_from_item(item: Item) -> Case:
    stored: Any = item
    return Case(
        case_id=stored["case_id"],
        customer_id=stored["customer_id"],
        kind=stored["kind"],
        channel=stored["channel"],
        owner=stored["owner"],
        title=stored["title"],
        start_at=from_iso(stored["start_at"]),
        due_at=from_iso(stored["due_at"]),
        opened_at=from_iso(stored["opened_at"]),
        brief=stored["brief"],
        status=CaseStatus(stored["status"]),
        text=stored.get("text", ""),
        about=stored.get("about"),
        check_at=_instant(stored.get("check_at")),
        steps=stored.get("steps", 0),
        told=tuple(map(_told_from_plain, stored.get("told", ()))),
        tries=tuple(Try(**{**one, "at": from_iso(one["at"])}) for one in stored.get("tries", ())),
        next_try_on=_day(stored.get("next_try_on")),
        finish=_finish_from_plain(stored["finish"]) if "finish" in stored else None,
        ver=stored.get("ver", 0),
    )


def _told_from_plain(plain: dict[str, Any]) -> Told:
    return Told(**{**plain, "at": from_iso(plain["at"]), "mailed_at": _instant(plain["mailed_at"])})


def _finish_from_plain(plain: dict[str, Any]) -> Finish:
    return Finish(
        **{
            **plain,
            "outcome": Outcome(plain["outcome"]),
            "at": from_iso(plain["at"]),
            "points": tuple(Point(**{**one, "due_on": _day(one["due_on"])}) for one in plain["points"]),
        }
    )


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else to_iso(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
