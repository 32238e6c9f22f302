"""An explanation as lines for the console: why each tag, what changes next, what was planned, held and sent."""

from collections.abc import Callable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

from shared.insight.explain_decision import explain_decision, use_words
from shared.insight.explain_tag import explain_change, explain_first, explain_tag
from shared.insight.explain_trait import CODES, explain_trait, is_trait, trait_label, trait_value
from shared.insight.explanation import Explanation, TagChange
from shared.insight.reconcile import goes
from shared.insight.snapshot import ContactLine, MergeLink, Words
from shared.insight.words import (
    CASE_STATUSES,
    CHANNELS,
    FIELDS,
    FLAGS,
    LEVELS,
    LINK_RULES,
    PROVENANCE,
    RISKS,
    SEND_REASONS,
    STANDINGS,
    STATUSES,
    TAG_CODES,
    TAGS,
    TASKS,
    TEMPLATES,
    Language,
    cell_words,
    explain_why,
    iso_day,
    local_time,
    pick,
    step_words,
    word,
)
from shared.model.case import Case
from shared.model.contact import Channel, Status
from shared.model.instants import from_iso, local_day

REFERENCE_DIGITS: Final = 8
_HEADINGS: Final[dict[str, Words]] = {
    "who": ("客户", "customer"),
    "tags": ("标签与原因", "tags and why"),
    "traits": ("更多标签", "more tags"),
    "next": ("接下来", "what comes next"),
    "changes": ("标签变化", "tag changes"),
    "consents": ("同意", "consent"),
    "days": ("每日决定", "decisions by day"),
    "contacts": ("联系", "contacts"),
    "cases": ("任务", "tasks"),
    "merges": ("合并依据", "evidence of joins"),
}


def explanation_lines(explanation: Explanation, language: Language) -> list[str]:
    """What `guanxi explain` prints; clock times are the tenant's."""
    lines: list[str] = []
    for name, write in _SECTIONS.items():
        found = [f"  {line}" for line in write(explanation, language)]
        if found:
            lines += [pick(_HEADINGS[name], language), *found]
    return lines


def name_lines(told: Explanation, language: Language) -> Iterator[str]:
    """Whom an id stands for: today's id, former ones, and who shares an address."""
    yield told.customer_id
    if told.is_alias:
        yield pick(("所问编号已并入此客户", "the id asked for was merged into this customer"), language)
    if told.aliases:
        yield pick(("曾用编号：{0}", "formerly {0}"), language).format(", ".join(told.aliases))
    if told.namesakes:
        said = pick(("同一电话或邮箱还属于：{0}", "the same phone or email also belongs to {0}"), language)
        yield said.format(", ".join(told.namesakes))


def _who(told: Explanation, language: Language) -> Iterator[str]:
    yield from name_lines(told, language)
    for field in told.golden:
        source = (
            f"{short_record(field.record_id)}, {word(PROVENANCE, field.rule, language)}"
            if field.record_id
            else ""
        )
        yield f"{word(FIELDS, field.name, language)}: {field.value}" + (f"  [{source}]" if source else "")
    yield pick(("来源记录 {0} 条：{1}", "{0} source record(s): {1}"), language).format(
        len(told.members), ", ".join(map(short_record, told.members))
    )


def _tags(told: Explanation, language: Language) -> Iterator[str]:
    if told.tags is None:
        yield pick(("尚未评定", "not reviewed yet"), language)
        return
    if told.evaluated_at is not None:
        said = pick(("{0} 按策略 {1} 评定", "as of {0}, by policy {1}"), language)
        yield said.format(local_time(told.evaluated_at, told.zone), told.policy_version)
    for reason in told.tags.reasons:
        parts = [explain_tag(reason, language), *_first(told, reason.tag, language)]
        said = pick(("；", "; "), language).join(parts)
        yield f"{tag_label(reason.tag, language)} — {said} [{reason.rule} {reason.code}]"
        if change := explain_change(reason, language):
            yield f"    → {change}"


def _first(told: Explanation, tag: str, language: Language) -> Iterator[str]:
    """What time alone makes of a tag."""
    for change in told.first:
        if change.tag == tag:
            day = local_day(from_iso(change.at), told.zone)
            yield explain_first(tag, change.old, change.new, day, language)


def _traits(told: Explanation, language: Language) -> Iterator[str]:
    for trait in told.traits:
        label = trait_label(trait.tag, language)
        yield f"{label} — {explain_trait(trait, language)} [{trait.rule}]"


def tag_label(tag: str, language: Language) -> str:
    if is_trait(tag):
        return trait_label(tag, language)
    return word(TAGS if tag in TAGS else FLAGS, tag, language)


def _next(told: Explanation, language: Language) -> Iterator[str]:
    if told.ahead:
        said = pick(("若无新事，标签将于 {0} 变化", "if nothing happens, a tag changes on {0}"), language)
        yield said.format(local_time(from_iso(told.ahead[0].at), told.zone))
        for change in told.ahead:
            yield f"    {_change_words(change, language)}"
    elif told.tags is not None:
        yield pick(("若无新事，标签不再变化", "if nothing happens, no tag ever changes"), language)
    if told.plan.cell is not None:
        said = pick(
            (
                "{0}，自 {1}；上次联系 {2}，下次应联系 {3}",
                "{0} since {1}; last contact {2}, next one due {3}",
            ),
            language,
        )
        plan = told.plan
        yield said.format(
            cell_words(told.plan.cell, language),
            *map(iso_day, (plan.cell_since_on, plan.last_contact_on, plan.plan_due_on)),
        )
    if told.due_at is not None:
        said = pick(("下次评定 {0}", "next review {0}"), language)
        yield said.format(local_time(told.due_at, told.zone))


