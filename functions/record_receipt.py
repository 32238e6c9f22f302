"""Woken by an event of a provider: records what became of a message."""

import time
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.record_receipt import Recording, record_message
from shared.runtime import wiring
from shared.runtime.batch import MessageBatch
from shared.runtime.observe import count, logger, metrics


def record_one(record: SQSRecord) -> None:
    sent_ms = (record.raw_event.get("attributes") or {}).get("SentTimestamp")
    ends = record_message(
        record.body,
        Recording(
            items=wiring.items(),
            policy=wiring.policy(),
            key=wiring.identity_key(),
            now=wiring.clock().now(),
            age_s=time.time() - int(sent_ms) / 1000 if sent_ms else 0.0,
        ),
    )
    for end, number in ends.items():
        count("Receipts" + end.title().replace("_", ""), number)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    return process_partial_response(event, record_one, MessageBatch(), context)
