"""What an AWS sender's exception says about the message: surely unsent, refused, or nobody knows."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoAuthTokenError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
)

from shared.ports import Ambiguous, SendOutcome, SendRefused, Throttled

SOON_S: Final = 60
LATER_S: Final = 3600

_NOTHING_WRITTEN: Final = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoAuthTokenError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProxyConnectionError,
)
"""Raised before the first byte of the request leaves."""

_COMMON: Final = {
    "Throttling": SOON_S,
    "ThrottlingException": SOON_S,
    "ThrottledException": SOON_S,
    "TooManyRequests": SOON_S,
    "TooManyRequestsException": SOON_S,
    "RequestLimitExceeded": SOON_S,
    # Credentials that rotate: the message is not at fault.
    "ExpiredToken": SOON_S,
    "ExpiredTokenException": SOON_S,
    "RequestExpired": SOON_S,
}


def outcome_of(error: Exception, retry_after_s: Mapping[str, int]) -> SendOutcome:
    """The outcome of a call that raised; `retry_after_s` names the codes after which it may be tried again.

    Definite is only a parsed 4xx answer, or an error before anything was written. Everything else is ambiguous.
    """
    if isinstance(error, ClientError):
        return _answered(error, {**_COMMON, **retry_after_s})
    if isinstance(error, _NOTHING_WRITTEN):
        return Throttled(SOON_S)
    if isinstance(error, ParamValidationError):
        return SendRefused("invalid_parameter")
    return Ambiguous(type(error).__name__ if isinstance(error, BotoCoreError) else "client_failed")


def _answered(error: ClientError, retry_after_s: Mapping[str, int]) -> SendOutcome:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Ambiguous(f"status_{status}")
    if code in retry_after_s:
        return Throttled(retry_after_s[code])
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(SOON_S)
    if not code.isidentifier():  # botocore puts the status there when the body says nothing
        return Ambiguous(f"status_{status}")
    reason = error.response.get("Reason")
    return SendRefused(f"{code}:{reason}" if isinstance(reason, str) else code)
