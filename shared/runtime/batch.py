"""A batch of queue messages, each failing alone and never silently."""

import traceback
from types import TracebackType
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType

from shared.model.errors import GuanxiError
from shared.runtime.observe import count, logger

Fault = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class MessageBatch(BatchProcessor):
    """Powertools' batch for SQS that also says which message failed and where."""

    def __init__(self) -> None:
        super().__init__(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def failure_handler(self, record: Any, exception: Fault) -> Any:  # noqa: ANN401 (Powertools' own types)
        """Logs the class of the error and its place; its text only where it is ours: others may quote a message (P1)."""
        kind, error, trace = exception
        frames = traceback.extract_tb(trace)
        logger.error(
            "message failed",
            message_id=record.message_id,
            error=kind.__name__ if kind else "",
            detail=str(error) if isinstance(error, GuanxiError) else "",
            where=[f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in frames[-4:]],
        )
        count("MessagesFailed")
        return super().failure_handler(record, exception)
