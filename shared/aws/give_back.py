"""Gives a message back to its queue at once: an attempt that stopped in good order need not wait for its visibility."""

from typing import Any, Protocol

from shared.aws.failures import our_errors


class VisibilityClient(Protocol):
    """What this needs of boto3's SQS client; the IAM policy allows the same."""

    def change_message_visibility(self, **parameters: object) -> dict[str, Any]: ...


def give_back(client: VisibilityClient, *, url: str, receipt_handle: str) -> None:
    """The message can be received again now. It still counts as received."""
    with our_errors():
        client.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt_handle, VisibilityTimeout=0)
