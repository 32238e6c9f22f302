"""The many ways in which people write the same name, number, date and amount."""

import random
from datetime import date
from decimal import Decimal

from events.samples.plan import Customer

_FULL_WIDTH = str.maketrans("0123456789-/", "０１２３４５６７８９－／")
_ASCII_LETTERS = str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "ß": "ss"})


def in_gbk(text: str) -> str:
    """Without the letters that GBK lacks."""
    return text.translate(_ASCII_LETTERS)


def spell_phone(phone: str | None, chance: random.Random) -> str:
    """One of the ways in which people write a number."""
    if phone is None:
        return ""
    if not phone.startswith("+86"):
        return chance.choice(
            (phone, f"{phone[:-7]} {phone[-7:-4]}-{phone[-4:]}", f"{phone[:-4]} {phone[-4:]}")
        )
    digits = phone.removeprefix("+86")
    spaced = f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return chance.choice(
        (
            digits,
            digits,
            spaced,
            spaced.replace(" ", "-"),
            f"+86 {spaced}",
            f"0086{digits}",
            digits.translate(_FULL_WIDTH),
        )
    )


def spell_email(email: str | None, chance: random.Random) -> str:
    if email is None:
        return ""
    return chance.choice((email, email, email.upper(), f" {email} ", email.replace("@", "＠"), email.title()))


def spell_name(customer: Customer, chance: random.Random) -> str:
    name = customer.person.name
    if customer.person.country != "CN":
        plain = in_gbk(name)
        return chance.choice((plain, plain, f"Dr. {plain}", plain.upper(), f"  {plain}"))
    family = 2 if name.startswith("欧阳") else 1
    return chance.choice(
        (name, name, f"{name} 先生", f"{name}女士", f"{name[:family]} {name[family:]}", f"{name}　")
    )


def spell_date(on: date, chance: random.Random) -> str:
    iso = on.isoformat()
    return chance.choice(
        (
            iso, f"{on.year}/{on.month}/{on.day}", f"{on.year}年{on.month}月{on.day}日", iso.replace("-", "."),
            iso.replace("-", ""), iso.translate(_FULL_WIDTH), f"{on.year}/{on.month}/{on.day} 09:15",
        )
    )  # fmt: skip


def spell_yuan(yuan: int, chance: random.Random) -> tuple[str, str]:
    """The 元 column and the 万元 column: one of them is filled."""
    if chance.random() < 0.4:
        return "", f"{Decimal(yuan) / 10_000:f}"
    plain = str(yuan)
    return chance.choice(
        (plain, f"{yuan:,}.00", f"￥{yuan:,}", plain.translate(_FULL_WIDTH), f"{plain}元")
    ), ""
