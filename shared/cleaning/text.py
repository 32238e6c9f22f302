"""Text as people meant it: encodings mended, widths folded, invisible characters gone, null words told apart."""

import re
import unicodedata
from collections.abc import Callable

from shared.cleaning.field import NOTHING, Field, accepted, refused

_NULL_SIGNS = '- -- --- ---- _ __ ___ ____ / // \\ . .. ... ? ?? ??? ** *** ~ — —— \'- ""'.split() + ["- -"]
_NULL_LATIN = (
    "n/a na n.a n.a. null (null) <null> none nil nan nat undefined unknown empty blank missing tbd tba #n/a #ref! #value! #div/0!"
    " #null! #name? #num! \\n なし 없음"
).split() + ["not available", "not applicable", "not provided", "not specified", "no data", "n / a"]
_NULL_HAN = (
    "无 無 没有 沒有 暂无 暫無 空 空白 缺 缺失 暂缺 不详 不詳 未知 未填 未填写 没有填写 未提供 未登记 未录入 未设置 未留"
    " 待补充 待填 待定 不清楚 不知道 保密 不便透露 不愿透露 拒绝提供 拒绝透露 不适用 无数据 无此信息 同上 略 〇"
).split()
# 无手机号, 暂无邮箱: nothing, and of what.
_NULL_OF = [
    f"{word}{thing}"
    for word in ("无", "没有", "暂无", "未留", "未提供")
    for thing in "手机 手机号 手机号码 电话 电话号码 座机 邮箱 邮件 邮箱地址 联系方式 地址 生日".split()
]
_NULL_WORDS = frozenset(
    [*_NULL_SIGNS, *_NULL_LATIN, *_NULL_OF]
    + [
        spelling
        for word in _NULL_HAN
        for spelling in (word, f"{word}。", f"({word})", f"[{word}]", f"-{word}-")
    ]
)

NULL_SPELLINGS = frozenset(
    spelling
    for word in ("", *_NULL_WORDS)
    for spelling in (word, word.upper(), word.capitalize(), word.title())
)
"""The usual spellings of the words that say nothing, as they stand in raw fields."""

