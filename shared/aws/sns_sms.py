"""SMS by Amazon SNS (Publish to a phone number), where there is no End User Messaging."""

from collections.abc import Mapping
from typing import Final, Literal, Protocol

from shared.aws.send_outcome import LATER_S, SOON_S, outcome_of
from shared.ports import Accepted, Ambiguous, SendOutcome, SmsMessage

RETRY_AFTER_S: Final = {
    "AuthorizationError": SOON_S,
    "EndpointDisabled": LATER_S,
    "ThrottledException": SOON_S,
    "MonthlySpendLimitReached": LATER_S,
}
"""Codes of SNS after which the same message may be tried again; other 4xx codes refuse it."""


class SnsClient(Protocol):
    """The one call that is used of a boto3 sns client."""

    def publish(self, **kwargs: object) -> Mapping[str, object]: ...


class SnsSmsSender:
    """An SmsSender. The client must make one attempt only (`total_max_attempts=1`)."""

    def __init__(
        self,
        client: SnsClient,
        *,
        sms_type: Literal["Transactional", "Promotional"] = "Transactional",
        sender_id: str | None = None,
        max_price: str | None = None,
    ) -> None:
        self._client = client
        told = {
            "AWS.SNS.SMS.SMSType": sms_type,
            "AWS.SNS.SMS.SenderID": sender_id,
            "AWS.SNS.SMS.MaxPrice": max_price,
        }
        self._attributes = {name: _attribute(value) for name, value in told.items() if value}

    def send(self, message: SmsMessage) -> SendOutcome:
        try:
            answer = self._client.publish(
                PhoneNumber=message.to,
                Message=message.text,
                # The delivery log of SNS knows the message by its MessageId; the attribute is ours.
                MessageAttributes={**self._attributes, "contact_id": _attribute(message.contact_id)},
            )
        except Exception as error:  # noqa: BLE001 (whatever it is, it becomes an outcome)
            return outcome_of(error, RETRY_AFTER_S)
        provider_id = answer.get("MessageId")
        return Accepted(provider_id) if isinstance(provider_id, str) else Ambiguous("no_message_id")


def _attribute(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}
