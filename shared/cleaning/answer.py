"""One value of one field, cleaned and explained: what `guanxi clean` prints."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from shared.cleaning.addresses import Address, clean_address
from shared.cleaning.asked import Hints, read_hints
from shared.cleaning.assets import clean_asset_id
from shared.cleaning.codes import make_issue
from shared.cleaning.companies import clean_company
from shared.cleaning.currencies import BY_REGION, MINOR_DIGITS
from shared.cleaning.dates import clean_local_time, clean_past_date
from shared.cleaning.emails import email_flags, find_emails, suggest_address
from shared.cleaning.field import Field, refused
from shared.cleaning.headcounts import clean_headcount
from shared.cleaning.identifiers import Kind, clean_identifier
from shared.cleaning.industries import clean_industry_code
from shared.cleaning.lunar_days import clean_lunar_day
from shared.cleaning.mileages import MileageHints, clean_mileage
from shared.cleaning.money import read_money
from shared.cleaning.names import find_names
from shared.cleaning.phones import find_phones, is_placeholder, phone_type
from shared.cleaning.regions import clean_country
from shared.cleaning.service_words import clean_in_warranty, clean_service_type
from shared.cleaning.text import clean_text, read_text
from shared.model.issues import Issue, Severity

T = TypeVar("T")

AMBIGUOUS_CODES = frozenset(
    {"ambiguous_date", "two_digit_year", "bare_number_date", "ambiguous_amount", "ambiguous_currency"}
)
"""Refusals that a hint may lift."""
_CENT_DIGITS = 2
# 0.1 + 0.2 is 0.30000000000000004 to a computer; unit prices have four decimals, rarely six.
_MOST_DECIMALS = 6
_KINDS: tuple[Kind, ...] = ("uscc", "ric", "vat", "lei")
_KINDS_BY_LENGTH: dict[int, tuple[Kind, ...]] = {15: ("ric",), 18: ("uscc", "ric"), 20: ("lei",)}


class Answer(NamedTuple):
    status: str
    """ok, null, refused, suggested, ambiguous or multiple."""
    value: object = None
    values: tuple[object, ...] = ()
    suggestion: str | None = None
    extension: str | None = None
    flags: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


def answer_line(field: str, line: object, *, today: date, most_characters: int) -> dict[str, object]:
    """What there is to say about a value, or about `{"value": ..., hints}`; `today` unless the line says another."""
    said: Mapping[str, object] = line if isinstance(line, Mapping) else {"value": line}
    raw = said.get("value")
    hints, issues = read_hints(said, today)
    if isinstance(raw, list | dict):
        return to_plain(raw, Answer("refused", issues=(*issues, make_issue(field, "not_a_value"))))
    value = raw
    if isinstance(raw, str) and len(raw) > most_characters:
        value, issues = raw[:most_characters], (*issues, make_issue(field, "text_truncated"))
    found = _FIELDS[field](value, hints)
    return to_plain(raw, found._replace(issues=(*issues, *found.issues)))


def to_plain(raw: object, answer: Answer) -> dict[str, object]:
    """As it is printed."""
    issues = [{"code": issue.code, "severity": issue.severity.value} for issue in answer.issues]
    return {
        "input": raw,
        **answer._asdict(),
        "values": list(answer.values),
        "flags": list(answer.flags),
        "issues": issues,
    }


def _answer(field: Field[T], write: Callable[[T], object]) -> Answer:
    if field.value is not None:
        return Answer("ok", write(field.value), issues=field.issues)
    if not any(issue.severity is Severity.REFUSED for issue in field.issues):
        return Answer("null", issues=field.issues)
    is_ambiguous = any(issue.code in AMBIGUOUS_CODES for issue in field.issues)
    return Answer("ambiguous" if is_ambiguous else "refused", issues=field.issues)


def _answer_several(fields: tuple[Field[T], ...], write: Callable[[T], object], code: str) -> Answer:
    """`multiple` for more than one valid value; the refused ones beside a valid one leave their reasons."""
    if not fields:
        return Answer("null")
    values = [write(field.value) for field in fields if field.value is not None]
    issues = tuple(dict.fromkeys(issue for field in fields for issue in field.issues))
    if len(values) > 1:
        return Answer("multiple", values[0], tuple(values), issues=issues)
    if not values:
        return Answer("refused", issues=issues)
    several = () if len(fields) == 1 else (make_issue("", code),)
    return Answer("ok", values[0], issues=(*issues, *several))


def _phone(raw: object, hints: Hints) -> Answer:
    fields = find_phones(raw, "phone", region=hints.region)
    answer = _answer_several(fields, lambda phone: phone.e164, "several_phones")
    if answer.status != "ok":
        return answer
    (phone,) = (field.value for field in fields if field.value)
    placeholder = ("placeholder",) if is_placeholder(phone.e164) else ()
    return answer._replace(extension=phone.extension, flags=(phone_type(phone.e164), *placeholder))


def _email(raw: object, hints: Hints) -> Answer:
    answer = _answer_several(find_emails(raw, "email"), str, "several_emails")
    if answer.status != "ok":
        return answer
    email = str(answer.value)
    suggestion = suggest_address(email)
    return answer._replace(
        status="suggested" if suggestion else "ok", suggestion=suggestion, flags=email_flags(email)
    )


def _date(raw: object, hints: Hints) -> Answer:
    field = clean_local_time(raw, "date", hints.dates)
    if field.value is None:
        return _answer(field, datetime.isoformat)
    at = field.value
    if hints.kind == "datetime":
        return _answer(field, _write_time)
    day = (at.astimezone(hints.zone) if at.tzinfo and hints.zone else at).date()
    if hints.kind == "birthday":
        past = clean_past_date(day.isoformat(), "date", hints.dates, today=hints.today)
        return _answer(Field(past.value, (*field.issues, *past.issues)), date.isoformat)
    return _answer(Field(day, field.issues), date.isoformat)


def _write_time(at: datetime) -> str:
    is_whole = at.microsecond == 0
    return at.isoformat(timespec="seconds" if is_whole else "milliseconds").replace("+00:00", "Z")


def _money(raw: object, hints: Hints) -> Answer:
    field = read_money(raw, "money", hints=hints.money, currency=hints.currency)
    if field.value is None:
        return _answer(field, str)
    amount, options = field.value
    currency = _choose_currency(options, hints)
    if options and currency is None:
        return _answer(refused("money", "ambiguous_currency"), str)
    rounded = round(amount, _MOST_DECIMALS)
    issues = () if rounded == amount else (make_issue("money", "amount_rounded"),)
    return Answer("ok", {"amount": _write_amount(rounded, currency), "currency": currency}, issues=issues)


def _choose_currency(options: tuple[str, ...], hints: Hints) -> str | None:
    """The words' only meaning, else the one that the hints allow, else none; what is written wins over a hint."""
    if not options:
        return hints.currency
    if len(options) == 1:
        return options[0]
    likely = (hints.currency, BY_REGION.get(hints.region))
    return next((currency for currency in likely if currency in options), None)


