"""Servers on loopback that answer as a script says, and count what reached them."""

import socket
import struct
from collections.abc import Callable, Mapping
from threading import Event, Thread
from types import TracebackType
from typing import Self

Reply = bytes | str
"""Bytes to answer with, or `hang`, `reset` or `close`."""


class ScriptedServer:
    """Accepts connections one after the other and lets `talk` speak on each. `requests` counts whole requests."""

    def __init__(self, talk: Callable[["ScriptedServer", socket.socket], None]) -> None:
        self._talk = talk
        self._end = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self.requests = 0
        self.received = b""
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                try:
                    self._talk(self, connection)
                except OSError:
                    continue

    def answer(self, connection: socket.socket, reply: Reply) -> bool:
        """Whether the conversation goes on."""
        if isinstance(reply, bytes):
            connection.sendall(reply)
            return True
        if reply == "hang":
            self._end.wait(2)
        if reply == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


def http_server(reply: Reply) -> ScriptedServer:
    """Answers every request with the reply, then closes."""

    def talk(server: ScriptedServer, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += _receive(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        if b"100-continue" in head.lower():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        while len(body) < length:
            body += _receive(connection)
        server.requests += 1
        server.received += head + b"\r\n\r\n" + body
        server.answer(connection, reply)

    return ScriptedServer(talk)


SMTP_REPLIES: Mapping[str, Reply] = {
    "banner": b"220 ready\r\n",
    "EHLO": b"250 hello\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go ahead\r\n",
    "dot": b"250 queued\r\n",
    "QUIT": b"221 bye\r\n",
}


def smtp_server(replies: Mapping[str, Reply]) -> ScriptedServer:
    """Speaks SMTP with some replies changed. A request is a message that came whole, dot included."""
    script = {**SMTP_REPLIES, **replies}

    def talk(server: ScriptedServer, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        goes_on = server.answer(connection, script["banner"])
        while goes_on and (line := lines.readline()):
            verb = line[:4].decode().upper()
            goes_on = server.answer(connection, script.get(verb, b"502 no\r\n"))
            if verb == "DATA" and script["DATA"] == SMTP_REPLIES["DATA"]:
                while (line := lines.readline()) not in (b".\r\n", b""):
                    server.received += line
                server.requests += line == b".\r\n"
                goes_on = server.answer(connection, script["dot"])

    return ScriptedServer(talk)


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise OSError("the client went away")
    return data
