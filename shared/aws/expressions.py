"""Conditions and updates as DynamoDB expressions, with a placeholder for every name and value.

Placeholders everywhere, because any attribute name may be one of DynamoDB's 573 reserved words.
"""

from typing import Any

from shared.aws.marshal import Attribute, to_attribute
from shared.ports import SCHEMAS, Absent, All, AnyOf, Condition, Exists, Is, Query, Update, Value


class Placeholders:
    """The names and values of one request's expressions."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Attribute] = {}

    def name(self, attribute: str) -> str:
        """The placeholder of an attribute; the same one each time."""
        return self._names.setdefault(str(attribute), f"#n{len(self._names)}")

    def value(self, value: Value) -> str:
        """A new placeholder for a value."""
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = to_attribute(value)
        return placeholder

    def parameters(self) -> dict[str, Any]:
        """The request parameters; DynamoDB refuses empty ones, so these are left out."""
        names = {placeholder: attribute for attribute, placeholder in self._names.items()}
        parameters = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": self._values}
        return {key: value for key, value in parameters.items() if value}


def condition_text(condition: Condition, places: Placeholders) -> str:
    """The condition as an expression; ValueError for a condition of no conditions."""
    match condition:
        case Exists(attribute):
            return f"attribute_exists({places.name(attribute)})"
        case Absent(attribute):
            return f"attribute_not_exists({places.name(attribute)})"
        case Is(attribute, op, value):
            return f"{places.name(attribute)} {op} {places.value(value)}"
        case All(conditions):
            return _joined(" AND ", conditions, places)
        case AnyOf(conditions):
            return _joined(" OR ", conditions, places)


def _joined(word: str, conditions: tuple[Condition, ...], places: Placeholders) -> str:
    if not conditions:
        raise ValueError("a condition of no conditions")
    texts = [condition_text(one, places) for one in conditions]
    # DynamoDB refuses redundant parentheses.
    return texts[0] if len(texts) == 1 else "(" + word.join(texts) + ")"


def update_text(update: Update, places: Placeholders) -> str:
    """The update as an expression; ValueError when it changes nothing."""
    sets = [f"{places.name(name)} = {places.value(value)}" for name, value in update.set.items()]
    for name, value in update.set_if_absent.items():
        place = places.name(name)
        sets.append(f"{place} = if_not_exists({place}, {places.value(value)})")
    adds = [f"{places.name(name)} {places.value(step)}" for name, step in update.add.items()]
    removes = [places.name(name) for name in update.remove]
    clauses = (("SET", sets), ("ADD", adds), ("REMOVE", removes))
    text = " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses if parts)
    if not text:
        raise ValueError("an update changes nothing")
    return text


def key_condition_text(query: Query, places: Placeholders) -> str:
    """The partition and range of a query as an expression."""
    schema = SCHEMAS[query.table]
    keys = schema.indexes[query.index] if query.index is not None else (schema.hash_key, schema.range_key)
    parts = [f"{places.name(keys[0])} = {places.value(query.pk)}", *_range_texts(query, keys[1], places)]
    return " AND ".join(parts)


def _range_texts(query: Query, range_key: str | None, places: Placeholders) -> list[str]:
    prefix, low, high = query.begins_with, query.at_least, query.at_most
    if prefix is None and low is None and high is None:
        return []
    if range_key is None:
        raise ValueError(f"{query.index or query.table} has no range key")
    name = places.name(range_key)
    # A range key takes one condition: of a prefix and a bound, DynamoDB refuses the second.
    texts = [] if prefix is None else [f"begins_with({name}, {places.value(prefix)})"]
    if low is not None and high is not None:
        return [*texts, f"{name} BETWEEN {places.value(low)} AND {places.value(high)}"]
    bounds = ((">=", low), ("<=", high))
    return texts + [f"{name} {op} {places.value(bound)}" for op, bound in bounds if bound is not None]
