"""The whole view of a customer as lines for the console: short where `guanxi explain` says more."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from shared.insight.asset_lines import SERVICE_TYPES, asset_words
from shared.insight.customer_view import ConsentLine, CustomerView, EventLine, YearLine
from shared.insight.explain_decision import use_words
from shared.insight.explain_text import contact_words, is_late, name_lines, short_record, tag_label, tag_value
from shared.insight.explain_trait import CODES, FAULTS, NEEDS, WAYS, is_trait
from shared.insight.identity_words import KINDS, NOT_RECORDED, STEPS_TAKEN, provenance_words
from shared.insight.review_view import Bounds, link_evidence, pair_lines, step_of
from shared.insight.snapshot import Merge, Words
from shared.insight.words import (
    CASE_STATUSES,
    CHANNELS,
    FIELDS,
    STANDINGS,
    TAG_CODES,
    TASKS,
    Language,
    Table,
    iso_day,
    local_time,
    pick,
    word,
    yuan,
)
from shared.model.case import Case
from shared.model.instants import from_iso, local_day
from shared.model.tags import Reason

EVENTS_SHOWN: Final = 20
STEPS_SHOWN: Final = 20
_OBJECTION: Final = "objection"
_HEADINGS: Final[dict[str, Words]] = {
    "who": ("客户", "customer"),
    "golden": ("客户档案（来源、说明日期、取值规则）", "golden record (source, when said, rule)"),
    "sources": ("来源记录", "source records"),
    "years": ("往来合计", "sums by year"),
    "events": ("往来明细（由新到旧）", "events, newest first"),
    "assets": ("资产与服务", "assets and services"),
    "consents": ("同意", "consent"),
    "tags": ("标签（详见 guanxi explain）", "tags (guanxi explain says more)"),
    "contacts": ("计划与已做的联系", "contacts planned and made"),
    "cases": ("任务", "tasks"),
    "identity": ("身份决定", "decisions about identity"),
    "reviews": ("待判断的记录对", "pairs to decide"),
    "missing": ("未记录", "not recorded"),
}
_DETAILS: Final[dict[str, Table]] = {"channel": WAYS, "need_type": NEEDS, "service_type": SERVICE_TYPES}
_PRIORITIES: Final[Table] = {
    "high": ("高优先", "high priority"),
    "medium": ("中优先", "medium priority"),
    "low": ("低优先", "low priority"),
}
_NOT_REVIEWED: Final[Words] = ("尚未评定", "not reviewed yet")
_NONE: Final[Words] = ("无", "none")


def customer_lines(view: CustomerView, bounds: Bounds, language: Language) -> list[str]:
    """What `guanxi customer` prints; clock times and days are the tenant's."""
    lines: list[str] = []
    for name, write in _SECTIONS.items():
        found = [f"  {line}" for line in write(view, language)]
        if found:
            lines += [pick(_HEADINGS[name], language), *found]
        if name == "identity" and view.reviews:
            lines += [pick(_HEADINGS["reviews"], language), *_reviews(view, bounds, language)]
    return lines


# --- who -----------------------------------------------------------------------------------------------------


def _who(view: CustomerView, language: Language) -> Iterator[str]:
    yield from name_lines(view.told, language)
    for code in view.told.review:
        said = pick(("待人工核对：{0}", "for a person to look at: {0}"), language)
        yield said.format(word(FAULTS, code, language))


def _golden(view: CustomerView, language: Language) -> Iterator[str]:
    zone = view.told.zone
    if not view.golden:
        yield pick(_NOT_REVIEWED, language)
    for line in view.golden:
        said = [
            short_record(line.record_id),
            _day(line.said_at, zone),
            provenance_words(line.rule, language),
        ]
        yield f"{word(FIELDS, line.name, language)}: {line.value}  [{', '.join(said)}]"


def _sources(view: CustomerView, language: Language) -> Iterator[str]:
    zone = view.told.zone
    events = pick(("往来 {0} 条", "{0} event(s)"), language)
    for source in view.sources:
        gone = pick(("（来源已删除）", " (deleted at the source)"), language) if source.is_deleted else ""
        yield f"{short_record(source.record_id)}{gone}  {events.format(source.events)}"
        for line in source.said:
            verified = pick(("，经人工核实", ", verified"), language) if line.is_verified else ""
            yield (
                f"    {word(FIELDS, line.name, language)}: {line.value}"
                f"  [{_day(line.said_at, zone)}{verified}]"
            )


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return iso_day(None if at is None else local_day(at, zone))


