"""Chinese addresses: province, city and district by GB/T 2260, and the rest as it was written (R9)."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.gazetteer import Keys, lengths_in, read_division, read_former_names, read_names
from shared.cleaning.markup import is_code, is_web_address, strip_markup
from shared.cleaning.pinyin_addresses import find_divisions
from shared.cleaning.spellings import simplify
from shared.cleaning.tables import read_table
from shared.cleaning.text import fold, is_lost, read_text

_LABEL = re.compile(
    r"^(?:(?:收货|收件|详细|联系|通讯|公司|单位|家庭|办公|注册)?(?:地址|住址)\s*:\s*)+", re.IGNORECASE
)
_COUNTRY = re.compile(
    r"^(?:中国大陆|中国|中國|中华人民共和国|中華人民共和國|P\.?\s?R\.?\s?China|China)[\s,、/-]*",
    re.IGNORECASE,
)
_NO_ADDRESS = re.compile("(?:暂?无|没有)(?:固定|详细)?地址|(?:住址|地址)?不详").fullmatch
_SAMPLE = re.compile(
    r"(?:某|x{2,})(?:省|市|区|县).*|(?:测试|test)(?:地址| ?address)?\d*|asdf\w*|qwer\w*|([a-z])\1{2,}|x+|某地|(?:详细)?地址"
    r"|address|somewhere",
    re.IGNORECASE,
).fullmatch
_MAILBOX = re.compile(r"[^\s@]+@[^\s@]+").fullmatch
_POSTCODE = re.compile(r"^(?:邮编|邮政编码)?[:\s]*[(\[]?(\d{6})(?!\d)[)\]]?[\s,]*")
_SEPARATORS = re.compile(r"[\s,、;/|>→»›·•\-—_.:()\[\]【】]*")
_BEFORE_REST = re.compile(r"[\s,、;/|>→»›·•\-—_.:)\]】]*")
# 市辖区 and 省直辖县级行政区划 stand in tables where a place has no name of its own.
# So does 县 above the counties of 重庆.
_FILLER = re.compile(
    "市辖区|(?:省|自治区)直辖县级行政(?:区划|单位)|县(?=[\u4e00-\u9fff]{2,12}县)|生产建设兵团"
    "|(?:新界|香港岛|港岛|九龙)(?=(?:中西|湾仔|东|南|油尖旺|深水埗|观塘|黄大仙|荃湾|屯门|元朗|北|大埔|西贡|沙田|葵青|离岛)区)"
)
# What follows a name that is no place's here: 北京路, 南京西路, 广东道, 中山大厦.
_NO_PLACE_AHEAD = re.compile(
    "[东南西北中一二三四五六七八九十]{0,2}(?:大?路(?!环)|大?街|大?道|胡同|巷|弄|里|区|县|州|旗|盟|镇|乡|村|屯|庄|桥|大桥|大厦|广场|公园"
    "|花园|小区|大学|学院|中学|小学|医院|酒店|宾馆|饭店|饭庄|商场|市场|市政|市民|市委|机场|山庄|公寓|国际)"
)
_NO_CITY_AHEAD = re.compile("[场集民政委]")
# 市中区, 市南区, 市北区: districts whose names begin with 市.
_AFTER_CITY = ("中", "南", "北")
# 北京朝阳建国路1号, but not 朝阳门外大街, 西湖大道, 静安寺路.
_STREET_AHEAD = re.compile(
    "(?![门寺桥山湖江河湾园里堂宫庙塔城港站口关祠区县])[\u4e00-\u9fff]{2,5}?(?:路|街|大道|巷|胡同)"
    "(?:$|[\\d\\s东南西北中一二三四五六七八九十与近])"
)
_TOWN_AHEAD = re.compile("$|[\u4e00-\u9fff]{2,4}(?:镇|乡|街道)")
_END_OF_NAME = re.compile(r"$|[\s,、;/|>→»›·\-_(]")
_LETTER = re.compile(r"[^\W\d_]")
_CHINESE = re.compile("[\u4e00-\u9fff]")

_PROVINCE, _CITY, _DISTRICT = 1, 2, 3
_TAIWAN = "71"
_SHORTEST_NAME = 2


class Address(NamedTuple):
    """Official names, None for what the address does not tell; `code` is the deepest GB/T 2260 code known."""

    province: str | None
    city: str | None
    """The prefecture; in 北京, 天津, 上海 and 重庆 the name of the province again; None in 仙桃市, which has none."""
    district: str | None
    rest: str
    code: str | None


class _Walk(NamedTuple):
    key: str | None
    """Of the smallest division named."""
    end: int
    """Where the rest begins."""
    codes: tuple[str, ...] = ()


def clean_address(raw: object, path: str) -> Field[Address]:
    """The divisions an address begins with, and the rest; nothing is guessed, a foreign address is all rest."""
    text = _LABEL.sub("", strip_markup(read_text(raw) or ""))
    if not text or _NO_ADDRESS(text):
        return NOTHING
    if is_lost(text):
        return refused(path, "unreadable_text")
    if not _LETTER.search(text) or _is_said_instead(text):
        return refused(path, "not_an_address")
    address, codes = _parse(text)
    return accepted(address, path, *codes)


def _is_said_instead(text: str) -> bool:
    return bool(_SAMPLE(text) or _MAILBOX(text) or is_code(text) or is_web_address(text))


def write_address(address: Address) -> str:
    """The address in one line; cleaning it again gives the same."""
    city = None if address.city == address.province else address.city
    place = "".join(part or "" for part in (address.province, city, address.district))
    # 杭州市 and 民生路1号 would read as 市民.
    gap = " " if place.endswith("市") and _NO_CITY_AHEAD.match(address.rest) else ""
    return place + gap + address.rest


def split_address(text: str) -> Address:
    """The divisions that a text begins with; all rest where it begins with none."""
    return _parse(_LABEL.sub("", fold(text)))[0]


def _parse(text: str) -> tuple[Address, tuple[str, ...]]:
    if not _CHINESE.search(text):
        found = find_divisions(text)
        return _make_address(found.key, found.rest), ("ambiguous_place",) if found.is_ambiguous else ()
    bare, postcode = _take_postcode(text)
    bare, walk = _walk_once(bare)
    if walk.key is None and " " in bare:  # 浙 江 省
        joined = bare.replace(" ", "")
        bare, walk = (joined, again) if (again := _walk(joined)).key else (bare, walk)
    if walk.key is None:
        is_unplaced = not walk.codes and _CHINESE.search(text) and not _is_abroad(text)
        return _make_address(None, text), ("unplaced_address",) if is_unplaced else walk.codes
    rest = _BEFORE_REST.sub("", bare[walk.end :], count=1)
    return _make_address(walk.key, f"{rest} {postcode}".strip() if postcode else rest), walk.codes


def _make_address(key: str | None, rest: str) -> Address:
    if key is None:
        return Address(None, None, None, rest, None)
    division = read_division(key)
    return Address(division.province, division.city, division.district, rest, division.code)


def _take_postcode(text: str) -> tuple[str, str]:
    """The text without country and postcode in front, and the postcode."""
    text = _COUNTRY.sub("", text)
    match = _POSTCODE.match(text)
    return (_COUNTRY.sub("", text[match.end() :]), match[1]) if match else (text, "")


def _is_abroad(text: str) -> bool:
    """Whether a text in Chinese begins with another country."""
    return text.startswith(_other_countries())


@cache
def _other_countries() -> tuple[str, ...]:
    rows = read_table("countries").items()
    return tuple(
        name
        for code, names in rows
        if code not in ("CN", "HK", "MO", "TW")
        for name in names.split()
        if not name.isascii()
    )


def _walk_once(text: str) -> tuple[str, _Walk]:
    """The walk, and the text it is of: without what is said before it a second time."""
    walk = _walk(text)
    while walk.key:
        rest = text[_end_of(_SEPARATORS, text, walk.end) :]
        province = _plain_name(f"{walk.key[:2]}0000")
        if not simplify(rest[:_SHORTEST_NAME]).startswith(
            (simplify(text[:_SHORTEST_NAME]), province[:_SHORTEST_NAME])
        ):
            break
        again = _walk(rest)
        if again.key is None or not again.key.startswith(walk.key[: 2 * _level(walk.key)]):
            break
        text, walk = rest, again
    return text, walk


def _walk(text: str) -> _Walk:
    """From the largest division named at the start down to the smallest."""
    plain = simplify(text)
    walk = _Walk(None, 0)
    while _level(walk.key) < _DISTRICT:
        start = _skip(plain, walk)
        step = _next_step(plain, start, walk.key)
        if step is None:
            end = start if _is_name_again(plain, start, walk) else walk.end
            return _Walk(walk.key, end, walk.codes + _doubts(plain, start, walk.key))
        walk = _Walk(step.key, step.end, walk.codes + step.codes)
    return walk


def _is_name_again(text: str, start: int, walk: _Walk) -> bool:
    """Whether all that was skipped is the name said twice: 上海市上海市南京西路, but not 上海市上海市场."""
    name = _plain_name(walk.key)
    is_again = bool(name) and text[walk.end : start].strip().endswith(name)
    return is_again and not (name.endswith("市") and _NO_CITY_AHEAD.match(text, start))


@cache
def _level(key: str | None) -> int:
    if key is None:
        return 0
    return _PROVINCE if key.endswith("0000") else _CITY if key.endswith("00") else _DISTRICT


def _skip(text: str, walk: _Walk) -> int:
    """Past separators, fillers, and the name of the division we are in, said again."""
    start, name = walk.end, _plain_name(walk.key)
    if _is_at_name(text, start, name):
        return start
    while True:
        end = _end_of(_SEPARATORS, text, start)
        end = _end_of(_FILLER, text, end)
        if name and text.startswith(name, end):
            end += len(name)
        if end == start:
            return _skip_short_name(text, end, name, walk.key)
        start = end


def _is_at_name(text: str, start: int, name: str) -> bool:
    """Whether there is nothing to skip: a Chinese character that begins no filler and not the name again."""
    following = text[start : start + 1]
    return (
        "\u4e00" <= following <= "\u9fff" and following not in "市省自县生新香港九" and following != name[:1]
    )


@cache
def _plain_name(key: str | None) -> str:
    return "" if key is None else simplify(read_division(key).name)


def _skip_short_name(text: str, start: int, name: str, key: str | None) -> int:
    """Past 上海 in 上海市上海浦东新区."""
    if not (name.endswith("市") and text.startswith(name[:-1], start)) or _next_step(text, start, key):
        return start
    end = _end_of(_SEPARATORS, text, start + len(name) - 1)
    return end if _next_step(text, end, key) else start


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _next_step(text: str, start: int, key: str | None) -> _Walk | None:
    """The division below `key` that is named at `start`, by its longest name."""
    for piece in _pieces(text, start):
        end = start + len(piece)
        found = _by_full_name(piece, text, end, key)
        if found:
            return _Walk(found, _end_of_city(found, piece, text, end))
        found = _by_short_name(piece, text, end, key)
        if found:
            return _Walk(found, end)
        former = _by_former_name(piece, text, end, key)
        if former:
            return former
    return None


def _pieces(text: str, start: int) -> Iterator[str]:
    """What may be a name at `start`, the longest first; 沪 and its like last."""
    for length in lengths_in(read_names().lengths.get(text[start : start + 2], 0)):
        if start + length <= len(text):
            yield text[start : start + length]
    yield text[start : start + 1]


def _end_of_city(found: str, piece: str, text: str, end: int) -> int:
    """青岛市南区 is 市南区 of 青岛, not 南区 of 青岛市."""
    is_doubtful = piece.endswith("市") and text.startswith(_AFTER_CITY, end) and _level(found) == _CITY
    if not is_doubtful or _next_step(text, end, found):
        return end
    return end - 1 if _next_step(text, end - 1, found) else end


def _by_full_name(piece: str, text: str, end: int, key: str | None) -> str | None:
    found = _within(read_names().full.get(piece), key)
    if not found or not _is_long_enough(piece, key):
        return None
    if key is None and _level(found[0]) == _DISTRICT:
        # Alone a name may also mean a division that once had it.
        found = tuple(dict.fromkeys((*found, *read_former_names().get(piece, ()))))
    return found[0] if len(found) == 1 and _is_city_here(found[0], piece, text, end) else None


def _by_short_name(piece: str, text: str, end: int, key: str | None) -> str | None:
    found = _within(read_names().short.get(piece), key)
    if not found:
        return None
    if key is None:
        found = tuple(one for one in found if _is_plain_alone(one, piece, text, end))
    largest = min(map(_level, found), default=0)
    found = tuple(one for one in found if _level(one) == largest)
    is_place = len(found) == 1 and _may_be_short(found[0], text, end, key) and _ends_here(found[0], text, end)
    return found[0] if is_place else None


def _is_plain_alone(key: str, piece: str, text: str, end: int) -> bool:
    """Whether a short name means the division without any name before it; 沪 does before a place of 上海."""
    if _level(key) == _PROVINCE:
        return len(piece) > 1 or _next_step(text, _end_of(_SEPARATORS, text, end), key) is not None
    if _level(key) == _DISTRICT and read_division(key).name.endswith("市"):
        return read_names().short[piece] == (key,) and _TOWN_AHEAD.match(text, end) is not None
    is_followed = _level(key) == _CITY and _next_step(text, _end_of(_SEPARATORS, text, end), key) is not None
    return piece in read_names().well_known or is_followed


def _may_be_short(found: str, text: str, end: int, key: str | None) -> bool:
    """Districts and counties lose their ending only before a pause or, in a city, a street: not 深圳南山科技园."""
    is_city = _level(found) < _DISTRICT or key is None or read_division(found).name.endswith("市")
    if is_city or _END_OF_NAME.match(text, end):
        return True
    return (
        key is not None and read_division(key).city is not None and _STREET_AHEAD.match(text, end) is not None
    )


def _ends_here(found: str, text: str, end: int) -> bool:
    """Whether the name is not the beginning of another: 北京路; but 江苏镇江 goes on with a place of 江苏."""
    return not _NO_PLACE_AHEAD.match(text, end) or _next_step(text, end, found) is not None


def _by_former_name(piece: str, text: str, end: int, key: str | None) -> _Walk | None:
    found = _within(read_former_names().get(piece), key)
    if len(found) != 1 or not _is_long_enough(piece, key) or _within(read_names().full.get(piece), key):
        return None
    if not _is_city_here(found[0], piece, text, end):
        return None
    is_divided = _plain_name(found[0]) == piece
    return _Walk(found[0], end, ("divided_place" if is_divided else "former_place",))


def _is_long_enough(piece: str, key: str | None) -> bool:
    """东区 and 城区 alone are any town's."""
    return len(piece) > (2 if key is None else 1)


def _is_city_here(found: str, piece: str, text: str, end: int) -> bool:
    """上海市场 is a market; but 武威市民勤县 goes on with a county of 武威."""
    is_word = piece.endswith("市") and _NO_CITY_AHEAD.match(text, end)
    return not is_word or _next_step(text, end, found) is not None


def _within(keys: Keys | None, key: str | None) -> Keys:
    """Those of the divisions that lie below the one we are in."""
    if keys is None:
        return ()
    if key is None:
        return keys
    level = _level(key)
    prefix = key[: 2 * level]
    return tuple([found for found in keys if found.startswith(prefix) and _level(found) > level])


def _doubts(text: str, start: int, key: str | None) -> tuple[str, ...]:
    """Why a place named at `start` was not taken: it may mean several, or lies elsewhere."""
    if key is not None and key.startswith(_TAIWAN):  # its districts are not in the table
        return ()
    for piece in _pieces(text, start):
        end, known = start + len(piece), read_names().full.get(piece, ())
        if known and len(piece) > 2 and not (piece.endswith("市") and _NO_CITY_AHEAD.match(text, end)):
            return ("ambiguous_place",) if key is None or _within(known, key) else ("place_conflict",)
    return ()
