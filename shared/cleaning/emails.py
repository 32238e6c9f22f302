"""Email addresses: one form, or a reason. Syntax is email-validator's (no DNS); unwrapping and suggestions are ours."""

import re
from functools import cache

from email_validator import EmailNotValidError, validate_email

from shared.cleaning.codes import make_issue
from shared.cleaning.field import NOTHING, Field, refused
from shared.cleaning.tables import read_table
from shared.cleaning.text import read_text

_WRAPPED = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*>")
_LABELS = re.compile(
    # No colon stands in an address without quotes.
    r"^(?:[^@:\"<>]{1,20}:(?!//)|(?:电子|qq|163|126|gmail)?(?:邮箱|邮件|信箱|郵箱|郵件)(?:地址)?\s*:?)\s*",
    re.IGNORECASE,
)
_AROUND_AT = re.compile(r"\s*@\s*")
_SEPARATOR = re.compile(r"[\s;、]+|(?<=[A-Za-z])(?:和|或者?|以及|及|与)(?=[A-Za-z0-9])")
# Signs that also stand inside of one address, rightly (a/b@x) or by a slip (a,b@x).
_CLOSE_SEPARATOR = re.compile(r"[,/|]+")
# What is no part of a local part, whatever stands behind it: words in Han, a phone.
_ASIDE = re.compile(r"^(?:[^@\x00-\x7f][^@]*?|\+?[\d-]{7,}|-+|n/a)[,/|]+(?=[^,/|@]*@)", re.IGNORECASE)
# 王经理wang@x.com, wang@x.com电话...: no provider mixes Han and Latin letters in one address.
_HAN = "\u3400-\u9fff"
_HAN_BEFORE = re.compile(rf"^[{_HAN}][^@\x00-\x7f]*:?\s*(?=[A-Za-z0-9])")
_HAN_BEHIND = re.compile(rf"(@[A-Za-z0-9.-]+\.[A-Za-z]{{2,24}})[{_HAN}][^.@]*$")
# wang@x.com,王五 and wang@x.com/; in wang@x.com,cn the comma is a slip for a dot.
_BEHIND = re.compile(r"(@[^@,/|]*\.[^@,/|]*)[,/|]+(?!(?:com|net|org|[a-z]{2})$)[^@]*$", re.IGNORECASE)
_BROKEN = re.compile(r"(?!e?-?mail )[a-z0-9._+\-]+ [^\s@,;/|、]+@[^\s@,;/|、]+")
_BRACKETS = str.maketrans("<>「」《》『』", " " * 8)
_REMARK = re.compile(r"[(\[【][^()\[\]【】@]*[)\]】]")
# mailto:a@b?subject=...
_QUERY = re.compile(r"(@[^?]*)\?.*$")
_EDGES = " .,;:、'\"`“”‘’()[]<>{}【】!"
# A dot in front may be what is left of a name.
_FRONT_EDGES = _EDGES.replace("!", "").replace(".", "").replace("{", "").replace("`", "")

# Providers whose misspellings are worth a question.
_SUGGESTED = (
    "gmail.com hotmail.com outlook.com yahoo.com icloud.com qq.com 163.com 126.com 139.com 189.cn sina.com sohu.com"
    " foxmail.com aliyun.com yeah.net vip.qq.com vip.163.com protonmail.com googlemail.com yandex.com comcast.net"
    " t-online.de freenet.de wanadoo.fr laposte.net bluewin.ch btinternet.com verizon.net rediffmail.com hanmail.net tutanota.com"
    " yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.com.cn yahoo.com.tw yahoo.com.hk hotmail.co.uk"
).split()
_KNOWN = frozenset(_SUGGESTED) | frozenset(
    # Real ones, many of them one letter from another.
    "mail.com gmx.com gmx.de gmx.net gmx.at gmx.ch me.com mac.com live.com live.cn msn.com aol.com proton.me pm.me sina.cn"
    " yahoo.co 21cn.com 188.com 263.net 136.com mail.ru web.de ymail.com email.com fastmail.com fastmail.fm"
    " zoho.com tom.com qq.co q.com 126.net 163.net sina.net sohu.net 139.net cloud.com"
    " yandex.ru orange.fr free.fr sfr.fr libero.it naver.com daum.net gmail.de".split()
)
_FAMILIES = ("hotmail", "outlook", "yahoo")
"""Providers with domains in many countries."""


