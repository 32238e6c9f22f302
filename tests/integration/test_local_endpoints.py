"""The receiving side of the embedded stack, spoken to by the real senders."""

import json
import smtplib
import threading
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config

from infra.local.mail_drop import MailDrop
from infra.local.sms_endpoint import SmsEndpoint
from shared.aws.eum_sms import EumSmsSender
from shared.aws.smtp import SmtpSender
from shared.messaging.build import build_email, build_sms
from shared.model.contact import Channel
from shared.ports import Accepted, SendRefused, SmsMessage
from tests.unit.test_build import NOW, POLICY, a_contact


def _mail_sender(drop: MailDrop) -> SmtpSender:
    return SmtpSender(
        "127.0.0.1",
        drop.port,
        use_tls=False,
        connect_timeout_s=2,
        read_timeout_s=2,
        now=lambda: datetime(2026, 11, 21, tzinfo=UTC),
    )


def _sms_sender(endpoint: SmsEndpoint) -> EumSmsSender:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    config = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=2, read_timeout=2)
    client = session.client("pinpoint-sms-voice-v2", endpoint_url=endpoint.url, config=config)
    return EumSmsSender(client, "+12025550100")


def test_an_email_that_is_sent_lies_in_the_outbox_and_reads_back(tmp_path: Path) -> None:
    contact = a_contact()
    message = build_email(
        contact=contact, to="zhang@example.com", customer={"name": "张伟", "company": None}, policy=POLICY
    )
    with MailDrop(tmp_path) as drop:
        outcome = _mail_sender(drop).send(message)
    assert outcome == Accepted(f"{contact.contact_id}@guanxi.example")
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == f"000001-{contact.contact_id}.eml"
    parsed = message_from_bytes(file.read_bytes(), policy=default)
    assert parsed["To"] == "zhang@example.com"
    html = parsed.get_body(("html",))
    assert html is not None
    assert "张伟，您好！" in html.get_content()


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    message = build_email(contact=a_contact(), to="zhang@example.com", customer={}, policy=POLICY)
    for _ in range(2):
        with MailDrop(tmp_path) as drop:
            _mail_sender(drop).send(message)
    assert sorted(file.name[:7] for file in (tmp_path / "mail").iterdir()) == ["000001-", "000002-"]


def test_the_drop_refuses_a_second_recipient_and_keeps_a_strange_id_out_of_file_names(tmp_path: Path) -> None:
    with MailDrop(tmp_path) as drop, smtplib.SMTP("127.0.0.1", drop.port, "localhost", timeout=2) as client:
        content = "X-Guanxi-Contact: ../../x\r\n\r\nHi\r\n"
        refused = client.sendmail("a@example.com", ["b@example.com", "c@example.com"], content)
    assert refused["c@example.com"][0] == 554
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "000001-unknown.eml"
    assert file.read_bytes() == content.encode()


def test_an_sms_that_is_sent_is_a_line_of_the_outbox_with_its_segments(tmp_path: Path) -> None:
    contact = a_contact(channel=Channel.SMS)
    built = build_sms(contact=contact, to="+8613900000000", customer={"name": "张伟"}, policy=POLICY, now=NOW)
    with SmsEndpoint(tmp_path) as endpoint:
        outcome = _sms_sender(endpoint).send(built.message)
    (line,) = endpoint.file.read_text(encoding="utf-8").splitlines()
    kept = json.loads(line)
    assert outcome == Accepted(kept.pop("message_id"))
    assert kept == {
        "to": "+8613900000000",
        "text": built.message.text,
        "encoding": "UCS-2",
        "units": built.count.units,
        "segments": 1,
        "contact_id": contact.contact_id,
    }


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(SmsMessage("C", "13900000000", "hi", 60), id="a number without its country"),
        pytest.param(SmsMessage("C", "+12025550123", "", 60), id="no text"),
        pytest.param(SmsMessage("C", "+12025550123", "x" * 1601, 60), id="a long text"),
    ],
)
def test_what_the_service_would_refuse_is_refused_and_not_kept(tmp_path: Path, message: SmsMessage) -> None:
    with SmsEndpoint(tmp_path) as endpoint:
        outcome = _sms_sender(endpoint).send(message)
    assert isinstance(outcome, SendRefused)
    assert not endpoint.file.exists()


@pytest.mark.parametrize(
    ("target", "body", "kind"),
    [
        ("PinpointSMSVoiceV2.SendTextMessage", b"not json", "SerializationException"),
        ("PinpointSMSVoiceV2.SendTextMessage", b"[1]", "SerializationException"),
        ("PinpointSMSVoiceV2.SendVoiceMessage", b"{}", "UnknownOperationException"),
        ("", b"{}", "UnknownOperationException"),
    ],
)
def test_a_malformed_request_gets_the_error_of_the_protocol(
    tmp_path: Path, target: str, body: bytes, kind: str
) -> None:
    with SmsEndpoint(tmp_path) as endpoint:
        request = Request(endpoint.url, data=body, headers={"X-Amz-Target": target}, method="POST")
        with pytest.raises(HTTPError) as raised:
            urlopen(request, timeout=2)
        with raised.value as answer:
            assert answer.code == 400
            assert json.loads(answer.read())["__type"] == kind


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with SmsEndpoint(tmp_path) as endpoint, MailDrop(tmp_path):
        _sms_sender(endpoint).send(SmsMessage("C", "+12025550123", "hi", 60))
    assert set(threading.enumerate()) == before
