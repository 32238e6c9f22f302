"""An SMS provider on loopback that keeps what it is given: AWS JSON 1.0, operation SendTextMessage."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

from shared.messaging.sms_text import count_sms

TARGET: Final = "PinpointSMSVoiceV2.SendTextMessage"
BODY_CHARACTERS: Final = 1600
_REQUEST_BYTES: Final = 64 * 1024
_PATIENCE_S: Final = 5
_E164 = re.compile(r"\+[1-9]\d{1,14}")


class SmsEndpoint:
    """Answers on 127.0.0.1 like the service and appends each message as a line of `<outbox>/sms.jsonl`."""

    def __init__(self, outbox: Path) -> None:
        self.file = outbox / "sms.jsonl"
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._server = _Server(self.file)
        self.port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, name="sms-endpoint")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()  # joins the threads of open requests


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, file: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._file = file
        self._lock = Lock()

    def keep(self, message: Mapping[str, str | int]) -> None:
        line = json.dumps(message, ensure_ascii=False) + "\n"
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(line)


class _Handler(BaseHTTPRequestHandler):
    # HTTP/1.0, as the base class has it: one request for each connection, so that no thread waits at the end.
    timeout = _PATIENCE_S
    server: _Server

    def do_POST(self) -> None:  # noqa: N802 (called by name)
        request = self._read()
        fault = _fault(self.headers.get("X-Amz-Target", ""), request)
        if fault is not None or request is None:
            self._answer(HTTPStatus.BAD_REQUEST, fault or {})
            return
        message = _message(request)
        self.server.keep(message)
        self._answer(HTTPStatus.OK, {"MessageId": message["message_id"]})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        """Says nothing: a request line is no news, and the rest would be personal data."""

    def _read(self) -> dict[str, object] | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _REQUEST_BYTES:
            return None
        try:
            body = json.loads(self.rfile.read(int(length)))
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    def _answer(self, status: HTTPStatus, body: Mapping[str, str | int]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _fault(target: str, request: dict[str, object] | None) -> dict[str, str] | None:
    """The service's own error for a request it would refuse."""
    if target != TARGET:
        return {"__type": "UnknownOperationException", "Message": "unknown operation"}
    if request is None:
        return {"__type": "SerializationException", "Message": "not a JSON object"}
    if not _E164.fullmatch(_text(request, "DestinationPhoneNumber")):
        return _invalid("DestinationPhoneNumber")
    if not 0 < len(_text(request, "MessageBody")) <= BODY_CHARACTERS:
        return _invalid("MessageBody")
    return None


def _invalid(field: str) -> dict[str, str]:
    return {
        "__type": "ValidationException",
        "Message": f"{field} is invalid",
        "Reason": "FIELD_VALIDATION_FAILED",
    }


def _text(request: Mapping[str, object], name: str) -> str:
    value = request.get(name)
    return value if isinstance(value, str) else ""


def _message(request: Mapping[str, object]) -> dict[str, str | int]:
    context = request.get("Context")
    text = _text(request, "MessageBody")
    encoding, units, segments = count_sms(text)
    return {
        "to": _text(request, "DestinationPhoneNumber"),
        "text": text,
        "encoding": encoding,
        "units": units,
        "segments": segments,
        "contact_id": _text(context, "contact_id") if isinstance(context, dict) else "",
        "message_id": str(uuid4()),
    }
