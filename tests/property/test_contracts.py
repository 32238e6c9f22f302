"""What the published schema allows, cleaning never refuses for its shape; what it does not name, cleaning ignores."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from infra.local.contracts import make_schema
from shared.cleaning.record import clean_record
from shared.cleaning.text import is_null_word
from shared.model.message import EXAMPLES, MESSAGES
from shared.policy.load import load_policy

POLICY = load_policy()
AT = datetime(2026, 6, 30, 2, tzinfo=UTC)
KEY = b"a key for tests only, 32 bytes !"
SHAPE = {"not_an_object", "unknown_schema", "unknown_kind", "missing_system"}
# What JSON readers of other languages keep exactly.
WHOLE = st.integers(min_value=-(2**53), max_value=2**53)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=30),
    "number": WHOLE | st.floats(-1e15, 1e15),
    "boolean": st.booleans(),
    "null": st.none(),
}


def generate(node: dict[str, Any], schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a node of a JSON schema allows."""
    if "$ref" in node:
        return generate(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    if "const" in node:
        return st.just(node["const"])
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "anyOf" in node:
        return st.one_of([generate(choice, schema) for choice in node["anyOf"]])
    if "properties" in node:
        fields = {name: generate(inner, schema) for name, inner in node["properties"].items()}
        needed = {*node.get("required", ())}
        must = {name: made for name, made in fields.items() if name in needed}
        may = {name: made for name, made in fields.items() if name not in needed}
        return st.fixed_dictionaries(must, optional=may)
    if "pattern" in node:
        return st.from_regex(node["pattern"], fullmatch=True)
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    return st.one_of([SCALARS[name] for name in types])


@cache
def messages(kind: str) -> st.SearchStrategy[Any]:
    schema = make_schema(kind)
    return generate(schema, schema)


@pytest.mark.parametrize("kind", MESSAGES)
@settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(data=st.data())
def test_what_the_schema_allows_is_never_refused_for_its_shape(kind: str, data: st.DataObject) -> None:
    message = data.draw(messages(kind))
    assume(not is_null_word(message["system"].lower()))
    MESSAGES[kind].model_validate(message)
    cleaned = clean_record(message, policy=POLICY, received_at=AT, key=KEY)
    assert cleaned.refusal not in SHAPE
    assert "not_a_value" not in {issue.code for issue in cleaned.issues}


@pytest.mark.parametrize("kind", MESSAGES)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(extra=st.dictionaries(st.text(min_size=1).map("x-".__add__), SCALARS["string"] | st.lists(WHOLE)))
def test_keys_that_no_model_names_change_nothing(kind: str, extra: dict[str, Any]) -> None:
    example: dict[str, Any] = EXAMPLES[kind]
    more = {**extra, **example, "party": {**extra, **example["party"]}}
    MESSAGES[kind].model_validate(more)
    plain, extended = (
        clean_record(message, policy=POLICY, received_at=AT, key=KEY) for message in (example, more)
    )
    assert plain == extended
