"""Names of people: one display form for each, in the script it came in."""

import re
import unicodedata
from typing import NamedTuple

from shared.cleaning.codes import make_issue
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.text import is_lost, is_null_word, mend_encoding, read_text

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ONLY_HAN = re.compile(f"[{_HAN}]+")
_SPACED_HAN = re.compile(f"[{_HAN}·]+(?: [{_HAN}·]+)+")
_DOT_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s*[·•‧∙⋅・･.]\s*(?=[{_HAN}])")
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>|《[^《》]*》)\s*")
_DIGITS = re.compile(r"\+?\d[\d \-+]*")
_SECOND_SCRIPT = re.compile(rf"^([{_HAN}·]{{2,}})\s*[/|]?\s*[A-Za-z][A-Za-z .'\-]*$")

_TITLES_ZH = re.compile(
    rf"(?<=[{_HAN}/\uac00-\ud7a3\u3041-\u30ff])\s*(先生|女士|小姐|太太|夫人|老师|师傅|主任医师|主治医师|副主任医师|医生|大夫|教授|博士|律师|总经理|副总经理|经理|董事长|总监|副主任|主任|主管"
    "|老板|店长|副总|总裁|总工|工程师|院长|校长|局长|处长|科长|部长|行长|书记|主席|秘书|助理|同志|同学|阿姨|叔叔"
    "|小姐姐|護士|护士|警官|法官|教练|醫生|醫師|医师|經理|總經理|副總經理|老師|師傅|總監|董事長|律師|會計師|会计师|總|总"
    "|さん|さま|様|氏|님|씨)$"
)
_TITLES_EN = re.compile(
    r"^(Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Mme|Mlle|Monsieur|Herr|Frau|Señora?|Signora?|Rev|Hon)(?:\.\s*|\s+)(?=\S)"
    r"|^(Sra?|Ing|Dipl-Ing)\.\s*(?=\S)",
    re.IGNORECASE,
)
_DEGREES_EN = re.compile(r",?\s+(Ph\.?D|M\.?D|MBA|Esq|CPA|CFA|DDS|MSc|BSc)\.?$", re.IGNORECASE)
# 张三、李四: two people in one cell. A comma also parts `Zhang, San`, so it counts between Chinese names only.
_SHORTEST_MARKED = 3
_GREETING = re.compile(r"^(?:尊敬的|亲爱的|致)(?=.{2})|^Dear ", re.IGNORECASE)
_NOBODY = re.compile("(?:客户|用户|顾客|会员|游客|访客)$")
_BETWEEN_PEOPLE = re.compile(rf"\s*[、;/&|\n]\s*|(?<=[{_HAN}])\s*(?:,|和|与|及)\s*(?=[{_HAN}]{{2,}})")
_KEPT = "、;&|"
_CHINESE_PERSON = re.compile(rf"[{_HAN}·]{{2,4}}")
_AFTER_SURNAME = frozenset("总 總 氏".split())
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_LAST_FIRST_GENERATION = re.compile(r"^([^,]+), ?([^,]+), ?((?:jr|sr|ii|iii|iv)\.?)$", re.IGNORECASE)
_LAST_FIRST = re.compile(r"^([^\W\d_][^,]*), ?([^\W\d_][^,]*)$")
_PARTICLES = frozenset(
    "van von der den de del della di da dos du la le el bin binti ibn al y zu zur ter ten".split()
)
_PLACEHOLDERS = frozenset(
    "测试 test testing tester 匿名 匿名用户 anonymous 客户 用户 顾客 散客 联系人 姓名 name customer user guest admin"
    " asdf qwerty sir madam xxx xx aaa abc foo bar 某某 某某某 先生 女士 小姐 mr mrs ms miss dr".split()
)


# A column of nines is a system's word for "none".
_NINES = re.compile(r"9{5,}")
_EDGES = " ,;:/|-_.·'\"*#&+="


class PersonName(NamedTuple):
    name: str
    title: str | None = None
    """The form of address that stood with the name (先生, Dr)."""


def clean_name(raw: object, path: str) -> Field[PersonName]:
    """The display form; honorifics apart, `Zhang, San` as `San Zhang`, shouting and whispering in title case."""
    fields = find_names(raw, path)
    if not fields:
        return NOTHING
    first = fields[0]
    return (
        first if len(fields) == 1 else Field(first.value, (*first.issues, make_issue(path, "several_names")))
    )


def find_names(raw: object, path: str) -> tuple[Field[PersonName], ...]:
    """Each person of the cell in order, or one refusal; empty when the cell says nothing."""
    text = read_text(raw)
    if text is None or _NINES.fullmatch(text):
        return ()
    if is_lost(text):
        return (refused(path, "unreadable_text"),)
    if "@" in text:
        return (refused(path, "not_a_name"),)
    codes = ["text_repaired"] if isinstance(raw, str) and mend_encoding(raw) != raw else []
    people = [
        _join_han(" ".join(part.split())) for part in _BETWEEN_PEOPLE.split(_drop_extras(text, _KEPT)) if part
    ]
    if len(people) > 1 and all(map(_is_chinese_person, people)):
        fields = tuple(_settle(person, path, codes) for person in people)
        if all(field.value for field in fields):
            return fields
    return (_settle(text, path, codes),)


