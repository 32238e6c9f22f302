"""Woken every 15 minutes: escalates the tasks whose time runs out, and posts what finished ones still owe."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.sweep_cases import sweep_cases
from shared.runtime import wiring
from shared.runtime.mailroom import make_mailroom
from shared.runtime.observe import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    swept = sweep_cases(make_mailroom(), wiring.queue())
    count("CasesSwept", sum(swept.moves.values()))
    count("StaffMailsFailed", swept.moves.get("mail_failed", 0))
    swept.raise_errors()
    return swept.moves
