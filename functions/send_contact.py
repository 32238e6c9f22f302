"""Woken for one contact: sends it once, if it still may go."""

from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.send_contact import send_message
from shared.runtime.batch import MessageBatch
from shared.runtime.observe import count, logger, metrics
from shared.runtime.sending import make_sending


def send_one(record: SQSRecord, lambda_context: LambdaContext) -> None:
    attempt = send_message(record.body, make_sending(lambda_context, record.message_id))
    logger.info(
        "contact attempted", contact_id=attempt.contact_id, status=attempt.status, reason=attempt.reason
    )
    count("Contacts" + attempt.status.title())


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    return process_partial_response(event, send_one, MessageBatch(), context)
