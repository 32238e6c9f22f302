"""A person's mark reaches the plan and the tags with the next review, and ends when it said (R63, R74)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.flows.mark_customer import mark_customer
from shared.memory.items import MemoryItems
from shared.model.instants import from_iso, start_of_day
from shared.store.customers import tags_from_item
from tests.integration.identity_world import (
    NOW,
    POLICY,
    a_consent,
    a_profile,
    an_event,
    ingest_all,
    of_customer,
    review,
    source,
)

SILENT = [
    a_profile("1", name="李雷", phone="13800001234", province="上海市"),
    an_event("order", "1", "o1", "2026-03-01"),
    a_consent("1", "c1", "2026-06-01", channel="sms"),
]
"""A customer of the cell basic.high who gets an SMS today."""


def a_world() -> tuple[MemoryItems, str]:
    items = ingest_all(SILENT)
    return items, str(source(items, f"{SILENT[0]['system']}#1")["customer_id"])


def ask(items: MemoryItems, customer_id: str, name: str, **more: object) -> dict[str, Any]:
    request = {"customer_id": customer_id, "name": name, "by": "Ms Wu", **more}
    return mark_customer(request, items=items, policy=POLICY, now=NOW)


def sms_decision(items: MemoryItems, customer_id: str) -> str:
    decided = json.loads(of_customer(items, customer_id, "DAY#2026-06-30")["decisions"])
    (decision,) = [str(one["decision"]) for one in decided if one["channel"] == "sms"]
    return decision


@pytest.mark.parametrize("name", ["do_not_contact", "personalisation_off"])
def test_what_a_person_says_holds_every_optional_message(name: str) -> None:
    items, customer_id = a_world()
    ask(items, customer_id, name)
    review(items, customer_id)
    assert sms_decision(items, customer_id) == name


def test_a_mark_wakes_a_review_which_says_who_set_it_and_until_when() -> None:
    items, customer_id = a_world()
    review(items, customer_id)
    answer = ask(items, customer_id, "vip", until="2026-07-03")
    state = tags_from_item(of_customer(items, customer_id, "TAGS"))
    assert state.due_at == NOW
    review(items, customer_id)
    state = tags_from_item(of_customer(items, customer_id, "TAGS"))
    mark = next(trait for trait in state.traits if trait.tag == "mark:vip")
    until = start_of_day(NOW.date() + timedelta(days=4), POLICY.tenant.tz)
    assert from_iso(str(mark.inputs["until"])) == until
    assert answer["marks"][0]["by"] == mark.inputs["by"] == "Ms Wu"
    assert {trait.tag: trait.value for trait in state.traits}["service_class"] == "vip"
    assert state.due_at is not None
    assert state.due_at <= until
    assert state.changes[-1]["tag"] == "mark:vip"


def test_a_mark_that_is_taken_back_is_gone() -> None:
    items, customer_id = a_world()
    ask(items, customer_id, "do_not_contact")
    assert ask(items, customer_id, "do_not_contact", off=True)["marks"] == []
    review(items, customer_id)
    assert sms_decision(items, customer_id) != "do_not_contact"


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        pytest.param({"name": "friend"}, "unknown_mark", id="a mark that is none"),
        pytest.param({"customer_id": "c-nobody"}, "not_found", id="nobody"),
        pytest.param({"until": "soon"}, "bad_until", id="an end that is none"),
        pytest.param({"until": "2026-07-01T00:00:00"}, "bad_until", id="an instant without offset"),
    ],
)
def test_a_request_that_cannot_be_done_is_answered_with_why(request_: dict[str, str], error: str) -> None:
    items, customer_id = a_world()
    asked = {"customer_id": customer_id, "name": "vip", "by": "Ms Wu"} | request_
    assert mark_customer(asked, items=items, policy=POLICY, now=NOW)["error"] == error
