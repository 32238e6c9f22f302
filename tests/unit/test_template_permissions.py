"""The rules that infra/template.yaml is held to: least privilege, alarms, and what AWS China lacks."""

import re
from collections.abc import Mapping

import pytest

from infra.local.template import StreamSource, sources
from tests.template_facts import (
    ALARMS,
    FUNCTIONS,
    QUEUES,
    RESOURCES,
    ROLES,
    ROOT,
    TEMPLATE,
    WORK_QUEUES,
    actions,
    of_type,
    owner,
    statements,
)

SENDERS = {"SendContactRole", "SweepCasesRole", "SendDigestRole"}
"""They may send email; a customer is written to by the first alone."""
LACKING_SERVICES = {
    "SES",
    "SMSVOICE",
    "Pinpoint",
    "PinpointEmail",
    "Chatbot",
    "AppRunner",
    "Amplify",
    "Shield",
    "Signer",
}
"""AWS China has no resource type of them; `cfn-lint --regions cn-north-1 cn-northwest-1` in `make check` knows all."""
RUNBOOK = re.compile(r"; (docs/runbooks/[a-z-]+\.md)$")


# --- permissions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ROLES))
def test_a_role_names_every_action_and_resource(name: str) -> None:
    for statement in statements(ROLES[name]):
        assert not any("*" in action or action == "dynamodb:Scan" for action in actions(statement))
        if statement.get("Sid") == "SendSmsBySns":
            assert name == "SendContactRole"
            assert statement["NotResource"]["Fn::Sub"].endswith(":sns:*:*:*"), (
                "all but topics: a phone has no ARN"
            )
            continue
        resources = statement["Resource"]
        if name in SENDERS and statement["Sid"] == "SendEmail":
            embedded, deployed = resources["Fn::If"][1:]
            assert embedded == "*", "only the emulator may get the wildcard"
            resources = deployed
        assert "*" not in resources
        assert resources != "*"


def test_every_role_belongs_to_one_function_or_to_the_scheduler() -> None:
    assert set(ROLES) == {f"{name}Role" for name in FUNCTIONS} | {"SchedulerRole"}


@pytest.mark.parametrize(
    ("function", "services"),
    [
        pytest.param("WakeReview", {"logs", "sqs", "dynamodb"}, id="WakeReview"),
        pytest.param("SweepDue", {"logs", "sqs", "dynamodb"}, id="SweepDue"),
        pytest.param(
            "SendContact",
            {"logs", "sqs", "dynamodb", "secretsmanager", "ses", "sms-voice", "sns"},
            id="SendContact",
        ),
    ],
)
def test_only_the_sender_may_send(function: str, services: set[str]) -> None:
    granted = [action for one in statements(ROLES[f"{function}Role"]) for action in actions(one)]
    assert {action.split(":")[0] for action in granted} == services


def test_stream_readers_may_read_images_but_no_table() -> None:
    for function in ("WakeReview", "WakeSender"):
        granted = {action for one in statements(ROLES[f"{function}Role"]) for action in actions(one)}
        assert not granted & {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:PutItem"}


def test_every_function_may_use_the_key_of_the_tables() -> None:
    policy = of_type("AWS::IAM::ManagedPolicy")["UseDataKey"]
    assert {role["Ref"] for role in policy["Roles"]} == {f"{name}Role" for name in FUNCTIONS}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert "kms:ViaService" in statement["Condition"]["StringEquals"]


# --- alarms --------------------------------------------------------------------------------------------------


def alarmed(metric: str) -> set[str]:
    """The logical names whose metric has an alarm."""
    return {
        owner(dimension["Value"])
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric
        for dimension in alarm["Dimensions"]
    }


def test_everything_that_can_fail_silently_has_an_alarm() -> None:
    streams = {source.function for source in sources() if isinstance(source, StreamSource)}
    assert alarmed("Errors") == set(FUNCTIONS)
    assert alarmed("Throttles") == set(FUNCTIONS)
    assert alarmed("IteratorAge") == streams
    assert alarmed("ApproximateNumberOfMessagesVisible") == set(QUEUES) - set(WORK_QUEUES)
    assert alarmed("ApproximateAgeOfOldestMessage") == set(WORK_QUEUES)


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_names_its_runbook_and_tells_somebody(name: str) -> None:
    runbook = RUNBOOK.search(ALARMS[name]["AlarmDescription"])
    assert runbook
    assert ALARMS[name]["TreatMissingData"] == "notBreaching"
    assert ALARMS[name]["AlarmActions"]["Fn::If"][0] == "HasAlarmTopic"


@pytest.mark.parametrize(
    "runbook",
    sorted({found[1] for one in ALARMS.values() if (found := RUNBOOK.search(one["AlarmDescription"]))}),
)
def test_every_runbook_is_written(runbook: str) -> None:
    assert (ROOT / runbook).is_file()


# --- everywhere ----------------------------------------------------------------------------------------------


def test_nothing_is_used_that_aws_china_lacks() -> None:
    text = (ROOT / "infra/template.yaml").read_text(encoding="utf-8")
    lacking = ("Tracing:", "FunctionUrlConfig", "ProvisionedPollerConfig", "SnapStart", "arn:aws:", "Xray")
    assert [name for name in lacking if name in text] == []


def test_no_resource_is_of_a_service_that_aws_china_lacks() -> None:
    # CloudFormation refuses the whole template for a type that the region does not know, whatever its condition.
    services = {resource["Type"].split("::")[1] for resource in RESOURCES.values()}
    assert services & LACKING_SERVICES == set()


def test_no_secret_stands_in_the_environment() -> None:
    for function in FUNCTIONS.values():
        for name, value in function["Environment"]["Variables"].items():
            if re.search("SECRET|PASSWORD|TOKEN", name):
                assert name.endswith("_ARN")
            assert isinstance(value, Mapping)


def test_every_parameter_and_condition_is_used() -> None:
    text = (ROOT / "infra/template.yaml").read_text(encoding="utf-8")
    for name in TEMPLATE["Parameters"]:
        assert re.search(rf"!Ref {name}\b|\${{{name}}}", text), name
    for name in TEMPLATE["Conditions"]:
        assert len(re.findall(rf"\b{name}\b", text)) > 1, name
