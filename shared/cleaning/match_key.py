"""The key under which two spellings of one name, company or address are equal. For comparing, never for showing."""

import re
from collections.abc import Callable

from shared.cleaning.addresses import split_address
from shared.cleaning.companies import clean_company
from shared.cleaning.markup import strip_markup
from shared.cleaning.names import find_names
from shared.cleaning.numerals import read_number
from shared.cleaning.spellings import flatten, simplify
from shared.cleaning.text import mend_encoding, read_text

_SIGNS = re.compile(r"[\W_]+")
# O Brien, Mc Donald: one name in two words.
_APART = re.compile(r"\b(o|mc) (?=[a-z]{3,})")
_LATIN = re.compile(r"[^\W\d_]*[a-zа-яα-ω]")
# Accents that stand alone are apostrophes to those who type them; folding would turn them into spaces.
_LONE_ACCENTS = str.maketrans("´`", "''")

# S.p.A., A/S, S.à r.l.
_DOTS_IN_ABBREVIATION = re.compile(r"(?<=\b\w)(?:\.\s?|/)(?=\w\b)")
# Forms that take several words, as the letters they are known by.
_LONG_FORMS = {
    "gesellschaft mit beschrankter haftung": "gmbh",
    "sociedad anonima de capital variable": "sa",
    "sociedad anonima": "sa",
    "sociedade anonima": "sa",
    "societe anonyme": "sa",
    "societe par actions simplifiee": "sas",
    "societe a responsabilite limitee": "sarl",
    "sociedad de responsabilidad limitada": "sl",
    "sociedad limitada": "sl",
    "sociedade limitada": "ltda",
    "societa per azioni": "spa",
    "societa a responsabilita limitata": "srl",
    "besloten vennootschap": "bv",
    "naamloze vennootschap": "nv",
    "spolka z ograniczona odpowiedzialnoscia": "spzoo",
    "spolka z oo": "spzoo",
    "sp z oo": "spzoo",
    "sp z o o": "spzoo",
    "spolka akcyjna": "sa",
    "kabushiki kaisha": "kk",
    "kabushiki gaisha": "kk",
    "godo kaisha": "gk",
    "sendirian berhad": "bhd",
    "limited liability company": "llc",
    "limited liability partnership": "llp",
    "public limited company": "plc",
    "public joint stock company": "pjsc",
    "joint stock company": "jsc",
}
_LONG_FORM = re.compile(rf"\b(?:{'|'.join(_LONG_FORMS)})\b")
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
    " rl bvba sprl scrl uab sia eood hf ehf nyrt ltee limitee aktiengesellschaft kommanditgesellschaft aktiebolag aktiebolaget"
    " aksjeselskap aktieselskab osakeyhtio pllc spzoo berhad pcl gbr gesmbh perseroan"
    " bhd sdn ooo oao zao pao ao jsc pjsc ojsc cjsc tbk kft zrt doo dd sro and ооо оао зао пао ао".split()
)
_LEADING_WORDS = frozenset("the pt cv ooo oao zao pao ао ооо оао зао пао".split())

# 邮编310012, and six digits alone at the end.
_POSTCODE = re.compile(r"(?:邮编|邮政编码)\s*:?\s*\d{6}|(?<![\w-])\d{6}$")
# 1-23号 is not 12-3号: between digits a sign stays.
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_CHINESE_NUMBER = re.compile("[零〇一二三四五六七八九十百]+(?=号|弄|巷|段|栋|幢|座|楼|层|室|单元)")
_DIGITS_ZH = str.maketrans("零〇一二三四五六七八九", "00123456789")
_LONGER_THAN_STR = 4
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
    flat = _APART.sub(r"\1", " ".join(_SIGNS.sub(" ", flatten(text)).split()))
    words = flat.split()
    is_latin = any(map(_LATIN.match, words))
    return (" ".join(sorted(words)) if is_latin else "".join(words)) or None


def company_key(raw: object) -> str | None:
    """Of a company: without legal form, signs, spaces, case and accents."""
    raw = _type_apostrophes(raw)
    text = clean_company(raw, "").value or read_text(raw)
    if text is None:
        return None
    flat = (
        _BRACKETED_FORM.sub(" ", _FORM_BEFORE_PLACE.sub(r"\2\1", flatten(text)))
        .replace("&", " and ")
        .replace("+", " and ")
    )
    spoken = " ".join(_SIGNS.sub(" ", _DOTS_IN_ABBREVIATION.sub("", flat)).split())
    words = _LONG_FORM.sub(lambda form: _LONG_FORMS[form[0]], spoken).split()
    return _strip_chinese_form("".join(_strip_forms(words))) or None


def address_key(raw: object) -> str | None:
    """Of a place: its official divisions and the rest without signs; streets abroad with their words written out."""
    text = strip_markup(read_text(_type_apostrophes(raw)) or "")
    if not text:
        return None
    address = split_address(text)
    if address.province is None:
        return _foreign_key(text)
    city = None if address.city == address.province else address.city
    rest = _join(_POSTCODE.sub("", _write_numbers(flatten(address.rest))))
    return "".join(simplify(part) for part in (address.province, city, address.district) if part) + rest


KEYS: dict[str, Callable[[object], str | None]] = {
    "name": name_key,
    "company": company_key,
    "address": address_key,
}


def _type_apostrophes(raw: object) -> object:
    return mend_encoding(raw).translate(_LONE_ACCENTS) if isinstance(raw, str) else raw


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
    words = (word for word in _SIGNS.split(_write_numbers(flatten(text))) if word)
    return _join(" ".join(_write_out(word) for word in words)) or None


def _write_out(word: str) -> str:
    """`Hauptstr` as `Hauptstrasse`."""
    return (
        f"{word}asse"
        if len(word) > _LONGER_THAN_STR and word.endswith("str")
        else _STREET_WORDS.get(word, word)
    )


def _join(text: str) -> str:
    """The text without signs, but for one between two numbers."""
    return "-".join(_SIGNS.sub("", part) for part in _BETWEEN_DIGITS.split(text.strip()))


def _write_numbers(text: str) -> str:
    """八十八号 as 88号."""
    return _CHINESE_NUMBER.sub(_write_number, text)


def _write_number(found: re.Match[str]) -> str:
    number = read_number(found[0])
    return found[0].translate(_DIGITS_ZH) if number is None else str(number)
