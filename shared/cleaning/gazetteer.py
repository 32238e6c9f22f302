"""The administrative divisions of China and every name they go by (GB/T 2260)."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from shared.cleaning.spellings import simplify
from shared.cleaning.tables import read_table

_NATIONS = re.compile(
    "(?:蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依|朝鲜|满族|侗族|瑶族|白族|土家|哈尼|哈萨克|傣族|黎族|傈僳|佤族|畲族|高山|拉祜|水族"
    "|东乡|纳西|景颇|柯尔克孜|土族|达斡尔|仫佬|羌族|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒族|乌孜别克|俄罗斯|鄂温克"
    "|德昂|保安|裕固|京族|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各族|族)+$"
)
_COLUMNS = {"current": 2, "former": 3}
_LONG = ("地区", "新区")
_CITY_STATES = frozenset({"11", "12", "31", "50"})

# What prefectures are called at home.
_COLLOQUIAL = {
    "巴州": "652800", "博州": "652700", "克州": "653000", "版纳": "532800", "呼市": "150100", "锡盟": "152500", "阿盟": "152900",
    "阿拉善": "152900", "巴盟": "150800", "哲盟": "150500", "伊盟": "150600", "呼盟": "150700", "乌盟": "150900",
}  # fmt: skip

Keys = tuple[str, ...]


class Division(NamedTuple):
    code: str
    """GB/T 2260; of the division above where the table lacks the official one."""
    name: str
    """The official name; the old one of a division that was divided among several."""
    province: str
    city: str | None
    """The prefecture; a city state itself."""
    district: str | None


class Names(NamedTuple):
    """Keys of divisions by names in simplified characters; a key begins with those of the divisions above it."""

    full: dict[str, Keys]
    short: dict[str, Keys]
    """Without 省, 市, 区 and the like: some of these are also names of streets."""
    well_known: frozenset[str]
    """Short names that mean one city wherever they stand."""
    lengths: dict[str, int]
    """Of the names, former ones too, that begin with two characters, as bits."""


@cache
def read_names() -> Names:
    """Every name that a division has today."""
    full, short = _province_names(full=True), _province_names(full=False)
    for key, name in _simplified("current"):
        full[name] = (*full[name], key) if name in full and not key.endswith("0000") else (key,)
        own_name, stem = (
            _derive(name) if "自治" in name else (name, name[: -2 if name.endswith(_LONG) else -1])
        )
        if own_name != name:
            full[own_name] = (*full.get(own_name, ()), key)
        if len(stem) > 1 and not key.endswith("0000"):
            short[stem] = (*short[stem], key) if stem in short else (key,)
    short |= {
        name: (*short.get(name, ()), key)
        for name, key in _COLLOQUIAL.items()
        if key not in short.get(name, ())
    }
    return Names(full, short, _well_known(), _lengths(full, short, read_former_names()))


def _lengths(*indexes: dict[str, Keys]) -> dict[str, int]:
    lengths: dict[str, int] = {}
    for index in indexes:
        for name in index:
            head = name[:2]
            lengths[head] = lengths.get(head, 0) | 1 << len(name)
    return lengths


@cache
def lengths_in(mask: int) -> tuple[int, ...]:
    """The numbers of the bits that are set, the largest first."""
    return tuple(length for length in range(mask.bit_length(), 1, -1) if mask >> length & 1)


def _derive(name: str) -> tuple[str, str]:
    """兰坪县 for 兰坪白族普米族自治县, and 兰坪; the name itself where it names nothing but a people."""
    bare = name[:-3]
    stem = _NATIONS.sub("", bare)
    return (stem + name[-1], stem) if stem else (name, bare)


def _province_names(*, full: bool) -> dict[str, Keys]:
    """Names of provinces, the official one or all others."""
    names: dict[str, Keys] = {}
    for key, official in _rows("current"):
        if key[2:] == "0000":
            short = short_province(official)
            listed = (short, *read_table("provinces")[short]["names"].split())
            names |= {
                simplify(name): (key,) for name in listed if (name == official) is full and not name.isascii()
            }
    return names


@lru_cache(maxsize=64)
def short_province(name: str) -> str:
    """广东 for 广东省, the name that `provinces.toml` lists."""
    return next(short for short in read_table("provinces") if name.startswith(short))


def _well_known() -> frozenset[str]:
    return frozenset(
        city for row in read_table("provinces").values() for city in row.get("cities", "").split()
    )


@cache
def read_former_names() -> dict[str, Keys]:
    """Keys of today's divisions by the names they or their parts once had; a divided one has its old key."""
    former: dict[str, Keys] = {}
    for key, name, successor in _simplified("former"):
        found = key if successor == "-" else successor
        keys = former.get(name, ())
        former[name] = keys if found in keys else (*keys, found)
    return former


@lru_cache(maxsize=4096)
def read_division(key: str) -> Division:
    """The division of a key."""
    names = _names_by_key()
    name, province = names[key], names[f"{key[:2]}0000"]
    prefecture = names.get(f"{key[:4]}00")
    code = next(code for code in (key, f"{key[:4]}00", f"{key[:2]}0000") if code.isdigit())
    if key.endswith("0000"):
        return Division(code, name, province, province if key[:2] in _CITY_STATES else None, None)
    if key.endswith("00"):
        return Division(code, name, province, name, None)
    return Division(code, name, province, province if key[:2] in _CITY_STATES else prefecture, name)


@cache
def _names_by_key() -> dict[str, str]:
    divided = {key: name for key, name, successor in _rows("former") if successor == "-"}
    return divided | {row[0]: row[1] for row in _rows("current")}


@cache
def known_codes() -> frozenset[str]:
    """Six-digit codes of divisions of today and of the past: identity numbers keep the old ones."""
    retired = read_table("regions")["retired"].split()
    codes = (row[0] for kind in ("former", "current") for row in _rows(kind))
    return frozenset(retired) | {code for code in codes if code.isdigit()}


def _rows(kind: str) -> list[tuple[str, ...]]:
    return _split(read_table("regions")[kind], _COLUMNS[kind])


def _simplified(kind: str) -> list[tuple[str, ...]]:
    text = read_table("regions")[kind]
    # A few names only are written with a character that counts as traditional: 乾县.
    for char in set(text):
        if simplify(char) != char:
            text = text.replace(char, simplify(char))
    return _split(text, _COLUMNS[kind])


def _split(text: str, columns: int) -> list[tuple[str, ...]]:
    words = text.split()
    return list(zip(*(words[place::columns] for place in range(columns)), strict=True))
