"""The queue port on SQS."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from shared.aws.failures import our_errors
from shared.model.errors import StoreBusy
from shared.ports import QueueName

BATCH_MESSAGES = 10
BATCH_BYTES = 1024 * 1024
POSTS_AT_ONCE = 8
"""Requests under way together; boto3's pool holds ten connections."""
ROUNDS = 4
FIRST_PAUSE_S = 0.1


class SqsClient(Protocol):
    """What the queue asks of boto3's client; the IAM policy allows the same."""

    def send_message_batch(self, **parameters: object) -> dict[str, Any]: ...


class SqsQueue:
    """Posts to SQS. `urls` holds the queue URL of every queue that is posted to."""

    def __init__(
        self,
        client: SqsClient,
        urls: Mapping[QueueName, str],
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._urls = urls
        self._pause = pause

    def post(self, queue: QueueName, bodies: Sequence[str], *, delay_s: int = 0) -> None:
        """Posts all bodies in batches; what was not taken is posted again a few times.

        Raises:
            StoreBusy: some bodies were not taken; posting all of them again is harmless.
            ValueError: SQS will never take one of them (empty, too large, a forbidden character).
        """
        lots = list(batches(bodies))
        if len(lots) <= POSTS_AT_ONCE:
            for lot in lots:
                self._post_batch(self._urls[queue], lot, delay_s)
            return
        # A request takes milliseconds of waiting: one after the other, a large file would take hours.
        with ThreadPoolExecutor(POSTS_AT_ONCE) as pool:
            list(pool.map(lambda lot: self._post_batch(self._urls[queue], lot, delay_s), lots))

    def _post_batch(self, url: str, bodies: Sequence[str], delay_s: int) -> None:
        entries: list[dict[str, Any]] = [
            {"Id": str(number), "MessageBody": body, "DelaySeconds": delay_s}
            for number, body in enumerate(bodies)
        ]
        for round_ in range(ROUNDS):
            if round_:
                self._pause(random.uniform(0, FIRST_PAUSE_S * 2**round_))
            with our_errors():
                reply = self._client.send_message_batch(QueueUrl=url, Entries=entries)
            failed = _retryable(reply.get("Failed", ()))
            entries = [entry for entry in entries if entry["Id"] in failed]
            if not entries:
                return
        raise StoreBusy(f"{len(entries)} messages were not taken")


def _retryable(failures: Sequence[Mapping[str, Any]]) -> set[str]:
    for failure in failures:
        if failure["SenderFault"]:
            raise ValueError(f"SQS refuses a message: {failure['Code']}")
    return {failure["Id"] for failure in failures}


def batches(bodies: Sequence[str]) -> Iterator[list[str]]:
    """The bodies in order, at most 10 and 1 MiB together; ValueError when one alone is larger."""
    batch: list[str] = []
    room = BATCH_BYTES
    for body in bodies:
        size = len(body.encode())
        if size > BATCH_BYTES:
            raise ValueError(f"a message of {size} bytes")
        if batch and (size > room or len(batch) == BATCH_MESSAGES):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(body)
        room -= size
    if batch:
        yield batch
