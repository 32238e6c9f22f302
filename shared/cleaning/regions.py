"""Places: countries, provinces of China and their seven regions (R9), and the province that an address names."""

import re
from functools import cache
from typing import NamedTuple

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.tables import read_table
from shared.cleaning.text import fold, read_text
from shared.cleaning.words import word_key

_COUNTRY_AHEAD = re.compile(r"^(?:中国|中华人民共和国|China)[\s,，]*", re.IGNORECASE)
_NO_SPACE = re.compile(r"\s+")
# 北京路, 上海东路, 广东道, 河北区: a place's name that names a street or a district; 道孚 is a county.
_STREET_AHEAD = re.compile(r"[东南西北中一二三四五六七八九十]{0,2}(?:大?路|大?街|大?道(?!孚)|胡同|巷|区|县)")


class Place(NamedTuple):
    province: str | None = None
    city: str | None = None


def clean_country(raw: object, path: str) -> Field[str]:
    """ISO 3166-1 alpha-2."""
    text = read_text(raw)  # a bare NA says nothing; Namibia is NAM or Namibia
    if text is None:
        return NOTHING
    code = _countries().get(_country_key(text))
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
    """The province, and the city where it is named, with which a Chinese address begins; nothing is guessed."""
    text = _NO_SPACE.sub("", _COUNTRY_AHEAD.sub("", fold(address)))
    province, rest = _take_prefix(text, _province_prefixes())
    if province is None:
        city, _ = _take_prefix(text, _city_prefixes())
        return Place(_province_of_city(city), city)
    city, _ = _take_prefix(rest, _city_prefixes())
    return Place(province, city if _province_of_city(city) == province else None)


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


class _Prefixes(NamedTuple):
    pattern: re.Pattern[str]
    """Every name, the longest first."""
    names: dict[str, str]


def _take_prefix(text: str, prefixes: _Prefixes) -> tuple[str | None, str]:
    match = prefixes.pattern.match(text)
    if match is None:
        return None, text
    name, rest = prefixes.names[match.group()], text[match.end() :]
    if match.group() == name and _STREET_AHEAD.match(rest):
        return None, text
    return name, rest


def _make_prefixes(names: dict[str, str]) -> _Prefixes:
    longest_first = sorted(names, key=len, reverse=True)
    return _Prefixes(re.compile("|".join(map(re.escape, longest_first))), names)


def _country_key(name: str) -> str:
    return word_key(name.replace(".", "").replace("'", ""))


@cache
def _countries() -> dict[str, str]:
    rows = read_table("countries").items()
    return {_country_key(name): code for code, names in rows for name in (code, *names.split())}


@cache
def _provinces() -> dict[str, str]:
    return {
        word_key(name): province
        for province, row in read_table("provinces").items()
        for name in (province, *row["names"].split())
    }


@cache
def _province_prefixes() -> _Prefixes:
    names = {
        name: province
        for province, row in read_table("provinces").items()
        for name in (province, *row["names"].split())
        if len(name) >= 2 and not name.isascii()
    }
    # 海南藏族自治州 lies in 青海 and begins like 海南省.
    names |= {city: province for city, province in _cities().items() if "族" in city}
    return _make_prefixes(names)


@cache
def _city_prefixes() -> _Prefixes:
    return _make_prefixes({name: city for city in _cities() for name in (city, f"{city}市")})


@cache
def _cities() -> dict[str, str]:
    return {
        city: province
        for province, row in read_table("provinces").items()
        for city in row.get("cities", "").split()
    }


def _province_of_city(city: str | None) -> str | None:
    return None if city is None else _cities().get(city)
