import subprocess
import sys
from collections.abc import Iterator

import pytest
from botocore.config import Config

from shared.aws.clients import client


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    client.cache_clear()
    yield
    client.cache_clear()


def test_a_store_client_tries_three_times_within_a_functions_timeout() -> None:
    config: Config = client("sqs").meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}  # type: ignore[attr-defined]
    assert 3 * (config.connect_timeout + config.read_timeout) < 30  # type: ignore[attr-defined]


def test_a_sender_client_puts_one_request_on_the_wire() -> None:
    config: Config = client("sqs", "sender").meta.config
    assert config.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]
    assert (config.connect_timeout, config.read_timeout) == (2, 10)  # type: ignore[attr-defined]


def test_there_is_one_client_for_each_service_and_purpose() -> None:
    assert client("sqs") is client("sqs")
    assert client("sqs") is not client("sqs", "sender")


def test_adapters_are_imported_without_environment_and_make_no_client() -> None:
    code = (
        "import shared.aws.clients as c, shared.aws.items, shared.aws.queue;"
        "assert c.client.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], env={}, check=True)


def test_memory_is_imported_without_boto3() -> None:
    code = (
        "import sys, shared.memory.items, shared.memory.queue, shared.memory.clock, shared.memory.senders;"
        "assert not {'boto3', 'botocore'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], env={}, check=True)
