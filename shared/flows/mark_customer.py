"""What a person says of a customer: VIP, do not contact, no personalisation; with who says it and until when (R63, R74)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from shared.model.instants import start_of_day, to_iso
from shared.model.tags import Mark
from shared.policy.schema import Policy
from shared.ports import Items
from shared.store.customers import follow_alias, mark_due
from shared.store.marks import read_marks, set_mark, take_mark_back
from shared.tagging.traits import MARKS


def mark_customer(
    request: Mapping[str, Any], *, items: Items, policy: Policy, now: datetime
) -> dict[str, Any]:
    """Sets the mark that a request names, or takes it back (`off`), and wakes a review; the marks that stand then.

    `until` is an instant with offset, or a local day which the mark still holds on.
    """
    name, by = str(request["name"]), str(request["by"])
    if name not in MARKS:
        return {"error": "unknown_mark", "marks": sorted(MARKS)}
    profile = follow_alias(items, str(request["customer_id"]))
    if profile is None:
        return {"error": "not_found"}
    try:
        until = _read_until(request.get("until"), policy)
    except ValueError:
        return {"error": "bad_until"}
    ids = (profile.customer_id, *profile.aliases)
    # Taken back under every id that the customer had; set under the one that it has.
    writes = [take_mark_back(one, name) for one in ids]
    if not request.get("off"):
        mark = Mark(name, by, now, until)
        writes = [*writes[1:], set_mark(profile.customer_id, mark)]
    items.transact([*writes, mark_due(profile.customer_id, at=now, shards=policy.due.shards)])
    return {"customer_id": profile.customer_id, "marks": [_plain(mark) for mark in read_marks(items, ids)]}


def _read_until(told: object, policy: Policy) -> datetime | None:
    if told is None:
        return None
    text, zone = str(told), policy.tenant.tz
    if "T" in text:
        until = datetime.fromisoformat(text)
        if until.tzinfo is None:
            raise ValueError("an instant needs an offset")
        return until
    return start_of_day(date.fromisoformat(text) + timedelta(days=1), zone)


def _plain(mark: Mark) -> dict[str, Any]:
    until = None if mark.until is None else to_iso(mark.until)
    return {"name": mark.name, "by": mark.by, "since": to_iso(mark.since), "until": until}
