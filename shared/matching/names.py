"""A person's name in the parts that are compared: given names, surname, generation; Chinese and Western alike."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from shared.matching.readings import is_han, simplify
from shared.model.surnames import COMPOUND_SURNAMES

_GENERATIONS = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
_LONGEST_CHINESE_NAME = 4
_TITLE = re.compile("(?<=.)(?:先生|女士|小姐|太太|老师|经理|总监|主任|主管|总)$")
"""What people are called by: 王经理 is a surname and no given name."""
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´′")


class NameParts(NamedTuple):
    given: str = ""
    surname: str = ""
    generation: str = ""
    """jr, sr, ii, iii, iv: what tells a father from a son of the same name."""


@lru_cache(maxsize=65536)
def fold_words(text: str) -> str:
    """Letters and digits only, in small letters without accents, simplified; words with one space between."""
    if text.isascii() and text.isalnum():
        return text.lower()
    flat = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    if not flat.isascii():
        flat = simplify(_bare(flat.translate(_LETTERS)))
    return " ".join("".join(char if char.isalnum() else " " for char in flat).split())


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", plain)


@lru_cache(maxsize=16384)
def split_name(text: str) -> NameParts:
    """The parts of a whole name; the surname is the last word, before a comma the first, in Chinese the first character."""
    last, comma, first = text.partition(",")
    if comma and first.strip():
        # Davis, Sammy, Jr.
        return name_parts(first.replace(",", " "), last)
    flat = fold_words(text)
    if is_han(flat):
        return _split_han(flat.replace(" ", ""))
    words, generation = _take_generation(_surname_last(flat.split(), text.split()))
    if len(words) <= 1:
        return NameParts("", " ".join(words), generation)
    return NameParts(" ".join(words[:-1]), words[-1], generation)


def _surname_last(words: list[str], written: list[str]) -> list[str]:
    """LI Jun Hua, DUPONT Jean: a first word in capitals before others that are not is the surname."""
    is_marked = (
        len(words) == len(written) > 1
        and len(words[0]) > 1
        and written[0].isupper()
        and not any(word.isupper() for word in written[1:])
    )
    return [*words[1:], words[0]] if is_marked else words


def name_parts(given: str, surname: str) -> NameParts:
    """The parts of a name that comes in two columns, either of which may be empty."""
    given_words, generation = _take_generation(fold_words(given).split())
    surname_words, other = _take_generation(fold_words(surname).split())
    one, two = _join(given_words), _join(surname_words)
    if not two and is_han(one) and len(one) > 1:
        return _split_han(one)._replace(generation=generation)
    return NameParts(one, two, generation or other)


def _join(words: list[str]) -> str:
    joined = " ".join(words)
    return joined.replace(" ", "") if is_han(joined) else joined


def _split_han(name: str) -> NameParts:
    name, titles = _TITLE.subn("", name)
    if len(name) > _LONGEST_CHINESE_NAME or not all(map(is_han, name)):
        # A foreign name in Chinese characters, which has no order that we know.
        return NameParts(name, "")
    size = 2 if len(name) + titles > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return NameParts(name[size:], name[:size])


def _take_generation(words: list[str]) -> tuple[list[str], str]:
    if len(words) > 1 and words[-1] in _GENERATIONS:
        return words[:-1], _GENERATIONS[words[-1]]
    return words, ""
