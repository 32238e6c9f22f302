"""The senders that speak HTTP by hand, against servers that behave and servers that do not: one request, one outcome."""

import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config

from shared.aws.aliyun_sms import Account, AliyunSmsSender, authorization, canonical_query, read_account
from shared.aws.http_once import Timeouts
from shared.aws.sns_sms import SnsSmsSender
from shared.aws.webhook import Style, WebhookSender
from shared.model.errors import ConfigurationError
from shared.ports import Accepted, Ambiguous, SendOutcome, SendRefused, SmsMessage, SmsSender, Throttled
from tests.integration.scripted_servers import Reply, http_server

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SMS = SmsMessage("CONTACT7", "+8613800138000", "【关系科技】李雷您好，祝您生日快乐！拒收请回复R", 86_400)
SHORT = Timeouts(0.5, 0.5)
SECRET = b"shared"
ACCOUNT = Account(
    "key-id",
    "key-secret",
    "关系科技",
    {
        "SMS_1": "${name}您好，祝您生日快乐！拒收请回复R",
        "SMS_2": "${all}",
        "SMS_3": "您好，${what}将于${day}到期",
    },
)
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=0.5, read_timeout=0.5)
SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
Make = Callable[[int], SmsSender]


def webhook(port: int, style: Style = "json") -> SmsSender:
    url = f"http://127.0.0.1:{port}/hook?key=k-1"
    return WebhookSender(url, secret=SECRET, style=style, hosts=frozenset(), now=lambda: NOW, timeouts=SHORT)


def wecom(port: int) -> SmsSender:
    return webhook(port, "wecom_markdown")


def aliyun(port: int) -> SmsSender:
    return AliyunSmsSender(
        ACCOUNT, now=lambda: NOW, nonce=lambda: "n-1", url=f"http://127.0.0.1:{port}/", timeouts=SHORT
    )


def sns(port: int) -> SmsSender:
    client = SESSION.client("sns", endpoint_url=f"http://127.0.0.1:{port}", config=CONFIG)
    return SnsSmsSender(client, sender_id="GUANXI", max_price="0.50")


