"""The policy: every threshold of the system, as frozen, checked data."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, model_validator

from shared.model.contact import ContactClass
from shared.model.tags import Level, Risk
from shared.policy.limits import Limits
from shared.policy.matrix import Cell, Owner
from shared.policy.playbooks import Arbitration, Holdout, Playbooks
from shared.policy.reputation import Reputation
from shared.policy.sending import Caps, ClassRules, Sending, Unsubscribe
from shared.policy.tasks import Tasks
from shared.policy.values import (
    LEVELS_UP,
    RISKS_UP,
    ClassKey,
    ClockTime,
    LevelKey,
    NotNegative,
    Percent,
    Positive,
    RiskKey,
    Strict,
)


class Tenant(Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    name_zh: str
    name_en: str
    zone: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    languages: Annotated[list[Literal["zh", "en"]], Field(min_length=1)]
    sms_signature: Annotated[str, Field(min_length=2, max_length=20, pattern=r"^[^【】\[\]]+$")]
    postal_address_zh: str
    postal_address_en: str
    reply_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    link_hosts: list[str]

    @model_validator(mode="after")
    def _zone_exists(self) -> Self:
        if self.zone not in available_timezones():
            raise ValueError(f"unknown time zone {self.zone!r}")
        return self

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def _to_decimal(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise ValueError("a rate reads like '7.10'") from error


class Rate(Strict):
    valid_from: date = Field(alias="from")
    rate: Annotated[Decimal, BeforeValidator(_to_decimal), Field(gt=0)]


class Cleaning(Strict):
    ambiguous_day_first: bool
    oldest_event_years: Positive
    future_tolerance_minutes: NotNegative
    max_field_characters: Positive
    key_secret_name: str
    day_first: dict[str, bool]
    rates: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], list[Rate]]

    @model_validator(mode="after")
    def _rates_ascend(self) -> Self:
        for currency, rates in self.rates.items():
            starts = [rate.valid_from for rate in rates]
            if starts != sorted(set(starts)):
                raise ValueError(f"rates.{currency}: dates must ascend")
        return self


Criterion = Literal["verified", "trust", "recency", "completeness"]


class Matching(Strict):
    members_per_key: Annotated[int, Field(ge=2, le=50)]
    members_per_customer: Annotated[int, Field(ge=2, le=40)]
    keys_per_record: Annotated[int, Field(ge=1, le=6)]
    comparisons: Annotated[int, Field(ge=1, le=50)]
    link_bits: Annotated[float, Field(ge=-20, le=30)]
    review_bits: Annotated[float, Field(ge=-20, le=30)]
    retries: Positive
    source_trust: dict[str, NotNegative]
    survivorship: dict[str, Annotated[list[Criterion], Field(min_length=1)]]

    @model_validator(mode="after")
    def _review_below_link(self) -> Self:
        if self.review_bits > self.link_bits:
            raise ValueError("review_bits lies above link_bits")
        return self

    @model_validator(mode="after")
    def _every_field_has_criteria(self) -> Self:
        if "default" not in self.survivorship:
            raise ValueError("survivorship.default is missing")
        return self


class Levels(Strict):
    strategic_min_fen: Positive
    core_min_fen: Positive
    potential_min_fen: Positive
    amount_months: Positive
    strategic_tenure_years: Positive
    big_but_new: Annotated[Level, Field(strict=False)]
    growth_months: Positive
    growth_percent: Percent
    exit_percent: Annotated[int, Field(ge=0, le=50)] = 0
    confirm_days: Annotated[int, Field(ge=0, le=90)] = 0

    @model_validator(mode="after")
    def _bands_ascend(self) -> Self:
        if not self.potential_min_fen < self.core_min_fen < self.strategic_min_fen:
            raise ValueError("bands overlap: potential_min_fen < core_min_fen < strategic_min_fen must hold")
        if self.big_but_new not in (Level.CORE, Level.BASIC):
            raise ValueError("big_but_new must be core or basic")
        if self.growth_months >= self.amount_months:
            raise ValueError("growth_months must be less than amount_months")
        return self


class Risks(Strict):
    silent_months: Positive
    window_months: Positive
    decline_percent: Percent
    complaint_months: Positive
    thin_orders: NotNegative
    order_is_interaction: bool

    @model_validator(mode="after")
    def _windows_nest(self) -> Self:
        if self.silent_months >= self.window_months:
            raise ValueError("silent_months must be less than window_months")
        return self


class ActivityBands(Strict):
    months: Positive
    high_min: Positive
    medium_min: Positive

    @model_validator(mode="after")
    def _bands_ascend(self) -> Self:
        if self.medium_min >= self.high_min:
            raise ValueError("bands overlap: medium_min < high_min must hold")
        return self


class SizeBands(Strict):
    """Headcounts from which on a company is no longer micro, small, medium (R9)."""

    small_min: Positive = 10
    medium_min: Positive = 100
    large_min: Positive = 300

    @model_validator(mode="after")
    def _bands_ascend(self) -> Self:
        if not self.small_min < self.medium_min < self.large_min:
            raise ValueError("bands overlap: small_min < medium_min < large_min must hold")
        return self


class Traits(Strict):
    need_months: Positive
    habit_months: Positive
    habit_min: Positive
    new_months: Positive
    rfm_months: Positive
    size: SizeBands = SizeBands()


class HistoryKept(Strict):
    keep_changes: Positive
    buckets_months: Annotated[int, Field(ge=24)]


class Window(Strict):
    days: Annotated[str, Field(pattern=r"^[0-6]{1,7}$")]
    start: ClockTime
    end: ClockTime


class MessageHours(Strict):
    windows: Annotated[list[Window], Field(min_length=1)]


class WorkHours(Strict):
    start: ClockTime
    end: ClockTime
    calendar: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    """`CN` is our own table; any other country, or a part of it (`DE-BY`), is of the library `holidays` (R39)."""

    @model_validator(mode="after")
    def _start_before_end(self) -> Self:
        if self.start >= self.end:
            raise ValueError("start must be before end")
        return self


class Hours(Strict):
    message: MessageHours
    sms: MessageHours | None = None
    """Instead of `message`, for this channel alone."""
    email: MessageHours | None = None
    work: WorkHours

    def windows(self, channel: str) -> list[Window]:
        """When messages of a channel may be sent, on the recipient's clock (Q1)."""
        own = {"sms": self.sms, "email": self.email}.get(channel)
        return (own or self.message).windows


