"""`guanxi run` keeps its state: a stop in order, a start with other settings, and everything goes on."""

from pathlib import Path

import pytest

from infra.local.stack import Stack, embedded_stack
from tests.e2e.conftest import eventually

pytestmark = pytest.mark.e2e


def put_contact(stack: Stack, contact_id: str) -> None:
    """A pending task contact: its stream record starts WakeSender, which has nothing to post for it."""
    row = {"contact_id": contact_id, "status": "PENDING", "channel": "visit"}
    stack.client("dynamodb").put_item(
        TableName=stack.outputs["ContactsTableName"],
        Item={name: {"S": value} for name, value in row.items()},
    )


def contact_ids(stack: Stack) -> set[str]:
    rows = stack.client("dynamodb").scan(TableName=stack.outputs["ContactsTableName"])["Items"]
    return {row["contact_id"]["S"] for row in rows}


def wakes(stack: Stack) -> int:
    """How often the stream reader ran, by its own metric line."""
    return sum("SendersWoken" in line for line in stack.logs())


def smtp_port(stack: Stack) -> str:
    name = stack.outputs["SendContactFunction"]
    found = stack.client("lambda").get_function_configuration(FunctionName=name)
    return str(found["Environment"]["Variables"]["SMTP_PORT"])


def test_a_restart_keeps_data_takes_new_settings_and_reads_streams_on(tmp_path: Path) -> None:
    settings = {"ScheduleState": "DISABLED", "EmailSender": "smtp", "SmtpHost": "127.0.0.1"}
    with embedded_stack(tmp_path, parameters={**settings, "SmtpPort": "2525"}, persist=True) as first:
        put_contact(first, "before")
        assert eventually(lambda: wakes(first))
    with embedded_stack(tmp_path, parameters={**settings, "SmtpPort": "2526"}, persist=True) as second:
        assert contact_ids(second) == {"before"}
        assert smtp_port(second) == "2526"
        woken = wakes(second)
        put_contact(second, "after")
        assert eventually(lambda: wakes(second) > woken)
