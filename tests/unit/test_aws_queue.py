from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from shared.aws.queue import BATCH_BYTES, ROUNDS, SqsQueue, batches
from shared.model.errors import ConfigurationError, StoreBusy
from shared.ports import QueueName

URL = "https://sqs.example.com/records"


class FakeSqs:
    """Refuses each body as often as it is told; keeps what it took."""

    def __init__(self, refusals: dict[str, int] | None = None, *, sender_fault: bool = False) -> None:
        self.refusals = refusals or {}
        self.sender_fault = sender_fault
        self.taken: list[tuple[str, int]] = []
        self.requests = 0

    def send_message_batch(self, **parameters: Any) -> dict[str, Any]:
        self.requests += 1
        assert parameters["QueueUrl"] == URL
        return {"Failed": [failed for entry in parameters["Entries"] if (failed := self._failed(entry))]}

    def _failed(self, entry: dict[str, Any]) -> dict[str, Any] | None:
        body = entry["MessageBody"]
        if self.refusals.get(body, 0) > 0:
            self.refusals[body] -= 1
            return {"Id": entry["Id"], "SenderFault": self.sender_fault, "Code": "Refused"}
        self.taken.append((body, entry["DelaySeconds"]))
        return None


class BrokenSqs:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def send_message_batch(self, **parameters: object) -> dict[str, Any]:
        raise self.error


def client_error(code: str, status: int = 400) -> ClientError:
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, "SendMessageBatch")


def post(client: Any, *bodies: str, delay_s: int = 0) -> list[float]:
    pauses: list[float] = []
    SqsQueue(client, {QueueName.RECORDS: URL}, pause=pauses.append).post(
        QueueName.RECORDS, bodies, delay_s=delay_s
    )
    return pauses


def test_every_body_is_posted_once_in_batches_of_ten() -> None:
    sqs = FakeSqs()
    bodies = [f"b{n}" for n in range(25)]
    assert post(sqs, *bodies, delay_s=7) == []
    assert sqs.taken == [(body, 7) for body in bodies]
    assert sqs.requests == 3


def test_nothing_to_post_asks_nothing() -> None:
    sqs = FakeSqs()
    post(sqs)
    assert sqs.requests == 0


def test_only_what_was_not_taken_is_posted_again() -> None:
    sqs = FakeSqs({"b": 2, "c": 1})
    pauses = post(sqs, "a", "b", "c")
    assert [body for body, _ in sqs.taken] == ["a", "c", "b"]
    assert len(pauses) == 2


def test_a_body_that_is_never_taken_makes_the_store_busy_after_some_rounds() -> None:
    sqs = FakeSqs({"b": 99})
    with pytest.raises(StoreBusy):
        post(sqs, "a", "b")
    assert sqs.requests == ROUNDS


def test_a_body_that_sqs_will_never_take_is_a_bug() -> None:
    sqs = FakeSqs({"b": 1}, sender_fault=True)
    with pytest.raises(ValueError):
        post(sqs, "a", "b")
    assert sqs.requests == 1


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        pytest.param(client_error("RequestThrottled"), StoreBusy, id="throttled"),
        pytest.param(client_error("Whatever", 503), StoreBusy, id="server's fault"),
        pytest.param(ReadTimeoutError(endpoint_url=URL), StoreBusy, id="no reply"),
        pytest.param(
            client_error("AWS.SimpleQueueService.NonExistentQueue"), ConfigurationError, id="no queue"
        ),
        pytest.param(client_error("AccessDenied", 403), ConfigurationError, id="denied"),
        pytest.param(client_error("InvalidMessageContents"), ValueError, id="forbidden character"),
    ],
)
def test_sqs_errors_come_out_in_our_words(error: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours):
        post(BrokenSqs(error), "a")


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([1] * 10, [10], id="ten"),
        pytest.param([1] * 11, [10, 1], id="eleven"),
        pytest.param([BATCH_BYTES], [1], id="one of full size"),
        pytest.param([BATCH_BYTES, 1], [1, 1], id="no room for one byte"),
        pytest.param([BATCH_BYTES // 2] * 3, [2, 1], id="halves"),
        pytest.param([1, BATCH_BYTES, 1], [1, 1, 1], id="large between small"),
    ],
)
def test_a_batch_keeps_to_ten_messages_and_one_mebibyte(sizes: list[int], expected: list[int]) -> None:
    bodies = ["x" * size for size in sizes]
    found = list(batches(bodies))
    assert [len(batch) for batch in found] == expected
    assert [body for batch in found for body in batch] == bodies


def test_sizes_are_counted_in_bytes() -> None:
    assert [len(batch) for batch in batches(["关" * (BATCH_BYTES // 6 + 1)] * 2)] == [1, 1]
    with pytest.raises(ValueError):
        list(batches(["关" * (BATCH_BYTES // 3 + 1)]))
