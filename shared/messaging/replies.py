"""What a reply to an SMS asks for (K1..K4)."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from shared.messaging import reply_words as words


class ReplyAction(StrEnum):
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    REVIEW = "review"
    """Unsure, angry or negative: a person decides, marketing to the number waits (K3)."""
    NONE = "none"


class _Clause(StrEnum):
    """What one part of a reply, between two punctuation marks, is."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    REFUSAL = "refusal"
    DOUBT = "doubt"
    COURTESY = "courtesy"
    OTHER = "other"


READ_CHARACTERS: Final = 4000
"""Of a reply; more than an SMS can have."""
TYPO_LETTERS: Final = 4
"""Shorter words are one slip away from everything."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
_HAN = re.compile("[\u3400-\u9fff]")
_CLAUSE_END = re.compile(r"[.,;!?:\n\r。、…~()\[\]{}\"“”「」『』【】《》<>|—–=+]+|\s-+\s")
_REPEATED = re.compile(r"(\w{2,16}?)\1+")
_SPELLED = re.compile(r"(?<![^\W_])(?:[a-z0-9][ .\-]+)+[a-z0-9](?![^\W_])")
_INNER = re.compile(r"[\s.\-]+")
_TOKEN = re.compile(
    "|".join(
        [
            "[a-z0-9]+",
            *sorted((re.escape(word) for word in words.PARTS if _HAN.search(word)), key=len, reverse=True),
            r"\S",
        ]
    )
)
_NEGATIVE = re.compile("".join(words.NEGATIVE.split("\n")))
_NEUTRAL = re.compile("|".join(rf"\b{phrase}\b" for phrase in words.NEUTRAL))
_SPELLINGS = [(re.compile(pattern), plain) for pattern, plain in words.SPELLINGS]

# A clause as the parts of its words: see reply_words. Words that change nothing are left out.
_ASKS_OUT = (
    r"W*+C[MSPIWv]*+"  # stop sending me texts
    r"|W*+K(?:[MPS][MSP]*+)?"  # remove me from your list
    r"|W*+k[MSP]++"
    r"|R"
    r"|[Nn]P*+(?:W[PWv]*+)?[MS][MSP]*+"  # do not text me; do not want your texts; 不要给我发短信
    r"|[Nn]P*+W++P*+v[MSPv]*+"  # do not want to hear from you
    r"|[Nn]P*+V[PMSV]*+"  # 不想收到
    r"|D[MS][MSP]*+"  # no more messages
    r"|ZP*+[MS][MSPI]*+"  # 停止发送
)
# Nothing is tried twice: a hostile reply costs no more than its length.
_OPT_OUT = re.compile(rf"[PMHA]*+(?:{_ASKS_OUT})(?:[PMHA]*+(?:{_ASKS_OUT}))*+[PMHA]*+")
_OPT_IN = re.compile(r"[PMW]*A[AMPSI]*")
_HELP = re.compile(r"[PW]*H[HPM]*")
_REFUSAL = re.compile(r"[nNP]*[nN][nNPI]*")
_NEGATED = re.compile(r"N[MP]*[SA]")
_KEYWORDS = {
    word: action
    for action, listed in (
        (ReplyAction.HELP, words.HELP),
        (ReplyAction.OPT_IN, words.OPT_IN),
        (ReplyAction.REVIEW, words.DOUBTFUL),
        (ReplyAction.OPT_OUT, f"{words.STRONG} {words.WEAK} {words.SHORT}"),
    )
    for word in listed.split()
}
_LONG_KEYWORDS = [
    word for word in f"{words.STRONG} {words.WEAK}".split() if word.isascii() and len(word) >= TYPO_LETTERS
]


def read_reply(text: str) -> ReplyAction:
    """What a reply asks for. An opt-out beats a call for help or an opt-in in the same reply (K4).

    >>> read_reply("Ｓｔｏｐ！！🛑"), read_reply("我要退订单"), read_reply("please don't stop")
    (<ReplyAction.OPT_OUT: 'opt_out'>, <ReplyAction.NONE: 'none'>, <ReplyAction.REVIEW: 'review'>)
    """
    plain = _normalise(text)
    core = _trim(plain)
    keyword = _find_keyword(_INNER.sub("", core))
    if keyword is not None:
        return keyword
    if not core:
        return ReplyAction.NONE if words.NEGATIVE_EMOJI.isdisjoint(text) else ReplyAction.REVIEW
    return _decide({_read_clause(clause) for clause in _clauses(plain)}, plain)


def _normalise(text: str) -> str:
    """NFKC, case folded, simplified, without marks on Latin letters and without what cannot be seen (K1)."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:READ_CHARACTERS])).casefold()
    plain = plain.replace("’", "'").replace("‘", "'").translate(words.TRADITIONAL)
    parted = unicodedata.normalize("NFKD", plain)
    return "".join(char for char in parted if not unicodedata.combining(char))


