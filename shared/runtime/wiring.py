"""The composition root: which adapter stands behind each port in a function. Each is built on first use.

Adapters and the policy are imported where they are built: a function pays, at a cold start, only for those it uses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from time import monotonic
from typing import TYPE_CHECKING

from shared.model.contact import Channel
from shared.model.errors import StoreBusy
from shared.ports import (
    Clock,
    EmailMessage,
    EmailSender,
    Items,
    Queue,
    SendOutcome,
    SendRefused,
    SmsMessage,
    SmsSender,
)
from shared.runtime import settings

if TYPE_CHECKING:
    from shared.flows.policy_in_force import InForce
    from shared.policy.schema import Policy


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The business clock: the wall clock, or one that the embedded stack holds fixed."""

    fixed_at: datetime | None = None

    def now(self) -> datetime:
        return self.fixed_at or datetime.now(UTC)


@cache
def clock() -> Clock:
    return SystemClock(settings.fixed_clock_at())


POLICY_FRESH_S = 30.0
"""All functions follow a published policy within a minute, at one read for each container in half a minute, however
many records it takes in."""


@dataclass(slots=True)
class _Seen:
    """What this container knows of the policy in force, and when it last looked (its own clock)."""

    in_force: "InForce | None" = None
    at_s: float = 0.0


_seen = _Seen()


def policy() -> "Policy":
    """The policy in force. One that this code refuses leaves the last good one standing, and is told."""
    now_s = monotonic()
    if _seen.in_force is None or now_s - _seen.at_s >= _fresh_s():
        _seen.in_force, _seen.at_s = _look_again(_seen.in_force), now_s
    return _seen.in_force.policy


@cache
def _fresh_s() -> float:
    """Where the business clock stands still no sweep can wait for the others: each look is a new one."""
    return POLICY_FRESH_S if settings.fixed_clock_at() is None else 0.0


def _look_again(kept: "InForce | None") -> "InForce":
    from shared.flows.policy_in_force import read_in_force
    from shared.runtime.observe import count, logger

    try:
        found = read_in_force(items(), kept)
    except StoreBusy:
        if kept is None:
            raise
        return kept
    if found.fault:
        logger.error("policy refused", reason=found.fault, move=found.number, in_force=found.policy.version)
        count("PolicyRefused")
    return found


@cache
def items() -> Items:
    from shared.aws.clients import client
    from shared.aws.items import DynamoItems

    return DynamoItems(client("dynamodb"), settings.tables())


@cache
def queue() -> Queue:
    from shared.aws.clients import client
    from shared.aws.queue import SqsQueue

    return SqsQueue(client("sqs"), settings.queue_urls())


@cache
def identity_key() -> bytes:
    """The HMAC key of identity keys and address hashes."""
    from shared.aws.secrets import read_secret

    return read_secret(settings.text("IDENTITY_KEY_SECRET_ARN")).encode()


def unsubscribe_url() -> str:
    """Where the links of emails lead, without the token; empty: there is no such address."""
    return settings.optional("UNSUBSCRIBE_URL") or ""


@cache
def email_sender() -> EmailSender:
    if settings.text("EMAIL_SENDER") == "smtp":
        return _smtp_sender()
    from shared.aws.clients import client
    from shared.aws.ses import SesSender

    return SesSender(client("sesv2", "sender"), settings.optional("SES_CONFIGURATION_SET") or "")


def _smtp_sender() -> EmailSender:
    from shared.aws.secrets import read_credentials
    from shared.aws.smtp import SmtpSender

    host = settings.text("SMTP_HOST")
    secret_arn = settings.optional("SMTP_SECRET_ARN")
    username, password = read_credentials(secret_arn) if secret_arn else (None, None)
    return SmtpSender(
        host,
        int(settings.text("SMTP_PORT")),
        username=username,
        password=password,
        use_tls=host not in settings.LOOPBACK,
        connect_timeout_s=2,
        read_timeout_s=10,
        now=clock().now,
    )


