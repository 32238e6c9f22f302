"""SMS by Alibaba Cloud (SendSms), signed by hand: ACS3-HMAC-SHA256 of the service's V3 signature.

The service sends registered texts only: a template code and the values of its variables. Ours is a finished text, so the
setting lists the registered texts, `{"SMS_1": "${name}您好，……"}`, and the text finds its own. One that was never registered
is refused here: the carrier would not pass it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from shared.aws.http_once import LATER_S, SOON_S, Answer, Timeouts, checked_url, post_once, set_up_fault
from shared.ports import Accepted, Ambiguous, SendOutcome, SendRefused, SmsMessage, Throttled

HOST: Final = "dysmsapi.aliyuncs.com"
_ALGORITHM: Final = "ACS3-HMAC-SHA256"
_VERSION: Final = "2017-05-25"
_OWN_SIGNATURE: Final = re.compile(r"^【[^【】]{1,40}】")
_VARIABLE: Final = re.compile(r"\\\$\\\{([A-Za-z_]\w*)\\\}")
_MAINLAND: Final = "+86"
_RETRY_AFTER_S: Final = {
    "isv.BUSINESS_LIMIT_CONTROL": LATER_S,  # so many a minute, hour and day to one number
    "isv.DAY_LIMIT_CONTROL": LATER_S,
    "isv.MONTH_LIMIT_CONTROL": LATER_S,
    "isv.AMOUNT_NOT_ENOUGH": LATER_S,
    "isv.OUT_OF_SERVICE": LATER_S,
    "isv.ACCOUNT_ABNORMAL": LATER_S,
    "isv.SMS_SIGNATURE_ILLEGAL": LATER_S,
    "SignatureDoesNotMatch": LATER_S,
    "InvalidAccessKeyId.NotFound": LATER_S,
    "InvalidTimeStamp.Expired": SOON_S,
    "SignatureNonceUsed": SOON_S,
}
"""Surely not sent, and no fault of the message."""
_UNSURE: Final = ("isp.", "ServiceUnavailable", "InternalError")


@dataclass(frozen=True, slots=True)
class Account:
    """What the secret holds. `templates`: code -> registered text with `${variables}`, without the signature."""

    key_id: str
    key_secret: str
    sign_name: str
    templates: Mapping[str, str]


def read_account(secret: str) -> Account:
    """The account of a secret `{"access_key_id", "access_key_secret", "sign_name", "templates": {code: text}}`."""
    told = json.loads(secret)
    return Account(
        told["access_key_id"], told["access_key_secret"], told["sign_name"], dict(told["templates"])
    )


class Fitting(NamedTuple):
    code: str
    values: dict[str, str]


class AliyunSmsSender:
    """An SmsSender. `nonce` is another text for each request."""

    def __init__(
        self,
        account: Account,
        *,
        now: Callable[[], datetime],
        nonce: Callable[[], str],
        url: str = f"https://{HOST}/",
        timeouts: Timeouts = Timeouts(),  # noqa: B008 (a constant)
    ) -> None:
        self._account = account
        self._texts = {code: _pattern(text) for code, text in account.templates.items()}
        self._now = now
        self._nonce = nonce
        self._url = checked_url(url, frozenset({HOST}))
        self._timeouts = timeouts

    def send(self, message: SmsMessage) -> SendOutcome:
        fitting = self._fit(message.text)
        if fitting is None:
            return SendRefused("no_registered_template")
        query = canonical_query(
            {
                "PhoneNumbers": message.to.removeprefix(_MAINLAND).removeprefix("+"),
                "SignName": self._account.sign_name,
                "TemplateCode": fitting.code,
                "TemplateParam": json.dumps(fitting.values, ensure_ascii=False, separators=(",", ":")),
                "OutId": message.contact_id,  # comes back in every receipt as out_id
            }
        )
        answer = post_once(f"{self._url}?{query}", self._headers(query), b"", self._timeouts)
        return _outcome(answer)

    def _fit(self, text: str) -> Fitting | None:
        body = _OWN_SIGNATURE.sub("", text)  # the service writes the registered one
        found = [
            Fitting(code, match.groupdict())
            for code, pattern in self._texts.items()
            if (match := pattern.fullmatch(body))
        ]
        # The one that leaves least to its variables.
        return min(found, key=lambda one: (sum(map(len, one.values.values())), one.code), default=None)

    def _headers(self, query: str) -> dict[str, str]:
        headers = {
            "host": urlsplit(self._url).netloc,
            "x-acs-action": "SendSms",
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": self._now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self._nonce(),
            "x-acs-version": _VERSION,
        }
        return {**headers, "Authorization": authorization(headers, query, self._account)}


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_VARIABLE.sub(r"(?P<\1>.+?)", re.escape(text)), re.DOTALL)


def canonical_query(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(parameters.items()))


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def authorization(headers: Mapping[str, str], query: str, account: Account) -> str:
    """The header that signs a request with an empty body; all `headers` are signed."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    text = f"{_ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(account.key_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={account.key_id},SignedHeaders={names},Signature={signature}"


def _outcome(answer: Answer | Throttled | Ambiguous) -> SendOutcome:
    """What is wrong with a message comes with status 200 and a code."""
    if not isinstance(answer, Answer):
        return answer
    code, provider_id = answer.body.get("Code"), answer.body.get("BizId")
    if not isinstance(code, str):
        return set_up_fault(answer.status) or Ambiguous("no_code")
    if code == "OK":
        is_id = isinstance(provider_id, str) and provider_id
        return Accepted(str(provider_id)) if is_id else Ambiguous("no_message_id")
    if code.startswith(_UNSURE):
        return Ambiguous(code)
    if code.startswith("Throttling"):
        return Throttled(SOON_S)
    if code in _RETRY_AFTER_S:
        return Throttled(_RETRY_AFTER_S[code])
    return set_up_fault(answer.status) or SendRefused(code)
