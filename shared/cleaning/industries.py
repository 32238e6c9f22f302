"""Industries by GB/T 4754-2017: sections A to T and divisions 01 to 97 (R3)."""

import re
from functools import cache
from typing import NamedTuple

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.spellings import simplify
from shared.cleaning.tables import read_table
from shared.cleaning.text import read_text
from shared.cleaning.words import word_key

# C, C39, C3911, C-制造业, 39, 3911: a section letter, a division, or both, before a name or alone.
_CODE = re.compile(
    r"([a-t])?[\s.-]?(\d{2})?\d{0,2}(?:\.\d{1,2})?(?:$|[\s:,、/|(—–-]+(.*)|([\u4e00-\u9fff].*))",
    re.IGNORECASE,
)
# 大类39 and 门类C say what the code is.
_LEVEL_NAME = re.compile(r"^(?:门类|大类|行业代码|代码|GB/?T\s?4754(?:-\d{4})?)[\s:-]*", re.IGNORECASE)
# 建材批发 is wholesale, not building materials: in Chinese the last word says what is done.
_LAST_WORDS = {
    "批发": "F51",
    "经销": "F51",
    "零售": "F52",
    "销售": "F",
    "贸易": "F",
    "商贸": "F",
    "运输": "G",
    "租赁": "L71",
    "咨询": "L72",
    "修理": "O81",
    "维修": "O81",
    "培训": "P83",
}
# I.T., R.&D.
_DOTS_IN_ABBREVIATION = re.compile(r"(?<=\b[A-Za-z])\.(?=\s*(?:[A-Za-z]\b|$))")
_KIND_OF_TRADE = re.compile(
    r"\s+(?:industry|industries|sector|services?|activities|business|company)$", re.IGNORECASE
)
_BETWEEN_TRADES = re.compile(r"\s*[/|;]\s*")
_FIRM = re.compile("(?:股份|有限|责任)*(?:公司|集团|企业|厂|店|商|中心|服务|行业|业)+$")
_LATIN_WORDS = re.compile(r"[a-z&]+(?:-[a-z]+)?")


def clean_industry(raw: object, path: str) -> Field[str]:
    """The section letter of a code, a name of section or division, or a word for a trade in Chinese or English."""
    field = clean_industry_code(raw, path)
    return field if field.value is None else Field(field.value[0])


def clean_industry_code(raw: object, path: str) -> Field[str]:
    """The division, such as C39, where code, name or word tells it; else the section, such as C."""
    text = read_text(raw)
    if text is None:
        return NOTHING
    text = _DOTS_IN_ABBREVIATION.sub("", _LEVEL_NAME.sub("", simplify(text)).replace("&", " and "))
    code = (
        None
        if "@" in text
        else _from_name(text)
        or _from_code(text)
        or _from_list(text.casefold())
        or _from_words(text.casefold())
    )
    return refused(path, "unknown_industry") if code is None else Field(code)


def _from_name(text: str) -> str | None:
    return _names().get(_name_key(text)) or _names().get(_name_key(_KIND_OF_TRADE.sub("", text)))


def _name_key(text: str) -> str:
    return word_key(text.replace("&", " and ")).translate(_NO_COMMAS).removesuffix("行业")


# 批发与零售业 is 批发和零售业.
_NO_COMMAS = str.maketrans("与及", "和和", "、,，/'")


def _from_code(text: str) -> str | None:
    match = _CODE.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        return None
    letter, division = (match[1] or "").upper(), match[2]
    if division is None:
        return _from_letter(letter, match[3] or match[4])
    section = _sections().get(division)
    # A letter and a division that contradict each other say nothing.
    return section + division if section and letter in ("", section) else None


def _from_letter(letter: str, name: str | None) -> str | None:
    """C-制造业: the name after a letter must lie in that section, for A股 is no agriculture and e-learning no building."""
    if not name:
        return letter
    code = _from_name(name) or _from_words(name.casefold())
    return letter if code and code.startswith(letter) else None


def _from_list(text: str) -> str | None:
    """批发/零售: the section where all parts lie in one, else the first part's trade."""
    codes = [code for part in _BETWEEN_TRADES.split(text) if (code := _from_name(part) or _from_words(part))]
    if not codes or not _BETWEEN_TRADES.search(text):
        return None
    is_one_section = len({code[0] for code in codes}) == 1
    return codes[0][0] if is_one_section and len(set(codes)) > 1 else codes[0]


def _from_words(text: str) -> str | None:
    """By the last word, else by the longest inside the text."""
    words = _words()
    code = _LAST_WORDS.get(_FIRM.sub("", text)[-2:])
    code = code or next((code for word, code in words.chinese if word in text), None)
    if code is not None:
        return code
    return _from_latin_words(f"_{'_'.join(_LATIN_WORDS.findall(text))}_")


def _from_latin_words(spoken: str) -> str | None:
    """By the longest word; where another one tells another division of the same section, by the section."""
    codes: list[str] = []
    for word, code in _words().latin:
        if f"_{word}_" in spoken:
            codes.append(code)
            spoken = spoken.replace(f"_{word}_", "_ _")
    if not codes:
        return None
    return codes[0][0] if any(code != codes[0] and code[0] == codes[0][0] for code in codes) else codes[0]


class _Words(NamedTuple):
    chinese: tuple[tuple[str, str], ...]
    """The longest first."""
    latin: tuple[tuple[str, str], ...]


@cache
def _names() -> dict[str, str]:
    """Names and words of sections and, where both have one, of divisions; a section's own full name is its own."""
    own_names = {
        _name_key(name): section
        for section, row in read_table("industries").items()
        for place, name in enumerate(row["names"].split())
        if place == 0 or (name.endswith("业") and len(name) > 2)
    }
    return {_name_key(word): code for word, code in (*_section_words(), *_division_words())} | {
        name: section for name, section in own_names.items() if name not in _division_names()
    }


@cache
def _words() -> _Words:
    code_of = dict((*_section_words(), *_division_words()))
    pairs = sorted(code_of.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    return _Words(
        tuple((word, code) for word, code in pairs if not word.isascii() and len(word) >= 2),
        tuple((word, code) for word, code in pairs if word.isascii()),
    )


def _section_words() -> list[tuple[str, str]]:
    return [
        (word.casefold(), section)
        for section, row in read_table("industries").items()
        for word in (*row["names"].split(), *row["words"].split())
    ]


def _division_words() -> list[tuple[str, str]]:
    return [
        (word.casefold(), _sections()[division] + division)
        for division, (name, english, words) in read_table("industry_divisions").items()
        for word in (name, english.replace(" ", "_"), *words.split())
    ]


def _division_names() -> frozenset[str]:
    rows = read_table("industry_divisions").values()
    return frozenset(_name_key(name) for name, _, _ in rows)


@cache
def _sections() -> dict[str, str]:
    """The section of each division."""
    return {
        f"{division:02}": section
        for section, row in read_table("industries").items()
        for division in range(row["divisions"][0], row["divisions"][1] + 1)
    }
