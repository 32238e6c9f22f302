"""Why a tag has its value, and what would change it, as sentences (R23)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from shared.insight.snapshot import Words
from shared.insight.words import LEVELS, RISKS, TAG_CODES, Language, Table, pick, word, yuan
from shared.model.tags import Reason

_Values = Mapping[str, int | str | None]
_NO_DAY: Final[Words] = ("无记录", "never")


def explain_tag(reason: Reason, language: Language) -> str:
    """One sentence: value, numbers behind it, and what is missing to the next band.

    Such as `core because 986,000 元 in 12 months; strategic needs 14,000 元 more`.
    """
    because = _BECAUSE.get(_kind(reason))
    if because is None or not _has_numbers(reason):
        return _bare(reason, language)
    parts = [because(reason, language), *_TO_NEXT.get(reason.tag, _nothing)(reason, language)]
    return pick(("；", "; "), language).join(parts)


def explain_first(tag: str, old: str | None, new: str | None, on: date, language: Language) -> str:
    """What a tag becomes by time alone, and when: `would drop to potential on 2026-09-03 without a new order`."""
    table = _VALUE_WORDS[tag]
    ranks = list(table)  # from the highest down
    sinks = str(new) in ranks and str(old) in ranks and ranks.index(str(new)) > ranks.index(str(old))
    said = _FIRST[tag, sinks]
    return pick(said, language).format(word(table, str(new), language), on)


_FIRST: Final[Mapping[tuple[str, bool], Words]] = {
    ("level", True): ("若无新订单，{1} 起降为{0}", "would drop to {0} on {1} without a new order"),
    ("level", False): ("若无新事，{1} 起升为{0}", "rises to {0} on {1} by time alone"),
    ("risk", True): ("若无新事，{1} 起降为{0}", "falls to {0} on {1} by time alone"),
    ("risk", False): ("若无新往来，{1} 起升为{0}", "would rise to {0} on {1} without a new contact or order"),
    ("activity", True): ("若无新往来，{1} 起降为{0}", "would drop to {0} on {1} without a new interaction"),
    ("activity", False): ("若无新事，{1} 起升为{0}", "rises to {0} on {1} by time alone"),
}


def explain_change(reason: Reason, language: Language) -> str:
    """What would take the value away, and when; empty where nothing is known."""
    parts = _TO_LOSE.get(reason.tag, _nothing)(reason, language) if _has_numbers(reason) else []
    return pick(("；", "; "), language).join(parts)


def _kind(reason: Reason) -> str:
    """`level`, `activity`, a flag, or the code of a risk: each has a sentence of its own."""
    return f"risk.{reason.code}" if reason.tag == "risk" else reason.tag


def _has_numbers(reason: Reason) -> bool:
    return bool(reason.inputs) and bool(reason.threshold)


def _bare(reason: Reason, language: Language) -> str:
    value = word(_VALUE_WORDS.get(reason.tag, {}), reason.value, language)
    return pick(("{0}：{1}", "{0} because {1}"), language).format(
        value, word(TAG_CODES, reason.code, language)
    )


_VALUE_WORDS: Final[Mapping[str, Table]] = {"level": LEVELS, "risk": RISKS, "activity": RISKS}


def _int(values: _Values, name: str) -> int:
    value = values.get(name)
    return value if isinstance(value, int) else 0


def _day(values: _Values, name: str, language: Language) -> str:
    return str(values.get(name) or pick(_NO_DAY, language))


def _nothing(_reason: Reason, _language: Language) -> list[str]:
    return []


def _level(reason: Reason, language: Language) -> str:
    inputs, months = reason.inputs, _int(reason.threshold, "amount_months")
    amount = yuan(_int(inputs, "amount_fen"))
    said = pick(("{0}：{1} 个月内 {2}", "{0} because {2} in {1} months"), language)
    said = said.format(word(LEVELS, reason.value, language), months, amount)
    if reason.code in ("big_but_new", "potential_no_growth", "from_zero", "held", "unconfirmed"):
        said += pick(("，{0}", ", {0}"), language).format(word(TAG_CODES, reason.code, language))
    if reason.code in ("potential", "potential_no_growth"):
        growth = pick(
            (
                "（近 {0} 个月 {1}，此前 {2}，需增长 {3}%）",
                " (last {0} months {1}, before {2}; needs +{3} %)",
            ),
            language,
        )
        recent, previous = yuan(_int(inputs, "recent_fen")), yuan(_int(inputs, "previous_fen"))
        threshold = reason.threshold
        said += growth.format(
            _int(threshold, "growth_months"), recent, previous, _int(threshold, "growth_percent")
        )
    return said


def _level_next(reason: Reason, language: Language) -> list[str]:
    margin = reason.margin
    above = margin.get("to")
    if above is None:
        return []
    needs = [
        pick(("再加 {0}", "{0} more"), language).format(yuan(fen))
        for fen in [_int(margin, "missing_fen")]
        if fen
    ]
    if "missing_days" in margin:
        days = margin["missing_days"]
        if days is None:
            needs.append(pick(("首次合作日期", "a first cooperation date"), language))
        elif days:
            needs.append(pick(("再合作 {0} 天", "{0} more days of cooperation"), language).format(days))
    if not needs:
        return []
    joint = pick(("、", " and "), language)
    said = pick(("升{0}还需{1}", "{0} needs {1}"), language)
    return [said.format(word(LEVELS, str(above), language), joint.join(needs))]


def _level_loss(reason: Reason, language: Language) -> list[str]:
    below = reason.margin.get("lost_to")
    if below is None:
        return []
    said = pick(("减少超过 {1}，则降为{0}", "falls to {0} when it loses more than {1}"), language)
    return [said.format(word(LEVELS, str(below), language), yuan(_int(reason.margin, "spare_fen")))]


def _lapsed(reason: Reason, language: Language) -> str:
    said = pick(
        (
            "高：{0} 个月没有任何往来（最后一次 {1}）",
            "high because nothing happened for {0} months (last: {1})",
        ),
        language,
    )
    return said.format(
        _int(reason.threshold, "window_months"), _day(reason.inputs, "last_event_on", language)
    )


def _silent_and_down(reason: Reason, language: Language) -> str:
    said = pick(
        (
            "高：{0} 个月没有联系（最后一次 {1}），且{2}",
            "high because there was no contact for {0} months (last: {1}) and {2}",
        ),
        language,
    )
    last = _day(reason.inputs, "last_contact_on", language)
    return said.format(_int(reason.threshold, "silent_months"), last, _decline(reason, language))


def _decline(reason: Reason, language: Language) -> str:
    """The two windows and how far the recent one is below its share of the base (R20)."""
    silent = _int(reason.threshold, "silent_months")
    base_months = _int(reason.threshold, "window_months") - silent
    recent, base = _int(reason.inputs, "recent_fen"), _int(reason.inputs, "base_fen")
    said = pick(
        (
            "金额下降 {0}%（近 {1} 个月 {2}，此前 {3} 个月 {4}，界线 {5}%）",
            "the amount is down {0} % (last {1} months {2}, the {3} before {4}; limit {5} %)",
        ),
        language,
    )
    limit = _int(reason.threshold, "decline_percent")
    return said.format(
        _percent_down(recent, base, silent, base_months), silent, yuan(recent), base_months, yuan(base), limit
    )


def _percent_down(recent_fen: int, base_fen: int, months: int, base_months: int) -> int:
    """Whole percent, rounded towards zero, so that 29.9 never reads as 30."""
    expected = base_fen * months
    return int((expected - recent_fen * base_months) * 100 / expected) if expected > 0 else 0


def _latched(reason: Reason, language: Language) -> str:
    said = pick(
        (
            "高：自最后一次往来（{0}）之后曾沉默且金额下降，仅凭沉默不会解除",
            "high because it was silent and down at some time since its last event ({0}); silence never ends that",
        ),
        language,
    )
    return said.format(_day(reason.inputs, "last_event_on", language))


def _complaint(reason: Reason, language: Language) -> str:
    said = pick(
        ("中：近 {1} 个月有 {0} 次投诉", "medium because of {0} complaint(s) in {1} month(s)"), language
    )
    return said.format(_int(reason.inputs, "complaints"), _int(reason.threshold, "complaint_months"))


def _no_anomaly(_reason: Reason, language: Language) -> str:
    return pick(("低：无异常", "low because nothing is unusual"), language)


def _risk_loss(reason: Reason, language: Language) -> list[str]:
    margin = reason.margin
    if "ends_with" in margin:
        said = pick(
            ("有一次往来、订单或退款后降为{0}", "falls to {0} with the next interaction, order or refund"),
            language,
        )
        return [said.format(word(RISKS, str(margin.get("lost_to")), language))]
    lost = []
    if margin.get("lost_on"):
        said = pick(("{1} 起恢复为{0}", "{0} again from {1} on"), language)
        lost.append(said.format(word(RISKS, str(margin.get("lost_to")), language), margin["lost_on"]))
    return lost + _to_high(reason, language)


def _to_high(reason: Reason, language: Language) -> list[str]:
    """High needs both: silence, and the decline."""
    margin = reason.margin
    spare = margin.get("spare_fen")
    if not isinstance(spare, int):
        return []
    is_silent = margin.get("is_silent") == "yes"
    silence = pick(("已沉默", "silent already"), language)
    if not is_silent:
        said = pick(("{0} 起无联系", "no contact until {0}"), language)
        silence = said.format(margin.get("silent_on") or "—")
    decline = pick(("金额已下降", "the amount is down already"), language)
    if spare > 0:
        said = pick(("近期金额再少 {0}", "the recent amount falls by {0} more"), language)
        decline = said.format(yuan(spare))
    joint = pick(("{0}且{1}则升为高", "rises to high if {0} and {1}"), language)
    return [joint.format(silence, decline)]


def _activity(reason: Reason, language: Language) -> str:
    said = pick(("{0}：{2} 个月内 {1} 次往来", "{0} because of {1} interaction(s) in {2} months"), language)
    interactions, months = _int(reason.inputs, "interactions"), _int(reason.threshold, "months")
    return said.format(word(RISKS, reason.value, language), interactions, months)


def _activity_next(reason: Reason, language: Language) -> list[str]:
    above = reason.margin.get("to")
    if above is None:
        return []
    said = pick(("升{0}还需 {1} 次", "{0} needs {1} more"), language)
    return [said.format(word(RISKS, str(above), language), _int(reason.margin, "missing_interactions"))]


def _activity_loss(reason: Reason, language: Language) -> list[str]:
    if not reason.margin.get("lost_on"):
        return []
    said = pick(("无新往来则 {1} 起降为{0}", "falls to {0} on {1} without a new one"), language)
    return [said.format(word(RISKS, str(reason.margin["lost_to"]), language), reason.margin["lost_on"])]


def _thin(reason: Reason, language: Language) -> str:
    said = pick(
        (
            "依据不足：基期只有 {0} 笔订单，至少要 {1} 笔才可靠",
            "thin evidence: only {0} order(s) in the base period, {1} make it firm",
        ),
        language,
    )
    return said.format(_int(reason.inputs, "base_orders"), _int(reason.threshold, "thin_orders"))


def _silent(reason: Reason, language: Language) -> str:
    said = pick(
        (
            "关注：{0} 个月没有联系（最后一次 {1}），金额未明显下降",
            "watch: no contact for {0} months (last: {1}), the amount is not down",
        ),
        language,
    )
    last = _day(reason.inputs, "last_contact_on", language)
    return said.format(_int(reason.threshold, "silent_months"), last)


def _shrinking(reason: Reason, language: Language) -> str:
    return pick(("关注：{0}，仍有联系", "watch: {0}, still in contact"), language).format(
        _decline(reason, language)
    )


_BECAUSE: Final[Mapping[str, Callable[[Reason, Language], str]]] = {
    "level": _level,
    "activity": _activity,
    "risk.lapsed": _lapsed,
    "risk.silent_and_down": _silent_and_down,
    "risk.latched": _latched,
    "risk.complaint": _complaint,
    "risk.none": _no_anomaly,
    "thin_evidence": _thin,
    "watch:silent": _silent,
    "watch:shrinking": _shrinking,
}
_Parts = Callable[[Reason, Language], list[str]]
_TO_NEXT: Final[Mapping[str, _Parts]] = {"level": _level_next, "activity": _activity_next}
_TO_LOSE: Final[Mapping[str, _Parts]] = {"level": _level_loss, "risk": _risk_loss, "activity": _activity_loss}
