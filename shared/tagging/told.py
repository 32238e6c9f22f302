"""One customer as a data team tells it, one JSON object: read strictly, refused with a code and the path of the fault."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from shared.model.instants import local_day, start_of_day
from shared.tagging.fold import Happening, Kind

# Far enough from the ends of the calendar for every window; 0001-01-01 and 9999-12-31 are blanks of other systems.
_FIRST_YEAR, _LAST_YEAR = 1000, 8999
_LISTS: Final[tuple[tuple[str, Kind], ...]] = (
    ("orders", "order"),
    ("refunds", "refund"),
    ("interactions", "interaction"),
    ("complaints", "complaint"),
)


class Unusable(ValueError):
    """A line that says nothing usable: `code` why, `field` where, such as `orders[3].amount_fen`."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class Told:
    """What a line says of a customer, whenever it happened."""

    customer_id: str | int
    first_cooperation_on: date | None
    events: tuple[Happening, ...]


def read_told(line: object, zone: ZoneInfo) -> Told:
    """A customer with all events. Unusable otherwise. Keys that mean nothing here are left alone.

    A day (`on`) counts from its first instant in `zone`; an instant without offset is local time there. An order with
    a negative amount is a refund; of the entries of a list with one `id` the last one stands (R9).
    """
    if not isinstance(line, Mapping):
        raise Unusable("not_an_object")
    customer_id = line.get("customer_id")
    if customer_id is None or (isinstance(customer_id, str) and not customer_id.strip()):
        raise Unusable("missing", "customer_id")
    if not isinstance(customer_id, str | int) or isinstance(customer_id, bool):
        raise Unusable("bad_id", "customer_id")
    first_on = line.get("first_cooperation_on")
    return Told(
        customer_id,
        None if first_on in (None, "") else local_day(_moment(first_on, "first_cooperation_on", zone), zone),
        tuple(
            _event(kind, entry, path, zone)
            for name, kind in _LISTS
            for path, entry in _entries(line.get(name), name)
        ),
    )


def _entries(told: object, name: str) -> Iterable[tuple[str, Mapping[str, object]]]:
    if told is None:
        return ()
    if not isinstance(told, list):
        raise Unusable("not_a_list", name)
    unique: dict[object, tuple[str, Mapping[str, object]]] = {}
    for index, entry in enumerate(told):
        path = f"{name}[{index}]"
        if not isinstance(entry, Mapping):
            raise Unusable("not_an_object", path)
        unique[_identity(entry.get("id"), index)] = (path, entry)
    return unique.values()


def _identity(told_id: object, index: int) -> object:
    return index if told_id is None else ("id", str(told_id))


def _event(kind: Kind, entry: Mapping[str, object], path: str, zone: ZoneInfo) -> Happening:
    at = _at(entry, path, zone)
    if kind == "interaction":
        return Happening(kind, at)
    if kind == "complaint":
        return Happening(
            kind, at, is_interaction=_flag(entry.get("is_interaction"), f"{path}.is_interaction")
        )
    fen = _fen(entry.get("amount_fen"), f"{path}.amount_fen")
    return Happening("refund" if fen < 0 else kind, at, abs(fen))


def _at(entry: Mapping[str, object], path: str, zone: ZoneInfo) -> datetime:
    on, at = entry.get("on"), entry.get("at")
    if at is None and on is None:
        raise Unusable("missing", f"{path}.at")
    if at is None:
        day = local_day(_moment(on, f"{path}.on", zone), zone)
        return start_of_day(day, zone)
    instant = _moment(at, f"{path}.at", zone)
    if on is not None and local_day(_moment(on, f"{path}.on", zone), zone) != local_day(instant, zone):
        raise Unusable("on_and_at_differ", path)
    return instant


def _moment(told: object, path: str, zone: ZoneInfo) -> datetime:
    try:
        return to_moment(told if isinstance(told, str) else "", zone)
    except OverflowError:
        raise Unusable("out_of_range", path) from None
    except ValueError:
        raise Unusable("bad_date", path) from None


def to_moment(text: str, zone: ZoneInfo) -> datetime:
    """The instant of an ISO 8601 text; a day begins with its first instant in `zone`, no offset means local time there.

    ValueError: no such date; OverflowError: too near to an end of the calendar.
    """
    parsed = datetime.fromisoformat(text.strip())
    if not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        raise OverflowError(text)
    if ":" not in text and "T" not in text:
        return start_of_day(parsed.date(), zone)
    return parsed.replace(tzinfo=zone) if parsed.tzinfo is None else parsed


def _fen(told: object, path: str) -> int:
    if told is None:
        raise Unusable("missing", path)
    if isinstance(told, float) and told.is_integer():
        return int(told)
    if not isinstance(told, int) or isinstance(told, bool):
        raise Unusable("bad_amount", path)
    return told


def _flag(told: object, path: str) -> bool:
    if told is None:
        return True
    if not isinstance(told, bool):
        raise Unusable("bad_flag", path)
    return told
