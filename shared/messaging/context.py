"""What the template of a contact may name: the customer, the tenant, and the occasion, in the words of a language.

Values come as they are kept: an ISO date, a count, a code. Here they become what a person reads.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from shared.messaging.catalogue import needs_of
from shared.messaging.errors import MessageInvalid
from shared.model.contact import Contact, ContactClass

Cleaner = Callable[[str | None], str | None]
"""Makes a customer's text fit to stand in a message (V2..V5)."""
Occasion = dict[str, Any]
"""Texts, numbers, flags, null where nothing is known; `items` and `points` are lists of mappings of texts."""

_MONTHS: Final = (
    "January February March April May June July August September October November December".split()
)
_FLAGS: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_ANOTHER: Final = ("另一项提醒", "another reminder")
"""What a merged reminder of the tenant's own is called."""
_STAGES: Final = ("acquisition", "growth", "maturity", "decline", "left")
_SENTENCE_ENDS: Final = "。．.；;，, "

WORDS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "festival": {
        "new_year": ("元旦", "the New Year"),
        "spring_festival": ("春节", "the Spring Festival"),
        "new_years_eve": ("除夕", "the Chinese New Year’s Eve"),
        "lantern_festival": ("元宵节", "the Lantern Festival"),
        "womens_day": ("妇女节", "Women’s Day"),
        "labour_day": ("劳动节", "Labour Day"),
        "dragon_boat": ("端午节", "the Dragon Boat Festival"),
        "double_seventh": ("七夕", "the Double Seventh Festival"),
        "mid_autumn": ("中秋节", "the Mid-Autumn Festival"),
        "double_ninth": ("重阳节", "the Double Ninth Festival"),
        "national_day": ("国庆节", "the National Day"),
        "laba": ("腊八节", "the Laba Festival"),
        "thanksgiving": ("感恩节", "Thanksgiving"),
        "christmas": ("圣诞节", "Christmas"),
    },
    "season": {
        "spring": ("春", "spring"),
        "summer": ("夏", "summer"),
        "autumn": ("秋", "autumn"),
        "winter": ("冬", "winter"),
    },
    "what": {
        "service_due": ("保养", "a service"),
        "service_followup": ("维修回访", "a check after the repair"),
        "season_care": ("换季检查", "the seasonal check"),
        "insurance_renewal": ("保险到期", "the end of the insurance"),
        "inspection_due": ("年检到期", "the inspection"),
        "warranty_end": ("质保到期", "the end of the warranty"),
        "festival": ("节日", "a feast day"),
        "birthday": ("生日", "a birthday"),
    },
}
"""Codes and what they are called, in Chinese and English."""

WHYS: Final[dict[str, dict[ContactClass, str]]] = {
    "zh": {
        ContactClass.CARE: "您收到这封邮件，是因为您同意接收我们的服务关怀。"
        "如不希望再收到，请回复“退订”，我们会立即停止发送。",
        ContactClass.MARKETING: "您收到这封邮件，是因为您同意接收我们的优惠与活动信息。"
        "如不希望再收到，请回复“退订”，我们会立即停止发送。",
        ContactClass.SERVICE: "这封邮件与您提出的事项直接相关，不含推广内容。",
    },
    "en": {
        ContactClass.CARE: "You receive this email because you agreed to hear from our customer care. "
        "If you would rather not, reply with “unsubscribe” and we will stop at once.",
        ContactClass.MARKETING: "You receive this email because you agreed to hear of our offers and events. "
        "If you would rather not, reply with “unsubscribe” and we will stop at once.",
        ContactClass.SERVICE: "This email is about something you asked of us. It advertises nothing.",
    },
}
"""Why somebody gets a letter, and how it ends (C2)."""


