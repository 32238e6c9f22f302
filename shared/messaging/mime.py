"""An email as the bytes that go over the wire: text and HTML, one recipient, every header once (H1)."""

import re
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage as MimeMessage
from email.policy import EmailPolicy
from typing import Final

from shared.messaging.errors import MessageInvalid
from shared.messaging.values import clean_body, one_line
from shared.ports import EmailMessage

CONTACT_HEADER: Final = "X-Guanxi-Contact"

_LINE_CHARACTERS: Final = 998  # RFC 5322, 2.1.1
_BOUNDARY_CHARACTERS: Final = 70  # RFC 2046, 5.1.1
_CONTACT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}\.[a-z]{1,5}")
_HEADER_NAME = re.compile(r"(List|X)-[A-Za-z-]{1,60}")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


class _Policy(EmailPolicy):
    """Long identifiers stay whole: the library would fold them as encoded words, which no reader of them decodes."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name != "Message-ID" and not _HEADER_NAME.fullmatch(name):
            return super().fold_binary(name, value)
        line = f"{name}: {value}"
        if not line.isascii() or len(line) > _LINE_CHARACTERS:
            raise MessageInvalid("header_not_allowed")
        return (line + self.linesep).encode()


# Everything in 7 bits: no server on the way must support more.
_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


def to_mime(message: EmailMessage, *, date_at: datetime | None) -> bytes:
    """The message with CRLF line ends, ready for SMTP or a raw API; without `date_at` the provider sets Date.

    MessageInvalid: an address is not exactly one ASCII mailbox, or a header has no business here. Line
    ends and controls in header values are flattened.
    """
    mime = MimeMessage(policy=_POLICY)
    try:
        _set_headers(mime, message, date_at)
        mime.set_content(clean_body(message.text), cte=_encoding(message.text))
        mime.add_alternative(clean_body(message.html), subtype="html", cte=_encoding(message.html))
        for one in message.attachments:
            mime.add_attachment(one.text, subtype=one.kind, filename=_file_name(one.name), cte="base64")
        _set_boundaries(mime, message.contact_id)
        return mime.as_bytes()
    except (MessageError, ValueError, LookupError) as error:
        if isinstance(error, MessageInvalid):
            raise
        raise MessageInvalid("message_malformed", type(error).__name__) from None


def _set_boundaries(mime: MimeMessage, contact_id: str) -> None:
    """Fixed, so that the same message has the same bytes; "=_" occurs in neither of the two encodings."""
    nested = [part for part in mime.walk() if part.is_multipart()]
    for depth, part in enumerate(reversed(nested)):
        part.set_boundary(f"=_{'.' * depth}{contact_id}"[:_BOUNDARY_CHARACTERS])


def _file_name(name: str) -> str:
    """A name that no folder and no header minds; MessageInvalid for another."""
    if not _FILE_NAME.fullmatch(name):
        raise MessageInvalid("header_not_allowed")
    return name


def message_id(message: EmailMessage) -> str:
    """The Message-ID without its brackets: the same for every attempt at one contact."""
    domain = mailbox(message.sender).rpartition("@")[2]
    return f"{checked_contact_id(message.contact_id)}@{domain}"


def mailbox(address: str) -> str:
    """The one ASCII address in a text, its domain in IDNA form; MessageInvalid for anything else."""
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        raise MessageInvalid("address_invalid") from None
    is_dotted = local.startswith(".") or local.endswith(".") or ".." in local
    if not at or is_dotted or not _ATOM.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise MessageInvalid("address_invalid")
    return f"{local}@{ascii_domain}"


def checked_contact_id(contact_id: str) -> str:
    """The id, when it may stand in a header, a provider tag and a file name."""
    if not _CONTACT_ID.fullmatch(contact_id):
        raise MessageInvalid("contact_id_invalid")
    return contact_id


def _set_headers(mime: MimeMessage, message: EmailMessage, date_at: datetime | None) -> None:
    mime["From"] = Address(_plain(message.sender_name), addr_spec=mailbox(message.sender))
    mime["To"] = Address(addr_spec=mailbox(message.to))
    mime["Subject"] = _plain(message.subject)
    if date_at is not None:
        mime["Date"] = date_at
    mime["Message-ID"] = f"<{message_id(message)}>"
    mime[CONTACT_HEADER] = checked_contact_id(message.contact_id)
    for name, value in message.headers.items():
        if not _HEADER_NAME.fullmatch(name) or name in mime:
            raise MessageInvalid("header_not_allowed")
        mime[name] = _plain(value)


def _plain(text: str) -> str:
    """One line that no reader decodes into something else: an encoded word in a value stays text."""
    return one_line(text).replace("=?", "= ?")


def _encoding(text: str) -> str:
    return "quoted-printable" if text.isascii() else "base64"
