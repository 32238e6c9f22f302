"""Called by an operator, from the console or the command line: `{"action": "explain", "reference": "c-..."}`."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic_core import to_jsonable_python

from shared.flows.operate import Operator, operate
from shared.runtime import wiring
from shared.runtime.observe import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    operator = Operator(
        items=wiring.items(),
        queue=wiring.queue(),
        policy=wiring.policy(),
        key=wiring.identity_key(),
        now=wiring.clock().now(),
        redrive=wiring.redrive,
    )
    count("Operations")
    # Lambda writes down plain JSON only: dates and zones become text.
    answer: dict[str, Any] = to_jsonable_python(operate(event, operator), fallback=str)
    return answer
