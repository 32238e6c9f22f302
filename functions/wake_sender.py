"""Woken by the stream of new contacts: wakes a sender for each."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.wake import wake_senders
from shared.runtime import wiring
from shared.runtime.observe import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[Any]]:
    count("SendersWoken", wake_senders(event["Records"], wiring.queue()))
    return {"batchItemFailures": []}
