"""What an author should mend in the packaged templates before a customer reads them (T1, L1, S3, V5, C1, C2, C8)."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from shared.messaging.build import build_email, build_sms
from shared.messaging.catalogue import LOCALES, PARTS, Needs, channels_of, needs_of, packaged
from shared.messaging.check_template import check_template
from shared.messaging.errors import MessageInvalid
from shared.messaging.samples import MERGED, Sample, samples_of
from shared.messaging.sms_text import count_sms
from shared.messaging.sources import own_line, read_template
from shared.model.contact import Channel, Contact, ContactClass
from shared.policy.playbooks import TEMPLATE_VALUES
from shared.policy.schema import Policy
from shared.ports import EmailMessage

OPT_OUT_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "zh": ("拒收", "退订", "取消订阅"),
    "en": ("stop", "unsubscribe", "opt out"),
}
_LEVEL_WORDS = re.compile(
    r"战略客户|核心客户|潜力客户|普通客户|高价值|大客户|流失|风险|等级|标签|分层|\bVIP\b|贵宾"
    r"|\bchurn|\brisks?\b|\btiers?\b|\bsegments?\b|\bhigh[- ]value|\bstrategic\b|\bscore",
    re.IGNORECASE,
)
"""How we sort customers is nobody's to read, and would be untrue where personalisation is off."""