# Controls, soft hyphen, zero width, direction marks, variation selectors, byte order mark, lone surrogates, private use.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_C1_CONTROLS = re.compile("[\x80-\x9f]")
_TWO_PAIRS = re.compile("[\x80-\xff]{4}")
_ACCENTED = re.compile("[À-ÖØ-öø-ÿ]")
_FEWEST_CHARACTERS = 2
_LETTER_BESIDE_HIGH = re.compile("[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_FORMULA = re.compile(r"[=@].|[+-](?:[A-Za-z(]|.*\|)")
# What is left when bytes were already thrown away: replacement characters, and the same re-read as GBK.
_LOST = re.compile("\ufffd|锟斤拷|锟斤|烫烫烫|屯屯屯")

# Windows calls 0x80-0x9f letters, ISO 8859-1 calls them controls: one byte for both readings.
_CP1252_TO_BYTE = {
    ord(bytes([byte]).decode("cp1252")): chr(byte)
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
# GB 2312 level 1 holds the 3,755 most used characters; names use some of level 2, too.
_LEVEL_1 = range(0xB0, 0xD8)
_PUNCTUATION_ROWS = (0xA1, 0xA3)
_NAME_CHARACTERS = frozenset(
    "鑫昊婷琪雯玥莹璐晗妍婕倩瑶珺媛嫣萱懿睿祺炜焱垚淼钰铭锴铄锟骞骏麒麟翊翰琛琳琨瑾瑜璇璟珂玮玟珉昱昕晟晔晖旻曦暄"
    "煜烨炫焕煊熠沁泓浠淇漪澜滢潇沅芮苓茜莉菁菡萌蕾薇蓓蔚蕊芊芸茹荃奕弈彧彦彬斌攸嘉妤姝娅娴婧娓媚嫱闫邝邓邱邵邹郜郝"
    "郗鄢阮隗佟侃偲俪俊倪傅僖岚岑峥嵘嵇崴庹廖惠恺恬恽愫戚晁昀曹栾桦梓楠樊殷毓汪汝沣洛浩涂涵淳渝湉滕潘澄濮瀚"
    "燕牟犇甄畅盈睢禄禹禾稷穆筠筱翁翟聂肖胥芷苗荀荣莘莫萧葛葭蒋蒲蓝蔡裘裴覃解訾詹诗诸谌谢谭豪贺贾赖赵轩辜辰迟逄逸"
    "怡喆堃燚骉珅瑀翀旸祎祐禛炘炆焜熹燊瑄玘珩琬琰琏琮瑛芃苒荔莞葳蔺憬懋婉妮娟姗婵嫦姣绮绫缤缨鸢鹭鹂黛馥芙蓉芝芬桢栩梵楹榕樱檬"
)
# Characters that every step of folding leaves as they are, common ones of a wrongly read text left out (`is_lost`).
_LEVEL_1_ROWS = (bytes(byte for trail in range(0xA1, 0xFF) for byte in (lead, trail)) for lead in _LEVEL_1)
_PLAIN = frozenset(map(chr, range(0x20, 0x7F))) | frozenset(
    "".join(row.decode("gb2312", "ignore") for row in _LEVEL_1_ROWS)
).union(_NAME_CHARACTERS).difference("锟斤拷烫屯")
# The same and what folding only makes narrow: full-width letters, Chinese punctuation, wide spaces.
_PUNCTUATION = (
    bytes(byte for trail in range(0xA1, 0xFF) for byte in (lead, trail)) for lead in _PUNCTUATION_ROWS
)
_LATIN = frozenset(map(chr, (*range(0x100), *_CP1252_TO_BYTE)))
_SIGNS = frozenset("".join(row.decode("gb2312", "ignore") for row in _PUNCTUATION))
_UNDOUBTED = _PLAIN | (_SIGNS - _LATIN)
_COMMON = _PLAIN | _SIGNS | frozenset("锟斤拷烫屯")


def _only(chars: frozenset[str]) -> Callable[[str], re.Match[str] | None]:
    """Matches texts of these characters and no others; five times as fast as asking the set about each."""
    return re.compile(f"[{re.escape(''.join(sorted(chars)))}]*").fullmatch


_ONLY_PLAIN, _ONLY_UNDOUBTED, _ONLY_LATIN = _only(_PLAIN), _only(_UNDOUBTED), _only(_LATIN)
# NFKC leaves these as they are; spaces are left out, for two of them would become one.
_ONLY_HAN = re.compile("[!-~\u4e00-\u9fa5]*").fullmatch
PLAIN_HAN = "[" + "".join(sorted(char for char in _PLAIN if "\u4e00" <= char <= "\u9fff")) + "]"
"""A pattern of one Chinese character that every step of folding leaves as it is."""
# Müller, José: an accent alone between plain letters is no byte of another encoding.
_LONE_ACCENTS = re.compile("(?:[ -~]*[A-Za-z][À-ÖØ-öø-ÿ](?=[ -~]|$))+[ -~]*").fullmatch


def is_plain(text: str) -> bool:
    """Whether folding can only take spaces away, and no encoding of the text is in doubt."""
    if text.isascii() and text.isprintable():
        return True
    return _ONLY_PLAIN(text) is not None or _LONE_ACCENTS(text) is not None


def is_untouched(text: str) -> bool:
    """Whether a text without spaces, of Chinese characters and ASCII, is what folding makes of it, and none is lost."""
    if _ONLY_PLAIN(text) is not None:
        return " " not in text
    return _ONLY_HAN(text) is not None and not is_lost(text) and mend_encoding(text) == text


def fold_undoubted(text: str) -> str | None:
    """The folded text; None where it had been read with a wrong codec."""
    folded = _fold_at_once(text)
    if folded is not None:
        return folded
    return fold(text) if mend_encoding(text) == text else None


def _fold_at_once(text: str) -> str | None:
    """The folded text where no encoding is in doubt and one step makes it plain; None: step by step."""
    if is_plain(text):
        return " ".join(text.split()) if " " in text else text
    # A zero width space is no Latin sign, and has four bytes in GB 18030, every other one an ASCII digit: no text with one
    # reads as UTF-8.
    bare = text.replace("\u200b", "")
    if not (_ONLY_UNDOUBTED(bare) or _LONE_ACCENTS(bare) or bare.isascii()):
        return None
    folded = " ".join(unicodedata.normalize("NFKC", bare).split())
    return folded if is_plain(folded) else None


def fold(text: str) -> str:
    """The text with encodings mended, then NFKC, without invisible characters, each space run one space."""
    folded = _fold_at_once(text)
    if folded is not None:
        return folded
    # One step can uncover work for another (a zero width space inside garbled text); each shortens the text.
    for _ in range(len(text) + 1):
        if is_plain(text):
            return " ".join(text.split()) if " " in text else text
        folded = _fold_once(text)
        if folded == text:
            return folded
        text = folded
    return text


def _fold_once(text: str) -> str:
    # Mending comes first: NFKC would destroy the evidence (`MÃ¼ller` -> `MÃ1⁄4ller`).
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", mend_encoding(text)))
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def mend_encoding(text: str) -> str:
    """The text as it was before it was read with a wrong codec; unchanged unless a reversal is exact and plausible."""
    # Twice garbled is garbled still; each reversal makes the text shorter. What has a zero width space is not garbled
    # (`_fold_at_once`), and its rest is looked at when folding has taken that away.
    while "\u200b" not in text and not (_ONLY_UNDOUBTED(text) or text.isascii() or _LONE_ACCENTS(text)):
        reversals = _LATIN_REVERSALS if _ONLY_LATIN(text) else (_utf8_read_as_gbk,)
        mended = next(filter(None, (reverse(text) for reverse in reversals)), None)
        if mended is None:
            break
        text = mended
    return text


def _utf8_read_as_latin(text: str) -> str | None:
    try:
        mended = text.translate(_CP1252_TO_BYTE).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None
    return None if _C1_CONTROLS.search(mended) else mended


def _gbk_read_as_latin(text: str) -> str | None:
    latin = text.translate(_CP1252_TO_BYTE)
    try:
        mended = latin.encode("latin-1").decode("gbk")
    except UnicodeError:
        return None
    return mended if _is_rather_chinese(latin, mended) else None


def _is_rather_chinese(latin: str, mended: str) -> bool:
    """Whether Western signs make more sense as Chinese; one character is too little evidence (`Àß`), dots are none."""
    chinese = [char for char in mended if not char.isascii()]
    if len(chinese) < _FEWEST_CHARACTERS or not _ACCENTED.search(latin):
        return False
    if not _LETTER_BESIDE_HIGH.search(latin):
        return _is_mostly_common(chinese)
    # `CRÉÉE` reverses, too; beside Latin letters only whole words count.
    is_word = _TWO_PAIRS.search(latin) is not None or not any(map(str.isalpha, filter(str.isascii, mended)))
    return is_word and all(map(_is_common, chinese))


def _is_mostly_common(chinese: list[str]) -> bool:
    """Names have rare characters, but rarely nothing else."""
    return all("\u4e00" <= char <= "\u9fff" or _is_common(char) for char in chinese) and (
        2 * sum(map(_is_common, chinese)) >= len(chinese)
    )


def _utf8_read_as_gbk(text: str) -> str | None:
    try:
        mended = text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return None
    if all(map(_is_common, text)):
        return None
    if all(map(_is_common, mended)):
        return mended
    # Rare characters come back only from signs that GB 2312 lacks, which honest text hardly has.
    chinese = [char for char in mended if not char.isascii()]
    return mended if not _is_gb2312(text) and _is_mostly_common(chinese) else None


def _is_gb2312(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


_LATIN_REVERSALS = (_utf8_read_as_latin, _gbk_read_as_latin, _utf8_read_as_gbk)


_is_common = _COMMON.__contains__


def is_null_word(text: str) -> bool:
    """Whether a folded text is a way to say nothing (无, N/A, - ...)."""
    return not text or text.casefold() in _NULL_WORDS


def write_scalar(raw: object) -> str | None:
    """A JSON scalar as text, numbers without a trailing `.0`; None for null, lists, objects, NaN and endless numbers."""
    if raw is None or isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        # Python refuses to write integers of thousands of digits; no field needs more than 128 bits.
        return str(raw) if raw.bit_length() <= 128 else None
    if isinstance(raw, float):
        return _write_float(raw)
    return None


def _write_float(number: float) -> str | None:
    if number.is_integer():
        return write_scalar(int(number))
    text = repr(number)
    return text if text[-1].isdigit() else None


def read_text(raw: object) -> str | None:
    """The folded text of a raw scalar; None when it says nothing."""
    written = write_scalar(raw)
    if written is None:
        return None
    text = fold(written)
    return None if is_null_word(text) else text


def trim(text: str) -> str:
    """The text without invisible characters and outer spaces; nothing folded, for ids must stay what they are."""
    return _INVISIBLE.sub("", text).strip()


def is_lost(text: str) -> bool:
    """Whether bytes of the text are gone for good."""
    return _LOST.search(text) is not None


def clean_text(raw: object, path: str) -> Field[str]:
    """Free text of one line."""
    text = read_text(raw)
    if text is None:
        return NOTHING
    if is_lost(text):
        return refused(path, "unreadable_text")
    if raw == text and is_plain(text) and not _FORMULA.match(text):
        return Field(text)
    codes = ["text_repaired"] if isinstance(raw, str) and mend_encoding(raw) != raw else []
    if _FORMULA.match(text):
        codes.append("formula_like")
    return accepted(text, path, *codes)
