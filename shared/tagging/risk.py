"""Churn risk with its flags: silence, decline, complaints, and the latch (R19..R21)."""

from collections.abc import Iterable
from datetime import date
from heapq import merge
from itertools import chain, takewhile
from typing import NamedTuple

from shared.model.tags import Reason, Risk
from shared.policy.schema import Risks
from shared.tagging.windows import (
    Past,
    breakpoints,
    held,
    iso,
    leaves_on,
    minus,
    newest,
    newest_leaves_on,
    start_of,
)

THIN_EVIDENCE = "thin_evidence"
WATCH_SHRINKING = "watch:shrinking"
WATCH_SILENT = "watch:silent"

# By code, first match wins: the risk and the rule it comes from.
_RISKS = {
    "lapsed": (Risk.HIGH, "R20"),
    "silent_and_down": (Risk.HIGH, "R19"),
    "latched": (Risk.HIGH, "R20"),
    "complaint": (Risk.MEDIUM, "R19"),
    "none": (Risk.LOW, "R19"),
}
Numbers = dict[str, int | str | None]


class RiskFacts(NamedTuple):
    risk: Risk
    code: str
    flags: tuple[str, ...]
    is_silent: bool
    recent_fen: int
    """Of the silent window."""
    base_fen: int
    """Of the months before it."""
    base_orders: int
    complaints: int


def judge_risk(past: Past, rules: Risks, day: date, *, was_high: bool) -> RiskFacts:
    """The risk on a local day; `was_high`: silent and down since the last event, as `is_latched` says."""
    recent = start_of(past, day, rules.silent_months)
    window = start_of(past, day, rules.window_months)
    complaints = held(past.complaints, start_of(past, day, rules.complaint_months))
    is_silent = held(past.contacts, recent) == 0
    is_down = _is_down(past, rules, recent, window)
    base_orders = held(past.orders, window, recent)
    code = _code(is_lapsed(past, rules, day), is_silent and is_down, was_high, complaints)
    risk, _ = _RISKS[code]
    watch = () if risk is Risk.HIGH else _watch(past, is_silent, is_down)
    is_thin = base_orders < rules.thin_orders and (risk is Risk.HIGH or bool(watch))
    return RiskFacts(
        risk=risk,
        code=code,
        flags=(THIN_EVIDENCE, *watch) if is_thin else watch,
        is_silent=is_silent,
        recent_fen=held(past.fen, recent),
        base_fen=held(past.fen, window, recent),
        base_orders=base_orders,
        complaints=complaints,
    )


def _code(is_lapsed: bool, is_silent_and_down: bool, was_high: bool, complaints: int) -> str:
    if is_lapsed:
        return "lapsed"
    if is_silent_and_down:
        return "silent_and_down"
    if was_high:
        return "latched"
    return "complaint" if complaints else "none"


def _watch(past: Past, is_silent: bool, is_down: bool) -> tuple[str, ...]:
    """R21; silent and down at once is high and never comes here."""
    if is_down:
        return (WATCH_SHRINKING,)
    return (WATCH_SILENT,) if is_silent and past.has_contact_or_order_ever else ()


def _is_down(past: Past, rules: Risks, recent: int, window: int) -> bool:
    """R20: base > 0 and 50 * S_2 <= 7 * base, in the policy's numbers."""
    base_fen = held(past.fen, window, recent)
    return base_fen > 0 and held(past.fen, recent) <= _most_fen_when_down(base_fen, rules)


def _most_fen_when_down(base_fen: int, rules: Risks) -> int:
    base_months = rules.window_months - rules.silent_months
    return (100 - rules.decline_percent) * rules.silent_months * base_fen // (100 * base_months)


def is_lapsed(past: Past, rules: Risks, day: date) -> bool:
    """No event in the window; without any event ever, counted from the first cooperation date (R20)."""
    if past.has_event_ever:
        return held(past.events, start_of(past, day, rules.window_months)) == 0
    first_on = past.first_cooperation_on
    return first_on is not None and first_on < minus(day, rules.window_months)


def days_of_risk_change(past: Past, rules: Risks, facts: RiskFacts, after: date) -> Iterable[date]:
    """Later days, ascending, among them every one on which risk, code or flags may differ from the day before."""
    if facts.code == "lapsed":
        return ()
    lasts = [
        newest_leaves_on(past, past.contacts, rules.silent_months),
        newest_leaves_on(past, past.events, rules.window_months),
        newest_leaves_on(past, past.complaints, rules.complaint_months),
    ]
    if not past.has_event_ever and past.first_cooperation_on is not None:
        lasts.append(leaves_on(past.first_cooperation_on, rules.window_months))
    ahead = sorted(on for on in lasts if on is not None and on > after)
    return merge(ahead, breakpoints(past.paid_on, (rules.silent_months, rules.window_months), after))


