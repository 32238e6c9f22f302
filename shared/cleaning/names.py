"""Names of people: one display form for each, in the script it came in."""

import re
import unicodedata
from typing import NamedTuple

from shared.cleaning.codes import make_issue
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.markup import is_code, is_web_address, strip_markup
from shared.cleaning.text import fold, is_lost, is_null_word, mend_encoding, read_text
from shared.model.surnames import COMPOUND_SURNAMES

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ANY_HAN = re.compile(f"[{_HAN}]")
_ONLY_HAN = re.compile(f"[{_HAN}]+")
_SPACED_HAN = re.compile(f"[{_HAN}·]+(?: [{_HAN}·]+)+")
_DOTS = "·•‧∙⋅・･●▪◦ㆍ"
_DOT_BETWEEN_HAN = re.compile(
    rf"(?<=[{_HAN}])\s*[{_DOTS}.]\s*(?=[{_HAN}]|[A-Z]\s*[{_DOTS}.])|(?<=[{_DOTS}.][A-Z])[{_DOTS}.]\s*(?=[{_HAN}])"
)
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>|《[^《》]*》)\s*")
_DIGITS = re.compile(r"\+?\d[\d \-+]*")
_SECOND_SCRIPT = re.compile(rf"^([{_HAN}·]{{2,}})\s*[/|]?\s*[A-Za-z][A-Za-z .'\-]*$")

