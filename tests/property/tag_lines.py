"""Customers told as lines of `guanxi tag`, answered day by day, and checked against the rules read literally."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from shared.model.instants import TICK
from shared.model.tags import Level
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.tagging.tag_line import tag_told
from shared.tagging.told import read_told
from tests.property.tagging_oracle import Event, Oracle, midnights

# Skips midnight (Sao Paulo until 2019, Beirut, Santiago), half an hour of DST (Lord Howe), a quarter off (Kathmandu).
ZONES = (
    "Asia/Shanghai",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
ROUND_FEN = (600_000, 700_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000)
AHEAD_DAYS = 1140
"""No tag changes later than this by time alone: two years of tenure, or one of a window and its clamping."""


@dataclass
class Line:
    zone: str
    policy: Policy
    told: dict[str, Any]
    events: list[Event]
    first_cooperation_on: date | None
    days: list[date]


def a_policy(zone: str, random: Random) -> Policy:
    policy = load_policy()
    risk = policy.risk.model_copy(update={"order_is_interaction": random.random() < 0.15})
    level = policy.level.model_copy(update={"big_but_new": random.choice([Level.CORE, Level.BASIC])})
    tenant = policy.tenant.model_copy(update={"zone": zone})
    return policy.model_copy(update={"tenant": tenant, "risk": risk, "level": level})


def a_line(zone: str, random: Random, most_days: int) -> Line:
    """A customer of a few hundred days between 2016 and 2027: leap days, month's ends and changes of the clock in it."""
    days = sorted(midnights(zone))
    start = days.index(date(2016, 1, 1)) + random.randrange(3600)
    active = random.choice([20, 120, most_days])
    span = days[start : start + active]
    first_on = days[start + random.randrange(-700, 60)] if random.random() < 0.6 else None
    told: dict[str, Any] = {"customer_id": f"C{random.randrange(10**6)}"}
    if first_on is not None or random.random() < 0.5:
        told["first_cooperation_on"] = first_on.isoformat() if first_on else None
    size = random.choice([1, 3])
    events = [an_event(told, zone, span, random, size) for _ in range(random.choice([0, 1, 3, 8, 20, 45]))]
    after = random.choice([30, 200, 430])
    return Line(zone, a_policy(zone, random), told, events, first_on, days[start : start + active + after])


def an_event(told: dict[str, Any], zone: str, span: list[date], random: Random, size: int) -> Event:
    """Adds one event to the line and returns what it means."""
    day = random.choice(span)
    if random.random() < 0.3:
        day = random.choice([on for on in span if (on + timedelta(days=2)).day <= 3] or span)
    dawn = midnights(zone)
    begin, end = dawn[day], dawn[day + timedelta(days=1)]
    at = random.choice([begin, end - TICK, begin + TICK, begin + random.random() * (end - begin)])
    kind = random.choices(["order", "refund", "interaction", "complaint", "letter"], [50, 6, 28, 5, 11])[0]
    if kind in ("order", "refund"):
        return _add_amount(told, kind, day, begin, at, zone, random, size)
    entry: dict[str, Any] = {"at": spell(at, zone, random)}
    if kind == "letter" or (kind == "complaint" and random.random() < 0.5):
        entry["is_interaction"] = kind == "complaint"
    told.setdefault("interactions" if kind == "interaction" else "complaints", []).append(entry)
    return Event(at, kind)


def _add_amount(
    told: dict[str, Any],
    kind: str,
    day: date,
    begin: datetime,
    at: datetime,
    zone: str,
    random: Random,
    size: int,
) -> Event:
    fen = random.choice(ROUND_FEN) * size + random.choice([0, 0, 0, 1, -1])
    has_list = kind == "refund" and random.random() < 0.5
    entry: dict[str, Any] = {"amount_fen": -fen if kind == "refund" and not has_list else fen}
    if random.random() < 0.5:
        at = begin
        entry["on"] = day.isoformat()
    else:
        entry["at"] = spell(at, zone, random)
    told.setdefault("refunds" if has_list else "orders", []).append(entry)
    return Event(at, kind, -fen if kind == "refund" else fen)


def spell(at: datetime, zone: str, random: Random) -> str:
    """The instant as some system writes it."""
    shown = at.astimezone(random.choice([UTC, ZoneInfo(zone), ZoneInfo("America/Los_Angeles")]))
    text = shown.isoformat()
    return text.replace("+00:00", "Z") if random.random() < 0.5 else text


def answer(line: Line, at: datetime) -> dict[str, Any]:
    """What the command prints for the line, through JSON both ways."""
    told = read_told(json.loads(json.dumps(line.told)), ZoneInfo(line.zone))
    answered: dict[str, Any] = json.loads(json.dumps(tag_told(told, line.policy, at)))
    return answered


def expected(oracle: Oracle, at: datetime) -> dict[str, Any]:
    """Level, risk, activity, reasons and flags of the rules read literally."""
    vector = oracle.vector(at)
    codes = dict(word.split("=", 1) for word in vector if "=" in word)
    why_high = "silent_and_down" if codes["risk"] == "latched" else codes["risk"]
    reasons = [codes["level"]] if codes["level"] != vector[0] else []
    return {
        "level": vector[0],
        "risk": vector[1],
        "activity": vector[2],
        "reasons": [*reasons, *([why_high] if why_high != "none" else [])],
        "flags": [word for word in vector[3:] if "=" not in word],
    }


def check_line(line: Line, random: Random) -> int:
    """Compares the answers at every local midnight; returns how many."""
    dawn = midnights(line.zone)
    oracle = Oracle(line.policy, line.events, line.first_cooperation_on)
    announced: datetime | None = None
    before: dict[str, Any] = {}
    known = -1
    for day in line.days:
        answered, wanted = answer(line, dawn[day]), expected(oracle, dawn[day])
        where = f"{line.zone} {day}: {line.told}"
        assert {name: answered[name] for name in wanted} == wanted, where
        seen = sum(event.at < dawn[day] for event in line.events)
        if seen == known:
            # Nothing happened since yesterday: today differs if and only if yesterday said so.
            is_due = announced is not None and announced <= dawn[day]
            assert (wanted != before) == is_due, where
            assert not is_due or announced == dawn[day], where
        announced = _instant(answered["next_change_at"])
        before, known = wanted, seen
    check_next_change(line, dawn[random.choice(line.days)])
    return len(line.days)


def check_next_change(line: Line, at: datetime) -> None:
    """Looks at every later midnight for the first at which anything differs."""
    oracle = Oracle(line.policy, [e for e in line.events if e.at < at], line.first_cooperation_on)
    now = expected(oracle, at)
    changed = (dawn for dawn in _midnights_after(line.zone, at) if expected(oracle, dawn) != now)
    assert _instant(answer(line, at)["next_change_at"]) == next(changed, None), (
        f"{line.zone} {at}: {line.told}"
    )


def _midnights_after(zone: str, at: datetime) -> Iterator[datetime]:
    later: Sequence[datetime] = [dawn for dawn in midnights(zone).values() if dawn > at]
    return iter(later[:AHEAD_DAYS])


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
