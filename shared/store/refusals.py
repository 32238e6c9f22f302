"""Access pattern of what deleted source records refused, by address: REFUSED items of the `records` table.

One item for each address, with one attribute for each record, so that a record writes its own and reads nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.matching.refusals import Refusals, add_refusals
from shared.model.instants import from_iso, to_iso
from shared.model.source import Standing
from shared.ports import Exists, Item, Items, Key, Table, Update, Value

REFUSED = "REFUSED"
_BY = "by "
"""Begins the attributes that name a record."""


def refusal_key(place: str) -> Key:
    """`place`: an address as an identity key, such as `email#5f0c...`."""
    return Key(Table.RECORDS, f"{REFUSED}#{place}", REFUSED)


def put_refusal(place: str, record_id: str, uses: Mapping[str, Standing]) -> Update:
    """What a record refuses at an address from now on; no uses: nothing any more."""
    name = _BY + record_id
    if not uses:
        return Update(refusal_key(place), remove=(name,), condition=Exists("record_id"))
    return Update(
        refusal_key(place),
        set={name: {use: [one.state, to_iso(one.at)] for use, one in sorted(uses.items())}},
    )


def refusals_from_items(found: Iterable[Item], besides: str = "") -> dict[str, dict[str, Standing]]:
    """What was refused, out of items of the table, whatever else is among them; `besides` by one record."""
    refusals: dict[str, dict[str, Standing]] = {}
    for item in found:
        if item.get("sk") == REFUSED:
            known = refusals.setdefault(str(item["record_id"]).removeprefix(f"{REFUSED}#"), {})
            for name, uses in item.items():
                if name.startswith(_BY) and name != _BY + besides:
                    add_refusals(known, _uses(uses))
    return refusals


def read_refusals(items: Items, places: Iterable[str], besides: str = "") -> Refusals:
    """What deleted records refused at these addresses, `besides` one of them."""
    wanted = [refusal_key(place) for place in places]
    return refusals_from_items(items.batch_get(wanted).values(), besides) if wanted else {}


def _uses(stored: Value) -> dict[str, Standing]:
    plain: Any = stored
    return {use: Standing(state, from_iso(at)) for use, (state, at) in plain.items()}
