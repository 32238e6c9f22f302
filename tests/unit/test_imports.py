"""What may be loaded where: pure rooms know no AWS, and a cold start pays only for what the function needs (design 10)."""

import ast
import json
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sysconfig.get_path("purelib")
DOMAIN_ROOMS = ("importing", "cleaning", "matching", "tagging", "care", "messaging", "insight")
PURE_ROOMS = ("model", "policy", "ports", *DOMAIN_ROOMS, "store", "flows", "memory")
AWS = {"boto3", "botocore", "aws_lambda_powertools"}

POWERTOOLS = {"aws_lambda_powertools", "jmespath", "typing_extensions", "botocore"}
"""Powertools names `botocore`, to add its user agent: the bare package only, see NEVER_AT_IMPORT."""
PYDANTIC = {"pydantic", "pydantic_core", "annotated_types", "typing_inspection"}
CLEANING = {"phonenumbers", "email_validator", "idna"}
MATCHING = {"rapidfuzz", "cython_runtime"}
AT_IMPORT: dict[str, set[str]] = {
    "ingest_records": POWERTOOLS | PYDANTIC | CLEANING | MATCHING,
    "operate": POWERTOOLS | PYDANTIC | CLEANING | MATCHING | {"chinese_calendar"},
    "read_reply": POWERTOOLS | PYDANTIC,
    "record_receipt": POWERTOOLS | PYDANTIC,
    "review_customer": POWERTOOLS | PYDANTIC | {"chinese_calendar"},
    "send_contact": POWERTOOLS | PYDANTIC,
    "send_digest": POWERTOOLS | PYDANTIC | {"chinese_calendar"},
    "split_file": POWERTOOLS,
    "sweep_cases": POWERTOOLS | PYDANTIC | {"chinese_calendar"},
    "sweep_contacts": POWERTOOLS | PYDANTIC,
    "sweep_due": POWERTOOLS | PYDANTIC,
    "unsubscribe": POWERTOOLS | PYDANTIC,
    "wake_review": POWERTOOLS,
    "wake_sender": POWERTOOLS,
}
"""Third-party packages that each function may load before its first event."""
NEVER_AT_IMPORT = (
    "boto3",
    "botocore.session",
    "aws_xray_sdk",
    "jinja2",
    "openpyxl",
    "phonenumbers.geodata",
    "phonenumbers.geocoder",
    "phonenumbers.carrier",
    "phonenumbers.timezone",
    "aws_lambda_powertools.utilities.parser",
    "aws_lambda_powertools.utilities.idempotency",
    "infra",
    "tests",
    "shared.memory",
)
IMPORT = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
loaded = {}
for module in json.loads(sys.argv[2]):
    before = set(sys.modules)
    importlib.import_module(module)
    loaded[module] = sorted(set(sys.modules) - before)
print(json.dumps(loaded))
"""


def loaded_by(*modules: str) -> dict[str, list[str]]:
    """What importing each adds to a fresh interpreter without environment; modules are imported in order."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT, json.dumps([str(ROOT), PACKAGES]), json.dumps(modules)],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def packages_of(modules: list[str]) -> set[str]:
    """The third-party packages among modules; interpreters add names of their own that begin with an underscore."""
    tops = {module.partition(".")[0] for module in modules}
    return {top for top in tops - {"functions", "shared"} - sys.stdlib_module_names if top[0] != "_"}


def files_of(room: str) -> list[Path]:
    place = ROOT / "shared" / room
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


def modules_of(room: str) -> list[str]:
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files_of(room)]
    return [name.removesuffix(".__init__") for name in names]


# --- rooms ---------------------------------------------------------------------------------------------------


def test_no_module_of_a_pure_room_brings_aws_along() -> None:
    modules = [module for room in PURE_ROOMS for module in modules_of(room)]
    loaded = loaded_by(*modules)
    assert {module: found for module, new in loaded.items() if (found := packages_of(new) & AWS)} == {}


def test_the_pure_rooms_are_all_rooms_but_aws_and_runtime() -> None:
    places = [place for place in (ROOT / "shared").iterdir() if place.suffix == ".py" or place.is_dir()]
    rooms = {place.stem for place in places} - {"__init__", "__pycache__"}
    assert rooms == {*PURE_ROOMS, "aws", "runtime"}


