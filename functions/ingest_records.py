"""Woken by records of upstream systems: cleans each, joins it to its customer, stores it."""

from typing import Any

# Powertools loads its parser and every model of it when pydantic comes before this import.
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.ingest_message import Received, ingest_message, record_progress
from shared.runtime import wiring
from shared.runtime.batch import MessageBatch
from shared.runtime.observe import count, logger, metrics


def ingest_one(record: SQSRecord) -> Received:
    received = ingest_message(
        record.body,
        items=wiring.items(),
        policy=wiring.policy(),
        key=wiring.identity_key(),
        received_at=wiring.clock().now(),
    )
    count(f"Records{received.outcome.title()}")
    return received


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    processor = MessageBatch()
    with processor(event["Records"], ingest_one, lambda_context=context):
        results = processor.process()
    record_progress([result for status, result, _ in results if status == "success"], wiring.items())
    return processor.response()
