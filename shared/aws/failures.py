"""AWS errors in our words, so that none of botocore's leaves shared/aws (except where a sender reads them)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name
    HTTPClientError,
    IncompleteReadError,
    ParamValidationError,
)
from botocore.parsers import ResponseParserError

from shared.model.errors import ConfigurationError, StoreBusy

BUSY_CODES = frozenset(
    {
        "InternalServerError",
        "KmsThrottled",
        "ProvisionedThroughputExceeded",  # as a cancellation reason
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ThrottlingError",  # as a cancellation reason
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
INVALID_CODES = frozenset(
    {
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "IdempotentParameterMismatchException",
        "InvalidMessageContents",
        "InvalidParameterValue",
        "SerializationException",
        "ValidationError",  # as a cancellation reason
        "ValidationException",
    }
)
FIRST_SERVER_STATUS = 500


def error_code(error: ClientError) -> str:
    """The service's own code, such as `ValidationException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def in_our_words(error: ClientError) -> Exception:
    """StoreBusy: try again. ValueError: a bug of ours. ConfigurationError: missing, denied ... for a person."""
    response: dict[str, Any] = dict(error.response)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = error_code(error)
    if code in BUSY_CODES or status >= FIRST_SERVER_STATUS:
        return StoreBusy(code)
    if code in INVALID_CODES:
        return ValueError(str(error))
    return ConfigurationError(f"{error.operation_name}: {code}")


@contextmanager
def our_errors() -> Iterator[None]:
    """Raises our errors in place of botocore's.

    Raises:
        StoreBusy: throttled, a server's fault, or no reply in time (the call may still have had its effect).
        ValueError: the request is malformed: a bug.
        ConfigurationError: no such table or queue, or access denied.
    """
    try:
        yield
    except ParamValidationError as error:
        raise ValueError(str(error)) from error
    except ClientError as error:
        raise in_our_words(error) from error
    except (ConnectionError, HTTPClientError, IncompleteReadError, ResponseParserError) as error:
        raise StoreBusy(type(error).__name__) from error
