"""One deployed stack for all end-to-end tests: the real template, real Lambda processes, IAM enforced."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from infra.local.mail_drop import MailDrop
from infra.local.sms_endpoint import SmsEndpoint
from infra.local.stack import Stack, embedded_stack
from tests.e2e.faulty_texts import FaultyTexts

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""The business clock stands still: a Friday, 10:00 in Shanghai."""
PATIENCE_S = 60
"""Cold starts on a busy machine; a warm chain of all functions takes 0.2 s."""


@dataclass(frozen=True, slots=True)
class World:
    """The stack and what left it."""

    stack: Stack
    outbox: Path
    texts: FaultyTexts

    def post(self, output: str, *bodies: dict[str, Any] | str) -> None:
        """Posts messages to the queue of an output, like `RecordsQueueUrl`."""
        sqs = self.stack.client("sqs")
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            sqs.send_message(QueueUrl=self.stack.outputs[output], MessageBody=text)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 (JSON)
        """The answer of a function, by logical name; fails the test when the function crashed."""
        name = self.stack.outputs[f"{function}Function"]
        reply = self.stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        answer = json.loads(reply["Payload"].read())
        assert "FunctionError" not in reply, answer
        return answer

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, as DynamoDB JSON."""
        name = self.stack.outputs[f"{table}TableName"]
        pages = self.stack.client("dynamodb").get_paginator("scan").paginate(TableName=name)
        return [item for page in pages for item in page["Items"]]

    def waiting(self) -> dict[str, int]:
        """Messages visible or in flight, by output name of the queue; empty queues are left out."""
        sqs = self.stack.client("sqs")
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = {
            output: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            for output, url in self.stack.outputs.items()
            if output.endswith("Url")
        }
        counts = {output: sum(int(depths[name]) for name in names) for output, depths in found.items()}
        return {output: count for output, count in counts.items() if count}


Found = TypeVar("Found")


def eventually(look: Callable[[], Found]) -> Found:
    """What `look` finds, as soon as it is truthy; fails the test when that takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    run = tmp_path_factory.mktemp("run")
    outbox = run / "outbox"
    with MailDrop(outbox) as drop, SmsEndpoint(outbox) as endpoint, FaultyTexts(endpoint.url) as texts:
        parameters = {
            "FixedClockAt": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ScheduleState": "DISABLED",  # tests start the sweeps themselves
            "EmailSender": "smtp",
            "SmtpHost": "127.0.0.1",
            "SmtpPort": str(drop.port),
            "SmsSender": "eum",
            "SmsEndpointUrl": texts.url,
            "SmsOriginationIdentity": "arn:aws:sms-voice:us-east-1:000000000000:pool/pool-local",
        }
        with embedded_stack(run, parameters=parameters, persist=False) as stack:
            yield World(stack, outbox, texts)