def _trim(plain: str) -> str:
    """Without punctuation, signs and emoji around it."""
    start, end = 0, len(plain)
    while start < end and not plain[start].isalnum():
        start += 1
    while end > start and not plain[end - 1].isalnum():
        end -= 1
    return plain[start:end]


def _find_keyword(core: str) -> ReplyAction | None:
    """What a keyword asks for, also one that is written several times without a space."""
    repeated = _REPEATED.fullmatch(core)
    return _KEYWORDS.get(core) or (_KEYWORDS.get(repeated[1]) if repeated else None)


def _clauses(plain: str) -> Iterator[str]:
    """The parts between punctuation marks, each a line of plain words."""
    joined = _SPELLED.sub(_join_spelled, plain)
    for pattern, spelled_out in _SPELLINGS:
        joined = pattern.sub(spelled_out, joined)
    for clause in _CLAUSE_END.split(joined):
        bare = "".join(char if char.isalnum() or char in "'" else " " for char in clause)
        if bare.strip():
            yield " ".join(bare.replace("'", "").split())


def _join_spelled(found: re.Match[str]) -> str:
    """`s t o p` is the keyword; other single letters stay apart."""
    joined = _INNER.sub("", found[0])
    return joined if joined in _KEYWORDS else found[0]


def _read_clause(clause: str) -> _Clause:
    parts = _parts(_NEUTRAL.sub("x", clause))
    if not parts:
        return _Clause.COURTESY
    if _OPT_OUT.fullmatch(parts):
        return _Clause.OPT_OUT
    if _HELP.fullmatch(parts):
        return _Clause.HELP
    if _OPT_IN.fullmatch(parts):
        return _Clause.OPT_IN
    if _REFUSAL.fullmatch(parts):
        return _Clause.REFUSAL
    return _Clause.DOUBT if _is_unsure(parts) or _is_slip(clause) else _Clause.OTHER


def _parts(clause: str) -> str:
    """The part of each word that changes something; X for words without one."""
    tokens = _TOKEN.findall(clause)
    if not words.THINGS.isdisjoint(tokens):
        return "X"
    return "".join(words.PARTS.get(token, "X") for token in tokens).replace("F", "")


def _is_unsure(parts: str) -> bool:
    """It speaks of opting out, among other things."""
    is_known = "X" not in parts and any(part in parts for part in "KRZND")
    return "C" in parts or is_known or bool(_NEGATED.search(parts))


def _is_slip(clause: str) -> bool:
    """One word that is one slip away from a keyword."""
    if len(clause) < TYPO_LETTERS or clause in words.OTHER_WORDS:
        return False
    return any(_is_one_slip(clause, word) for word in _LONG_KEYWORDS)


def _is_one_slip(typed: str, meant: str) -> bool:
    """One letter left out, added, wrong, or two swapped."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    same = next((at for at, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]), None)
    if same is None:
        return True
    rest, wanted = typed[same:], meant[same:]
    swapped = rest[1::-1] + rest[2:] == wanted and len(rest) > 1
    return swapped or wanted in (rest[1:],) or rest == wanted[1:] or rest[1:] == wanted[1:]


def _is_doubtful(plain: str) -> bool:
    return bool(_NEGATIVE.search(_spelled_out(plain)))


def _spelled_out(plain: str) -> str:
    return plain.replace("don't", "do not").replace("dont", "do not").replace("who's", "who is")


def _decide(clauses: set[_Clause], plain: str) -> ReplyAction:
    rest = clauses - {_Clause.COURTESY}
    if _Clause.OPT_OUT in rest:
        acts = rest <= {_Clause.OPT_OUT, _Clause.OPT_IN, _Clause.HELP, _Clause.REFUSAL}
        return ReplyAction.OPT_OUT if acts else ReplyAction.REVIEW
    if _Clause.DOUBT in rest or rest == {_Clause.REFUSAL} or _is_doubtful(plain):
        return ReplyAction.REVIEW
    if rest == {_Clause.OPT_IN}:
        return ReplyAction.OPT_IN
    return ReplyAction.HELP if rest and rest <= {_Clause.HELP, _Clause.OPT_IN} else ReplyAction.NONE
