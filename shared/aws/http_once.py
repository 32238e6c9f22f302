"""One HTTP request by the standard library, never repeated, and what its failure says about the message.

connect, TLS        any failure              -> Throttled   (nothing was written)
request, answer     broken, late, unreadable -> Ambiguous
answer              429 -> Throttled   401, 403, 404 -> Throttled (our own set-up)   other 3xx, 5xx -> Ambiguous
"""

import json
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from shared.model.errors import ConfigurationError
from shared.ports import Ambiguous, Throttled

CONNECT_TIMEOUT_S: Final = 2.0
READ_TIMEOUT_S: Final = 10.0
SOON_S: Final = 60
LATER_S: Final = 3600
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_MOST_BYTES: Final = 65_536
_OUR_SET_UP: Final = {
    HTTPStatus.UNAUTHORIZED: SOON_S,
    HTTPStatus.FORBIDDEN: SOON_S,
    HTTPStatus.NOT_FOUND: LATER_S,
}
"""No fault of the message: it waits until somebody mends the setting."""


class Answer(NamedTuple):
    """A whole answer whose body is a JSON object."""

    status: int
    body: Mapping[str, Any]


class Timeouts(NamedTuple):
    connect_s: float = CONNECT_TIMEOUT_S
    read_s: float = READ_TIMEOUT_S


def checked_url(url: str, hosts: frozenset[str]) -> str:
    """The URL, when messages may go there; ConfigurationError: not https (loopback excepted), or a host not listed."""
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK:
        return url
    if parts.scheme != "https" or parts.username or parts.hostname not in hosts:
        raise ConfigurationError("messages go to listed hosts by https only")
    return url


def post_once(
    url: str, headers: Mapping[str, str], body: bytes, timeouts: Timeouts
) -> Answer | Throttled | Ambiguous:
    """The answer to one POST. Redirections are not followed. Raises nothing."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeouts)
    try:
        try:
            connection.connect()
        except (OSError, HTTPException):
            return Throttled(SOON_S)
        connection.sock.settimeout(timeouts.read_s)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body, dict(headers))
            response = connection.getresponse()
            return _read(response, response.read(_MOST_BYTES))
        except (OSError, HTTPException, ValueError) as error:
            return Ambiguous(type(error).__name__)
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, timeouts: Timeouts) -> HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return HTTPSConnection(host, port, timeout=timeouts.connect_s, context=context)
    return HTTPConnection(host, port, timeout=timeouts.connect_s)


def _read(response: HTTPResponse, content: bytes) -> Answer | Throttled | Ambiguous:
    status = response.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(_retry_after_s(response.getheader("Retry-After")))
    is_answer = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if not is_answer and not is_refusal:
        return Ambiguous(f"status_{status}")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return Ambiguous(f"status_{status}_unreadable")
    return Answer(status, body) if isinstance(body, dict) else Ambiguous(f"status_{status}_unreadable")


def _retry_after_s(told: str | None) -> int:
    return min(max(int(told), 1), LATER_S) if told and told.isdecimal() else SOON_S


def set_up_fault(status: int) -> Throttled | None:
    """For an answer that says that our own credentials or address are wrong."""
    retry_after_s = _OUR_SET_UP.get(HTTPStatus(status)) if status in HTTPStatus._value2member_map_ else None
    return None if retry_after_s is None else Throttled(retry_after_s)
