"""What a person should know before calling or visiting (R25): plain data, and in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.insight.explain_trait import WAYS
from shared.insight.snapshot import Words
from shared.insight.words import (
    GOALS,
    LEVELS,
    RISKS,
    Language,
    local_time,
    pick,
    task_title,
    word,
    yuan,
)
from shared.model.case import Case


class Behaviour(NamedTuple):
    """What a customer did in a span of months."""

    months: int
    interactions: int
    orders: int
    complaints: int
    fen: int
    """Orders less refunds."""
    last_order_on: date | None = None


class Review(NamedTuple):
    """The annual cooperation review of a strategic customer."""

    since_on: date | None
    fen: int
    fen_before: int
    """Of the year before."""
    orders: int
    complaints: int
    interactions: int


class Earlier(NamedTuple):
    """A task that was finished: with this customer, or with a similar one."""

    title: str
    on: date
    by: str
    note: str
    points: tuple[str, ...]
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    case: Case
    customer: str
    company: str = ""
    phone: str = ""
    email: str = ""
    level: str = ""
    risk: str = ""
    goal: str = ""
    last_contact: tuple[date, str] | None = None
    """Day and way of contact."""
    last_talk: Earlier | None = None
    open_cases: tuple[tuple[str, datetime], ...] = ()
    """Title or text, and deadline, of the customer's other open cases."""
    behaviour: Behaviour | None = None
    review: Review | None = None
    similar: tuple[Earlier, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        return self.customer or self.company or self.case.customer_id


_LABELS: Final[dict[str, Words]] = {
    "who": ("客户", "Customer"),
    "goal": ("目标", "Goal"),
    "point": ("待办", "Open point"),
    "last_contact": ("上次联系", "Last contact"),
    "last_talk": ("上次内容", "Last talk"),
    "open": ("未结事项", "Open issues"),
    "behaviour": ("近期行为", "Recent behaviour"),
    "review": ("年度合作回顾", "Annual review"),
    "similar": ("同行业案例", "Similar customers"),
    "tries": ("未接通", "No answer"),
}
_BEHAVIOUR: Final[Words] = (
    "近 {0} 个月：往来 {1} 次，订单 {2} 笔共 {4}，投诉 {3} 次",
    "{0} months: interactions {1}, orders {2} ({4}), complaints {3}",
)
_REVIEW: Final[Words] = (
    "近 12 个月 {0}（上一年 {1}），订单 {2} 笔，往来 {3} 次，投诉 {4} 次",
    "12 months {0} (year before {1}), orders {2}, interactions {3}, complaints {4}",
)


def brief_lines(brief: Brief, language: Language, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Label and text of each thing to know, the most useful first."""
    return [(pick(_LABELS[name], language), text) for name, text in _facts(brief, language, zone) if text]


def tag_words(brief: Brief, language: Language) -> str:
    """Level and risk."""
    said = ("{0}·风险{1}", "{0}, risk {1}")
    if not brief.level:
        return ""
    risk = word(RISKS, brief.risk, language) if brief.risk else "—"
    return pick(said, language).format(word(LEVELS, brief.level, language), risk)


def _facts(brief: Brief, language: Language, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield "point", brief.case.text
    yield "goal", word(GOALS, brief.goal, language) if brief.goal else ""
    yield "tries", ", ".join(local_time(one.at, zone) for one in brief.case.tries)
    yield "last_contact", _contact_words(brief, language)
    if brief.last_talk is not None:
        yield "last_talk", earlier_words(brief.last_talk, language)
    yield "open", _open_words(brief, language, zone)
    yield "behaviour", _behaviour_words(brief.behaviour, language)
    yield "review", _review_words(brief.review, language)
    for one in brief.similar:
        yield "similar", earlier_words(one, language)


def _contact_words(brief: Brief, language: Language) -> str:
    if brief.last_contact is None:
        return ""
    on, channel = brief.last_contact
    return f"{on.isoformat()} {word(WAYS, channel, language)}".rstrip()


def earlier_words(one: Earlier, language: Language) -> str:
    comma = pick(("；", "; "), language)
    told = [one.customer, f"{one.on.isoformat()} {task_title(one.title, language)}", one.note, *one.points]
    return comma.join(part for part in told if part)


def _open_words(brief: Brief, language: Language, zone: ZoneInfo) -> str:
    comma = pick(("；", "; "), language)
    return comma.join(
        f"{task_title(title, language)} ({local_time(due_at, zone)})" for title, due_at in brief.open_cases
    )


def _behaviour_words(told: Behaviour | None, language: Language) -> str:
    if told is None:
        return ""
    said = pick(_BEHAVIOUR, language).format(
        told.months, told.interactions, told.orders, told.complaints, yuan(told.fen)
    )
    last = pick(("；最近订单 {0}", "; last order {0}"), language)
    return said + (last.format(told.last_order_on) if told.last_order_on else "")


def _review_words(told: Review | None, language: Language) -> str:
    if told is None:
        return ""
    said = pick(_REVIEW, language).format(
        yuan(told.fen), yuan(told.fen_before), told.orders, told.interactions, told.complaints
    )
    since = pick(("自 {0} 起合作；", "Customer since {0}; "), language)
    return (since.format(told.since_on) if told.since_on else "") + said
