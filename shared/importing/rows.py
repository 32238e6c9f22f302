"""From rows to raw records: the message that goes into the queue, values as found."""

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.importing.columns import Column, Mapping, map_columns
from shared.importing.kinds import find_kind, find_system, implied_by, is_no, is_yes
from shared.importing.limits import DEFAULT_LIMITS, Limits
from shared.importing.occurrences import Occurrences
from shared.importing.problems import ProblemCode, RowProblem
from shared.importing.row import Row

RawRecord = dict[str, Any]

SCHEMA = 1
_ENCODE = json.JSONEncoder(sort_keys=True, default=str).encode  # made once: `dumps` makes one for each call
PARTY_FIELDS = (
    "ref", "name", "title", "company", "industry", "employees", "phone", "email", "address", "country", "province",
    "city", "language", "birthday", "lunar_birthday", "first_cooperation", "id_number",
)  # fmt: skip
_ASSET_DAYS = ("bought_on", "warranty_ends_on", "insurance_ends_on", "inspection_due_on")
_DATES = ("event_at", "changed_at", "birthday", "first_cooperation", *_ASSET_DAYS)
_COMMON_FIELDS = ("version", "changed_at", "event_at", "deleted")
_KIND_FIELDS = {
    "profile": (),
    "order": ("amount", "currency", "stage", "topic"),
    "refund": ("amount", "currency"),
    "interaction": ("channel", "topic", "stage"),
    "complaint": ("channel", "topic", "stage", "is_interaction"),
    "satisfaction": ("score", "dimension"),
    "need": ("need_type", "priority", "topic", "stage"),
    "consent": ("channel", "purpose", "action", "evidence"),
    "asset": ("asset_id", "product", *_ASSET_DAYS, "mileage_km"),
    "service": ("asset_id", "service_type", "in_warranty", "mileage_km"),
}
_BESIDE_ASSETS = frozenset({"order", "service", "interaction", "complaint", "need"})
"""Kinds whose rows may tell of an asset as well."""
_CONSENT_COLUMNS = {
    "consent_email": ("email", "care"),
    "consent_sms": ("sms", "care"),
    "consent_phone": ("phone", "care"),
    "consent_marketing_email": ("email", "marketing"),
    "consent_marketing_sms": ("sms", "marketing"),
    "optout_email": ("email", "any"),
    "optout_sms": ("sms", "any"),
    "optout_any": ("any", "any"),
}


def rows_to_records(
    rows: Iterable[Row | RowProblem], *, file: str, job_id: str, limits: Limits = DEFAULT_LIMITS
) -> Iterator[RawRecord | RowProblem]:
    """One or more raw records for each row, in order; the same rows give the same records. Problems pass through.

    A sheet's name follows the file's in `origin.file`, after a `#`. Ends with a problem where a file holds more
    records without a number than can be told apart.
    """
    numbering = _Numbering(file, job_id, Occurrences(limits.unnumbered_records))
    system = find_system(file)
    for row in rows:
        if isinstance(row, RowProblem):
            yield row
            continue
        for found in read_row(row, system):
            stamped = found if isinstance(found, RowProblem) else numbering.stamp(found, row)
            if stamped is None:
                yield _problem(row, ProblemCode.TOO_MANY_UNNUMBERED)
                return
            yield stamped


@dataclass(slots=True)
class _Numbering:
    """Counts within one file: its records, and equal ones among those without an id."""

    file: str
    job_id: str
    occurrences: Occurrences
    seq: int = 0

    def stamp(self, message: RawRecord, row: Row) -> RawRecord | None:
        """The message with its place and its occurrence; None when no more can be told apart."""
        occurrence: int | None = 1
        if "id" not in message:
            occurrence = self.occurrences.count(_content(message))
        elif str(message["id"]).endswith("#refund"):
            # An order may be refunded in parts, all under the order's number.
            count = self.occurrences.count(json.dumps(message["id"]))
            if count is None:
                return None
            message = message if count == 1 else message | {"id": f"{message['id']}-{count}"}
        if occurrence is None:
            return None
        file = self.file if row.sheet is None else f"{self.file}#{row.sheet}"
        origin = {"file": file, "row": row.row, "job_id": self.job_id, "seq": self.seq}
        self.seq += 1
        return message | {"origin": origin, "occurrence": occurrence}


