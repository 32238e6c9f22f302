"""Moves messages from a dead-letter queue back to its queue: SQS's own redrive does not exist everywhere."""

from collections.abc import Iterator
from typing import Any, Protocol


class RedriveClient(Protocol):
    """What a redrive asks of boto3's SQS client; the IAM policy allows the same."""

    def receive_message(self, **parameters: object) -> dict[str, Any]: ...
    def send_message(self, **parameters: object) -> dict[str, Any]: ...
    def delete_message(self, **parameters: object) -> dict[str, Any]: ...


def redrive(client: RedriveClient, *, dead_url: str, url: str, limit: int) -> int:
    """How many messages were moved. One is deleted only after it was posted: a crash moves it twice, never drops it."""
    moved = 0
    for message in _receive(client, dead_url, limit):
        client.send_message(QueueUrl=url, MessageBody=message["Body"])
        client.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])
        moved += 1
    return moved


def _receive(client: RedriveClient, url: str, limit: int) -> Iterator[dict[str, Any]]:
    left = limit
    while left > 0:
        batch = client.receive_message(QueueUrl=url, MaxNumberOfMessages=min(10, left), WaitTimeSeconds=1)
        messages = batch.get("Messages", [])
        if not messages:
            return
        yield from messages
        left -= len(messages)