def _changes(told: Explanation, language: Language) -> Iterator[str]:
    for change in reversed(told.changes):
        by = f"{change.rule} {change.policy_version}".strip()
        yield f"{change.at[:10]}  {_change_words(change, language)} [{by}]"


def _change_words(change: TagChange, language: Language) -> str:
    old, new = (tag_value(change.tag, value, language) for value in (change.old, change.new))
    code = word(CODES if is_trait(change.tag) else TAG_CODES, change.code, language)
    if change.old == change.new:
        said = pick(("{0}：仍为{1}，原因变为{2}", "{0}: still {1}, the reason becomes: {2}"), language)
        return said.format(tag_label(change.tag, language), new, code)
    if change.tag in (change.old, change.new):
        appears, goes = (
            pick(("{0}：出现", "{0}: appears"), language),
            pick(("{0}：消失", "{0}: goes away"), language),
        )
        return (appears if change.old is None else goes).format(tag_label(change.tag, language))
    return f"{tag_label(change.tag, language)}: {old} → {new} ({code})"


def tag_value(tag: str, value: str | None, language: Language) -> str:
    if value is None:
        return "—"
    if is_trait(tag):
        return trait_value(tag, value, language)
    return word({"level": LEVELS, "risk": RISKS, "activity": RISKS}.get(tag, FLAGS), value, language)


def _consents(told: Explanation, language: Language) -> Iterator[str]:
    for use, state in told.consents:
        yield f"{use_words(use, language)}: {word(STANDINGS, state, language)}"


def _days(told: Explanation, language: Language) -> Iterator[str]:
    for day in told.days:
        for candidate in day.candidates:
            sign = "+" if goes(candidate.decision) else "-"
            what = (
                f"{word(CHANNELS, candidate.channel, language)} · {step_words(candidate.plan_step, language)}"
            )
            mark = "▶ " if candidate.contact_id == told.contact_id else ""
            # What goes has a line of its own below; what was held can be asked for by this id alone.
            name = "" if goes(candidate.decision) else f"  {candidate.contact_id}"
            yield f"{mark}{day.on} {sign} {what}: {explain_decision(candidate, language)}{name}"


def _contacts(told: Explanation, language: Language) -> Iterator[str]:
    for contact in told.contacts:
        mark = "▶ " if contact.contact_id == told.contact_id else ""
        yield f"{mark}{contact_words(contact, language, told.zone)}"
        yield f"    {explain_why(contact.why, language)}{_by_policy(contact, language)}"
        for attempt in contact.attempts:
            yield f"    {attempt}"


def _by_policy(contact: ContactLine, language: Language) -> str:
    version = contact.why.get("policy")
    return pick(("，按策略 {0}", ", by policy {0}"), language).format(version) if version else ""


def contact_words(contact: ContactLine, language: Language, zone: ZoneInfo) -> str:
    what = word(TEMPLATES, contact.template, language) if contact.template else ""
    status = word(STATUSES, contact.status, language)
    if Channel(contact.channel).is_task and contact.status == Status.SENT:
        status = pick(("已交给负责人", "given to its owner"), language)  # a person calls or visits
    if contact.reason:
        status += f" ({word(SEND_REASONS, contact.reason, language)})"
    at = local_time(contact.sent_at or contact.not_before, zone)
    parts = (at, word(CHANNELS, contact.channel, language), what, status, contact.contact_id)
    return "  ".join(part for part in parts if part)


def _cases(told: Explanation, language: Language) -> Iterator[str]:
    for case in told.cases:
        late = pick(("（已逾期）", " (overdue)"), language) if is_late(case, told) else ""
        due = pick(("{0} 前", "by {0}"), language).format(local_time(case.due_at, told.zone))
        status = word(CASE_STATUSES, case.status, language)
        yield f"{word(TASKS, case.title, language)}  {case.owner}  {due}  {status}{late}"


def is_late(case: Case, told: Explanation) -> bool:
    """Still open after its deadline."""
    return case.status == "open" and case.due_at < told.explained_at


def _merges(told: Explanation, language: Language) -> Iterator[str]:
    """One line for each record that was compared, and one for each that it was kept apart from."""
    for merge in told.merges:
        same = [link for link in merge.links if link.is_same]
        head = f"{merge.at[:10]}  {short_record(merge.record_id)}"
        if same:
            said = pick(("{0} 与 {1} 条记录相同：{2}", "{0} joins {1} record(s): {2}"), language)
            yield said.format(head, len(same), "; ".join(_unique_links(same, language)))
        for link in merge.links:
            if not link.is_same:
                yield f"{head} ≠ {short_record(link.record_id)}: {_link_words(link, language)}"


def _unique_links(links: list[MergeLink], language: Language) -> list[str]:
    return list(dict.fromkeys(_link_words(link, language) for link in links))


def _link_words(link: MergeLink, language: Language) -> str:
    keys = ", ".join(word(FIELDS, key, language) for key in link.keys)
    return f"{word(LINK_RULES, link.rule, language)} ({keys})"


def short_record(record_id: str) -> str:
    """A source record id for people: a made-up reference (`web#~` and 32 digits) is cut."""
    system, mark, digits = record_id.partition("#~")
    return f"{system}{mark}{digits[:REFERENCE_DIGITS]}"


_SECTIONS: Final[dict[str, Callable[[Explanation, Language], Iterator[str]]]] = {
    "who": _who,
    "tags": _tags,
    "traits": _traits,
    "next": _next,
    "consents": _consents,
    "days": _days,
    "contacts": _contacts,
    "cases": _cases,
    "changes": _changes,
    "merges": _merges,
}
