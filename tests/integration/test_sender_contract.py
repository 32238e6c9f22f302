"""Every sender, against servers that behave and servers that do not: one request, and the right outcome."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Protocol

import boto3
import pytest
from botocore.config import Config

from shared.aws.eum_sms import EumSmsSender
from shared.aws.ses import SesSender
from shared.aws.smtp import SmtpSender
from shared.ports import (
    Accepted,
    Ambiguous,
    EmailMessage,
    EmailSender,
    SendOutcome,
    SendRefused,
    SmsMessage,
    SmsSender,
    Throttled,
)
from tests.integration.scripted_servers import Reply, http_server, smtp_server

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
EMAIL = EmailMessage(
    contact_id="CONTACT7",
    to="li.lei@example.com",
    sender="care@guanxi.example",
    sender_name="关系科技",
    subject="问候",
    text="您好\n.一行以点开头\n.\nBye\n",
    html="<p>您好</p>",
    headers={"List-Unsubscribe": "<mailto:care@guanxi.example?subject=unsubscribe-CONTACT7>"},
)
SMS = SmsMessage("CONTACT7", "+12025550123", "【关系科技】您好", 86_400)

CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=0.5, read_timeout=0.5)
SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


class Sends(Protocol):
    def __call__(self, port: int) -> SendOutcome: ...


def _ses(port: int) -> EmailSender:
    client = SESSION.client("sesv2", endpoint_url=f"http://127.0.0.1:{port}", config=CONFIG)
    return SesSender(client, "care")


def _eum(port: int) -> SmsSender:
    url = f"http://127.0.0.1:{port}"
    client = SESSION.client("pinpoint-sms-voice-v2", endpoint_url=url, config=CONFIG)
    return EumSmsSender(client, "+12025550100", "care", "0.50", "protect-1")


def _smtp(port: int) -> EmailSender:
    return SmtpSender(
        "127.0.0.1", port, use_tls=False, connect_timeout_s=0.5, read_timeout_s=0.5, now=lambda: NOW
    )


AWS = [
    pytest.param(lambda port: _ses(port).send(EMAIL), id="ses"),
    pytest.param(lambda port: _eum(port).send(SMS), id="eum"),
]
ALL = [*AWS, pytest.param(lambda port: _smtp(port).send(EMAIL), id="smtp")]


def _http(status: int, body: object, error: str = "") -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\nConnection: close\r\n"
    head += "Content-Type: application/json\r\n" + (f"x-amzn-ErrorType: {error}\r\n" if error else "")
    return head.encode() + b"\r\n" + content


def _aws_error(status: int, code: str, **more: str) -> bytes:
    return _http(status, {"__type": code, "message": "no", **more}, error=code)


HTTP_CASES = [
    pytest.param(_http(200, {"MessageId": "m-1"}), Accepted("m-1"), id="accepted"),
    pytest.param("hang", Ambiguous, id="no answer after the request"),
    pytest.param("reset", Ambiguous, id="reset after the request"),
    pytest.param("close", Ambiguous, id="closed after the request"),
    pytest.param(b"nonsense\r\n\r\n", Ambiguous, id="no HTTP"),
    pytest.param(_http(200, b"nonsense"), Ambiguous, id="200 that is no JSON"),
    pytest.param(_http(200, {}), Ambiguous, id="200 without a message id"),
    pytest.param(_http(302, b""), Ambiguous, id="a redirection"),
    pytest.param(_http(400, b"<html>proxy</html>"), Ambiguous, id="400 that nobody can read"),
    pytest.param(_http(500, b""), Ambiguous, id="500"),
    pytest.param(_aws_error(500, "InternalServerException"), Ambiguous, id="500 of the service"),
    pytest.param(_aws_error(503, "ThrottlingException"), Ambiguous, id="503"),
    pytest.param(_http(429, b""), Throttled(60), id="429 without a body"),
    pytest.param(_aws_error(429, "TooManyRequestsException"), Throttled(60), id="429"),
    pytest.param(_aws_error(400, "ThrottlingException"), Throttled(60), id="throttled by code"),
    pytest.param(_aws_error(403, "ExpiredTokenException"), Throttled(60), id="credentials ran out"),
    pytest.param(
        _aws_error(400, "ValidationException"), SendRefused("ValidationException"), id="refused by code"
    ),
]


@pytest.mark.parametrize(("reply", "expected"), HTTP_CASES)
@pytest.mark.parametrize("send", AWS)
def test_one_request_and_its_answer_become_one_outcome(
    send: Sends, reply: Reply, expected: SendOutcome | type[SendOutcome]
) -> None:
    with http_server(reply) as server:
        outcome = send(server.port)
    assert server.requests == 1
    assert outcome == expected if not isinstance(expected, type) else isinstance(outcome, expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("LimitExceededException", Throttled(3600)),
        ("SendingPausedException", Throttled(3600)),
        ("MessageRejected", SendRefused("MessageRejected")),
        ("BadRequestException", SendRefused("BadRequestException")),
        ("MailFromDomainNotVerifiedException", SendRefused("MailFromDomainNotVerifiedException")),
        ("AccountSuspendedException", SendRefused("AccountSuspendedException")),
    ],
)
def test_ses_codes_say_whether_to_try_again(code: str, expected: SendOutcome) -> None:
    with http_server(_aws_error(400, code)) as server:
        assert _ses(server.port).send(EMAIL) == expected


def test_an_opted_out_number_is_refused_with_the_reason() -> None:
    reply = _aws_error(400, "ConflictException", Reason="DESTINATION_PHONE_NUMBER_OPTED_OUT")
    with http_server(reply) as server:
        outcome = _eum(server.port).send(SMS)
    assert outcome == SendRefused("ConflictException:DESTINATION_PHONE_NUMBER_OPTED_OUT")


def test_a_reached_spend_limit_is_tried_again_later() -> None:
    with http_server(_aws_error(400, "ServiceQuotaExceededException")) as server:
        assert _eum(server.port).send(SMS) == Throttled(3600)


@pytest.mark.parametrize("send", ALL)
def test_a_refused_connection_leaves_the_message_unsent(send: Sends) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert send(port) == Throttled(60)


def test_ses_is_given_the_raw_message_and_the_contact_as_a_tag() -> None:
    with http_server(_http(200, {"MessageId": "m-1"})) as server:
        _ses(server.port).send(EMAIL)
    body = json.loads(server.received.partition(b"\r\n\r\n")[2])
    assert body["EmailTags"] == [{"Name": "contact_id", "Value": "CONTACT7"}]
    assert body["Destination"] == {"ToAddresses": ["li.lei@example.com"]}
    assert body["ConfigurationSetName"] == "care"


def test_the_sms_service_is_given_the_limits_and_the_contact() -> None:
    with http_server(_http(200, {"MessageId": "m-1"})) as server:
        _eum(server.port).send(replace(SMS, time_to_live_s=1_000_000))
    assert json.loads(server.received.partition(b"\r\n\r\n")[2]) == {
        "DestinationPhoneNumber": "+12025550123",
        "OriginationIdentity": "+12025550100",
        "MessageBody": "【关系科技】您好",
        "MessageType": "TRANSACTIONAL",
        "ConfigurationSetName": "care",
        "MaxPrice": "0.50",
        "TimeToLive": 259_200,
        "Context": {"contact_id": "CONTACT7"},
        "ProtectConfigurationId": "protect-1",
    }


SMTP_CASES = [
    pytest.param({}, Accepted("CONTACT7@guanxi.example"), 1, id="accepted"),
    pytest.param({"banner": "hang"}, Throttled(60), 0, id="no banner"),
    pytest.param({"banner": b"nonsense\r\n"}, Throttled(60), 0, id="a banner that is none"),
    pytest.param({"banner": b"554 go away\r\n"}, Throttled(60), 0, id="a banner that says no"),
    pytest.param({"EHLO": "reset", "HELO": "reset"}, Throttled(60), 0, id="reset at EHLO"),
    pytest.param({"MAIL": b"451 later\r\n"}, Throttled(60), 0, id="MAIL later"),
    pytest.param({"MAIL": b"550 no\r\n"}, SendRefused("smtp_550"), 0, id="MAIL refused"),
    pytest.param({"MAIL": b"354 what\r\n"}, Throttled(60), 0, id="MAIL answered out of turn"),
    pytest.param({"RCPT": b"450 greylisted\r\n"}, Throttled(60), 0, id="RCPT later"),
    pytest.param({"RCPT": b"550 no such user\r\n"}, SendRefused("smtp_550"), 0, id="RCPT refused"),
    pytest.param({"RCPT": "hang"}, Throttled(60), 0, id="RCPT without an answer"),
    pytest.param({"DATA": b"421 closing\r\n"}, Throttled(60), 0, id="DATA later"),
    pytest.param({"DATA": b"554 no\r\n"}, SendRefused("smtp_554"), 0, id="DATA refused"),
    pytest.param({"DATA": "reset"}, Throttled(60), 0, id="reset at DATA"),
    pytest.param({"dot": b"452 full\r\n"}, Throttled(60), 1, id="the message later"),
    pytest.param({"dot": b"554 spam\r\n"}, SendRefused("smtp_554"), 1, id="the message refused"),
    pytest.param({"dot": "hang"}, Ambiguous, 1, id="no answer after the dot"),
    pytest.param({"dot": "reset"}, Ambiguous, 1, id="reset after the dot"),
    pytest.param({"dot": "close"}, Ambiguous, 1, id="closed after the dot"),
    pytest.param({"dot": b"nonsense\r\n"}, Ambiguous, 1, id="nonsense after the dot"),
    pytest.param({"dot": b"250" + b"x" * 9000 + b"\r\n"}, Ambiguous, 1, id="an endless line after the dot"),
    pytest.param({"dot": b"354 more\r\n"}, Ambiguous, 1, id="a reply out of turn after the dot"),
    pytest.param({"QUIT": "hang"}, Accepted("CONTACT7@guanxi.example"), 1, id="no farewell"),
]


@pytest.mark.parametrize(("replies", "expected", "messages"), SMTP_CASES)
def test_the_phase_of_smtp_that_failed_decides_the_outcome(
    replies: dict[str, Reply], expected: SendOutcome | type[SendOutcome], messages: int
) -> None:
    with smtp_server(replies) as server:
        outcome = _smtp(server.port).send(EMAIL)
    assert server.requests == messages
    assert outcome == expected if not isinstance(expected, type) else isinstance(outcome, expected)


def test_smtp_delivers_the_body_as_it_was_written_leading_dots_included() -> None:
    with smtp_server({}) as server:
        _smtp(server.port).send(replace(EMAIL, text="Hello\n.hidden\n..\n.\nBye\n"))
    received = message_from_bytes(server.received.replace(b"\r\n..", b"\r\n."), policy=default)
    body = received.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "Hello\n.hidden\n..\n.\nBye\n"
    assert received["Date"].datetime == NOW


def test_an_accepted_message_is_not_kept_waiting_by_a_slow_farewell() -> None:
    started = time.monotonic()
    with smtp_server({"QUIT": "hang"}) as server:
        sender = SmtpSender(
            "127.0.0.1", server.port, use_tls=False, connect_timeout_s=5, read_timeout_s=5, now=lambda: NOW
        )
        assert isinstance(sender.send(EMAIL), Accepted)
        assert time.monotonic() - started < 1.5


def test_smtp_without_the_tls_that_was_asked_for_sends_nothing() -> None:
    with smtp_server({}) as server:
        sender = SmtpSender(
            "127.0.0.1",
            server.port,
            use_tls=True,
            connect_timeout_s=0.5,
            read_timeout_s=0.5,
            now=lambda: NOW,
        )
        assert sender.send(EMAIL) == Throttled(60)
    assert server.requests == 0


@pytest.mark.parametrize(
    ("reply", "expected", "messages"),
    [
        pytest.param(b"235 welcome\r\n", Accepted("CONTACT7@guanxi.example"), 1, id="right password"),
        # A wrong password is no fault of the message: it waits until somebody mends the setting.
        pytest.param(b"535 no\r\n", Throttled(60), 0, id="wrong password"),
    ],
)
def test_smtp_logs_in_when_it_has_a_password(reply: bytes, expected: SendOutcome, messages: int) -> None:
    with smtp_server({"EHLO": b"250-hello\r\n250 AUTH PLAIN\r\n", "AUTH": reply}) as server:
        sender = SmtpSender(
            "127.0.0.1",
            server.port,
            username="care",
            password="test",
            use_tls=False,
            connect_timeout_s=0.5,
            read_timeout_s=0.5,
            now=lambda: NOW,
        )
        assert sender.send(EMAIL) == expected
    assert server.requests == messages


@pytest.mark.parametrize("sender", [pytest.param(_ses, id="ses"), pytest.param(_smtp, id="smtp")])
@pytest.mark.parametrize(
    "to", ["a@example.com, b@example.com", "nobody", "a@example.com\nBcc: b@example.com"]
)
def test_a_hostile_address_never_reaches_the_wire(sender: Callable[[int], EmailSender], to: str) -> None:
    with http_server(b"") as server:
        assert sender(server.port).send(replace(EMAIL, to=to)) == SendRefused("address_invalid")
    assert server.requests == 0
