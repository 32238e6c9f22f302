"""A mail server on loopback that keeps what it is given: the receiving side of the SMTP sender."""

import re
import socket
from email import message_from_bytes
from email.policy import compat32
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

CONTACT_HEADER = "X-Guanxi-Contact"
_CONTACT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_FILE = re.compile(r"(\d+)-.*\.eml")


class MailDrop:
    """Accepts mail for anybody on 127.0.0.1 and writes each as `<outbox>/mail/<n>-<contact_id>.eml`.

    >>> with MailDrop(outbox) as drop:          # doctest: +SKIP
    ...     deploy(smtp_port=drop.port)
    """

    def __init__(self, outbox: Path) -> None:
        self._folder = outbox / "mail"
        self.port = 0

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        # A port of the system's choice; the library itself cannot find out which one it got.
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._controller = _Controller(_Keeper(self._folder), self._socket)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
        self._socket.close()


class _Controller(Controller):
    def __init__(self, handler: "_Keeper", bound: socket.socket) -> None:
        super().__init__(
            handler, hostname="127.0.0.1", port=bound.getsockname()[1], server_hostname="localhost"
        )
        self._bound = bound

    async def _listen(self) -> object:
        return await self.loop.create_server(self._factory_invoker, sock=self._bound)

    def _create_server(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 (the library's own type is loose)
        return self._listen()


class _Keeper:
    """The library calls these by name; the text they return is the reply to the client."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(_last_number(folder) + 1)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return "554 5.5.3 One recipient for each message"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        number = next(self._numbers)
        try:
            write_whole(self._folder / f"{number:06}-{_contact_id(content)}.eml", content)
        except OSError:
            return "451 4.3.0 Not stored"
        return f"250 2.0.0 OK {number:06}"


def write_whole(file: Path, content: bytes) -> None:
    """Writes a file so that a reader sees all of it or none."""
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(content)
    part.replace(file)


def _last_number(folder: Path) -> int:
    numbers = (_FILE.fullmatch(file.name) for file in folder.iterdir())
    return max((int(match[1]) for match in numbers if match), default=0)


def _contact_id(content: bytes) -> str:
    """From the header; `unknown` when it is not an id, since it becomes part of a file name."""
    value = str(message_from_bytes(content, policy=compat32).get(CONTACT_HEADER, "")).strip()
    return value if _CONTACT_ID.fullmatch(value) else "unknown"