def robot_post() -> Callable[[EmailMessage], SendOutcome]:
    """How a notice leaves by a group robot; throttled while no robots are set up."""
    from shared.aws.staff_robots import post_by_robot

    return partial(post_by_robot, robots=_robots(), now=lambda: datetime.now(UTC))


@cache
def _robots() -> dict[str, str]:
    from shared.aws.secrets import read_secret
    from shared.aws.staff_robots import read_robots

    arn = settings.optional("STAFF_ROBOTS_SECRET_ARN")
    return read_robots(read_secret(arn)) if arn else {}


@dataclass(frozen=True, slots=True)
class ChannelOff:
    """A sender for a channel that the deployment does not have: it refuses, which the ledger records."""

    def send(self, message: SmsMessage) -> SendOutcome:
        """Always refused."""
        return SendRefused("channel_off")


@cache
def sms_sender() -> SmsSender:
    """The provider of texts that the deployment names."""
    match settings.optional("SMS_SENDER"):
        case "eum":
            return _eum_sender()
        case "sns":
            return _sns_sender()
        case "aliyun":
            return _aliyun_sender()
        case "webhook":
            return _webhook_sender()
        case _:
            return ChannelOff()


def _eum_sender() -> SmsSender:
    if settings.optional("SMS_ORIGINATION_IDENTITY") is None:
        return ChannelOff()
    from shared.aws.clients import client
    from shared.aws.eum_sms import EumSmsSender

    endpoint = settings.optional("SMS_ENDPOINT_URL")
    sms_client = client("pinpoint-sms-voice-v2", "sender", endpoint)
    identity = settings.text("SMS_ORIGINATION_IDENTITY")
    return EumSmsSender(sms_client, identity, settings.optional("SMS_CONFIGURATION_SET"))


def _sns_sender() -> SmsSender:
    from shared.aws.clients import client
    from shared.aws.sns_sms import SnsSmsSender

    return SnsSmsSender(client("sns", "sender"), sender_id=settings.optional("SMS_SENDER_ID"))


def _aliyun_sender() -> SmsSender:
    from uuid import uuid4

    from shared.aws.aliyun_sms import AliyunSmsSender, read_account
    from shared.aws.secrets import read_secret

    account = read_account(read_secret(settings.text("SMS_SECRET_ARN")))
    return AliyunSmsSender(account, now=lambda: datetime.now(UTC), nonce=lambda: uuid4().hex)


def _webhook_sender() -> SmsSender:
    from shared.aws.secrets import read_secret
    from shared.aws.webhook import WebhookSender, read_style

    return WebhookSender(
        settings.text("WEBHOOK_URL"),
        secret=read_secret(settings.text("SMS_SECRET_ARN")).encode(),
        style=read_style(settings.text("WEBHOOK_STYLE")),
        hosts=frozenset(settings.text("WEBHOOK_HOSTS").split(",")),
        now=lambda: datetime.now(UTC),
    )


def turn_at_provider(channel: Channel) -> float:
    """Waits for this container's turn at the provider of a channel; seconds until it comes where that is long."""
    from shared.runtime.pace import wait_for_turn

    rate_per_s = policy().limits.rate_per_s.get(channel, 0)
    return wait_for_turn(channel, rate_per_s, int(settings.optional("SEND_CONCURRENCY") or 1))


def redrive(name: str, limit: int) -> int:
    """Moves dead letters of a queue back; ConfigurationError for a queue that this function does not know."""
    from shared.aws.clients import client
    from shared.aws.redrive import redrive as move

    variable = name.upper().replace("-", "_")
    dead_url, url = settings.text(f"{variable}_DEAD_QUEUE_URL"), settings.text(f"{variable}_QUEUE_URL")
    return move(client("sqs"), dead_url=dead_url, url=url, limit=limit)