# --- events --------------------------------------------------------------------------------------------------


def _years(view: CustomerView, language: Language) -> Iterator[str]:
    for line in view.years:
        yield _year_words(line, language)
    yield _balance_words(view, language)


def _year_words(line: YearLine, language: Language) -> str:
    said = pick(
        (
            "{0}  净额 {1} = 订单 {2} 笔 {3} − 退款 {4} 笔 {5}；投诉 {6}，接触 {7}",
            "{0}  net {1} = {2} order(s) {3} - {4} refund(s) {5}; {6} complaint(s), {7} interaction(s)",
        ),
        language,
    ).format(
        line.year,
        yuan(line.net_fen),
        line.orders,
        yuan(line.order_fen),
        line.refunds,
        yuan(line.refund_fen),
        line.complaints,
        line.interactions,
    )
    if not line.unconverted:
        return said
    rest = pick(
        ("；{0} 笔缺汇率，按 0 计", "; {0} amount(s) without a rate count as 0"),
        language,
    )
    return said + rest.format(line.unconverted)


def _balance_words(view: CustomerView, language: Language) -> str:
    balance = view.balance
    if balance.holds:
        said = pick(
            ("{0} 起与标签所用的历史一致：{1}", "agrees with the history behind the tags since {0}: {1}"),
            language,
        )
        return said.format(balance.since_on, yuan(balance.events.fen))
    said = pick(
        (
            "! {0} 起与标签所用的历史不一致：往来 {1}，历史 {2}；请运行 guanxi verify",
            "! differs from the history behind the tags since {0}: events {1}, history {2}; run guanxi verify",
        ),
        language,
    )
    return said.format(balance.since_on, _counts(balance.events), _counts(balance.history))


def _counts(counts: object) -> str:
    return str(counts).partition("(")[2].removesuffix(")")


def _events(view: CustomerView, language: Language) -> Iterator[str]:
    for event in view.events[:EVENTS_SHOWN]:
        yield _event_words(event, view.told.zone, language)
    if (more := len(view.events) - EVENTS_SHOWN) > 0:
        said = pick(("另有 {0:,} 条（--json 列出全部）", "{0:,} more (--json lists all)"), language)
        yield said.format(more)


def _event_words(event: EventLine, zone: ZoneInfo, language: Language) -> str:
    parts = [
        local_time(event.at, zone),
        word(KINDS, event.kind, language),
        *_amount(event, language),
        *(_detail(name, value, language) for name, value in event.details),
        *_remarks(event, language),
        f"[{short_record(event.record_id)} {event.event_id}]",
    ]
    return "  ".join(parts)


def _amount(event: EventLine, language: Language) -> Iterator[str]:
    if event.is_unconverted:
        yield pick(("缺汇率", "no rate"), language)
    elif event.orders or event.refunds:
        yield yuan(event.fen)


def _detail(name: str, value: str, language: Language) -> str:
    if name == "priority":
        return word(_PRIORITIES, value, language)
    if name == "score":
        return pick(("{0} 分", "score {0}"), language).format(value)
    return word(_DETAILS.get(name, {}), value, language)


def _remarks(event: EventLine, language: Language) -> Iterator[str]:
    if event.is_ahead:
        yield pick(("（尚未发生）", "(lies ahead)"), language)
    if event.is_deleted:
        yield pick(("（来源已删除，不计）", "(deleted at the source, does not count)"), language)


def _assets(view: CustomerView, language: Language) -> Iterator[str]:
    for asset in view.assets:
        yield from asset_words(asset, view.told.zone, language)


# --- consent and tags ----------------------------------------------------------------------------------------


def _consents(view: CustomerView, language: Language) -> Iterator[str]:
    for line in view.consents:
        yield _consent_words(line, view.told.zone, language)
    if not view.consents:
        yield pick(_NONE, language)


