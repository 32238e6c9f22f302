"""What a customer owns and we look after, and what was done on it (R7, R40..R46)."""

from datetime import date
from functools import partial
from typing import Any

from shared.cleaning.dates import PLACEHOLDERS, DateHints, clean_date, clean_past_date
from shared.cleaning.field import Field, refused
from shared.cleaning.identity import clean_id
from shared.cleaning.message import Message
from shared.cleaning.mileages import MileageHints, clean_mileage
from shared.cleaning.reader import read_line
from shared.cleaning.service_words import clean_in_warranty, clean_service_type
from shared.cleaning.text import fold, is_null_word
from shared.model.instants import local_day

_ENDS = ("warranty_ends_on", "insurance_ends_on", "inspection_due_on")
# 京A·12345, 京 A12345: what people put between plate and number says nothing.
_BETWEEN = str.maketrans(dict.fromkeys(" ·•・‧", ""))


def read_asset(message: Message) -> dict[str, Any]:
    """The fields of an asset; one that is known by the record's id alone has it for its number."""
    zone = message.hints.dates.zone
    today = local_day(message.received_at, zone)
    bought_on = message.read("bought_on", partial(clean_past_date, hints=message.hints.dates, today=today))
    ends = {name: _read_end(name, message, bought_on) for name in _ENDS}
    asset_id = message.read("asset_id", clean_asset_id)
    if asset_id is None:
        asset_id = clean_asset_id(message.source.get("id"), "id").value
    return {
        "asset_id": asset_id,
        "product": message.text("product"),
        "bought_on": bought_on,
        **ends,
        "mileage_km": _read_mileage(message),
    }


def read_service(message: Message) -> dict[str, Any]:
    """The fields of a service."""
    return {
        "asset_id": message.read("asset_id", clean_asset_id),
        "service_type": message.read("service_type", clean_service_type),
        "in_warranty": message.read("in_warranty", clean_in_warranty),
        "mileage_km": _read_mileage(message),
    }


def clean_asset_id(raw: object, path: str) -> Field[str]:
    """The number of an asset (serial, VIN, plate), in capitals and without spaces, as all records of it write it."""
    value, issues = clean_id(raw, path)
    text = fold(value or "").upper().translate(_BETWEEN)
    return (
        Field(text, issues) if any(map(str.isalnum, text)) and not is_null_word(text) else Field(None, issues)
    )


def clean_end_date(raw: object, path: str, hints: DateHints) -> Field[date]:
    """The day on which something ends or is due, past or ahead; not the default of a system."""
    field = clean_date(raw, path, hints)
    return refused(path, "placeholder_date") if field.value in PLACEHOLDERS else field


def _read_end(name: str, message: Message, bought_on: date | None) -> date | None:
    day = message.read(name, partial(clean_end_date, hints=message.hints.dates))
    if day is not None and bought_on is not None and day < bought_on:
        message.flag(name, "ends_before_bought")
    return day


def _read_mileage(message: Message) -> int | None:
    said = message.source.get("hints")
    raw = said.get("mileage_unit") if isinstance(said, dict) else None
    unit = message.keep(read_line(raw, "hints.mileage_unit", message.habits.most_characters))
    hints = MileageHints(unit, message.hints.money.has_decimal_comma)
    return message.read("mileage_km", partial(clean_mileage, hints=hints))
