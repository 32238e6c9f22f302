"""The setting `SmsSender` chooses who sends texts; what is not used is not imported."""

import json
import subprocess
import sys

import pytest

from shared.aws import clients, secrets
from shared.aws.aliyun_sms import AliyunSmsSender
from shared.aws.eum_sms import EumSmsSender
from shared.aws.sns_sms import SnsSmsSender
from shared.aws.webhook import WebhookSender
from shared.model.errors import ConfigurationError
from shared.ports import Accepted, SmsMessage, SmsSender
from shared.runtime import wiring
from shared.runtime.wiring import ChannelOff

ACCOUNT = {"access_key_id": "i", "access_key_secret": "s", "sign_name": "关系科技", "templates": {}}
HOOK = {"SMS_SECRET_ARN": "arn:x", "WEBHOOK_URL": "https://hooks.example.com/x", "WEBHOOK_STYLE": "json"}


def sender(monkeypatch: pytest.MonkeyPatch, **environment: str) -> SmsSender:
    for name, value in {"AWS_DEFAULT_REGION": "us-east-1", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(secrets, "read_secret", lambda arn: json.dumps(ACCOUNT))
    wiring.sms_sender.cache_clear()
    try:
        return wiring.sms_sender()
    finally:
        wiring.sms_sender.cache_clear()


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        pytest.param({}, ChannelOff, id="nothing set"),
        pytest.param({"SMS_SENDER": "none"}, ChannelOff, id="none"),
        pytest.param({"SMS_SENDER": "eum"}, ChannelOff, id="eum without a number"),
        pytest.param({"SMS_SENDER": "eum", "SMS_ORIGINATION_IDENTITY": "arn:n"}, EumSmsSender, id="eum"),
        pytest.param({"SMS_SENDER": "sns"}, SnsSmsSender, id="sns"),
        pytest.param({"SMS_SENDER": "aliyun", "SMS_SECRET_ARN": "arn:x"}, AliyunSmsSender, id="aliyun"),
        pytest.param(
            {"SMS_SENDER": "webhook", "WEBHOOK_HOSTS": "hooks.example.com", **HOOK},
            WebhookSender,
            id="webhook",
        ),
    ],
)
def test_the_setting_names_the_sender(
    environment: dict[str, str], kind: type[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(sender(monkeypatch, **environment), kind)


@pytest.mark.parametrize("name", ["", "care-events"])
def test_texts_name_the_set_that_tells_of_their_events(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    class Client:
        def send_text_message(self, **request: object) -> dict[str, str]:
            asked.append(request)
            return {"MessageId": "p-1"}

    monkeypatch.setattr(clients, "client", lambda *_: Client())
    settings = {"SMS_ORIGINATION_IDENTITY": "arn:n", "SMS_CONFIGURATION_SET": name}
    text = SmsMessage(contact_id="M1", to="+447700900123", text="Hello", time_to_live_s=60)
    assert sender(monkeypatch, SMS_SENDER="eum", **settings).send(text) == Accepted("p-1")
    assert [request.get("ConfigurationSetName", "") for request in asked] == [name]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"WEBHOOK_HOSTS": "other.example.com"}, id="a host that is not listed"),
        pytest.param({"WEBHOOK_HOSTS": "hooks.example.com", "WEBHOOK_STYLE": "xml"}, id="an unknown style"),
        pytest.param({}, id="no list of hosts"),
    ],
)
def test_a_webhook_that_is_set_wrong_fails_before_any_message(
    wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError):
        sender(monkeypatch, **{"SMS_SENDER": "webhook", **HOOK, **wrong})


def test_who_does_not_use_a_sender_does_not_import_it() -> None:
    code = "import sys, shared.runtime.wiring; print([m for m in sys.modules if m.startswith('shared.aws')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
