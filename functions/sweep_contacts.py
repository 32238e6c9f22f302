"""Woken each minute: moves on every contact that fell between two steps of the send ledger."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.sweep_contacts import sweep_contacts
from shared.runtime import wiring
from shared.runtime.observe import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    swept = sweep_contacts(
        items=wiring.items(), queue=wiring.queue(), policy=wiring.policy(), now=wiring.clock().now()
    )
    count("ContactsSwept", sum(swept.moves.values()))
    swept.raise_errors()
    return swept.moves
