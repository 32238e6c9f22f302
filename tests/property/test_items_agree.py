"""Any short program of writes does the same to memory and to DynamoDB's adapter on moto."""

from collections.abc import Iterator, Sequence
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from shared.aws.items import DynamoItems
from shared.memory.items import MemoryItems
from shared.ports import (
    Absent,
    All,
    AnyOf,
    Check,
    Condition,
    Delete,
    Exists,
    Is,
    Item,
    Items,
    Key,
    Put,
    Query,
    Table,
    Update,
    Value,
    Write,
    query_all,
)
from tests.tables import create_tables

NAMES = ("size", "name", "n", "tags")
NUMBERS = ("count", "total")
PK = "customer"


@pytest.fixture(scope="module")
def stores() -> Iterator[tuple[Items, Items]]:
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="us-east-1")
        yield MemoryItems(), DynamoItems(client, create_tables(client))
        client.close()


# Text alone is compared: moto orders other types unlike DynamoDB (see the contract test).
texts = st.sampled_from(["", "a", "b", "关"])
values: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2),
    max_leaves=3,
)
comparisons = st.builds(Is, st.just("name"), st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), texts)
counts = st.builds(
    Is, st.sampled_from(NUMBERS), st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), st.integers(-2, 4)
)
attributes = st.sampled_from((*NAMES, *NUMBERS, "due_shard"))
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.builds(Exists, attributes) | st.builds(Absent, attributes) | comparisons | counts,
    lambda inner: (
        st.builds(All, st.lists(inner, min_size=1, max_size=2).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=1, max_size=2).map(tuple))
    ),
    max_leaves=3,
)
maybe = st.none() | conditions
sort_keys = st.sampled_from("AB")
due = st.fixed_dictionaries({}, optional={"due_shard": st.just("0"), "due_at": st.sampled_from("123")})


@st.composite
def bodies(draw: st.DrawFn) -> Item:
    body = draw(st.dictionaries(st.sampled_from(("size", "n", "tags")), values, max_size=3))
    body |= draw(st.dictionaries(st.just("name"), texts, max_size=1))
    body |= draw(st.dictionaries(st.sampled_from(NUMBERS), st.integers(-3, 3), max_size=2))
    return body | draw(due)


@st.composite
def updates(draw: st.DrawFn) -> Update:
    body = draw(bodies())
    add = draw(st.dictionaries(st.sampled_from(NUMBERS), st.integers(-3, 3), max_size=2))
    plain = {name: value for name, value in body.items() if name not in add}
    first = draw(st.sets(st.sampled_from(sorted(plain)))) if plain else set()
    free = sorted({*NAMES, *NUMBERS, "due_shard", "due_at"} - set(plain) - set(add))
    remove = draw(st.lists(st.sampled_from(free), unique=True, max_size=2)) if free else []
    return Update(
        Key(Table.CUSTOMERS, PK, draw(sort_keys)),
        set={name: value for name, value in plain.items() if name not in first} or {"n": 0},
        set_if_absent={name: plain[name] for name in first - {"n"}},
        add=add,
        remove=tuple(name for name in remove if name != "n"),
        condition=draw(maybe),
    )


def puts() -> st.SearchStrategy[Put]:
    def build(sk: str, body: Item, condition: Condition | None) -> Put:
        return Put(Table.CUSTOMERS, {"customer_id": PK, "sk": sk, **body}, condition)

    return st.builds(build, sort_keys, bodies(), maybe)


def transactions() -> st.SearchStrategy[list[Write]]:
    keys = sort_keys.map(lambda sk: Key(Table.CUSTOMERS, PK, sk))
    writes: st.SearchStrategy[Write] = (
        puts() | updates() | st.builds(Delete, keys, maybe) | st.builds(Check, keys, conditions)
    )
    return st.lists(writes, min_size=1, max_size=2, unique_by=_sort_key)


def _sort_key(write: Write) -> str:
    return str(write.item["sk"] if isinstance(write, Put) else write.key.sk)


PROGRAMS = st.lists(puts() | updates() | transactions(), min_size=1, max_size=6)


def run(items: Items, step: Put | Update | Sequence[Write]) -> object:
    if isinstance(step, Put):
        return items.put_if(step)
    if isinstance(step, Update):
        return items.update_if(step)
    return items.transact(step)


def state(items: Items) -> tuple[list[Item], list[str]]:
    due_now = query_all(items, Query(Table.CUSTOMERS, "0", index="due"))
    return list(query_all(items, Query(Table.CUSTOMERS, PK))), sorted(str(item["sk"]) for item in due_now)


@settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=PROGRAMS)
def test_a_program_of_writes_has_the_same_answers_and_the_same_end(
    stores: tuple[Items, Items], steps: list[Put | Update | list[Write]]
) -> None:
    memory, dynamo = stores
    for items in stores:
        items.transact([Delete(Key(Table.CUSTOMERS, PK, sk)) for sk in "AB"])
    for step in steps:
        assert run(memory, step) == run(dynamo, step)
        assert state(memory) == state(dynamo)
