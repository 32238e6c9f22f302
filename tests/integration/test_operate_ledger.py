"""What an operator asks of the send ledger, and the answers."""

from datetime import timedelta
from typing import Any

import pytest

from shared.flows.operate_ledger import operate_ledger
from shared.model.instants import to_iso
from tests.integration.ledger_builder import NOW, POLICY, LedgerWorld


@pytest.fixture
def world() -> LedgerWorld:
    return LedgerWorld()


def ask(world: LedgerWorld, **request: Any) -> dict[str, Any]:
    return operate_ledger(request, items=world.items, policy=POLICY, now=world.clock.now())


def test_planned_contacts_are_cancelled_for_a_reason_that_is_known(world: LedgerWorld) -> None:
    world.add_contact()
    assert ask(world, action="cancel", customer_id="c-1", reason="mood")["error"] == "unknown_reason"
    assert ask(world, action="cancel", customer_id="c-1", reason="erased") == {
        "contact_ids": ("M1",),
        "under_way": 0,
    }
    assert world.row().reason == "erased"


def test_recover_counts_what_it_moved(world: LedgerWorld) -> None:
    world.add_contact("M1")
    world.add_contact("M2", not_before=NOW + timedelta(days=1))
    world.advance(hours=1)
    told = {"restored_to": to_iso(NOW), "stopped_at": to_iso(NOW + timedelta(hours=1))}
    assert ask(world, action="recover", **told) == {
        "moves": {"unknown": 1},
        "rows": 2,
        "moved_meanwhile": 0,
    }
    assert ask(world, action="recover", **told)["moves"] == {}


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"restored_to": "yesterday"}, "bad_instant"),
        ({"restored_to": "2026-06-30T02:00"}, "bad_instant"),
        ({"stopped_at": "2027-01-01T00:00Z"}, "restored_to <= stopped_at <= now must hold"),
    ],
)
def test_recover_refuses_instants_that_make_no_sense(
    world: LedgerWorld, told: dict[str, str], error: str
) -> None:
    assert ask(world, action="recover", **told) == {"error": error}


def test_the_budgets_tell_what_was_spent_in_the_period_that_runs(world: LedgerWorld) -> None:
    world.add_contact()
    world.send()
    budgets = {one["name"]: one for one in ask(world, action="budgets")["budgets"]}
    assert (budgets["email_day"]["period"], budgets["email_day"]["messages"]) == ("2026-06-30", 1)
    assert (budgets["sms_month"]["period"], budgets["sms_month"]["messages"]) == ("2026-06", 0)
