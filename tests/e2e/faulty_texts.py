"""Stands before the SMS endpoint: notes every request, and misbehaves for the numbers that a test names."""

import json
from collections import defaultdict, deque
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Answer = Literal["accept", "busy", "fail", "close", "hang", "refuse"]
"""`close`: the request is read and the connection ends. `hang`: nothing comes until the other side gives up."""
HANG_S = 20
"""Longer than any sender waits."""
_STATUS = {"busy": 429, "fail": 500, "refuse": 400}
_BODIES = {
    "busy": {"__type": "ThrottlingException", "Message": "slow down"},
    "fail": {"__type": "InternalServerException", "Message": "sorry"},
    "refuse": {"__type": "ConflictException", "Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"},
}


class Wire(NamedTuple):
    """One request as it arrived."""

    contact_id: str
    number: str
    answer: Answer


class FaultyTexts:
    """A server on 127.0.0.1; what it does not spoil goes on to the endpoint behind it."""

    def __init__(self, upstream_url: str) -> None:
        self.journal: list[Wire] = []
        self._upstream_url = upstream_url
        self._script: dict[str, deque[Answer]] = defaultdict(deque)
        self._lock = Lock()
        self._is_over = Event()

    def misbehave(self, number: str, answers: Iterable[Answer]) -> None:
        """The answers to the next requests for a number; the last one stays."""
        self._script[number] = deque(answers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, name="faulty-texts")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def note(self, message: dict[str, Any]) -> Answer:
        """Writes a request down; how it is answered."""
        number = str(message.get("DestinationPhoneNumber"))
        with self._lock:
            script = self._script[number]
            answer: Answer = (script.popleft() if len(script) > 1 else script[0]) if script else "accept"
            self.journal.append(Wire(str(message.get("Context", {}).get("contact_id")), number, answer))
        return answer

    def wait(self) -> None:
        self._is_over.wait(HANG_S)

    def forward(self, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        request = Request(self._upstream_url, data=content, headers=headers, method="POST")
        try:
            with urlopen(request, timeout=5) as reply:
                return reply.status, reply.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()


def _handler(front: FaultyTexts) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802 (called by name)
            content = self.rfile.read(int(self.headers["Content-Length"]))
            answer = front.note(json.loads(content))
            if answer == "hang":
                front.wait()
            if answer in ("hang", "close"):
                return
            if answer == "accept":
                names = ("Content-Type", "X-Amz-Target")
                status, body = front.forward(content, {name: self.headers.get(name, "") for name in names})
            else:
                status, body = _STATUS[answer], json.dumps(_BODIES[answer]).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
            pass

    return Handler
