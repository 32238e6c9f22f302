"""Email addresses: one form, or a reason. Syntax is email-validator's (no DNS); unwrapping and suggestions are ours."""

import re

from email_validator import EmailNotValidError, validate_email

from shared.cleaning.codes import make_issue
from shared.cleaning.field import NOTHING, Field, accepted, refused
from shared.cleaning.text import read_text
from shared.model.issues import Issue

_WRAPPED = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*>")
_LABELS = re.compile(r"^(?:mailto|e-?mail|mail|邮箱|邮件|电子邮箱|电子邮件|邮箱地址)\s*:\s*", re.IGNORECASE)
_AROUND_AT = re.compile(r"\s*@\s*")
_SEPARATOR = re.compile(r"[\s,;/、|]+")
_EDGES = " .,;:、'\"`“”‘’()[]<>{}"

# Providers whose misspellings are worth a question; none is itself one letter from a likely real domain.
_SUGGESTED = (
    "gmail.com hotmail.com outlook.com yahoo.com icloud.com qq.com 163.com 126.com 139.com 189.cn sina.com sohu.com"
    " foxmail.com aliyun.com yeah.net vip.qq.com vip.163.com protonmail.com googlemail.com yandex.com comcast.net"
).split()
_KNOWN = frozenset(_SUGGESTED) | frozenset(
    "mail.com gmx.com gmx.de gmx.net me.com mac.com live.com live.cn msn.com aol.com proton.me sina.cn yahoo.cn yahoo.co"
    " yahoo.com.cn yahoo.co.uk yahoo.co.jp hotmail.fr hotmail.de outlook.cn 21cn.com 188.com 263.net 136.com mail.ru web.de"
    " ymail.com email.com fastmail.com zoho.com tom.com qq.co 126.net 163.net sina.net sohu.net 139.net".split()
)


def clean_email(raw: object, path: str) -> Field[str]:
    """The address in lower case, its domain in ASCII; a likely typo is flagged and never changed."""
    text = read_text(raw)
    if text is None or isinstance(raw, bool):
        return NOTHING
    candidates = split_addresses(text)
    valid = [email for email in map(_validate, candidates) if email]
    if not valid:
        return refused(path, "bad_email")
    field = accepted(valid[0], path, *(["several_emails"] if len(candidates) > 1 else []))
    return Field(valid[0], (*field.issues, *_suggest(valid[0], path)))


def split_addresses(text: str) -> list[str]:
    """The addresses of one cell, unwrapped (`Name <a@b>`, `mailto:`), without signs at their ends."""
    text = text.replace("。", ".")
    wrapped = _WRAPPED.findall(text)
    parts = wrapped or _SEPARATOR.split(_AROUND_AT.sub("@", _LABELS.sub("", text.strip(_EDGES))))
    bare = (_LABELS.sub("", _AROUND_AT.sub("@", part).strip(_EDGES)) for part in parts if "@" in part)
    return [part for part in bare if part]


def _validate(address: str) -> str | None:
    try:
        # strict: the local part has at most 64 octets, which mail servers enforce.
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    return (checked.ascii_email or checked.normalized).lower()


def _suggest(email: str, path: str) -> tuple[Issue, ...]:
    domain = email.rpartition("@")[2]
    if domain in _KNOWN:
        return ()
    likely = next((known for known in _SUGGESTED if is_one_edit(domain, known)), None)
    return () if likely is None else (make_issue(path, "email_typo", f"perhaps {likely}"),)


def is_one_edit(left: str, right: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns one text into the other."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    a, b = left[start:], right[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:] and len(a) > 1)
