"""Called by the link at the end of a message, over HTTP: GET asks, POST ends (RFC 8058)."""

import base64
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.unsubscribe import Answer, Asked, Unsubscribing, answer_link
from shared.runtime import wiring
from shared.runtime.observe import count, logger, metrics


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    asked = _read(event)
    answer = answer_link(
        asked,
        Unsubscribing(
            items=wiring.items(),
            queue=wiring.queue(),
            policy=wiring.policy(),
            key=wiring.identity_key(),
            now=wiring.clock().now(),
        ),
    )
    count("LinksAsked")
    count("ConsentsEnded", len(answer.ended))
    count("ConsentsWanted", len(answer.wanted))
    return _write(answer, has_body=asked.method != "HEAD")


def _read(event: dict[str, Any]) -> Asked:
    """The request as API Gateway tells it (payload 2.0). The token is a secret of the reader's: it is never logged."""
    text = event.get("body") or ""
    return Asked(
        method=event["requestContext"]["http"]["method"],
        token=(event.get("pathParameters") or {}).get("token", ""),
        headers=event.get("headers") or {},
        query=event.get("queryStringParameters") or {},
        body=base64.b64decode(text) if event.get("isBase64Encoded") else text.encode(errors="replace"),
    )


def _write(answer: Answer, *, has_body: bool) -> dict[str, Any]:
    return {
        "statusCode": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body if has_body else "",
    }
