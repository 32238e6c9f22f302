"""Renders the checked templates that lie next to this module (T2..T4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import TracebackType
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shared.messaging.catalogue import HTML_PART, needs_of
from shared.messaging.check_template import BLOCKS, DEFAULT, JOIN, check_template
from shared.messaging.errors import MessageInvalid
from shared.messaging.shapes import CONTEXT, Shape, shape_of
from shared.messaging.sources import read_template
from shared.messaging.values import SEAM, unlink_seams

OUTPUT_BYTES: Final = 100 * 1024  # T2

Plain = str | int | float | bool | None
Row = Mapping[str, Plain]
Fields = Mapping[str, Plain | Sequence[Plain]]
Value = Plain | Fields | Sequence[Plain] | Sequence[Row]
Values = Mapping[str, Value]


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which `a.b` is an entry of a mapping and never an attribute of an object."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 (the base class decides)
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)


@cache
def _environment(html: bool) -> _Environment:
    made = _Environment(
        autoescape=html,
        undefined=StrictUndefined,
        loader=None,
        finalize=_printed,
        **BLOCKS,
    )
    made.filters |= {JOIN: _joined, DEFAULT: _or_default}
    return made


def _printed(value: object) -> object:
    """A value as it is printed: a customer's between seams, for it may make a link with what stands beside it (V3)."""
    if value is None:
        raise MessageInvalid("value_missing")  # else the person would read "None"
    return f"{SEAM}{value}{SEAM}" if type(value) is str else value


def _joined(values: Iterable[object], separator: str) -> str:
    listed = list(values)
    if None in listed:
        raise MessageInvalid("value_missing")
    return separator.join(map(str, listed))


def _or_default(value: object, instead: str) -> object:
    return instead if value is None or value == "" else value


def render(template: str, locale: str, part: str, values: Values, link_hosts: Sequence[str] = ()) -> str:
    """A packaged template with its values; `part` is such as `email.html`, which alone escapes and gets its styles.

    MessageInvalid: there is no such template, it breaks a rule, a value has a shape or size that no
    message needs, or the output is too large. Values are expected to be cleaned (V2..V5).
    """
    text = _run(_packaged(template, locale, part, tuple(link_hosts)), values)
    return _styled(text) if part == HTML_PART else text


def _styled(html: str) -> str:
    # Imported with the first email: no SMS needs it.
    from shared.messaging.inline_css import inline_css

    return inline_css(html)


def render_source(
    source: str, values: Values, *, html: bool = False, shape: Shape = CONTEXT, link_hosts: Sequence[str] = ()
) -> str:
    """The same for a source that is not packaged, such as a draft; checked first (T1)."""
    return _run(_compile(source, html=html, shape=shape, link_hosts=link_hosts), values)


@cache
def _packaged(template: str, locale: str, part: str, link_hosts: tuple[str, ...]) -> Template:
    source = read_template(template, locale, part)
    shape = needs_of(template).shape
    return _compile(source, html=part == HTML_PART, shape=shape, link_hosts=link_hosts)


def _compile(source: str, *, html: bool, shape: Shape, link_hosts: Sequence[str]) -> Template:
    faults = check_template(source, html=html, shape=shape, link_hosts=link_hosts)
    if faults:
        first = faults[0]
        detail = f"line {first.line}: {first.code} {first.detail}".rstrip()
        raise MessageInvalid("template_refused", detail, line=first.line)
    return _environment(html).from_string(source)


def _run(template: Template, values: Values) -> str:
    known = shape_of(values)
    try:
        pieces = template.generate({name: values[name] for name in known})
        return unlink_seams("".join(_bounded(pieces)))
    except MessageInvalid as error:
        raise MessageInvalid(error.code, line=_line_of(error.__traceback__)) from None
    except (TemplateError, TypeError, ValueError) as error:
        # The error's own text may quote a value.
        line = _line_of(error.__traceback__)
        raise MessageInvalid("render_failed", type(error).__name__, line=line) from None


def _line_of(traceback: TracebackType | None) -> int:
    """The template's line in which an error was raised; 0: in none."""
    line = 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _bounded(pieces: Iterable[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece.encode(errors="replace"))
        if size > OUTPUT_BYTES:
            raise MessageInvalid("output_too_large")
        yield piece
