"""Renders the checked templates that lie next to this module (T2..T4)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shared.messaging.check_template import BLOCKS, CONTEXT, Shape, check_template
from shared.messaging.errors import MessageInvalid

OUTPUT_BYTES: Final = 100 * 1024  # T2
LIST_ITEMS: Final = 20
VALUE_CHARACTERS: Final = 2000

Plain = str | int | bool | None
Fields = Mapping[str, Plain]
Value = Plain | Fields | Sequence[Plain] | Sequence[Fields]
Values = Mapping[str, Value]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LOCALES = ("zh", "en")
_PARTS = ("sms", "email.subject", "email.text", "email.html")


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which `a.b` is an entry of a mapping and never an attribute of an object."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 (the base class decides)
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)


@cache
def _environment(html: bool) -> _Environment:
    return _Environment(
        autoescape=html,
        undefined=StrictUndefined,
        loader=None,
        finalize=_require_value,
        **BLOCKS,
    )


def _require_value(value: object) -> object:
    if value is None:
        raise MessageInvalid("value_missing")  # else the person would read "None"
    return value


def render(template: str, locale: str, part: str, values: Values, link_hosts: Sequence[str] = ()) -> str:
    """A packaged template with its values; `part` is such as `email.html`, which alone escapes.

    MessageInvalid: there is no such template, it breaks a rule, a value has a shape or size that no
    message needs, or the output is too large. Values are expected to be cleaned (V2..V5).
    """
    compiled = _packaged(template, locale, part, tuple(link_hosts))
    return _run(compiled, values)


def render_source(
    source: str, values: Values, *, html: bool = False, shape: Shape = CONTEXT, link_hosts: Sequence[str] = ()
) -> str:
    """The same for a source that is not packaged, such as a draft; checked first (T1)."""
    return _run(_compile(source, html=html, shape=shape, link_hosts=link_hosts), values)


@cache
def _packaged(template: str, locale: str, part: str, link_hosts: tuple[str, ...]) -> Template:
    source = read_template(template, locale, part)
    return _compile(source, html=part.endswith("html"), shape=CONTEXT, link_hosts=link_hosts)


def read_template(template: str, locale: str, part: str) -> str:
    """The source of a packaged template; MessageInvalid when there is none."""
    if not _NAME.fullmatch(template) or locale not in _LOCALES or part not in _PARTS:
        raise MessageInvalid("template_missing")
    file = files("shared.messaging") / "templates" / template / f"{locale}.{part}.j2"
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise MessageInvalid("template_missing", f"{template}/{locale}.{part}") from error


def _compile(source: str, *, html: bool, shape: Shape, link_hosts: Sequence[str]) -> Template:
    faults = check_template(source, html=html, shape=shape, link_hosts=link_hosts)
    if faults:
        first = faults[0]
        raise MessageInvalid("template_refused", f"line {first.line}: {first.code} {first.detail}".rstrip())
    return _environment(html).from_string(source)


def _run(template: Template, values: Values) -> str:
    for value in values.values():
        _require_bounded(value)
    try:
        return "".join(_bounded(template.generate(values)))
    except MessageInvalid:
        raise
    except (TemplateError, TypeError, ValueError) as error:
        # The error's own text may quote a value.
        raise MessageInvalid("render_failed", type(error).__name__) from None


def _bounded(pieces: Iterable[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece.encode(errors="replace"))
        if size > OUTPUT_BYTES:
            raise MessageInvalid("output_too_large")
        yield piece


def _require_bounded(value: object, *, is_element: bool = False) -> None:
    """Plain values, mappings of them and short lists of either (T1). A str that says it is safe HTML is none."""
    if type(value) is str:
        if len(value) > VALUE_CHARACTERS:
            raise MessageInvalid("value_too_long")
    elif type(value) is dict:
        for inner in value.values():
            _require_plain(inner)
    elif isinstance(value, list | tuple) and not is_element:
        _require_short(value)
    elif type(value) not in (int, bool, type(None)):
        raise MessageInvalid("value_not_plain", type(value).__name__)


def _require_plain(value: object) -> None:
    if type(value) is dict:
        raise MessageInvalid("value_not_plain", "dict")
    _require_bounded(value, is_element=True)


def _require_short(values: Sequence[object]) -> None:
    if len(values) > LIST_ITEMS:
        raise MessageInvalid("list_too_long")
    for value in values:
        _require_bounded(value, is_element=True)
