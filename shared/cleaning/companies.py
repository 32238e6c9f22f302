"""Names of companies: a display form, and a key under which spellings of one company meet."""

import re

from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.markup import is_code, is_web_address, strip_markup
from shared.cleaning.text import clean_text, is_null_word

_CJK = "\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACE_BESIDE_CJK = re.compile(f"(?<=[{_CJK}]) +| +(?=[{_CJK}])")
_SPACE_IN_BRACKETS = re.compile(r"(?<=[(\[]) +| +(?=[)\]])")
_COMMA_BEFORE_WORD = re.compile(r" *, *(?=[^\W\d_])")
_EDGES = " ,;:/|-_*。、；：，"
_QUOTES = {"“": "”", "‘": "’", '"': '"', "'": "'"}
_PARTNERS = {closing: opening for opening, closing in _QUOTES.items()}
_LABEL = re.compile(
    r"^(?:(?:公司|单位|企业|机构|客户)(?:名称|全称|名)?|工作单位|(?:company|employer|organi[sz]ation)(?: name)?)\s*:\s*",
    re.IGNORECASE,
)
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


# Without spaces, dots and commas; what is left is told by nothing but these words.
_NO_EMPLOYER = frozenset(
    "无公司 无单位 无工作单位 没有公司 个人 无业 待业 自由职业 自由职业者 selfemployed self-employed freelance freelancer"
    " unemployed nocompany".split()
)
_NO_COMPANIES = frozenset(
    "co company ltd limited inc incorporated corp corporation llc gmbh plc coltd coinc companyltd companylimited limitedcompany"
    " pteltd ptyltd sdnbhd pvtltd qwerty testcompany testltd testinc dummy samplecompany companyname mycompany"
    " 有限公司 股份有限公司 有限责任公司 集团有限公司 公司 总公司 分公司 集团 集团公司 企业 单位 公司名称 单位名称 企业名称"
    " 公司名 株式会社 有限会社 주식회사 工作单位".split()
)
_SAMPLE = re.compile(
    "(?:x{2,9}|某某?|测试|test)(?:科技|贸易)?(?:股份|集团)?(?:有限)?(?:责任)?(?:公司|集团|企业|单位|客户)?"
).fullmatch
_FIRST_CHARACTERS = frozenset(
    char
    for word in (*_NO_EMPLOYER, *_NO_COMPANIES, "x", "某", "测", "t", "(", ".")
    for char in (word[0], word[0].upper())
)
_LONGEST = 16
_SIGNS = str.maketrans("", "", " .,()")


def clean_company(raw: object, path: str) -> Field[str]:
    """The display form: brackets of one kind, no spaces beside Chinese characters, no stray signs at the ends."""
    field = clean_text(raw, path)
    if field.value is None:
        return field
    company = _display(strip_markup(field.value))
    if is_null_word(company) or _NINES.fullmatch(company):
        return NOTHING
    if is_said_instead(company):
        return NOTHING if _bare(company) in _NO_EMPLOYER else refused(path, "not_a_company")
    if "@" in company or _ONLY_DIGITS.fullmatch(company) or not any(map(str.isalnum, company)):
        return refused(path, "not_a_company")
    if is_code(field.value) or is_code(company) or is_web_address(company):
        return refused(path, "not_a_company")
    return Field(company, field.issues)


def is_said_instead(text: str) -> bool:
    """Whether a text is said where there is no company (自由职业), or is a legal form or a sample (某公司) and no name."""
    # Most names are told by their first character, or are longer.
    if text[:1] not in _FIRST_CHARACTERS or len(text) > _LONGEST:
        return False
    bare = _bare(text)
    return bare in _NO_COMPANIES or bare in _NO_EMPLOYER or _SAMPLE(bare) is not None


def _bare(text: str) -> str:
    return text.casefold().translate(_SIGNS)


def _display(text: str) -> str:
    # One step can uncover work for another; each makes the text shorter, but for the space behind a comma.
    for _ in range(len(text) + 1):
        before, text = text, _tidy(text)
        if text == before:
            break
    return text


def _tidy(text: str) -> str:
    text = _strip_quotes(_LABEL.sub("", text).strip(_EDGES))
    if not text.isascii():
        text = _SPACE_BESIDE_CJK.sub("", text)
    return _SPACE_IN_BRACKETS.sub("", _COMMA_BEFORE_WORD.sub(", ", text)).strip(_EDGES)


def _strip_quotes(text: str) -> str:
    """Without quotes around the whole, or without a partner; ООО "Ромашка" keeps its own."""
    opening, closing = text[:1], text[-1:]
    if opening in _QUOTES and _QUOTES[opening] not in text[1:-1]:
        return text[1:].removesuffix(_QUOTES[opening])
    is_alone = closing in _PARTNERS and _PARTNERS[closing] not in text[:-1]
    return text[:-1] if is_alone else text


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
