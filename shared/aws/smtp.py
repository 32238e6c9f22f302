"""Email by SMTP: any provider outside AWS, and the local mail drop.

Until the final dot is written the message is surely unsent; after it only a parsed reply is certain:

    connect, EHLO, STARTTLS, AUTH   any failure       -> Throttled
    MAIL, RCPT, DATA                4xx or no reply   -> Throttled    5xx -> SendRefused
    content                         broken pipe       -> Throttled
    final dot                       2xx -> Accepted   4xx -> Throttled   5xx -> SendRefused   else -> Ambiguous
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from shared.messaging.errors import MessageInvalid
from shared.messaging.mime import mailbox, message_id, to_mime
from shared.ports import Accepted, Ambiguous, EmailMessage, SendOutcome, SendRefused, Throttled

RETRY_AFTER_S: Final = 60
_IMPLICIT_TLS_PORT: Final = 465
_GO_AHEAD: Final = 354
_LINE_START_DOT = re.compile(rb"(?m)^\.")
_BROKEN = (OSError, smtplib.SMTPException)


class SmtpSender:
    """An EmailSender. `use_tls`: STARTTLS with a checked certificate, or TLS from the start on port 465."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        username: str | None = None,
        password: str | None = None,
        use_tls: bool,
        connect_timeout_s: float,
        read_timeout_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self._host = host
        self._port = port
        self._credentials = (username, password) if username and password else None
        self._use_tls = use_tls
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._now = now

    def send(self, message: EmailMessage) -> SendOutcome:
        try:
            content = _stuffed(to_mime(message, date_at=self._now()))
            envelope = mailbox(message.sender), mailbox(message.to)
        except MessageInvalid as error:
            return SendRefused(error.code)
        try:
            with self._session() as server:
                return _refusal(server, *envelope) or _deliver(server, content, message_id(message))
        except _BROKEN:
            return Throttled(RETRY_AFTER_S)  # `_deliver` raises only before the final dot

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        server = self._connect()
        try:
            yield server
        finally:
            with suppress(*_BROKEN):
                server.putcmd("QUIT")  # its answer changes nothing: not waited for
            server.close()

    def _connect(self) -> smtplib.SMTP:
        is_implicit = self._use_tls and self._port == _IMPLICIT_TLS_PORT
        # The host name is given: the library would ask DNS for ours.
        if is_implicit:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host,
                self._port,
                "localhost",
                timeout=self._connect_timeout_s,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(self._host, self._port, "localhost", timeout=self._connect_timeout_s)
        try:
            self._prepare(server, start_tls=self._use_tls and not is_implicit)
        except _BROKEN:
            server.close()
            raise
        return server

    def _prepare(self, server: smtplib.SMTP, *, start_tls: bool) -> None:
        if server.sock is not None:
            server.sock.settimeout(self._read_timeout_s)
        server.ehlo_or_helo_if_needed()
        if start_tls:
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self._credentials is not None:
            server.login(*self._credentials)


def _stuffed(content: bytes) -> bytes:
    """The content as it goes after DATA: lines end in CRLF already, a leading dot is doubled (RFC 5321, 4.5.2)."""
    return _LINE_START_DOT.sub(b"..", content)


def _refusal(server: smtplib.SMTP, sender: str, to: str) -> SendOutcome | None:
    """None when the server waits for the content."""
    code, _ = server.mail(sender)
    if not _is_good(code):
        return _not_taken(code)
    code, _ = server.rcpt(to)
    if not _is_good(code):
        return _not_taken(code)
    code, _ = server.docmd("DATA")
    return None if code == _GO_AHEAD else _not_taken(code)


def _deliver(server: smtplib.SMTP, content: bytes, provider_id: str) -> SendOutcome:
    """Raises only while the final dot has not been written."""
    server.send(content)
    try:
        server.send(b".\r\n")
        code, _ = server.getreply()
    except _BROKEN as error:
        return Ambiguous(type(error).__name__)
    if _is_good(code):
        return Accepted(provider_id)
    return _not_taken(code) if _is_reply(code) else Ambiguous("reply_unreadable")


def _not_taken(code: int) -> SendOutcome:
    """For a reply that says no; an unreadable one before the content leaves the message unsent, too."""
    return SendRefused(f"smtp_{code}") if code // 100 == 5 else Throttled(RETRY_AFTER_S)


def _is_good(code: int) -> bool:
    return code // 100 == 2


def _is_reply(code: int) -> bool:
    return code // 100 in (4, 5)
