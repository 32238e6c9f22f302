"""More tags: what a customer needs, where they stand in their life, who they are and what they answer to (R9, R11, R53, R63).

A trait is a Reason like that of any tag. Windows are those of R22; what has no evidence is `unknown`, never guessed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.model.history import History, Voice
from shared.model.instants import TICK, local_day, start_of_day
from shared.model.tags import Mark, Reason, Tags
from shared.policy.schema import Policy
from shared.tagging.fold import settle
from shared.tagging.level import judge_level, missing_growth_fen
from shared.tagging.windows import NEVER, Past, breakpoints, iso, leaves_on, minus, past_of

UNKNOWN = "unknown"
VIP, DO_NOT_CONTACT, PERSONALISATION_OFF = "vip", "do_not_contact", "personalisation_off"
MARKS = (VIP, DO_NOT_CONTACT, PERSONALISATION_OFF)
"""What only a person sets: with who, when, and until when."""


@dataclass(frozen=True, slots=True)
class Background:
    """What traits are judged by beside the history."""

    fields: Mapping[str, str] = field(default_factory=dict)
    """The golden record."""
    region: str | None = None
    """One of the seven of China or 港澳台, by province (R9)."""
    review: Sequence[str] = ()
    """What a person should look at."""
    marks: Sequence[Mark] = ()


def judge_traits(
    history: History, tags: Tags, background: Background, policy: Policy, at: datetime
) -> tuple[Reason, ...]:
    """The traits at an instant, for the tags that stand then."""
    settled = settle(history, at, policy.tenant.tz)
    return (
        _need(settled, policy, at),
        _stage(_past(settled, policy), tags, policy, at),
        _service_class(background, at),
        *_habits(settled, policy, at),
        *_marks(background.marks, at),
        *_static(background),
        *_quality(background),
    )


def next_trait_change(
    history: History,
    tags: Tags,
    background: Background,
    policy: Policy,
    at: datetime,
    until: datetime | None,
) -> datetime | None:
    """The first instant after `at` and before `until` at which a trait differs by time alone; None: none does.

    `tags` must hold up to `until`, their own next change.
    """
    zone, rules = policy.tenant.tz, policy.traits
    settled = settle(history, at, zone)
    span = _Span(at, until)
    firsts = (
        span.first(
            _voice_instants(settled.needs, rules.need_months, zone),
            lambda instant: _need(settled, policy, instant).value,
        ),
        span.first(
            _voice_instants(settled.answers, rules.habit_months, zone),
            lambda instant: values(_habits(settled, policy, instant)),
        ),
        span.first(_stage_instants(settled, policy, span), _stage_through_time(settled, tags, policy)),
        span.first(
            (instant for mark in background.marks for instant in (mark.since, mark.until) if instant),
            lambda instant: standing_marks(background.marks, instant),
        ),
    )
    return min(filter(None, firsts), default=None)


def _stage_through_time(settled: History, tags: Tags, policy: Policy) -> Callable[[datetime], str]:
    """The stage at later instants, while the tags hold."""
    past = _past(settled, policy)
    first_ahead_at = min((event.at for event in settled.pending), default=None)

    def judge(instant: datetime) -> str:
        if first_ahead_at is None or instant <= first_ahead_at:
            return _stage(past, tags, policy, instant).value
        later = settle(settled, instant, policy.tenant.tz)
        return _stage(_past(later, policy), tags, policy, instant).value

    return judge


class _Span(NamedTuple):
    """From an instant on, until another: None for ever."""

    at: datetime
    until: datetime | None

    def first(self, instants: Iterable[datetime], judge: Callable[[datetime], object]) -> datetime | None:
        """The first of the instants inside at which the judgement differs from that at the beginning."""
        inside = {one for one in instants if self.at < one and (self.until is None or one < self.until)}
        if not inside:
            return None
        now = judge(self.at)
        return next((one for one in sorted(inside) if judge(one) != now), None)


def _voice_instants(voices: Iterable[Voice], months: int, zone: ZoneInfo) -> Iterator[datetime]:
    """When each of them begins to count, and when it leaves the window."""
    for voice in voices:
        yield voice.at + TICK
        gone_on = leaves_on(local_day(voice.at, zone), months)
        if gone_on < NEVER:
            yield start_of_day(gone_on, zone)


def _stage_instants(settled: History, policy: Policy, span: _Span) -> Iterator[datetime]:
    """When an event that lies ahead begins to count, a day leaves a window of amounts, or a customer is new no more."""
    zone = policy.tenant.tz
    ahead = [event.at + TICK for event in settled.pending]
    # What lies ahead leaves the windows too.
    past = _past(settle(settled, max(ahead, default=span.at), zone), policy)
    end_on = NEVER if span.until is None else local_day(span.until, zone)
    months = (policy.level.growth_months, policy.level.amount_months)
    days = list(takewhile(lambda on: on <= end_on, breakpoints(past, months, local_day(span.at, zone))))
    if past.first_order_on is not None:
        days.append(leaves_on(past.first_order_on, policy.traits.new_months))
    yield from ahead
    yield from (start_of_day(on, zone) for on in days if on < NEVER)


def _past(settled: History, policy: Policy) -> Past:
    return past_of(settled, order_is_interaction=policy.risk.order_is_interaction)


def values(traits: Iterable[Reason]) -> tuple[tuple[str, str], ...]:
    """What may change with time: each trait and its value."""
    return tuple((trait.tag, trait.value) for trait in traits)


# --- need (R11) ----------------------------------------------------------------------------------------------


def _need(history: History, policy: Policy, at: datetime) -> Reason:
    months = policy.traits.need_months
    needs = _within(history.needs, months, policy, at)
    counts, value = Counter(voice.word for voice in needs), _plurality(needs)
    return Reason(
        tag="need",
        value=value or UNKNOWN,
        rule="R11",
        code=_need_code(counts),
        inputs=dict(sorted(counts.items())),
        threshold={"months": months},
    )


def _need_code(counts: Counter[str]) -> str:
    if not counts:
        return "no_need"
    most = max(counts.values())
    return "newest_of_tied" if sum(count == most for count in counts.values()) > 1 else "plurality"


def _plurality(voices: Sequence[Voice]) -> str | None:
    """The word said most often; of those tied the one said last (at one instant: the later letter)."""
    counts: dict[str, tuple[int, datetime]] = {}
    for voice in voices:
        times, last = counts.get(voice.word, (0, voice.at))
        counts[voice.word] = (times + 1, max(last, voice.at))
    return max(counts, key=lambda word: (*counts[word], word), default=None)


def _within(voices: Iterable[Voice], months: int, policy: Policy, at: datetime) -> list[Voice]:
    zone = policy.tenant.tz
    oldest_at = start_of_day(minus(local_day(at, zone), months), zone)
    return [voice for voice in voices if oldest_at <= voice.at < at]


# --- stage of life (R53) -------------------------------------------------------------------------------------


def _stage(past: Past, tags: Tags, policy: Policy, at: datetime) -> Reason:
    """Acquisition, growth, maturity, decline, left: first match wins (docs/tags.md)."""
    day = local_day(at, policy.tenant.tz)
    facts = judge_level(past, policy.level, day)
    missing_fen = missing_growth_fen(facts.recent_fen, facts.previous_fen, policy.level)
    risk = next(reason for reason in tags.reasons if reason.tag == "risk")
    since_on, months = past.cooperating_since_on, policy.traits.new_months
    if past.first_order_on is None:
        stage, code = "acquisition", "no_order_yet"
    elif risk.code == "lapsed":
        stage, code = "left", "lapsed"
    elif risk.value == "high" or "watch:shrinking" in tags.flags:
        stage, code = "decline", risk.code if risk.value == "high" else "watch:shrinking"
    elif leaves_on(past.first_order_on, months) > day:
        stage, code = "acquisition", "new_customer"
    elif missing_fen == 0:
        stage, code = "growth", "amount_grows"
    else:
        stage, code = "maturity", "steady"
    return Reason(
        tag="stage",
        value=stage,
        rule="R53",
        code=code,
        inputs={
            "first_order_on": iso(past.first_order_on),
            "cooperating_since_on": iso(since_on),
            "recent_fen": facts.recent_fen,
            "previous_fen": facts.previous_fen,
        },
        threshold={"new_months": months, "growth_percent": policy.level.growth_percent},
        margin={"missing_growth_fen": missing_fen},
    )


# --- who they are (R9, R63) ----------------------------------------------------------------------------------


def _service_class(background: Background, at: datetime) -> Reason:
    """VIP where a person says so; else an enterprise by its company, a household by a name without one."""
    vip = next((mark for mark in standing_marks(background.marks, at) if mark.name == VIP), None)
    if vip is not None:
        return Reason("service_class", "vip", "R63", "set_by_person", {"by": vip.by})
    if background.fields.get("company"):
        return Reason("service_class", "enterprise", "R63", "has_company")
    if background.fields.get("name"):
        return Reason("service_class", "household", "R63", "has_no_company")
    return Reason("service_class", UNKNOWN, "R63", "no_name")


def _static(background: Background) -> tuple[Reason, ...]:
    fields = background.fields
    place = background.region or fields.get("country")
    code = "by_province" if background.region else "by_country" if place else "not_told"
    return (
        _told("industry", fields.get("industry")),
        _told("size", fields.get("size")),
        Reason("region", place or UNKNOWN, "R9", code, {"province": fields.get("province")}),
    )


def _told(name: str, value: str | None) -> Reason:
    return Reason(name, value or UNKNOWN, "R9", "told" if value else "not_told")


# --- what they answer to -------------------------------------------------------------------------------------


def _habits(history: History, policy: Policy, at: datetime) -> tuple[Reason, ...]:
    """The channel and the local hour at which a customer is mostly in touch."""
    answers = _within(history.answers, policy.traits.habit_months, policy, at)
    zone = policy.tenant.tz
    hours = [Voice(voice.at, f"{voice.at.astimezone(zone).hour:02d}") for voice in answers]
    return (_habit("channel", answers, policy), _habit("hour", hours, policy))


def _habit(name: str, voices: Sequence[Voice], policy: Policy) -> Reason:
    rules = policy.traits
    value = _plurality(voices) if len(voices) >= rules.habit_min else None
    times = sum(voice.word == value for voice in voices)
    return Reason(
        tag=name,
        value=value or UNKNOWN,
        rule="R4",
        code="habit" if value else "too_few_contacts",
        inputs={"contacts": len(voices), "times": times},
        threshold={"months": rules.habit_months, "habit_min": rules.habit_min},
    )


# --- quality and what people set -----------------------------------------------------------------------------


def _quality(background: Background) -> tuple[Reason, ...]:
    """One flag for each fault of the record that stands in the way of care (R6)."""
    fields = background.fields
    faults = {
        "no_name": not (fields.get("name") or fields.get("company")),
        "no_email": "email" not in fields,
        "no_phone": "phone" not in fields,
        "unreachable": not fields.keys() & {"email", "phone"},
        "no_place": not fields.keys() & {"province", "country"},
    }
    codes = [name for name, is_at_fault in faults.items() if is_at_fault]
    return tuple(Reason(f"quality:{code}", code, "R6", code) for code in sorted({*codes, *background.review}))


def _marks(marks: Sequence[Mark], at: datetime) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            tag=f"mark:{mark.name}",
            value=mark.name,
            rule="R63" if mark.name == VIP else "R74",
            code="set_by_person",
            inputs={"by": mark.by, "since": mark.since.isoformat(), "until": _until(mark)},
        )
        for mark in standing_marks(marks, at)
    )


def standing_marks(marks: Iterable[Mark], at: datetime) -> tuple[Mark, ...]:
    """Of each name the mark that holds longest, by name."""
    holding = sorted((mark for mark in marks if mark.holds(at)), key=_end)
    return tuple(sorted({mark.name: mark for mark in holding}.values()))


def _end(mark: Mark) -> tuple[datetime, datetime, str]:
    return (mark.until or datetime.max.replace(tzinfo=UTC), mark.since, mark.by)


def _until(mark: Mark) -> str | None:
    return None if mark.until is None else mark.until.isoformat()
