"""Exit band and confirmation, day by day as they are worded, against what is stored and announced."""

import os
from datetime import date, datetime, timedelta
from random import Random

import pytest

from shared.model.history import History
from shared.model.instants import TICK
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.tagging.fold import Happening, add_events
from shared.tagging.review import review_tags, tag
from tests.property.steadied_oracle import SteadiedOracle
from tests.property.tagging_oracle import Event, midnights

ZONE = "Asia/Shanghai"
BEGIN_ON = date(2024, 1, 31)
DAYS = 420
CUSTOMERS = int(os.environ.get("GUANXI_TAG_LINES", "2"))
OPTIONS = [(10, 0), (0, 14), (20, 30)]


def a_policy(exit_percent: int, confirm_days: int) -> Policy:
    default = load_policy()
    changed = {"exit_percent": exit_percent, "confirm_days": confirm_days}
    return default.model_copy(update={"level": default.level.model_copy(update=changed)})


def some_events(random: Random) -> list[Event]:
    """Sums about the bounds, so that levels flap."""
    dawn = midnights(ZONE)
    events = []
    for _ in range(random.choice([2, 5, 9])):
        day = BEGIN_ON + timedelta(days=random.randrange(-200, 120))
        at = dawn[day] + random.choice([timedelta(0), TICK, timedelta(hours=15)])
        kind = random.choice(["order", "order", "order", "refund"])
        fen = random.choice([4_600_000, 9_500_000, 20_000_000, 48_000_000, 97_000_000]) + random.randrange(3)
        events.append(Event(at, kind, fen if kind == "order" else -fen // 4))
    return events


def history_of(events: list[Event], first_on: date | None, now: datetime) -> History:
    told = [Happening("order" if e.kind == "order" else "refund", e.at, abs(e.fen)) for e in events]
    return add_events(History(first_cooperation_on=first_on), told, now, load_policy().tenant.tz)


@pytest.mark.parametrize(("exit_percent", "confirm_days"), OPTIONS)
def test_a_steadied_level_is_the_worded_one_and_changes_when_announced(
    exit_percent: int, confirm_days: int
) -> None:
    policy, random = a_policy(exit_percent, confirm_days), Random(f"{exit_percent} {confirm_days}")
    dawn = midnights(ZONE)
    for _ in range(CUSTOMERS):
        events, first_on = some_events(random), random.choice([None, date(2022, 2, 28), date(2020, 1, 1)])
        now = dawn[BEGIN_ON]
        history = history_of(events, first_on, now)
        stored = review_tags(history, policy, now)
        ahead = [event.at + TICK for event in events if event.at >= now]
        oracle = SteadiedOracle(policy, events, first_on)
        for day in range(DAYS):
            midnight = dawn[BEGIN_ON + timedelta(days=day)]
            for at in sorted(
                {midnight, *(one for one in ahead if midnight < one < midnight + timedelta(days=1))}
            ):
                if stored.next_change_at is not None and stored.next_change_at <= at:
                    assert stored.next_change_at == at
                    stored = review_tags(history, policy, at)
                assert stored.tags.vector == tag(history, policy, at).vector, (at, events)
                assert stored.tags.vector == oracle.vector(at), (at, events)