def occasion_values(
    contact: Contact, details: Mapping[str, object] | None, clean: Cleaner, *, is_short: bool
) -> Occasion:
    """The values that the contact's template names, and no others; null where nothing is known.

    `is_short` leaves the year out of dates, which an SMS has no room for. MessageInvalid: a value that the template
    always needs is missing, or one cannot be read.
    """
    needs = needs_of(contact.template)
    given = {"again": _is_again(contact), **contact.values, **(details or {})}
    read = _Reader(contact.locale, clean, is_short)
    given["items"] = _further(given)
    shown = {name: read.show(name, given.get(name)) for name in sorted(needs.names)}
    missing = sorted(name for name in needs.always if shown[name] in (None, []))
    if missing:
        raise MessageInvalid("value_not_given", ", ".join(missing))
    return shown


def _is_again(contact: Contact) -> bool:
    """It is not the first message of its occasion: `play.<playbook>.<step>...`."""
    step = (*contact.plan_step.split("."), "", "", "")[2]
    return contact.plan_step.startswith("play.") and step.isdecimal() and int(step) > 1


def _further(given: Mapping[str, object]) -> object:
    """The other reminders that a message carries: a list, or a count with `item1`, `item1_on`, `item1_product` ..."""
    count = given.get("items")
    if not str(count).isdecimal():
        return count
    return [
        {
            "what": given.get(f"item{n}"),
            "due_on": given.get(f"item{n}_on"),
            "product": given.get(f"item{n}_product"),
        }
        for n in range(1, int(str(count)) + 1)
    ]


@dataclass(frozen=True, slots=True)
class _Reader:
    locale: str
    clean: Cleaner
    is_short: bool

    def show(self, name: str, raw: object) -> Any:  # noqa: ANN401 what a template may name
        """The value as a person reads it; MessageInvalid when it is none of its kind."""
        if name in ("items", "points"):
            return [self._row(name, row) for row in _rows(raw)]
        if raw is None or raw == "":
            return None
        try:
            return self._plain(name, raw)
        except (ValueError, TypeError, KeyError):
            raise MessageInvalid("value_malformed", name) from None

    def _plain(self, name: str, raw: object) -> str | int | bool | None:
        if name in ("due_on", "talk_on"):
            return show_day(date.fromisoformat(str(raw)[:10]), self.locale, is_short=self.is_short)
        if name in ("tip", "years"):
            return int(str(raw)) or None
        if name in ("days_left", "mileage_km"):
            count = int(str(raw))
            return f"{count:,}" if count or name == "days_left" else None  # 0 km: not known
        if name in ("in_warranty", "again"):
            return _FLAGS[str(raw).lower()]
        if name == "stage":
            return _STAGES[_STAGES.index(str(raw))]
        if name == "what":
            return WORDS[name].get(str(raw), _ANOTHER)[self.locale == "en"]
        if name in WORDS:
            return WORDS[name][str(raw)][self.locale == "en"]
        return self.clean(str(raw))

    def _row(self, name: str, row: Mapping[str, object]) -> dict[str, Any]:
        due_on = self.show("due_on", row.get("due_on"))
        if name == "items":
            kind = row.get("what") or row.get("template")
            product = self.show("product", row.get("product"))
            return {"what": self.show("what", kind), "product": product, "due_on": due_on}
        text, owner = (self.show(key, row.get(key)) for key in ("text", "owner"))
        return {"text": text and text.rstrip(_SENTENCE_ENDS), "owner": owner, "due_on": due_on}


def _rows(raw: object) -> Iterable[Mapping[str, object]]:
    """A list of mappings, as it is or as JSON text."""
    try:
        listed = json.loads(raw) if isinstance(raw, str) else raw or []
    except ValueError:
        raise MessageInvalid("value_malformed", "list") from None
    if not isinstance(listed, list | tuple) or not all(isinstance(row, Mapping) for row in listed):
        raise MessageInvalid("value_malformed", "list")
    return listed


def show_day(day: date, locale: str, *, is_short: bool = False) -> str:
    """2026年12月3日 or 3 December 2026; short: 12月3日, 3 December."""
    if locale == "zh":
        return f"{day.month}月{day.day}日" if is_short else f"{day.year}年{day.month}月{day.day}日"
    month = _MONTHS[day.month - 1]
    return f"{day.day} {month}" if is_short else f"{day.day} {month} {day.year}"
