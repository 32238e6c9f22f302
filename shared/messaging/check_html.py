"""The fixed HTML of a template: plain mail markup, values in text position only (V1, V3), listed links only (L1)."""

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Final

from shared.messaging.links import is_allowed_link, plain_link_faults

_ELEMENTS = """
html head meta title body table tbody tr td th h1 h2 h3 p div span a img br hr strong em b i ul ol li
"""
_ATTRIBUTES = """
align alt bgcolor border cellpadding cellspacing charset class colspan content dir height href http-equiv lang name
role src style valign width
"""
ELEMENTS: Final = frozenset(_ELEMENTS.split())
ATTRIBUTES: Final = frozenset(_ATTRIBUTES.split())
_LINKS: Final = ("href", "src")


def html_faults(chunk: str, link_hosts: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Code, detail and line (from 0 on) of each fault in the text between two values or statements.

    Every such piece must begin and end outside of a tag; so a value can stand only where text stands.
    """
    parser = _Checker(link_hosts)
    try:
        parser.feed(chunk)
    except AssertionError:  # the library's word for a declaration it cannot read
        parser.tell("element_not_allowed", "!")
    if "<" in parser.rawdata:
        parser.tell("value_inside_tag")
    yield from parser.faults


class _Checker(HTMLParser):
    # The base class calls these for each piece of markup.
    def __init__(self, link_hosts: Sequence[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.link_hosts = link_hosts
        self.faults: list[tuple[str, str, int]] = []

    def tell(self, code: str, detail: str = "", further: int = 0) -> None:
        self.faults.append((code, detail, self.getpos()[0] - 1 + further))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.tell("element_not_allowed", tag)
        for name, value in attrs:
            for code, detail in self._attribute(tag, name, value or ""):
                self.tell(code, detail)

    def handle_data(self, data: str) -> None:
        for code, line in plain_link_faults(data, self.link_hosts):
            self.tell(code, "text", line)

    def handle_comment(self, data: str) -> None:
        self.tell("comment_not_allowed")

    def handle_pi(self, data: str) -> None:
        self.tell("element_not_allowed", "?")

    def unknown_decl(self, data: str) -> None:
        self.tell("element_not_allowed", "!")

    def _attribute(self, tag: str, name: str, value: str) -> Iterator[tuple[str, str]]:
        if name not in ATTRIBUTES or (name == "http-equiv" and value.lower() != "content-type"):
            yield "attribute_not_allowed", f"{tag} {name}"
        if name in _LINKS and not is_allowed_link(value, self.link_hosts):
            yield "link_not_allowed", tag
        if name == "style" and any(word in value.lower() for word in ("url(", "expression", "import", "\\")):
            yield "attribute_not_allowed", f"{tag} style"
