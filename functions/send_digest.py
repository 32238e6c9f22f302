"""Woken every 15 minutes: in the morning of a working day, sends each person the digest of the day, once."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.send_digests import send_digests
from shared.runtime.mailroom import make_mailroom
from shared.runtime.observe import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    digested = send_digests(make_mailroom())
    count("DigestsSent", digested.mails.get("sent", 0))
    count("StaffMailsFailed", digested.mails.get("failed", 0))
    digested.raise_errors()
    return {"outcome": digested.outcome, "mails": digested.mails}
