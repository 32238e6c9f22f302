"""Which templates may be used: an allow list over the syntax tree, never executed or folded (T1, T3, V1, V3, L1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypedDict

from jinja2 import Environment, TemplateSyntaxError, nodes

from shared.messaging.check_html import html_faults
from shared.messaging.links import ends_with_link, plain_link_faults
from shared.messaging.shapes import CONTEXT, LIST_ITEMS, TEXT, Kind, Shape
from shared.messaging.values import has_banned, unlinked, untagged

SOURCE_BYTES: Final = 64 * 1024  # T1
DEPTH: Final = 20
LOOP_DEPTH: Final = 2
# T2: a filter takes at most 0.6 ms with the largest value; what 64 KiB could ask for would take seconds
NODES: Final = 2000
STEPS: Final = NODES * LIST_ITEMS
"""Nodes, each as often as its loops may run: two loops around the largest source took 3 s (T2)."""
FILTERED: Final = 1000
"""Values through filters in one render, in a loop as often as a list is long."""

FILTERS: Final = frozenset({"capitalize", "default", "join", "length", "lower", "title", "trim", "upper"})
COUNT: Final = "length"
"""Takes a list as well."""
JOIN: Final = "join"
"""Takes a list of plain values, and what stands between them."""
DEFAULT: Final = "default"
"""Takes the text for a value that is null or empty; a name that there is not stays a fault (T3)."""
DEFAULT_CHARACTERS: Final = 40
_SEPARATOR = re.compile(
    "[ ,;|、，；\n]{1,3}| (?:and|or|&) |[和与及或]"
)  # what makes no link of two values (V3)


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

_TAG = re.compile(r"<(?:[A-Za-z!/?]|\Z)")
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
    seen, steps, filtered = 0, 0, 0
    while stack:
        node, depth, loops, names = stack.pop()
        seen += 1
        steps += LIST_ITEMS**loops if loops <= LOOP_DEPTH else 0
        filtered += _filtered(node, loops) if isinstance(node, nodes.Filter) else 0
        if seen > NODES or steps > STEPS or filtered > FILTERED:
            yield Fault(0, "too_large")
            return
        fault = _node_fault(node, names)
        if fault is None and depth > DEPTH:
            fault = Fault(node.lineno, "too_deep")
        if fault is None and loops > LOOP_DEPTH:
            fault = Fault(node.lineno, "loops_too_deep")
        if fault is not None:
            yield fault
            continue  # what is below a refused node is not looked at
        for below in _below(node, depth, loops, names):
            below[0].lineno = _line(below[0]) or node.lineno
            stack.append(below)


def _line(node: nodes.Node) -> int | None:
    """The parser leaves some nodes without a line: what stands in them has one."""
    return node.lineno or next((child.lineno for child in node.iter_child_nodes() if child.lineno), None)


def _filtered(node: nodes.Filter, loops: int) -> int:
    return int(LIST_ITEMS ** (loops + (node.name == JOIN)))


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
    """The loop's own name, which stands for an element of the list."""
    kind = _kind(loop.iter, names) or TEXT
    return {loop.target.name: kind.element or TEXT} if isinstance(loop.target, nodes.Name) else {}


def _kind(node: nodes.Node, names: Shape) -> Kind | None:
    """What an expression stands for; None for a name or field that there is not."""
    if isinstance(node, nodes.Name):
        return names.get(node.name)
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        owner = names.get(node.node.name, TEXT)
        return owner if owner.is_open else owner.fields.get(node.attr)
    return TEXT


def _node_fault(node: nodes.Node, names: Shape) -> Fault | None:
    if not isinstance(node, _ALLOWED):
        return Fault(node.lineno, "not_allowed", type(node).__name__)
    if isinstance(node, nodes.Name):
        return None if node.name in names else Fault(node.lineno, "unknown_name", node.name)
    if isinstance(node, nodes.Getattr):
        return _field_fault(node, names)
    if isinstance(node, nodes.Output):
        return _output_fault(node, names)
    if isinstance(node, nodes.For):
        return _loop_fault(node, names)
    return _filter_fault(node, names) if isinstance(node, nodes.Filter) else None


def _output_fault(node: nodes.Output, names: Shape) -> Fault | None:
    """Only values are printed: a literal could spell, with escapes, what the fixed text may not say."""
    values = [part for part in node.nodes if not isinstance(part, nodes.TemplateData)]
    odd = next((value for value in values if not isinstance(value, _VALUES)), None)
    if odd is not None:
        return Fault(odd.lineno or node.lineno, "not_allowed", "printed expression")
    bulky = next((value for value in values if not _is_plain(value, names)), None)
    return None if bulky is None else Fault(bulky.lineno, "not_plain", "printed list or mapping")