_GIVEN_BESIDES: Final = frozenset({"points", "items", "again"})
"""Values that come from the case, from a merge and from the step, whatever the playbook."""
_TO: Final = {Channel.SMS: "+8613900000000", Channel.EMAIL: "customer@example.com"}
_AT: Final = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` counts from 1; 0: the whole part. An error keeps the template from being used, a warning costs money."""

    template: str
    locale: str
    part: str
    code: str
    line: int = 0
    detail: str = ""
    is_error: bool = True


class Preview(NamedTuple):
    """A message as a sample customer would get it."""

    sample: str
    message: str | EmailMessage
    """The text of an SMS, or an email."""


def preview(template: str, locale: str, channel: Channel, policy: Policy) -> list[Preview]:
    """A packaged template for every sample customer. MessageInvalid: it cannot be built."""
    contact = _contact(template, locale, channel)
    found = samples_of(template, locale)
    return [_build(name, sample, contact, policy) for name, sample in found.items()]


def _build(name: str, sample: Sample, contact: Contact, policy: Policy) -> Preview:
    to = _TO[contact.channel]
    if contact.channel is Channel.EMAIL:
        email = build_email(
            contact=contact, to=to, customer=sample.customer, policy=policy, details=sample.values
        )
        return Preview(name, email)
    built = build_sms(
        contact=contact, to=to, customer=sample.customer, policy=policy, now=_AT, details=sample.values
    )
    return Preview(name, built.message.text)


def _contact(template: str, locale: str, channel: Channel) -> Contact:
    return Contact(
        contact_id="PREVIEW0" * 4,
        customer_id="preview",
        plan_step="preview",
        occasion_on=date(2026, 1, 5),
        channel=channel,
        contact_class=needs_of(template).contact_class,
        purpose="care",
        template=template,
        locale=locale,
        created_at=_AT,
        not_before=_AT,
        not_after=_AT + timedelta(days=1),
        check_at=_AT,
    )


def lint_all(policy: Policy) -> tuple[Finding, ...]:
    """The findings of every packaged template, for every language of the tenant, and of what playbooks make of them."""
    packed = (finding for template in packaged() for finding in lint(template, policy))
    return (*packed, *lint_played(policy))


def lint_played(policy: Policy) -> Iterator[Finding]:
    """Messages of playbooks that could never be built: no such template, part or value, or one of another kind."""
    played = {
        (step.template, channel, playbook.contact_class)
        for playbook in policy.playbooks.values()
        for step in playbook.steps
        for channel in step.channels
        if step.template
    }
    for template, channel, contact_class in sorted(played):
        yield from lint_given(template, {*TEMPLATE_VALUES.get(template, ()), *_GIVEN_BESIDES})
        if channel not in channels_of(template):
            yield Finding(template, "*", channel, "missing_part")
        elif _is_optional(contact_class, policy) != _is_optional(needs_of(template).contact_class, policy):
            yield Finding(template, "*", channel, "other_class", detail=contact_class)


def _is_optional(contact_class: ContactClass, policy: Policy) -> bool:
    """Such a message must say how to end it."""
    return policy.classes[contact_class].consent != "none"


def lint(template: str, policy: Policy) -> list[Finding]:
    """What is wrong with one packaged template."""
    if not _is_declared(template):
        return [Finding(template, "*", "*", "undeclared")]
    found = []
    for locale in LOCALES:
        for channel in channels_of(template):
            found += _lint_channel(template, locale, channel, policy)
    return found


def _lint_channel(template: str, locale: str, channel: Channel, policy: Policy) -> list[Finding]:
    missing = find_missing(template, packaged()[template], locale, channel, policy)
    if missing or f"{locale}.{PARTS[channel][0]}" not in packaged()[template]:
        return missing
    faults = [
        replace(fault, line=own_line(template, locale, part, fault.line))
        for part in PARTS[channel]
        for fault in lint_source(template, locale, part, read_template(template, locale, part), policy)
    ]
    return faults or list(_lint_built(template, locale, channel, policy))


def find_missing(
    template: str, files: Set[str], locale: str, channel: Channel, policy: Policy
) -> list[Finding]:
    """The parts that a channel needs in a language of the tenant, or that half of them is there without."""
    missing = [part for part in PARTS[channel] if f"{locale}.{part}" not in files]
    is_whole = len(missing) == len(PARTS[channel])
    if is_whole and locale not in policy.tenant.languages:
        return []  # a language that nobody asked for
    code = "missing_locale" if is_whole else "missing_part"
    return [Finding(template, locale, part, code) for part in missing]


def _is_declared(template: str) -> bool:
    try:
        needs_of(template)
    except MessageInvalid:
        return False
    return True


def lint_source(template: str, locale: str, part: str, source: str, policy: Policy) -> Iterator[Finding]:
    """Faults of one part as it is written. A draft that the catalogue does not list yet is read as one of care."""
    needs = needs_of(template) if _is_declared(template) else Needs(ContactClass.CARE)
    hosts = policy.tenant.link_hosts
    for fault in check_template(source, html=part.endswith("html"), shape=needs.shape, link_hosts=hosts):
        yield Finding(template, locale, part, fault.code, fault.line, fault.detail)
    is_optional = _is_optional(needs.contact_class, policy)
    says_how = "{{ why }}" in source or any(word in source.lower() for word in OPT_OUT_WORDS[locale])
    if is_optional and part != "email.subject" and not says_how:
        yield Finding(template, locale, part, "no_opt_out", detail=" / ".join(OPT_OUT_WORDS[locale]))
    if part in ("email.text", "email.html") and "postal_address" not in source:
        yield Finding(template, locale, part, "no_postal_address")
    for number, line in enumerate(source.split("\n"), 1):
        yield from (
            Finding(template, locale, part, "speaks_of_tags", number, found[0])
            for found in _LEVEL_WORDS.finditer(line)
        )


def lint_given(template: str, given: Set[str]) -> Iterator[Finding]:
    """Values that a template always needs and that whoever plans it never gives (T3)."""
    if not _is_declared(template):
        yield Finding(template, "*", "*", "undeclared")
        return
    for name in sorted(needs_of(template).always - given):
        yield Finding(template, "*", "*", "value_never_given", detail=name)


def _lint_built(template: str, locale: str, channel: Channel, policy: Policy) -> Iterator[Finding]:
    try:
        previews = preview(template, locale, channel, policy)
    except MessageInvalid as error:
        yield Finding(template, locale, channel.value, error.code, error.line)
        return
    if channel is Channel.SMS:
        texts = {one.sample: str(one.message) for one in previews if one.sample != MERGED}
        yield from lint_texts(template, locale, texts, policy)
    else:
        texts = {one.sample: one.message.text for one in previews if isinstance(one.message, EmailMessage)}
        yield from lint_letters(template, locale, texts, policy)


def lint_texts(template: str, locale: str, texts: Mapping[str, str], policy: Policy) -> Iterator[Finding]:
    """Of an SMS as the sample customers get it: the sender, and where a text tips over into one more segment."""
    signature = f"【{policy.tenant.sms_signature}】" if locale == "zh" else f"{policy.tenant.name_en}: "
    if not all(text.startswith(signature) for text in texts.values()):
        yield Finding(template, locale, "sms", "no_signature")
    # What a forger of names costs himself is not the template to mend.
    sizes = {sample: count_sms(text) for sample, text in texts.items() if sample != "hostile"}
    dear = max(sizes, key=lambda sample: sizes[sample].segments)
    least, most = min(size.segments for size in sizes.values()), sizes[dear].segments
    if least < most:
        told = f"{least} -> {most}: {dear}, {sizes[dear].units} units"
        yield Finding(template, locale, "sms", "cliff", detail=told, is_error=False)
    elif most > 1:
        yield Finding(template, locale, "sms", "long", detail=str(most), is_error=False)
    if locale != "zh" and all(size.encoding != "GSM-7" for size in sizes.values()):
        yield Finding(template, locale, "sms", "not_gsm", is_error=False)


def lint_letters(template: str, locale: str, texts: Mapping[str, str], policy: Policy) -> Iterator[Finding]:
    """Of an email's text as the sample customers get it."""
    name = policy.tenant.name_zh if locale == "zh" else policy.tenant.name_en
    if not all(name in text for text in texts.values()):
        yield Finding(template, locale, "email.text", "no_signature")
