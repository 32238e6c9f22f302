"""Builders of care states for tests; days and hours are of the default policy's tenant (Asia/Shanghai)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from shared.care.state import CareState, Ledger, Reach
from shared.model.tags import Level, Risk
from shared.policy.load import load_policy

POLICY = load_policy()
SHANGHAI = ZoneInfo("Asia/Shanghai")
GRANTED = {"email|care": "granted", "sms|care": "granted", "phone|care": "granted"}


def at(day: str, clock: str = "10:00", zone: ZoneInfo = SHANGHAI) -> datetime:
    """The UTC instant of a local day and time."""
    wall = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tzinfo=zone)
    return wall.astimezone(UTC)


def a_reach(**changes: Any) -> Reach:
    values = {"email": True, "sms": True, "phone": True, "country": "CN", "zone": "Asia/Shanghai"}
    return Reach(**{**values, "language": "zh", **changes})


def a_ledger(cell: str, due: str, last: str | None = None, **changes: Any) -> Ledger:
    values: dict[str, Any] = {
        "cell": cell,
        "cell_since_on": date(2025, 1, 1),
        "plan_due_on": date.fromisoformat(due),
        "last_contact_on": date.fromisoformat(last) if last else None,
        "first_contact_made": True,
    }
    return Ledger(**{**values, **changes})


def a_state(level: str = "core", risk: str = "low", **changes: Any) -> CareState:
    counted: Mapping[str, Mapping[str, int]] = {}
    values: dict[str, Any] = {
        "tenant_id": POLICY.tenant.id,
        "customer_id": "C-1",
        "aliases": (),
        "level": Level(level),
        "risk": Risk(risk),
        "reach": a_reach(),
        "consents": GRANTED,
        "objections": frozenset(),
        "do_not_contact": False,
        "personalisation_off": False,
        "last_interaction_on": None,
        "ledger": Ledger(),
        "made": frozenset(),
        "counted": counted,
        "first_import_open": True,
    }
    return CareState(**{**values, **changes})


def a_due_state(level: str, risk: str, due: str, **changes: Any) -> CareState:
    """A customer long in its cell whose occasion is due on a day."""
    return a_state(level, risk, **{"ledger": a_ledger(f"{level}.{risk}", due), **changes})