class Due(Strict):
    shards: Annotated[int, Field(ge=1, le=256)]
    sweep_minutes: Positive
    page: Annotated[int, Field(ge=1, le=1000)]
    oldest_days: Positive
    wave: Positive = 20_000


class FirstImport(Strict):
    stagger_days: Positive
    daily_limit: Positive
    hold_minutes: Positive
    exempt_risks: list[Annotated[Risk, Field(strict=False)]]


class Cost(Strict):
    sms_segment_fen: NotNegative
    email_fen: NotNegative
    call_minutes: NotNegative
    visit_minutes: NotNegative


class Forecast(Strict):
    """What `guanxi plan` foresees, and what it refuses."""

    days: Positive
    shown: Positive
    most_messages_per_week: NotNegative
    most_cost_fen_per_week: NotNegative
    most_task_minutes_per_week: NotNegative


class Policy(Strict):
    version: Annotated[str, Field(min_length=1, max_length=40)]
    tenant: Tenant
    cleaning: Cleaning
    matching: Matching
    level: Levels
    risk: Risks
    activity: ActivityBands
    traits: Traits
    history: HistoryKept
    hours: Hours
    caps: Caps
    due: Due
    first_import: FirstImport
    sending: Sending
    limits: Limits
    reputation: Reputation
    classes: dict[ClassKey, ClassRules]
    owners: dict[LevelKey, Owner]
    plan: dict[LevelKey, dict[RiskKey, Cell]]
    arbitration: Arbitration
    holdout: Holdout
    playbooks: Playbooks
    tasks: Tasks
    cost: Cost
    unsubscribe: Unsubscribe
    forecast: Forecast

    @model_validator(mode="after")
    def _history_reaches_back(self) -> Self:
        """The latch looks back two risk windows (R20); every other window must find its days too."""
        traits = (self.traits.need_months, self.traits.habit_months, self.traits.rfm_months)
        # A level with hysteresis looks at each day of the months before.
        level_months = self.level.amount_months * (
            2 if self.level.exit_percent or self.level.confirm_days else 1
        )
        needed = max(2 * self.risk.window_months, level_months, self.activity.months, *traits)
        if self.history.buckets_months < needed:
            raise ValueError(
                f"history.buckets_months: at least {needed} are needed by the windows of the tags"
            )
        return self

    @model_validator(mode="after")
    def _tables_are_complete(self) -> Self:
        _require_all(set(ContactClass) - set(self.classes), "classes")
        _require_all(set(Level) - set(self.owners), "owners")
        _require_all(set(Level) - set(self.plan), "plan")
        for level, cells in self.plan.items():
            _require_all(set(Risk) - set(cells), f"plan.{level}")
        return self

    @model_validator(mode="after")
    def _people_are_told_apart(self) -> Self:
        """A task names its owner: one name, one address (R38)."""
        tasks = self.tasks
        _require_all(set(Level) - set(tasks.managers), "tasks.managers")
        known: dict[str, str] = {}
        for one in (*self.owners.values(), *tasks.managers.values(), tasks.head, *tasks.people):
            if known.setdefault(one.name, one.email) != one.email:
                raise ValueError(f"tasks: {one.name!r} has two addresses")
        return self

    @model_validator(mode="after")
    def _plan_is_monotone(self) -> Self:
        """R24: higher level or risk is never contacted less."""
        for level in LEVELS_UP:
            for lower, higher in zip(RISKS_UP, RISKS_UP[1:], strict=False):
                self._require_not_less((level, lower), (level, higher))
        for risk in RISKS_UP:
            for lower_level, higher_level in zip(LEVELS_UP, LEVELS_UP[1:], strict=False):
                self._require_not_less((lower_level, risk), (higher_level, risk))
        return self

    def _require_not_less(self, low: tuple[Level, Risk], high: tuple[Level, Risk]) -> None:
        low_days = self.plan[low[0]][low[1]].every.least_days
        high_days = self.plan[high[0]][high[1]].every.least_days
        if high_days > low_days:
            raise ValueError(
                f"plan.{high[0]}.{high[1]}: contacted less often than plan.{low[0]}.{low[1]}"
                f" ({high_days} days against {low_days})"
            )


def _require_all(missing: set[Level] | set[Risk] | set[ContactClass], path: str) -> None:
    if missing:
        raise ValueError(f"{path}: missing {', '.join(sorted(missing))}")
