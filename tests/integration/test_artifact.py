"""What is deployed is complete: each function finds everything in its own layers, the code, and Lambda's boto3.

The embedded stack cannot show a package that a layer lacks, because the emulator's own packages are on the path.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import pytest

from infra.local.stage import ROOT, stage, this_machine
from infra.local.template import functions

RUNTIME_PACKAGES = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
"""What every Python runtime of Lambda brings along."""
NEVER_EAGER = ("aws_xray_sdk", "phonenumbers.geodata", "jinja2", "openpyxl")
"""Too slow for a cold start: absent, or imported only by the call that needs it (design 10)."""
IMPORT = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[2])
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""
TYPES = {".py", ".pyc", ".toml", ".j2", ".json", ".csv", ".css", ".txt"}
FUNCTIONS = sorted(functions())


@pytest.fixture(scope="module")
def build() -> Path:
    return stage(this_machine())


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the packages of the Lambda runtime and no others."""
    folder = tmp_path_factory.mktemp("runtime")
    for package in RUNTIME_PACKAGES:
        for top in {file.parts[0] for file in distribution(package).files or () if file.parts[0] != ".."}:
            if top != "__pycache__":
                (folder / top).symlink_to(Path(str(distribution(package).locate_file(top))))
    return folder


def path_of(function: str, build: Path, runtime: Path) -> list[Path]:
    layers = [reference["Ref"].removesuffix("Layer").lower() for reference in functions()[function]["Layers"]]
    return [build / "code", *(build / "layers" / layer / "python" for layer in layers), runtime]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_imports_with_an_empty_environment_and_only_its_layers(
    function: str, build: Path, runtime: Path
) -> None:
    module = functions()[function]["Handler"].rpartition(".")[0]
    path = json.dumps([str(part) for part in path_of(function, build, runtime)])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT, module, path],
        env={},
        cwd=build,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) & set(NEVER_EAGER) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_package_that_a_function_may_import_is_in_its_layers(
    function: str, build: Path, runtime: Path
) -> None:
    module = functions()[function]["Handler"].rpartition(".")[0]
    path = path_of(function, build, runtime)
    missing = {name for name in packages_behind(module, build / "code") if not is_found(name, path)}
    assert missing == set()


def is_found(name: str, path: list[Path]) -> bool:
    return any((folder / name).is_dir() or any(folder.glob(f"{name}.*")) for folder in path)


def packages_behind(module: str, code: Path) -> set[str]:
    """Every third-party package that a module's code names, at the top or inside a function, directly or not."""
    seen: set[str] = set()
    waiting = [module]
    packages: set[str] = set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for name in imported_names(current, code):
            top = name.partition(".")[0]
            if top in ("functions", "shared"):
                waiting.append(name)
            elif top not in sys.stdlib_module_names:
                packages.add(top)
    return packages


@cache
def imported_names(module: str, code: Path) -> tuple[str, ...]:
    file = code / Path(*module.split(".")).with_suffix(".py")
    if not file.is_file():
        return ()  # a package, or a name inside a module
    return tuple(names_in(ast.parse(file.read_text(encoding="utf-8"))))


def names_in(tree: ast.AST) -> Iterator[str]:
    for node in outside_type_checking(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def outside_type_checking(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those of `if TYPE_CHECKING:` blocks, which never run."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from outside_type_checking(node)


def test_the_artifact_holds_code_and_bytecode_and_nothing_of_this_machine(build: Path) -> None:
    files = [path.relative_to(build / "code") for path in (build / "code").rglob("*") if path.is_file()]
    assert {file.parts[0] for file in files} == {"functions", "shared"}
    assert {file.suffix for file in files} <= TYPES
    assert not any("memory" in file.parts or "tests" in file.parts for file in files)
    sources = {file.stem for file in files if file.suffix == ".py"}
    assert sources == {file.name.partition(".")[0] for file in files if file.suffix == ".pyc"}
    compiled = (path for path in (build / "code").rglob("*.pyc"))
    assert not any(str(ROOT).encode() in path.read_bytes() for path in compiled)
