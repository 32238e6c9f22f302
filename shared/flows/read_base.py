"""Reads all that is known of every customer: for forecasts on an operator's machine, never in a Lambda."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from shared.flows.decide_review import Known
from shared.model.source import Standing
from shared.ports import Item, Items, Table
from shared.store.customers import (
    CONSENT,
    LEDGER,
    PROFILE,
    TAGS,
    day_key,
    plan_memory_from_item,
    profile_from_item,
    tags_from_item,
)
from shared.store.marks import MARKS, marks_from_items
from shared.store.records import RECORD, source_from_item
from shared.store.refusals import refusals_from_items
from shared.store.suppressions import read_suppressions


def read_base(items: Items, today: date) -> Iterator[Known]:
    """What a review would read of each customer, in the order of ids; aliases are part of who they became."""
    sources, refusals = {}, dict[str, dict[str, Standing]]()
    for item in items.scan(Table.RECORDS):
        if item["sk"] == RECORD:
            sources[str(item["record_id"])] = source_from_item(item)
        refusals |= refusals_from_items([item])
    suppressed = frozenset(
        (str(one["channel"]), str(one["address_hash"])) for one in read_suppressions(items)
    )
    kept: dict[str, dict[str, Item]] = defaultdict(dict)
    for item in items.scan(Table.CUSTOMERS):
        kept[str(item["customer_id"])][str(item["sk"])] = item
    for customer_id, rows in sorted(kept.items()):
        if PROFILE not in rows or "alias_of" in rows[PROFILE]:
            continue
        profile = profile_from_item(rows[PROFILE])
        day = rows.get(str(day_key(customer_id, today).sk))
        yield Known(
            profile=profile,
            tags=tags_from_item(rows.get(TAGS)),
            memory=plan_memory_from_item(rows.get(LEDGER)),
            consent={name: value for name, value in rows.get(CONSENT, {}).items() if "|" in name},
            decided_today=tuple(json.loads(str(day["decisions"]))) if day else (),
            members=tuple(sources[record_id] for record_id in profile.members),
            marks=marks_from_items(
                kept[one][MARKS]
                for one in (customer_id, *profile.aliases)
                if one in kept and MARKS in kept[one]
            ),
            refused=refusals,
            suppressed=suppressed,
        )
