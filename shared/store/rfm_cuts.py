"""The cut points of RFM over the whole base, in the `control` table: a pass over the base writes them, `explain` reads."""

from datetime import datetime
from typing import Any

from shared.model.instants import to_iso
from shared.ports import Item, Items, Key, Put, Table
from shared.tagging.rfm import Cuts

_KEY = Key(Table.CONTROL, "RFM", "CUTS")


def put_cuts(cuts: Cuts, at: datetime) -> Put:
    item: Item = {"name": _KEY.pk, "sk": _KEY.sk, "at": to_iso(at)}
    return Put(Table.CONTROL, item | {name: list(bounds) for name, bounds in cuts._asdict().items()})


def read_cuts(items: Items) -> Cuts:
    """Empty where no pass was made yet."""
    stored: Any = items.get(_KEY)
    return Cuts() if stored is None else Cuts(*(tuple(stored[name]) for name in Cuts._fields))
