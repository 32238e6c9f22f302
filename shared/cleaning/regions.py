"""Places: countries, provinces of China and their seven regions (R9), and the province that an address names."""

import re
from functools import cache
from typing import NamedTuple

from shared.cleaning.addresses import split_address
from shared.cleaning.countries import find_country
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.gazetteer import short_province
from shared.cleaning.tables import read_table
from shared.cleaning.text import read_text
from shared.cleaning.words import word_key


class Place(NamedTuple):
    province: str | None = None
    city: str | None = None


def clean_country(raw: object, path: str) -> Field[str]:
    """ISO 3166-1 alpha-2."""
    text = read_text(raw)  # a bare NA says nothing; Namibia is NAM or Namibia
    if text is None:
        return NOTHING
    code = find_country(text)
    return refused(path, "unknown_country") if code is None else Field(code)


def clean_province(raw: object, path: str) -> Field[str]:
    """The short name of a province-level division, such as 广东."""
    text = read_text(raw)
    if text is None:
        return NOTHING
    province = _provinces().get(word_key(re.sub(r"\s*(?:province|city)$", "", text, flags=re.IGNORECASE)))
    return refused(path, "unknown_province") if province is None else Field(province)


def clean_city(raw: object, path: str) -> Field[str]:
    """The city, a Chinese one without its 市."""
    text = read_text(raw)
    if text is None:
        return NOTHING
    bare = text.removesuffix("市")
    return Field(bare if len(bare) >= 2 else text)


def find_place(address: str) -> Place:
    """The province, and the city where it can be told, with which a Chinese address begins; nothing is guessed."""
    found = split_address(address)
    if found.province is None:
        return Place()
    province = short_province(found.province)
    city = None if found.city == found.province else found.city or found.district
    return Place(province, city and _short_city(city, province))


def _short_city(city: str, province: str) -> str:
    """深圳 for 深圳市, and what `provinces.toml` calls the self-governed prefectures."""
    listed = read_table("provinces")[province].get("cities", "").split()
    return next((short for short in listed if city.startswith(short)), city.removesuffix("市"))


def province_of_city(city: str) -> str | None:
    """The province of a prefecture-level city; None for names that the table lacks."""
    return _province_of_city(city.removesuffix("市")) or _provinces().get(word_key(city))


def region_of_province(province: str) -> str | None:
    """华东, 华北, 华中, 华南, 西南, 西北, 东北, or 港澳台."""
    row = read_table("provinces").get(province)
    return None if row is None else str(row["region"])


def country_of_province(province: str) -> str:
    """ISO 3166-1 alpha-2: CN, HK, MO or TW."""
    return str(read_table("provinces")[province].get("country", "CN"))


@cache
def _provinces() -> dict[str, str]:
    return {
        word_key(name): province
        for province, row in read_table("provinces").items()
        for name in (province, *row["names"].split())
    }


@cache
def _cities() -> dict[str, str]:
    return {
        city: province
        for province, row in read_table("provinces").items()
        for city in row.get("cities", "").split()
    }


def _province_of_city(city: str | None) -> str | None:
    return None if city is None else _cities().get(city)
