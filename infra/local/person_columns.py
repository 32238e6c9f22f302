"""Any table of people: which column says what, and the cells of a row as a party to compare."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.cleaning.addresses import split_address
from shared.cleaning.dates import DateHints, clean_date
from shared.cleaning.emails import clean_email
from shared.cleaning.match_key import address_key, company_key
from shared.cleaning.names import clean_name
from shared.cleaning.phones import clean_phone
from shared.cleaning.text import fold, read_text
from shared.importing.columns import map_columns
from shared.importing.vocabulary import load_vocabulary, split_heading

_SHARED = {
    "name": "name",
    "company": "company",
    "phone": "phone",
    "email": "email",
    "address": "address",
    "province": "region",
    "city": "place",
    "birthday": "birthday",
    "industry": "",
    "title": "",
}
"""Fields of imported records -> what they are here; an empty one is a column like any other."""
_SEVERAL = frozenset({"phone", "email"})
_ROW_NAME = re.compile(
    r"(?:^|[\W_])(?:id|ids|key|uuid|guid|pk|nr|no|num|number|index|idx|row|rec|record|cluster|entity|group|label|truth|dup|match)\d*(?:$|[\W_])"
    r"|编号|序号|流水|代码",
    re.IGNORECASE,
)
_MOST_EXTRAS = 6
_MOST_DIGITS, _LEAST_FILLED, _MOST_DISTINCT = 0.1, 0.1, 0.9
"""A column of words counts: hardly any digits, filled often enough, and values that come again."""


class Columns(NamedTuple):
    """What each heading was taken for."""

    parts: tuple[tuple[str, tuple[str, ...]], ...]
    """Part of a party -> headings, the preferred one first."""
    extras: tuple[str, ...]
    ignored: tuple[str, ...]
    day_first: bool | None


def choose_columns(rows: Sequence[Mapping[str, object]], kept_out: Iterable[str] = ()) -> Columns:
    """The parts of the columns, by their headings; other columns count when their values can tell people apart."""
    headings = tuple(dict.fromkeys(heading for row in rows for heading in row))
    out = set(kept_out)
    roles = {heading: role for heading in headings if heading not in out and (role := _role_of(heading))}
    parts: dict[str, list[tuple[int, str]]] = {}
    for heading, (part, rank) in roles.items():
        parts.setdefault(part, []).append((rank, heading))
    ignored = {heading for _, heading in parts.pop("ignored", [])} | out
    chosen = {part: tuple(heading for _, heading in sorted(found)) for part, found in parts.items()}
    second = [heading for part, found in chosen.items() if part not in _SEVERAL for heading in found[1:]]
    chosen = {part: found if part in _SEVERAL else found[:1] for part, found in chosen.items()}
    others = [heading for heading in headings if heading not in roles and heading not in ignored]
    extras = [heading for heading in [*second, *others] if _tells_apart(heading, rows)][:_MOST_EXTRAS]
    used = {heading for found in chosen.values() for heading in found} | set(extras)
    return Columns(
        parts=tuple(sorted(chosen.items())),
        extras=tuple(sorted(extras)),
        ignored=tuple(heading for heading in headings if heading not in used),
        day_first=_find_day_first(rows, chosen.get("birthday", ())),
    )


def _role_of(heading: str) -> tuple[str, int] | None:
    found = load_vocabulary().identity.get(split_heading(heading)[0])
    if found is not None:
        return found
    mapped = map_columns((heading,)).recognised
    if not mapped:
        return None
    part = _SHARED.get(mapped[0].field, "ignored")
    return (part, mapped[0].rank) if part else None


def _tells_apart(heading: str, rows: Sequence[Mapping[str, object]]) -> bool:
    if _ROW_NAME.search(heading):
        return False
    values = [text for row in rows if (text := _text(row.get(heading)))]
    if not values or len(values) < _LEAST_FILLED * len(rows):
        return False
    digits = sum(any(map(str.isdigit, value)) for value in values)
    distinct = len(Counter(values))
    return digits <= _MOST_DIGITS * len(values) and 1 < distinct <= _MOST_DISTINCT * len(values)


_SLASHED = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\s*$")


def _find_day_first(rows: Sequence[Mapping[str, object]], headings: Sequence[str]) -> bool | None:
    """Whether 03/04/1980 is the third of April, when other dates of the column show it."""
    texts = (str(row.get(heading) or "") for heading in headings for row in rows)
    found = [match for text in texts if (match := _SLASHED.match(text))]
    first = sum(int(match[1]) > 12 for match in islice(found, None))
    second = sum(int(match[2]) > 12 for match in found)
    return None if first == second else first > second


def to_party(cells: Mapping[str, object], columns: Columns, region: str) -> dict[str, str]:
    """The cells under the names that `make_profile` reads, cleaned as far as they can be; the rest as it stands."""
    party: dict[str, str] = {}
    for part, headings in columns.parts:
        texts = [text for heading in headings if (text := _text(cells.get(heading)))]
        if texts:
            _CLEAN.get(part, _take)(party, part, texts, _Asked(region, columns.day_first))
    return party


def extras_of(cells: Mapping[str, object], columns: Columns) -> tuple[str, ...]:
    return tuple((_text(cells.get(heading)) or "").casefold() for heading in columns.extras)


class _Asked(NamedTuple):
    region: str
    day_first: bool | None


Party = dict[str, str]


def _text(raw: object) -> str | None:
    """What a cell says, or None where it says nothing. A JSON line may hold lists and objects."""
    if isinstance(raw, list):
        return " ".join(text for item in raw if (text := _text(item))) or None
    return read_text(json.dumps(raw, ensure_ascii=False) if isinstance(raw, dict) else raw)


def _take(party: Party, part: str, texts: list[str], _asked: _Asked) -> None:
    party[part] = texts[0]


def _take_name(party: Party, part: str, texts: list[str], _asked: _Asked) -> None:
    party[part] = _clean_name(texts[0])


@lru_cache(maxsize=65536)
def _clean_name(text: str) -> str:
    value = clean_name(text, "").value
    return value.name if value else text


def _take_phones(party: Party, part: str, texts: list[str], asked: _Asked) -> None:
    party[part] = " ".join(dict.fromkeys(_clean_phone(text, asked.region) for text in texts)).strip()


@lru_cache(maxsize=65536)
def _clean_phone(text: str, region: str) -> str:
    return (clean_phone(text, "", region=region).value or re.sub(r"\D", "", fold(text))).lstrip("+")


def _take_emails(party: Party, part: str, texts: list[str], _asked: _Asked) -> None:
    party[part] = " ".join(dict.fromkeys(_clean_email(text) for text in texts))


def _clean_email(text: str) -> str:
    return (clean_email(text, "").value or fold(text)).casefold().replace(" ", "")


def _take_birthday(party: Party, _part: str, texts: list[str], asked: _Asked) -> None:
    party["birthday_on"] = _clean_birthday(texts[0], asked.day_first)


_COMPACT_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]0?0:00(?::00(?:\.0+)?)?)?$")


@lru_cache(maxsize=65536)
def _clean_birthday(text: str, day_first: bool | None) -> str:
    whole = _COMPACT_DAY.match(text)
    if whole:
        # A slip of the pen makes 19081249: still one digit from the truth.
        return "".join(whole.groups())
    day = clean_date(text, "", DateHints(ZoneInfo("UTC"), day_first)).value
    return day.isoformat() if day else re.sub(r"\D", "", text)


_SEXES = {"男": "m", "女": "f", "w": "f", "先生": "m", "女士": "f"}


def _take_sex(party: Party, part: str, texts: list[str], _asked: _Asked) -> None:
    text = texts[0].casefold()
    party[part] = _SEXES.get(text) or text[:1]


def _take_company(party: Party, part: str, texts: list[str], _asked: _Asked) -> None:
    party[part] = _company_key(texts[0]) or texts[0]


def _take_address(party: Party, _part: str, texts: list[str], _asked: _Asked) -> None:
    """A whole address in one cell: its divisions and the rest; abroad a line of words and numbers."""
    for name, value in _split_address(texts[0]).items():
        party.setdefault(name, value)


_company_key: Callable[[str], str | None] = lru_cache(maxsize=65536)(company_key)


@lru_cache(maxsize=65536)
def _split_address(text: str) -> dict[str, str]:
    address = split_address(text)
    if address.province is None:
        return {"address": address_key(text) or text if text.isascii() is False else text}
    place = address.district or address.city or ""
    return {"region": address.province, "place": place, "address": fold(address.rest)}


_RESIDENT_DIGITS = re.compile(r"\d{6}((?:19|20)\d{6})\d{2}(\d)[\dXx]$")


def _take_identity(party: Party, part: str, texts: list[str], _asked: _Asked) -> None:
    """A resident identity number says the birthday and the sex too (GB 11643)."""
    party[part] = texts[0]
    resident = _RESIDENT_DIGITS.match(texts[0].strip())
    if resident:
        party.setdefault("birthday_on", resident[1])
        party.setdefault("sex", "fm"[int(resident[2]) % 2])


_CLEAN: dict[str, Callable[[Party, str, list[str], _Asked], None]] = {
    "name": _take_name,
    "phone": _take_phones,
    "email": _take_emails,
    "birthday": _take_birthday,
    "sex": _take_sex,
    "company": _take_company,
    "address": _take_address,
    "identity": _take_identity,
}
