"""Email by Amazon SES (sesv2 SendEmail, raw content)."""

from collections.abc import Mapping
from typing import Final, Protocol

from shared.aws.send_outcome import LATER_S, SOON_S, outcome_of
from shared.messaging.errors import MessageInvalid
from shared.messaging.mime import mailbox, to_mime
from shared.ports import Accepted, Ambiguous, EmailMessage, SendOutcome, SendRefused

RETRY_AFTER_S: Final = {
    "LimitExceededException": LATER_S,  # the daily quota
    "SendingPausedException": LATER_S,  # a person paused the account or the configuration set
    "ConcurrentModificationException": SOON_S,
}
"""Codes of SES after which the same message may be tried again; other 4xx codes refuse it."""


class SesClient(Protocol):
    """The one call that is used of a boto3 sesv2 client."""

    def send_email(self, **kwargs: object) -> Mapping[str, object]: ...


class SesSender:
    """An EmailSender. The client must make one attempt only (`total_max_attempts=1`)."""

    def __init__(self, client: SesClient, configuration_set: str) -> None:
        self._client = client
        self._configuration_set = configuration_set

    def send(self, message: EmailMessage) -> SendOutcome:
        try:
            request = self._request(message)
        except MessageInvalid as error:
            return SendRefused(error.code)
        try:
            answer = self._client.send_email(**request)
        except Exception as error:  # noqa: BLE001 (whatever it is, it becomes an outcome)
            return outcome_of(error, RETRY_AFTER_S)
        provider_id = answer.get("MessageId")
        return Accepted(provider_id) if isinstance(provider_id, str) else Ambiguous("no_message_id")

    def _request(self, message: EmailMessage) -> dict[str, object]:
        return {
            "FromEmailAddress": mailbox(message.sender),
            "Destination": {"ToAddresses": [mailbox(message.to)]},
            "Content": {"Raw": {"Data": to_mime(message, date_at=None)}},  # SES dates it
            "ConfigurationSetName": self._configuration_set,
            # Comes back in every event of the configuration set: the way an ambiguous send is resolved.
            "EmailTags": [{"Name": "contact_id", "Value": message.contact_id}],
        }
