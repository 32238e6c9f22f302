"""Woken by a reply to one of our SMS: ends, restores or explains what its writer gets, or holds it for a person."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.read_reply import Replying, take_reply
from shared.runtime import wiring
from shared.runtime.batch import MessageBatch
from shared.runtime.observe import count, logger, metrics


def read_one(record: SQSRecord) -> None:
    replying = Replying(
        items=wiring.items(),
        queue=wiring.queue(),
        policy=wiring.policy(),
        key=wiring.identity_key(),
        now=wiring.clock().now(),
    )
    taken = take_reply(record.body, _sent_at(record), replying)
    # Neither the text nor the number: an outcome tells nobody anything (P1).
    logger.info("reply read", outcome=taken.outcome, customers=taken.customers)
    count("Replies" + taken.outcome.title().replace("_", ""))


def _sent_at(record: SQSRecord) -> datetime | None:
    """When the queue got it, for a message that does not say it itself."""
    sent_ms = (record.raw_event.get("attributes") or {}).get("SentTimestamp")
    return datetime.fromtimestamp(int(sent_ms) / 1000, UTC) if sent_ms else None


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    return process_partial_response(event, read_one, MessageBatch(), context)
