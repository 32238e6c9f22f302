"""The key under which two spellings of one name, company or address are equal. For comparing, never for showing."""

import re
from collections.abc import Callable

from shared.cleaning.addresses import split_address
from shared.cleaning.names import find_names
from shared.cleaning.spellings import flatten, simplify
from shared.cleaning.text import read_text

_SIGNS = re.compile(r"[\W_]+")
_LATIN = re.compile(r"[^\W\d_]*[a-zа-яα-ω]")
# Accents that stand alone are apostrophes to those who type them; folding would turn them into spaces.
_LONE_ACCENTS = str.maketrans("´`", "''")

_DOTS_IN_ABBREVIATION = re.compile(r"(?<=\b\w)\.\s?(?=\w\b)")
_BRACKETED_FORM = re.compile(r"\((?:株|有|주|유|有限合伙|普通合伙|特殊普通合伙|有限公司)\)")
# 华为技术有限公司(深圳) is 华为技术(深圳)有限公司.
_FORM_BEFORE_PLACE = re.compile(r"((?:股份|责任)?有限(?:责任)?公司)\s*(\([^()]+\))$")
_CHINESE_FORM = re.compile(
    "(?:股份有限责任公司|有限责任公司|股份有限公司|有限公司|股份公司|总公司|(?<![分子])公司|株式会社|有限会社|合同会社|个人独资企业"
    "|特殊普通合伙|普通合伙|有限合伙|合伙企业|주식회사|유한회사)$"
)
_LEADING_FORM = re.compile("^(?:株式会社|有限会社|合同会社|주식회사|유한회사)")
_FORMS = frozenset(
    "co company ltd limited liability inc incorporated corp corporation llc llp lp plc pty pte pvt private gmbh mbh ag kg"
    " kgaa ohg ug ev se sa sas sasu sarl eurl srl spa snc bv nv vof cv ab as asa oy oyj aps sl slu sau lda ltda eireli kk gk"
    " bhd sdn ooo oao zao pao ao jsc pjsc ojsc cjsc tbk kft zrt doo dd sro and ооо оао зао пао ао".split()
)
_LEADING_WORDS = frozenset("the pt cv ooo oao zao pao ао ооо оао зао пао".split())

_POSTCODE = re.compile(r"(?:邮编|邮政编码)\s*:?\s*\d{6}")
_STREET_WORDS = {
    "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "ln": "lane",
    "dr": "drive", "ct": "court", "sq": "square", "pl": "place", "pkwy": "parkway", "hwy": "highway", "apt": "apartment",
    "ste": "suite", "fl": "floor", "flr": "floor", "bldg": "building", "rm": "room", "dept": "department", "n": "north",
    "s": "south", "e": "east", "w": "west", "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest",
    "no": "", "nr": "", "number": "", "dist": "district", "prov": "province", "mt": "mount", "ft": "fort", "usa": "us",
}  # fmt: skip


def name_key(raw: object) -> str | None:
    """Of a person: without titles, case, accents and apostrophes; words in one order, for half the world turns them."""
    names = [field.value.name for field in find_names(_type_apostrophes(raw), "") if field.value]
    text = read_text(raw) if not names else " ".join(sorted(names))
    if text is None:
        return None
    words = [word for word in _SIGNS.split(flatten(text)) if word]
    is_latin = any(map(_LATIN.match, words))
    return (" ".join(sorted(words)) if is_latin else "".join(words)) or None


def company_key(raw: object) -> str | None:
    """Of a company: without legal form, signs, spaces, case and accents."""
    text = read_text(_type_apostrophes(raw))
    if text is None:
        return None
    flat = (
        _BRACKETED_FORM.sub(" ", _FORM_BEFORE_PLACE.sub(r"\2\1", flatten(text)))
        .replace("&", " and ")
        .replace("+", " and ")
    )
    words = [word for word in _SIGNS.split(_DOTS_IN_ABBREVIATION.sub("", flat)) if word]
    return _strip_chinese_form("".join(_strip_forms(words))) or None


def address_key(raw: object) -> str | None:
    """Of a place: its official divisions and the rest without signs; streets abroad with their words written out."""
    text = read_text(_type_apostrophes(raw))
    if text is None:
        return None
    address = split_address(text)
    if address.province is None:
        return _foreign_key(text)
    city = None if address.city == address.province else address.city
    rest = _SIGNS.sub("", _POSTCODE.sub("", flatten(address.rest)))
    return "".join(simplify(part) for part in (address.province, city, address.district) if part) + rest


KEYS: dict[str, Callable[[object], str | None]] = {
    "name": name_key,
    "company": company_key,
    "address": address_key,
}


def _type_apostrophes(raw: object) -> object:
    return raw.translate(_LONE_ACCENTS) if isinstance(raw, str) else raw


def _strip_forms(words: list[str]) -> list[str]:
    """The words without legal forms at either end; all of them where nothing else would be left."""
    start, end = 0, len(words)
    while start < end and words[start] in _LEADING_WORDS:
        start += 1
    while start < end and words[end - 1] in _FORMS:
        end -= 1
    # S.A. de C.V.
    if words[start:end][-2:] == ["sa", "de"]:
        end -= 2
    return words[start:end] or words


def _strip_chinese_form(text: str) -> str:
    rest = _CHINESE_FORM.sub("", _LEADING_FORM.sub("", text))
    return rest or text


def _foreign_key(text: str) -> str | None:
    words = (word for word in _SIGNS.split(flatten(text)) if word)
    return "".join(_STREET_WORDS.get(word, word) for word in words) or None
