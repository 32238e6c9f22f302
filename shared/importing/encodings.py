"""Which encoding a text is in, told from its bytes: marks first, then what the bytes make sense as."""

import codecs
import re

HEAD_BYTES = 65_536
UTF8 = "utf-8"
GB18030 = "gb18030"  # holds GBK and GB2312
BIG5 = "big5"
WESTERN = "cp1252"
SHIFT_JIS = "cp932"
CODECS = {BIG5: ("cp950", "big5hkscs")}
"""Where one name stands for several tables: Taiwan's, then Hong Kong's additions."""

_BOMS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# In UTF-16 every ASCII character (separators, digits) brings a NUL on one side only.
_NUL_SHARE = 20
_LEAD_OF_THREE = 0xE0  # UTF-8: first byte of a character of three bytes

_HIGH = re.compile(rb"[\x80-\xff]")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
# The first level of GB 2312, and that of Big5: nearly all of any Chinese text, sorted into other places by each.
_COMMON_GB = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
_COMMON_BIG5 = re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]")
# Kana and the first level of JIS X 0208: nearly all of any Japanese text, where GBK keeps rare characters.
_COMMON_JIS = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x7e\x80-\x96]|[\x88-\x97][\x40-\x7e\x80-\xfc]")
# Letters with accents stand alone or in twos (ção) beside plain letters.
_ACCENTED = rb"(?<![\x80-\xff])[\x8a\x8c\x8e\x9a\x9c\x9e\x9f\xc0-\xd6\xd8-\xf6\xf8-\xfe]{1,2}(?![\x80-\xff])"
_ACCENTS = re.compile(rb"(?<=[A-Za-z])" + _ACCENTED + rb"|" + _ACCENTED + rb"(?=[A-Za-z])")
_WESTERN_SHARE = 0.6
# Euro, pound, quotation marks, dashes, no-break space, degree ... : what else a Western file holds.
_SIGNS = frozenset(
    b"\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa1\xa3\xa7\xa9\xaa\xab\xae\xb0\xb2\xb4\xb7\xba\xbb\xbf"
)


def find_encoding(head: bytes) -> str | None:
    """The encoding of a file by its first bytes; None while they are plain ASCII."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            # Some programs put the mark of UTF-8 before whatever they write.
            return encoding if encoding != UTF8 else find_8bit(head[len(bom) :]) or UTF8
    return _find_utf16(head) or find_8bit(head)


def _find_utf16(head: bytes) -> str | None:
    low, high = head[1::2].count(0), head[0::2].count(0)
    enough = len(head) // _NUL_SHARE
    if low > enough and high * _NUL_SHARE < low:
        return "utf-16-le"
    if high > enough and low * _NUL_SHARE < high:
        return "utf-16-be"
    return None


def find_8bit(head: bytes) -> str | None:
    """The encoding of a text of which a character is no wider than its line break; None while it is plain ASCII."""
    # By lines, so that one damaged line does not turn a whole UTF-8 file into mojibake. The last
    # line of the head may be cut inside a character.
    lines = head.splitlines()
    whole = lines[:-1] if len(head) >= HEAD_BYTES and len(lines) > 1 else lines
    beyond_ascii = [line for line in whole if not line.isascii()]
    if not beyond_ascii:
        return None
    is_cut = len(head) >= HEAD_BYTES and len(lines) == 1
    valid = [line for line in beyond_ascii if is_utf8(line, is_whole=not is_cut)]
    invalid = len(beyond_ascii) - len(valid)
    # Short GBK lines may pass as UTF-8 of two bytes a character; of three, as Chinese has, hardly.
    strong = sum(max(line) >= _LEAD_OF_THREE for line in valid)
    if len(valid) > invalid or strong > invalid:
        return UTF8
    return _find_local(b"\n".join(line for line in beyond_ascii))


def is_utf8(text: bytes, *, is_whole: bool = True) -> bool:
    """Whether all of it is UTF-8; one that is not whole may end inside a character."""
    try:
        codecs.utf_8_decode(text, "strict", is_whole)
    except UnicodeDecodeError:
        return False
    return True


def _find_local(text: bytes) -> str:
    """GB 18030, Big5, Western or Shift JIS, for a text that is not UTF-8."""
    high = len(_HIGH.findall(text))
    if sum(map(len, _ACCENTS.findall(text))) >= high * _WESTERN_SHARE:
        return WESTERN
    pairs = _PAIR.findall(text)
    gb, big5 = (sum(map(bool, map(level.match, pairs))) for level in (_COMMON_GB, _COMMON_BIG5))
    if not gb and not big5 and _is_plausibly_western(text):
        return WESTERN
    if _is_japanese(text, chinese=max(gb, big5)):
        return SHIFT_JIS
    return BIG5 if big5 > gb else GB18030


def _is_japanese(text: bytes, *, chinese: int) -> bool:
    """Common in Japanese and rare as Chinese, and all of it is Shift JIS: traditional characters in GBK are not."""
    lines = text.split(b"\n")
    common = sum(len(_COMMON_JIS.findall(line)) for line in lines)
    return common > chinese and sum(decode(line, SHIFT_JIS) is not None for line in lines) * 2 > len(lines)


def _is_plausibly_western(text: bytes) -> bool:
    rest = _ACCENTS.sub(b"", text)
    return all(byte[0] in _SIGNS for byte in _HIGH.findall(rest))


def decode(raw: bytes, encoding: str) -> str | None:
    """The text; None when it cannot be read in that encoding."""
    for codec in CODECS.get(encoding, (encoding,)):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return None
