"""Policy of the playbooks: what starts each, what it does in steps, and how they meet (R7, R27, R29, R30, R40..R53).

A playbook has one trigger of a closed set. A trigger finds occasions, each with a day: a birthday, the end of an
insurance, a complaint. A step is wanted on the days `[occasion + days, occasion + days + valid_days)` and never after.

What a template may name beside name, company and the tenant's own words is in TEMPLATE_VALUES. All of these are given
each time: what is not known is `""` (text, day) or 0 (number). A template of a playbook that combines also gets `items`,
the number of other reminders that this message carries (0 to MOST_ITEMS), and of each `item<n>` (the name of its
template), `item<n>_on` (ISO day) and `item<n>_product`.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from shared.model.contact import ContactClass
from shared.policy.values import ChannelKey, ClassKey, LevelKey, Positive, Strict

MOST_REMINDERS: Final = 2
"""Of one occasion; then a person takes over (R52)."""
MOST_ITEMS: Final = 3
TEMPLATE_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "service_due": ("product", "due_on", "days_left", "mileage_km"),
    "service_followup": ("product", "in_warranty"),
    "season_care": ("product", "season"),
    "insurance_renewal": ("product", "due_on", "days_left"),
    "inspection_due": ("product", "due_on", "days_left"),
    "warranty_end": ("product", "due_on", "days_left"),
    "birthday": (),
    "festival": ("festival",),
    "usage_tips": ("product", "tip"),
    "trade_in": ("product", "years"),
    "loyal_care": ("years",),
    "referral": (),
    "complaint_received": ("within_hours",),
    "minutes": ("talk_on",),
    "win_back": ("stage", "again"),
    "stage_welcome": ("stage",),
    "service_news": (),
    "greeting": (),
}
"""Template -> the values it may name; `in_warranty` and `again` (the second message) are 1 or 0, `tip` and `years` count
from 1."""

MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
StageName = Literal["acquisition", "growth", "maturity", "decline", "left"]
FestivalName = Literal[
    "spring_festival",
    "lantern_festival",
    "dragon_boat",
    "double_seventh",
    "mid_autumn",
    "double_ninth",
    "laba",
    "new_years_eve",
    "new_year",
    "womens_day",
    "labour_day",
    "national_day",
    "christmas",
]


class FirstService(Strict):
    """R40, R52: so many months or km after the purchase, whichever comes first by mean daily mileage."""

    kind: Literal["first_service"]
    months: Positive
    km: Positive


class PeriodicService(Strict):
    """R41: the same after the last maintenance."""

    kind: Literal["periodic_service"]
    months: Positive
    km: Positive


class AssetDate(Strict):
    """R44..R46: a day that the source tells of an asset."""

    kind: Literal["asset_date"]
    of: Literal["insurance_ends_on", "inspection_due_on", "warranty_ends_on"]


class AssetAge(Strict):
    """R49: an asset becomes so many years old."""

    kind: Literal["asset_age"]
    years: Positive


class AfterPurchase(Strict):
    """R48: an asset was bought."""

    kind: Literal["after_purchase"]


class AfterRepair(Strict):
    """R43: a repair was done."""

    kind: Literal["after_repair"]


class Season(Strict):
    """R42: a season begins where the owner of an asset lives."""

    kind: Literal["season"]
    season: Literal["summer", "winter"]
    north: MonthDay
    south: MonthDay
    southern: list[Country]
    never_in: list[str]
    """Countries and provinces without that season."""


class Birthday(Strict):
    """R47: solar, or lunar where the lunar one is known."""

    kind: Literal["birthday"]


class Festival(Strict):
    """R47: by the language of the customer."""

    kind: Literal["festival"]
    zh: list[FestivalName]
    other: list[FestivalName]


class Anniversary(Strict):
    """R50: of the first order, for customers of some levels."""

    kind: Literal["anniversary"]
    levels: Annotated[list[LevelKey], Field(min_length=1)]


class HighScore(Strict):
    """R51: an answer to a survey of at least so much; another one within `rest_days` starts nothing."""

    kind: Literal["high_score"]
    at_least: Annotated[int, Field(ge=1, le=5)]
    rest_days: Positive


class ScoreDrop(Strict):
    """R29: the first score within `after_days` of a talk or service is lower than the last of `before_months`."""

    kind: Literal["score_drop"]
    before_months: Positive
    after_days: Positive


class ComplaintMade(Strict):
    """R30, R37: a complaint came in and is not closed."""

    kind: Literal["complaint"]
    closed: list[str]
    """Stages in which nothing is owed any more."""


class MinutesWritten(Strict):
    """R27: a talk has minutes, its fact has the stage `minuted`."""

    kind: Literal["minutes"]


class FirstOrder(Strict):
    """R7: the first order of a new customer."""

    kind: Literal["first_order"]


class StageEntered(Strict):
    """R53: a known customer enters a stage."""

    kind: Literal["stage"]
    stage: StageName


Trigger = Annotated[
    FirstService
    | PeriodicService
    | AssetDate
    | AssetAge
    | AfterPurchase
    | AfterRepair
    | Season
    | Birthday
    | Festival
    | Anniversary
    | HighScore
    | ScoreDrop
    | ComplaintMade
    | MinutesWritten
    | FirstOrder
    | StageEntered,
    Field(discriminator="kind"),
]
AT_AN_INSTANT: Final = ("complaint", "minutes")
"""Kinds whose occasion has an instant: only these may have a deadline in hours."""


class PlayStep(Strict):
    """One message, on the first of the channels that may be used, or one task of a person."""

    days: Annotated[int, Field(ge=-180, le=180)] = 0
    """From the day of the occasion; negative: ahead of it."""
    valid_days: Annotated[int, Field(ge=1, le=60)]
    channels: Annotated[list[ChannelKey], Field(min_length=1)]
    template: str | None = None
    task: str | None = None
    within_hours: Positive | None = None
    """Since the occasion: a message never goes later, a task is late then."""
    in_working_hours: bool = False
    """`within_hours` counts working hours (R30)."""
    within_working_days: Positive | None = None
    """A task is late after the close of this working day."""

    @model_validator(mode="after")
    def _message_or_task(self) -> Self:
        tasks = {channel.is_task for channel in self.channels}
        if len(tasks) > 1 or len(set(self.channels)) < len(self.channels):
            raise ValueError("channels: each once, and calls and visits are not mixed with messages")
        if (tasks == {True}) != (self.task is not None) or (tasks == {True}) == (self.template is not None):
            raise ValueError("a call or visit has a task, an email or sms has a template")
        if self.template is not None and self.template not in TEMPLATE_VALUES:
            raise ValueError(f"template: {self.template!r} has no values in TEMPLATE_VALUES")
        return self

    @model_validator(mode="after")
    def _deadline_fits(self) -> Self:
        is_task = self.task is not None
        if is_task and (self.within_hours is None) == (self.within_working_days is None):
            raise ValueError("a task has either within_hours or within_working_days")
        if not is_task and self.within_working_days is not None:
            raise ValueError("within_working_days: a message ends with valid_days or within_hours")
        if self.in_working_hours and (not is_task or self.within_hours is None):
            raise ValueError("in_working_hours: only for a task with within_hours")
        return self


class Playbook(Strict):
    rule: Annotated[str, Field(pattern=r"^R[1-9]\d?$")]
    enabled: bool = True
    trigger: Trigger
    contact_class: Annotated[ClassKey, Field(alias="class")]
    """Of its messages; its tasks are of the class task, or service where the playbook is."""
    priority: Annotated[int, Field(ge=1, le=99)]
    """1 goes first."""
    owner: Literal["level", "strategic", "core", "potential", "basic"] = "level"
    """Of its tasks: who looks after the customer's level, or always the owner of one level."""
    combines: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] | None = None
    """Messages of one day that name the same word here become one."""
    steps: Annotated[list[PlayStep], Field(min_length=1)]

    @model_validator(mode="after")
    def _reminders_then_a_person(self) -> Self:
        """R52: at most two messages of one occasion, in the order of their days."""
        days = [step.days for step in self.steps]
        if days != sorted(days):
            raise ValueError("steps: their days must ascend")
        if sum(step.template is not None for step in self.steps) > MOST_REMINDERS:
            raise ValueError("steps: at most two messages of one occasion, then a task for a person (R52)")
        return self

    @model_validator(mode="after")
    def _class_and_hours_fit(self) -> Self:
        if self.contact_class not in (ContactClass.MARKETING, ContactClass.CARE, ContactClass.SERVICE):
            raise ValueError("class: marketing, care or service")
        if self.trigger.kind not in AT_AN_INSTANT and any(step.within_hours for step in self.steps):
            raise ValueError(f"steps: within_hours needs a trigger of {' or '.join(AT_AN_INSTANT)}")
        return self


PlaybookName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Playbooks = dict[PlaybookName, Playbook]


class Arbitration(Strict):
    """Where the matrix stands among the playbooks; 1 goes first."""

    entry_priority: Annotated[int, Field(ge=1, le=99)]
    matrix_priority: Annotated[int, Field(ge=1, le=99)]


class Holdout(Strict):
    """Customers who get no marketing, so that its effect can be measured; chosen by a keyed hash of the customer."""

    percent: Annotated[int, Field(ge=0, le=50)]
    care: bool
    """Care messages are held out too."""