DEPARTMENTS = frozenset(
    "销售 项目 客户 产品 财务 人事 行政 市场 技术 运营 采购 区域 大区 部门 业务 商务 大堂".split()
)
"""What stands before a title and belongs to it: 销售经理."""
_CALLED_ZH = (
    "先生|女士|小姐姐|小姐|太太|夫人|老师|师傅|主任医师|主治医师|副主任医师|医生|大夫|教授|博士|律师|总经理|副总经理"
    f"|(?:{'|'.join(sorted(DEPARTMENTS))})?(?:副?经理|总监|主管|助理|专员|代表)"
    "|董事长|副董事长|董事|副主任|主任|老板|店长|副总|总裁|总工|工程师|院长|校长|局长|处长|科长|部长|行长|厂长|所长|会长|站长|队长"
    "|镇长|县长|市长|书记|主席|秘书|顾问|会计师|会计|出纳|同志|同学|小朋友|阿姨|叔叔|奶奶|爷爷|大爷|大妈|大姐|大哥|護士|护士|警官|法官|教练"
    "|醫生|醫師|医师|經理|總經理|副總經理|老師|師傅|總監|董事長|律師|會計師|總裁|校長|院長|社長|部長|課長|總|总|董|姐|哥|太"
    "|さん|さま|ちゃん|くん|様|氏|선생님|사장님|부장님|과장님|대표님|님|씨|(?i:sir|miss|madam)"
)
_TITLES_ZH = re.compile(
    rf"(?<=[{_HAN}/\uac00-\ud7a3\u3041-\u30ff])\s*[-—/·]?\s*({_CALLED_ZH})$"
    "|(?<=[A-Za-z.]) (先生|女士|小姐|太太|老师|教授|博士|经理|总)$"
)
_ONLY_TITLE_ZH = re.compile(f"(?:{_CALLED_ZH})").fullmatch
_TITLE_IN_BRACKETS = re.compile(rf"(?<=[{_HAN}])\s*[(\[【]\s*({_CALLED_ZH})\s*[)\]】]$")
_CALLED_EN = (
    "Mr|Mrs|Ms|Miss|Mister|Mx|Dr|Prof|Professor|Sir|Madam|Mme|Mlle|Monsieur|Herr|Frau|Señora?|Signora?|Rev|Hon|Dra|Drs"
    "|Shri|Shrimati|Smt|Datuk|Dato'?|Datin|Tan Sri|Encik|Puan|Tuan|г-н|г-жа"
)
_TITLES_EN = re.compile(
    rf"^({_CALLED_EN})(?:\.\s*|\s+)(?:(?:and|und|et|y)\s+(?=(?:{_CALLED_EN})\b))?(?=\S)"
    r"|^(Dott\.ssa|Sig\.ra)\s+(?=\S)"
    r"|^(Sra?|Ing|Dipl\.?-Ing|Dott|Sig|Engr?|Capt|Lt|Col|Maj|Sgt|Hr)\.\s*(?=\S)"
    r"|^((?:med|phil|jur|iur|rer\. ?nat|h\. ?c|oec|-?Ing)\.)\s*(?=\S)",
    re.IGNORECASE,
)
_TITLE_LAST = re.compile(rf",\s*({_CALLED_EN})\.?$", re.IGNORECASE)
_DEGREES_EN = re.compile(r",?\s+(Ph\.?D|M\.?D|MBA|Esq|CPA|CFA|DDS|MSc|BSc)\.?$", re.IGNORECASE)
# 张三、李四: two people in one cell. A comma also parts `Zhang, San`, so it counts between Chinese names only.
_SHORTEST_MARKED = 3
_GREETING = re.compile(r"^(?:尊敬的|亲爱的|致)(?=.{2})|^Dear ", re.IGNORECASE)
_NOBODY = re.compile("(?:客户|用户|顾客|会员|游客|访客)$")
_BETWEEN_WESTERN_PEOPLE = re.compile(r"\s*[;&|/]\s*|\s+and\s+")
_WESTERN_PERSON = re.compile(r"[A-Za-zÀ-ɏ][\w.'’-]+,?(?: [A-Za-zÀ-ɏ][\w.'’-]*)+")
_WESTERN_WORD = re.compile(r"[A-Za-zÀ-ɏ][\w'’-]+")
_BETWEEN_PEOPLE = re.compile(rf"\s*[、;/&|\n]\s*|(?<=[{_HAN}])\s*(?:,|和|与|及)\s*(?=[{_HAN}]{{2,}})")
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆汪范廖石韦贾夏付邹熊孟秦邱侯尹薛闫雷段郝邵毛钱汤黎戴贺龚赖樊庞殷施洪翟倪严牛俞季鲁葛毕聂焦柳邢岳骆欧祝辛耿"
)
"""The surnames of nine in ten Chinese."""
# 李雷 韩梅梅, but not 山田 太郎.
_TWO_CHINESE = re.compile(rf"^\s*([{SURNAMES}][{_HAN}]{{1,2}}) +([{SURNAMES}][{_HAN}]{{1,2}})\s*$")
_KEPT = "、;&|"
_COUPLE = 2
_CHINESE_PERSON = re.compile(rf"[{_HAN}·]{{2,4}}")
_AFTER_SURNAME = frozenset("总 總 氏 董 姐 哥 太".split())
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_LAST_FIRST_GENERATION = re.compile(r"^([^,]+), ?([^,]+), ?((?:jr|sr|ii|iii|iv)\.?)$", re.IGNORECASE)
_LAST_FIRST = re.compile(r"^([^\W\d_][^,]*), ?([^\W\d_][^,]*)$")
_PARTICLES = frozenset(
    "van von der den de del della di da dos du la le el bin binti ibn al y zu zur ter ten".split()
)
PLACEHOLDERS = frozenset(
    "测试 test testing tester 匿名 匿名用户 anonymous 客户 用户 顾客 散客 联系人 姓名 name customer user guest admin"
    " asdf asdfgh asdasd qwerty qwe qweqwe zxcv sir madam xxx xx aaa abc foo bar 某某 某某某 先生 女士 小姐 mr mrs ms miss dr"
    " 无名 无名氏 无姓名 佚名 默认 默认值 全名 公司 有限公司 firstname lastname first last surname fullname full username"
    " demo dummy sample new client contact nobody someone noname wx".split()
)
"""Words that are said instead of a name."""
_TEST_ZH = re.compile("^测试|测试$")
_ONE_LETTER = re.compile(r"([A-Za-z])\1{2,}", re.IGNORECASE).fullmatch
_LABEL = re.compile(
    r"^(?:(?:客户|顾客|联系人)?(?:姓名|名字|名称)|联系人|收件人|收货人|客户|(?:full |contact |customer )?name|contact)\s*:\s*",
    re.IGNORECASE,
)
_WHOLE_IN_BRACKETS = re.compile(r"[(\[【<《{]\s*([^()\[\]【】<>《》{}]+?)\s*[)\]】>》}]").fullmatch
_MAIL_IN_BRACKETS = re.compile(r"\s*[(<\[][^()<>\[\]\s]+@[^()<>\[\]\s]+[)>\]]")
# Some type accents and quotes where an apostrophe belongs; lone accents become spaces when text is folded.
_LONE_ACCENT = re.compile(r"(?<=[^\W\d_])[´`](?=[^\W\d_])")
_CURLED = re.compile(r"(?<=[^\W\d_])[’‘ʼ′](?=[^\W\d_])")
# john.smith and John_Smith, but J.R.R. and St. John.
_JOINT = re.compile(r"(?<=[A-Za-zÀ-ɏ]{2})[._](?!ssa\b|ra\b)(?=[A-Za-zÀ-ɏ]{2})")
_SEX_AND_AGE = re.compile(r"(?:\s+[男女])?\s*\d{1,3}\s*岁$|\s+[男女]$")
_LAST_INITIAL = re.compile(r"(?:^|[\s.])[^\W\d_]\.$")


