"""The environment of a function, read in one place. A variable that is missing fails where it is needed."""

import os
from datetime import datetime
from urllib.parse import urlsplit

from shared.model.errors import ConfigurationError
from shared.model.instants import from_iso
from shared.ports import QueueName, Table

LOOPBACK = ("127.0.0.1", "localhost", "::1")

TABLE_VARIABLES = {table: f"{table.name}_TABLE" for table in Table}
QUEUE_VARIABLES = {queue: f"{queue.name}_QUEUE_URL" for queue in QueueName}


def tables() -> dict[Table, str]:
    """Names of the tables that this function was given."""
    return {table: os.environ[name] for table, name in TABLE_VARIABLES.items() if name in os.environ}


def queue_urls() -> dict[QueueName, str]:
    """URLs of the queues that this function was given."""
    return {queue: os.environ[name] for queue, name in QUEUE_VARIABLES.items() if name in os.environ}


def text(name: str) -> str:
    """A variable that must be there and not empty; ConfigurationError names it."""
    value = os.environ.get(name, "")
    if not value:
        raise ConfigurationError(f"{name} is not set")
    return value


def optional(name: str) -> str | None:
    return os.environ.get(name) or None


def fixed_clock_at() -> datetime | None:
    """The fixed business clock of the embedded stack. Refused unless the endpoint is this machine."""
    value = optional("FIXED_CLOCK_AT")
    if value is None:
        return None
    if urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname not in LOOPBACK:
        raise ConfigurationError("FIXED_CLOCK_AT is for the embedded stack only")
    return from_iso(value)
