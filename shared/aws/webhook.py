"""Messages by webhook: a JSON POST of our own shape with a signature, or a WeCom group robot.

The receiver checks `X-Guanxi-Signature: sha256=<hex>`, the HMAC-SHA256 of `<X-Guanxi-Timestamp>.<body>` under the shared
secret, and knows a repeat by `Idempotency-Key`, which is the contact's id. It answers 2xx with `{"id": "..."}`.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

from shared.aws.http_once import LATER_S, SOON_S, Answer, Timeouts, checked_url, post_once, set_up_fault
from shared.model.errors import ConfigurationError
from shared.ports import Accepted, Ambiguous, SendOutcome, SendRefused, SmsMessage, Throttled

Style = Literal["json", "wecom_text", "wecom_markdown"]
STYLES: Final[tuple[Style, ...]] = ("json", "wecom_text", "wecom_markdown")
_FIRST_ERROR_STATUS: Final = 400
_WECOM_RETRY_AFTER_S: Final = {
    45009: SOON_S,  # 20 messages a minute for each robot
    93000: LATER_S,  # the robot is gone, or its key is wrong: no fault of the message
    301019: LATER_S,
}
_WECOM_BUSY: Final = -1


class WebhookSender:
    """An SmsSender. `url` must be https and its host listed, unless it is this machine's; ConfigurationError else."""

    def __init__(
        self,
        url: str,
        *,
        secret: bytes,
        style: Style,
        hosts: frozenset[str],
        now: Callable[[], datetime],
        timeouts: Timeouts = Timeouts(),  # noqa: B008 (a constant)
    ) -> None:
        self._url = checked_url(url, hosts)
        self._secret = secret
        self._style = style
        self._now = now
        self._timeouts = timeouts

    def send(self, message: SmsMessage) -> SendOutcome:
        if self._style == "json":
            body = _dump(
                {
                    "contact_id": message.contact_id,
                    "to": message.to,
                    "text": message.text,
                    "time_to_live_s": message.time_to_live_s,
                }
            )
            return _outcome(post_once(self._url, self._headers(message, body), body, self._timeouts))
        kind = self._style.removeprefix("wecom_")
        body = _dump({"msgtype": kind, kind: {"content": message.text}})
        answer = post_once(self._url, {"Content-Type": "application/json"}, body, self._timeouts)
        return _wecom_outcome(answer, message)

    def _headers(self, message: SmsMessage, body: bytes) -> dict[str, str]:
        sent_at = str(int(self._now().timestamp()))
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": message.contact_id,
            "X-Guanxi-Contact": message.contact_id,
            "X-Guanxi-Timestamp": sent_at,
            "X-Guanxi-Signature": f"sha256={signature(self._secret, sent_at, body)}",
        }


def read_style(text: str) -> Style:
    """A style by its name; ConfigurationError for another one."""
    for style in STYLES:
        if style == text:
            return style
    raise ConfigurationError(f"WEBHOOK_STYLE is one of {', '.join(STYLES)}")


def signature(secret: bytes, sent_at: str, body: bytes) -> str:
    """What the receiver computes, too."""
    return hmac.new(secret, sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _dump(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _outcome(answer: Answer | Throttled | Ambiguous) -> SendOutcome:
    if not isinstance(answer, Answer):
        return answer
    if answer.status >= _FIRST_ERROR_STATUS:
        return set_up_fault(answer.status) or SendRefused(f"status_{answer.status}")
    provider_id = answer.body.get("id")
    return (
        Accepted(provider_id) if isinstance(provider_id, str) and provider_id else Ambiguous("no_message_id")
    )


def _wecom_outcome(answer: Answer | Throttled | Ambiguous, message: SmsMessage) -> SendOutcome:
    """WeCom answers 200 with a code of its own, and has no id for a message."""
    if not isinstance(answer, Answer):
        return answer
    if answer.status >= _FIRST_ERROR_STATUS:
        return set_up_fault(answer.status) or SendRefused(f"status_{answer.status}")
    code = answer.body.get("errcode")
    if code == 0 and type(code) is int:
        return Accepted(f"wecom-{message.contact_id}")
    if type(code) is not int or code == _WECOM_BUSY:
        return Ambiguous("no_errcode" if type(code) is not int else "wecom_busy")
    if code in _WECOM_RETRY_AFTER_S:
        return Throttled(_WECOM_RETRY_AFTER_S[code])
    return SendRefused(f"wecom_{code}")