IMPURE_MODULES = {
    "random",
    "secrets",
    "logging",
    "subprocess",
    "socket",
    "http",
    "urllib.request",
    "tempfile",
}
IMPURE_CALLS = {
    *("now", "utcnow", "today", "localtime", "gmtime", "monotonic", "perf_counter"),
    *("process_time", "time_ns", "uuid1", "uuid4", "urandom", "getenv", "print", "input"),
}
IMPURE_PATHS = {"time.time", "os.environ", "sys.stdout", "sys.stderr"}


def impurities(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        yield from imported_impurities(node)
        if isinstance(node, ast.Call) and called_name(node.func) in IMPURE_CALLS and not is_port(node.func):
            yield f"{node.lineno}: {ast.unparse(node.func)}()"
        if isinstance(node, ast.Attribute) and ast.unparse(node) in IMPURE_PATHS:
            yield f"{node.lineno}: {ast.unparse(node)}"


def imported_impurities(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    else:
        return
    for name in names:
        if name in IMPURE_MODULES | IMPURE_PATHS or name.rpartition(".")[2] in IMPURE_CALLS - {"time_ns"}:
            yield f"{node.lineno}: import {name}"


def called_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_port(function: ast.expr) -> bool:
    """`clock.now()` asks the port that was handed in."""
    return isinstance(function, ast.Attribute) and ast.unparse(function.value).rpartition(".")[2] in (
        "clock",
        "_clock",
    )


@pytest.mark.parametrize("room", [room for room in PURE_ROOMS if room != "memory"])
def test_a_pure_room_knows_no_clock_no_chance_no_environment_and_no_log(room: str) -> None:
    found = {
        str(file.relative_to(ROOT)): faults
        for file in files_of(room)
        if (faults := list(impurities(ast.parse(file.read_text(encoding="utf-8")))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "is_pure"),
    [
        pytest.param("datetime.now(UTC)", False, id="now"),
        pytest.param("from datetime import datetime as d\nd.utcnow()", False, id="utcnow under another name"),
        pytest.param("date.today()", False, id="today"),
        pytest.param("import time\ntime.time()", False, id="time"),
        pytest.param("from time import time", False, id="time by name"),
        pytest.param("import random", False, id="random"),
        pytest.param("from random import Random", False, id="seeded random"),
        pytest.param("from uuid import uuid4", False, id="uuid4 by name"),
        pytest.param("uuid.uuid4()", False, id="uuid4"),
        pytest.param("import os\nos.environ['X']", False, id="environment"),
        pytest.param("import logging", False, id="log"),
        pytest.param("print('x')", False, id="print"),
        pytest.param("sending.clock.now()", True, id="the port"),
        pytest.param("from datetime import datetime, time\ntime(8, 0)", True, id="a time of day"),
        pytest.param("now + timedelta(days=1)", True, id="an argument"),
    ],
)
def test_impurities_are_found(source: str, is_pure: bool) -> None:
    assert (not list(impurities(ast.parse(source)))) is is_pure


# --- handlers ------------------------------------------------------------------------------------------------


@cache
def loaded_by_handler(name: str) -> tuple[str, ...]:
    return tuple(loaded_by(f"functions.{name}")[f"functions.{name}"])


def test_every_handler_has_its_allow_list() -> None:
    assert {file.stem for file in (ROOT / "functions").glob("[a-z]*.py")} == AT_IMPORT.keys()


@pytest.mark.parametrize("name", AT_IMPORT)
def test_a_cold_start_loads_only_the_packages_that_the_function_needs(name: str) -> None:
    assert packages_of(list(loaded_by_handler(name))) <= AT_IMPORT[name]


@pytest.mark.parametrize("name", AT_IMPORT)
def test_a_cold_start_loads_nothing_slow_before_its_first_use(name: str) -> None:
    slow = [
        module
        for module in loaded_by_handler(name)
        if any(module == never or module.startswith(f"{never}.") for never in NEVER_AT_IMPORT)
    ]
    assert slow == []
