"""Industries as sections A to T of GB/T 4754-2017 (R3)."""

import re
from functools import cache

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.tables import read_table
from shared.cleaning.text import read_text
from shared.cleaning.words import word_key

# C, C39, C3911, C-制造业, 39, 3911: a section letter, a division, or both, before a name or alone.
_CODE = re.compile(r"([a-t])?(\d{2})?\d{0,2}(?:[^\w].*|[\u4e00-\u9fff].*)?", re.IGNORECASE)


def clean_industry(raw: object, path: str) -> Field[str]:
    """The section letter of a code, a section's name, or a word for a trade in Chinese or English."""
    text = read_text(raw)
    if text is None:
        return NOTHING
    section = _names().get(word_key(text)) or _section_of_code(text) or _section_of_words(text)
    return refused(path, "unknown_industry") if section is None else Field(section)


def _section_of_code(text: str) -> str | None:
    match = _CODE.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        return None
    letter = (match[1] or "").upper()
    section = _divisions().get(int(match[2])) if match[2] else letter
    # A letter and a division that contradict each other say nothing.
    return section if section and letter in ("", section) else None


def _section_of_words(text: str) -> str | None:
    return next((section for word, section in _words() if word in text), None)


@cache
def _names() -> dict[str, str]:
    return {
        word_key(name): section
        for section, row in read_table("industries").items()
        for name in (*row["names"].split(), *row["words"].split())
    }


@cache
def _words() -> tuple[tuple[str, str], ...]:
    pairs = (
        (word, section) for section, row in read_table("industries").items() for word in row["words"].split()
    )
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


@cache
def _divisions() -> dict[int, str]:
    return {
        division: section
        for section, row in read_table("industries").items()
        for division in range(row["divisions"][0], row["divisions"][1] + 1)
    }
