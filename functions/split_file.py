"""Woken by a file in the import bucket: splits it into records on the queue, in as many attempts as its size needs."""

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.split_file import SplitUnfinished, make_job_id, split_file
from shared.runtime import wiring
from shared.runtime.batch import MessageBatch
from shared.runtime.give_back import give_back
from shared.runtime.observe import count, logger, metrics


def split_one(record: SQSRecord, lambda_context: LambdaContext) -> None:
    from shared.aws.objects import notified_objects, open_object  # brings the SDK along: not at import

    for found in notified_objects(json.loads(record.body)):
        try:
            split = split_file(
                found.name,
                open_object(found),
                job_id=make_job_id(found.identity),
                items=wiring.items(),
                queue=wiring.queue(),
                now=wiring.clock().now(),
                size=found.size,
                time_left_s=lambda: lambda_context.get_remaining_time_in_millis() / 1000,
            )
        except SplitUnfinished:
            give_back(record)
            raise
        logger.info("file split", job_id=split.job_id, records=split.records, problems=split.problems)
        count("RecordsSplit", split.records)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    return process_partial_response(event, split_one, MessageBatch(), context)
