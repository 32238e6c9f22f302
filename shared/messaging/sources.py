"""The source of a packaged template. Most emails are written as text alone: the letter around it is the same for all.

`templates/_layout/<locale>.<part>.j2` holds salutation, signature and footer. A template that brings its own HTML
stands for itself.
"""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from shared.messaging.catalogue import HTML_PART, LOCALES, PARTS, TEXT_PART
from shared.messaging.errors import MessageInvalid

LAYOUT: Final = "_layout"
BODY: Final = "[[ body ]]"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_STATEMENT = re.compile(r"\{%[^%]*%\}")
_ITEM = re.compile(r"[·-] (.*)")
_ITEM_HTML: Final = (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="item"><tr>'
    '<td class="tip">{}</td></tr></table>'
)


def read_template(template: str, locale: str, part: str) -> str:
    """The whole source of a part of a packaged template; MessageInvalid when there is none."""
    known = {part for parts in PARTS.values() for part in parts}
    if not _NAME.fullmatch(template) or locale not in LOCALES or part not in known:
        raise MessageInvalid("template_missing")
    if part in (TEXT_PART, HTML_PART) and not _is_file(template, f"{locale}.{HTML_PART}"):
        return _lay_out(template, locale, part)
    return _read(template, f"{locale}.{part}")


def own_line(template: str, locale: str, part: str, line: int) -> int:
    """The line of the author's file that a line of the whole source stands for; 0: none that can be told."""
    if part not in (TEXT_PART, HTML_PART) or _is_file(template, f"{locale}.{HTML_PART}"):
        return line
    above = _read(LAYOUT, f"{locale}.{part}").partition(BODY)[0].count("\n")
    return max(line - above, 0) if part == TEXT_PART else 0


def _lay_out(template: str, locale: str, part: str) -> str:
    body = _read(template, f"{locale}.{TEXT_PART}").strip("\n")
    if part == HTML_PART:
        body = "\n".join(_html_lines(body))
    return _read(LAYOUT, f"{locale}.{part}").replace(BODY, body)


def _html_lines(body: str) -> Iterator[str]:
    """Each line is a paragraph, `· ...` and `- ...` stand out; statements stay as they are."""
    for line in filter(None, map(str.strip, body.split("\n"))):
        item = _ITEM.fullmatch(line)
        if not _STATEMENT.sub("", line):
            yield line
        elif item:
            yield _ITEM_HTML.format(_escape(item[1]))
        else:
            yield f"<p>{_escape(line)}</p>"


def _escape(line: str) -> str:
    """The fixed text of a line; what stands between braces is the template's."""
    pieces = re.split(r"(\{[{%].*?[%}]\})", line)
    return "".join(piece if number % 2 else escape(piece, quote=False) for number, piece in enumerate(pieces))


@cache
def _read(template: str, name: str) -> str:
    file = files("shared.messaging") / "templates" / template / f"{name}.j2"
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise MessageInvalid("template_missing", f"{template}/{name}") from error


def _is_file(template: str, name: str) -> bool:
    return (files("shared.messaging") / "templates" / template / f"{name}.j2").is_file()
