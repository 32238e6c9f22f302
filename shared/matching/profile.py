"""What is kept of one source record to compare it with another: short, folded, plain."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from shared.matching.keys import keyed_hash
from shared.matching.names import NameParts, fold_words, name_parts, split_name
from shared.matching.readings import is_han

PACKED_VERSION = 1
_LONGEST = 40
"""Characters kept of a value: the profiles of all members of a key must fit into one item."""
_DIGITS = re.compile(r"\d+")
_NOT_DIGITS = re.compile(r"\D+")


@dataclass(frozen=True, slots=True)
class Profile:
    """Comparison features of one source record; empty where it does not say.

    phone, email and identity are keyed hashes in the online system (equal or not), readable in a file that is
    deduplicated at home (one-digit slips show). Several values of one kind stand with a space between.
    """

    given: str = ""
    surname: str = ""
    generation: str = ""
    birthday: str = ""
    """YYYYMMDD, YYYYMM or YYYY."""
    sex: str = ""
    identity: str = ""
    phone: str = ""
    email: str = ""
    company: str = ""
    number: str = ""
    """Digits of the address: house, flat, lot."""
    street: str = ""
    building: str = ""
    """Second line of an address."""
    place: str = ""
    """Suburb, district, town or city."""
    postcode: str = ""
    region: str = ""
    extras: tuple[str, ...] = ()
    """Other columns of a file, in the order of its weights; never in the online system."""


_NAMES = tuple(field.name for field in fields(Profile) if field.name != "extras")
_values_of = attrgetter(*_NAMES)
PACKED_AT = {name: place for place, name in enumerate(_NAMES, start=1)}
"""Where a field stands in a packed profile, which ends with the last one stated."""


def make_profile(party: Mapping[str, str], key: bytes | None) -> Profile:
    """The profile of a clean party. With a key, what can be called, mailed or looked up is kept as a keyed hash only.

    Read: name | given_name, surname; company (best its match key); birthday_on (ISO, or shorter); sex; identity;
    phone; email; address | street_number, street; building; place | city; postcode; region | province.
    """
    name = _name_of(party)
    number, street = _street_of(party)
    return Profile(
        given=name.given[:_LONGEST],
        surname=name.surname[:_LONGEST],
        generation=name.generation,
        birthday=_NOT_DIGITS.sub("", party.get("birthday_on", ""))[:8],
        sex=party.get("sex", "")[:1].casefold(),
        identity=_hide("identity", _compact(party.get("identity", "")), key),
        phone=_hide("phone", party.get("phone", ""), key),
        email=_hide("email", party.get("email", "").casefold(), key),
        company=_fold(party.get("company", "")),
        number=number[:_LONGEST],
        street=street[:_LONGEST],
        building=_fold(party.get("building", "")),
        place=_fold(party.get("place") or party.get("city", "")),
        postcode=_compact(party.get("postcode", ""))[:_LONGEST],
        region=_fold(party.get("region") or party.get("province", "")),
    )


def pack(profile: Profile) -> list[str]:
    """The profile as a short list for a key item; extras are left out."""
    values = list(_values_of(profile))
    while values and not values[-1]:
        values.pop()
    return [str(PACKED_VERSION), *values]


def unpack(packed: Sequence[str]) -> Profile:
    """The profile that was packed. Missing ones at the end are empty."""
    values: Any = packed[1 : len(_NAMES) + 1]
    return Profile(*values)


def _name_of(party: Mapping[str, str]) -> NameParts:
    given, surname = party.get("given_name", ""), party.get("surname", "")
    return name_parts(given, surname) if given or surname else split_name(party.get("name", ""))


def _street_of(party: Mapping[str, str]) -> tuple[str, str]:
    """The digits and the words of the street."""
    number = fold_words(party.get("street_number", ""))
    street = fold_words(party.get("street") or party.get("address", ""))
    digits = " ".join(_DIGITS.findall(street))
    if not digits:
        return number, street
    words = _DIGITS.sub(" ", street).split()
    return f"{number} {digits}".strip(), ("" if is_han(street) else " ").join(words)


def _hide(kind: str, value: str, key: bytes | None) -> str:
    if not value or key is None:
        return value
    return " ".join(keyed_hash(kind, one, key) for one in value.split())


def _fold(text: str) -> str:
    return fold_words(text)[:_LONGEST]


def _compact(text: str) -> str:
    return fold_words(text).replace(" ", "")
