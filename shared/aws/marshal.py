"""Plain values to DynamoDB attribute values and back. Numbers are integers, both ways."""

from collections.abc import Mapping
from typing import Any

from shared.ports import Item, Value

Attribute = dict[str, Any]
"""Such as `{"S": "text"}`: one type letter and its value."""


def to_attribute(value: Value) -> Attribute:
    """The attribute value; TypeError for what no item may hold (float, set, bytes ...)."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, int):
        return {"N": str(int(value))}
    if isinstance(value, list):
        return {"L": [to_attribute(one) for one in value]}
    if isinstance(value, dict):
        return {"M": to_attributes(value)}
    raise TypeError(f"{type(value).__name__} cannot be stored")


def to_attributes(item: Mapping[str, Value]) -> dict[str, Attribute]:
    """An item, or a map in it, with every value as an attribute value; TypeError like `to_attribute`."""
    return {_plain_name(name): to_attribute(value) for name, value in item.items()}


def _plain_name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError("attribute names are text")
    return str(name)


def from_attribute(attribute: Mapping[str, Any]) -> Value:
    """The plain value; ValueError for a fraction, TypeError for sets and bytes: no adapter writes these."""
    ((letter, inner),) = attribute.items()
    match letter:
        case "S" | "BOOL":
            value: Value = inner
        case "NULL":
            value = None
        case "N":
            value = int(inner)
        case "L":
            value = [from_attribute(one) for one in inner]
        case "M":
            value = from_attributes(inner)
        case _:
            raise TypeError(f"an attribute of type {letter}")
    return value


def from_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> Item:
    """The item of a reply."""
    return {name: from_attribute(attribute) for name, attribute in attributes.items()}