# A column of nines is a system's word for "none".
_NINES = re.compile(r"9{5,}")
_EDGES = " ,;:/|-_.·'\"*#&+=‘’"


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
    text = _read(raw)
    if text is None or _NINES.fullmatch(text):
        return ()
    if is_lost(text):
        return (refused(path, "unreadable_text"),)
    if "@" in text or is_code(text) or is_web_address(text):
        return (refused(path, "not_a_name"),)
    codes = ["text_repaired"] if isinstance(raw, str) and mend_encoding(raw) != raw else []
    several = _settle_each(_part_people(_drop_extras(text, _KEPT)), path, codes)
    if several:
        return several
    single = _settle(text, path, codes)
    # What stood between two people may be seen only now, without its remarks.
    if single.value is None or single.value.name == text:
        return (single,)
    return _settle_each(_part_people(single.value.name), path, codes) or (single,)


def _settle_each(people: list[str], path: str, codes: list[str]) -> tuple[Field[PersonName], ...]:
    """Each person, or nobody where one of them is none."""
    fields = tuple(_settle(person, path, codes) for person in people)
    return fields if all(field.value for field in fields) else ()


def _read(raw: object) -> str | None:
    """The folded text of a cell without labels, markup and a mailbox in brackets."""
    if isinstance(raw, str) and ("´" in raw or "`" in raw):
        raw = _LONE_ACCENT.sub("'", mend_encoding(raw))
    text = read_text(raw)
    if text is None:
        return None
    bare = text if is_code(text) else strip_markup(text)
    return _MAIL_IN_BRACKETS.sub("", _LABEL.sub("", bare)) or bare


def _part_people(text: str) -> list[str]:
    """`张三、李四` and `John Smith & Jane Doe`; in `John & Jane Smith` both have the surname."""
    parted = _TWO_CHINESE.sub(r"\1、\2", text)
    people = [_join_han(" ".join(part.split())) for part in _BETWEEN_PEOPLE.split(parted) if part]
    if len(people) > 1 and all(map(_is_chinese_person, people)):
        return people
    people = [part for part in _BETWEEN_WESTERN_PEOPLE.split(text) if part]
    first, last = people[:1], people[-1:]
    if len(people) == _COUPLE and _WESTERN_WORD.fullmatch(first[0]) and not _is_title(first[0]):
        if _WESTERN_WORD.fullmatch(last[0]):
            return [] if "/" in text else people
        people = [f"{first[0]} {last[0].rpartition(' ')[2]}", last[0]]
    return people if len(people) > 1 and all(map(_is_western_person, people)) else []


def _is_western_person(text: str) -> bool:
    return _WESTERN_PERSON.fullmatch(text) is not None and not _is_title(text)


def _is_title(text: str) -> bool:
    return _TITLES_EN.match(f"{text} x") is not None and " " not in text


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
    if _is_placeholder(name):
        return refused(path, "placeholder_name")
    is_surname = name in COMPOUND_SURNAMES or (len(name) == 1 and _ONLY_HAN.match(name))
    surname = ["surname_only"] if is_surname else []
    return accepted(PersonName(name, shape.title), path, *codes, *shape.codes, *surname)


def _is_placeholder(name: str) -> bool:
    words = name.casefold().replace(".", " ").split()
    is_said_instead = (
        all(word in PLACEHOLDERS or is_null_word(word) for word in words)
        or words == ["no", "name"]
        or _ONLY_TITLE_ZH(name)
        or _ONE_LETTER(name)
    )
    return bool(is_said_instead or _NOBODY.search(name) or _TEST_ZH.search(name))


class _Shape(NamedTuple):
    name: str
    title: str | None
    codes: tuple[str, ...]


