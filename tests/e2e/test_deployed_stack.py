"""The real template does what it says: wiring, dead letters, permissions, and a record's way to a tagged customer."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.template import functions
from tests.e2e.conftest import World, eventually

pytestmark = pytest.mark.e2e


def a_record(kind: str, ref: str, **fields: Any) -> dict[str, Any]:
    """A message of the sales system about one customer."""
    party = {
        "ref": ref,
        "name": "王小明",
        "company": "上海星河贸易有限公司",
        "email": f"{ref.lower()}@buyer.example",
    }
    at = "2026-11-10T10:00:00+08:00"
    return {"schema": "1", "kind": kind, "system": "sales", "event_at": at, "party": party, **fields}


def text(item: dict[str, Any], name: str) -> str:
    """A text attribute of an item in DynamoDB JSON."""
    return str(item.get(name, {}).get("S", ""))


def customer_of(world: World, ref: str) -> str | None:
    for item in world.items("Records"):
        if text(item, "record_id") == f"sales#{ref}" and text(item, "sk") == "RECORD":
            return text(item, "customer_id")
    return None


def tags_of(world: World, customer_id: str) -> dict[str, Any]:
    """What a review gave a customer; empty before the first one."""
    for item in world.items("Customers"):
        if text(item, "customer_id") == customer_id and text(item, "sk") == "TAGS" and "level" in str(item):
            return item
    return {}


def test_every_function_is_deployed_with_the_template_s_settings(world: World) -> None:
    client = world.stack.client("lambda")
    for name, declared in functions().items():
        deployed = client.get_function_configuration(FunctionName=world.stack.outputs[f"{name}Function"])
        assert deployed["Handler"] == declared["Handler"]
        assert deployed["Timeout"] == declared["Timeout"]
        assert len(deployed["Layers"]) == len(declared["Layers"])


def test_a_record_becomes_a_tagged_customer(world: World) -> None:
    world.post(
        "RecordsQueueUrl",
        a_record("profile", "C1", id="p1"),
        a_record("consent", "C1", id="c1", channel="email", purpose="care", action="grant"),
        a_record("order", "C1", id="o1", amount="120000.00", currency="CNY"),
    )
    customer_id = eventually(lambda: customer_of(world, "C1"))
    assert customer_id
    assert eventually(lambda: tags_of(world, customer_id))


def test_a_core_customer_who_went_silent_gets_one_email(world: World) -> None:
    order = a_record("order", "C2", id="o1", amount="600000.00", currency="CNY")
    consent = a_record("consent", "C2", id="c1", channel="email", purpose="care", action="grant")
    world.post("RecordsQueueUrl", consent, order | {"event_at": "2026-05-11T10:00:00+08:00"})

    def mails() -> list[str]:
        found = [path.read_text(encoding="utf-8") for path in (world.outbox / "mail").glob("*.eml")]
        return [mail for mail in found if "To: c2@buyer.example" in mail]

    assert eventually(mails)
    eventually(lambda: not world.waiting())
    world.invoke("SweepContacts", {})
    world.invoke("SweepDue", {})
    eventually(lambda: not world.waiting())
    assert len(mails()) == 1
    customer_id = customer_of(world, "C2")
    rows = [row for row in world.items("Contacts") if text(row, "customer_id") == customer_id]
    assert [(text(row, "channel"), text(row, "status")) for row in rows] == [("email", "SENT")]


def test_what_waits_for_somebody_who_must_not_be_contacted_is_cancelled(world: World) -> None:
    order = a_record("order", "C9", id="o9", amount="600000.00", currency="CNY")
    consent = a_record("consent", "C9", id="c9", channel="email", purpose="care", action="grant")
    world.invoke("Operate", {"action": "hold", "name": "channel#email"})
    try:
        world.post("RecordsQueueUrl", consent, order | {"event_at": "2026-05-11T10:00:00+08:00"})
        customer_id = eventually(lambda: customer_of(world, "C9"))

        def statuses() -> dict[str, str]:
            rows = [row for row in world.items("Contacts") if text(row, "customer_id") == customer_id]
            return {text(row, "channel"): text(row, "status") for row in rows}

        eventually(lambda: statuses().get("email") == "PENDING")
        world.invoke(
            "Operate",
            {"action": "mark", "customer_id": customer_id, "name": "do_not_contact", "by": "Ann"},
        )
        world.invoke("SweepDue", {})
        eventually(lambda: statuses().get("email") == "CANCELLED")
    finally:
        world.invoke("Operate", {"action": "lift", "name": "channel#email"})


def test_a_file_in_the_bucket_becomes_customers(world: World) -> None:
    rows = (
        "客户编号,姓名,公司,邮箱",
        "F1,李雷,北京朝阳食品有限公司,f1@buyer.example",
        "F2,韩梅梅,广州白云物流有限公司,f2@buyer.example",
    )
    world.stack.client("s3").put_object(
        Bucket=world.stack.outputs["ImportsBucket"],
        Key="incoming/sales-customers.csv",
        Body="\n".join(rows).encode("utf-8"),
    )

    def found() -> set[str]:
        stored = str(world.items("Records"))
        return {email for email in ("f1@buyer.example", "f2@buyer.example") if email in stored}

    assert eventually(lambda: len(found()) == 2)


@pytest.mark.parametrize("body", ["not json", '["a list"]', '{"schema": "1", "kind": "wish"}'])
def test_a_malformed_message_is_kept_in_quarantine_and_not_retried(world: World, body: str) -> None:
    def quarantined() -> set[str]:
        rows = world.items("Control")
        return {text(row, "raw") for row in rows if text(row, "name").startswith("QUARANTINE#")}

    before = len(quarantined())
    world.post("RecordsQueueUrl", body)
    eventually(lambda: len(quarantined()) > before)
    eventually(lambda: "RecordsQueueUrl" not in world.waiting())
    assert "RecordsDeadUrl" not in world.waiting()


@pytest.mark.parametrize("function", ["SweepDue", "SweepContacts", "SweepCases", "SendDigest"])
def test_a_sweep_runs_with_the_rights_it_has(world: World, function: str) -> None:
    assert isinstance(world.invoke(function, {}), dict)


def test_an_operator_gets_an_answer(world: World) -> None:
    assert world.invoke("Operate", {"action": "hold", "name": "channel#sms"})["holds"] == ["channel#sms"]
    assert world.invoke("Operate", {"action": "lift", "name": "channel#sms"})["holds"] == []


@pytest.mark.parametrize(
    ("role", "service", "call", "parameters"),
    [
        pytest.param(
            "WakeReviewRole", "dynamodb", "get_item", {"Key": {"contact_id": {"S": "x"}}}, id="wake reads"
        ),
        pytest.param("ReviewCustomerRole", "dynamodb", "scan", {}, id="review scans"),
        pytest.param(
            "SweepContactsRole", "dynamodb", "delete_item", {"Key": {"contact_id": {"S": "x"}}}, id="delete"
        ),
    ],
)
def test_a_role_may_not_do_what_its_function_does_not(
    world: World, role: str, service: str, call: str, parameters: dict[str, Any]
) -> None:
    client = as_role(world, role, service)
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(client, call)(TableName=world.stack.outputs["ContactsTableName"], **parameters)


def as_role(world: World, role: str, service: str) -> Any:  # noqa: ANN401 (a boto3 client)
    cloudformation = world.stack.client("cloudformation")
    found = cloudformation.describe_stack_resource(StackName="guanxi", LogicalResourceId=role)
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    arn = world.stack.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    key = world.stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=world.stack.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_nothing_failed_on_the_way(world: World) -> None:
    eventually(lambda: not world.waiting())
    errors = [line for line in world.stack.logs() if '"level":"ERROR"' in line or "Traceback" in line]
    assert errors == []
