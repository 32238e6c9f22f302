"""`guanxi preview`: every template for every locale with sample customers, on one page that opens offline."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.local.mail_drop import write_whole
from shared.messaging.catalogue import LOCALES, channels_of, packaged
from shared.messaging.errors import MessageInvalid
from shared.messaging.lint import Finding, Preview, lint, lint_all, preview
from shared.messaging.sms_text import count_sms, split_sms
from shared.model.contact import Channel
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.ports import EmailMessage

Language = Literal["zh", "en"]

MESSAGES: Final = 1000
"""What a price is for."""
FEN: Final = 100

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "消息预览",
        "lead": "每个模板、每种语言、每位示例客户：客户将收到的就是这里所见。",
        "findings": "检查结果",
        "no_findings": "没有发现问题。",
        "sms": "短信",
        "email": "邮件",
        "usual": "一般客户",
        "nameless": "没有姓名",
        "longest": "最长的姓名",
        "hostile": "恶意内容",
        "merged": "合并提醒",
        "sms_facts": "{encoding} · {units} 个单位 · 计 {segments} 条 · 每千人 {price}",
        "email_facts": "每千封 {price}",
        "subject": "主题",
        "text": "纯文本部分",
        "unbuildable": "无法生成",
        "locale_zh": "中文",
        "locale_en": "英文",
        "error": "错误",
        "warning": "提醒",
    },
    "en": {
        "title": "Message preview",
        "lead": "Each template in each language for each sample customer: what you see is what a customer gets.",
        "findings": "Findings",
        "no_findings": "Nothing to mend.",
        "sms": "SMS",
        "email": "Email",
        "usual": "Usual customer",
        "nameless": "No name",
        "longest": "Longest name",
        "hostile": "Hostile content",
        "merged": "Merged reminders",
        "sms_facts": "{encoding} · units: {units} · segments: {segments} · {price} per 1,000",
        "email_facts": "{price} per 1,000",
        "subject": "Subject",
        "text": "Text part",
        "unbuildable": "Cannot be built",
        "locale_zh": "Chinese",
        "locale_en": "English",
        "error": "error",
        "warning": "warning",
    },
}
_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "cliff": ("姓名一长就多一条短信", "a long name costs one more segment"),
    "long": ("总是多于一条短信", "always more than one segment"),
    "not_gsm": ("英文短信含 GSM-7 以外的字符，每条只有 70 个", "not GSM-7: 70 characters a segment, not 160"),
    "missing_locale": ("缺少这种语言", "this language is missing"),
    "missing_part": ("缺少这一部分", "this part is missing"),
    "no_opt_out": ("没有退订说明", "it does not say how to opt out"),
    "no_signature": ("没有发送方签名", "it does not say who sends it"),
    "no_postal_address": ("没有邮寄地址", "the postal address is missing"),
    "unknown_name": ("用了不存在的名称", "a name that is not given"),
    "undeclared": ("catalogue.toml 没有登记", "not listed in catalogue.toml"),
    "speaks_of_tags": ("提到了客户的等级或风险", "it speaks of a customer's level or risk"),
    "value_not_given": ("缺少必需的内容", "a value that it needs is not given"),
    "other_class": ("用途与行动方案的类别不符", "written for another class than the playbook's"),
    "value_never_given": ("必需的内容从不提供", "a value that it needs is never given"),
}


class Shown(NamedTuple):
    """One message on the page."""

    sample: str
    is_email: bool
    subject: str
    html: str
    text: str
    segments: list[str]
    facts: str
    is_dear: bool


class Group(NamedTuple):
    """The messages of one template, locale and channel."""

    template: str
    locale: str
    channel: str
    shown: list[Shown]
    findings: list[Finding]
    unbuildable: str


def write_preview(out: Path, *, language: Language) -> int:
    """Writes `preview.html` into `out` and prints its findings; returns 1 when one of them is an error."""
    policy = load_policy()
    out.mkdir(parents=True, exist_ok=True)
    file = out / "preview.html"
    write_whole(file, render_preview(policy, language=language).encode())
    print(file)
    return print_findings(language=language)


def print_findings(*, language: Language) -> int:
    """Prints what should be mended in the packaged templates; returns 1 when something must be."""
    found = lint_all(load_policy())
    for finding in found:
        print(describe(finding, language))
    return int(any(finding.is_error for finding in found))


def describe(finding: Finding, language: Language) -> str:
    """One line: where, how grave, what, in words."""
    place = f"{finding.template}/{finding.locale}.{finding.part}" + (
        f":{finding.line}" if finding.line else ""
    )
    grave = _WORDS[language]["error" if finding.is_error else "warning"]
    words = _FINDINGS.get(finding.code)
    told = words[language == "en"] if words else ""
    return " ".join(
        filter(
            None, (f"{place}: {grave}:", finding.code, told, f"({finding.detail})" if finding.detail else "")
        )
    )


def render_preview(policy: Policy, *, language: Language) -> str:
    """The page. Emails stand in frames without scripts, forms or an origin; everything else is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    groups = list(_groups(policy, language))
    findings = [describe(finding, language) for group in groups for finding in group.findings]
    page = environment.get_template("preview.html.j2")
    return page.render(words=_WORDS[language], language=language, groups=groups, findings=findings)


def _groups(policy: Policy, language: Language) -> Iterable[Group]:
    for template in packaged():
        found = lint(template, policy)
        for channel in channels_of(template):
            for locale in LOCALES:
                mine = [one for one in found if one.locale == locale and one.part.startswith(channel.value)]
                yield _group(template, locale, channel, mine, policy, language)


def _group(
    template: str, locale: str, channel: Channel, findings: list[Finding], policy: Policy, language: Language
) -> Group:
    try:
        shown = [_show(one, policy, language) for one in preview(template, locale, channel, policy)]
    except MessageInvalid as error:
        return Group(template, locale, channel.value, [], findings, error.code)
    return Group(template, locale, channel.value, shown, findings, "")


def _show(one: Preview, policy: Policy, language: Language) -> Shown:
    words = _WORDS[language]
    if isinstance(one.message, EmailMessage):
        told = words["email_facts"].format(price=_yuan(policy.cost.email_fen))
        return Shown(
            one.sample, True, one.message.subject, one.message.html, one.message.text, [], told, False
        )
    segments, size = split_sms(one.message), count_sms(one.message)
    price = _yuan(policy.cost.sms_segment_fen * size.segments)
    told = words["sms_facts"].format(**size._asdict(), price=price)
    return Shown(one.sample, False, "", "", one.message, segments, told, size.segments > 1)


def _yuan(fen: int) -> str:
    return f"¥{fen * MESSAGES / FEN:,.2f}"