def _content(message: RawRecord) -> str:
    # Without the hints: 3元 and 3万元 of one day must not count as the first of the same content each.
    kept = {key: value for key, value in message.items() if key != "hints"}
    return _ENCODE(kept)


def read_row(row: Row, system: str) -> Iterator[RawRecord | RowProblem]:
    """The messages of one row, without origin: its main record, then a score and consents beside it."""
    if isinstance(row.cells.get("party"), dict) and isinstance(row.cells.get("kind"), str):
        yield _pass_through(row.cells, system)
        return
    mapping = map_columns(tuple(row.cells))
    cells = row.cells
    filled = [column for column in mapping.recognised if not _is_blank(cells[column.header])]
    problem = _find_problem(row, filled)
    if problem is not None:
        yield problem
        return
    used = _first_of_each(filled)
    values = {column.field: row.cells[column.header] for column in used}
    hints = _read_hints(used)
    if row.epoch and any(isinstance(values.get(name), int | float) for name in _DATES):
        hints["epoch"] = row.epoch
    yield from _to_messages(row, values, hints, mapping, system)


def _pass_through(cells: dict[str, object], system: str) -> RawRecord:
    own = {key: value for key, value in cells.items() if key not in ("origin", "occurrence")}
    return {"schema": SCHEMA, "system": system} | own


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _find_problem(row: Row, filled: list[Column]) -> RowProblem | None:
    if not filled:
        return _problem(row, ProblemCode.NO_KNOWN_COLUMN)
    nested = [column.header for column in filled if isinstance(row.cells[column.header], dict | list)]
    if nested:
        return _problem(row, ProblemCode.NESTED_VALUE, ", ".join(nested))
    if len(filled) == len({column.field for column in filled}):
        return None
    amounts = [(row.cells[column.header], column) for column in filled if column.field == "amount"]
    if len({_in_units(value, column) for value, column in amounts}) > 1:
        headers = ", ".join(column.header for _, column in amounts)
        return _problem(row, ProblemCode.TWO_AMOUNTS, headers)
    return None


def _problem(row: Row, code: ProblemCode, detail: str = "") -> RowProblem:
    return RowProblem(row.row, code, detail, row.sheet)


def _in_units(value: object, column: Column) -> tuple[Decimal | str, str | None]:
    text = unicodedata.normalize("NFKC", str(value)).replace(",", "").strip()
    try:
        return Decimal(text) * Decimal(column.unit.factor or 1), column.unit.currency
    except InvalidOperation:
        return text, column.unit.unit


def _first_of_each(filled: list[Column]) -> list[Column]:
    first: dict[str, Column] = {}
    for column in filled:
        first.setdefault(column.field, column)
    return list(first.values())


def _read_hints(used: list[Column]) -> dict[str, object]:
    """What the headings say about the amount and the time of the event."""
    units = {column.field: column.unit for column in used}
    hints: dict[str, object] = {}
    if "amount" in units:
        hints |= {"unit": units["amount"].unit, "currency": units["amount"].currency}
    if "mileage_km" in units:
        hints["mileage_unit"] = units["mileage_km"].unit
    if "event_at" in units:
        when = units["event_at"]
        hints |= {"day_first": when.day_first, "zone": when.zone}
    return {key: value for key, value in hints.items() if value is not None}


