"""Woken by the streams of what input wrote: wakes a review of each customer it belongs to."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.wake import wake_reviews
from shared.runtime import wiring
from shared.runtime.observe import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[Any]]:
    count("ReviewsWoken", wake_reviews(event["Records"], wiring.queue()))
    return {"batchItemFailures": []}
