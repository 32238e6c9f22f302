"""The forms in which most names come, read at once; `None`: the next reader has to look, at last `names.py`.

What is read here is read as `names.clean_name` reads it, value and issues (`tests/property/test_common_forms.py`).
"""

import re
from functools import cache
from typing import TypeAlias

from shared.cleaning import names
from shared.cleaning.codes import make_issue
from shared.cleaning.field import Found
from shared.cleaning.text import PLAIN_HAN, fold, mend_encoding
from shared.model.surnames import COMPOUND_SURNAMES

Named: TypeAlias = tuple[str, str | None]
"""A name and its form of address."""

# The surnames of nine in ten Chinese; a word that begins with one of them and is no name (高级, 江苏) is read
# the same way by `names.py`, which knows only whole words as placeholders.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "高方江史顾孔常武乔龙章鲍陆汪范廖石韦贾夏付邹熊孟秦邱侯尹薛闫雷段郝邵毛钱汤黎戴贺龚赖樊庞殷施洪翟倪严牛俞季鲁葛毕聂焦柳邢岳骆欧祝辛耿"
)
# What titles end with, what numbers people off (张三, 王五), what joins two, what calls nobody (客户): `names.py` decides.
_NOT_AT_END = (
    "生士姐太人师傅医夫授理长监任管板总婆妈爷叔姨哥弟妹嫂伯公官记书员事表代司工导裁董老小队警某一二三四五六七八九十"
    "和与及客户者友方亲座席助问纳计奶练试"
)
_HAN_NAME = re.compile(f"[{_SURNAMES}]{PLAIN_HAN}{{1,2}}(?<![{_NOT_AT_END}])").fullmatch
# Spaces of both widths around, and nothing at all (U+200B) between the characters: what copying leaves behind.
_SPACED_NAME = re.compile(
    r"[ \u3000]*([\u4e00-\u9fff])[ \u3000\u200b]*([\u4e00-\u9fff]{1,2}?)[ \u3000]*(先生|女士|小姐|总监)?[ \u3000]*"
).fullmatch

_WORD = "(?!Mc)[A-Z][a-zß-öø-ÿ]+"
_WESTERN_NAME = re.compile("(?!Mc)[A-Z][a-z]{1,30} (?!Mc)[A-Z][a-z]{1,30}").fullmatch
_TITLED = re.compile(rf"(?:(Mr|Mrs|Ms|Dr|Prof)\. )?({_WORD}(?: {_WORD}){{1,2}})").fullmatch
_LAST_FIRST = re.compile(rf"({_WORD}), ({_WORD})").fullmatch
_SHOUTED = re.compile(r"(?!MC)[A-Z]{3,}(?: (?!MC)[A-Z]{3,}){1,2}").fullmatch
# Titles, degrees, generations, particles, and words that are said instead of a name.
_NO_NAMES = frozenset(
    "mr mrs ms miss mx dr prof professor sir madam mme mlle monsieur herr frau señor señora signor signora sr sra lord lady"
    " dame rev hon fr capt col eng ing dipl test dear phd md mba esq cpa cfa dds rn msc bsc ma ba jr ii iii iv"
    " van von der den de del della di da dos du la le el bin binti ibn al y zu zur ter ten not no"
    " mister dra drs shri shrimati smt datuk dato datin encik puan tuan sri".split()
) | frozenset(names.PLACEHOLDERS)
_SAID_INSTEAD = (
    "测试 test 匿名 匿名用户 anonymous 客户 用户 顾客 联系人 姓名 先生 女士 小姐 customer user guest".split()
)


def plain_name(raw: str) -> str | None:
    """A name that is already in its display form."""
    if _HAN_NAME(raw) is not None:
        return None if raw in COMPOUND_SURNAMES else raw
    western = _WESTERN_NAME(raw)
    return raw if western is not None and _NO_NAMES.isdisjoint(raw.lower().split()) else None


def read_name(raw: str, path: str) -> Found[Named] | None:
    """The display form and the form of address."""
    if raw.isascii():
        return _read_latin(fold(raw), path)
    spaced = _SPACED_NAME(raw)
    if spaced is not None:
        return _read_han(spaced, path)
    mended = mend_encoding(raw)
    text = fold(mended)
    spaced = _SPACED_NAME(text)
    found = _read_latin(text, path) if spaced is None else _read_han(spaced, path)
    if found is None or found[0] is None or mended == raw:
        return found
    return found[0], (make_issue(path, "text_repaired"), *found[1])


def _read_han(spaced: re.Match[str], path: str) -> Found[Named] | None:
    surname, given, title = spaced.groups()
    name = surname + given
    if _HAN_NAME(name) is None or name in COMPOUND_SURNAMES or given in names.DEPARTMENTS:
        return _refusals(path).get(spaced.string)
    return ((name, None), ()) if title is None else ((name, title), (make_issue(path, "honorific_split"),))


def _read_latin(text: str, path: str) -> Found[Named] | None:
    if "," in text or text.isupper():
        return _read_reshaped(text, path)
    titled = _TITLED(text)
    if titled is None:
        return _refusals(path).get(text)
    title, name = titled.groups()
    if not _has_only_names(name):
        return None
    return ((name, None), ()) if title is None else ((name, title), (make_issue(path, "honorific_split"),))


def _has_only_names(text: str) -> bool:
    return _NO_NAMES.isdisjoint(text.lower().split())


def _read_reshaped(text: str, path: str) -> Found[Named] | None:
    """`Smith, James` and `JAMES SMITH`."""
    swapped = _LAST_FIRST(text)
    if swapped is not None:
        name = f"{swapped[2]} {swapped[1]}"
        return ((name, None), (make_issue(path, "name_reordered"),)) if _has_only_names(name) else None
    is_name = _SHOUTED(text) is not None and _has_only_names(text)
    return ((text.title(), None), ()) if is_name else None


@cache
def _refusals(path: str) -> dict[str, Found[Named]]:
    """What `names.py` says about words that are often said instead of a name."""
    fields = ((word, names.clean_name(word, path)) for word in _SAID_INSTEAD)
    return {word: (None, field.issues) for word, field in fields if field.value is None}
