"""A template that is being written: may it be used, and how does it look with given values (T1..T4, V1..V5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from shared.messaging.check_template import check_template, holds_markup
from shared.messaging.errors import MessageInvalid
from shared.messaging.render import render_source
from shared.messaging.shapes import loose_shape, shape_of
from shared.messaging.values import clean_body, customer_value, html_value, sms_value

Part = Literal["text", "html", "sms"]
PARTS: Final[tuple[Part, ...]] = ("text", "html", "sms")


@dataclass(frozen=True, slots=True)
class Checked:
    """`rendered`, or `code` with the template's line (0: no one line) and what it is about."""

    rendered: str = ""
    code: str | None = None
    line: int = 0
    detail: str = ""


def check_draft(
    source: str,
    context: Mapping[str, Any],
    *,
    part: Part | None = None,
    link_hosts: Sequence[str] = (),
) -> Checked:
    """The template with the values of a context as customer values, or its first fault.

    Without `part` a template with markup is HTML, any other one is text.
    """
    html = part == "html" or (part is None and holds_markup(source))
    clean = sms_value if part == "sms" else html_value if html else customer_value
    try:
        faults = check_template(source, html=html, shape=loose_shape(context), link_hosts=link_hosts)
        shape = (
            {} if faults else shape_of(context)
        )  # a fault of the template alone has a line, and comes first
        faults = faults or check_template(source, html=html, shape=shape, link_hosts=link_hosts)
        if faults:
            return Checked(code=faults[0].code, line=faults[0].line, detail=faults[0].detail)
        values = {name: _cleaned(value, clean) for name, value in context.items()}
        return Checked(
            clean_body(render_source(source, values, html=html, shape=shape, link_hosts=link_hosts))
        )
    except MessageInvalid as error:
        return Checked(code=error.code, line=error.line)


def _cleaned(value: Any, clean: Callable[[str], str | None]) -> Any:  # noqa: ANN401 what JSON can say
    if isinstance(value, str):
        return clean(value) or ""
    if isinstance(value, dict):
        return {name: _cleaned(inner, clean) for name, inner in value.items()}
    return [_cleaned(inner, clean) for inner in value] if isinstance(value, list) else value