def http(status: int, body: object, **headers: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Length": str(len(content)), "Connection": "close", "Content-Type": "x/y", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + content


def sns_error(status: int, code: str) -> bytes:
    text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>"
    return http(status, text.encode(), Content_Type="text/xml")


SNS_OK = b"<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>"
SENDERS: Mapping[str, tuple[Make, bytes, SendOutcome]] = {
    "webhook": (webhook, http(200, {"id": "m-1"}), Accepted("m-1")),
    "wecom": (wecom, http(200, {"errcode": 0, "errmsg": "ok"}), Accepted("wecom-CONTACT7")),
    "aliyun": (aliyun, http(200, {"Code": "OK", "BizId": "m-1"}), Accepted("m-1")),
    "sns": (sns, http(200, SNS_OK, Content_Type="text/xml"), Accepted("m-1")),
}
EVERY_SENDER = pytest.mark.parametrize("make", [one[0] for one in SENDERS.values()], ids=SENDERS)

BROKEN: list[Any] = [
    pytest.param("hang", Ambiguous, id="no answer after the request"),
    pytest.param("reset", Ambiguous, id="reset after the request"),
    pytest.param("close", Ambiguous, id="closed after the request"),
    pytest.param(b"nonsense\r\n\r\n", Ambiguous, id="no HTTP"),
    pytest.param(b"HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\n{", Ambiguous, id="closed in the answer"),
    pytest.param(http(200, b"nonsense"), Ambiguous, id="200 that nobody can read"),
    pytest.param(http(200, b"{}"), Ambiguous, id="200 without an id"),
    pytest.param(http(302, b"", Location="http://127.0.0.1:1/"), Ambiguous, id="a redirection"),
    pytest.param(http(400, b"<html>proxy</html>"), Ambiguous, id="400 that nobody can read"),
    pytest.param(http(500, b""), Ambiguous, id="500"),
    pytest.param(http(503, b"{}"), Ambiguous, id="503"),
]


@EVERY_SENDER
@pytest.mark.parametrize(("reply", "expected"), BROKEN)
def test_a_broken_answer_is_one_request_and_never_taken_for_unsent(
    make: Make, reply: Reply, expected: SendOutcome | type[SendOutcome]
) -> None:
    with http_server(reply) as server:
        outcome = make(server.port).send(SMS)
    assert server.requests == 1
    assert outcome == expected if not isinstance(expected, type) else isinstance(outcome, expected)


@pytest.mark.parametrize(("make", "reply", "expected"), SENDERS.values(), ids=SENDERS)
def test_what_is_accepted_is_one_request_to_one_recipient(
    make: Make, reply: bytes, expected: SendOutcome
) -> None:
    with http_server(reply) as server:
        assert make(server.port).send(SMS) == expected
    assert server.requests == 1
    assert server.received.count(b"13800138000") == (0 if make is wecom else 1)


@EVERY_SENDER
def test_a_refused_connection_leaves_the_message_unsent(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert make(port).send(SMS) == Throttled(60)


@pytest.mark.parametrize(
    ("make", "reply", "expected"),
    [
        (webhook, http(422, {"error": "no such number"}), SendRefused("status_422")),
        (webhook, http(401, {"error": "signature"}), Throttled(60)),
        (webhook, http(429, b"", Retry_After="7"), Throttled(7)),
        (wecom, http(200, {"errcode": 45009}), Throttled(60)),
        (wecom, http(200, {"errcode": 93000}), Throttled(3600)),
        (wecom, http(200, {"errcode": 40058}), SendRefused("wecom_40058")),
        (wecom, http(200, {"errcode": -1}), Ambiguous("wecom_busy")),
        (wecom, http(200, {"errcode": "0"}), Ambiguous("no_errcode")),
        (aliyun, http(200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}), SendRefused("isv.MOBILE_NUMBER_ILLEGAL")),
        (aliyun, http(200, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}), Throttled(3600)),
        (aliyun, http(200, {"Code": "isp.SYSTEM_ERROR"}), Ambiguous("isp.SYSTEM_ERROR")),
        (aliyun, http(200, {"Code": "OK"}), Ambiguous("no_message_id")),
        (aliyun, http(400, {"Code": "SignatureDoesNotMatch"}), Throttled(3600)),
        (aliyun, http(400, {"Code": "Throttling.User"}), Throttled(60)),
        (aliyun, http(400, {"Code": "MissingPhoneNumbers"}), SendRefused("MissingPhoneNumbers")),
        (aliyun, http(403, {"Code": "Forbidden.RAM"}), Throttled(60)),
        *((make, http(429, b""), Throttled(60)) for make in (webhook, wecom, aliyun)),
        (sns, sns_error(429, "Throttling"), Throttled(60)),
        (sns, http(429, b""), Ambiguous("client_failed")),
        (sns, sns_error(400, "Throttling"), Throttled(60)),
        (sns, sns_error(400, "InvalidParameter"), SendRefused("InvalidParameter")),
        (sns, sns_error(403, "AuthorizationError"), Throttled(60)),
        (sns, sns_error(500, "InternalError"), Ambiguous("status_500")),
    ],
)
def test_the_providers_own_words_say_whether_to_try_again(
    make: Make, reply: bytes, expected: SendOutcome
) -> None:
    with http_server(reply) as server:
        assert make(server.port).send(SMS) == expected
    assert server.requests == 1


def _request(make: Make, reply: bytes, message: SmsMessage = SMS) -> tuple[str, dict[str, str], bytes]:
    with http_server(reply) as server:
        make(server.port).send(message)
    head, _, body = server.received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return first, dict(line.lower().split(": ", 1) for line in lines), body


