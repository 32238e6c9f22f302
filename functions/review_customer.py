"""Woken for a customer who is due: gives the tags and plans the day."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.review_customer import may_plan_now, review_message
from shared.runtime import wiring
from shared.runtime.batch import MessageBatch
from shared.runtime.observe import count, logger, metrics


def review_one(record: SQSRecord, *, may_plan: bool) -> None:
    reviewed = review_message(
        record.body,
        items=wiring.items(),
        policy=wiring.policy(),
        key=wiring.identity_key(),
        now=wiring.clock().now(),
        may_plan=may_plan,
    )
    count("Customers" + reviewed.outcome.title().replace("_", ""))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    review = partial(review_one, may_plan=may_plan_now(wiring.items()))
    return process_partial_response(event, review, MessageBatch(), context)
