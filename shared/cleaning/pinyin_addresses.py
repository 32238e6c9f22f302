"""Addresses in China in Latin letters: from the end backwards, country, province, city and district, then the rest."""

import re
from functools import cache
from typing import NamedTuple

from shared.cleaning.gazetteer import Keys, read_names
from shared.cleaning.spellings import flatten, simplify
from shared.cleaning.tables import read_table
from shared.cleaning.words import word_key

_COUNTRY = re.compile(
    r"(?:^|[\s,(])(?:P\.?\s?R\.?\s?(?:of )?China|P\.?\s?R\.?\s?C|(?:the )?People's Republic of China|(?:mainland )?China"
    r"|CHN|CN)\.?\)?$",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"(?:^|[\s,])\(?(?:zip|postcode|post code)?:?\s?(\d{6})\)?$", re.IGNORECASE)
# 南山区 is Nanshan District, Nanshan Qu or Nanshanqu.
_KIND = re.compile(
    r"(?:\s+(?:province|municipality|city|district|county|prefecture|prefectural|level|league|banner|area|new|region|autonomous|uygur"
    r"|uyghur|zhuang|hui|sheng|shi|qu|xian|sar|special|administrative))+$"
)
_OF_DISTRICT = re.compile(r"\b(?:district|county|qu|xian|new area)$")
_JOINED_KIND = re.compile(r"(?:sheng|shi|qu|xian|city)$")
_EDGES = " ,;.-/()"
_MOST_WORDS = 6
_SHORTEST_NAME = 4
_PROVINCE, _CITY, _DISTRICT = 1, 2, 3
# MO is a state of America, too, and Canton a town in many.
_NOT_ALONE = frozenset({"mo", "tw", "canton"})


class Found(NamedTuple):
    key: str | None
    """Of the smallest division named."""
    rest: str
    is_ambiguous: bool = False


def find_divisions(text: str) -> Found:
    """The divisions of China with which a text ends; all rest where it ends with none."""
    head, postcode = text, ""
    key, is_in_china, is_ambiguous = None, False, False
    while head:
        head = head.rstrip(_EDGES)
        match = _POSTCODE.search(head)
        if match and not postcode:
            head, postcode = head[: match.start()], match[1]
            continue
        match = None if key else _COUNTRY.search(head)
        if match:
            head, is_in_china = head[: match.start()], True
            continue
        step = _take(head, key, is_in_china=is_in_china)
        if step.key is None:
            is_ambiguous = step.is_ambiguous
            break
        key, head = step.key, step.rest
    if key is None:
        return Found(None, text, is_ambiguous and is_in_china)
    rest = head.strip(_EDGES)
    return Found(key, ", ".join(part for part in (rest, postcode) if part), is_ambiguous)


def _take(head: str, key: str | None, *, is_in_china: bool) -> Found:
    """The division named by the last words, the most words first, and what stands before them."""
    segment = head.rpartition(",")[2]
    words = segment.split()
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        name = " ".join(words[-count:])
        keys = _candidates(name, key)
        if not keys or (key is None and not is_in_china and not _is_telling(name, keys)):
            continue
        if len(keys) > 1:
            return Found(None, head, is_ambiguous=True)
        is_whole = count == len(words)
        if is_whole or key is None or _level(keys[0]) < _DISTRICT or len(name) > _SHORTEST_NAME:
            return Found(keys[0], head[: len(head) - len(name)])
    return Found(None, head)


def _candidates(name: str, key: str | None) -> Keys:
    """The largest divisions of a name below the one we are in, or that one, named again."""
    flat = " ".join(flatten(name).replace("-", " ").split())
    bare = _KIND.sub("", flat)
    is_district = bare != flat and _OF_DISTRICT.search(flat) is not None
    for spelling in (bare, flat, _JOINED_KIND.sub("", bare)):
        known = _index().get(word_key(spelling).replace("lv", "lu").replace("nv", "nu"), ())
        found = tuple(one for one in known if key is None or _is_below(one, key))
        if is_district:
            found = tuple(one for one in found if _level(one) == _DISTRICT)
        if found:
            largest = min(map(_level, found))
            return tuple(one for one in found if _level(one) == largest)
        if key in known:
            return (key,) if key else ()
    return ()


def _is_telling(name: str, keys: Keys) -> bool:
    """Whether a name means a place in China though no country is said."""
    flat = word_key(flatten(name))
    if _level(keys[0]) == _DISTRICT and (len(keys) > 1 or not _OF_DISTRICT.search(flatten(name))):
        return False
    return flat not in _NOT_ALONE and (len(flat) >= _SHORTEST_NAME or flat == "hk")


def _is_below(found: str, key: str) -> bool:
    return found != key and found.startswith(key[: 2 * _level(key)]) and _level(found) > _level(key)


def _level(key: str) -> int:
    return _PROVINCE if key.endswith("0000") else _CITY if key.endswith("00") else _DISTRICT


@cache
def _index() -> dict[str, Keys]:
    """Keys of divisions by their names in pinyin and by what foreigners call them."""
    table = read_table("pinyin")
    words = table["characters"].split()
    readings = {
        char: syllable for syllable, chars in zip(words[::2], words[1::2], strict=True) for char in chars
    }
    index: dict[str, Keys] = {}
    for name, all_keys in read_names().short.items():
        # Provinces have their own spellings: Shaanxi is no Shanxi.
        keys = tuple(key for key in all_keys if _level(key) > _PROVINCE)
        spellings = {table["names"].get(name) or "".join(readings.get(char, "?") for char in name)}
        spellings.update(table["foreign"].get(name, "").split())
        for spelling in spellings:
            index[word_key(spelling)] = tuple(dict.fromkeys((*index.get(word_key(spelling), ()), *keys)))
    for names in read_table("provinces").values():
        official = simplify(names["names"].split()[0])
        for name in names["names"].split():
            if name.isascii():
                keys = (*read_names().full[official], *index.get(word_key(name), ()))
                index[word_key(name)] = tuple(dict.fromkeys(keys))
    return index
