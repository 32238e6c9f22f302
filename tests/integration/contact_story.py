"""Customers to tell stories about: what their sources say of them, and what came of it in the world of memory."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.model.case import Case
from shared.policy.load import DEFAULT, check_policy, read_tables
from shared.ports import Item, Table
from shared.runtime import wiring
from shared.store.cases import case_from_item
from tests.integration.memory_world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TODAY = date(2026, 6, 30)
USES = [(channel, purpose) for channel in ("email", "sms") for purpose in ("care", "marketing")]
Raw = dict[str, Any]


def party(number: int = 1, **more: Any) -> Raw:
    return {
        "ref": f"K{number}",
        "name": "李雷",
        "phone": f"1380013{number:04d}",
        "email": f"k{number}@example.com",
        "country": "CN",
        **more,
    }


def told(kind: str, name: str, at: str, number: int = 1, **more: Any) -> Raw:
    """A record of the sales system; `at` by the clock of Shanghai unless it says otherwise."""
    who = more.pop("party", {"ref": f"K{number}"})
    when = at if len(at) == len("2026-06-30") or at.endswith("Z") else f"{at}+08:00"
    return {"schema": 1, "system": "sales", "kind": kind, "id": name, "event_at": when, "party": who, **more}


def grants(number: int = 1, uses: list[tuple[str, str]] = USES) -> Iterator[Raw]:
    for channel, purpose in uses:
        yield told(
            "consent",
            f"{number}-{channel}-{purpose}",
            "2023-01-01T08:00:00",
            number,
            channel=channel,
            purpose=purpose,
            action="grant",
        )


def a_customer(number: int = 1, uses: list[tuple[str, str]] = USES, **more: Any) -> Iterator[Raw]:
    """Known for two years, talked to ten days ago: the plan asks for nothing for months."""
    yield told("profile", f"K{number}#profile", "2026-06-01T08:00:00", number, party=party(number, **more))
    yield told("order", f"o{number}", "2024-05-01T08:00:00", number, amount="3000")
    yield told("interaction", f"i{number}", "2026-06-20T08:00:00", number, channel="chat")
    yield from grants(number, uses)


def a_car(number: int = 1, asset: str = "A1", *, told_at: str = "2026-06-29T10:00:00", **days: Any) -> Raw:
    name = days.pop("record", asset)
    return told("asset", name, told_at, number, asset_id=asset, product="X3", **days)


def on(days: int) -> str:
    """So many days from the day on which the world begins."""
    return (TODAY + days * DAY).isoformat()


def tell(world: World, *raws: Raw) -> None:
    world.post_records(*raws)
    world.settle()
    world.sweep()


def live(world: World, days: float, *, step: timedelta = HOUR) -> None:
    """The schedules, over and over, until so many days later."""
    until = world.clock.now() + days * DAY
    while world.clock.now() < until:
        world.clock.move_to(min(until, world.clock.now() + step))
        world.sweep()


def at(world: World, when: str) -> None:
    """The clock of Shanghai."""
    world.clock.move_to(datetime.fromisoformat(when).replace(tzinfo=SHANGHAI).astimezone(UTC))


def is_of(play: str, row: Item | Raw) -> bool:
    """Of one playbook, or of any."""
    return not play or str(row["plan_step"]).startswith(f"play.{play}.")


def contacts(world: World, play: str = "") -> list[Item]:
    """Rows of the ledger, oldest first; of one playbook."""
    found = [row for row in world.items.scan(Table.CONTACTS) if is_of(play, row)]
    return sorted(found, key=lambda row: (str(row["created_at"]), str(row["plan_step"])))


def states(world: World, play: str = "") -> list[tuple[str, str]]:
    return [(str(row["channel"]), str(row["status"])) for row in contacts(world, play)]


def cases(world: World, kind: str) -> list[Case]:
    found = map(case_from_item, world.items.scan(Table.CASES))
    return sorted((case for case in found if case.kind == kind), key=lambda case: case.opened_at)


def decisions(world: World, play: str = "") -> list[Raw]:
    """All that was decided, by day; of one playbook."""
    rows = sorted(world.rows(Table.CUSTOMERS, "DAY#"), key=lambda row: str(row["sk"]))
    return [
        {**one, "day": str(row["sk"]).removeprefix("DAY#")}
        for row in rows
        for one in json.loads(str(row["decisions"]))
        if is_of(play, one)
    ]


def outcomes(world: World, play: str = "") -> list[tuple[str, str]]:
    return [(one["day"], one["decision"]) for one in decisions(world, play)]


def messages(world: World) -> list[str]:
    """Templates of what reached somebody, by row, in the order of sending."""
    sent = {mail.contact_id for mail in world.email.accepted} | {sms.contact_id for sms in world.sms.accepted}
    rows = [row for row in contacts(world) if row["contact_id"] in sent]
    return [str(row["template"]) for row in sorted(rows, key=lambda row: str(row["mark_at"]))]


def customer_ids(world: World) -> list[str]:
    rows = world.rows(Table.CUSTOMERS, "PROFILE")
    return sorted(str(row["customer_id"]) for row in rows if "alias_of" not in row)


def is_due(case: Case) -> str:
    return case.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def use(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """The policy with other values from now on: `caps__messages_per_day=2`, lists by number."""
    tables: Any = read_tables(DEFAULT.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = tables
        for name in parents:
            place = place[int(name)] if name.isdigit() else place[name]
        place[last] = value
    changed = check_policy(tables)
    monkeypatch.setattr(wiring, "policy", lambda: changed)