def _is_plain(node: nodes.Node, names: Shape) -> bool:
    """Also of what is unknown: that is said by the name itself."""
    return (_kind(node, names) or TEXT).is_plain


def _field_fault(node: nodes.Getattr, names: Shape) -> Fault | None:
    """One level, of a name, and only a field that the value declares."""
    if not isinstance(node.node, nodes.Name):
        return Fault(node.lineno, "not_allowed", "field of a field")
    if node.node.name not in names:
        return None  # said by the name itself
    if _kind(node, names) is None:
        return Fault(node.lineno, "unknown_field", node.attr)
    return None


def _loop_fault(node: nodes.For, names: Shape) -> Fault | None:
    """A loop runs over a list, never over the characters of a text: lists are bounded when rendered."""
    kind = _kind(node.iter, names) if isinstance(node.iter, nodes.Name | nodes.Getattr) else TEXT
    if kind is None:
        return None  # said by the name itself
    if (
        kind.element is None
        or not isinstance(node.target, nodes.Name)
        or node.recursive
        or node.test is not None
    ):
        return Fault(node.lineno, "not_allowed", "loop")
    return None


def _filter_fault(node: nodes.Filter, names: Shape) -> Fault | None:
    if node.name not in FILTERS:
        return Fault(node.lineno, "unknown_filter", node.name)
    if node.name == JOIN and not _is_list(node.node, names):
        return Fault(node.lineno, "not_plain", node.name)
    if node.node is not None and node.name not in (COUNT, JOIN) and not _is_plain(node.node, names):
        return Fault(node.lineno, "not_plain", node.name)
    if not isinstance(node.node, _VALUES) or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return Fault(node.lineno, "not_allowed", "filter arguments")
    return None if _takes(node.name, node.args) else Fault(node.lineno, "not_allowed", "filter arguments")


def _is_list(node: nodes.Node | None, names: Shape) -> bool:
    """A list of plain values; also what is unknown, which is said by the name itself."""
    kind = _kind(node, names) if isinstance(node, nodes.Name | nodes.Getattr) else TEXT
    return kind is None or (kind.element is not None and kind.element.is_plain)


def _takes(name: str, given: Sequence[nodes.Node]) -> bool:
    """The filter takes these arguments: one fixed text for two of the filters, which spells no link and no tag."""
    if name not in (JOIN, DEFAULT):
        return not given
    match given:
        case [nodes.Const(value=str(text))]:
            return bool(_SEPARATOR.fullmatch(text)) if name == JOIN else _is_harmless(text)
    return False


def _is_harmless(text: str) -> bool:
    return len(text) <= DEFAULT_CHARACTERS and not has_banned(text) and untagged(unlinked(text)) == text


def _text_faults(tree: nodes.Template, html: bool, link_hosts: Sequence[str]) -> Iterator[Fault]:
    """Faults in the fixed text: elements and links (V1, V3, L1)."""
    last = _last_text(tree)
    for data in tree.find_all(nodes.TemplateData) if _is_shallow(tree) else ():
        if html:
            found = html_faults(data.data, link_hosts)
            yield from (Fault(data.lineno + line, code, what) for code, what, line in found)
        else:
            plain = plain_link_faults(data.data, link_hosts)
            yield from (Fault(data.lineno + line, code) for code, line in plain)
        if data is not last and ends_with_link(data.data):
            yield Fault(data.lineno + data.data.count("\n"), "link_touches_value")


def _last_text(tree: nodes.Template) -> nodes.Node | None:
    """The text that nothing follows; None where a template ends with a value or a statement."""
    end = tree.body[-1] if tree.body else None
    last = end.nodes[-1] if isinstance(end, nodes.Output) and end.nodes else None
    return last if isinstance(last, nodes.TemplateData) else None


def _is_shallow(tree: nodes.Template) -> bool:
    """`find_all` recurses; a tree deeper than the limit has its fault already."""
    level: list[nodes.Node] = [tree]
    for _ in range(DEPTH + 1):
        level = [child for node in level for child in node.iter_child_nodes()]
    return not level


def holds_markup(source: str) -> bool:
    """The fixed text of a template has something that a reader of HTML takes for a tag."""
    tree = _parse(source)
    if isinstance(tree, Fault) or not _is_shallow(tree):
        return False
    return any(_TAG.search(data.data) for data in tree.find_all(nodes.TemplateData))
