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
    r"^(?:(?:mailto|e-?mail|mail)\s*:|(?:电子)?(?:邮箱|邮件|信箱|郵箱|郵件)(?:地址)?\s*:?)\s*", re.IGNORECASE
)
_AROUND_AT = re.compile(r"\s*@\s*")
_SEPARATOR = re.compile(r"[\s,;/、|]+|(?<=[A-Za-z])(?:和|或者?|以及|及|与)(?=[A-Za-z0-9])")
_BROKEN = re.compile(r"(?!e?-?mail )[a-z0-9._+\-]+ [^\s@,;/|、]+@[^\s@,;/|、]+")
_BRACKETS = str.maketrans("<>", "  ")
_REMARK = re.compile(r"[(\[【][^()\[\]【】@]*[)\]】]")
# mailto:a@b?subject=...
_QUERY = re.compile(r"(@[^?]*)\?.*$")
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


# No such top-level domains exist; fingers make them.
_SLIPS = {
    ".con": ".com", ".cmo": ".com", ".ocm": ".com", ".cim": ".com", ".coom": ".com", ".comm": ".com", ".vom": ".com",
    ".xom": ".com", ".cpm": ".com", ".copm": ".com", ".clm": ".com", ".c0m": ".com", ".dom": ".com", ".coml": ".com",
    ".ner": ".net", ".nte": ".net", ".ney": ".net", ".nett": ".net", ".ogr": ".org", ".orh": ".org", ".con.cn": ".com.cn",
    ".cmo.cn": ".com.cn", ".com.cm": ".com.cn", ".cnn": ".cn",
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
    """Each address of the cell in order, valid or refused; empty when the cell says nothing."""
    text = read_text(raw)
    if text is None or isinstance(raw, bool):
        return ()
    return tuple(_clean_one(part, path) for part in split_addresses(text)) or (refused(path, "bad_email"),)


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
    likely = mended if mended in _KNOWN else next((k for k in _SUGGESTED if is_one_edit(mended, k)), mended)
    return None if likely == domain else f"{local}@{likely}"


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
    parts = wrapped if len(wrapped) == text.count("@") else _SEPARATOR.split(_bare_text(text))
    bare = (_LABELS.sub("", _AROUND_AT.sub("@", part).strip(_EDGES)) for part in parts if "@" in part)
    return list(dict.fromkeys(_QUERY.sub(r"\1", part) for part in bare if part))


def _bare_text(text: str) -> str:
    text = _REMARK.sub(" ", text).translate(_BRACKETS).strip(_EDGES)
    text = _AROUND_AT.sub("@", _LABELS.sub("", text))
    # `zhang san@x` is one address with a space in it, and `san@x` may be somebody else's.
    return text.replace(" ", "\0") if _BROKEN.fullmatch(text) else text


def _validate(address: str) -> str | None:
    try:
        # strict: the local part has at most 64 octets, which mail servers enforce.
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
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
