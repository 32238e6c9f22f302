"""How Chinese characters are read and which are one under 繁简: what two spellings of one name share."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

_HAN = re.compile("[㐀-鿿]")
_FILE = Path(__file__).with_name("data") / "readings.toml"
_SURNAMES = dict(
    pair.split(":")
    for pair in (
        "单:shan 曾:zeng 解:xie 仇:qiu 区:ou 查:zha 盖:ge 朴:piao 翟:zhai 员:yun 乐:yue 缪:miao 洗:xian 折:she 黑:he"
        " 祭:zhai 尉迟:yuchi 万俟:moqi 单于:chanyu 长孙:zhangsun 澹台:tantai"
    ).split()
)
"""Surnames that are not read as the word is."""


def is_han(text: str) -> bool:
    """Some of it is written in Chinese characters."""
    return not text.isascii() and _HAN.search(text) is not None


@lru_cache(maxsize=65536)
def simplify(text: str) -> str:
    """The text in simplified characters, one for one."""
    return text if text.isascii() else text.translate(_tables()[1])


@lru_cache(maxsize=65536)
def read_given(text: str) -> str:
    """The text in pinyin without tones and spaces; characters without a reading stay."""
    readings = _tables()[0]
    return "".join(readings.get(char, char) for char in text)


def read_surname(text: str) -> str:
    """As `read_given`, with the readings that surnames have of their own (单 shan, 仇 qiu)."""
    return _SURNAMES.get(text) or read_given(text)


_BROAD = re.compile("(?<=[zcs])h|(?<=[aei]n)g")


def say_broadly(reading: str) -> str:
    """The reading as many people speak and type it: zh as z, ing as in, n as l."""
    plain = _BROAD.sub("", reading)
    return "l" + plain[1:] if plain.startswith("n") else plain


@lru_cache(maxsize=4096)
def is_pinyin(word: str) -> bool:
    """The letters can be read as pinyin syllables, as in `xiaoming`; false for `david`."""
    syllables = _syllables()
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(end - size in reached and word[end - size : end] in syllables for size in range(1, 7)):
            reached.add(end)
    return bool(word) and len(word) in reached


@cache
def _syllables() -> frozenset[str]:
    return frozenset(_tables()[0].values())


@cache
def _tables() -> tuple[dict[str, str], dict[int, str]]:
    """Character -> reading; code point -> simplified character."""
    groups = tomllib.loads(_FILE.read_text(encoding="utf-8"))["readings"]
    readings: dict[str, str] = {}
    simplified: dict[int, str] = {}
    for reading, text in groups.items():
        _, *variants = text.split(" ")
        readings.update(dict.fromkeys(text.replace(" ", ""), reading))
        for group in variants:
            simplified.update((ord(char), group[0]) for char in group[1:])
    return readings, simplified