# No such top-level domains exist; fingers make them.
_SLIPS = {
    ".con": ".com", ".cmo": ".com", ".ocm": ".com", ".cim": ".com", ".coom": ".com", ".comm": ".com", ".vom": ".com",
    ".xom": ".com", ".cpm": ".com", ".copm": ".com", ".clm": ".com", ".c0m": ".com", ".dom": ".com", ".coml": ".com",
    ".ner": ".net", ".nte": ".net", ".ney": ".net", ".nett": ".net", ".ogr": ".org", ".orh": ".org", ".con.cn": ".com.cn",
    ".cmo.cn": ".com.cn", ".com.cm": ".com.cn", ".cnn": ".cn", ".ed": ".de", ".rf": ".fr", ".ent": ".net",
}  # fmt: skip

_FLAG_CODES = {"disposable": "disposable_email", "role": "role_email"}


def clean_email(raw: object, path: str) -> Field[str]:
    """The address in lower case, its domain in ASCII; a likely typo is flagged and never changed."""
    fields = find_emails(raw, path)
    if not fields:
        return NOTHING
    chosen = next((field for field in fields if field.value), fields[0])
    if chosen.value is None or len(fields) == 1:
        return chosen
    return Field(chosen.value, (make_issue(path, "several_emails"), *chosen.issues))


def find_emails(raw: object, path: str) -> tuple[Field[str], ...]:
    """Each address of the cell in order and once, valid or refused; empty when the cell says nothing."""
    text = read_text(raw)
    if text is None or isinstance(raw, bool):
        return ()
    fields = (_clean_one(part, path) for part in split_addresses(text))
    once = {field.value or index: field for index, field in enumerate(fields)}
    return tuple(once.values()) or (refused(path, "bad_email"),)


def _clean_one(text: str, path: str) -> Field[str]:
    email = _validate(text)
    if email is None:
        return refused(path, "bad_email")
    flags = tuple(make_issue(path, _FLAG_CODES[flag]) for flag in email_flags(email))
    suggestion = suggest_address(email)
    if suggestion is None:
        return Field(email, flags)
    domain = suggestion.rpartition("@")[2]
    # The domain of a company may name a person; only the providers' own are said.
    note = f"perhaps {domain}" if domain in _KNOWN else ""
    return Field(email, (make_issue(path, "email_typo", note), *flags))


def suggest_address(email: str) -> str | None:
    """The address that was likely meant; None when nothing looks misspelt. To be asked about, never to be taken."""
    local, _, domain = email.rpartition("@")
    if domain in _KNOWN:
        return None
    mended = _mend_ending(domain)
    likely = mended if mended in _KNOWN else _find_provider(mended) or mended
    # .ed and the like may be slips for others, too: only a provider makes them clear.
    is_clear = likely in _KNOWN or domain.rpartition(".")[2] not in _UNCLEAR
    return f"{local}@{likely}" if likely != domain and is_clear else None


_UNCLEAR = frozenset(("ed", "rf", "ent"))


def _find_provider(domain: str) -> str | None:
    label, _, ending = domain.partition(".")
    is_country = _COUNTRY.fullmatch(ending) is not None
    if label in _FAMILIES and is_country and ending not in _SHORT_COM:
        return None
    likely = next((known for known in _SUGGESTED if _is_slip(domain, known)), None)
    if likely:
        return likely
    family = next((name for name in _FAMILIES if _is_slip(f"{label}.com", f"{name}.com")), None)
    # hotmial.co.uk, yahho.fr; the ending of a country stays.
    return f"{family}.{ending}" if family and is_country and len(label) > _SHORT_LABEL else None


