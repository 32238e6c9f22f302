"""Words of a closed list, in Chinese and English, to our own codes."""

from collections.abc import Mapping
from typing import TypeVar

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.text import fold, read_text

T = TypeVar("T")


def word_key(text: str) -> str:
    """What two spellings of one word share: case, spaces and joining signs do not matter."""
    return "".join(char for char in fold(text).casefold() if char not in " _-·")


def make_table(words: Mapping[T, str]) -> dict[str, T]:
    """A look-up table from `{code: "word word_with_space ..."}`."""
    return {word_key(word): code for code, listed in words.items() for word in listed.split()}


def clean_word(raw: object, path: str, table: Mapping[str, T], unknown: str) -> Field[T]:
    """The code of a word; refused with the code `unknown` when the table lacks it."""
    text = read_text(raw)
    if text is None:
        return NOTHING
    code = table.get(word_key(text))
    return refused(path, unknown) if code is None else Field(code)