def is_latched(past: Past, rules: Risks, day: date) -> bool:
    """Whether the customer was silent and down at some instant since the last event (R20).

    Between two breakpoints nothing changes, so that the first instant of each of them tells all; the day of the last
    event stands for the instants after it, of which there are always some (time is continuous in (L, T]).
    """
    event_on = newest(past, past.events)
    if event_on is None:
        return False
    silent_on = newest_leaves_on(past, past.contacts, rules.silent_months)
    start_on = max(event_on, silent_on or event_on)
    if start_on > day:
        return False
    months = (rules.silent_months, rules.window_months)
    later = takewhile(lambda exit_on: exit_on <= day, breakpoints(past.paid_on, months, start_on))
    return any(_is_down_on(past, rules, on) for on in chain((start_on,), later))


def _is_down_on(past: Past, rules: Risks, day: date) -> bool:
    recent = start_of(past, day, rules.silent_months)
    return _is_down(past, rules, recent, start_of(past, day, rules.window_months))


def explain_risk(facts: RiskFacts, past: Past, rules: Risks) -> Reason:
    """The reason; its margin says what would raise or lower the risk."""
    return Reason(
        tag="risk",
        value=facts.risk,
        rule=_RISKS[facts.code][1],
        code=facts.code,
        inputs=_inputs(facts, past),
        threshold={
            "silent_months": rules.silent_months,
            "window_months": rules.window_months,
            "decline_percent": rules.decline_percent,
            "complaint_months": rules.complaint_months,
        },
        margin=_margin(facts, past, rules),
    )


def explain_flags(facts: RiskFacts, past: Past, rules: Risks) -> tuple[Reason, ...]:
    """One reason for each flag (R21)."""
    return tuple(_explain_flag(flag, facts, past, rules) for flag in facts.flags)


def _explain_flag(flag: str, facts: RiskFacts, past: Past, rules: Risks) -> Reason:
    threshold: Numbers = {"silent_months": rules.silent_months, "window_months": rules.window_months}
    if flag == THIN_EVIDENCE:
        inputs: Numbers = {"base_orders": facts.base_orders}
        threshold["thin_orders"] = rules.thin_orders
        margin: Numbers = {"missing_orders": rules.thin_orders - facts.base_orders}
    else:
        inputs = _inputs(facts, past)
        threshold["decline_percent"] = rules.decline_percent
        margin = _to_high(facts, past, rules)
    return Reason(flag, flag, "R21", flag, inputs, threshold, margin)


def _inputs(facts: RiskFacts, past: Past) -> Numbers:
    return {
        "last_contact_on": iso(newest(past, past.contacts)),
        "last_event_on": iso(newest(past, past.events)),
        "first_cooperation_on": iso(past.first_cooperation_on),
        "recent_fen": facts.recent_fen,
        "base_fen": facts.base_fen,
        "base_orders": facts.base_orders,
        "complaints": facts.complaints,
    }


def _margin(facts: RiskFacts, past: Past, rules: Risks) -> Numbers:
    if facts.risk is Risk.HIGH:
        below = Risk.MEDIUM if facts.complaints else Risk.LOW
        return {"lost_to": below, "ends_with": "interaction, order or refund"}
    if facts.risk is Risk.LOW:
        return _to_high(facts, past, rules)
    lost_on = newest_leaves_on(past, past.complaints, rules.complaint_months)
    return _to_high(facts, past, rules) | {"lost_to": Risk.LOW, "lost_on": iso(lost_on)}


def _to_high(facts: RiskFacts, past: Past, rules: Risks) -> Numbers:
    """From which day on there is silence, and how much the recent amount is above (+) the decline."""
    silent_on = None if facts.is_silent else newest_leaves_on(past, past.contacts, rules.silent_months)
    spare_fen = None
    if facts.base_fen > 0:
        spare_fen = facts.recent_fen - _most_fen_when_down(facts.base_fen, rules)
    return {
        "to": Risk.HIGH,
        "is_silent": "yes" if facts.is_silent else "no",
        "silent_on": iso(silent_on),
        "spare_fen": spare_fen,
    }
