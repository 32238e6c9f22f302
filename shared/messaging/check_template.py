"""Which templates may be used: an allow list over the syntax tree, never executed or folded (T1, T3, V1, V3, L1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypedDict

from jinja2 import Environment, TemplateSyntaxError, nodes

from shared.messaging.check_html import html_faults
from shared.messaging.links import plain_link_faults
from shared.messaging.values import has_banned

SOURCE_BYTES: Final = 64 * 1024  # T1
DEPTH: Final = 20
LOOP_DEPTH: Final = 1  # T2: two took 3 s with the largest source and values, one takes 0.15 s

Shape = Mapping[str, frozenset[str]]
"""The names that a template may use: a text has no fields, a mapping or a list has those of it or its elements."""

CONTEXT: Final[Shape] = {
    name: frozenset() for name in ("name", "company", "tenant", "postal_address", "reply_email", "reference")
}
"""What every message of ours is rendered with. name and company may be None."""

FILTERS: Final = frozenset({"capitalize", "length", "lower", "trim", "upper"})


class Blocks(TypedDict):
    trim_blocks: bool
    lstrip_blocks: bool


BLOCKS: Final[Blocks] = {"trim_blocks": True, "lstrip_blocks": True}
"""Checked and rendered with the same reading of white space."""

_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Filter,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)

_VALUES: Final = (nodes.Name, nodes.Getattr, nodes.Filter)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a template is refused. `line` is 1-based; 0 stands for the whole template."""

    line: int
    code: str
    detail: str = ""


def check_template(
    source: str, *, html: bool = False, shape: Shape = CONTEXT, link_hosts: Sequence[str] = ()
) -> tuple[Fault, ...]:
    """Every fault of a template, none for a good one. The source is parsed, never compiled or run (T1)."""
    size = len(source.encode(errors="replace"))
    if size > SOURCE_BYTES:
        return (Fault(0, "too_long", f"{size} bytes"),)
    if has_banned(source.replace("\r\n", "\n")):
        return (Fault(_line_of_banned(source), "control_character"),)
    tree = _parse(source)
    if isinstance(tree, Fault):
        return (tree,)
    faults = {*_tree_faults(tree, shape), *_text_faults(tree, html, link_hosts)}
    return tuple(sorted(faults, key=lambda fault: (fault.line, fault.code, fault.detail)))


def _line_of_banned(source: str) -> int:
    lines = source.replace("\r\n", "\n").split("\n")
    return next(number for number, line in enumerate(lines, 1) if has_banned(line))


@cache
def _parser() -> Environment:
    return Environment(**BLOCKS)


def _parse(source: str) -> nodes.Template | Fault:
    try:
        return _parser().parse(source)
    except TemplateSyntaxError as error:
        return Fault(error.lineno, "syntax")
    except RecursionError:
        return Fault(0, "too_deep")
    except (ValueError, OverflowError):  # a number with thousands of digits
        return Fault(0, "bad_number")


def _tree_faults(tree: nodes.Template, shape: Shape) -> Iterator[Fault]:
    # A stack of our own: a hostile tree may be deeper than Python's.
    stack: list[tuple[nodes.Node, int, int, Shape]] = [(tree, 0, 0, shape)]
    while stack:
        node, depth, loops, names = stack.pop()
        fault = _node_fault(node, names)
        if fault is None and depth > DEPTH:
            fault = Fault(node.lineno, "too_deep")
        if fault is None and loops > LOOP_DEPTH:
            fault = Fault(node.lineno, "loops_too_deep")
        if fault is not None:
            yield fault
            continue  # what is below a refused node is not looked at
        stack.extend(_below(node, depth, loops, names))


def _below(
    node: nodes.Node, depth: int, loops: int, names: Shape
) -> Iterator[tuple[nodes.Node, int, int, Shape]]:
    if isinstance(node, nodes.For):
        yield node.iter, depth + 1, loops, names
        inner = {**names, **_loop_names(node, names)}
        yield from ((child, depth + 1, loops + 1, inner) for child in (node.target, *node.body, *node.else_))
    else:
        yield from ((child, depth + 1, loops, names) for child in node.iter_child_nodes())


def _loop_names(loop: nodes.For, names: Shape) -> Shape:
    """The loop's own name, with the fields of the list's elements."""
    fields = names.get(loop.iter.name, frozenset()) if isinstance(loop.iter, nodes.Name) else frozenset()
    return {loop.target.name: fields} if isinstance(loop.target, nodes.Name) else {}


def _node_fault(node: nodes.Node, names: Shape) -> Fault | None:
    if not isinstance(node, _ALLOWED):
        return Fault(node.lineno, "not_allowed", type(node).__name__)
    if isinstance(node, nodes.Name):
        return None if node.name in names else Fault(node.lineno, "unknown_name", node.name)
    if isinstance(node, nodes.Getattr):
        return _field_fault(node, names)
    if isinstance(node, nodes.Output):
        return _output_fault(node)
    if isinstance(node, nodes.For):
        return _loop_fault(node, names)
    return _filter_fault(node) if isinstance(node, nodes.Filter) else None


def _output_fault(node: nodes.Output) -> Fault | None:
    """Only values are printed: a literal could spell, with escapes, what the fixed text may not say."""
    printed = all(isinstance(part, (nodes.TemplateData, *_VALUES)) for part in node.nodes)
    return None if printed else Fault(node.lineno, "not_allowed", "printed expression")


def _field_fault(node: nodes.Getattr, names: Shape) -> Fault | None:
    """One level, of a name, and only a field that the value declares."""
    if not isinstance(node.node, nodes.Name):
        return Fault(node.lineno, "not_allowed", "field of a field")
    if node.node.name not in names:
        return None  # said by the name itself
    if node.attr not in names[node.node.name]:
        return Fault(node.lineno, "unknown_field", node.attr)
    return None


def _loop_fault(node: nodes.For, names: Shape) -> Fault | None:
    """A loop runs over a list, never over the characters of a text: lists are bounded when rendered."""
    is_list = isinstance(node.iter, nodes.Name) and bool(names.get(node.iter.name))
    if not is_list or not isinstance(node.target, nodes.Name) or node.recursive or node.test is not None:
        return Fault(node.lineno, "not_allowed", "loop")
    return None


def _filter_fault(node: nodes.Filter) -> Fault | None:
    if node.name not in FILTERS:
        return Fault(node.lineno, "unknown_filter", node.name)
    if not isinstance(node.node, _VALUES) or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return Fault(node.lineno, "not_allowed", "filter arguments")
    return None


def _text_faults(tree: nodes.Template, html: bool, link_hosts: Sequence[str]) -> Iterator[Fault]:
    """Faults in the fixed text: elements and links (V1, V3, L1)."""
    for data in tree.find_all(nodes.TemplateData) if _is_shallow(tree) else ():
        if html:
            yield from (Fault(data.lineno, code, what) for code, what in html_faults(data.data, link_hosts))
        else:
            yield from (Fault(data.lineno, code) for code in plain_link_faults(data.data, link_hosts))


def _is_shallow(tree: nodes.Template) -> bool:
    """`find_all` recurses; a tree deeper than the limit has its fault already."""
    level: list[nodes.Node] = [tree]
    for _ in range(DEPTH + 1):
        level = [child for node in level for child in node.iter_child_nodes()]
    return not level