def _to_messages(
    row: Row, values: dict[str, object], hints: dict[str, object], mapping: Mapping, system: str
) -> Iterator[RawRecord | RowProblem]:
    kind = find_kind(values, mapping.fields, row.sheet)
    heading_currency = hints.pop("currency", None)
    if heading_currency is not None:
        values = {"currency": heading_currency} | values
    values = implied_by(values, row.sheet) | values
    if kind == "order" and "bought_on" in values:
        values = {"event_at": values["bought_on"]} | values
    base = _base(values, hints, system)
    yield from _read_money_of_service(kind, values, base)
    yield _message(base, kind, values, _own_id(kind, values))
    if kind in _BESIDE_ASSETS and _tells_asset(values):
        yield _message(base, "asset", values, _own_id("asset", values))
    if kind != "satisfaction" and "score" in values:
        yield _message(base, "satisfaction", values, _derived_id(values, "score"))
    if kind != "consent":
        yield from _read_consents(row, base, values)


def _base(values: dict[str, object], hints: dict[str, object], system: str) -> RawRecord:
    base: RawRecord = {"schema": SCHEMA, "system": values.get("system", system)}
    base |= {name: values[name] for name in _COMMON_FIELDS if name in values}
    base["party"] = {name: values[name] for name in PARTY_FIELDS if name in values}
    return base | ({"hints": hints} if hints else {})


def _message(base: RawRecord, kind: str, values: dict[str, object], record_id: str | None) -> RawRecord:
    own = {name: values[name] for name in _KIND_FIELDS[kind] if name in values}
    return base | {"kind": kind} | own | ({"id": record_id} if record_id else {})


def _own_id(kind: str, values: dict[str, object]) -> str | None:
    """Scores and refunds carry the number of the ticket or order that they belong to: a suffix keeps them apart.

    An asset is known by its own number, whatever row tells of it.
    """
    if kind == "satisfaction":
        return _derived_id(values, "score")
    if kind == "refund":
        return _derived_id(values, "refund")
    if kind == "asset" and "asset_id" in values:
        return None
    if "id" in values:
        return str(values["id"]).strip()
    if kind == "profile" and "ref" in values:
        return f"{str(values['ref']).strip()}#profile"
    return None


def _derived_id(values: dict[str, object], suffix: str) -> str | None:
    return f"{str(values['id']).strip()}#{suffix}" if "id" in values else None


def _tells_asset(values: dict[str, object]) -> bool:
    """A number alone says which asset a ticket or an order is about; a day beside it says something of the asset."""
    days = _ASSET_DAYS if "asset_id" in values else _ASSET_DAYS[1:]
    return any(day in values for day in days)


def _read_money_of_service(kind: str, values: dict[str, object], base: RawRecord) -> Iterator[RawRecord]:
    """What a service cost is an order beside it, under the number of the job."""
    if kind == "service" and not _is_free(values.get("amount")):
        yield _message(base, "order", values, _own_id("order", values))


def _is_free(amount: object) -> bool:
    """Not said, or nothing: 0 of a job in warranty is no order."""
    return amount is None or not str(amount).strip(" 0.,元￥¥免费")


def _read_consents(row: Row, base: RawRecord, values: dict[str, object]) -> Iterator[RawRecord | RowProblem]:
    for column, (channel, purpose) in _CONSENT_COLUMNS.items():
        if column not in values:
            continue
        action = _read_action(column, values[column])
        if action is None:
            yield _problem(row, ProblemCode.UNCLEAR_CONSENT, column)
        elif action:
            said = {
                "channel": channel,
                # A yes grants the least that it can mean; a no refuses the most.
                "purpose": values.get("purpose", purpose) if action == "grant" else "any",
                "action": action,
                "evidence": values.get("evidence", f"column {column}"),
            }
            yield _message(base, "consent", said, _derived_id(values, column))


def _read_action(column: str, value: object) -> str | None:
    """grant, withdraw, "" (says nothing) or None (cannot be read)."""
    if column.startswith("optout"):
        return "withdraw" if is_yes(value) else "" if is_no(value) else None
    return "grant" if is_yes(value) else "withdraw" if is_no(value) else None
