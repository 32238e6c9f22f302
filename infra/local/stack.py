"""The embedded stack: the real template in the emulator, on this machine, until the block ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.emulator import Emulator, running_emulator
from infra.local.faults import DeployFailed
from infra.local.package import packaged_template
from infra.local.stage import stage, this_machine

STACK = "guanxi"
ARTIFACTS = "guanxi-artifacts"


@dataclass(frozen=True, slots=True)
class Stack:
    emulator: Emulator
    outputs: Mapping[str, str]

    @property
    def endpoint_url(self) -> str:
        return self.emulator.endpoint_url

    def client(self, name: str) -> Any:
        return self.emulator.client(name)

    def logs(self) -> list[str]:
        """Every line the functions logged, oldest first in each function."""
        logs = self.client("logs")
        groups = logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName")
        pages = logs.get_paginator("filter_log_events")
        return [
            event["message"].rstrip("\n")
            for group in groups
            for page in pages.paginate(logGroupName=group)
            for event in page["events"]
        ]


@contextmanager
def embedded_stack(run_folder: Path, *, parameters: Mapping[str, str], persist: bool) -> Iterator[Stack]:
    """The stack, deployed or updated, with IAM enforced; `run_folder` holds its log and state."""
    stage(this_machine())
    with running_emulator(run_folder.resolve(), persist=persist) as emulator:
        yield Stack(emulator, deploy(emulator, parameters))


def deploy(emulator: Emulator, parameters: Mapping[str, str]) -> dict[str, str]:
    """The outputs of the stack after the staged artifact and the template are in."""
    s3, cloudformation = emulator.client("s3"), emulator.client("cloudformation")
    s3.create_bucket(Bucket=ARTIFACTS)
    template = packaged_template(s3, ARTIFACTS)
    s3.put_object(Bucket=ARTIFACTS, Key="template.yaml", Body=template.encode())
    asked = {
        "StackName": STACK,
        "TemplateURL": f"{emulator.endpoint_url}/{ARTIFACTS}/template.yaml",
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in (_machine_parameters() | dict(parameters)).items()
        ],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    _create_or_update(cloudformation, asked)
    return _outputs(cloudformation)


def _machine_parameters() -> dict[str, str]:
    target = this_machine()
    return {"Runtime": target.runtime, "Architecture": target.architecture, "Embedded": "true"}


def _create_or_update(cloudformation: Any, asked: dict[str, Any]) -> None:
    try:
        cloudformation.create_stack(**asked)
        done = "stack_create_complete"
    except cloudformation.exceptions.AlreadyExistsException:
        try:
            cloudformation.update_stack(**asked)
        except ClientError as error:
            if "No updates" in str(error):
                return
            raise
        done = "stack_update_complete"
    _wait(cloudformation, done)


def _wait(cloudformation: Any, done: str) -> None:
    try:
        cloudformation.get_waiter(done).wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    except Exception as error:
        raise DeployFailed("\n".join(_failures(cloudformation)) or str(error)) from error


def _failures(cloudformation: Any) -> Iterator[str]:
    for event in cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]:
        if event["ResourceStatus"].endswith("_FAILED"):
            reason = event.get("ResourceStatusReason", "")
            yield f"{event['LogicalResourceId']}: {event['ResourceStatus']} {reason}"


def _outputs(cloudformation: Any) -> dict[str, str]:
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
