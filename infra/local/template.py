"""Reads what the template wires: which queue, stream or schedule starts which function.

The in-memory world and the checks of the demo use this, so that they cannot differ from what is deployed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]

from shared.ports import Table

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


@dataclass(frozen=True, slots=True)
class QueueSource:
    function: str
    """Logical name, like `IngestRecords`."""
    queue: str
    """As in `shared.ports.QueueName`; `imports` is the queue of files."""
    batch_size: int


@dataclass(frozen=True, slots=True)
class StreamSource:
    function: str
    table: Table
    batch_size: int
    patterns: tuple[Mapping[str, Any], ...]
    """A change passes when one of them matches; see `matches`."""


@dataclass(frozen=True, slots=True)
class Schedule:
    function: str
    expression: str


Source = QueueSource | StreamSource | Schedule


class _Loader(yaml.SafeLoader):  # type: ignore[misc, unused-ignore]
    """YAML with the short forms of CloudFormation; `!Ref X` reads as {"Ref": "X"}."""


def _intrinsic(loader: _Loader, suffix: str, node: Any) -> dict[str, Any]:
    key = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {key: text.split(".", 1) if suffix == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {key: loader.construct_sequence(node, deep=True)}
    return {key: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


@cache
def load_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """The template with long-form intrinsic functions. Shared: do not change it."""
    return dict(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader))


def functions(template: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """The properties of each function, by logical name."""
    resources = (template or load_template())["Resources"].items()
    return {
        name: made["Properties"] for name, made in resources if made["Type"] == "AWS::Serverless::Function"
    }


def sources(template: Mapping[str, Any] | None = None) -> tuple[Source, ...]:
    """Every event source of every function, in the template's order."""
    return tuple(
        _source(name, event["Type"], event["Properties"])
        for name, function in functions(template).items()
        for event in function.get("Events", {}).values()
    )


def _source(function: str, kind: str, event: Mapping[str, Any]) -> Source:
    if kind == "SQS":
        return QueueSource(function, kebab(_owner(event["Queue"], "Queue")), event["BatchSize"])
    if kind == "DynamoDB":
        patterns = tuple(json.loads(one["Pattern"]) for one in event["FilterCriteria"]["Filters"])
        table = Table(kebab(_owner(event["Stream"], "Table")))
        return StreamSource(function, table, event["BatchSize"], patterns)
    if kind == "ScheduleV2":
        return Schedule(function, event["ScheduleExpression"])
    raise ValueError(f"{function}: event source {kind} is unknown here")


def _owner(reference: Mapping[str, Sequence[str]], suffix: str) -> str:
    return reference["Fn::GetAtt"][0].removesuffix(suffix)


def kebab(name: str) -> str:
    """`CustomersDue` as `customers-due`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def matches(pattern: Any, event: Any) -> bool:
    """Whether a stream event passes a filter pattern: names nest, a list holds allowed values or prefixes."""
    if isinstance(pattern, Mapping):
        return isinstance(event, Mapping) and all(
            name in event and matches(rule, event[name]) for name, rule in pattern.items()
        )
    return any(_allows(rule, event) for rule in pattern)


def _allows(rule: Any, value: Any) -> bool:
    if not isinstance(rule, Mapping):
        return bool(rule == value)
    (kind, text), *others = rule.items()
    if kind != "prefix" or others:
        raise ValueError(f"filter rule {rule} is unknown here")
    return isinstance(value, str) and value.startswith(text)
