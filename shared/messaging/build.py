"""Builds the message of a contact: its template with customer, occasion and policy. Pure: nothing is sent here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Final

from shared.messaging.context import WHYS, Cleaner, occasion_values
from shared.messaging.errors import MessageInvalid
from shared.messaging.mime import checked_contact_id
from shared.messaging.shapes import Own
from shared.messaging.sms_text import SmsCount, SmsMode, count_sms, normalise_sms
from shared.messaging.values import clean_body, customer_value, one_line, sms_value
from shared.model.contact import Contact
from shared.policy.schema import Policy, Tenant
from shared.ports import EmailMessage, SmsMessage

Customer = Mapping[str, str | None]
"""`name` and `company` of the person, either may be absent; anything else is ignored."""

REFERENCE_CHARACTERS: Final = 8
"""Of the contact id: 40 bits, enough to find a letter by what its reader quotes."""

_SMS_MODES: Final[dict[str, SmsMode]] = {"zh": "keep", "en": "latin"}
_LINK_WORDS: Final = {"zh": "不想再收到此类邮件？点此退订", "en": "Unsubscribe from these emails"}
_LINK_HTML: Final = (
    '<p style="margin:0;padding:0 12px 24px;text-align:center;font:12px/1.6 Arial,sans-serif">'
    '<a href="{url}" style="color:#57606a">{words}</a></p>'
)
_BRACKETS = ("【", "】")


@dataclass(frozen=True, slots=True)
class BuiltSms:
    message: SmsMessage
    count: SmsCount


def build_email(
    *,
    contact: Contact,
    to: str,
    customer: Customer,
    policy: Policy,
    unsubscribe_url: str = "",
    details: Mapping[str, object] | None = None,
) -> EmailMessage:
    """The email of a contact; MessageInvalid when it must not be sent (then it never can be).

    `details` are values of the occasion that the contact's row does not keep, such as the points of minutes.
    With an https `unsubscribe_url` it can be ended with one click (RFC 8058) and by a link that everybody sees (C1);
    in any case by a mail to the reply address whose subject names the contact (RFC 2369).
    """
    tenant = policy.tenant
    checked_contact_id(contact.contact_id)
    values = _values(contact, customer, details, customer_value, tenant, is_short=False)

    def part(kind: str) -> str:
        return _render(contact, f"email.{kind}", values, tenant)

    return EmailMessage(
        contact_id=contact.contact_id,
        to=to,
        sender=tenant.reply_email,
        sender_name=one_line(_tenant_name(tenant, contact.locale)),
        subject=one_line(part("subject")),
        text=clean_body(part("text")) + _text_link(unsubscribe_url, contact.locale),
        html=_with_link(clean_body(part("html")), unsubscribe_url, contact.locale),
        headers=_unsubscribe_headers(contact, policy, unsubscribe_url),
    )


def _values(
    contact: Contact,
    customer: Customer,
    details: Mapping[str, object] | None,
    clean: Cleaner,
    tenant: Tenant,
    *,
    is_short: bool,
) -> dict[str, Any]:
    name, company = (clean(customer.get(key)) for key in ("name", "company"))
    occasion = occasion_values(contact, details, clean, is_short=is_short)
    return {**occasion, "name": name, "company": company, **_tenant_values(contact, tenant)}


def _unsubscribe_headers(contact: Contact, policy: Policy, url: str) -> dict[str, str]:
    """None where the class needs no consent: nobody can end the answer to a complaint."""
    if policy.classes[contact.contact_class].consent == "none":
        return {}
    by_mail = f"<mailto:{policy.tenant.reply_email}?subject=unsubscribe-{contact.contact_id}>"
    if not url:
        return {"List-Unsubscribe": by_mail}
    return {"List-Unsubscribe": f"<{url}>, {by_mail}", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _text_link(url: str, locale: str) -> str:
    return f"\n{_LINK_WORDS[locale]}: {url}\n" if url else ""


def _with_link(html: str, url: str, locale: str) -> str:
    """The link stands below the template's own text: no template can forget it, and no value comes near it."""
    if not url:
        return html
    body, end, rest = html.rpartition("</body>")
    return f"{body}{_LINK_HTML.format(url=escape(url), words=_LINK_WORDS[locale])}{end}{rest}"


def build_sms(
    *,
    contact: Contact,
    to: str,
    customer: Customer,
    policy: Policy,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> BuiltSms:
    """The SMS of a contact and what it costs; it lives until the contact's `not_after`.

    A Chinese one begins with 【signature】 (V5), an English one with the sender's name.
    """
    tenant = policy.tenant
    values = _values(contact, customer, details, sms_value, tenant, is_short=True)
    body = _render(contact, "sms", values, tenant)
    text = normalise_sms(
        clean_body(_signed(body.strip(), contact.locale, tenant)), _SMS_MODES[contact.locale]
    )
    message = SmsMessage(contact.contact_id, to, text, _seconds_left(contact, now))
    return BuiltSms(message, count_sms(text))


def _render(contact: Contact, part: str, values: Mapping[str, Any], tenant: Tenant) -> str:
    # Imported with the first message: jinja2 costs a cold start more than the rest of this room together.
    from shared.messaging.render import render

    return render(contact.template, contact.locale, part, values, tenant.link_hosts)


def _signed(body: str, locale: str, tenant: Tenant) -> str:
    if any(bracket in body for bracket in _BRACKETS):
        raise MessageInvalid("signature_in_body")  # the template's: values have lost theirs
    return f"【{tenant.sms_signature}】{body}" if locale == "zh" else f"{tenant.name_en}: {body}"


def _seconds_left(contact: Contact, now: datetime) -> int:
    seconds = int((contact.not_after - now).total_seconds())
    if seconds < 1:
        raise MessageInvalid("expired")
    return seconds


def _tenant_values(contact: Contact, tenant: Tenant) -> dict[str, str]:
    """The tenant's own words: cleaned, but a link in them is meant."""
    address = tenant.postal_address_zh if contact.locale == "zh" else tenant.postal_address_en
    return {
        "tenant": Own(one_line(_tenant_name(tenant, contact.locale))),
        "postal_address": Own(one_line(address)),
        "reply_email": Own(one_line(tenant.reply_email)),
        "reference": contact.contact_id[:REFERENCE_CHARACTERS],
        "why": Own(WHYS[contact.locale].get(contact.contact_class, "")),
    }


def _tenant_name(tenant: Tenant, locale: str) -> str:
    return tenant.name_zh if locale == "zh" else tenant.name_en
