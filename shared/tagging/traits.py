"""More tags: what a customer needs, where they stand in their life, who they are and what they answer to (R9, R11, R53, R63).

A trait is a Reason like that of any tag. Windows are those of R22; what has no evidence is `unknown`, never guessed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import chain, takewhile

from shared.model.history import History, Voice
from shared.model.instants import TICK, local_day, start_of_day
from shared.model.tags import Mark, Reason, Risk, Tags
from shared.policy.schema import Policy, SizeBands
from shared.tagging.fold import settle
from shared.tagging.level import missing_growth_fen
from shared.tagging.risk import WATCH_SHRINKING, is_latched, judge_risk
from shared.tagging.span import Span, voice_instants
from shared.tagging.windows import (
    NEVER,
    Past,
    breakpoints,
    held,
    iso,
    leaves_on,
    minus,
    past_of,
    start_of,
)

UNKNOWN = "unknown"
_Stage = tuple[str, str]  # with the code of its reason
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
    history: History,
    tags: Tags,
    background: Background,
    policy: Policy,
    at: datetime,
    earlier: Sequence[Reason] = (),
) -> tuple[Reason, ...]:
    """The traits at an instant, for the tags that stand then.

    `earlier`: those of before by the same background, since which no trait has changed: only numbers may differ.
    """
    settled = settle(history, at, policy.tenant.tz)
    need, stage = _need(settled, policy, at), _stage(_past(settled, policy), tags, policy, at)
    habits = _habits(settled, policy, at)
    if earlier:
        fresh = {trait.tag: trait for trait in (need, stage, *habits)}
        return tuple(fresh.get(trait.tag, trait) for trait in earlier)
    return (
        need,
        stage,
        _service_class(background, at),
        *habits,
        *_marks(background.marks, at),
        *_static(background, policy),
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
    settled, span = settle(history, at, policy.tenant.tz), Span(at, until)
    firsts = (
        _next_need(settled, policy, span),
        _next_habit(settled, policy, span),
        _next_stage(settled, tags, policy, span),
        _next_mark(background.marks, span),
    )
    return min(filter(None, firsts), default=None)


def _next_need(settled: History, policy: Policy, span: Span) -> datetime | None:
    return span.first(
        voice_instants(settled.needs, policy.traits.need_months, policy.tenant.tz),
        lambda instant: _need(settled, policy, instant).value,
    )


def _next_habit(settled: History, policy: Policy, span: Span) -> datetime | None:
    return span.first(
        voice_instants(settled.answers, policy.traits.habit_months, policy.tenant.tz),
        lambda instant: values(_habits(settled, policy, instant)),
    )


def _next_mark(marks: Sequence[Mark], span: Span) -> datetime | None:
    return span.first(
        (instant for mark in marks for instant in (mark.since, mark.until) if instant),
        lambda instant: standing_marks(marks, instant),
    )


def _past(settled: History, policy: Policy) -> Past:
    return past_of(settled, order_is_interaction=policy.risk.order_is_interaction)


def values(traits: Iterable[Reason]) -> tuple[tuple[str, str], ...]:
    """What may change with time: each trait and its value."""
    return tuple((trait.tag, trait.value) for trait in traits)


# --- need (R11) ----------------------------------------------------------------------------------------------


def _need(history: History, policy: Policy, at: datetime) -> Reason:
    months = policy.traits.need_months
    needs = _within(history.needs, months, policy, at)
    if not needs:
        return Reason("need", UNKNOWN, "R11", "no_need", threshold={"months": months})
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
    most = max(counts.values())
    return "newest_of_tied" if sum(count == most for count in counts.values()) > 1 else "plurality"


def _plurality(voices: Sequence[Voice]) -> str | None:
    """The word said most often; of those tied the one said last (at one instant: the later letter)."""
    counts: dict[str, tuple[int, datetime]] = {}
    for voice in voices:
        times, last = counts.get(voice.word, (0, voice.at))
        counts[voice.word] = (times + 1, max(last, voice.at))
    return max(counts, key=lambda word: (*counts[word], word), default=None)


def _within(voices: Sequence[Voice], months: int, policy: Policy, at: datetime) -> list[Voice]:
    if not voices:
        return []
    zone = policy.tenant.tz
    oldest_at = start_of_day(minus(local_day(at, zone), months), zone)
    return [voice for voice in voices if oldest_at <= voice.at < at]


# --- stage of life (R53) -------------------------------------------------------------------------------------


def stage_at(history: History, policy: Policy, at: datetime) -> str:
    """The value of the stage at an instant."""
    zone = policy.tenant.tz
    past, day = _past(settle(history, at, zone), policy), local_day(at, zone)
    risk = judge_risk(past, policy.risk, day, was_high=is_latched(past, policy.risk, day))
    return _stage_on(past, _fading_by(risk.risk, risk.code, risk.flags), policy, day)[0]


def _stage(past: Past, tags: Tags, policy: Policy, at: datetime) -> Reason:
    day, months = local_day(at, policy.tenant.tz), policy.traits.new_months
    recent_fen, previous_fen = _halves_fen(past, policy, day)
    value, code = _stage_on(past, _fading(tags), policy, day)
    return Reason(
        tag="stage",
        value=value,
        rule="R53",
        code=code,
        inputs={
            "first_order_on": iso(past.first_order_on),
            "cooperating_since_on": iso(past.cooperating_since_on),
            "recent_fen": recent_fen,
            "previous_fen": previous_fen,
        },
        threshold={"new_months": months, "growth_percent": policy.level.growth_percent},
        margin={"missing_growth_fen": missing_growth_fen(recent_fen, previous_fen, policy.level)},
    )


def _stage_on(past: Past, fading: _Stage | None, policy: Policy, day: date) -> _Stage:
    """Acquisition, growth, maturity, decline, left: first match wins (docs/tags.md)."""
    if past.first_order_on is None:
        return "acquisition", "no_order_yet"
    if fading:
        return fading
    if leaves_on(past.first_order_on, policy.traits.new_months) > day:
        return "acquisition", "new_customer"
    if missing_growth_fen(*_halves_fen(past, policy, day), policy.level) == 0:
        return "growth", "amount_grows"
    return "maturity", "steady"


def _fading(tags: Tags) -> _Stage | None:
    """The stage of one who is leaving: it stands as long as the tags do."""
    code = next(reason.code for reason in tags.reasons if reason.tag == "risk")
    return _fading_by(tags.risk, code, tags.flags)


def _fading_by(risk: Risk, code: str, flags: Sequence[str]) -> _Stage | None:
    if code == "lapsed":
        return "left", "lapsed"
    if risk is Risk.HIGH:
        return "decline", code
    return ("decline", WATCH_SHRINKING) if WATCH_SHRINKING in flags else None


def _halves_fen(past: Past, policy: Policy, day: date) -> tuple[int, int]:
    """The amount of the months of growth, and of those before them."""
    recent_fen = held(past.fen, start_of(past, day, policy.level.growth_months))
    return recent_fen, held(past.fen, start_of(past, day, policy.level.amount_months)) - recent_fen


def _next_stage(settled: History, tags: Tags, policy: Policy, span: Span) -> datetime | None:
    """When the stage changes while the tags hold: day by day, from one event that lies ahead to the next."""
    zone = policy.tenant.tz
    past, day = _past(settled, policy), local_day(span.at, zone)
    fading, later, since = _fading(tags), settled, day
    now = _stage_on(past, fading, policy, day)
    for instant in (*sorted({event.at for event in settled.pending}), None):
        until = _earliest(instant, span.until)
        changed_on = _first_other_stage(past, fading, policy, now, since, until and local_day(until, zone))
        if changed_on is not None:
            changed_at = start_of_day(changed_on, zone)
            return changed_at if span.until is None or changed_at < span.until else None
        if instant is None or until != instant:
            return None
        later = settle(later, instant + TICK, zone)
        past, since = _past(later, policy), local_day(instant + TICK, zone)
        if _stage_on(past, fading, policy, since)[0] != now[0]:
            return instant + TICK if span.until is None or instant + TICK < span.until else None
    return None


def _earliest(*instants: datetime | None) -> datetime | None:
    return min(filter(None, instants), default=None)


def _first_other_stage(
    past: Past, fading: _Stage | None, policy: Policy, now: _Stage, since: date, until: date | None
) -> date | None:
    """The first day after `since`, up to `until`, that begins with another stage."""
    if past.first_order_on is None or fading:
        return None
    new_until = leaves_on(past.first_order_on, policy.traits.new_months)
    months = (policy.level.growth_months, policy.level.amount_months)
    exits = breakpoints(past.paid_on, months, max(since, new_until))
    days = chain((new_until,), exits) if new_until > since else exits
    inside = takewhile(lambda on: on < NEVER and (until is None or on <= until), days)
    return next((on for on in inside if _stage_on(past, fading, policy, on)[0] != now[0]), None)


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


def _static(background: Background, policy: Policy) -> tuple[Reason, ...]:
    fields = background.fields
    place = background.region or fields.get("country")
    code = "by_province" if background.region else "by_country" if place else "not_told"
    return (
        _told("industry", fields.get("industry")),
        _size(fields.get("employees"), policy.traits.size),
        Reason("region", place or UNKNOWN, "R9", code, {"province": fields.get("province")}),
    )


def _size(employees: str | None, bands: SizeBands) -> Reason:
    """By the number of people alone; what is no number is as if it was not told."""
    if employees is None or not employees.isdecimal():
        return Reason("size", UNKNOWN, "R9", "not_told")
    people = int(employees)
    lows = {"large": bands.large_min, "medium": bands.medium_min, "small": bands.small_min}
    value = next((name for name, least in lows.items() if people >= least), "micro")
    return Reason("size", value, "R9", "by_headcount", {"employees": people}, bands.model_dump())


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