def _reshape(shape: _Shape) -> _Shape:
    bare = strip_extras(shape.name)
    name, title = split_title(bare)
    # John Smith, CPA, MBA: no first name may be left behind the comma that is none.
    while (further := split_title(name))[1]:
        name = further[0]
    ordered = put_first_name_first(name)
    is_stripped = _letters(bare) != _letters(shape.name)
    steps = (
        (is_stripped, "name_text_removed"),
        (title is not None, "honorific_split"),
        (_letters(ordered) != _letters(name), "name_reordered"),
    )
    new = tuple(code for is_done, code in steps if is_done and code not in shape.codes)
    return _Shape(fold(_join_han(set_case(ordered))), shape.title or title, shape.codes + new)


def _letters(text: str) -> str:
    """What must be the same for a change to be one of spacing only."""
    return "".join(char for char in _DOT_BETWEEN_HAN.sub("·", text) if char not in " ,")


def strip_extras(text: str) -> str:
    """The name without bracketed remarks, digits, symbols, and without a second spelling in Latin letters."""
    whole = _WHOLE_IN_BRACKETS(text)
    text = _TITLE_IN_BRACKETS.sub(r"\1", whole[1] if whole else text)
    text = _SEX_AND_AGE.sub("", _GREETING.sub("", text))
    bare = _JOINT.sub(" ", _CURLED.sub("'", _join_han(_drop_extras(text))))
    bare = _strip_edges(" ".join(bare.split()))
    match = _SECOND_SCRIPT.match(bare)
    return match.group(1) if match else bare


def _strip_edges(text: str) -> str:
    """Without signs around; the dot of a last initial belongs to it."""
    bare = text.strip(_EDGES)
    return (
        f"{bare}."
        if _LAST_INITIAL.search(f"{bare}.") and text.lstrip(_EDGES).startswith(f"{bare}.")
        else bare
    )


def _drop_extras(text: str, kept: str = "") -> str:
    bare = _DIGITS.sub(" ", _BRACKETS.sub(" ", text))
    return "".join(char for char in bare if _belongs(char) or char in kept)


def _belongs(char: str) -> bool:
    if char.isascii():
        return char not in '()[]<>{}"*#&+=;:|!?%$^~`\\@'
    return unicodedata.category(char)[0] in "LMZ" or char in _DOTS or char in "’‐–"


def _join_han(text: str) -> str:
    text = _DOT_BETWEEN_HAN.sub("·", text)
    return text.replace(" ", "") if _SPACED_HAN.fullmatch(text) else text


def split_title(text: str) -> tuple[str, str | None]:
    """The name and one form of address; None when there is none."""
    for pattern in (_TITLES_ZH, _TITLES_EN, _DEGREES_EN, _TITLE_LAST):
        match = pattern.search(text)
        if match:
            rest = (text[: match.start()] + text[match.end() :]).strip(" ,.")
            # `总` and `氏` are titles behind a surname; behind more they may belong to the name.
            title = next(filter(None, match.groups()))
            if rest and not (title in _AFTER_SURNAME and len(rest) > 1):
                return rest, _write_title(title) if pattern is _TITLES_EN else title
    return text, None


def _write_title(title: str) -> str:
    """`DR` as `Dr`; г-н has no capitals."""
    return title.capitalize() if title.isascii() and (title.isupper() or title.islower()) else title


def put_first_name_first(text: str) -> str:
    """`Zhang, San` as `San Zhang`; other texts as they are, without commas."""
    text = _LAST_FIRST_GENERATION.sub(r"\2 \1 \3", text)
    match = _LAST_FIRST.match(text)
    if match and (last := match[2].rstrip(".").rpartition(" "))[2].casefold() in _GENERATIONS and last[0]:
        return f"{_strip_edges(last[0])} {match[1].strip(_EDGES)} {last[2]}"
    if match and all(map(_ONLY_HAN.fullmatch, match.groups())):
        return f"{match[1]}{match[2]}"
    if match and match.group(2).rstrip(".").casefold() not in _GENERATIONS:
        return f"{_strip_edges(match.group(2))} {match.group(1).strip(_EDGES)}".strip()
    return " ".join(text.replace(",", " ").split())


def set_case(text: str) -> str:
    """Title case for names written all in capitals or all in small letters; mixed case is what somebody meant."""
    if not (text.isupper() or text.islower()) or _ANY_HAN.search(text):
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
