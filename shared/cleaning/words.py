"""Words of a closed list, in Chinese and English, to our own codes."""

from collections.abc import Mapping
from typing import TypeVar

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.text import fold, read_text

T = TypeVar("T")

_JOINING = dict.fromkeys(map(ord, " _-·"))


def word_key(text: str) -> str:
    """What two spellings of one word share: case, spaces and joining signs do not matter."""
    return fold(text).casefold().translate(_JOINING)


def make_table(words: Mapping[T, str]) -> dict[str, T]:
    """A look-up table from `{code: "word word_with_space ..."}`."""
    return {word_key(word): code for code, listed in words.items() for word in listed.split()}


def clean_word(raw: object, path: str, table: Mapping[str, T], unknown: str) -> Field[T]:
    """The code of a word; refused with the code `unknown` when the table lacks it."""
    # A key of the table is its own key and no null word, so that most raw words need no folding.
    if type(raw) is str and raw in table:
        return Field(table[raw])
    text = read_text(raw)
    if text is None:
        return NOTHING
    code = table.get(word_key(text))
    return refused(path, unknown) if code is None else Field(code)
