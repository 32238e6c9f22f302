"""Why a contact goes or does not, as sentences (requirements 10.1)."""

from collections.abc import Callable, Mapping
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.insight.snapshot import DayCandidate, Why
from shared.insight.words import (
    CHANNELS,
    CLASSES,
    DECISIONS,
    RULES,
    Language,
    explain_why,
    local_time,
    pick,
    word,
)
from shared.model.contact import Decision


def explain_decision(candidate: DayCandidate, language: Language) -> str:
    """One sentence: the decision, the numbers that decided, the rule."""
    said = [word(DECISIONS, candidate.decision, language)]
    detail = _DETAILS.get(candidate.decision, _no_detail)(candidate, language)
    if detail:
        said.append(detail)
    rule = pick(("（{0}）", " ({0})"), language).format(word(RULES, candidate.rule, language))
    return pick(("：", ": "), language).join(said) + rule


def use_words(use: str, language: Language) -> str:
    """`email|care` in words."""
    channel, _, purpose = use.partition("|")
    both = (word(CHANNELS, channel, language), word(CLASSES, purpose, language))
    return pick(("{0}{1}", "{0} for {1}"), language).format(*both)


def _count(why: Why, name: str) -> int:
    value = why.get(name)
    return value if isinstance(value, int) else 0


def _no_detail(_candidate: DayCandidate, _language: Language) -> str:
    return ""


def _wanted(candidate: DayCandidate, language: Language) -> str:
    return explain_why(candidate.why, language)


def _needs_consent(candidate: DayCandidate, language: Language) -> str:
    needs = candidate.why.get("needs")
    said = pick(("需要{0}的同意", "needs consent to {0}"), language)
    return said.format(use_words(needs, language)) if isinstance(needs, str) else ""


def _needs_address(candidate: DayCandidate, language: Language) -> str:
    needs = str(candidate.why.get("needs") or candidate.channel)
    return pick(("缺{0}", "{0} is missing"), language).format(word(CHANNELS, needs, language))


def _suppressed(candidate: DayCandidate, language: Language) -> str:
    said = pick(
        ("该{0}地址被退回、投诉或退订", "the address for {0} bounced, complained or opted out"), language
    )
    return said.format(word(CHANNELS, str(candidate.why.get("address") or candidate.channel), language))


def _capped(candidate: DayCandidate, language: Language) -> str:
    why = candidate.why
    said = pick(("{0} 已有 {1} 次，上限 {2}", "{1} already on {0}, limit {2}"), language)
    return said.format(why.get("cap_on") or "—", _count(why, "counted"), _count(why, "limit"))


def _deferred(candidate: DayCandidate, language: Language) -> str:
    zone = str(candidate.why.get("zone") or "UTC")
    try:
        at = local_time(candidate.not_before, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        at = local_time(candidate.not_before, ZoneInfo("UTC"))
    waits = pick(("等到 {0}（{1}）", "waits until {0} ({1})"), language).format(at, zone)
    return pick(("；", "; "), language).join((waits, explain_why(candidate.why, language)))


def _staggered(candidate: DayCandidate, language: Language) -> str:
    said = pick(("当日首次联系名额 {0} 个已满", "the {0} first contacts of the day are taken"), language)
    return said.format(_count(candidate.why, "limit"))


def _merged(candidate: DayCandidate, language: Language) -> str:
    """Which contact carries it, and what it is itself."""
    said = pick(("由联系 {0} 一并说明；{1}", "carried by contact {0}; {1}"), language)
    into = str(candidate.why.get("merged_into") or "—")
    return said.format(into, explain_why(candidate.why, language))


def _held_out(candidate: DayCandidate, language: Language) -> str:
    said = pick(("对照组 {0}%，此客户为 {1}", "{0} % are held out, this customer is {1}"), language)
    return said.format(_count(candidate.why, "percent"), _count(candidate.why, "share"))


def _no_calendar(candidate: DayCandidate, _language: Language) -> str:
    """Which year, and what to do about it."""
    return str(candidate.why.get("missing") or "")


def _stale(candidate: DayCandidate, language: Language) -> str:
    until = candidate.why.get("until")
    said = pick(("只到 {0} 有效", "worth something until {0} only"), language)
    return said.format(until) if until else explain_why(candidate.why, language)


def _objected(candidate: DayCandidate, language: Language) -> str:
    channels = str(candidate.why.get("objection") or "").split(",")
    return pick(("、", ", "), language).join(
        word(CHANNELS, channel, language) for channel in channels if channel
    )


_DETAILS: Final[Mapping[str, Callable[[DayCandidate, Language], str]]] = {
    Decision.PLANNED: _wanted,
    Decision.QUIET_DEFERRED: _deferred,
    Decision.CAPPED: _capped,
    Decision.NO_CONSENT: _needs_consent,
    Decision.WITHDRAWN: _needs_consent,
    Decision.OBJECTED: _objected,
    Decision.SUPPRESSED: _suppressed,
    Decision.NO_ADDRESS: _needs_address,
    Decision.STAGGERED: _staggered,
    Decision.MERGED: _merged,
    Decision.HOLDOUT: _held_out,
    Decision.STALE: _stale,
    Decision.NO_CALENDAR: _no_calendar,
}
