"""Finished cases by the industry of their customer: what a brief can say of similar customers (R25)."""

from datetime import datetime

from shared.model.instants import to_iso
from shared.ports import Item, Items, Key, Put, Query, Table

SIMILAR = "SIMILAR#"


def put_similar(industry: str, case_id: str, customer_id: str, at: datetime) -> Put:
    """Notes that a case of this industry went well; ids only."""
    key = Key(Table.CONTROL, f"{SIMILAR}{industry}", f"{to_iso(at)}#{case_id}")
    item: Item = {"name": key.pk, "sk": key.sk, "case_id": case_id, "customer_id": customer_id}
    return Put(Table.CONTROL, item)


def newest_similar(items: Items, industry: str, *, limit: int) -> list[tuple[str, str]]:
    """(case id, customer id) of the newest cases of an industry."""
    query = Query(Table.CONTROL, f"{SIMILAR}{industry}", newest_first=True, limit=limit)
    return [(str(item["case_id"]), str(item["customer_id"])) for item in items.query(query).items]
