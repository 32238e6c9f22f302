"""Which issue codes a cleaning function can give, read from its source: what it names, and what it calls."""

import ast
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

_ROOM = Path(__file__).parents[2] / "shared" / "cleaning"
_PREFIX = "shared.cleaning."


class _Module(NamedTuple):
    defined: Mapping[str, ast.AST]
    imported: Mapping[str, tuple[str, str]]
    """Name -> module and name there."""


@cache
def _modules() -> dict[str, _Module]:
    return {file.stem: _read(file) for file in sorted(_ROOM.glob("*.py"))}


def _read(file: Path) -> _Module:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    defined: dict[str, ast.AST] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {target.id: node for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_PREFIX):
            module = str(node.module).removeprefix(_PREFIX)
            imported |= {alias.asname or alias.name: (module, alias.name) for alias in node.names}
    return _Module(defined, imported)


def codes_of(function: str, known: Collection[str]) -> set[str]:
    """The codes among `known` that a function of the cleaning room, by its name, can give; KeyError: no such function."""
    homes = [name for name, module in _modules().items() if function in module.defined]
    if not homes:
        raise KeyError(f"no function {function} in shared/cleaning")
    seen: set[tuple[str, str]] = set()
    return {word for home in homes for word in _walk(home, function, seen) if word in known}


def _walk(module: str, name: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    """Every text that stands in a definition and in what it refers to."""
    found = _modules().get(module)
    if found is None or (module, name) in seen:
        return
    seen.add((module, name))
    if name in found.imported:
        yield from _walk(*found.imported[name], seen)
    # The table of codes itself names them all.
    if module == "codes" or name not in found.defined:
        return
    for node in _inside(found.defined[name]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            yield from _walk(module, node.id, seen)


def _inside(definition: ast.AST) -> Iterator[ast.AST]:
    """Every node of what a function does, or a constant holds: types are not followed, nor is a class."""
    if isinstance(definition, ast.FunctionDef):
        for statement in definition.body:
            yield from ast.walk(statement)
    elif isinstance(definition, ast.Assign | ast.AnnAssign) and definition.value is not None:
        yield from ast.walk(definition.value)
