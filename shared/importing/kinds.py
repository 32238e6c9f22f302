"""What a row is about, from its type word or else from the cells that are filled; and which system it is from."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePath

from shared.importing.vocabulary import fold, load_vocabulary

_SYSTEM_CHARACTERS = 40
_OF_ASSETS = frozenset(
    "asset_id bought_on warranty_ends_on insurance_ends_on inspection_due_on mileage_km in_warranty".split()
)
_NOT_WORD = re.compile(r"[\W_]+")


def find_system(file: str) -> str:
    """The system that a file name speaks of (the word that stands first wins), else the name itself."""
    name = unicodedata.normalize("NFKC", file).casefold().removesuffix(".gz")
    stem = PurePath(name).stem
    found = [
        (at, system) for word, system in load_vocabulary().systems.items() if (at := _find(word, stem)) >= 0
    ]
    if found:
        return min(found)[1]
    return _NOT_WORD.sub("-", stem).strip("-")[:_SYSTEM_CHARACTERS] or "file"


def _find(word: str, stem: str) -> int:
    # Latin words stand alone (`app` is not in `happy`); Chinese has no spaces.
    pattern = rf"(?<![a-z]){word}s?(?![a-z])" if word.isascii() else re.escape(word)
    match = re.search(pattern, stem)
    return match.start() if match else -1


def find_kind(values: Mapping[str, object], fields: frozenset[str], sheet: str | None = None) -> str:
    """The kind of a row with these filled values under a table with these fields: by its type word, else by the
    name of its sheet (退款, 满意度), else by what is filled."""
    kind = _kind_of_word(values.get("kind")) or _kind_of_sheet(sheet) or _kind_of_filled(values, fields)
    # A page view that is marked as no contact still says who was there.
    if kind == "interaction" and is_no(values.get("is_interaction")):
        return "profile"
    return kind


def _kind_of_word(word: object) -> str | None:
    return load_vocabulary().kinds.get(fold(str(word))) if word is not None else None


def _kind_of_sheet(sheet: str | None) -> str | None:
    kind = _kind_of_word(sheet)
    # A sheet named 客户 may well hold orders, one named Service the tickets of a service desk.
    return None if kind == "profile" or fold(sheet or "") == "service" else kind


def _kind_of_filled(values: Mapping[str, object], fields: frozenset[str]) -> str:
    if "service_type" in values:
        return "service"
    if "amount" in values or ("amount" in fields and "id" in values):
        return "order"
    if "score" in values and not {"channel", "stage", "topic"} & values.keys():
        return "satisfaction"
    if "action" in values:
        return "consent"
    if {"need_type", "priority"} & values.keys():
        return "need"
    if {"topic", "channel", "score", "is_interaction"} & values.keys():
        return "interaction"
    if values.keys() & _OF_ASSETS:
        return "service" if "in_warranty" in values else "asset"
    return "profile"


def implied_by(values: Mapping[str, object], sheet: str | None = None) -> dict[str, str]:
    """What the type word says besides, else the name of the sheet: the channel of 来电, the type of service of 保养."""
    return load_vocabulary().implied.get(fold(str(values.get("kind", sheet or ""))), {})


def is_yes(value: object) -> bool:
    return value is not None and fold(str(value)) in load_vocabulary().yes


def is_no(value: object) -> bool:
    return value is not None and fold(str(value)) in load_vocabulary().no
