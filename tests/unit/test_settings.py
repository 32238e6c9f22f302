"""What the code reads from the environment and what the template gives: the same, function by function."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from infra.local.template import functions, load_template
from shared.model.errors import ConfigurationError
from shared.model.instants import from_iso
from shared.ports import QueueName, Table
from shared.runtime import settings

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "shared" / "runtime"
OF_LAMBDA = {"AWS_ENDPOINT_URL"}
"""Set by the platform (here: by the embedded stack), not by the template."""
OF_POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "LOG_LEVEL"}
READERS = {"text", "optional", "get"}


def module_file(handler: str) -> Path:
    return ROOT / Path(*handler.split(".")[:-1]).with_suffix(".py")


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def variables_in(node: ast.AST) -> Iterator[str]:
    """Names that a piece of code asks the environment for; those made with an f-string are left out."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute | ast.Name):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
            first = call.args[0] if call.args else None
            if name in READERS and isinstance(first, ast.Constant) and str(first.value).isupper():
                yield str(first.value)


def wired_in(tree: ast.AST) -> set[str]:
    """The parts of the wiring that a module uses, with those of the other modules of the runtime that it uses."""
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "wiring"
    }
    imports = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    rooms = (RUNTIME / f"{name.removeprefix('shared.runtime.')}.py" for name in imports)
    return used.union(*(wired_in(tree_of(room)) for room in rooms if room.is_file()))


@cache
def variables_behind(part: str) -> frozenset[str]:
    """What a function of the wiring reads, itself or through the wiring and settings functions that it calls."""
    defined = {
        node.name: node
        for name in ("wiring.py", "settings.py")
        for node in tree_of(RUNTIME / name).body
        if isinstance(node, ast.FunctionDef)
    }
    called = {
        ast.unparse(call.func).removeprefix("settings.")
        for call in ast.walk(defined[part])
        if isinstance(call, ast.Call)
    }
    behind = {name for other in called & defined.keys() for name in variables_behind(other)}
    return frozenset(behind | set(variables_in(defined[part])))


def given_to(function: str) -> set[str]:
    return set(functions()[function]["Environment"]["Variables"])


def needed_by(function: str) -> set[str]:
    """Scalar variables that a function's code reads; tables and queues are a matter of what it does with them."""
    parts = wired_in(tree_of(module_file(functions()[function]["Handler"])))
    return {name for part in parts for name in variables_behind(part)} - OF_LAMBDA


def is_address(variable: str) -> bool:
    return variable.endswith(("_TABLE", "_QUEUE_URL"))


@pytest.mark.parametrize("function", sorted(functions()))
def test_a_function_is_given_exactly_the_variables_that_its_code_reads(function: str) -> None:
    assert {name for name in given_to(function) if not is_address(name)} == needed_by(function)


def test_every_variable_that_the_code_reads_is_given_to_some_function_and_the_other_way_round() -> None:
    scalars = {name for file in RUNTIME.glob("*.py") for name in variables_in(tree_of(file))} - OF_LAMBDA
    addresses = {*settings.TABLE_VARIABLES.values(), *settings.QUEUE_VARIABLES.values()}
    given = {name for function in functions() for name in given_to(function)}
    dead_letters = {name for name in given if name.endswith("_DEAD_QUEUE_URL")}
    assert given - dead_letters == scalars | addresses
    assert set(load_template()["Globals"]["Function"]["Environment"]["Variables"]) == OF_POWERTOOLS


def test_a_redrive_finds_both_ends_of_every_queue_that_gives_up() -> None:
    queues = {
        name.removesuffix("Queue"): made["Properties"]
        for name, made in load_template()["Resources"].items()
        if made["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" in made["Properties"]
    }
    given = functions()["Operate"]["Environment"]["Variables"]
    for name, queue in queues.items():
        variable = "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name)[1:]
        assert given[f"{variable}_QUEUE_URL"] == {"Ref": f"{name}Queue"}
        assert given[f"{variable}_DEAD_QUEUE_URL"] == {"Ref": f"{name}Dead"}
        assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [f"{name}Dead", "Arn"]}


@pytest.mark.parametrize("function", sorted(functions()))
def test_an_address_variable_names_the_table_or_queue_it_says(function: str) -> None:
    variables = functions()[function]["Environment"]["Variables"]
    for name, value in variables.items():
        if is_address(name):
            kind = "Table" if name.endswith("_TABLE") else "Dead" if "_DEAD_" in name else "Queue"
            stem = name.removesuffix("_TABLE").removesuffix("_QUEUE_URL").removesuffix("_DEAD")
            assert value == {"Ref": stem.title().replace("_", "") + kind}


def test_the_environment_is_read_in_one_place_only() -> None:
    readers = {
        file.relative_to(ROOT).as_posix()
        for folder in ("functions", "shared")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers == {"shared/runtime/settings.py"}


# --- reading -------------------------------------------------------------------------------------------------


def test_only_the_tables_and_queues_that_a_function_was_given_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (*settings.TABLE_VARIABLES.values(), *settings.QUEUE_VARIABLES.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CUSTOMERS_TABLE", "customers-1")
    monkeypatch.setenv("CONTACTS_EMAIL_QUEUE_URL", "https://sqs.example/email")
    assert settings.tables() == {Table.CUSTOMERS: "customers-1"}
    assert settings.queue_urls() == {QueueName.CONTACTS_EMAIL: "https://sqs.example/email"}


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_missing_or_empty_is_named(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTP_HOST", raising=False)
    if value is not None:
        monkeypatch.setenv("SMTP_HOST", value)
    with pytest.raises(ConfigurationError, match="SMTP_HOST"):
        settings.text("SMTP_HOST")
    assert settings.optional("SMTP_HOST") is None


FIXED = "2026-11-20T02:00:00Z"


@pytest.mark.parametrize(
    "endpoint",
    ["http://127.0.0.1:4566", "http://localhost:4566", "http://LOCALHOST:4566/", "http://[::1]:4566"],
)
def test_the_clock_may_stand_still_on_this_machine(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("FIXED_CLOCK_AT", FIXED)
    assert settings.fixed_clock_at() == from_iso(FIXED)


@pytest.mark.parametrize(
    "endpoint",
    [
        pytest.param(None, id="AWS itself"),
        pytest.param("", id="empty"),
        pytest.param("https://dynamodb.eu-west-1.example", id="elsewhere"),
        pytest.param("http://127.0.0.1.example", id="a name that begins like it"),
        pytest.param("http://localhost.example:4566", id="a name that begins like localhost"),
        pytest.param("http://aws.example/?127.0.0.1", id="in the query"),
        pytest.param("http://127.0.0.1@aws.example", id="as a user name"),
        pytest.param("127.0.0.1:4566", id="no scheme"),
        pytest.param("http://0.0.0.0:4566", id="every interface"),
    ],
)
def test_the_clock_never_stands_still_anywhere_else(
    endpoint: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if endpoint is not None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("FIXED_CLOCK_AT", FIXED)
    with pytest.raises(ConfigurationError, match="FIXED_CLOCK_AT"):
        settings.fixed_clock_at()


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_fixed_instant_the_clock_runs(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIXED_CLOCK_AT", raising=False)
    if value is not None:
        monkeypatch.setenv("FIXED_CLOCK_AT", value)
    assert settings.fixed_clock_at() is None
