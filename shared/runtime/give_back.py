"""Gives a message of the imports queue back before its visibility ends."""

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.runtime import settings


def give_back(record: SQSRecord) -> None:
    """The next attempt may begin at once."""
    from shared.aws.clients import client
    from shared.aws.give_back import give_back as change_visibility

    url = settings.text("IMPORTS_QUEUE_URL")
    change_visibility(client("sqs"), url=url, receipt_handle=record.receipt_handle)