def _is_chinese_person(text: str) -> bool:
    title = _TITLES_ZH.search(f"某{text}")
    # 孙女士/经理 is one person.
    return _CHINESE_PERSON.fullmatch(text) is not None and (title is None or title.start() > 1)


def _settle(text: str, path: str, codes: list[str]) -> Field[PersonName]:
    shape = _Shape(text, None, ())
    # One step can uncover work for another (a title behind a bracket); each takes something away.
    for _ in range(len(text) + 1):
        again = _reshape(shape)
        if again == shape:
            break
        shape = again
    name = shape.name
    if is_null_word(name) or not any(map(str.isalpha, name)):
        return refused(path, "not_a_name")
    if name.casefold() in _PLACEHOLDERS or _NOBODY.search(name):
        return refused(path, "placeholder_name")
    surname = ["surname_only"] if len(name) == 1 and _ONLY_HAN.match(name) else []
    return accepted(PersonName(name, shape.title), path, *codes, *shape.codes, *surname)


class _Shape(NamedTuple):
    name: str
    title: str | None
    codes: tuple[str, ...]


def _reshape(shape: _Shape) -> _Shape:
    bare = strip_extras(shape.name)
    name, title = split_title(bare)
    ordered = put_first_name_first(name)
    is_stripped = _letters(bare) != _letters(shape.name)
    steps = (
        (is_stripped, "name_text_removed"),
        (title is not None, "honorific_split"),
        (_letters(ordered) != _letters(name), "name_reordered"),
    )
    new = tuple(code for is_done, code in steps if is_done and code not in shape.codes)
    return _Shape(_join_han(set_case(ordered)), shape.title or title, shape.codes + new)


def _letters(text: str) -> str:
    """What must be the same for a change to be one of spacing only."""
    return "".join(char for char in _DOT_BETWEEN_HAN.sub("·", text) if char not in " ,")


def strip_extras(text: str) -> str:
    """The name without bracketed remarks, digits, symbols, and without a second spelling in Latin letters."""
    bare = _join_han(_drop_extras(_GREETING.sub("", text)))
    bare = " ".join(bare.split()).strip(_EDGES)
    match = _SECOND_SCRIPT.match(bare)
    return match.group(1) if match else bare


def _drop_extras(text: str, kept: str = "") -> str:
    bare = _DIGITS.sub(" ", _BRACKETS.sub(" ", text))
    return "".join(char for char in bare if _belongs(char) or char in kept)


def _belongs(char: str) -> bool:
    if char.isascii():
        return char not in '()[]<>{}"*#&+=;:|!?%$^~`\\@'
    return unicodedata.category(char)[0] in "LMZ" or char in "·•‧∙⋅・･’‐–"


def _join_han(text: str) -> str:
    text = _DOT_BETWEEN_HAN.sub("·", text)
    return text.replace(" ", "") if _SPACED_HAN.fullmatch(text) else text


def split_title(text: str) -> tuple[str, str | None]:
    """The name and one form of address; None when there is none."""
    for pattern in (_TITLES_ZH, _TITLES_EN, _DEGREES_EN):
        match = pattern.search(text)
        if match:
            rest = (text[: match.start()] + text[match.end() :]).strip(" ,.")
            # `总` and `氏` are titles behind a surname; behind more they may belong to the name.
            title = next(filter(None, match.groups()))
            if rest and not (title in _AFTER_SURNAME and len(rest) > 1):
                return rest, title
    return text, None


def put_first_name_first(text: str) -> str:
    """`Zhang, San` as `San Zhang`; other texts as they are, without commas."""
    text = _LAST_FIRST_GENERATION.sub(r"\2 \1 \3", text)
    match = _LAST_FIRST.match(text)
    if match and match.group(2).rstrip(".").casefold() not in _GENERATIONS:
        return f"{match.group(2).strip(_EDGES)} {match.group(1).strip(_EDGES)}".strip()
    return " ".join(text.replace(",", " ").split())


def set_case(text: str) -> str:
    """Title case for names written all in capitals or all in small letters; mixed case is what somebody meant."""
    if not (text.isupper() or text.islower()):
        return " ".join(map(_case_surname, text.split(" ")))
    words = text.lower().split(" ")
    return " ".join(_case_word(word, is_first=index == 0) for index, word in enumerate(words))


def _case_surname(word: str) -> str:
    """`DUPONT` in `Jean DUPONT`, as forms ask for it; two letters are initials."""
    is_marked = len(word) >= _SHORTEST_MARKED and word.isalpha() and word.isupper()
    return word if not is_marked or word.casefold() in _GENERATIONS else _case_word(word, is_first=True)


def _case_word(word: str, *, is_first: bool) -> str:
    if word in _PARTICLES and not is_first:
        return word
    if word.rstrip(".") in _GENERATIONS and word.startswith("i"):
        return word.upper()
    parts = re.split(r"([-'’])", word)
    cased = "".join(part.capitalize() for part in parts)
    return f"Mc{cased[2:].capitalize()}" if cased.startswith("Mc") and len(cased) > 4 else cased
