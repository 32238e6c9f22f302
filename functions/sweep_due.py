"""Woken every 15 minutes: wakes every customer whose tags or plan may change by now, and closes finished imports."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.sweep_due import sweep_due
from shared.runtime import wiring
from shared.runtime.observe import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    swept = sweep_due(
        items=wiring.items(), queue=wiring.queue(), policy=wiring.policy(), now=wiring.clock().now()
    )
    count("CustomersDue", swept.customers)
    count("CustomersWoken", swept.woken)
    return asdict(swept)