# Countries, and what is left of .com.
_SHORT_COM = ("co", "cm", "om")
_COUNTRY = re.compile(r"(?:com?\.)?[a-z]{2}")
# One letter more or less, or another one, makes other real domains of qq.com and sina.com: hq.com, sika.com.
_SHORT_LABEL = 4


def _is_slip(domain: str, known: str) -> bool:
    """Whether fingers make one domain of the other; none starts with a wrong letter, for hmail.com is no gmail.com."""
    if not is_one_edit(domain, known) or (domain[0] != known[0] and len(domain) == len(known)):
        return False
    label, known_label = domain.partition(".")[0], known.partition(".")[0]
    if label == known_label or len(known_label) > _SHORT_LABEL:
        return True
    return sorted(label) == sorted(known_label) or (
        len(label) > len(known_label) and set(label) == set(known_label)
    )


def _mend_ending(domain: str) -> str:
    for labels in (2, 1):
        ending = "." + ".".join(domain.split(".")[-labels:])
        if ending in _SLIPS and domain != ending[1:]:
            return domain.removesuffix(ending) + _SLIPS[ending]
    return domain


def email_flags(email: str) -> tuple[str, ...]:
    """`disposable` for throw-away mailboxes, `role` for a function instead of a person (info@, kefu@)."""
    local, _, domain = email.rpartition("@")
    parents = {domain.split(".", depth)[-1] for depth in range(domain.count("."))}
    flags = (
        ("disposable", not parents.isdisjoint(_words("disposable"))),
        ("role", is_role(local)),
    )
    return tuple(flag for flag, is_set in flags if is_set)


def is_role(local: str) -> bool:
    """Whether a local part in small letters names a function."""
    return local.partition("+")[0] in _words("role")


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(read_table("mailboxes")[name].split())


def split_addresses(text: str) -> list[str]:
    """The addresses of one cell, unwrapped (`Name <a@b>`, `mailto:`), without signs at their ends."""
    text = text.replace("。", ".")
    wrapped = _WRAPPED.findall(text)
    # `"b@x" <b@x>` and `a@x, B <b@x>` hold more than what is wrapped.
    parts = wrapped if len(wrapped) == text.count("@") else _split(_bare_text(text))
    bare = (_bare_address(part) for part in parts if "@" in part)
    return list(dict.fromkeys(part for part in bare if part))


def _split(text: str) -> list[str]:
    parts: list[str] = []
    for part in _SEPARATOR.split(text):
        # One @: a sign in front of it belongs to the address, or spoils it; one behind it begins something else.
        is_one = part.count("@") == 1
        parts += [_ASIDE.sub("", part)] if is_one else _CLOSE_SEPARATOR.split(part)
    return parts


def _bare_address(part: str) -> str:
    part = _AROUND_AT.sub("@", part).rstrip(_EDGES).lstrip(_FRONT_EDGES)
    part = _LABELS.sub("", _BEHIND.sub(r"\1", part))
    part = _HAN_BEHIND.sub(r"\1", _HAN_BEFORE.sub("", part))
    return _QUERY.sub(r"\1", part).rstrip(_EDGES)


def _bare_text(text: str) -> str:
    text = _REMARK.sub(" ", text).translate(_BRACKETS).rstrip(_EDGES).lstrip(_FRONT_EDGES)
    text = _AROUND_AT.sub("@", _LABELS.sub("", text))
    # `zhang san@x` is one address with a space in it, and `san@x` may be somebody else's.
    return text.replace(" ", "\0") if _BROKEN.fullmatch(text) else text


def _validate(address: str) -> str | None:
    try:
        # strict: the local part has at most 64 octets, which mail servers enforce.
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    # No top-level domain has one letter, and none mixes alphabets.
    ending = checked.domain.rpartition(".")[2]
    if len(ending) == 1 or (not ending.isascii() and any(map(str.isascii, ending))):
        return None
    return (checked.ascii_email or checked.normalized).lower()


def is_one_edit(left: str, right: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns one text into the other."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    a, b = left[start:], right[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:] and len(a) > 1)