def test_a_webhook_is_signed_over_its_time_and_body_and_names_the_contact() -> None:
    _, headers, body = _request(webhook, SENDERS["webhook"][1])
    expected = hmac.new(SECRET, headers["x-guanxi-timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["x-guanxi-signature"] == f"sha256={expected.hexdigest()}"
    assert headers["x-guanxi-timestamp"] == str(int(NOW.timestamp()))
    assert headers["x-guanxi-contact"] == headers["idempotency-key"] == "contact7"
    assert json.loads(body) == {
        "contact_id": "CONTACT7",
        "to": "+8613800138000",
        "text": SMS.text,
        "time_to_live_s": 86_400,
    }


def test_a_wecom_robot_is_given_its_own_shape() -> None:
    first, _, body = _request(wecom, SENDERS["wecom"][1])
    assert first.split()[1] == "/hook?key=k-1"
    assert json.loads(body) == {"msgtype": "markdown", "markdown": {"content": SMS.text}}


def test_aliyun_is_given_the_registered_template_the_values_and_our_id() -> None:
    first, headers, body = _request(aliyun, SENDERS["aliyun"][1])
    asked = {name: values[0] for name, values in parse_qs(urlsplit(first.split()[1]).query).items()}
    assert asked == {
        "OutId": "CONTACT7",
        "PhoneNumbers": "13800138000",
        "SignName": "关系科技",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"name":"李雷"}',
    }
    assert body == b""
    assert headers["x-acs-action"] == "sendsms"
    assert headers["authorization"].startswith("acs3-hmac-sha256 credential=key-id,signedheaders=host;x-acs-")


def test_a_text_that_was_never_registered_is_refused_before_the_wire() -> None:
    account = Account("i", "s", "关系科技", {"SMS_3": "您好，${what}将于${day}到期"})
    with http_server(b"") as server:
        sender = AliyunSmsSender(
            account, now=lambda: NOW, nonce=lambda: "n", url=f"http://127.0.0.1:{server.port}/"
        )
        assert sender.send(SMS) == SendRefused("no_registered_template")
    assert server.requests == 0


def test_sns_is_given_the_kind_of_message_the_price_and_our_id() -> None:
    _, _, body = _request(sns, SENDERS["sns"][1])
    asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    told = {
        asked[f"MessageAttributes.entry.{n}.Name"]: asked[f"MessageAttributes.entry.{n}.Value.StringValue"]
        for n in range(1, 5)
    }
    assert (asked["Action"], asked["PhoneNumber"], asked["Message"]) == ("Publish", SMS.to, SMS.text)
    assert told == {
        "AWS.SNS.SMS.SMSType": "Transactional",
        "AWS.SNS.SMS.SenderID": "GUANXI",
        "AWS.SNS.SMS.MaxPrice": "0.50",
        "contact_id": "CONTACT7",
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "https://evil.example/x",
        "https://hooks.example.com@evil.example/x",
        "https://user:pw@hooks.example.com/x",
        "ftp://hooks.example.com/x",
    ],
)
def test_messages_go_to_listed_hosts_by_https_only(url: str) -> None:
    with pytest.raises(ConfigurationError):
        WebhookSender(
            url, secret=SECRET, style="json", hosts=frozenset({"hooks.example.com"}), now=lambda: NOW
        )


def test_a_listed_host_is_taken() -> None:
    url = "https://hooks.example.com/x"
    WebhookSender(url, secret=SECRET, style="json", hosts=frozenset({"hooks.example.com"}), now=lambda: NOW)


def test_the_signature_is_the_one_of_the_services_own_example() -> None:
    # https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, "fixed parameters"
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    query = canonical_query({"RegionId": "cn-shanghai", "ImageId": image})
    account = Account("YourAccessKeyId", "YourAccessKeySecret", "", {})
    signed = authorization(headers, query, account)
    assert signed.endswith("=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_an_account_is_read_from_its_secret() -> None:
    secret = {
        "access_key_id": "i",
        "access_key_secret": "s",
        "sign_name": "关系科技",
        "templates": {"A": "b"},
    }
    assert read_account(json.dumps(secret)) == Account("i", "s", "关系科技", {"A": "b"})