def _consent_words(line: ConsentLine, zone: ZoneInfo, language: Language) -> str:
    channel, _, purpose = line.use.partition("|")
    use = word(CHANNELS, channel, language) if purpose == _OBJECTION else use_words(line.use, language)
    since = (
        ""
        if line.since is None
        else pick(("，自 {0}", " since {0}"), language).format(_day(line.since, zone))
    )
    address = f"  {line.address}" if line.address else ""
    return f"{use}: {word(STANDINGS, line.state, language)}{since}{address}"


def _tags(view: CustomerView, language: Language) -> Iterator[str]:
    told = view.told
    if told.tags is None:
        yield pick(_NOT_REVIEWED, language)
        return
    reasons = (*told.tags.reasons, *told.traits)
    yield from (_tag_words(reason, language) for reason in reasons)


def _tag_words(reason: Reason, language: Language) -> str:
    label, value = tag_label(reason.tag, language), tag_value(reason.tag, reason.value, language)
    codes = CODES if is_trait(reason.tag) else TAG_CODES
    code = word(codes, reason.code, language) if reason.code in codes else ""
    because = pick(("（{0}）", " ({0})"), language).format(code) if code not in ("", value) else ""
    return f"{label}: {value}{because}" if value != label else value + because


# --- contacts and cases --------------------------------------------------------------------------------------


def _contacts(view: CustomerView, language: Language) -> Iterator[str]:
    for contact in view.told.contacts:
        yield contact_words(contact, language, view.told.zone)
    if not view.told.contacts:
        yield pick(_NONE, language)


def _cases(view: CustomerView, language: Language) -> Iterator[str]:
    for case in view.told.cases:
        yield _case_words(case, view, language)
    if not view.told.cases:
        yield pick(_NONE, language)


def _case_words(case: Case, view: CustomerView, language: Language) -> str:
    late = pick(("（已逾期）", " (overdue)"), language) if is_late(case, view.told) else ""
    due = pick(("{0} 前", "by {0}"), language).format(local_time(case.due_at, view.told.zone))
    status = word(CASE_STATUSES, case.status, language)
    title = " · ".join(part for part in (word(TASKS, case.title, language), case.text) if part)
    return (
        f"{status}{late}  {title}  {case.owner}  {due}  {case.case_id}{_finish_words(case, view, language)}"
    )


def _finish_words(case: Case, view: CustomerView, language: Language) -> str:
    """Who finished it and when, with the note of the talk."""
    finish = case.finish
    if finish is None:
        return ""
    told = [
        finish.by,
        local_time(finish.at, view.told.zone),
        finish.note,
        *(point.text for point in finish.points),
    ]
    return pick(("；", "; "), language) + pick(("、", ", "), language).join(part for part in told if part)


# --- identity ------------------------------------------------------------------------------------------------


def _identity(view: CustomerView, language: Language) -> Iterator[str]:
    merges = view.told.merges
    for merge in merges[-STEPS_SHOWN:][::-1]:
        yield _step_words(merge, view.told.zone, language)
    if (more := len(merges) - STEPS_SHOWN) > 0:
        yield pick(("更早 {0:,} 条", "{0:,} older"), language).format(more)


def _step_words(merge: Merge, zone: ZoneInfo, language: Language) -> str:
    records = dict.fromkeys([merge.record_id, *(link.record_id for link in merge.links)])
    parts = [
        local_time(from_iso(merge.at), zone),
        word(STEPS_TAKEN, step_of(merge), language),
        " ~ ".join(map(short_record, records)),
        link_evidence(merge, language),
        merge.by,
        merge.verdict_id,
    ]
    return "  ".join(part for part in parts if part)


def _reviews(view: CustomerView, bounds: Bounds, language: Language) -> Iterator[str]:
    for pair in view.reviews:
        yield from (f"  {line}" for line in pair_lines(pair, bounds, language, view.told.zone))


def _missing(_view: CustomerView, language: Language) -> Iterator[str]:
    names = (pick(words, language) for words in NOT_RECORDED.values())
    yield pick(("、", ", "), language).join(names)


_SECTIONS: Final[dict[str, Callable[[CustomerView, Language], Iterator[str]]]] = {
    "who": _who,
    "golden": _golden,
    "sources": _sources,
    "years": _years,
    "events": _events,
    "assets": _assets,
    "consents": _consents,
    "tags": _tags,
    "contacts": _contacts,
    "cases": _cases,
    "identity": _identity,
    "missing": _missing,
}
