"""Whatever the order in which records arrive, the same people come out of it, with the same golden records."""

from collections.abc import Sequence
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.memory.items import MemoryItems
from shared.model.source import CustomerProfile
from shared.ports import Table
from shared.store.customers import follow_alias
from tests.integration.identity_world import (
    Raw,
    a_consent,
    a_profile,
    an_event,
    ingest_all,
    of_customer,
    partition,
    review,
    rows,
    source,
)

NAMES = ("张伟", "Zhang Wei", "李娜", "Li Na", "")
PHONES = ("", "13800000001", "13800000002")
EMAILS = ("", "a@example.com", "b@example.com", "c@example.com")
SYSTEMS = ("sales", "service", "web")
PERSON_OF = {"张伟": 1, "Zhang Wei": 1, "李娜": 2, "Li Na": 2}


@st.composite
def some_records(draw: st.DrawFn) -> list[Raw]:
    """Up to seven people of three systems who share phones and addresses, each with an event or two."""
    raws: list[Raw] = []
    for number in range(draw(st.integers(2, 7))):
        system = draw(st.sampled_from(SYSTEMS))
        party = {
            "name": draw(st.sampled_from(NAMES)),
            "phone": draw(st.sampled_from(PHONES)),
            "email": draw(st.sampled_from(EMAILS)),
            "city": draw(st.sampled_from(["上海", "北京"])),
        }
        said = {field: value for field, value in party.items() if value}
        ref = str(number)
        at = draw(st.sampled_from(["2026-05-01", "2026-06-01"]))
        fields = draw(
            st.sampled_from([("name", "phone", "email"), ("name", "phone"), ("name", "email"), ("name",)])
        )
        # Two versions that say different things about one person; the later may say less than the earlier.
        raws.append(a_profile(ref, system, event_at=at, version=1, **said))
        less = {field: said[field] for field in fields if field in said}
        raws.append(a_profile(ref, system, event_at=at, version=2, **less))
        if draw(st.booleans()):
            raws.append(an_event("order", ref, f"o{ref}", "2026-05-05", system, amount="60000"))
        if draw(st.booleans()):
            # As web forms do: the event names the person again.
            raws.append(an_event("interaction", ref, f"i{ref}", "2026-05-06", system, **said))
    return raws


def view(items: MemoryItems) -> dict[frozenset[str], Any]:
    """Golden record, consents and tags by member set: what is left when ids are taken out."""
    found = {}
    for members in partition(items):
        customer_id = source(items, min(members))["customer_id"]
        review(items, customer_id, may_plan=False)
        tags = of_customer(items, customer_id, "TAGS")
        profile = of_customer(items, customer_id, "PROFILE")
        found[members] = (
            profile["golden"],
            profile["provenance"],
            [tags[name] for name in ("level", "risk", "activity", "reasons")],
        )
    return found


def check_pairs(found: set[frozenset[str]], raws: Sequence[Raw]) -> None:
    """Straight from the messages, for the pairs that nobody doubts: who must be together and who must not."""
    first = [raw for raw in raws if raw["kind"] == "profile" and raw["version"] == 1]
    people = {f"{raw['system']}#{raw['party']['ref']}": raw["party"] for raw in first}
    group_of = {record_id: group for group in found for record_id in group}
    for (one, said), (other, says) in combinations(people.items(), 2):
        if are_strangers(said, says):
            assert group_of[one] is not group_of[other], (one, other)
        if are_one(said, says):
            assert group_of[one] is group_of[other], (one, other)


def are_strangers(one: dict[str, str], other: dict[str, str]) -> bool:
    names = {PERSON_OF.get(party.get("name", "")) for party in (one, other)}
    return None not in names and len(names) > 1


def are_one(one: dict[str, str], other: dict[str, str]) -> bool:
    """The same name, the same phone and the same mailbox."""
    return all(one.get(field, "?") == other.get(field) for field in ("name", "phone", "email"))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(some_records(), st.integers(0, 2**16))
def test_any_order_of_arrival_gives_the_same_people_and_golden_records(raws: list[Raw], seed: int) -> None:
    expected = view(ingest_all(raws))
    check_pairs(set(expected), raws)
    shuffled = Random(seed).sample(raws, len(raws))
    assert view(ingest_all(shuffled)) == expected


@settings(max_examples=40, derandomize=True, deadline=None)
@given(some_records(), st.integers(0, 2**16))
def test_a_second_delivery_in_another_order_changes_nothing(raws: list[Raw], seed: int) -> None:
    once = ingest_all(raws)
    shuffled = Random(seed).sample(raws, len(raws))
    assert view(ingest_all([*raws, *shuffled])) == view(once)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(some_records())
def test_every_id_ever_given_leads_to_the_customer_who_holds_its_records(raws: list[Raw]) -> None:
    items = ingest_all(raws)
    for row in rows(items, Table.CUSTOMERS, "PROFILE"):
        found = follow_alias(items, row["customer_id"])
        assert isinstance(found, CustomerProfile)
        assert found.members
        assert row["customer_id"] in (found.customer_id, *found.aliases)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(["grant", "withdraw", "object"]), min_size=1, max_size=4), st.integers(0, 99))
def test_consents_end_the_same_whatever_arrives_first(actions: list[str], seed: int) -> None:
    profile = a_profile("1", name="张伟", email="a@example.com")
    said = [a_consent("1", f"c{day}", f"2026-06-0{day + 1}", action) for day, action in enumerate(actions)]
    stands = []
    for order in (said, Random(seed).sample(said, len(said))):
        items = ingest_all([profile, *order])
        customer_id = source(items, "sales#1")["customer_id"]
        review(items, customer_id)
        stands.append(of_customer(items, customer_id, "CONSENT")["email|care"])
    assert stands[0] == stands[1]
    assert stands[0].partition("#")[0] == {"grant": "granted", "withdraw": "withdrawn"}.get(
        actions[-1], "objected"
    )
