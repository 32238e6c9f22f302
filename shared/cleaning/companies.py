"""Names of companies: a display form, and a key under which spellings of one company meet."""

import re

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.text import clean_text, is_null_word

_CJK = "\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACE_BESIDE_CJK = re.compile(f"(?<=[{_CJK}]) +| +(?=[{_CJK}])")
_SPACE_IN_BRACKETS = re.compile(r"(?<=[(\[]) +| +(?=[)\]])")
_EDGES = " ,;:/|-_\"'“”‘’*"
# A phone or another number in the wrong column; 360 and 58 are companies.
_ONLY_DIGITS = re.compile(r"\+?[\d\s().\-]{7,}")
_NINES = re.compile(r"9{5,}")
_NOT_KEY = re.compile(r"[\W_]+")
_LEGAL_FORMS_ZH = re.compile(
    "(?:股份有限责任公司|有限责任公司|股份有限公司|集团有限公司|控股有限公司|有限公司|股份公司|集团公司|总公司|公司|集团"
    "|股份|株式会社|有限会社|個人独資企業|个人独资企业|合伙企业|有限合伙|普通合伙|주식회사)$"
)
_LEGAL_FORMS_EN = frozenset(
    "co company ltd limited inc incorporated corp corporation llc llp lp plc pty pte gmbh ag kg kgaa se sa sas sarl srl spa"
    " bv nv ab as asa oy oyj aps sl slu kk bhd sdn ooo pao zao holding holdings group the".split()
)


def clean_company(raw: object, path: str) -> Field[str]:
    """The display form: brackets of one kind, no spaces beside Chinese characters, no stray signs at the ends."""
    field = clean_text(raw, path)
    if field.value is None:
        return field
    company = _display(field.value)
    if is_null_word(company) or _NINES.fullmatch(company):
        return NOTHING
    if "@" in company or _ONLY_DIGITS.fullmatch(company):
        return refused(path, "not_a_company")
    return Field(company, field.issues)


def _display(text: str) -> str:
    text = text.strip(_EDGES)
    if not text.isascii():
        text = _SPACE_BESIDE_CJK.sub("", text)
    return _SPACE_IN_BRACKETS.sub("", text).strip(_EDGES)


def company_key(name: str) -> str:
    """A display form without case, punctuation and legal form; the whole name where nothing else would be left."""
    words = [word for word in _NOT_KEY.split(_without_dots(name.casefold())) if word]
    core = [word for word in words if word not in _LEGAL_FORMS_EN] or words
    return _strip_legal_form("".join(core))


def _without_dots(text: str) -> str:
    """`S.p.A.` and `L.L.C.` become one word."""
    return re.sub(r"(?<=\b\w)\.(?=\w\b)", "", text)


def _strip_legal_form(text: str) -> str:
    while True:
        rest = _LEGAL_FORMS_ZH.sub("", text)
        if not rest or rest == text:
            return text
        text = rest
