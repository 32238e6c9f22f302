"""Notices to staff by WeCom group robots, whose URLs stand in a secret: `{"<name>": "https://qyapi.weixin.qq.com/..."}`."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from shared.aws.http_once import LATER_S, Timeouts
from shared.aws.webhook import WebhookSender
from shared.model.errors import ConfigurationError
from shared.ports import EmailMessage, SendOutcome, SmsMessage, Throttled

HOSTS: Final = frozenset({"qyapi.weixin.qq.com"})


def read_robots(secret: str) -> dict[str, str]:
    """URLs by name; ConfigurationError for a secret of another shape, which it does not show."""
    try:
        found = json.loads(secret)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(url, str) for url in found.values()):
        raise ConfigurationError("the secret of the group robots is a JSON object of names and URLs")
    return found


def post_by_robot(
    message: EmailMessage,
    robots: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    timeouts: Timeouts = Timeouts(),  # noqa: B008 (a constant)
) -> SendOutcome:
    """One request to the robot that the address `wecom:<name>` names. Throttled where there is none: it waits for us."""
    url = robots.get(message.to.partition(":")[2])
    if url is None:
        return Throttled(LATER_S)
    robot = WebhookSender(url, secret=b"", style="wecom_markdown", hosts=HOSTS, now=now, timeouts=timeouts)
    return robot.send(SmsMessage(message.contact_id, message.to, message.text, 0))
