"""SMS by AWS End User Messaging (pinpoint-sms-voice-v2 SendTextMessage)."""

from collections.abc import Mapping
from typing import Final, Protocol

from shared.aws.send_outcome import LATER_S, SOON_S, outcome_of
from shared.ports import Accepted, Ambiguous, SendOutcome, SmsMessage

RETRY_AFTER_S: Final = {
    "ServiceQuotaExceededException": LATER_S,  # the monthly spend limit
    "ResourceNotFoundException": LATER_S,  # our own set-up: no fault of the message
    "AccessDeniedException": SOON_S,
}
"""Codes of the service after which the same message may be tried again; other 4xx codes refuse it."""

_LEAST_LIFE_S, _LONGEST_LIFE_S = 5, 259_200  # limits of TimeToLive in the service's model


class EumSmsClient(Protocol):
    """The one call that is used of a boto3 pinpoint-sms-voice-v2 client."""

    def send_text_message(self, **kwargs: object) -> Mapping[str, object]: ...


class EumSmsSender:
    """An SmsSender. The client must make one attempt only (`total_max_attempts=1`)."""

    def __init__(
        self,
        client: EumSmsClient,
        origination_identity: str,
        configuration_set: str | None = None,
        max_price: str | None = None,
        protect_configuration_id: str | None = None,
    ) -> None:
        self._client = client
        optional = {
            "OriginationIdentity": origination_identity,
            "ConfigurationSetName": configuration_set,
            "MaxPrice": max_price,
            "ProtectConfigurationId": protect_configuration_id,
        }
        self._settings = {name: value for name, value in optional.items() if value}

    def send(self, message: SmsMessage) -> SendOutcome:
        try:
            answer = self._client.send_text_message(
                DestinationPhoneNumber=message.to,
                MessageBody=message.text,
                MessageType="TRANSACTIONAL",
                TimeToLive=min(max(message.time_to_live_s, _LEAST_LIFE_S), _LONGEST_LIFE_S),
                Context={"contact_id": message.contact_id},  # comes back in every event
                **self._settings,
            )
        except Exception as error:  # noqa: BLE001 (whatever it is, it becomes an outcome)
            return outcome_of(error, RETRY_AFTER_S)
        provider_id = answer.get("MessageId")
        return Accepted(provider_id) if isinstance(provider_id, str) else Ambiguous("no_message_id")
