"""Countries by whatever they are called: ISO 3166-1 codes and numbers, names of today and of the past, in many languages."""

import re
from functools import cache

from shared.cleaning.spellings import flatten
from shared.cleaning.tables import read_table
from shared.cleaning.words import word_key

# 🇨🇳 is two letters of its own alphabet.
_FLAG_LETTERS = {0x1F1E6 + index: chr(ord("a") + index) for index in range(26)}
_SIGNS = str.maketrans("", "", ".,()")
_CODE = re.compile(r"[a-z]{2,3}|\d{3}").fullmatch
# The Gambia, Gambia (the)
_THE = re.compile(r"^the (?=.)|(?<=.) the$")
_SAINT = re.compile(r"\b(?:st|ste)\b")
# Korea, Republic of; Iran (Islamic Republic of).
_INVERTED = re.compile(r"([^,(]+?) *[,(] *([^,()]+ of(?: the)?)\)?$", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(
    r"\s*[,，/|;:()\[\]—–=-]\s*|(?<=[\u4e00-\u9fff])\s*(?=[A-Za-z])|(?<=[A-Za-z])\s*(?=[\u4e00-\u9fff])"
)
_FORMAL = re.compile(
    r"^(?:[\w']+ )*?(?:republic|kingdom|state|commonwealth|union|principality|sultanate|emirate|grand duchy|republica|republique"
    r"|republik|reino|royaume|konigreich)(?: federati(?:va|ve))? (?:of|de|do|da|del|von) (?:the |la |el )?(?=.)"
)
_FORMAL_ZH = re.compile(
    "(?:人民|民主主义|民主|伊斯兰|阿拉伯|社会主义|联合|联邦|合众)*(?:共和国|王国|联邦|大公国|公国|酋长国|苏丹国|国)$"
)
# Two countries each, told apart by nothing but their form.
_TOLD_BY_FORM = frozenset({"korea", "congo", "china", "朝鲜", "刚果", "中华"})
_OF_CHINA = frozenset({"HK", "MO", "TW"})


def find_country(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a folded text; None where it names none, or several."""
    return _look_up(text) or _by_inverted_name(text) or _by_parts(text) or _by_bare_name(text)


def _look_up(text: str) -> str | None:
    key = _key(text)
    # Áo is Austria in Vietnam and no AO: only plain letters are codes.
    if _CODE(key):
        return _codes().get(key) if text.isascii() or text[0] >= "\U0001f1e6" else None
    return _names().get(key) or _further_names().get(key)


def _by_inverted_name(text: str) -> str | None:
    match = _INVERTED.match(text)
    swapped = match and f"{match[2]} {match[1]}"
    return _look_up(swapped) or _by_bare_name(swapped) if swapped else None


def _by_parts(text: str) -> str | None:
    """`中国 (CN)`, `China/中国`, `Hong Kong, China`: parts that all mean one country, or a part of China and China."""
    parts = [part for part in _BETWEEN_NAMES.split(text) if part]
    if len(parts) < 2:  # noqa: PLR2004 one part is no parts
        return None
    found = {_look_up(part) or _by_bare_name(part) for part in parts}
    if len(found) > 1 and found & _OF_CHINA:
        found.discard("CN")
    return found.pop() if len(found) == 1 else None


def _by_bare_name(text: str) -> str | None:
    """Without Republic of, 共和国 and the like."""
    flat = flatten(text)
    bare = _FORMAL.sub("", flat)
    if bare == flat:
        bare = _FORMAL_ZH.sub("", flat).removeprefix("阿拉伯")
    is_name = len(bare) > 1 and bare != flat and bare not in _TOLD_BY_FORM
    return _look_up(bare) if is_name and not _CODE(bare) else None


def _key(name: str) -> str:
    flat = flatten(name.translate(_FLAG_LETTERS)).replace("&", " and ").replace("_", " ").translate(_SIGNS)
    return word_key(_SAINT.sub("saint", _THE.sub("", " ".join(flat.split()))))


@cache
def _codes() -> dict[str, str]:
    return {code: country for code, country in _rows("countries") if _CODE(code)}


@cache
def _names() -> dict[str, str]:
    return {name: country for name, country in _rows("countries") if not _CODE(name)}


@cache
def _further_names() -> dict[str, str]:
    """In more languages; read only when a name is not among the usual ones."""
    return {name: country for name, country in _rows("country_names") if not _CODE(name)}


def _rows(table: str) -> list[tuple[str, str]]:
    return [
        (_key(name), country)
        for country, names in read_table(table).items()
        for name in (country, *names.split())
    ]
