"""Customers and occasions to try a template with: what the linter and the preview show."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from shared.messaging.build import Customer
from shared.messaging.catalogue import needs_of

MERGED: Final = "merged"
"""Several reminders in one message; for templates that can name them."""


class Sample(NamedTuple):
    customer: Customer
    values: Mapping[str, Any]
    """Of the occasion, as a playbook gives them."""


_NUMBERS: Final = {
    "due_on": "2026-12-03",
    "talk_on": "2026-11-20",
    "days_left": 11,
    "mileage_km": 10_000,
    "years": 4,
    "tip": 1,
}
_CODES: Final = {"festival": "mid_autumn", "season": "winter", "in_warranty": 1, "stage": "acquisition"}
_LONGEST: Final = {
    "due_on": "2026-12-30",
    "days_left": 30,
    "mileage_km": 1_250_000,
    "festival": "dragon_boat",
    "season": "autumn",
    "tip": 2,
    "stage": "maturity",
    "again": True,
}


def _points(*points: tuple[str, str | None, str | None]) -> list[dict[str, str | None]]:
    return [dict(zip(("text", "owner", "due_on"), point, strict=True)) for point in points]


_USUAL: Final[dict[str, dict[str, Any]]] = {
    "zh": {
        "product": "途观L 2024款",
        "points": _points(
            ("月底前补发两台备件", "王芳", "2026-12-03"), ("下季度起改为按月对账", "刘洋", None), ("新人培训另约时间", None, None)
        ),
        **_NUMBERS,
        **_CODES,
    },
    "en": {
        "product": "X200 pump",
        "points": _points(
            ("Two spare parts follow this month", "Jane Doe", "2026-12-03"),
            ("Statements once a month from next quarter", "John Roe", None),
            ("A date for the training is to be found", None, None),
        ),
        **_NUMBERS,
        **_CODES,
    },
}  # fmt: skip
_ITEMS: Final = [
    {"template": "insurance_renewal", "product": None, "due_on": "2026-12-18"},
    {"template": "inspection_due", "product": "B", "due_on": "2027-01-09"},
]
_HOSTILE: Final = {
    "product": '<a href="https://evil.example">【免费】</a> www.evil.example {{ 7 * 7 }}\u202e\r\nBcc: x@evil.example',
    "points": _points(("<script>alert(1)</script> http://evil.example", "{{ name }}", "2026-12-03")),
    "items": [{"template": "warranty_end", "product": "<b>【x】</b> evil.example", "due_on": "2026-12-18"}],
}
_LONG: Final = {
    "zh": {"name": "买买提·艾合买提·" * 5, "company": "某某（中国）工业设备" * 4 + "有限公司"},
    "en": {"name": "Zoë Papadopoulos-Nguyễn " * 3, "company": "International Widgets & Sons " * 3},
}
_KNOWN: Final[Mapping[str, Customer]] = {
    "zh": {"name": "张伟", "company": "上海示例科技有限公司"},
    "en": {"name": "Ann Lee", "company": "Acme Instruments Ltd"},
}
_NOBODY: Final[Customer] = {"name": None, "company": None}
_EVIL: Final[Mapping[str, Customer]] = {
    "zh": {"name": "<b>【银行】</b> http://evil.example", "company": "{{ 7 * 7 }}\r\nBcc: x@evil.example"},
    "en": {"name": "<b>[Bank]</b> http://evil.example", "company": "{{ 7 * 7 }}\r\nBcc: x@evil.example"},
}
_LONG_PRODUCTS: Final = {
    "zh": "智能纯电动城市运动型多用途汽车长续航版" * 3,
    "en": "Industrial Multi-Stage Pump " * 3,
}


def samples_of(template: str, locale: str) -> dict[str, Sample]:
    """The samples of a template in a language, by name; the nameless one has only what the template always needs."""
    needs, usual = needs_of(template), _USUAL[locale]
    merged = _ITEMS if template != "birthday" else [{"what": "festival"}]
    least = {name: usual[name] for name in usual if name in needs.always}
    long = {**usual, **_LONGEST, "product": _LONG_PRODUCTS[locale]}
    found = {
        "usual": Sample(_KNOWN[locale], usual),
        "nameless": Sample(_NOBODY, least),
        "longest": Sample(_LONG[locale], long),
        "hostile": Sample(_EVIL[locale], {**usual, **_HOSTILE, "stage": "growth"}),
    }
    if "items" in needs.names:
        found[MERGED] = Sample(_KNOWN[locale], {**usual, "items": merged})
    return found
