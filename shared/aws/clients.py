"""boto3 clients, made on first use and kept for the life of the container."""

from functools import cache
from typing import Any, Literal

import boto3
from botocore.config import Config

CONNECT_TIMEOUT_S = 2
STORE_READ_TIMEOUT_S = 5
SENDER_READ_TIMEOUT_S = 10

_CONFIGS = {
    # Explicit: the SDK's default mode and attempts changed between minor versions.
    "store": Config(
        retries={"mode": "standard", "total_max_attempts": 3},
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=STORE_READ_TIMEOUT_S,
    ),
    # One request on the wire for each attempt: a second one could send twice.
    "sender": Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=SENDER_READ_TIMEOUT_S,
    ),
}


@cache
def client(
    service: str, purpose: Literal["store", "sender"] = "store", endpoint_url: str | None = None
) -> Any:  # noqa: ANN401
    """The one client of a service; its adapter's Protocol says which calls it makes.

    A `store` client tries a request 3 times, a `sender` client once. Region, credentials and, unless
    one is given, the endpoint come from the environment, as for every AWS tool.
    """
    return boto3.client(service, config=_CONFIGS[purpose], endpoint_url=endpoint_url)
