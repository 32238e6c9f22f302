"""The template, taken apart for the tests that hold it to its rules."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.local.template import functions, kebab, load_template

ROOT = Path(__file__).parents[1]
TEMPLATE = load_template()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FUNCTIONS = functions()


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: made.get("Properties", {}) for name, made in RESOURCES.items() if made["Type"] == kind}


def snake(name: str) -> str:
    return kebab(name).replace("-", "_")


def events(kind: str) -> list[Any]:
    """(function, properties) of every event source of a kind, ready for parametrize."""
    return [
        pytest.param(name, event["Properties"], id=f"{name}.{label}")
        for name, function in FUNCTIONS.items()
        for label, event in function.get("Events", {}).items()
        if event["Type"] == kind
    ]


def statements(role: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every statement of a role, with those that stand under a condition."""
    documents = [policy["PolicyDocument"] for policy in role.get("Policies", ())]
    for document in documents:
        for statement in document["Statement"]:
            if "Fn::If" in statement:
                yield from (branch for branch in statement["Fn::If"][1:] if "Effect" in branch)
            else:
                yield statement


def actions(statement: Mapping[str, Any]) -> list[str]:
    """The actions that are granted on AWS; the emulator alone may get `sqs:SendMessageBatch` besides."""
    action = statement["Action"]
    if isinstance(action, dict):
        condition, embedded, action = action["Fn::If"]
        assert (condition, embedded) == ("IsEmbedded", [*action, "sqs:SendMessageBatch"])
    return list(action)


def owner(reference: Mapping[str, Any]) -> str:
    """The logical name behind `!GetAtt X.Arn` or `!Ref X`."""
    return str(reference["Fn::GetAtt"][0] if "Fn::GetAtt" in reference else reference["Ref"])


QUEUES = of_type("AWS::SQS::Queue")
WORK_QUEUES = {name: queue for name, queue in QUEUES.items() if "RedrivePolicy" in queue}
TABLES = of_type("AWS::DynamoDB::Table")
ROLES = of_type("AWS::IAM::Role")
ALARMS = of_type("AWS::CloudWatch::Alarm")
