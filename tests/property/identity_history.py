"""Random histories of a few people whose records share names, phones and mailboxes; and all that is stored of them,
as canonical JSON without what only counts or tells (versions, journal, audit)."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from shared.flows.decide_identity import Deciding, Person
from shared.memory.items import MemoryItems
from shared.policy.schema import Policy
from shared.ports import Item, Items, Table
from tests.integration.identity_world import (
    KEY,
    NOW,
    POLICY,
    Raw,
    a_consent,
    a_profile,
    an_event,
    of_customer,
    review,
    rows,
)

WIDE = POLICY.model_copy(update={"matching": POLICY.matching.model_copy(update={"comparisons": 20})})
"""Everybody who shares a key is compared, so that the review list too is a function of the records alone."""
NAMES = ("张伟", "Zhang Wei", "張偉", "李娜", "Li Na", "王小明", "")
PHONES = ("", "13800000001", "13800000002", "13800000003")
MAILBOXES = ("", "a@example.com", "b@example.com", "c@example.com")
COMPANIES = ("", "远洋贸易有限公司", "Far Sea Ltd")
SYSTEMS = ("sales", "service", "web")
_TOLD = frozenset({"ver", "evaluated_at", "changes", "at", "wake"})
"""Versions, and what tells when something was looked at or how it came about."""
_JOURNALS = ("LINK#", "DAY#", "CAP#")


def some_party(chance: Random) -> dict[str, str]:
    said = {
        "name": chance.choice(NAMES),
        "phone": chance.choice(PHONES),
        "email": chance.choice(MAILBOXES),
        "company": chance.choice(COMPANIES),
        "city": chance.choice(("上海", "")),
    }
    return {field: value for field, value in said.items() if value}


def some_input(chance: Random, serial: int, people: int) -> Raw:
    """Another version of somebody's profile, an event or a consent of somebody."""
    number = chance.randrange(people)
    ref, system = str(number), SYSTEMS[number % len(SYSTEMS)]
    kind = chance.choice(("profile", "profile", "order", "interaction", "consent"))
    if kind == "profile":
        return a_profile(ref, system, version=serial + 2, **some_party(chance))
    if kind == "consent":
        action = chance.choice(("grant", "grant", "withdraw", "object"))
        channel = chance.choice(("email", "sms", "any"))
        day = f"2026-06-{chance.randrange(1, 29):02d}"
        return a_consent(ref, f"c{serial}", day, action, channel=channel, system=system)
    day = f"2026-0{chance.randrange(1, 7)}-{chance.randrange(1, 28):02d}"
    return an_event(kind, ref, f"e{serial}", day, system)


def some_people(chance: Random, people: int) -> list[Raw]:
    return [
        a_profile(str(number), SYSTEMS[number % len(SYSTEMS)], version=1, **some_party(chance))
        for number in range(people)
    ]


def deciding(items: Items, by: str = "anna", policy: Policy = WIDE) -> Deciding:
    return Deciding(items, policy, KEY, Person(by, NOW))


def customers(items: Items) -> list[Any]:
    """The profiles of those who are no alias, in the order of their ids."""
    found = [row for row in rows(items, Table.CUSTOMERS, "PROFILE") if "alias_of" not in row]
    return sorted(found, key=lambda row: str(row["customer_id"]))


def review_all(items: MemoryItems, *, may_plan: bool) -> None:
    for row in customers(items):
        review(items, row["customer_id"], NOW, WIDE, may_plan=may_plan)


def people(items: Items) -> list[str]:
    """Members, golden record, consents and tags of each customer, without ids and plans."""
    found = []
    for row in customers(items):
        kept = {sk: of_customer(items, row["customer_id"], sk) or {} for sk in ("TAGS", "CONSENT")}
        tags = {name: kept["TAGS"].get(name) for name in ("level", "risk", "activity", "flags", "reasons")}
        consent = {use: state for use, state in kept["CONSENT"].items() if "|" in use}
        golden = {name: row[name] for name in ("members", "golden", "provenance")}
        found.append(json.dumps([golden, tags, consent], sort_keys=True))
    return sorted(found)


def canonical(items: Items) -> list[str]:
    """Every item that says something about a customer, and whom each alias stands for, one line each."""
    standing = {row["customer_id"]: row for row in rows(items, Table.CUSTOMERS, "PROFILE")}
    aliases = {name for name, row in standing.items() if "alias_of" in row}
    found = [
        *(item for item in items.scan(Table.CUSTOMERS) if item["customer_id"] not in aliases),
        *items.scan(Table.IDENTITIES),
        *rows(items, Table.RECORDS, "RECORD"),
        *(item for item in items.scan(Table.CONTROL) if str(item["name"]).startswith("REVIEW#")),
    ]
    lines = [
        json.dumps({name: value for name, value in item.items() if name not in _TOLD}, sort_keys=True)
        for item in found
        if not _is_empty(item)
    ]
    return sorted(lines) + [f"{name} is {_root(name, standing)}" for name in sorted(aliases)]


def with_aside(items: Items) -> list[str]:
    """The same with what aliases hold for the day on which they are customers again."""
    aside = [
        json.dumps({name: value for name, value in item.items() if name not in _TOLD}, sort_keys=True)
        for item in items.scan(Table.CUSTOMERS)
        if item["sk"] in ("PROFILE", "LEDGER", "KEPT")
    ]
    return canonical(items) + sorted(aside)


def _root(name: str, standing: Mapping[str, Any]) -> str:
    while "alias_of" in standing[name]:
        name = standing[name]["alias_of"]
    return name


def _is_empty(item: Item) -> bool:
    """A journal, or an item that says nothing: a key that nobody is found under, a customer without consents."""
    sk = str(item.get("sk", ""))
    is_silent = sk == "CONSENT" and not any("|" in name for name in item)
    return is_silent or sk == "KEPT" or sk.startswith(_JOURNALS) or item.get("members") == {}