def _write_amount(amount: Decimal, currency: str | None) -> str:
    """With the decimals of the currency, and more only where they say something."""
    digits = MINOR_DIGITS.get(currency or "", _CENT_DIGITS)
    exact = amount.normalize() if amount else Decimal(0)
    return f"{exact:.{max(digits, -int(exact.as_tuple().exponent))}f}"


def _name(raw: object, hints: Hints) -> Answer:
    fields = find_names(raw, "name")
    answer = _answer_several(fields, lambda person: person.name, "several_names")
    titles = tuple(f"title:{field.value.title}" for field in fields if field.value and field.value.title)
    return answer._replace(flags=titles)


def _address(raw: object, hints: Hints) -> Answer:
    field = clean_address(raw, "address")
    code = field.value.code if field.value else None
    answer = _answer(field, _write_address)._replace(flags=(f"gb2260:{code}",) if code else ())
    # 朝阳区 is in 北京 and in 长春; what is certain stays in the value.
    is_ambiguous = any(issue.code == "ambiguous_place" for issue in field.issues)
    return answer._replace(status="ambiguous") if is_ambiguous else answer


def _write_address(address: Address) -> dict[str, str | None]:
    return {
        "province": address.province,
        "city": address.city,
        "district": address.district,
        "rest": address.rest,
    }


def _identifier(raw: object, hints: Hints) -> Answer:
    kind = next((kind for kind in _KINDS if kind == hints.kind), None)
    issues = (make_issue("kind", "bad_hint"),) if hints.kind and kind is None else ()
    region = None if hints.region == "CN" else hints.region
    kinds = (kind,) if kind else _kinds_of(raw)
    fields = [
        clean_identifier(raw, "identifier", kind=kind, region=region, today=hints.today) for kind in kinds
    ]
    found = next((field for field in fields if field.value), fields[0])
    return _answer(found._replace(issues=(*issues, *found.issues)), str)


def _kinds_of(raw: object) -> tuple[Kind, ...]:
    """The kinds that a number without a kind can be, by its length; its check digits then tell."""
    length = sum(map(str.isalnum, (read_text(raw) or "").rpartition(":")[2]))
    return _KINDS_BY_LENGTH.get(length, ("vat",))


def _text(raw: object, hints: Hints) -> Answer:
    answer = _answer(clean_text(raw, "text"), str)
    is_formula = any(issue.code == "formula_like" for issue in answer.issues)
    return answer._replace(flags=("formula",) if is_formula else ())


def _mileage(raw: object, hints: Hints) -> Answer:
    mileage_hints = MileageHints(hints.unit, hints.has_decimal_comma is True)
    return _answer(clean_mileage(raw, "mileage", mileage_hints), int)


def _lunar_birthday(raw: object, hints: Hints) -> Answer:
    return _answer(clean_lunar_day(raw, "lunar_birthday", day_first=hints.day_first), str)


def _employees(raw: object, hints: Hints) -> Answer:
    return _answer(clean_headcount(raw, "employees"), int)


def _in_warranty(raw: object, hints: Hints) -> Answer:
    return _answer(clean_in_warranty(raw, "in_warranty"), bool)


def _simple(clean: Callable[[object, str], Field[Any]], path: str) -> Callable[[object, Hints], Answer]:
    return lambda raw, _: _answer(clean(raw, path), str)


_FIELDS: dict[str, Callable[[object, Hints], Answer]] = {
    "phone": _phone,
    "email": _email,
    "date": _date,
    "money": _money,
    "name": _name,
    "company": _simple(clean_company, "company"),
    "address": _address,
    "country": _simple(clean_country, "country"),
    "identifier": _identifier,
    "industry": _simple(clean_industry_code, "industry"),
    "text": _text,
    "mileage": _mileage,
    "lunar_birthday": _lunar_birthday,
    "employees": _employees,
    "asset_id": _simple(clean_asset_id, "asset_id"),
    "service_type": _simple(clean_service_type, "service_type"),
    "in_warranty": _in_warranty,
}
FIELDS = tuple(_FIELDS)
